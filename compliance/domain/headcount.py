"""People trained by sector and course, and numbers declared without names. Pure.

A headcount says how many were trained; it never enters a percentage, for nobody can be looked up behind a number that
was only told (plan, baseline; docs/counting-rules.md, "Headcounts").
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from foundation.dates import Period


class DeclaredKind(StrEnum):
    """What a declared number is about."""

    PERIOD = "period"
    """People trained from a day to a day."""
    STARTING = "starting"
    """People trained before this service was used: brought forward, once."""


@dataclass(frozen=True, slots=True)
class Declared:
    """A number of people, as somebody told it. `organisation` is empty for one that is of a whole sector."""

    public_id: str
    kind: DeclaredKind
    sector: str
    organisation: str
    organisation_id: int | None
    course: str
    course_title: str
    days: Period
    people: int
    declared_by: str
    source: str
    recorded_at: datetime


@dataclass(frozen=True, slots=True)
class Trained:
    """What the record holds by name: completions, different people, and completions that were somebody's first."""

    completions: int = 0
    people: int = 0
    first_time: int = 0

    @property
    def again(self) -> int:
        """Completions by people who had completed the course before."""
        return self.completions - self.first_time


@dataclass(frozen=True, slots=True)
class Headcount:
    """One sector and course. The columns are not added up: the same people may be in several of them."""

    sector: str | None
    """None: whoever held no post on the day."""
    course: str
    trained: Trained
    declared: int = 0
    starting: int = 0


Key = tuple[str | None, str]
"""Sector and course."""


def headcounts(trained: Mapping[Key, Trained], declared: Iterable[Declared], days: Period) -> list[Headcount]:
    """The lines of a period, by sector and course.

    A declared number belongs to a period that holds all of its days: half a number cannot be told apart. A starting
    number is brought forward to every period that ends on or after its last day.
    """
    told: dict[Key, int] = defaultdict(int)
    starting: dict[Key, int] = defaultdict(int)
    for one in declared:
        key = (one.sector, one.course)
        if one.kind is DeclaredKind.STARTING:
            starting[key] += one.people if one.days.last <= days.last else 0
        elif holds(days, one.days):
            told[key] += one.people
    keys = {*trained, *(key for key in told if told[key]), *(key for key in starting if starting[key])}
    return [
        Headcount(
            sector,
            course,
            trained.get((sector, course), Trained()),
            told[sector, course],
            starting[sector, course],
        )
        for sector, course in sorted(keys, key=lambda key: (key[0] is None, key[0] or "", key[1]))
    ]


def holds(days: Period, other: Period) -> bool:
    """Whether all days of the other period lie in this one."""
    return days.first <= other.first and other.last <= days.last


def cut(declared: Iterable[Declared], days: Period) -> list[Declared]:
    """Numbers of a period of which only a part lies in these days: they are in none of the lines, and named instead."""
    return [
        one
        for one in declared
        if one.kind is DeclaredKind.PERIOD and one.days.meet(days) is not None and not holds(days, one.days)
    ]


def financial_year(today: date) -> Period:
    """From the first day of the financial year (1 April) to today.

    >>> financial_year(date(2026, 3, 31)), financial_year(date(2026, 4, 1)).first
    (Period(first=datetime.date(2025, 4, 1), last=datetime.date(2026, 3, 31)), datetime.date(2026, 4, 1))
    """
    year = today.year if today.month >= 4 else today.year - 1
    return Period(date(year, 4, 1), today)
