"""What reports ask about one person, one manager's team, and the people of a role. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from compliance.domain.asked import Part
from compliance.domain.figures import Counts, Judgement
from compliance.domain.spans import Span, Status
from courses.domain import Evidence
from foundation.dates import FAR_DAY


def end_of(span: Span) -> date | None:
    """The last day of the proof, also where it has passed; none where it does not run out, or nothing counted."""
    found = span.valid_until if span.covered else span.lapsed_on
    return None if found == FAR_DAY else found


def due_of(span: Span) -> date | None:
    """The day by which it is or was first due, where that day matters; none for whoever has been up to date since.

    What ran out before that day, in an earlier run or before it was asked for, was never late: the due day was missed.
    """
    if span.status is Status.EXPIRED and span.due_on is not None and span.lapsed_on is not None:
        return span.due_on if span.lapsed_on < span.due_on else None
    return span.due_on if span.status in _DUE and span.lapsed_on is None else None


def last_day_of(span: Span) -> date | None:
    """The last day in time: the later of the end of the proof and the day it was due, as reminders take it."""
    return max(filter(None, (end_of(span), due_of(span))), default=None)


_DUE = frozenset({Status.NOT_YET_DUE, Status.AWAITING_CHECK, Status.OUTSTANDING})


def days_overdue(span: Span, day: date) -> int | None:
    """For how many days it has been overdue; none where it is not.

    Where what was done counts no more though it never ran out, the first such day is the first of the status.
    """
    if span.status not in (Status.EXPIRED, Status.OUTSTANDING):
        return None
    last = last_day_of(span)
    return (day - span.first_day).days + 1 if last is None else (day - last).days


@dataclass(frozen=True, slots=True)
class OwnDuty:
    """One duty of one person on a day. `part` and `press` order them, as the page "My training" does.

    `courses` are those that can be taken; `taken` is the course of the span, with the evidence for it and the day on
    which that was recorded; `waiting_since` is set where something sent in waits for a check.
    """

    requirement: str
    title: str
    part: Part
    press: date
    span: Span
    reason: str
    why: str
    courses: tuple[str, ...]
    taken: str
    evidence: Evidence | None
    recorded_on: date | None
    waiting_since: date | None
    where: str


@dataclass(frozen=True, slots=True)
class Own:
    """One person, and what is asked of them on a day."""

    name: str
    duties: tuple[OwnDuty, ...]


@dataclass(frozen=True, slots=True)
class TeamDuty:
    """One duty of one person of a team on a day. `roles` are in words; `booked`: the workshop to come, in words.

    `reminded_on`: the day on which the person was last told of it, in its present cycle (docs/reminders.md).
    """

    name: str
    job_title: str
    roles: tuple[str, ...]
    requirement: str
    title: str
    span: Span
    booked: str
    reminded_on: date | None = None


@dataclass(frozen=True, slots=True)
class TeamFigure:
    """The figure of a team for one duty."""

    requirement: str
    title: str
    counts: Counts
    judgement: Judgement | None
    plan_ref: str


@dataclass(frozen=True, slots=True)
class TeamAnswer:
    """A manager's team on a day: how many people, each duty of each of them, and the figures they add up to."""

    manager: str
    people: int
    soon: date
    """The last day of what has to be done soon."""
    duties: tuple[TeamDuty, ...]
    figures: tuple[TeamFigure, ...]


@dataclass(frozen=True, slots=True)
class Reached:
    """Of the people of a role whom a requirement is for: who ever did what counts towards it, and who did lately."""

    ever: int
    lately: int


class NameSources(Protocol):
    """One person, one manager's team, and the people of a role."""

    def person(self, of: str, day: date, at: datetime) -> Own:
        """What is asked of the person with this staff number. `at`: from when on workshops are still to come.

        Raises NotFound where there is nobody with that number.
        """
        ...

    def team(self, of: str, day: date, at: datetime, *, below: bool) -> TeamAnswer:
        """The team of the manager with this staff number: direct reports, or with `below` everybody who follows.

        Raises NotFound where there is nobody with that number.
        """
        ...

    def reached(self, day: date, role: str, requirement: str, since: date) -> Reached:
        """How many of the people of a role did, up to the day and ever or since a day, what counts."""
        ...
