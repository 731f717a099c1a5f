"""Freedom of information: periods that lie inside one another, and nobody who knows all of them finds few people."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import cast

import numpy as np
from hypothesis import example, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from reports.catalogue.figures import foi
from reports.domain.asking import Ask, Sources
from reports.domain.description import WITHHELD, Report
from reports.domain.sources.training import CourseTrained
from reports.domain.suppression import LEAST, publishable
from tests.unit.reports.descriptions import MOMENT

DAY = date(2026, 12, 1)


@dataclass
class Told:
    """Answers made by hand, and the days on which they were asked for."""

    courses: Sequence[CourseTrained] = ()
    asked: list[object] = field(default_factory=list)
    population: str = "Everybody"
    narrowed_to: str = ""

    @property
    def training(self) -> "Told":
        return self

    def trained(self, since: Sequence[date], last: date) -> Sequence[CourseTrained]:
        self.asked.append((tuple(since), last))
        return self.courses


YEARS = (0, 1, 2)
"""The last twelve months, the twelve before, and the twelve before those."""
KINDS = [frozenset(year for year in YEARS if bits >> year & 1) for bits in range(1, 8)]
People = dict[frozenset[int], int]
NUMBERS = st.one_of(st.integers(0, 6), st.integers(0, 60))
PEOPLE = st.fixed_dictionaries(dict.fromkeys(KINDS, NUMBERS))
MORE = st.tuples(NUMBERS, NUMBERS, NUMBERS)
UNKNOWNS = [*KINDS, *YEARS]
"""How many people there are of each kind; and how many attendances of each year are somebody's second or later."""
Sum = dict[object, int]


def said_by(key: str) -> Sum:
    """A number of the report as a sum of unknowns."""
    what, months = key.split("_")
    years = range(int(months) // 12)
    people: Sum = {kind: 1 for kind in KINDS if kind.intersection(years)}
    completions: Sum = {kind: len(kind.intersection(years)) for kind in people if isinstance(kind, frozenset)}
    completions |= dict.fromkeys(years, 1)
    if what == "people":
        return people
    if what == "completions":
        return completions
    return {one: times - people.get(one, 0) for one, times in completions.items()}


def course_of(people: People, more: Sequence[int]) -> CourseTrained:
    """A course in which these many people of each kind were trained."""
    count: Sum = dict(zip(YEARS, more, strict=True))
    count.update(people.items())

    def number(key: str) -> int:
        return sum(times * count[one] for one, times in said_by(key).items())

    return CourseTrained(
        "WRAP",
        "WRAP 3",
        tuple(number(f"people_{months}") for months in foi.MONTHS),
        tuple(number(f"completions_{months}") for months in foi.MONTHS),
    )


def bounds(public: Report) -> Iterator[tuple[object, float, float]]:
    """The least and the most that each number of people can be for whoever reads all tables and does sums."""
    left, right = [], []
    for table in public.tables:
        for one, cell in zip(table.columns, table.rows[0], strict=True):
            if isinstance(cell, int):
                left.append([float(said_by(one.key).get(unknown, 0)) for unknown in UNKNOWNS])
                right.append(float(cell))
    of_year: list[tuple[object, Sum]] = [
        (f"in year {year}", {kind: 1 for kind in KINDS if year in kind}) for year in YEARS
    ]
    asked: list[tuple[object, Sum]] = [(unknown, {unknown: 1}) for unknown in UNKNOWNS]
    for name, wanted in [*asked, *of_year]:
        goal = np.array([float(wanted.get(unknown, 0)) for unknown in UNKNOWNS])
        known = {"A_eq": np.array(left), "b_eq": np.array(right)} if left else {}
        least = linprog(goal, bounds=(0, 10_000), **known)
        most = linprog(-goal, bounds=(0, 10_000), **known)
        assert least.status == most.status == 0
        yield name, least.fun, -most.fun


def points_at(public: Report) -> list[object]:
    """What can be worked out to be a number from 1 to 4."""
    return [name for name, least, most in bounds(public) if least > 0.5 and most < LEAST - 0.5]


def made(told: Told, day: date = DAY) -> Report:
    return foi.build(Ask(day, MOMENT, "tests", "Example Borough Council"), cast(Sources, told))


def freedom(course: CourseTrained) -> Report:
    return made(Told([course]))


@settings(max_examples=40)
@given(PEOPLE, MORE)
@example(dict.fromkeys(KINDS, 0) | {frozenset({0}): 30, frozenset({1}): 3}, (0, 0, 0))
@example(dict.fromkeys(KINDS, 0) | {frozenset({0}): 30, frozenset({1}): 20, frozenset({0, 1}): 2}, (9, 0, 0))
@example(dict.fromkeys(KINDS, 9), (9, 2, 9))
def test_no_difference_of_periods_brings_back_a_number_from_one_to_four(
    people: People, more: tuple[int, int, int]
) -> None:
    # Nobody attends again in a year in which nobody attended at all.
    more = tuple(
        many if any(people[kind] for kind in KINDS if year in kind) else 0
        for year, many in zip(YEARS, more, strict=True)
    )  # type: ignore[assignment]  # still three
    assert points_at(publishable(freedom(course_of(people, more)))) == []


def test_the_solver_finds_the_few_where_periods_are_not_told_to_lie_inside_one_another() -> None:
    report = freedom(course_of(dict.fromkeys(KINDS, 0) | {frozenset({0}): 30, frozenset({1}): 3}, (0, 0, 0)))
    loose = replace(
        report,
        sections=tuple(
            replace(one, tables=tuple(replace(table, inside=()) for table in one.tables))
            for one in report.sections
        ),
    )
    assert frozenset({1}) in points_at(publishable(loose))


def test_few_repeats_do_not_hide_how_many_were_trained() -> None:
    people = dict.fromkeys(KINDS, 0) | {frozenset({0}): 300, frozenset({1}): 200}
    longest, periods, attendances = publishable(freedom(course_of(people, (3, 0, 0)))).tables
    assert longest.rows == (("WRAP", "WRAP 3", 500),)
    assert periods.rows == (("WRAP", "WRAP 3", 300, 500, 500),)
    assert set(attendances.rows[0][2:]) == {WITHHELD}


def test_the_months_end_on_the_day_and_begin_on_the_day_after_as_many_months_before() -> None:
    told = Told()
    report = made(told, date(2026, 3, 31))
    assert told.asked == [((date(2025, 4, 1), date(2024, 4, 1), date(2023, 4, 1)), date(2026, 3, 31))]
    assert "12 months from 1 April 2025" in report.head.caveats[0]


def test_a_report_of_some_organisations_does_not_claim_everybody() -> None:
    assert "while in post" not in made(Told()).head.population
    told = made(Told(narrowed_to="Quay School")).head.population
    assert told.startswith("Everybody who completed a course while in post at Quay School,")
