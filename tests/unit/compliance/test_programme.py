"""The programme file: what it says is read, written and read again the same; what is wrong is said in plain words."""

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
from foundation.errors import DomainError
from people.domain import RoleLine, RoleRule
from tests.unit.compliance.rule_books import rule_books

PREVENT = Path(__file__).resolve().parents[3] / "compliance" / "programmes" / "prevent.toml"

EXAMPLE = """
[programme]
name = "Prevent Strategy and Delivery Plan"

[[roles]]
code = "frontline"
title = "Front-line staff"
approved_by = "Head of Community Safety"

[[roles]]
code = "safeguarding"
title = "Safeguarding practitioners"

[[role_rules]]                     # who holds a role without being named one by one
role = "frontline"
job_title = "*housing officer*"    # shell-style pattern
unit = "Community Solutions>Homes"
first_day = 2024-04-01

[[courses]]
code = "PREV-AW"
title = "Prevent awareness course"
provider = "Home Office (GOV.UK)"
mode = "e_learning"
duration_minutes = 40
validity_months = 24
prerequisites = []

[[courses]]
code = "PREV-RF"
title = "Refresher"
prerequisites = ["PREV-AW"]

[[courses]]
code = "WRAP"
title = "Workshop"
mode = "workshop"

[[requirements]]
code = "AWARE"
title = "Prevent awareness for front-line staff"
kind = "duty"
first_day = 2024-04-01
sectors = ["council"]
roles = [{ role = "frontline", days = 90 }, { role = "safeguarding", days = 30 }]
accepts = [
  { course = "PREV-AW" },
  { course = "PREV-RF", use = "renewal" },
  { course = "WRAP", taken_to = 2023-12-31, honoured_to = 2026-03-31 },
]
renewal = { basis = "anniversary", window_days = 60 }
expiring_days = 45
return_due_days = 30
rejoin_gap_days = 30
shortest_absence_days = 28
targets = [{ percent = 72.5, plan_ref = "5", owner = "Prevent Coordinator", first_day = 2024-04-01 }]

[[requirements]]
code = "LEAD"
title = "Leaders"
kind = "measure"
roles = [{ role = "*", days = 0 }]
accepts = [{ course = "WRAP", validity_months = 12 }]
renewal = { basis = "calendar", month_day = "03-31", minimum_months = 6 }
"""


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


@settings(max_examples=150, deadline=None)
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
    text = '[[a]]\nx = """one\n] } two\n"""\ny = \'# no, "comment\' # yes\n"odd key".b = { c = [1, [2,\n3]], d = "}" }\n[e.f]\ng = 1'
    places = Places(text)
    assert places.line(("a", 0, "y")) == 5
    assert places.line(("a", 0, "odd key", "b", "c", 1, 1)) == 7
    assert places.line(("a", 0, "odd key", "b", "d")) == 7
    assert places.line(("e", "f", "g")) == 9


def problems_of(text: str) -> list[str]:
    with pytest.raises(DomainError) as caught:
        read_programme(text, "p.toml")
    return [str(problem) for problem in caught.value.problems]


def changed(old: str, new: str) -> str:
    assert EXAMPLE.count(old) == 1, "the example must hold this once"
    return EXAMPLE.replace(old, new)


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


MONTHS = "Give whole months from 1 to 120, or leave the line out."
PERCENT = "The target must be a number above 0, up to 100, with two decimals at most, like 70 or 72.5."


