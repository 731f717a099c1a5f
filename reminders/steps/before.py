"""The last day in time comes nearer: the due day, or the end of the proof."""

from datetime import date

from compliance.domain.requirement import StepKind
from foundation.dates import FAR_DAY, add_days
from reminders.domain.due import Due

KIND = StepKind.BEFORE.value


def triggered_on(due: Due, days: int) -> date | None:
    """So many days before the last day in time; 0 is that day."""
    if due.deadline is None or due.deadline == FAR_DAY:
        return None
    return add_days(due.deadline, -days)
