"""A draft of the rule book that is open in two tabs."""

from collections.abc import Callable
from contextvars import Context

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from compliance.models import RuleDraftRow
from compliance.views.rule_book import launching
from foundation.db import transaction
from tests.integration.web.rule_book.desk import DRAFT, text_of_page
from tests.integration.web.rule_book.test_drafting import raise_target
from tests.pages import PageClient

SignIn = Callable[[str], PageClient]


def test_two_tabs_that_ask_at_the_same_moment_start_one_process(
    sign_in: SignIn, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    started: list[tuple[str, str]] = []
    monkeypatch.setattr(launching, "launch", lambda *asked: started.append(asked))
    first, second = sign_in("learning"), sign_in("learning")
    raise_target(first)
    with transaction(session):
        session.execute(update(RuleDraftRow).values(result_of=None))
    monkeypatch.setattr(launching, "is_long", lambda *_: True)
    other = ask_again(second)

    def while_the_other_asks(*_: object) -> bool:
        """The first tab has read the draft when the second one asks, and is answered."""
        monkeypatch.setattr(launching, "is_long", lambda *_: True)
        assert Context().run(other).status_code == 302
        return True

    mine = ask_again(first)
    monkeypatch.setattr(launching, "is_long", while_the_other_asks)
    assert mine().status_code == 302
    assert len(started) == 1
    assert "is being worked out" in text_of_page(first, DRAFT)
    assert other().status_code == 302
    assert len(started) == 1


def ask_again(client: PageClient) -> Callable[[], TestResponse]:
    """The button with which one asks to have it worked out again, ready to be pressed."""
    address = "/rules/draft/work-out"
    form = client.page(DRAFT).select_one(f"form[action='{address}']")
    assert form is not None
    fields = {str(one["name"]): str(one.get("value", "")) for one in form.select("input")}
    return lambda: client.post(address, data=fields)
