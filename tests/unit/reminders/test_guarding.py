"""A clock that cannot be right keeps the scheduler from working, in either direction (promise R12)."""

from datetime import UTC, datetime, timedelta

import pytest

from reminders.domain.guarding import Reading, why_not_to_tick
from reminders.services.beating import is_running
from reminders.store.beat import Beat

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
BEFORE = Reading(NOON, 1_000.0)


def after(real: timedelta, step: timedelta = timedelta()) -> Reading:
    """The clocks after so much time, the time of day put forward besides."""
    return Reading(NOON + real + step, BEFORE.seconds + real.total_seconds())


HALF_A_MINUTE = timedelta(seconds=30)


@pytest.mark.parametrize(
    "step", [timedelta(hours=1, seconds=1), timedelta(days=400), -timedelta(hours=2), -timedelta(days=400)]
)
def test_a_clock_that_jumps_while_the_process_runs_is_not_believed(step: timedelta) -> None:
    why = why_not_to_tick(BEFORE, after(HALF_A_MINUTE, step), None, first=False)
    assert "moved by more than an hour" in why
    assert "start the scheduler again" in why


@pytest.mark.parametrize("step", [timedelta(minutes=59), -timedelta(minutes=59), timedelta()])
def test_a_clock_that_is_set_right_by_a_little_is_believed(step: timedelta) -> None:
    assert why_not_to_tick(BEFORE, after(HALF_A_MINUTE, step), None, first=False) == ""


def test_a_machine_that_was_paused_goes_on_once_another_clock_says_the_same() -> None:
    paused = after(HALF_A_MINUTE, timedelta(days=3))
    assert why_not_to_tick(BEFORE, paused, NOON, first=False, elsewhere=paused.now) == ""
    for other in (timedelta(minutes=6), -timedelta(minutes=6), -timedelta(days=3)):
        assert why_not_to_tick(BEFORE, paused, NOON, first=False, elsewhere=paused.now + other) != ""


def test_a_pause_asks_for_somebody_where_a_start_would() -> None:
    paused = after(HALF_A_MINUTE, timedelta(days=46))
    why = why_not_to_tick(BEFORE, paused, NOON, first=False, elsewhere=paused.now)
    assert "more than 45 days ago" in why
    back = after(HALF_A_MINUTE, -timedelta(hours=2))
    assert "the last tick was later" in why_not_to_tick(BEFORE, back, NOON, first=False, elsewhere=back.now)


def test_however_long_a_tick_takes_it_is_no_jump() -> None:
    assert why_not_to_tick(BEFORE, after(timedelta(days=3)), NOON, first=False) == ""


def test_a_clock_before_the_last_tick_is_not_believed_whoever_wrote_that_tick() -> None:
    last = NOON + timedelta(minutes=6)
    why = why_not_to_tick(BEFORE, BEFORE, last, first=True)
    assert "2026-05-01 12:00 UTC" in why
    assert "2026-05-01 12:06 UTC" in why
    assert "--i-know" in why
    assert why_not_to_tick(BEFORE, BEFORE, NOON + timedelta(minutes=5), first=True) == ""


@pytest.mark.parametrize("days, refuses", [(30, False), (45, False), (46, True), (400, True)])
def test_thirty_days_down_need_nobody_and_more_than_forty_five_ask_for_somebody(
    days: int, refuses: bool
) -> None:
    why = why_not_to_tick(BEFORE, BEFORE, NOON - timedelta(days=days), first=True)
    assert ("more than 45 days ago" in why) is refuses
    assert why_not_to_tick(BEFORE, BEFORE, NOON - timedelta(days=days), first=False) == ""


@pytest.mark.parametrize("last", [NOON + timedelta(days=400), NOON - timedelta(days=400)])
def test_who_has_looked_at_the_clock_is_believed_for_the_first_tick_alone(last: datetime) -> None:
    assert why_not_to_tick(BEFORE, BEFORE, last, first=True, i_know=True) == ""
    later = after(HALF_A_MINUTE, timedelta(days=400))
    assert why_not_to_tick(BEFORE, later, NOON, first=False, i_know=True) != ""


def test_the_very_first_tick_of_a_service_needs_nobody() -> None:
    assert why_not_to_tick(BEFORE, BEFORE, None, first=True) == ""


@pytest.mark.parametrize("minutes, runs", [(-400, False), (-15, True), (0, True), (5, True), (6, False)])
def test_a_tick_that_is_to_come_is_no_sign_of_life(minutes: int, runs: bool) -> None:
    beat = Beat(NOON, NOON + timedelta(minutes=minutes), "one", "")
    assert is_running(beat, NOON, timedelta(minutes=15)) is runs
