"""The rule book as its pages show it: lines with their days, and what each may be changed by."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from flask import url_for

from compliance.domain.change import Line
from compliance.domain.drafting import ahead, mark_of
from compliance.domain.requirement import (
    AcceptedCourse,
    ReminderStep,
    ReminderTerms,
    Requirement,
    RoleLink,
    RuleBook,
    Target,
)
from compliance.programme.saying import said
from compliance.programme.words import Note, notes
from courses.domain import Course
from foundation.clock import london_day
from foundation.dates import FAR_DAY, FIRST_DAY
from foundation.formats import long_date
from people.domain import Account, Permission, RoleLine, RoleRule

WRITERS = (Permission.LEARNING, Permission.COORDINATOR)
"""Who may draft: the coordinator targets and audiences only."""

EDITS: Mapping[type[Line], str] = {
    Course: "compliance.rule_edit_course",
    RoleLine: "compliance.rule_edit_role",
    RoleRule: "compliance.rule_edit_role_rule",
    Requirement: "compliance.rule_edit_requirement",
    RoleLink: "compliance.rule_edit_audience",
    AcceptedCourse: "compliance.rule_edit_accepted",
    Target: "compliance.rule_edit_target",
    ReminderStep: "compliance.rule_edit_reminder_step",
    ReminderTerms: "compliance.rule_edit_reminder_terms",
}
"""The page on which each kind of line is changed."""

When = Mapping[Line, tuple[datetime, str]]


@dataclass(frozen=True, slots=True)
class Shown:
    """A line on a page: what it says, its days, where that stands on the day asked about, who recorded it when."""

    text: str
    days: str
    state: str
    recorded_on: date | None = None
    recorded_by: str = ""
    change: str = ""
    """The change of the rule book by which it was recorded; empty for readers who are not shown those."""
    edit: str = ""
    """Where it is changed; empty for readers who may not, and for what is over."""


@dataclass(frozen=True, slots=True)
class Group:
    """The lines about one side of a course, role or requirement. `add`: where another is added, or nothing."""

    id: str
    title: str
    lines: Sequence[Shown]
    nothing: str
    add: str = ""
    add_words: str = ""


@dataclass(frozen=True)
class Reader:
    """What somebody may see and do here. Names of accounts are for those who see everybody."""

    account: Account
    day: date
    when: When = field(default_factory=dict)
    emails: Mapping[str, str] = field(default_factory=dict)
    changes: Mapping[datetime, int] = field(default_factory=dict)
    """The number of each change that was made, by its moment."""

    @property
    def writes_all(self) -> bool:
        return Permission.LEARNING in self.account.permissions

    @property
    def drafts(self) -> bool:
        return not self.account.permissions.isdisjoint(WRITERS)

    def may_edit(self, kind: type[Line]) -> bool:
        """Whether this reader may change lines of a kind."""
        return self.writes_all or (self.drafts and kind in (Target, RoleLink))

    def add(self, kind: type[Line], of: str | None = None) -> str:
        """Where a line of a kind is added, to what has that code; nothing for those who may not."""
        return url_for(EDITS[kind], of=of) if self.may_edit(kind) else ""

    def shown(self, book: RuleBook, lines: Iterable[Line], *, as_given: bool = False) -> list[Shown]:
        """Lines in the order in which people look for them: in force, to come, over; each by first day, or as given."""
        order = {"In force": 0, "From a later day": 1, "Over": 2}
        ordered = lines if as_given else sorted(lines, key=lambda line: line.first_day)
        found = [self._shown(book, line) for line in ordered]
        return sorted(found, key=lambda line: order[line.state])

    def _change(self, at: datetime | None) -> str:
        number = None if at is None else self.changes.get(at)
        return "" if number is None else url_for("compliance.rule_change", number=number)

    def _shown(self, book: RuleBook, line: Line) -> Shown:
        at, actor = self.when.get(line, (None, ""))
        by = ""
        if self.account.sees_everybody and actor:
            by = self.emails.get(actor, "a command" if actor.startswith("command:") else "")
        state = state_on(line, self.day)
        may = self.may_edit(type(line)) and state != "Over"
        return Shown(
            text=said(book, line),
            days=days_words(line),
            state=state,
            recorded_on=london_day(at) if at else None,
            recorded_by=by,
            change=self._change(at),
            edit=url_for(EDITS[type(line)], line=mark_of(line)) if may else "",
        )


def state_on(line: Line, day: date) -> str:
    """Where a line stands on a day, in words."""
    if line.first_day > day:
        return "From a later day"
    return "In force" if line.last_day >= day else "Over"


def days_words(line: Line) -> str:
    """The days on which a line holds.

    >>> days_words(Target("AWARE", 7000)), days_words(Target("AWARE", 7000, first_day=date(2026, 4, 1)))
    ('Always', 'From 1 April 2026')
    """
    first, last = line.first_day, line.last_day
    if first == FIRST_DAY:
        return "Always" if last == FAR_DAY else f"Until {long_date(last)}"
    return f"From {long_date(first)}" + ("" if last == FAR_DAY else f" to {long_date(last)}")


def holding_on(lines: Iterable[Line], day: date) -> list[Line]:
    """The lines in force on a day."""
    return [line for line in lines if line.first_day <= day <= line.last_day]


def later_changes(book: RuleBook, day: date, about: Callable[[Note], bool]) -> list[tuple[date, list[str]]]:
    """What will be different on later days, in words, of what is asked about."""
    found = []
    for turn, change in ahead(book, day):
        told = [note.text for note in notes(change) if about(note)]
        if told:
            found.append((turn, told))
    return found


def is_of_reminders(note: Note) -> bool:
    """Whether a change is one of reminder steps or terms."""
    return note.about[0] in ("reminder step", "reminder terms")
