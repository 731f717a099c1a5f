"""A change of the rule book in words: what begins, what ends, what is different from which day on."""

from collections.abc import Iterable
from dataclasses import dataclass, fields
from datetime import date
from enum import StrEnum

from compliance.domain.change import Key, Line, RuleChange, clipped, key
from compliance.domain.requirement import (
    EVERYONE,
    AcceptedCourse,
    Basis,
    ReminderStep,
    ReminderTerms,
    Renewal,
    Requirement,
    RoleLink,
    StepKind,
    StepTo,
    Target,
    Use,
    Weekday,
)
from courses.domain import Course
from foundation.dates import FAR_DAY, FIRST_DAY
from foundation.formats import count_noun, long_date
from people.domain import RoleLine, RoleRule


class Action(StrEnum):
    """What happens to a line of the rule book."""

    ADDED = "added"
    CHANGED = "changed"
    ENDED = "ended"


@dataclass(frozen=True, slots=True)
class Note:
    """One change in words; `code` is the requirement, course or role that it is about, `about` the very line."""

    action: Action
    code: str
    text: str
    about: Key = ()


def notes(change: RuleChange) -> tuple[Note, ...]:
    """Every change in words, in the order of the rule book. A line that ends and begins anew has changed."""
    effective = change.effective or FIRST_DAY
    ended = [part for line in change.ended if (part := clipped(line, effective)) is not None]
    result: list[tuple[tuple[str, ...], Note]] = []
    for line in change.added:
        # Where several lines are about the same thing, those of the same days belong together.
        earlier = min(
            (part for part in ended if key(part) == key(line)),
            key=lambda part: (part.first_day != line.first_day, part.last_day != line.last_day),
            default=None,
        )
        if earlier is None:
            told = Note(Action.ADDED, _code(line), f"{subject(line)}{details(line)}", key(line))
            result.append((key(line), told))
        else:
            ended.remove(earlier)
            text = f"{subject(line)}: {_differences(earlier, line)}{_from(line.first_day)}"
            result.append((key(line), Note(Action.CHANGED, _code(line), text, key(line))))
    for line in ended:
        last = "" if line.first_day > effective else f" ends before {long_date(effective)}"
        text = f"{subject(line)}{last or ' will not begin'}"
        result.append((key(line), Note(Action.ENDED, _code(line), text, key(line))))
    result.sort(key=lambda item: (_ORDER.index(item[0][0]), item[0], item[1].text))
    return tuple(note for _, note in result)


_ORDER = (
    *("role", "role rule", "course", "requirement", "role link", "accepted course", "target"),
    *("reminder step", "reminder terms"),
)
REMINDERS = "reminders"
"""What notes about reminder steps and terms are about, where that is no requirement."""
TO_WORDS = {
    StepTo.PERSON: "to the person",
    StepTo.MANAGER: "to the manager",
    StepTo.HEAD_OF_SERVICE: "to the head of service",
}
WEEKDAY_WORDS = {
    Weekday.MON: "Monday",
    Weekday.TUE: "Tuesday",
    Weekday.WED: "Wednesday",
    Weekday.THU: "Thursday",
    Weekday.FRI: "Friday",
}


def subject(line: Line) -> str:
    """What a line is about, in words.

    >>> subject(RoleLink("AWARE", "frontline", 90)), subject(Target("AWARE", 7000, "Homes"))
    ('Requirement "AWARE" for role "frontline"', 'Target of requirement "AWARE" in unit "Homes"')
    """
    match line:
        case RoleLine():
            return f'Role "{line.code}"'
        case RoleRule():
            return f'Rule for role "{line.role}" ({_conditions(line)})'
        case Course():
            return f'Course "{line.code}"'
        case Requirement():
            return f'Requirement "{line.code}"'
        case RoleLink():
            who = "everyone" if line.role == EVERYONE else f'role "{line.role}"'
            return f'Requirement "{line.requirement}" for {who}'
        case AcceptedCourse():
            return f'Course "{line.course}" accepted for requirement "{line.requirement}"'
        case Target():
            unit = f' in unit "{line.unit}"' if line.unit else ""
            return f'Target of requirement "{line.requirement}"{unit}'
        case ReminderStep():
            duty = "" if line.requirement == EVERYONE else f' for requirement "{line.requirement}"'
            return f'Reminder step "{line.code}"{duty}'
        case ReminderTerms():
            return "The set of reminder terms"


def naming_key(line: Line) -> str:
    """The key by which a line says what it is about: where a message about the whole line points."""
    match line:
        case RoleRule() | RoleLink():
            return "role"
        case AcceptedCourse():
            return "course"
        case Target():
            return "percent"
        case ReminderTerms():
            return "first_day"
        case _:
            return "code"


def details(line: Line) -> str:
    """The most telling values of a new line, and its days where it does not hold always."""
    told = ""
    match line:
        case RoleLine() | Course() | Requirement():
            told = f': "{line.title}"'
        case RoleLink():
            told = f": {count_noun(line.days, 'day', 'days')} allowed"
        case Target():
            told = f": {percent(line.percent_hundredths)}%"
        case AcceptedCourse():
            told = "" if line.use == Use.ANY else ": for renewal only"
        case ReminderStep():
            told = f": {step_words(line)}"
        case ReminderTerms():
            told = f": {leaving_words(line)}"
    return told + _from(line.first_day) + _to(line.last_day)


