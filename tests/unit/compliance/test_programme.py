"""The programme file: what it says is read, written and read again the same; errors are said plainly."""

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings

from compliance.domain.change import book_of, change, lines_of
from compliance.domain.requirement import AcceptedCourse, Renewal, Requirement, RoleLink, RuleBook, Target
from compliance.programme.places import Places
from compliance.programme.reading import decoded, read_programme
from compliance.programme.writing import write_programme
from courses.domain import Course
from foundation.dates import FAR_DAY, FIRST_DAY
from people.domain import RoleLine, RoleRule
from tests.unit.compliance.programme_example import EXAMPLE, NEW, changed
from tests.unit.compliance.rule_books import rule_books

PREVENT = Path(__file__).resolve().parents[3] / "compliance" / "programmes" / "prevent.toml"


def test_every_value_of_the_file_reaches_the_rule_book() -> None:
    programme = read_programme(EXAMPLE)
    assert programme.book == book_of(
        [
            RoleLine("frontline", "Front-line staff", "Head of Community Safety"),
            RoleLine("safeguarding", "Safeguarding practitioners"),
            RoleRule(
                "frontline",
                job_title="*housing officer*",
                unit="Community Solutions > Homes",
                first_day=date(2024, 4, 1),
            ),
            Course("PREV-AW", "Prevent awareness course", "Home Office (GOV.UK)", "e_learning", 40, 24),
            Course("PREV-RF", "Refresher", prerequisites=("PREV-AW",)),
            Course("WRAP", "Workshop", mode="workshop"),
            Requirement(
                "AWARE",
                "Prevent awareness for front-line staff",
                sectors=("council",),
                renewal=Renewal("anniversary", window_days=60),
                expiring_days=45,
                first_day=date(2024, 4, 1),
            ),
            Requirement(
                "LEAD",
                "Leaders",
                kind="measure",
                renewal=Renewal("calendar", month=3, day=31, minimum_months=6),
            ),
            RoleLink("AWARE", "frontline", 90),
            RoleLink("AWARE", "safeguarding", 30),
            RoleLink("LEAD", "*", 0),
            AcceptedCourse("AWARE", "PREV-AW"),
            AcceptedCourse("AWARE", "PREV-RF", "renewal"),
            AcceptedCourse("AWARE", "WRAP", taken_to=date(2023, 12, 31), honoured_to=date(2026, 3, 31)),
            AcceptedCourse("LEAD", "WRAP", validity_months=12),
            Target("AWARE", 7250, plan_ref="5", owner="Prevent Coordinator", first_day=date(2024, 4, 1)),
        ]
    )
    assert programme.book.name == "Prevent Strategy and Delivery Plan"
    assert programme.notices == ()


def test_the_order_of_the_tables_does_not_matter() -> None:
    tables = EXAMPLE.split("\n\n")
    assert read_programme("\n\n".join(reversed(tables))).book == read_programme(EXAMPLE).book


def test_the_programme_that_is_shipped_reads_without_a_problem_or_a_notice() -> None:
    programme = read_programme(PREVENT.read_text(encoding="utf-8"), PREVENT.name)
    assert programme.notices == ()
    assert {"AWARE", "HOSTILE", "LEAFLET"} <= set(programme.book.codes)


def test_the_shipped_programme_is_written_as_it_was_read() -> None:
    book = read_programme(PREVENT.read_text(encoding="utf-8")).book
    again = read_programme(write_programme(book)).book
    assert again == book
    assert again.name == book.name


@settings(max_examples=40, deadline=None)
@given(book=rule_books())
def test_any_rule_book_is_read_as_it_was_written(book: RuleBook) -> None:
    again = read_programme(write_programme(book)).book
    assert again == book
    assert again.name == book.name


@settings(max_examples=50, deadline=None)
@given(book=rule_books())
def test_loading_what_was_exported_changes_nothing_from_any_day(book: RuleBook) -> None:
    wanted = read_programme(write_programme(book)).book
    days = {line.first_day for line in lines_of(book)} | {line.last_day for line in lines_of(book)}
    for day in (*days, date(2026, 7, 1)):
        assert not change(book, wanted, day), day


