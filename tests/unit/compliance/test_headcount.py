"""Headcounts: which numbers belong to a period, and that nothing is in two lines."""

from datetime import UTC, date, datetime

import pytest

from compliance.domain.headcount import Declared, DeclaredKind, Headcount, Trained, cut, headcounts
from foundation.dates import FIRST_DAY, Period

YEAR = Period(date(2025, 4, 1), date(2026, 3, 31))


def declared(
    first: date = date(2025, 7, 1),
    last: date = date(2025, 9, 30),
    people: int = 40,
    kind: DeclaredKind = DeclaredKind.PERIOD,
    sector: str = "health",
    course: str = "WRAP",
) -> Declared:
    return Declared(
        public_id="x",
        kind=kind,
        sector=sector,
        organisation="",
        organisation_id=None,
        course=course,
        course_title="",
        days=Period(first, last),
        people=people,
        declared_by="Somebody",
        source="",
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_a_number_counts_in_a_period_that_holds_all_its_days() -> None:
    numbers = [declared(), declared(date(2025, 10, 1), date(2025, 12, 31), 2)]
    assert headcounts({}, numbers, YEAR) == [Headcount("health", "WRAP", Trained(), 42)]
    assert cut(numbers, YEAR) == []


@pytest.mark.parametrize(
    "first, last",
    [
        (date(2025, 3, 31), date(2025, 4, 30)),
        (date(2026, 3, 1), date(2026, 4, 1)),
        (date(2024, 1, 1), date(2027, 1, 1)),
    ],
)
def test_a_number_of_which_a_part_lies_outside_is_named_and_not_counted(first: date, last: date) -> None:
    number = declared(first, last)
    assert headcounts({}, [number], YEAR) == []
    assert cut([number], YEAR) == [number]


def test_a_number_of_other_days_is_neither_counted_nor_named() -> None:
    number = declared(date(2024, 1, 1), date(2024, 12, 31))
    assert headcounts({}, [number], YEAR) == []
    assert cut([number], YEAR) == []


def test_a_starting_number_is_brought_forward_to_every_period_that_ends_later() -> None:
    number = declared(FIRST_DAY, date(2018, 3, 31), 1400, DeclaredKind.STARTING, "school")
    assert headcounts({}, [number], YEAR) == [Headcount("school", "WRAP", Trained(), 0, 1400)]
    assert headcounts({}, [number], Period(date(2017, 4, 1), date(2018, 3, 30))) == []
    assert cut([number], YEAR) == []


def test_the_record_and_what_was_declared_stand_side_by_side() -> None:
    trained = {("health", "WRAP"): Trained(3, 2, 1), (None, "WRAP"): Trained(1, 1, 1)}
    found = headcounts(trained, [declared(), declared(course="HR")], YEAR)
    assert [(one.sector, one.course, one.trained.people, one.declared) for one in found] == [
        ("health", "HR", 0, 40),
        ("health", "WRAP", 2, 40),
        (None, "WRAP", 1, 0),
    ]
    assert found[1].trained.again == 2
