"""The assurance pack: what is a link to evidence, what is overdue, and what the pack says of the rules of the day."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import cast

import pytest
from hypothesis import given
from hypothesis import strategies as st

from compliance.domain.requirement import AcceptedCourse, Requirement, RoleLink, RuleBook
from courses.domain import Course
from foundation.errors import DomainError
from people.domain import RoleLine
from reports.catalogue.figures.assurance import MOST_REQUIREMENTS, NOT_JUDGED, build
from reports.domain.asking import Ask, Sources
from reports.domain.assurance import (
    CRITERIA,
    Assurance,
    AssuranceLine,
    Judged,
    PlannedWorkshop,
    Score,
    checked_link,
    newest_of_each,
    overdue_words,
    year_of,
)
from reports.domain.description import Format, Report, Says, Table
from reports.services.rendering import rendered

DAY = date(2026, 5, 31)
MOMENT = datetime(2026, 5, 31, 9, 0, tzinfo=UTC)
ASK = Ask(DAY, MOMENT, "tests", "Example Borough Council")


@dataclass(frozen=True)
class Told:
    """The answers of `ToldSources`, made by hand."""

    answer: Assurance

    def assurance(self, day: date) -> Assurance:
        return self.answer


@dataclass(frozen=True)
class ByHand:
    """As much of `Sources` as the pack asks for."""

    book: RuleBook
    told: Told
    population: str = "Everybody"


def pack(book: RuleBook, answer: Assurance = Assurance()) -> Report:  # noqa: B008 -- it is frozen
    return build(ASK, cast(Sources, ByHand(book, Told(answer))))


def table_of(report: Report, key: str) -> Table:
    return next(table for table in report.tables if table.key == key)


def line(criterion: str, year: int = 2026, **says: object) -> AssuranceLine:
    judged = Judged(Score.PARTLY_MET, "amber", **says)  # type: ignore[arg-type]  # callers name fields of Judged
    return AssuranceLine("0" * 32, year, criterion, judged, MOMENT, "command:tests")


def test_every_criterion_has_a_key_a_title_and_what_good_looks_like() -> None:
    assert len({one.key for one in CRITERIA}) == len(CRITERIA) == 10
    assert all(one.title and one.good.endswith(".") for one in CRITERIA)


@pytest.mark.parametrize(
    "text",
    [
        "http://council.example/plan",
        "council.example/plan",
        "javascript:alert(1)",
        "data:text/html,x",
        "https://",
        "https:council.example",
        "https:///plan",
        "https://plan",
        "https://council.example:0/",
        "https://council.example:port/",
        "https://council.example/a b",
        'https://council.example/"onclick',
        "https://council.example\\@elsewhere.example",
        "https://[::1",
        "HTTPS//council.example",
        "https://council.example/\u202eplan",
    ],
)
def test_what_is_no_safe_link_is_refused_in_plain_words(text: str) -> None:
    with pytest.raises(DomainError, match="begins with https://"):
        checked_link(text)


def test_a_link_with_a_password_in_it_is_refused() -> None:
    with pytest.raises(DomainError, match="without a user name"):
        checked_link("https://ann:secret@council.example/plan")


def test_a_link_that_is_too_long_is_refused() -> None:
    with pytest.raises(DomainError, match="500 characters"):
        checked_link("https://council.example/" + "a" * 500)


@pytest.mark.parametrize(
    "text", ["", "https://council.example/plan?page=2#top", "https://council.example:8443/"]
)
def test_a_safe_link_stays_as_it_was_typed(text: str) -> None:
    assert checked_link(text) == text


@given(st.dates(date(2015, 4, 1), date(2099, 1, 1)))
def test_a_day_is_in_the_financial_year_that_its_number_says(day: date) -> None:
    assert date(year_of(day), 4, 1) <= day <= date(year_of(day) + 1, 3, 31)


def test_an_action_is_overdue_from_the_day_after_it_was_due() -> None:
    says = line("needs", action="Ask every service", due_on=DAY).says
    assert overdue_words(says, DAY) == ""
    assert overdue_words(says, date(2026, 6, 1)) == "Overdue since 31 May 2026"
    assert not line("needs", due_on=DAY).says.is_overdue(date(2026, 6, 1))


def test_an_action_outlives_its_year_until_the_criterion_is_judged_again() -> None:
    lines = [line("plan", 2026), line("needs", 2025), line("needs", 2026), line("gaps", 2025)]
    assert [(one.criterion, one.year) for one in newest_of_each(lines)] == [
        ("needs", 2026),
        ("plan", 2026),
        ("gaps", 2025),
    ]


def book_of(many: int) -> RuleBook:
    codes = [f"REQ{number:02}" for number in range(many)]
    return RuleBook(
        roles=(RoleLine("street", "Street teams"), RoleLine("desk", "Desk staff")),
        courses=(Course("BRIEF", "Briefing", "The council", "briefing", 20, 12),),
        requirements=tuple(
            Requirement(code, f"Requirement {code}", units=("Depots > East",)) for code in codes
        ),
        links=(
            *(RoleLink(code, "street", 30) for code in codes),
            *(RoleLink(code, "*", 90) for code in codes[:1]),
            *(RoleLink(code, "desk", 10, last_day=date(2026, 5, 30)) for code in codes[:1]),
        ),
        accepted=tuple(AcceptedCourse(code, "BRIEF") for code in codes),
    )


@pytest.mark.parametrize("many", [0, 1, MOST_REQUIREMENTS, MOST_REQUIREMENTS + 1, 15])
def test_the_matrix_says_every_requirement_of_the_day_once(many: int) -> None:
    report = pack(book_of(many))
    tables = [table for table in report.tables if table.key.startswith("needs_")]
    asked = [column.title for table in tables for column in table.columns[1:]]
    assert asked == [f"REQ{number:02}" for number in range(many)]
    assert all(len(table.columns) <= MOST_REQUIREMENTS + 1 for table in tables)


def test_the_matrix_says_who_needs_what_within_how_many_days() -> None:
    rows = table_of(pack(book_of(2)), "needs_1").rows
    assert rows == (
        ("Everybody", "All, within 90 days", ""),
        ("Street teams", "Within 30 days", "Within 30 days"),
        ("Desk staff", "", ""),
    )


def test_places_of_specified_roles_are_sensitive_and_what_names_anybody_is_marked() -> None:
    report = pack(book_of(1), Assurance([line("needs", owner="Ann Example")]))
    requirements, criteria = table_of(report, "requirements"), table_of(report, "criteria")
    assert requirements.columns[requirements.place("places")].says is Says.SENSITIVE
    assert requirements.rows[0][requirements.place("places")] == "Depots > East"
    assert {one.key for one in criteria.columns if one.says is Says.PERSON} >= {"owner", "gap", "action"}
    assert not report.is_publishable


def test_the_plan_of_training_lists_courses_workshops_and_the_day_of_approval() -> None:
    planned = [PlannedWorkshop("W-2026-001", "BRIEF", "Briefing", date(2026, 6, 2), "", 20)]
    told = Assurance([line("plan", evidence_on=date(2026, 4, 9))], planned)
    report = pack(book_of(1), told)
    assert table_of(report, "accepted").rows == (
        ("REQ00", "Requirement REQ00", "BRIEF", "Briefing", "Any time", "12 months", None),
    )
    assert table_of(report, "workshops").rows == (
        ("W-2026-001", "BRIEF", "Briefing", date(2026, 6, 2), "Online", 20),
    )
    assert report.sections[2].paragraphs == ("The plan of training was approved on 9 April 2026.",)
    assert "on record" in pack(book_of(1)).sections[2].paragraphs[0]


def test_all_criteria_stand_in_the_pack_judged_or_not() -> None:
    rows = table_of(pack(RuleBook(), Assurance([line("gaps", gap="Two services")])), "criteria").rows
    assert [row[0] for row in rows] == [one.title for one in CRITERIA]
    assert [row[1] for row in rows] == [NOT_JUDGED] * 9 + ["Partly met"]
    assert rows[-1][2] == "Amber"
    assert rows[-1][7] == "Two services"


@pytest.mark.parametrize("form", Format)
def test_the_pack_is_drawn_in_every_format_however_long_the_words(form: Format) -> None:
    long = "Averyveryverylongname" * 9
    lines = [
        line(
            one.key,
            evidence=long[:200],
            link="https://council.example/" + "a" * 470,
            owner=long[:200],
            gap="A gap of many words. " * 90,
            action=f"=1+1\n{'Do it soon. ' * 90}",
            due_on=date(2026, 5, 1),
        )
        for one in CRITERIA
    ]
    assert rendered(pack(book_of(15), Assurance(lines)), form)
