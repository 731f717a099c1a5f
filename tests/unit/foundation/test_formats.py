"""Days and numbers in words: percentages never round up, nobody counted is never nought (counting rule 7)."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.formats import count_noun, fraction, long_date, percent_or_none, percent_text


@pytest.mark.parametrize(
    "day, words",
    [
        (date(2026, 12, 1), "1 December 2026"),
        (date(2024, 2, 29), "29 February 2024"),
        (date(1, 1, 1), "1 January 1"),
    ],
)
def test_a_day_is_written_with_its_month_in_full(day: date, words: str) -> None:
    assert long_date(day) == words


@pytest.mark.parametrize(
    "part, whole, text",
    [
        (87, 95, "91.5"),
        (6996, 10000, "69.9"),
        (2, 3, "66.6"),
        (0, 7, "0.0"),
        (7, 7, "100.0"),
        (9999, 10000, "99.9"),
    ],
)
def test_a_percentage_is_rounded_down_to_one_decimal(part: int, whole: int, text: str) -> None:
    assert percent_text(part, whole) == text
    assert percent_or_none(part, whole) == text


def test_nobody_counted_is_no_percentage() -> None:
    assert percent_text(0, 0) == "no one counted"
    assert fraction(0, 0) == "no one counted"
    assert percent_or_none(0, 0) is None


@given(st.integers(1, 10**6), st.data())
def test_a_percentage_is_less_than_a_tenth_below_the_truth_and_never_above(
    whole: int, data: st.DataObject
) -> None:
    part = data.draw(st.integers(0, whole))
    printed, truth = Fraction(percent_text(part, whole)), Fraction(100 * part, whole)
    assert printed <= truth < printed + Fraction(1, 10)


def test_a_fraction_shows_its_numbers_and_its_percentage() -> None:
    assert fraction(87, 95) == "87 of 95 (91.5%)"
    assert fraction(1999, 2000) == "1,999 of 2,000 (99.9%)"


def test_one_person_and_many_people() -> None:
    assert [count_noun(n, "person", "people") for n in (0, 1, 2, 4026)] == [
        "0 people",
        "1 person",
        "2 people",
        "4,026 people",
    ]
