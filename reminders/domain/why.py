"""Why somebody is written to about a duty, in a plain sentence. Pure."""

from compliance.domain.requirement import StepKind
from foundation.formats import count_noun, long_date
from reminders.domain.due import Item


def why(item: Item) -> str:
    """The step that speaks, counted from the day that it is counted from.

    >>> from datetime import date
    >>> from compliance.domain.requirement import ReminderStep
    >>> from compliance.domain.spans import Status
    >>> from reminders.domain.due import Channel
    >>> step, last_day = ReminderStep("before_30", "before", 30), date(2026, 12, 21)
    >>> days = date(2026, 11, 21), last_day
    >>> why(Item(7, "AWARE", "run:2026-01-05", step, 7, Channel.EMAIL, *days, Status.NOT_YET_DUE))
    '30 days before 21 December 2026, the last day in time'
    """
    last_day = f"{long_date(item.deadline)}, the last day in time"
    days = count_noun(item.step.days, "day", "days")
    match item.step.kind:
        case StepKind.BEFORE if item.step.days == 0:
            return f"On {last_day}"
        case StepKind.BEFORE:
            return f"{days} before {last_day}"
        case StepKind.OVERDUE:
            return f"{days} after {last_day}"
        case StepKind.WELCOME if item.step.days == 0:
            return f"Newly asked for on {long_date(item.triggered_on)}, by {long_date(item.deadline)}"
        case StepKind.WELCOME:
            return f"{days} after it was newly asked for, by {long_date(item.deadline)}"
        case _:
            return f"Step {item.step.code}, by {long_date(item.deadline)}"
