"""The bad rows of a people file (promises 9.2), each with its message, under their numbers there."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from people.imports.account import Account
from tests.integration.databases import Template
from tests.integration.imports.desk import Desk, Rows, as_csv, person


@dataclass(frozen=True)
class Case:
    """Rows, and what is said of them: as `where`, set aside or only told."""

    name: str
    rows: Rows
    line: int
    column: str
    message: str
    known: Rows = ()


def one(name: str, column: str, message: str, **cells: object) -> Case:
    """A file of one good row and one bad one."""
    return Case(name, [person("1"), person("2", **cells)], 3, column, message)


SET_ASIDE = [
    one("H01 no number", "person_ref", "The value is missing.", person_ref=""),
    Case(
        "H02 zeros lost",
        [person("1"), person("123")],
        3,
        "person_ref",
        '"123" is not known but "00123" is. Excel may have removed zeros. Format the column as Text and export again.',
        known=[person("00123")],
    ),
    one("H03 a number in scientific form", "person_ref", "Excel changed this number", person_ref="1.23E+05"),
    one("H04 a number with decimals", "person_ref", "Excel changed this number", person_ref="123.0"),
    Case(
        "H06 one number, two names",
        [person("1"), person("2"), person("2", first_name="Ben", post_ref="B")],
        3,
        "person_ref",
        'Rows 3 and 4 have the same person_ref "2" but different names. Correct them.',
    ),
    Case(
        "H06 one number, two email addresses",
        [person("1"), person("2"), person("2", email="other@council.example", post_ref="B")],
        4,
        "person_ref",
        "but different email addresses.",
    ),
    Case(
        "H07 two numbers that become one",
        [person("1"), person("2"), person("2", person_ref="\u200b2\u00a0", first_name="Ben", post_ref="B")],
        3,
        "person_ref",
        "different names",
    ),
    one("H08 full-width digits", "person_ref", "Use ordinary digits", person_ref="\uff11\uff12"),
    one("H10 no name", "first_name", "The value is missing.", first_name=""),
    one("H11 a name too long", "last_name", "longer than 200 characters", last_name="x" * 201),
    one("H15 a name with a line break", "last_name", "line break or control character", last_name="A\nB"),
    one("H15 a name with an escape", "last_name", "line break or control character", last_name="A\x1b[31m"),
    one(
        "H16 a name that mail decodes",
        "last_name",
        "characters that are not allowed",
        last_name="=?UTF-8?Q?x",
    ),
    one("H17 a name of marks", "last_name", "unusual characters", last_name="A" + "\u0301\u0302" * 50),
    one("H17 a name written backwards", "last_name", "unusual characters", last_name="\u202eelpmaxE"),
    *(
        one(f"H20 {email}", "email", "is not an email address", email=email)
        for email in ["a@b", "a b@c.uk", "a@c..uk", "a@@c.uk", "@c.uk", "a@-c.uk"]
    ),
    one("H21 two addresses with ;", "email", "Give one email address.", email="a@c.uk;b@c.uk"),
    one("H21 two addresses with ,", "email", "Give one email address.", email="a@c.uk,b@c.uk"),
    one("H22 a name with the address", "email", "Give only the address", email="Ann <a@c.uk>"),
    one("H23 an address with headers", "email", "is not an email address", email="a@c.uk\r\nBcc: b@c.uk"),
    one("H24 an address too long", "email", "too long", email="x" * 65 + "@c.uk"),
    one("H28 an address of look-alikes", "email", "look-alike letters", email="a@counc\u0456l.uk"),
    one("H29 no such day", "post_start", '"31/02/2026" is not a real date', post_start="31/02/2026"),
    one("H30 no leap year", "post_start", '"29/02/2026" is not a real date', post_start="29/02/2026"),
    one("H31 month first", "post_start", "Use day/month/year", post_start="01/13/2026"),
    one("H33 two figures for the year", "post_start", "four-digit year", post_start="1/2/26"),
    one("H34 a day as Excel counts", "post_start", "Excel date number", post_start="45678"),
    one("H35 another form of date", "post_start", "is not a date in a form", post_start="27.03.2026"),
    one("H36 full-width digits in a date", "post_start", "Use ordinary digits", post_start="\uff12026-01-01"),
    one(
        "H37 before anybody was born", "post_start", "must be between 1 January 1940", post_start="1899-12-31"
    ),
    one("H37 the end of time", "post_end", "must be between", post_end="9999-12-31"),
    one("H37 zeros", "post_start", "", post_start="00/00/0000"),
    one(
        "H38 the end before the start",
        "post_end",
        "post_end 1 January 2019 is before post_start 1 January 2020.",
        post_end="2019-01-01",
    ),
    one("H42 their own manager", "manager_ref", "A person cannot manage themselves.", manager_ref="2"),
    one("H47 a category of another word", "category", "is not one of: employee, member", category="ACTIVE"),
    one("H55 only spaces", "first_name", "The value is missing.", first_name=" \u00a0 "),
    one("H56 a broken formula", "job_title", '"#N/A" comes from a broken formula', job_title="#N/A"),
    one("an unknown sector", "sector", "is not one of: council, school", sector="charity"),
    one("a path with a hole", "unit", "has an empty part", unit="Homes >  > North"),
    Case(
        "periods of one post that overlap",
        [person("1"), person("2", post_end="2021-01-01"), person("2", post_start="2020-06-01")],
        3,
        "post_start",
        "The periods of the rows of this post overlap. Correct their days. (rows 3 and 4)",
    ),
    Case(
        "a change before the running spell",
        [person("1"), person("2", unit="Parks", changed_on="2019-01-01")],
        3,
        "changed_on",
        "is before the running spell of this post began",
        known=[person("1"), person("2")],
    ),
]

TOLD = [
    Case(
        "H05 one row twice", [person("1"), person("1")], 3, "", "Rows 2 and 3 are the same; they count once."
    ),
    Case(
        "H09 a number that is used again",
        [person("1"), person("2", first_name="Zoe", last_name="Newcomer", post_ref="B")],
        3,
        "person_ref",
        '"2" belonged to Asha Example 2, who left on 31 December 2024. If this is a new person, give them a number',
        known=[person("1"), person("2", post_end="2024-12-31")],
    ),
    one("H13 a name like a formula", "last_name", "looks like a formula", last_name="=1+1"),
    Case(
        "H19 no email address",
        [person("1", email="")],
        0,
        "email",
        "1 person has no email address; reminders go to the manager.",
    ),
    Case(
        "H25 one address for two",
        [person("1"), person("2", email="p1@council.example")],
        2,
        "email",
        "Rows 2 and 3 share an email address.",
    ),
    one(
        "H41 an unknown manager", "manager_ref", '"999" names a manager who is not known.', manager_ref="999"
    ),
    Case(
        "H43 two who manage each other",
        [person("1", manager_ref="2"), person("2", manager_ref="1")],
        2,
        "manager_ref",
        "Rows 2 and 3: managers form a loop.",
    ),
    Case(
        "H43 a loop of five",
        [person(str(number), manager_ref=str(number % 5 + 1)) for number in range(1, 6)],
        2,
        "manager_ref",
        "Rows 2, 3, 4, 5 and 6: managers form a loop.",
    ),
    Case(
        "H44 a manager who has left",
        [person("1", manager_ref="2")],
        2,
        "manager_ref",
        '"2" names a manager who has left.',
        known=[person("2", post_end="2024-12-31")],
    ),
    Case(
        "H45 a unit in another spelling",
        [person("1"), person("2", unit="Homes > repairs")],
        0,
        "unit",
        'New unit "repairs"? Did you mean "Repairs"?',
        known=[person("1")],
    ),
    one("H46 an unknown role", "roles", '"admin" is no role of the programme.', roles="admin"),
    Case(
        "H49 nobody matches",
        [person("8"), person("9")],
        0,
        "person_ref",
        "None of the 2 person_refs is known yet. Is this the right file?",
        known=[person("1")],
    ),
    Case(
        "H54 the same person under a new number",
        [person("1"), person("7", last_name="Example 2", email="p2@council.example")],
        3,
        "person_ref",
        'Same name and email address as "2", who left.',
        known=[person("1"), person("2", post_end="2024-12-31")],
    ),
    Case("no manager", [person("1")], 0, "manager_ref", "1 row has no manager."),
]

APPLIES = [
    *(
        one(f"H12 {name!r}", "", "", last_name=name)
        for name in ["O'Brien-Ng", "\u0141ukasz", "\u674e", "Jose\u0301", "X", "Null", "True", "N/A", "1e5"]
    ),
    one("H14 markup", "", "", last_name="<script>alert(1)</script>"),
    one("H18 templates", "", "", last_name="{{7*7}} %s%n ${jndi:}"),
    one("H26 an address in capitals", "", "", email="P2@COUNCIL.EXAMPLE"),
    one("H35 a day in words", "", "", post_start="27 Mar 2026"),
    one("H39 leaving in the future", "", "", post_end="2026-12-31"),
    one("H40 left in the past", "", "", post_end="2025-12-31"),
    Case("H51 two posts", [person("1"), person("1", post_ref="B", unit="Parks")], 0, "", ""),
    Case(
        "H53 somebody returns",
        [person("1", post_start="2026-02-01")],
        0,
        "",
        "",
        known=[person("1", post_end="2024-12-31")],
    ),
]


@pytest.fixture
def address(sqlite_template: Template, tmp_path: Path) -> str:
    """SQLite alone: what is said of a row does not depend on the database."""
    return sqlite_template.copy(tmp_path)


def _loaded(desk: Desk, case: Case) -> Account:
    if case.known:
        desk.people(case.known)
    return desk.people(case.rows, part=True)


@pytest.mark.parametrize("case", SET_ASIDE, ids=lambda case: case.name)
def test_a_bad_row_is_set_aside_with_its_message(desk: Desk, case: Case) -> None:
    account = _loaded(desk, case)
    problems = {(problem.line, problem.column): problem for problem in account.set_aside}
    assert (case.line, case.column) in problems, [str(problem) for problem in account.set_aside]
    problem = problems[case.line, case.column]
    assert case.message in problem.message
    assert str(problem).startswith(f"people.csv:{case.line}: {case.column}: ")
    assert desk.posts()[0][0] in {"1", "00123"}, "the good row applies"


@pytest.mark.parametrize("case", TOLD, ids=lambda case: case.name)
def test_a_doubtful_row_applies_and_is_told(desk: Desk, case: Case) -> None:
    account = _loaded(desk, case)
    assert account.set_aside == []
    told = {(notice.line, notice.column, notice.message) for notice in account.notices}
    found = [message for line, column, message in told if (line, column) == (case.line, case.column)]
    assert any(message.startswith(case.message) or case.message in message for message in found), told


@pytest.mark.parametrize("case", APPLIES, ids=lambda case: case.name)
def test_an_unusual_row_applies(desk: Desk, case: Case) -> None:
    account = _loaded(desk, case)
    assert account.set_aside == []
    assert account.changes != []


def test_one_bad_row_among_many_good_ones_is_handed_back_to_mend(desk: Desk) -> None:
    rows = [person(str(number)) for number in range(1, 40)] + [person("99", post_start="31/06/2024")]
    account = desk.people(rows)
    assert (account.counts["person_added"], account.set_aside_rows) == (39, 1)
    mended = [{**row, "post_start": "30/06/2024"} if row["person_ref"] == "99" else row for row in rows]
    assert desk.people(mended).counts["person_added"] == 1
    assert as_csv(rows) != as_csv(mended)
