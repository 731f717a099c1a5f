"""What is told next about a duty once today's reminders are planned. Pure."""

from collections.abc import Iterator
from datetime import date

from compliance.domain.requirement import ReminderStep, StepTo
from reminders.domain.due import SPOKEN_TO, Due
from reminders.domain.planning import Circumstances


def next_step(under: Circumstances, due: Due) -> tuple[date, ReminderStep] | None:
    """The first step after the day that would speak of a duty if nothing were done until then, and its day.

    A step to somebody whom the person has not, such as a head of service, speaks to nobody. Of several on one day it is
    the one that is told first (`Circumstances.steps_of`).
    """
    if due.status not in SPOKEN_TO:
        return None
    return min(_turns(under, due), key=lambda turn: turn[0], default=None)


def _turns(under: Circumstances, due: Due) -> Iterator[tuple[date, ReminderStep]]:
    for step in under.steps_of(due.requirement):
        day = under.step_files[step.kind].triggered_on(due, step.days)
        if day is not None and day > under.day and _has_recipient(due, step):
            yield day, step


def _has_recipient(due: Due, step: ReminderStep) -> bool:
    above = {StepTo.MANAGER: due.managers, StepTo.HEAD_OF_SERVICE: due.heads}
    return step.to == StepTo.PERSON or bool(above.get(StepTo(step.to)))
