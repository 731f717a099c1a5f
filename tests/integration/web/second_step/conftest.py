"""A clock that goes by hand, the policy, and somebody with an authenticator app."""

from collections.abc import Callable

import pytest
from flask import Flask

from foundation import clock
from tests.integration.web.second_step.looks import Holder
from tests.pages import PageClient
from tests.telephone import Hands, set_up

SignIn = Callable[[str], PageClient]


@pytest.fixture
def hands(monkeypatch: pytest.MonkeyPatch) -> Hands:
    found = Hands(clock.now())
    monkeypatch.setattr(clock, "now", found)
    return found


@pytest.fixture
def required(app: Flask) -> None:
    app.config["TWO_STEP"] = "required"


@pytest.fixture
def staff(hands: Hands, sign_in: SignIn) -> Holder:
    """Sam, with an app and ten recovery codes."""
    client = sign_in("staff")
    return (client, *set_up(client, hands))
