"""The last day in time is over, and it was not done."""

from datetime import date

from compliance.domain.requirement import StepKind
from foundation.dates import FAR_DAY, add_days
from reminders.domain.due import Due

KIND = StepKind.OVERDUE.value


def triggered_on(due: Due, days: int) -> date | None:
    """So many days after the last day in time; never on that day itself."""
    if due.deadline is None or due.deadline == FAR_DAY:
        return None
    return add_days(due.deadline, max(days, 1))
