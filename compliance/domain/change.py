"""What a changed rule book means for the recorded one: lines end and begin, the past stays."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import TypeVar

from compliance.domain.requirement import (
    EVERYONE,
    Acceptance,
    AcceptedCourse,
    ReminderStep,
    ReminderTerms,
    Requirement,
    RoleLink,
    RuleBook,
    Target,
    Terms,
)
from courses.domain import Course
from foundation.dates import FAR_DAY, FIRST_DAY, Period, day_after, day_before
from people.domain import RoleLine, RoleRule

ReminderLine = ReminderStep | ReminderTerms
"""What says when reminders go, and to whom. No status and no figure depends on it."""
Line = RoleLine | RoleRule | Course | Requirement | RoleLink | AcceptedCourse | Target | ReminderLine
"""Anything in the rule book that holds from a first to a last day."""
Key = tuple[str, ...]
"""What a line is about: what kind of line, and the codes or conditions by which it is known."""
_LineT = TypeVar("_LineT", bound=Line)


def key(line: Line) -> Key:
    """What a line is about. Of two lines with one key, the later says what has changed."""
    match line:
        case RoleRule():
            conditions = (line.job_title, line.unit, line.organisation, line.sector, line.category)
            return ("role rule", line.role, *(condition or "" for condition in conditions))
        case RoleLink():
            return ("role link", line.requirement, line.role)
        case AcceptedCourse():
            return ("accepted course", line.requirement, line.course)
        case Target():
            return ("target", line.requirement, line.unit or "")
        case ReminderStep():
            return ("reminder step", line.code, line.requirement)
        case ReminderTerms():
            return ("reminder terms",)
        case RoleLine():
            return ("role", line.code)
        case Course():
            return ("course", line.code)
        case Requirement():
            return ("requirement", line.code)


def lines_of(book: RuleBook) -> tuple[Line, ...]:
    """All lines of a rule book."""
    return (
        *book.roles,
        *book.role_rules,
        *book.courses,
        *book.requirements,
        *book.links,
        *book.accepted,
        *book.targets,
        *book.reminder_steps,
        *book.reminder_terms,
    )


def reminder_lines(book: RuleBook) -> frozenset[ReminderLine]:
    """What a rule book says about reminders, on all days."""
    return frozenset((*book.reminder_steps, *book.reminder_terms))


def book_of(lines: Iterable[Line], name: str = "") -> RuleBook:
    """The rule book that consists of these lines, in one order whatever order they come in."""
    everything = sorted(lines, key=lambda line: (key(line), line.first_day, line.last_day, str(line)))
    return RuleBook(
        roles=tuple(line for line in everything if isinstance(line, RoleLine)),
        role_rules=tuple(line for line in everything if isinstance(line, RoleRule)),
        courses=tuple(line for line in everything if isinstance(line, Course)),
        requirements=tuple(line for line in everything if isinstance(line, Requirement)),
        links=tuple(line for line in everything if isinstance(line, RoleLink)),
        accepted=tuple(line for line in everything if isinstance(line, AcceptedCourse)),
        targets=tuple(line for line in everything if isinstance(line, Target)),
        reminder_steps=tuple(line for line in everything if isinstance(line, ReminderStep)),
        reminder_terms=tuple(line for line in everything if isinstance(line, ReminderTerms)),
        name=name,
    )


def holding(line: _LineT, first_day: date, last_day: date) -> _LineT:
    """The same line for other days."""
    if (line.first_day, line.last_day) == (first_day, last_day):
        return line
    return replace(line, first_day=first_day, last_day=last_day)


def clipped(line: _LineT, effective: date) -> _LineT | None:
    """The part of a line from a day on; None when it has ended by then."""
    if line.last_day < effective:
        return None
    return holding(line, max(line.first_day, effective), line.last_day)


@dataclass(frozen=True)
class RuleChange:
    """The change from the recorded rule book to a wanted one.

    `ended` are recorded lines that no longer stand as they are; `kept` are what remains of them, up to the
    day before `effective`; `added` are new lines. `effective` None: the record was empty and takes every line
    with its own days.
    """

    before: RuleBook
    effective: date | None
    ended: tuple[Line, ...] = ()
    kept: tuple[Line, ...] = ()
    added: tuple[Line, ...] = ()
    moved: tuple[Line, ...] = ()
    """Wanted lines with an earlier first day of their own that count from `effective` only."""
    past: tuple[Line, ...] = ()
    """Wanted lines that ended before `effective` and are not in the record: they change nothing."""
    name: str = ""

    @property
    def after(self) -> RuleBook:
        """The rule book once the change is made."""
        ended = set(self.ended)
        left = [line for line in lines_of(self.before) if line not in ended]
        return book_of([*left, *self.kept, *self.added], self.name)

    @property
    def renames(self) -> bool:
        return self.name != self.before.name

    def __bool__(self) -> bool:
        return bool(self.ended or self.added or self.renames)


def change(recorded: RuleBook, wanted: RuleBook, effective: date) -> RuleChange:
    """What to record so that from `effective` on the wanted lines hold, and the days before stay as they are.

    Loading the same rule book again, from the same or any later day, gives an empty change.
    """
    name = wanted.name or recorded.name
    had, wants = lines_of(recorded), lines_of(wanted)
    if not had:
        return RuleChange(recorded, None, added=wants, name=name)
    # A line that has its part from `effective` on in both rule books is the same line, whatever was before.
    parts_wanted = {part: line for line in wants if (part := clipped(line, effective)) is not None}
    parts_had = {part: line for line in had if (part := clipped(line, effective)) is not None}
    ended = [line for part, line in parts_had.items() if part not in parts_wanted]
    new = {part: line for part, line in parts_wanted.items() if part not in parts_had}
    return RuleChange(
        before=recorded,
        effective=effective,
        ended=tuple(ended),
        kept=tuple(
            holding(line, line.first_day, day_before(effective))
            for line in ended
            if line.first_day < effective
        ),
        added=tuple(new),
        moved=tuple(line for line in new.values() if FIRST_DAY < line.first_day < effective),
        past=tuple(line for line in wants if line.last_day < effective and line not in set(had)),
        name=name,
    )


def concerned(old: RuleBook, new: RuleBook) -> set[str]:
    """The codes of the requirements whose timelines may differ between two rule books.

    A requirement rests on its own lines and links, on the rules that give the linked roles, and on its
    accepted courses with their validity and prerequisites. Titles, targets and reminders do not change a timeline.
    """
    codes = {*old.codes, *new.codes}
    return {code for code in codes if _basis(old, code) != _basis(new, code)}


def rests_on(book: RuleBook, code: str) -> tuple[object, ...]:
    """What the figures of a requirement rest on in a rule book, always in one order: its lines, basis and targets."""
    links, rules, terms = _basis(book, code)
    return (
        book.lines_of(code),
        _in_order(links),
        _in_order(rules),
        tuple((period, plain, _in_order(acceptances)) for period, plain, acceptances in terms),
        _in_order(target for target in book.targets if target.requirement == code),
    )


def _in_order(found: Iterable[object]) -> tuple[object, ...]:
    return tuple(sorted(found, key=repr))


_PlainTerms = list[tuple[Period, Requirement, frozenset[Acceptance]]]


def _basis(book: RuleBook, code: str) -> tuple[frozenset[RoleLink], frozenset[RoleRule], _PlainTerms]:
    links = book.links_of(code)
    roles = {link.role for link in links} - {EVERYONE}
    return (
        frozenset(links),
        frozenset(rule for rule in book.role_rules if rule.role in roles),
        _plain_terms(book.terms(code)),
    )


def _plain_terms(found: Iterable[Terms]) -> _PlainTerms:
    """The terms without titles; neighbours that differ in nothing else made one."""
    result: _PlainTerms = []
    for terms in found:
        period, acceptances = terms.period, frozenset(terms.acceptances)
        plain = replace(terms.requirement, title="", kind="", first_day=FIRST_DAY, last_day=FAR_DAY)
        if (
            result
            and result[-1][1:] == (plain, acceptances)
            and day_after(result[-1][0].last) == period.first
        ):
            period = Period(result.pop()[0].first, period.last)
        result.append((period, plain, acceptances))
    return result
