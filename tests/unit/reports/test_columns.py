"""Columns of figures: whom a measure is for, points above a target, workshops of a sector, what is not published."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from typing import Any, cast

import pytest

from compliance.domain.figures import Counts, judge
from compliance.domain.headcount import Headcount, Trained
from compliance.domain.requirement import EVERYONE, Requirement, RoleLink, RuleBook
from foundation.dates import FIRST_DAY, Period
from people.domain import RoleLine
from reports.catalogue.figures import directorates, sectors, targets, trend
from reports.domain.asking import Ask, Line, Sources
from reports.domain.columns import variance
from reports.domain.description import Points, Report, Table
from reports.domain.suppression import publishable
from tests.unit.reports.council import CODES, Council, Nothing

DAY = date(2026, 3, 31)
ASK = Ask(DAY, datetime(2026, 4, 1, 9, tzinfo=UTC), "tests", "Example Borough Council")
CELLS = {(code, "Council", "Parks", ""): Counts(compliant=40, expired=10) for code in CODES}


def built(report: Any, council: Council | None = None) -> Report:
    made: Report = report.build(ASK, cast(Sources, council or Council(CELLS, {}, DAY)))
    return made


def keys(tables: tuple[Table, ...]) -> set[str]:
    return {column.key for table in tables for column in table.columns}


# --- whom a measure is for

BOOK = RuleBook(
    roles=(RoleLine("street", "Street teams"), RoleLine("front", "Front-line staff")),
    requirements=(
        Requirement("ALL", sectors=("council", "school")),
        Requirement("SOME"),
        Requirement("NONE"),
        Requirement("PLACE", units=("Homes > Repairs",)),
    ),
    links=(
        RoleLink("ALL", EVERYONE, 90),
        RoleLink("ALL", "street", 30),
        RoleLink("SOME", "street", 30),
        RoleLink("SOME", "front", 30),
        RoleLink("SOME", "late", 30, first_day=date(2026, 4, 1)),
        RoleLink("PLACE", "late", 30),
    ),
)


@pytest.mark.parametrize(
    "code, words",
    [
        ("ALL", "Everybody (Council, Schools)"),
        ("SOME", "Front-line staff, Street teams"),
        ("NONE", ""),
        ("PLACE", "late"),
        ("GONE", ""),
    ],
)
def test_a_measure_says_whom_it_is_for_and_never_at_which_site(code: str, words: str) -> None:
    assert targets.population_words(BOOK, code, DAY) == words


# --- points above the target


@pytest.mark.parametrize(
    "in_date, others, target, points",
    [
        (70, 30, 70_00, Points(0)),
        (699, 301, 70_00, Points(-1)),
        (6999, 3001, 70_00, Points(-1)),
        (91, 9, 85_50, Points(55)),
        (2, 1, 66_66, Points(0)),
        (0, 3, 80_00, Points(-800)),
    ],
)
def test_points_above_a_target_are_rounded_down(
    in_date: int, others: int, target: int, points: Points
) -> None:
    counts = Counts(compliant=in_date, expired=others)
    assert variance(Line(DAY, "R", "", counts, judge(counts, target))) == points


def test_without_a_target_there_are_no_points() -> None:
    assert variance(Line(DAY, "R", "", Counts(), None)) is None


# --- sectors


@dataclass
class Held:
    """A workshop of a course, with how many of each sector came."""

    course: str
    sectors: dict[str, int]


@dataclass
class Trains(Nothing):
    """Workshops that were held."""

    held: list[Held] = field(default_factory=list)

    def workshops(self, _days: object, _today: date) -> list[Any]:
        return self.held


@dataclass
class OfSectors(Council):
    """Twelve people of schools this year, nineteen ever; two without a post this year."""

    def headcounts(self, days: object) -> list[Headcount]:
        ever = days == Period(FIRST_DAY, DAY)
        return [
            Headcount("school", "WRAP", Trained(30, 19, 12) if ever else Trained(15, 12, 10), 4, 600),
            Headcount(None, "WRAP", Trained(2, 2, 2)),
        ]


def test_a_sector_has_the_workshops_with_somebody_of_it_and_all_ever_trained() -> None:
    held = [Held("WRAP", {"school": 3, "": 1}), Held("WRAP", {"school": 1}), Held("BRIEF", {"school": 9})]
    council = OfSectors({}, {}, DAY, training=Trains(held))
    (table,) = built(sectors, council).tables
    at = [table.place(key) for key in ("sessions", "completions", "people", "ever", "starting")]
    assert [tuple(row[place] for place in at) for row in table.rows] == [
        (2, 15, 12, 19, 600),
        (1, 2, 2, 2, 0),
    ]


def test_a_reader_of_one_organisation_is_told_nothing_of_workshops() -> None:
    council = replace(OfSectors({}, {}, DAY, training=Trains([])), narrowed_to="Harbour Trust")
    (table,) = built(sectors, council).tables
    assert {row[table.place("sessions")] for row in table.rows} == {None}


# --- what is published


@pytest.mark.parametrize(
    "report, tables, columns",
    [
        (trend, {"trend-directorates"}, {"completions", "expiries", "leavers", "starters"}),
        (directorates, {"services"}, {"in_post"}),
        (sectors, set(), {"sessions", "ever"}),
    ],
)
def test_what_is_small_by_nature_is_not_published(report: Any, tables: set[str], columns: set[str]) -> None:
    council = OfSectors(CELLS, {code: Counts(compliant=40, expired=10) for code in CODES}, DAY)
    made = built(report, council)
    public = publishable(made)
    assert tables <= {table.key for table in made.tables}
    assert tables.isdisjoint(table.key for table in public.tables)
    assert columns <= keys(made.tables)
    assert columns.isdisjoint(keys(public.tables))
    assert public.tables


def test_a_trend_names_the_quarter_and_each_directorate() -> None:
    made = built(trend)
    whole = {table.key: table for table in made.tables}
    table = whole["trend"]
    assert {(row[table.place("year")], row[table.place("quarter")]) for row in table.rows} == {
        ("2025-26", "4")
    }
    assert {row[table.place("kept")] for row in table.rows} == {"R-2026-001"}
    parts = whole["trend-directorates"]
    assert [row[:3] for row in parts.rows] == [(code, "Council", "Parks") for code in CODES]
    assert [(row[parts.place("counted_0")], row[parts.place("counted_1")]) for row in parts.rows] == [
        (50, None)
    ] * 2
    assert [row[parts.place("starters")] for row in parts.rows] == [3, 3]
