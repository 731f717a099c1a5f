"""Somebody is newly asked for something that they do not have yet."""

from datetime import date

from compliance.domain.requirement import StepKind
from foundation.dates import add_days
from reminders.domain.due import Due

KIND = StepKind.WELCOME.value


def triggered_on(due: Due, days: int) -> date | None:
    """So many days after the first on which it was asked; nothing where a proof counts, or counted and ran out."""
    if due.is_renewal or due.status.is_compliant or due.deadline is None:
        return None
    return add_days(due.newly_on, days)
