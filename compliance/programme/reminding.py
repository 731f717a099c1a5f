"""Reminder steps and terms of a programme file: read from their tables, and checked against each other."""

import re
from collections.abc import Iterable, Mapping
from itertools import combinations

from compliance.domain.change import Line
from compliance.domain.requirement import (
    EVERYONE,
    Kind,
    ReminderStep,
    ReminderTerms,
    Requirement,
    StepKind,
    StepTo,
    Weekday,
)
from compliance.programme.table import CODE_LENGTH, Table, did_you_mean
from compliance.programme.words import subject
from foundation.dates import Period, joined

STEP_DAYS_MOST = 365
MOST_A_DAY = 20
"""So many messages a person and day nobody wants; a rule book with more has a slip in it."""
HOURS = 24
_CODE = re.compile(rf"[A-Za-z0-9_]{{1,{CODE_LENGTH}}}")
_PLAIN = ReminderTerms()
"""The terms where the rule book says nothing."""
CODE_WANTED = f"A step's code has letters, digits and underscores, at most {CODE_LENGTH}, like before_60."
OVERDUE_ALONE = "Managers and heads of service are told of what is overdue, and of nothing else."


def is_step_code(code: str) -> bool:
    """Whether a step may be known by this.

    >>> is_step_code("before_60"), is_step_code("before 60"), is_step_code("")
    (True, False, False)
    """
    return _CODE.fullmatch(code) is not None


def least_days(kind: str) -> int:
    """The fewest days that a kind of step may have: what is due today is not overdue."""
    return 1 if kind == StepKind.OVERDUE else 0


def step_of(table: Table) -> ReminderStep:
    """A reminder step."""
    code = table.required_text("code", CODE_LENGTH)
    if code and not is_step_code(code):
        table.refuse("code", f'"{code}" cannot be the code of a step. {CODE_WANTED}')
    kind = table.choice("kind", StepKind)
    least = least_days(kind)
    to = table.choice("to", StepTo, StepTo.PERSON.value, "recipient")
    if to != StepTo.PERSON and kind in (StepKind.WELCOME, StepKind.BEFORE):
        table.refuse("to", f'{OVERDUE_ALONE} Write kind = "overdue", or to = "person".')
    return ReminderStep(
        code,
        kind,
        table.whole("days", least, STEP_DAYS_MOST, "days", least),
        to,
        table.condition("requirement", CODE_LENGTH) or EVERYONE,
        *table.period(),
    )


def terms_of(table: Table) -> ReminderTerms:
    """The terms on which reminders leave."""
    from_hour = table.whole("from_hour", 0, HOURS, "hours", _PLAIN.from_hour, may_be_left_out=True)
    to_hour = table.whole("to_hour", 0, HOURS, "hours", _PLAIN.to_hour, may_be_left_out=True)
    if table.is_sound and to_hour <= from_hour:
        table.refuse(
            "to_hour",
            f"No reminder could leave: to_hour, {to_hour}, must be later than from_hour, {from_hour}.",
        )
    most = table.whole("most_a_day", 1, MOST_A_DAY, "messages", _PLAIN.most_a_day, may_be_left_out=True)
    weekday = table.choice("digest_weekday", Weekday, str(_PLAIN.digest_weekday), "working day")
    return ReminderTerms(from_hour, to_hour, most, weekday, *table.period())


def check_reminders(tables: Mapping[Line, Table]) -> None:
    """Note what is wrong between the reminder steps of a file and its other lines."""
    steps = [line for line in tables if isinstance(line, ReminderStep)]
    requirements = [line for line in tables if isinstance(line, Requirement)]
    _of_duties(steps, requirements, tables)
    _once_each(steps, tables)


def _of_duties(
    steps: Iterable[ReminderStep], requirements: Iterable[Requirement], tables: Mapping[Line, Table]
) -> None:
    known = {line.code for line in requirements}
    duties = {line.code for line in requirements if line.kind == Kind.DUTY}
    for step in steps:
        code = step.requirement
        if code == EVERYONE or code in duties:
            continue
        if code in known:
            message = (
                f'"{code}" is only a measure: nobody is asked to do it, so nobody can be reminded of it.'
            )
            tables[step].refuse(
                "requirement", f"{message} Name a duty, or leave the line out for every duty."
            )
        else:
            message = f'There is no requirement "{code}" in this file.{did_you_mean(code, known)}'
            tables[step].refuse("requirement", f"{message} Leave the line out for every duty.")


def _once_each(steps: Iterable[ReminderStep], tables: Mapping[Line, Table]) -> None:
    """The same people are not told the same on the same day by two steps."""
    every = list(steps)
    for one, other in combinations(every, 2):
        same = (one.kind, one.days, one.to) == (other.kind, other.days, other.to)
        if same and one.code != other.code and _both_speak(one, other, every):
            tables[other].refuse(
                "days",
                f"{subject(one)} says the same to the same people on the same day. Give each number of days once.",
            )


def _both_speak(one: ReminderStep, other: ReminderStep, every: Iterable[ReminderStep]) -> bool:
    """Whether both hold on some day for some duty. A step of its own takes the place of that for all with its code."""
    days = _period(one).meet(_period(other))
    if days is None or one.requirement == other.requirement:
        return days is not None
    if EVERYONE not in (one.requirement, other.requirement):
        return False
    for_all, own = (one, other) if one.requirement == EVERYONE else (other, one)
    instead = [
        found
        for step in every
        if (step.code, step.requirement) == (for_all.code, own.requirement)
        and (found := days.meet(_period(step))) is not None
    ]
    return joined(instead) != [days]


def _period(step: ReminderStep) -> Period:
    return Period(step.first_day, step.last_day)
