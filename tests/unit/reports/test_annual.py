"""The annual report says what the other reports say, and whoever knows all of it finds no number from 1 to 4."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime
from types import ModuleType
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from compliance.domain.figures import Counts, Rag
from reports.catalogue.figures import annual, directorates, members, sectors, targets, trend
from reports.domain.asking import Ask, Sources
from reports.domain.commentary import Said
from reports.domain.description import WITHHELD, Percent, Report, Table
from reports.domain.suppression import LEAST, publishable
from tests.unit.reports.council import CODES, COHORT, PLACES, SCHOOLS, Cell, Council, Told, councils

DAY = date(2026, 3, 31)
ASK = Ask(DAY, datetime(2026, 4, 7, 8, tzinfo=UTC), "L&D", "Example Borough Council")
COUNCILS = councils(DAY)
KINDS = ("in_date", "not_in_date", "away")


def made(council: Council) -> Report:
    return annual.build(ASK, cast(Sources, council))


def table_of(report: Report, key: str) -> Table | None:
    return next((table for table in report.tables if table.key == key), None)


class Reader:
    """Somebody who knows every published number, which role sits in which place, and does all sums that follow."""

    def __init__(self, council: Council, public: Report) -> None:
        self.council = council
        self.unknowns = {
            (cell, kind): at
            for at, (cell, kind) in enumerate(
                (cell, kind) for cell in sorted(council.cells) for kind in KINDS
            )
        }
        self.equal: list[tuple[dict[int, int], int]] = []
        self.at_least_one: list[dict[int, int]] = []
        self.read(public)

    def read(self, public: Report) -> None:
        """Another publication of the same day."""
        for key, places in (
            ("targets", ()),
            ("whole", ()),
            ("trend", ()),
            ("organisations", (1,)),
            ("directorates", (1, 2)),
        ):
            self._rows(table_of(public, key), places)
        self._members(table_of(public, "members"))
        self._coverage(table_of(public, "coverage"))
        for section in public.sections:
            for table in section.tables:
                if table.key.startswith("schools-"):
                    self._schools(table, section.paragraphs)

    def sum_of(self, wanted: dict[int, str], *kinds: str) -> dict[int, int]:
        """The unknowns of the cells with these parts, each once."""
        return {
            at: 1
            for (cell, kind), at in self.unknowns.items()
            if kind in kinds and all(cell[part] == name for part, name in wanted.items())
        }

    def _rows(self, table: Table | None, places: tuple[int, ...]) -> None:
        if table is None:
            return
        for row in table.rows:
            if table.key == "trend" and row[table.place("day")] != DAY:
                continue
            keys = ("requirement", "organisation", "directorate")
            wanted = {part: str(row[table.place(keys[part])]) for part in (0, *places)}
            self._figure(table, row, wanted)

    def _figure(self, table: Table, row: tuple[object, ...], wanted: dict[int, str]) -> None:
        counted, in_date = row[table.place("counted")], row[table.place("in_date")]
        percent = row[table.place("percent")]
        if isinstance(percent, Percent):
            # More than is printed: a percentage of small numbers gives both away.
            counted, in_date = percent.whole, percent.part
        if isinstance(counted, int):
            self.equal.append((self.sum_of(wanted, "in_date", "not_in_date"), counted))
        if isinstance(in_date, int):
            self.equal.append((self.sum_of(wanted, "in_date"), in_date))

    def _members(self, table: Table | None) -> None:
        if table is None:
            return
        for row in table.rows:
            wanted = {0: str(row[table.place("requirement")]), 3: COHORT}
            self._figure(table, row, wanted)
            office = row[table.place("in_office")]
            if isinstance(office, int):
                self.equal.append((self.sum_of(wanted, *KINDS), office))

    def _coverage(self, table: Table | None) -> None:
        if table is None or "covered" not in {column.key for column in table.columns}:
            return
        for row in table.rows:
            code = str(row[table.place("title")]).removeprefix("Title of ")
            covered, schools = row[table.place("covered")], row[table.place("schools")]
            for name in SCHOOLS:
                unknowns = self.sum_of({0: code, 1: name}, "in_date")
                if covered == 0:
                    self.equal.append((unknowns, 0))
                elif isinstance(covered, int) and covered == schools:
                    self.at_least_one.append(unknowns)

    def _schools(self, table: Table, says: tuple[str, ...]) -> None:
        code, keys = table.key.removeprefix("schools-").upper(), {one.key for one in table.columns}
        all_are = any(f"{len(SCHOOLS)} of {len(SCHOOLS)} " in words for words in says)
        for row in table.rows:
            wanted = {0: code, 1: str(row[table.place("school")])}
            if "counted" in keys:
                self._figure(table, row, wanted)
            covered = row[table.place("covered")] if "covered" in keys else WITHHELD
            if covered == "No":
                self.equal.append((self.sum_of(wanted, "in_date"), 0))
            elif covered == "Yes" or all_are:
                self.at_least_one.append(self.sum_of(wanted, "in_date"))

    def goals(self) -> Iterator[tuple[str, dict[int, int]]]:
        """What could point at somebody: a cell, a place, a group, all schools together."""
        # No number of one requirement says anything of another.
        code = CODES[0]
        for kind in KINDS:
            yield kind, self.sum_of({0: code}, kind)
            yield f"{COHORT} {kind}", self.sum_of({0: code, 3: COHORT}, kind)
            for organisation in sorted({place[0] for place in PLACES}):
                yield f"{organisation} {kind}", self.sum_of({0: code, 1: organisation}, kind)
            for organisation, directorate, _ in PLACES:
                wanted = {0: code, 1: organisation, 2: directorate}
                yield f"{organisation} {directorate} {kind}", self.sum_of(wanted, kind)
            schools: dict[int, int] = {}
            for name in SCHOOLS:
                schools |= self.sum_of({0: code, 1: name}, kind)
            yield f"all schools {kind}", schools

    def found(self) -> list[str]:
        """The numbers that must lie from 1 to 4."""
        left, right = self._matrix([one for one, _ in self.equal]), [value for _, value in self.equal]
        above = -self._matrix(self.at_least_one)
        found = []
        for name, goal in self.goals():
            if not goal:
                continue
            (wanted,) = self._matrix([goal])
            ends = []
            for sign in (1, -1):
                solved = linprog(
                    sign * wanted,
                    A_ub=above if len(above) else None,
                    b_ub=-np.ones(len(above)) if len(above) else None,
                    A_eq=left if len(left) else None,
                    b_eq=right if len(left) else None,
                    bounds=(0, 10_000),
                )
                assert solved.status == 0
                ends.append(sign * solved.fun)
            least, most = ends
            if least > 0.5 and most < LEAST - 0.5:
                found.append(f"{name}: {least:g} to {most:g}")
        return found

    def _matrix(self, sums: list[dict[int, int]]) -> np.ndarray:
        matrix = np.zeros((len(sums), len(self.unknowns)))
        for number, one in enumerate(sums):
            for at, factor in one.items():
                matrix[number, at] = factor
        return matrix


@settings(max_examples=25)
@given(COUNCILS)
def test_what_is_published_gives_no_number_from_one_to_four_back(council: Council) -> None:
    assert Reader(council, publishable(made(council))).found() == []


FEW_IN_SCHOOLS = {
    ("R1", "Council", "Parks", ""): Counts(compliant=200, expired=100),
    ("R1", "Trust", "", ""): Counts(compliant=60, expired=30),
    ("R1", "Quay School", "Teaching", ""): Counts(compliant=3, expired=60),
}
ONE_IN_EACH = {("R1", school, "Teaching", ""): Counts(compliant=1, expired=10) for school in SCHOOLS} | {
    ("R1", "Quay School", "Teaching", ""): Counts(compliant=4, expired=10),
    ("R1", "Council", "Parks", ""): Counts(compliant=30, expired=10),
}
COUNCILLORS = {
    ("R1", "Council", "Care", ""): Counts(compliant=3, expired=10),
    ("R1", "Council", "Members", COHORT): Counts(compliant=20, expired=10),
    ("R1", "Council", "Parks", ""): Counts(compliant=200, expired=100),
}


def every_requirement(*_: object) -> set[str]:
    return set(CODES)


def as_it_is(table: Table, *_: object, **__: object) -> Table:
    return table


@pytest.mark.parametrize(
    "cells, where, protection, without, finds",
    [
        (COUNCILLORS, members, "apart", lambda table, _held: (table,), "Council Care in_date: 3 to 3"),
        (FEW_IN_SCHOOLS, annual, "_left_out", every_requirement, "all schools in_date: 3 to 3"),
        (ONE_IN_EACH, annual, "_kept_in", as_it_is, "Quay School in_date: 1 to 4"),
    ],
)
def test_with_a_protection_taken_away_the_reader_finds_somebody(
    monkeypatch: pytest.MonkeyPatch,
    cells: dict[Cell, Counts],
    where: ModuleType,
    protection: str,
    without: Callable[..., object],
    finds: str,
) -> None:
    """What the annual report does beyond each of its parts is needed, and the reader would see it missing."""
    council = Council(cells, {}, DAY)
    assert Reader(council, publishable(made(council))).found() == []
    monkeypatch.setattr(where, protection, without)
    assert finds in Reader(council, publishable(made(council))).found()


def test_the_reader_finds_a_number_that_is_not_held_back() -> None:
    cells = {("R1", "Council", "Parks", ""): Counts(compliant=3, expired=40)}
    council = Council(cells, {}, DAY)
    assert "Council Parks in_date: 3 to 3" in Reader(council, made(council)).found()


@settings(max_examples=40)
@given(COUNCILS)
def test_every_number_is_that_of_another_report(council: Council) -> None:
    report, sources = made(council), cast(Sources, council)
    for single in (targets, directorates, trend, sectors, members):
        others = {table.key: table for table in _tables(single, sources)}
        for table in report.tables:
            other = others.get(table.key.removesuffix("-kept-in"))
            if other is not None:
                assert [one.key for one in table.columns] == [one.key for one in other.columns]
                assert set(table.rows) <= set(other.rows)
    for key in ("targets", "whole", "trend"):
        shown = table_of(report, key)
        assert shown is not None
        assert {row[0] for row in shown.rows} == {line.requirement for line in council.figures(DAY)}


def _tables(single: ModuleType, sources: Sources) -> tuple[Table, ...]:
    """The tables of a report; members with all their rows, which the annual report may set apart otherwise."""
    if single is members:
        return (members.table_of(ASK, sources),)
    report: Report = single.build(ASK, sources)
    return report.tables


@given(COUNCILS)
def test_the_keys_of_its_tables_are_its_own(council: Council) -> None:
    keys = [table.key for table in made(council).tables]
    assert len(keys) == len(set(keys))


@given(COUNCILS)
def test_members_stand_once_whether_or_not_they_are_published(council: Council) -> None:
    report = made(council)
    sources = cast(Sources, council)
    for one in (report, members.build(ASK, sources)):
        parts = [table.rows for table in one.tables if table.key.startswith("members")]
        rows = sorted(map(str, (row for rows in parts for row in rows)))
        assert rows == sorted(map(str, members.table_of(ASK, sources).rows))


@pytest.mark.parametrize(
    "quay, others, is_shown", [(20, 30, True), (5, 1, True), (4, 1, False), (8, 0, True), (0, 0, True)]
)
def test_all_schools_covered_is_not_published_where_each_must_be_of_few_people(
    quay: int, others: int, is_shown: bool
) -> None:
    numbers = dict.fromkeys(SCHOOLS, others) | {"Quay School": quay}
    cells = {
        ("R1", school, "Teaching", ""): Counts(compliant=number, expired=10)
        for school, number in numbers.items()
    }
    cells["R1", "Council", "Parks", ""] = Counts(compliant=30, expired=10)
    table = table_of(publishable(made(Council(cells, {}, DAY))), "coverage")
    assert table is not None
    assert ("covered" in {column.key for column in table.columns}) == is_shown


@given(st.permutations(["", "NHS England", "37", "5", "36 (stalls)"]))
def test_actions_stand_in_the_order_of_the_plan(refs: list[str]) -> None:
    assert sorted(refs, key=annual._order) == ["5", "36 (stalls)", "37", "NHS England", ""]


SAID = {
    ("annual", "summary"): Said("Much is done.\n\nMore is to do.", "The lead", Rag.AMBER),
    ("annual", "next-year"): Said("Depots.", "The lead"),
    ("targets", "R1"): Said("Turnover", "Workforce", Rag.AMBER),
    ("targets", "R2"): Said("Three of them left.", "Care"),
}


def test_it_says_what_is_said_and_published_words_stand_but_those_of_rows_held_back() -> None:
    cells = {
        ("R1", "Council", "Parks", ""): Counts(compliant=10, expired=40),
        ("R2", "Council", "Parks", ""): Counts(compliant=10, expired=3),
    }
    report = made(Council(cells, {}, DAY, Told(SAID)))
    paragraphs = {section.title: section.paragraphs for section in report.sections}
    assert paragraphs["Summary"] == ("Amber.", "Much is done.", "More is to do.", "Answers for it: The lead.")
    assert paragraphs["Data quality and caveats"] == (annual.NOTHING_SAID,)
    assert "Answers for it" not in str(publishable(report).sections)
    assert "Workforce" not in str(publishable(report).sections)
    assert paragraphs["Actions for next year"] == ("Depots.", "Answers for it: The lead.")
    words = {}
    for version in (report, publishable(report)):
        table = table_of(version, "targets")
        assert table is not None
        words[version.is_publishable] = [row[table.place("commentary")] for row in table.rows]
        assert version.sections[0].paragraphs[:3] == paragraphs["Summary"][:3]
    assert words[False] == [
        "Amber (by the figure: red). Turnover. Answers for it: Workforce.",
        "Three of them left. Answers for it: Care.",
    ]
    assert words[True] == ["Amber (by the figure: red). Turnover.", WITHHELD]


def test_what_is_to_be_put_right_and_who_is_not_counted_is_not_published() -> None:
    cells = {("R1", "Council", "Parks", ""): Counts(compliant=10, expired=40, absent=2)}
    report = made(Council(cells, {}, DAY))
    public = publishable(report)
    for key in ("gaps", "not-counted"):
        assert table_of(report, key) is not None
        assert table_of(public, key) is None
