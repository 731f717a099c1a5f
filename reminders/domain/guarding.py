"""When the scheduler must not work, because its clock cannot be right (promise R12). Pure.

A wrong clock writes to people too early, or lets everything look late. Nothing here knows the right time: it compares
the clock with the last tick, and with how much time has really passed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

SLACK = timedelta(minutes=5)
"""How far a clock may be put back: clocks are set right by a little every day."""
LONGEST_STEP = timedelta(hours=1)
"""How far a clock may move against the time that has really passed, while one process runs."""
LONGEST_AWAY = timedelta(days=45)
"""After a longer time it is likelier that the clock is wrong than that nobody missed the reminders."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What both clocks of a process said at one moment: the time of day, and seconds that only ever go on."""

    now: datetime
    seconds: float

    def step_to(self, later: "Reading") -> timedelta:
        """How far the clock has been put forward since (negative: back), besides the time that has passed.

        >>> from datetime import UTC, datetime
        >>> first = Reading(datetime(2026, 5, 1, 9, 0, tzinfo=UTC), 100.0)
        >>> first.step_to(Reading(datetime(2026, 5, 1, 11, 0, 30, tzinfo=UTC), 130.0))
        datetime.timedelta(seconds=7200)
        """
        return (later.now - self.now) - timedelta(seconds=later.seconds - self.seconds)


def why_not_to_tick(
    before: Reading,
    reading: Reading,
    last_tick: datetime | None,
    *,
    first: bool,
    i_know: bool = False,
    elsewhere: datetime | None = None,
) -> str:
    """Why the clock cannot be right, in words for whoever looks after the machine; empty when it may be.

    `before`: what the clocks said when this process last ticked, or was started. `first`: it has not ticked yet.
    `i_know`: somebody has looked at the clock, and it is right. `elsewhere`: what another clock says. A machine that
    was paused looks like a clock that was put forward; where the other clock says the same, the process goes on as if
    it had been started anew.
    """
    if first and i_know:
        return ""
    has_moved = abs(before.step_to(reading)) > LONGEST_STEP
    if has_moved and elsewhere is not None and abs(reading.now - elsewhere) <= SLACK:
        has_moved, first = False, True
    if last_tick is not None and reading.now < last_tick - SLACK:
        return (
            f"The clock says {_shown(reading.now)}, and the last tick was later, at {_shown(last_tick)}. Set the clock "
            "right; if it is, start the scheduler once with --i-know."
        )
    if has_moved:
        return (
            f"The clock says {_shown(reading.now)}, and has moved by more than an hour against the time that has "
            "passed since the last tick. Set the clock right; if it is, start the scheduler again."
        )
    if first and last_tick is not None and reading.now > last_tick + LONGEST_AWAY:
        return (
            f"The clock says {_shown(reading.now)}, and the last tick was more than {LONGEST_AWAY.days} days ago, at "
            f"{_shown(last_tick)}. Set the clock right; if it is, start the scheduler once with --i-know: everybody "
            "whose reminder is due is then written to."
        )
    return ""


def _shown(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
