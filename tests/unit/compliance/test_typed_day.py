"""A day typed in three boxes (bad input G24): the wording of GOV.UK, and only the wrong boxes are marked."""

from datetime import date

import pytest

from people.forms.typed_day import typed_day

TODAY = date(2026, 11, 21)


def boxes(day: str, month: str, year: str) -> dict[str, str]:
    return {"on-day": day, "on-month": month, "on-year": year}


@pytest.mark.parametrize(
    "typed, expected",
    [
        (boxes("1", "12", "2026"), date(2026, 12, 1)),
        (boxes("01", "02", "2024"), date(2024, 2, 1)),
        (boxes("29", "2", "2024"), date(2024, 2, 29)),
        (boxes(" 5 ", "March", "2027"), date(2027, 3, 5)),
        (boxes("5", "sept", "2027"), date(2027, 9, 5)),
        ({"on": "2026-03-31"}, date(2026, 3, 31)),
        ({}, TODAY),
        (boxes("", "", ""), TODAY),
        (boxes("1", "1", "2026") | {"on": "2020-01-01"}, date(2026, 1, 1)),
    ],
)
def test_a_day_is_understood(typed: dict[str, str], expected: date) -> None:
    found = typed_day("on", "Date", typed, TODAY)
    assert (found.value, found.error, found.first_wrong) == (expected, None, None)


@pytest.mark.parametrize(
    "typed, error, wrong",
    [
        (boxes("", "6", "2026"), "Date must include a day", ("day",)),
        (boxes("1", "", "2026"), "Date must include a month", ("month",)),
        (boxes("1", "", ""), "Date must include a month and year", ("month", "year")),
        (boxes("1", "6", "26"), "Year must include 4 numbers", ("year",)),
        (boxes("1", "6", "20x6"), "Year must include 4 numbers", ("year",)),
        (boxes("1", "6", "٢٠٢٦"), "Year must include 4 numbers", ("year",)),
        (boxes("31", "9", "2026"), "Date must be a real date", ("day", "month", "year")),
        (boxes("30", "2", "2026"), "Date must be a real date", ("day", "month", "year")),
        (boxes("29", "2", "2026"), "Date must be a real date", ("day", "month", "year")),
        (boxes("-1", "2", "2026"), "Date must be a real date", ("day", "month", "year")),
        (boxes("1", "x", "2026"), "Date must be a real date", ("day", "month", "year")),
        (boxes("9" * 400, "2", "2026"), "Date must be a real date", ("day", "month", "year")),
        ({"on": "31/03/2026"}, "Date must be a real date", ("day", "month", "year")),
        ({"on": "2026-02-30"}, "Date must be a real date", ("day", "month", "year")),
        (boxes("31", "12", "1989"), "Date must be on or after 1 January 1990", None),
        (boxes("1", "1", "2100"), "Date must be before 2100", None),
    ],
)
def test_what_is_wrong_is_said_in_the_words_of_the_design_system(
    typed: dict[str, str], error: str, wrong: tuple[str, ...] | None
) -> None:
    found = typed_day("on", "Date", typed, TODAY)
    assert found.value is None
    assert found.error == error
    assert found.wrong == (wrong or ("day", "month", "year"))
    assert found.first_wrong == f"on-{found.wrong[0]}"


def test_what_was_typed_stays_in_its_boxes() -> None:
    found = typed_day("on", "Date", boxes("31", "6", "2026"), TODAY)
    assert (found.day, found.month, found.year) == ("31", "6", "2026")