def test_a_requirement_with_a_history_is_several_tables_with_one_code() -> None:
    day = date(2026, 4, 1)
    before = Requirement("R", "R", expiring_days=60, last_day=date(2026, 3, 31))
    book = book_of(
        [
            before,
            replace(before, expiring_days=90, first_day=day, last_day=FAR_DAY),
            Course("C", "C"),
            RoleLink("R", "*", 30),
            AcceptedCourse("R", "C"),
            Target("R", 7000, last_day=date(2026, 3, 31)),
            Target("R", 8000, first_day=day),
        ]
    )
    text = write_programme(book)
    assert text.count("[[requirements]]") == 2
    assert text.count("roles = ") == 1
    assert read_programme(text).book == book


def test_what_is_always_so_needs_no_days() -> None:
    text = write_programme(book_of([RoleLine("a", "A", first_day=FIRST_DAY, last_day=FAR_DAY)]))
    assert "first_day" not in text
    assert "last_day" not in text


def _leaves(value: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    if isinstance(value, dict):
        for key, part in value.items():
            yield from _leaves(part, (*path, key))
    elif isinstance(value, list):
        for index, part in enumerate(value):
            yield from _leaves(part, (*path, index))
    else:
        yield path, value


@pytest.mark.parametrize("text", [EXAMPLE, PREVENT.read_text(encoding="utf-8")], ids=["example", "prevent"])
def test_every_value_is_found_on_its_own_line(text: str) -> None:
    places, lines = Places(text), text.splitlines()
    for path, value in _leaves(tomllib.loads(text)):
        line = lines[places.line(path) - 1]
        assert str(value) in line, (path, value, line)
        assert isinstance(path[-1], int) or path[-1] in line


def test_lines_are_counted_through_strings_of_several_lines_and_marks_inside_text() -> None:
    text = (
        '[[a]]\nx = """one\n] } two\n"""\ny = \'# no, "comment\' # yes\n'
        '"odd key".b = { c = [1, [2,\n3]], d = "}" }\n[e.f]\ng = 1'
    )
    places = Places(text)
    assert places.line(("a", 0, "y")) == 5
    assert places.line(("a", 0, "odd key", "b", "c", 1, 1)) == 7
    assert places.line(("a", 0, "odd key", "b", "d")) == 7
    assert places.line(("e", "f", "g")) == 9


def test_lines_about_the_same_thing_may_follow_each_other() -> None:
    text = EXAMPLE + (
        f'{NEW}roles = [{{ role = "*", days = 1, last_day = 2025-12-31 }}, '
        '{ role = "*", days = 2, first_day = 2026-01-01 }]\n'
        'accepts = [{ course = "WRAP", taken_to = 2020-12-31 }, '
        '{ course = "WRAP", taken_from = 2021-01-01 }]\n'
    )
    assert len(read_programme(text).book.links_of("NEW")) == 2


def test_prerequisites_that_lead_back_on_different_days_are_no_circle() -> None:
    text = EXAMPLE + (
        '[[courses]]\ncode = "X"\ntitle = "X"\nprerequisites = ["Y"]\nlast_day = 2025-12-31\n'
        '[[courses]]\ncode = "Y"\ntitle = "Y"\nprerequisites = ["X"]\nfirst_day = 2026-01-01\n'
    )
    assert read_programme(text).book.course_titles["X"] == "X"


def test_requirements_without_people_or_courses_are_noticed() -> None:
    text = EXAMPLE + '\n[[requirements]]\ncode = "NEW"\ntitle = "New"\n'
    notices = [str(notice) for notice in read_programme(text, "p.toml").notices]
    assert len(notices) == 2
    assert any('No role is linked to "NEW"' in notice for notice in notices)
    assert any('No course is accepted for "NEW"' in notice for notice in notices)


def test_text_keeps_letters_of_any_script() -> None:
    text = changed('title = "Leaders"', 'title = "Ceannairí 🧭 قادة"')
    assert read_programme(text).book.lines_of("LEAD")[0].title == "Ceannairí 🧭 قادة"


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_is_read() -> None:
    content = b"\xef\xbb\xbf" + EXAMPLE.replace("\n", "\r\n").encode()
    assert read_programme(decoded(content)).book == read_programme(EXAMPLE).book
