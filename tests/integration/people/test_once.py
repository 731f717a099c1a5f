"""A form acts once: the key that it carries, kept with what it did."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import transaction
from foundation.once import done_before, new_key, remember
from foundation.stamp import Stamp
from people.forms.once import OnceForm

NOW = clock.now()
MINE, YOURS = Stamp("account:mine", NOW), Stamp("account:yours", NOW + timedelta(minutes=1))


def test_a_key_says_what_was_done_with_it_and_when(session: Session) -> None:
    key = new_key()
    with transaction(session):
        assert done_before(session, MINE, key) is None
        remember(session, MINE, key, "/sent")
    done = done_before(session, MINE, key)
    assert done is not None
    assert (done.at, done.led_to) == (NOW, "/sent")


def test_the_key_of_somebody_else_stands_in_nobodys_way(session: Session) -> None:
    key = new_key()
    with transaction(session):
        remember(session, MINE, key, "/mine")
        assert done_before(session, YOURS, key) is None
        remember(session, YOURS, key, "/yours")
    done = done_before(session, MINE, key)
    assert done is not None
    assert done.led_to == "/mine"


@pytest.mark.parametrize("sent", [{}, {"once": ""}, {"once": "short"}, {"once": "x" * 44}])
def test_a_form_without_its_key_does_not_act_as_if_it_were_new(app: Flask, sent: dict[str, str]) -> None:
    app.config["WTF_CSRF_ENABLED"] = False
    with app.test_request_context("/", method="POST", data={"other": "1", **sent}):
        form = OnceForm()
        assert not form.validate_on_submit()
        assert form.errors["once"] == ["Open this page again and send it from there"]


def test_a_form_that_is_shown_has_a_key_of_its_own(app: Flask) -> None:
    with app.test_request_context("/"):
        assert OnceForm().once.data != OnceForm().once.data
