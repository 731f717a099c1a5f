"""A programme file that is wrong is refused whole: every problem in plain words, with its line and key."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.programme.reading import decoded, read_programme
from foundation.errors import DomainError, Problem
from tests.unit.compliance.programme_example import EXAMPLE, NEW, changed


def problems_of(text: str) -> list[str]:
    with pytest.raises(DomainError) as caught:
        read_programme(text, "p.toml")
    return [str(problem) for problem in caught.value.problems]


def line_of(text: str, part: str) -> int:
    return next(number for number, line in enumerate(text.splitlines(), 1) if part in line)


UNIT = 'unit = "Community Solutions>Homes"'
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
        (
            'kind = "measure"',
            'kind = "duti"',
            "kind",
            '"duti" is not a kind. Did you mean "duty"? Allowed are:',
        ),
        (
            'mode = "workshop"',
            "mode = 3",
            "mode",
            "3 is not a mode. Allowed are: e_learning, workshop, webinar",
        ),
        (
            'sectors = ["council"]',
            'sectors = ["moon"]',
            "sectors",
            '"moon" is not a sector. Allowed are: council',
        ),
        ('sectors = ["council"]', 'sectors = "council"', "sectors", "Put this in square brackets, as a list"),
        ("validity_months = 24", "validity_months = 0", "validity_months", f"0 is out of range. {MONTHS}"),
        (
            "validity_months = 24",
            "validity_months = -12",
            "validity_months",
            f"-12 is out of range. {MONTHS}",
        ),
        (
            "validity_months = 24",
            "validity_months = 1201",
            "validity_months",
            f"1201 is out of range. {MONTHS}",
        ),
        ("validity_months = 24", "validity_months = 1.5", "validity_months", "1.5 is not a whole number."),
        ("validity_months = 24", 'validity_months = "24"', "validity_months", "take the quotes away"),
        ("validity_months = 24", "validity_months = true", "validity_months", "true is not a whole number."),
        (
            "days = 90",
            "days = 3651",
            "roles[1].days",
            "3651 is out of range. Give whole days from 0 to 3650.",
        ),
        (", days = 90", "", "roles[1].days", "The days are missing."),
        ("expiring_days = 45", "expiring_days = -1", "expiring_days", "Give whole days from 0 to 3650."),
        ("percent = 72.5", "percent = 0", "targets[1].percent", f"0 cannot be a target. {PERCENT}"),
        ("percent = 72.5", "percent = 100.1", "targets[1].percent", f"100.1 cannot be a target. {PERCENT}"),
        ("percent = 72.5", "percent = -1", "targets[1].percent", f"-1 cannot be a target. {PERCENT}"),
        ("percent = 72.5", "percent = nan", "targets[1].percent", f"NaN cannot be a target. {PERCENT}"),
        ("percent = 72.5", "percent = 72.555", "targets[1].percent", PERCENT),
        (
            "percent = 72.5",
            'percent = "85,5"',
            "targets[1].percent",
            '"85,5" is not a number: take the quotes away.',
        ),
        ("percent = 72.5, ", "", "targets[1].percent", "The percent is missing."),
        ('course = "WRAP", taken', 'course = "WRAPP", taken', "accepts[3].course", 'Did you mean "WRAP"?'),
        ('["PREV-AW"]', '["PREV-AWW"]', "prerequisites", 'Did you mean "PREV-AW"?'),
        ('["PREV-AW"]', '["PREV-RF"]', "prerequisites", "go in a circle: PREV-RF needs PREV-RF."),
        (
            'prerequisites = []',
            'prerequisites = ["PREV-RF"]',
            "prerequisites",
            "PREV-AW needs PREV-RF needs PREV-AW.",
        ),
        (
            'basis = "anniversary"',
            'basis = "yearly"',
            "renewal.basis",
            "Allowed are: completion, anniversary, cal",
        ),
        ('month_day = "03-31", ', "", "renewal.month_day", "The month_day is missing."),
        ('"03-31"', '"31-03"', "renewal.month_day", '"31-03" is not a month and day.'),
        ('"03-31"', '"02-30"', "renewal.month_day", '"02-30" is not a month and day.'),
        (
            "window_days = 60",
            'window_days = 60, month_day = "03-31"',
            "renewal.month_day",
            'belongs to basis = "cal',
        ),
        (
            "taken_to = 2023-12-31",
            "taken_to = 2023-12-31, taken_from = 2024-01-01",
            "accepts[3].taken_to",
            "is before taken_from",
        ),
        (
            "taken_to = 2023-12-31",
            'taken_to = "2023-12-31"',
            "accepts[3].taken_to",
            "is not a day. Write it as",
        ),
        (
            "taken_to = 2023-12-31",
            "taken_to = 2023-12-31T09:00:00",
            "accepts[3].taken_to",
            "without quotes or time",
        ),
        (
            'kind = "duty"',
            'last_day = 2020-01-01',
            "last_day",
            "2020-01-01, is before the first, 2024-04-01.",
        ),
        (UNIT, 'unit = "A > > B"', "unit", "has an empty part."),
        (UNIT, 'unit = ""', "unit", "This is empty. Name what is meant, or leave"),
        (UNIT, 'sector = "councl"', "sector", 'Did you mean "council"?'),
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
        ('[[roles]]\n\ncode = abc\n', "p.toml:3: code: This value is not understood. Put text"),
        ('[[roles]]\ncode "a"\n', "p.toml:2: An equals sign is missing."),
        ('[[roles]]\ncode = "a"\ncode = "b"\n', "p.toml:3: code: This key is given twice in the same table."),
        ('[[roles]]\nfirst_day = 2024-02-31\n', "p.toml:2: first_day: This is not a real date."),
        ('[roles]\ncode = "a"\n', "p.toml:1: roles: Write [[roles]], with two pairs of brackets"),
        ('[[role]]\ncode = "a"\n', 'p.toml:1: role: "role" is not known here. Did you mean "roles"?'),
        ("a = " + "[" * 50_000, "p.toml: Brackets are nested too deeply."),
        ("a = " + "1" * 5000, "p.toml: A number is far too long."),
        ("a = 0x" + "f" * 9000, 'p.toml:1: a: "a" is not known here.'),
        ('[[courses]]\ncode="A"\ntitle="A"\nduration_minutes=0x' + "f" * 9000, "number is out of range."),
        (
            '[[courses]]\ncode="A"\ntitle="A"\ncounts_for_facilitators="yes"',
            'p.toml:4: counts_for_facilitators: "yes" is neither true nor false',
        ),
        ("\x00", "p.toml:1: "),
        ('[[programme]]\nname = "A"', "p.toml:1: programme: Write [programme] once, with one pair of brackets."),
        ('[roles]\ncode = "a"\n\n[[roles]]\ncode = "b"', "p.toml:4: This table is given twice. Write [[roles]]"),
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
    "more, column",
    [
        ('[[roles]]\ncode = "frontline"\ntitle = "Again"', "code"),
        ('[[courses]]\ncode = "WRAP"\ntitle = "Again"', "code"),
        ('[[requirements]]\ncode = "LEAD"\ntitle = "Again"\nfirst_day = 2026-01-01', "code"),
        (f'{NEW}roles = [{{ role = "*", days = 1 }}, {{ role = "*", days = 2 }}]', "roles[2].role"),
        (
            f'{NEW}accepts = [{{ course = "WRAP" }}, {{ course = "WRAP", use = "renewal" }}]',
            "accepts[2].course",
        ),
    ],
)
def test_two_lines_about_the_same_thing_on_the_same_days_are_refused(more: str, column: str) -> None:
    (problem,) = problems_of(f"{EXAMPLE}\n{more}")
    assert "for some of the same days." in problem
    assert problem.split(": ")[1] == column


def test_courses_that_are_all_for_renewal_only_are_told_because_nobody_can_begin() -> None:
    text = f'{EXAMPLE}\n{NEW}accepts = [{{ course = "WRAP", use = "renewal" }}]'
    notices = [str(notice) for notice in read_programme(text, "p.toml").notices]
    assert any("is for renewal only, so nobody can begin." in notice for notice in notices), notices


def test_the_very_same_rule_twice_is_refused() -> None:
    text = EXAMPLE + '\n[[role_rules]]\nrole = "safeguarding"\nsector = "school"\n' * 2
    (problem,) = problems_of(text)
    assert "is given twice" in problem


def test_a_file_that_is_not_utf_8_is_refused_with_its_line() -> None:
    with pytest.raises(DomainError, match=r"p.toml:2: The file is not in UTF-8"):
        decoded("a = 1\nb = 'café'".encode("cp1252"), "p.toml")


def test_a_file_that_is_far_too_large_is_refused() -> None:
    with pytest.raises(DomainError, match="too large"):
        decoded(b" " * 5_000_001, "p.toml")


@settings(max_examples=150, deadline=None)
@given(
    start=st.integers(0, len(EXAMPLE)),
    length=st.integers(0, 40),
    put=st.sampled_from(
        ("", '"', "[", "]", "{", "}", "=", ",", "\n", "#", "'''", "1", "-1", "true", "[1]", "é", "\\")
    )
    | st.text(max_size=5),
)
def test_a_file_with_a_slip_anywhere_is_read_or_refused_and_never_breaks(
    start: int, length: int, put: str
) -> None:
    text = EXAMPLE[:start] + put + EXAMPLE[start + length :]
    told: tuple[Problem, ...] = ()
    try:
        read_programme(text, "p.toml")
    except DomainError as refused:
        told = refused.problems
    assert all(problem.message and 0 <= problem.line <= len(text.splitlines()) for problem in told)
