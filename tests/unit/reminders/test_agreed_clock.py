"""Whether a time server vouches for the machine's clock, as the kernel has it; and what a scheduler makes of that."""

import ctypes
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from reminders.domain.guarding import Reading, why_not_to_tick
from reminders.services.agreed_clock import agreed_now

NOON = datetime(2026, 5, 4, 12, 0, tzinfo=UTC)


@pytest.fixture
def kernel(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """A kernel whose clock says noon, and which answers so when it is asked whether that is agreed."""

    def answering(state: int) -> None:
        def adjtimex(asked: Any) -> int:
            assert asked._obj.modes == 0, "the clock is looked at and not set"
            asked._obj.seconds = int(NOON.timestamp())
            return state

        class Library:
            def __init__(self, _name: None) -> None:
                self.adjtimex = adjtimex

        monkeypatch.setattr(ctypes, "CDLL", Library)

    return answering


@pytest.mark.parametrize("state, found", [(0, NOON), (1, NOON), (4, NOON), (5, None), (-1, None)])
def test_a_clock_is_believed_only_while_somebody_vouches_for_it(
    kernel: Callable[[int], None], state: int, found: datetime | None
) -> None:
    kernel(state)
    assert agreed_now() == found


def test_a_system_that_has_no_such_answer_gives_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def nothing(_name: None) -> object:
        return object()

    monkeypatch.setattr(ctypes, "CDLL", nothing)
    assert agreed_now() is None


def test_what_this_machine_says_is_a_moment_of_its_clock_or_nothing() -> None:
    found = agreed_now()
    assert found is None or found.tzinfo is UTC


def test_a_clock_that_moved_is_believed_again_once_it_is_vouched_for(kernel: Callable[[int], None]) -> None:
    """As after a pause of the machine of two hours: there is no other clock where the database is SQLite."""
    before = Reading(NOON - timedelta(hours=2), 100.0)
    now = Reading(NOON, 130.0)
    kernel(5)
    refused = why_not_to_tick(before, now, before.now, first=False, elsewhere=agreed_now())
    assert "has moved by more than an hour" in refused
    kernel(0)
    assert why_not_to_tick(before, now, before.now, first=False, elsewhere=agreed_now()) == ""
    # What this process sees is not what the kernel has: a clock that was faked for it alone.
    faked = Reading(NOON + timedelta(hours=2), 130.0)
    assert why_not_to_tick(before, faked, before.now, first=False, elsewhere=agreed_now()) != ""
