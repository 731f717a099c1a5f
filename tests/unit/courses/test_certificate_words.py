"""What the words of a certificate say: names, courses and days, in whatever way they are laid out."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.domain import Course
from courses.uploads.words import likely_day, names_somebody, what_it_says
from foundation.plain import plain_letters

MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
TODAY = date(2026, 5, 10)
DAY = date(2026, 5, 3)
COURSES = (
    Course("PREV-AW", "Prevent awareness"),
    Course("PREV-RF", "Prevent awareness refresher"),
    Course("WRAP", "Workshop to raise awareness of Prevent"),
    Course("X", "X"),
)


@pytest.mark.parametrize(
    "words",
    [
        "completed on 3 May 2026",
        "completed on 3rd May 2026.",
        "Date of completion: 03/05/2026",
        "3/5/2026",
        "03-05-2026",
        "03.05.26",
        "2026-05-03",
        "2026-05-03T10:15:00",
        "May 3, 2026",
        "May 3rd 2026",
        "Sunday 3 May 2026 at 10:15",
        "on the 3rd of May, 2026",
        "3May2026",
        "03 MAY 2026",
        "3-May-2026",
        "Cwblhawyd ar 3 Mai 2026",
        "3ydd o Fai 2026",
        "3\xa0May\n2026",
    ],
)
def test_a_day_is_read_however_it_is_written(words: str) -> None:
    said = what_it_says(words, COURSES, TODAY)
    assert said.days == (DAY,)
    assert likely_day(said, TODAY) == DAY


@pytest.mark.parametrize(
    "words",
    [
        "31 February 2026",
        "32/05/2026",
        "12345678",
        "Certificate 03052026",
        "3 Moy 2026",
        "1 May 1950",
        "version 1.3.5.2026.7",
        "3 marketing 2026",
    ],
)
def test_what_is_no_day_is_not_taken_for_one(words: str) -> None:
    assert DAY not in what_it_says(words, COURSES, TODAY).days
    assert date(1950, 5, 1) not in what_it_says(words, COURSES, TODAY).days


def test_the_american_order_is_read_where_ours_is_impossible() -> None:
    assert what_it_says("05/13/2025", COURSES, TODAY).days == (date(2025, 5, 13),)
    assert what_it_says("05/03/2026", COURSES, TODAY).days == (date(2026, 3, 5),)


@pytest.mark.parametrize(
    "words",
    [
        "Valid until 3 May 2028. Completed 3 May 2026.",
        "Printed 9 May 2026. Date of birth 1 January 1980. Date awarded: 3 May 2026.",
        "Expires: 03/05/2028, issued: 03/05/2026",
        "Dyfarnwyd 3 Mai 2026, dod i ben 3 Mai 2028",
        "3 May 2026 (renew by 1 April 2026)",
    ],
)
def test_the_day_of_the_completion_comes_first(words: str) -> None:
    assert what_it_says(words, COURSES, TODAY).days[0] == DAY


def test_a_day_in_the_future_is_found_and_not_filled_in() -> None:
    said = what_it_says("Valid until 3 May 2028", COURSES, TODAY)
    assert said.days == (date(2028, 5, 3),)
    assert likely_day(said, TODAY) is None


@pytest.mark.parametrize(
    "words, codes",
    [
        ("Prevent awareness", ("PREV-AW",)),
        ("PREVENT\nAWARENESS", ("PREV-AW",)),
        ("Prevent   Awareness \u2013 course", ("PREV-AW",)),
        ("Prevent awareness refresher", ("PREV-RF",)),
        ("Prevent awareness, and Prevent awareness refresher", ("PREV-RF", "PREV-AW")),
        ("Workshop: to raise the awareness of Prevent", ("WRAP",)),
        ("code PREV-AW", ("PREV-AW",)),
        ("prev-aw", ()),
        ("WRAPPED", ()),
        ("WRAP 3", ("WRAP",)),
        ("Fire safety", ()),
        ("awareness of how to prevent fire", ()),
    ],
)
def test_courses_are_known_by_title_by_code_and_by_most_of_their_words(
    words: str, codes: tuple[str, ...]
) -> None:
    found = what_it_says(words, COURSES[:3], TODAY).courses
    assert found == codes


@pytest.mark.parametrize(
    "words, first, last, named",
    [
        ("awarded to Sam Tester", "Sam", "Tester", True),
        ("TESTER, SAM", "Sam", "Tester", True),
        ("Mr S Tester", "Sam", "Tester", True),
        ("Samantha Tester", "Sam", "Tester", True),
        ("Sam Tester", "Samantha", "Tester", True),
        ("Sam J. Tester", "Sam", "Tester", True),
        ("Siân Ŵyn", "Sian", "Wyn", True),
        ("Sian Wyn", "Siân", "Ŵyn", True),
        ("Sam O\u2019Neill", "Sam", "O'Neill", True),
        ("Sam ONeill", "Sam", "O'Neill", True),
        ("Sam Tester-Smith", "Sam", "Tester", True),
        ("Sam Tester", "Sam", "Smith-Tester", True),
        ("S a m  T e s t e r", "Sam", "Tester", True),
        ("Sam van der Berg", "Sam", "van der Berg", True),
        ("Søren Łuć", "Soren", "Luc", True),
        ("Uma Tester", "Sam", "Tester", False),
        ("Sam Other", "Sam", "Tester", False),
        ("Sam Smith trained by A Tester", "Sam", "Tester", False),
        ("Tester", "Sam", "Tester", False),
        ("", "Sam", "Tester", False),
        ("Madonna", "Madonna", "", True),
        ("Tester", "", "Tester", True),
    ],
)
def test_a_name_counts_as_found_in_any_shape(words: str, first: str, last: str, named: bool) -> None:
    assert names_somebody(words, first, last) is named


def test_no_words_are_no_answer() -> None:
    for words in ("", "  \n", "…—"):
        assert not what_it_says(words, COURSES, TODAY).readable


@given(st.text(max_size=400), st.text(max_size=20), st.text(max_size=20))
def test_any_text_is_read_without_a_fault(words: str, first: str, last: str) -> None:
    said = what_it_says(words, COURSES, TODAY)
    assert set(said.courses) <= {course.code for course in COURSES}
    assert isinstance(names_somebody(words, first, last), bool)
    assert plain_letters(plain_letters(words)) == plain_letters(words)


@given(st.dates(date(1970, 1, 1), TODAY))
def test_every_day_is_found_again_in_every_way_of_writing(day: date) -> None:
    month = MONTHS[day.month - 1]
    for words in (
        f"{day.day} {month} {day.year}",
        f"{month} {day.day}, {day.year}",
        f"{day.day:02}/{day.month:02}/{day.year}",
        day.isoformat(),
        f"{day.day} {month[:3]} {day.year}",
    ):
        assert day in what_it_says(words, COURSES, TODAY).days