def step_words(step: ReminderStep) -> str:
    """When a step speaks, and to whom.

    >>> step_words(ReminderStep("before_60", "before", 60))
    '60 days before the last day, to the person'
    >>> step_words(ReminderStep("manager_1", "overdue", 1, "manager"))
    '1 day after the last day, to the manager'
    >>> step_words(ReminderStep("welcome", "welcome", 0))
    'on the day it is first required, to the person'
    """
    days = count_noun(step.days, "day", "days")
    match step.kind:
        case StepKind.WELCOME:
            when = f"{days} after it is first required" if step.days else "on the day it is first required"
        case StepKind.BEFORE:
            when = f"{days} before the last day" if step.days else "on the last day"
        case _:
            when = f"{days} after the last day"
    return f"{when}, {TO_WORDS[step.to]}"  # type: ignore[index]  # a StrEnum's value is its member


def leaving_words(terms: ReminderTerms) -> str:
    """On what terms reminders leave.

    >>> leaving_words(ReminderTerms())
    'from 8:00 to 18:00 on working days, at most 2 messages a person and day, managers on Monday'
    """
    most = count_noun(terms.most_a_day, "message", "messages")
    weekday = WEEKDAY_WORDS[terms.digest_weekday]  # type: ignore[index]  # a StrEnum's value is its member
    hours = f"from {terms.from_hour}:00 to {terms.to_hour}:00 on working days"
    return f"{hours}, at most {most} a person and day, managers on {weekday}"


def percent(hundredths: int) -> str:
    """Hundredths of a percent as people write a percentage.

    >>> percent(7000), percent(7250), percent(5), percent(8010)
    ('70', '72.5', '0.05', '80.1')
    """
    whole, rest = divmod(hundredths, 100)
    return f"{whole}.{rest:02}".rstrip("0") if rest else str(whole)


def _conditions(rule: RoleRule) -> str:
    named = ("job_title", "unit", "organisation", "sector", "category")
    given = [(name, getattr(rule, name)) for name in named]
    return ", ".join(f'{_label(name)} "{value}"' for name, value in given if value is not None)


def _differences(old: Line, new: Line) -> str:
    """Field by field, what was and what will be."""
    told = []
    for field in fields(new):
        before, after = getattr(old, field.name), getattr(new, field.name)
        if before == after:
            continue
        if field.name == "first_day":
            will_be, was = (_day(day, FIRST_DAY, "always") for day in (after, before))
        elif field.name == "last_day":
            will_be, was = (_day(day, FAR_DAY, "open") for day in (after, before))
        else:
            will_be, was = (_value(field.name, value) for value in (after, before))
        label = "days" if isinstance(new, ReminderStep) and field.name == "days" else _label(field.name)
        told.append(f"{label} {will_be} instead of {was}")
    return ", ".join(told)


def _label(name: str) -> str:
    words = {
        "percent_hundredths": "percent",
        "validity_months": "validity",
        "duration_minutes": "length",
        "counts_for_facilitators": "counts for whoever leads it",
        "days": "days allowed",
        "units": "limited to units",
        "sectors": "limited to sectors",
        "from_hour": "start hour",
        "to_hour": "end hour",
        "most_a_day": "messages a person and day at most",
        "digest_weekday": "managers' day",
    }
    return words.get(name, name.replace("_", " "))


def _value(name: str, value: object) -> str:
    if name == "validity_months":
        return "without end" if value is None else count_noun(int(str(value)), "month", "months")
    if name == "percent_hundredths":
        return percent(int(str(value)))
    if name in ("from_hour", "to_hour"):
        return f"{value}:00"
    if name == "digest_weekday":
        return WEEKDAY_WORDS[value]  # type: ignore[index]  # a StrEnum's value is its member
    if isinstance(value, Renewal):
        return _renewal(value)
    if isinstance(value, date):
        return long_date(value)
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "none"
    if value is None or value == "":
        return "none"
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value) if isinstance(value, int) else f'"{value}"'


def _renewal(rule: Renewal) -> str:
    if rule.basis == Basis.ANNIVERSARY:
        return f"by anniversary ({count_noun(rule.window_days, 'day', 'days')} before the end)"
    if rule.basis == Basis.CALENDAR:
        return f"by calendar ({rule.month:02}-{rule.day:02}, at least {rule.minimum_months} months)"
    return "by completion"


def _day(day: date, unset: date, words: str) -> str:
    return words if day == unset else long_date(day)


def _from(day: date) -> str:
    return "" if day == FIRST_DAY else f", from {long_date(day)}"


def _to(day: date) -> str:
    return "" if day == FAR_DAY else f", to {long_date(day)}"


def _code(line: Line) -> str:
    match line:
        case RoleLink() | AcceptedCourse() | Target():
            return line.requirement
        case ReminderStep():
            return REMINDERS if line.requirement == EVERYONE else line.requirement
        case ReminderTerms():
            return REMINDERS
        case RoleRule():
            return line.role
        case _:
            return line.code


def counted(found: Iterable[Note]) -> dict[str, int]:
    """How many changes of each kind."""
    result = {action.value: 0 for action in Action}
    for note in found:
        result[note.action.value] += 1
    return result
