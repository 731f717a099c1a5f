"""What is published points at nobody: whoever knows all of it and can do sums finds no number from 1 to 4."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from typing import cast

import numpy as np
import pytest
from hypothesis import given, settings
from scipy.optimize import linprog

from compliance.domain.figures import Counts, Rag
from reports.catalogue.figures import sectors
from reports.domain.asking import Ask, Line, Sources
from reports.domain.commentary import Said, in_a_cell
from reports.domain.description import (
    WITHHELD,
    Cell,
    Column,
    Kind,
    Percent,
    Report,
    Says,
    Section,
    Table,
    text_of,
)
from reports.domain.suppression import HELD_BACK, LEAST, publishable
from tests.unit.reports.council import Council
from tests.unit.reports.descriptions import HEAD, MOMENT, NUMBERS, PERSON, figures

Unknown = tuple[str, tuple[Cell, ...], str]
"""A number of a row: its table, the texts of the row, and what it counts (in date, or counted and not in date)."""
PARTS = ("in_date", "not_in_date")
ASK = Ask(date(2026, 3, 31), MOMENT, "tests", "Example Borough Council")
LINE = Line(ASK.as_at, "AWARE", "Awareness", Counts(absent=305), None)


class Solver:
    """All that the published tables say as equations, over the two numbers of people that every row holds."""

    def __init__(self, report: Report) -> None:
        self.unknowns: dict[Unknown, int] = {}
        self.equations: list[tuple[dict[int, int], int]] = []
        for table in report.tables:
            for row in table.rows:
                self._row(table, row)
        for table in report.tables:
            self._sums(report, table)

    def _place(self, table: Table, row: tuple[Cell, ...], part: str) -> int:
        texts = row[: len(table.columns) - len(NUMBERS)]
        return self.unknowns.setdefault((table.key, texts, part), len(self.unknowns))

    def _row(self, table: Table, row: tuple[Cell, ...]) -> None:
        in_date, other = (self._place(table, row, part) for part in PARTS)
        counted_cell, in_date_cell = row[-3], row[-2]
        if isinstance(in_date_cell, int):
            self.equations.append(({in_date: 1}, in_date_cell))
        if isinstance(counted_cell, int):
            self.equations.append(({in_date: 1, other: 1}, counted_cell))

    def _sums(self, report: Report, table: Table) -> None:
        whole = next((one for one in report.tables if one.key == table.whole), None)
        if whole is None:
            return
        for row in whole.rows:
            group = row[: len(whole.columns) - len(NUMBERS)]
            for part in PARTS:
                equation = {self._place(whole, row, part): -1}
                for other in table.rows:
                    if other[: len(group)] == group:
                        equation[self._place(table, other, part)] = 1
                self.equations.append((equation, 0))

    def bounds(self) -> Iterator[tuple[Unknown, float, float]]:
        """The least and the most that each number can be."""
        size = len(self.unknowns)
        left = np.zeros((len(self.equations), size))
        right = np.zeros(len(self.equations))
        for number, (equation, value) in enumerate(self.equations):
            for at, factor in equation.items():
                left[number, at] = factor
            right[number] = value
        for unknown, at in self.unknowns.items():
            goal = np.zeros(size)
            goal[at] = 1
            least = linprog(goal, A_eq=left, b_eq=right, bounds=(0, None))
            most = linprog(-goal, A_eq=left, b_eq=right, bounds=(0, 100_000))
            assert least.status == 0
            assert most.status == 0
            yield unknown, least.fun, -most.fun


@settings(max_examples=20)
@given(figures())
def test_no_sum_brings_back_a_number_from_one_to_four(report: Report) -> None:
    for unknown, least, most in Solver(publishable(report)).bounds():
        assert not (least > 0.5 and most < LEAST - 0.5), (unknown, least, most)


def test_the_solver_finds_a_number_that_is_held_back_alone() -> None:
    table = Table(
        "parts",
        "parts",
        (Column("requirement", "R"), Column("organisation", "O"), *NUMBERS),
        (("R", "A", WITHHELD, WITHHELD, WITHHELD), ("R", "B", 50, 40, Percent(40, 50))),
        within=("requirement",),
        whole="whole",
    )
    whole = Table("whole", "whole", (Column("requirement", "R"), *NUMBERS), (("R", 60, 43, Percent(43, 60)),))
    report = Report("figures", HEAD, (Section("Figures", tables=(whole, table)),))
    found = {unknown: (least, most) for unknown, least, most in Solver(report).bounds()}
    assert found["parts", ("R", "A"), "in_date"] == (3, 3)


@settings(max_examples=20)
@given(figures())
def test_what_is_shown_is_what_was_and_asking_twice_changes_nothing(report: Report) -> None:
    public = publishable(report)
    for before, after in zip(report.tables, public.tables, strict=True):
        for row, shown in zip(before.rows, after.rows, strict=True):
            assert all(cell in (WITHHELD, was) for was, cell in zip(row, shown, strict=True))
    assert publishable(public) == public
    held = any(cell is WITHHELD for table in public.tables for row in table.rows for cell in row)
    assert (HELD_BACK in public.head.caveats) == held


def test_large_numbers_are_published_as_they_are() -> None:
    rows = (("R", 100, 90, Percent(90, 100)),)
    table = Table(
        "whole", "w", (Column("requirement", "R"), *NUMBERS), rows, inside=(("counted", "in_date"),)
    )
    public = publishable(Report("figures", HEAD, (Section("Figures", tables=(table,)),)))
    assert public.tables[0].rows == rows
    assert public.is_publishable


def test_a_small_difference_within_a_row_is_held_back_too() -> None:
    rows = (("R", 100, 97, Percent(97, 100)),)
    table = Table(
        "whole", "w", (Column("requirement", "R"), *NUMBERS), rows, inside=(("counted", "in_date"),)
    )
    public = publishable(Report("figures", HEAD, (Section("Figures", tables=(table,)),)))
    assert public.tables[0].rows == (("R", WITHHELD, WITHHELD, WITHHELD),)


def test_names_sensitive_columns_and_the_people_behind_are_left_out() -> None:
    of_people = Table("people", "People", (PERSON,), (("Somebody",),))
    posts = Table(
        "posts",
        "Posts",
        (Column("place", "Place", says=Says.SENSITIVE), Column("people", "People", Kind.NUMBER)),
        (("Power station", 20),),
    )
    report = Report("any", HEAD, (Section("All", ("Words.",), (of_people, posts)),), behind=(of_people,))
    public = publishable(report)
    assert [table.key for table in public.tables] == ["posts"]
    assert public.tables[0].columns == (posts.columns[1],)
    assert public.tables[0].rows == ((20,),)
    assert not public.behind


def test_small_numbers_of_the_head_are_put_in_words() -> None:
    head = replace(HEAD, excluded=(("exempt", 3), ("away from work", 30), ("not yet due", 0)))
    public = publishable(Report("any", head, ()))
    assert [text_of(people) for _, people in public.head.excluded] == ["fewer than 5", "30", "0"]


def test_two_reports_that_show_the_same_parts_hold_the_same_ones_back() -> None:
    """What one of them held back could be had from the other."""
    parts = (("Acorn", 3, 2), ("Beech", 20, 10), ("Cedar", 20, 10), ("Nobody", 0, 0), ("Oak", 300, 150))
    columns = (Column("school", "School"), *NUMBERS)
    inside = (("counted", "in_date"),)
    hidden = []
    for order in (parts, tuple(reversed(parts))):
        rows = tuple((name, counted, done, Percent(done, counted)) for name, counted, done in order)
        table = Table("t", "t", columns, rows, whole="elsewhere", label="school", inside=inside)
        public = publishable(Report("t", HEAD, (Section("Schools", ("5 of 5 schools.",), (table,)),)))
        hidden.append({row[0] for row in public.tables[0].rows if row[1] is WITHHELD})
        assert not public.sections[0].paragraphs
    assert hidden[0] == hidden[1] == {"Acorn", "Beech", "Nobody"}


def test_nobody_is_named_as_the_maker() -> None:
    public = publishable(Report("any", replace(HEAD, made_by="sam@council.example"), ()))
    assert public.head.made_by == HEAD.council


def test_a_sector_of_few_people_trained_again_is_held_back() -> None:
    """30 completions of 20 people, 18 of them for the first time: two people had been trained before."""
    row = ("Council", "WRAP", 3, 30, 20, 18, 12, 40, 0, 0)
    (table,) = sectors.build(ASK, cast(Sources, Council({}, {}, ASK.as_at))).tables
    public = publishable(
        Report("sectors", HEAD, (Section("Sectors", tables=(replace(table, rows=(row,)),)),))
    )
    assert {"sessions", "ever"}.isdisjoint(column.key for column in public.tables[0].columns)
    assert public.tables[0].rows[0][2:6] == (WITHHELD,) * 4


def test_who_answers_for_commentary_is_not_published() -> None:
    words = ("Much is done.", "Answers for it: The lead.")
    table = Table(
        "targets",
        "Targets",
        (Column("people", "People", Kind.NUMBER), Column("commentary", "Commentary", says=Says.MEASURE)),
        ((20, in_a_cell(Said("Depots are next", "The lead", Rag.RED))),),
    )
    public = publishable(Report("targets", HEAD, (Section("Targets", words, (table,)),)))
    assert public.tables[0].rows == ((20, "Red. Depots are next."),)
    assert public.sections[0].paragraphs == words[:1]


@pytest.mark.parametrize("words", ["Depots are next", "Depots are next."])
def test_words_end_before_the_name_of_who_answers_for_them(words: str) -> None:
    assert in_a_cell(Said(words, "The lead")) == "Depots are next. Answers for it: The lead."


def test_the_head_says_that_people_and_requirements_are_added_up() -> None:
    head = ASK.head("Any", cast(Sources, Council({}, {}, ASK.as_at)), [LINE])
    assert ("away from work (people and requirements)", 305) in head.excluded
