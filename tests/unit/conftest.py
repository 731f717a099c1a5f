"""A unit test reaches no socket, no database and no clock: whoever tries is told so."""

from typing import NoReturn

import pytest
from sqlalchemy.engine.default import DefaultDialect

from foundation import clock


class NotInAUnitTestError(AssertionError):
    """The code under test reached for the outside world."""


def _refuse(what: str) -> NoReturn:
    raise NotInAUnitTestError(
        f"A unit test may not reach {what}; pass what it needs, or move it to tests/integration."
    )


@pytest.fixture(autouse=True)
def nothing_outside(monkeypatch: pytest.MonkeyPatch, socket_disabled: None) -> None:
    monkeypatch.setattr(DefaultDialect, "connect", lambda *_, **__: _refuse("a database"))
    monkeypatch.setattr(clock, "now", lambda: _refuse("the clock"))
    monkeypatch.setattr(clock, "today", lambda: _refuse("the clock"))
