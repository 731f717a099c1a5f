"""Which step of the rule book a reminder was told by. Pure. The ledger keeps the code of the step alone."""

from collections.abc import Sequence
from datetime import date

from compliance.domain.requirement import EVERYONE, ReminderStep


def step_told(steps: Sequence[ReminderStep], requirement: str, code: str, on: date) -> ReminderStep | None:
    """The step with this code by which a duty was spoken of on the day of a plan; None where there is no such any more.

    A step of the very requirement goes before one of all, and what was in force on that day before what was not: two
    requirements may have different days under one code, and a step may have been changed since.

    >>> all_, own = ReminderStep("late", "overdue", 1), ReminderStep("late", "overdue", 14, requirement="WRAP")
    >>> day = date(2026, 5, 4)
    >>> step_told([all_, own], "WRAP", "late", day).days, step_told([all_, own], "AWARE", "late", day).days
    (14, 1)
    """
    lines = [line for line in steps if line.code == code]
    lines.sort(key=lambda line: (line.requirement != requirement, line.requirement != EVERYONE))
    held = [line for line in lines if line.first_day <= on <= line.last_day]
    return next(iter((*held, *lines)), None)