@pytest.mark.parametrize(
    "old, new, column, message",
    [
        ('approved_by = "Head', 'aproved_by = "Head', "aproved_by", 'Did you mean "approved_by"?'),
        ('title = "Leaders"', "", "title", 'The title is missing. Add a line such as title = "...".'),
        ('title = "Leaders"', 'title = " "', "title", "This is empty. Give some text."),
        ('title = "Leaders"', "title = 7", "title", "7 is not text. Put text in double quotes."),
        ('title = "Leaders"', f'title = "{"x" * 201}"', "title", "This has 201 characters. 200 is the most."),
        ('title = "Leaders"', 'title = "a\\u0000b"', "title", "control character. Take it out."),
        ('code = "LEAD"', 'code = "*"', "code", 'cannot be a code: "*" stands for everyone'),
        ('kind = "measure"', 'kind = "duti"', "kind", '"duti" is not a kind. Did you mean "duty"? Allowed are:'),
        ('mode = "workshop"', "mode = 3", "mode", "3 is not a mode. Allowed are: e_learning, workshop, webinar"),
        ('sectors = ["council"]', 'sectors = ["moon"]', "sectors", '"moon" is not a sector. Allowed are: council'),
        ('sectors = ["council"]', 'sectors = "council"', "sectors", "Put this in square brackets, as a list"),
        ("validity_months = 24", "validity_months = 0", "validity_months", f"0 is out of range. {MONTHS}"),
        ("validity_months = 24", "validity_months = -12", "validity_months", f"-12 is out of range. {MONTHS}"),
        ("validity_months = 24", "validity_months = 1201", "validity_months", f"1201 is out of range. {MONTHS}"),
        ("validity_months = 24", "validity_months = 1.5", "validity_months", "1.5 is not a whole number."),
        ("validity_months = 24", 'validity_months = "24"', "validity_months", "take the quotes away"),
        ("validity_months = 24", "validity_months = true", "validity_months", "true is not a whole number."),
        ("days = 90", "days = 3651", "roles[1].days", "3651 is out of range. Give whole days from 0 to 3650."),
        (", days = 90", "", "roles[1].days", "The days are missing."),
        ("expiring_days = 45", "expiring_days = -1", "expiring_days", "Give whole days from 0 to 3650."),
        ("percent = 72.5", "percent = 0", "targets[1].percent", f"0 cannot be a target. {PERCENT}"),
        ("percent = 72.5", "percent = 100.1", "targets[1].percent", f"100.1 cannot be a target. {PERCENT}"),
        ("percent = 72.5", "percent = -1", "targets[1].percent", f"-1 cannot be a target. {PERCENT}"),
        ("percent = 72.5", "percent = nan", "targets[1].percent", f"NaN cannot be a target. {PERCENT}"),
        ("percent = 72.5", "percent = 72.555", "targets[1].percent", PERCENT),
        ("percent = 72.5", 'percent = "85,5"', "targets[1].percent", '"85,5" is not a number: take the quotes away.'),
        ("percent = 72.5, ", "", "targets[1].percent", "The percent is missing."),
        ('course = "WRAP", taken', 'course = "WRAPP", taken', "accepts[3].course", 'Did you mean "WRAP"?'),
        ('role = "*"', 'role = "leader"', "roles[1].role", 'There is no role "leader" in this file.'),
        ('["PREV-AW"]', '["AW"]', "prerequisites", 'There is no course "AW" in this file.'),
        ('["PREV-AW"]', '["PREV-RF"]', "prerequisites", "go in a circle: PREV-RF needs PREV-RF."),
        ('prerequisites = []', 'prerequisites = ["PREV-RF"]', "prerequisites", "PREV-AW needs PREV-RF needs PREV-AW."),
        ('basis = "anniversary"', 'basis = "yearly"', "renewal.basis", "Allowed are: completion, anniversary, cal"),
        ('month_day = "03-31", ', "", "renewal.month_day", "The month_day is missing."),
        ('"03-31"', '"31-03"', "renewal.month_day", '"31-03" is not a month and day.'),
        ('"03-31"', '"02-30"', "renewal.month_day", '"02-30" is not a month and day.'),
        ("window_days = 60", 'window_days = 60, month_day = "03-31"', "renewal.month_day", 'belongs to basis = "cal'),
        ("taken_to = 2023-12-31", "taken_to = 2023-12-31, taken_from = 2024-01-01", "accepts[3].taken_to", "is before taken_from"),
        ("taken_to = 2023-12-31", 'taken_to = "2023-12-31"', "accepts[3].taken_to", "is not a day. Write it as"),
        ("taken_to = 2023-12-31", "taken_to = 2023-12-31T09:00:00", "accepts[3].taken_to", "without quotes or time"),
        ('kind = "duty"', 'last_day = 2020-01-01', "last_day", "2020-01-01, is before the first, 2024-04-01."),
        ("unit = \"Community Solutions>Homes\"", 'unit = "A > > B"', "unit", "has an empty part."),
        ("unit = \"Community Solutions>Homes\"", 'unit = ""', "unit", "This is empty. Name what is meant, or leave"),
        ("unit = \"Community Solutions>Homes\"", 'sector = "councl"', "sector", 'Did you mean "council"?'),
        ('{ course = "PREV-AW" },', '"PREV-AW",', "accepts", '"PREV-AW" is not in braces.'),
        ('renewal = { basis = "calendar"', 'renewal = "completion" #', "renewal", "Put this in braces"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_named_with_its_line_its_key_and_what_to_do(
    old: str, new: str, column: str, message: str
) -> None:
    text = changed(old, new)
    number = line_of(EXAMPLE, old)
    found = [problem for problem in problems_of(text) if problem.split(": ")[1] == column]
    assert len(found) == 1, problems_of(text)
    assert message in found[0]
    # What is missing, or reaches further, is told at the line of its table.
    if new and column not in ("title", "last_day"):
        assert found[0].startswith(f"p.toml:{number}: ")


@pytest.mark.parametrize(
    "text, expected",
    [
        ("", "p.toml: The file holds no rules. Add at least one [[requirements]] with its roles."),
        ('[programme]\nname = "A"', "p.toml: The file holds no rules."),
        ('[[roles]]\ncode = "a\n', "p.toml:2: code: A quoted text is not closed on its own line."),
        ('[[roles]]\n\ncode = abc\n', "p.toml:3: code: This value is not understood. Put text in double quotes."),
        ('[[roles]]\ncode "a"\n', "p.toml:2: An equals sign is missing."),
        ('[[roles]]\ncode = "a"\ncode = "b"\n', "p.toml:3: code: This key is given twice in the same table."),
        ('[[roles]]\nfirst_day = 2024-02-31\n', "p.toml:2: first_day: This is not a real date."),
        ('[roles]\ncode = "a"\n', "p.toml:1: roles: Write [[roles]], with two pairs of brackets"),
        ('[[role]]\ncode = "a"\n', 'p.toml:1: role: "role" is not known here. Did you mean "roles"?'),
        ("a = " + "[" * 50_000, "p.toml: Brackets are nested too deeply."),
        ("a = " + "1" * 5000, "p.toml: A number is far too long."),
        ("a = 0x" + "f" * 9000, 'p.toml:1: a: "a" is not known here.'),
        ('[[courses]]\ncode="A"\ntitle="A"\nduration_minutes=0x' + "f" * 9000, "This number is out of range."),
        ("\x00", "p.toml:1: "),
        ("[[role_rules]]\nrole = \"a\"", "This rule sets no condition and would give the role to everybody."),
    ],
)  # fmt: skip
def test_a_file_that_is_no_programme_is_refused_in_plain_words(text: str, expected: str) -> None:
    assert any(expected in problem for problem in problems_of(text)), problems_of(text)


def test_all_problems_of_a_file_are_told_at_once_in_order_of_lines() -> None:
    text = changed('title = "Workshop"', "title = 1").replace("days = 90", "days = -1")
    lines = [int(problem.split(":")[1]) for problem in problems_of(text)]
    assert lines == [line_of(text, "title = 1"), line_of(text, "days = -1")]


@pytest.mark.parametrize(
    "more",
    [
        '[[roles]]\ncode = "frontline"\ntitle = "Again"',
        '[[courses]]\ncode = "WRAP"\ntitle = "Again"',
        '[[requirements]]\ncode = "LEAD"\ntitle = "Again"\nfirst_day = 2026-01-01',
        '[[requirements]]\ncode = "NEW"\ntitle = "New"\nroles = [{ role = "*", days = 1 }, { role = "*", days = 2 }]',
        '[[requirements]]\ncode = "NEW"\ntitle = "New"\naccepts = [{ course = "WRAP" }, { course = "WRAP", use = "renewal" }]',
    ],
)
def test_two_lines_about_the_same_thing_on_the_same_days_are_refused(more: str) -> None:
    (problem,) = problems_of(f"{EXAMPLE}\n{more}")
    assert "for some of the same days." in problem


def test_lines_about_the_same_thing_may_follow_each_other() -> None:
    text = EXAMPLE + (
        '[[requirements]]\ncode = "NEW"\ntitle = "New"\n'
        'roles = [{ role = "*", days = 1, last_day = 2025-12-31 }, { role = "*", days = 2, first_day = 2026-01-01 }]\n'
        'accepts = [{ course = "WRAP", taken_to = 2020-12-31 }, { course = "WRAP", taken_from = 2021-01-01 }]\n'
    )
    assert len(read_programme(text).book.links_of("NEW")) == 2


def test_the_very_same_rule_twice_is_refused() -> None:
    text = EXAMPLE + '\n[[role_rules]]\nrole = "safeguarding"\nsector = "school"\n' * 2
    (problem,) = problems_of(text)
    assert "is given twice" in problem


def test_prerequisites_that_lead_back_on_different_days_are_no_circle() -> None:
    text = EXAMPLE + (
        '[[courses]]\ncode = "X"\ntitle = "X"\nprerequisites = ["Y"]\nlast_day = 2025-12-31\n'
        '[[courses]]\ncode = "Y"\ntitle = "Y"\nprerequisites = ["X"]\nfirst_day = 2026-01-01\n'
    )
    assert read_programme(text).book.course_titles["X"] == "X"


def test_reminder_steps_and_requirements_without_people_or_courses_are_noticed() -> None:
    text = EXAMPLE + '\n[[requirements]]\ncode = "NEW"\ntitle = "New"\n[[reminder_steps]]\nanything = 1\n'
    notices = [str(notice) for notice in read_programme(text, "p.toml").notices]
    assert len(notices) == 3
    assert any("Reminder steps come with the reminders part." in notice for notice in notices)
    assert any('No role is linked to "NEW"' in notice for notice in notices)
    assert any('No course is accepted for "NEW"' in notice for notice in notices)


def test_text_keeps_letters_of_any_script() -> None:
    text = changed('title = "Leaders"', 'title = "Ceannairí 🧭 قادة"')
    assert read_programme(text).book.lines_of("LEAD")[0].title == "Ceannairí 🧭 قادة"


def test_a_file_with_a_byte_order_mark_and_windows_line_ends_is_read() -> None:
    content = b"\xef\xbb\xbf" + EXAMPLE.replace("\n", "\r\n").encode()
    assert read_programme(decoded(content)).book == read_programme(EXAMPLE).book


def test_a_file_that_is_not_utf_8_is_refused_with_its_line() -> None:
    with pytest.raises(DomainError, match=r"p.toml:2: The file is not in UTF-8"):
        decoded("a = 1\nb = 'café'".encode("cp1252"), "p.toml")


def test_a_file_that_is_far_too_large_is_refused() -> None:
    with pytest.raises(DomainError, match="too large"):
        decoded(b" " * 5_000_001, "p.toml")
