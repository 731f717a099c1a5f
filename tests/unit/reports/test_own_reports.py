"""Reports of one person, one team, and of members and leaders: which cells they make of what they are told."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest

from compliance.domain.asked import Part
from compliance.domain.figures import Counts, judge
from compliance.domain.requirement import Requirement, RoleLink, RuleBook
from compliance.domain.spans import Span, Status
from courses.domain import Evidence
from foundation.dates import FAR_DAY
from people.domain import RoleLine
from reports.catalogue.figures import members
from reports.catalogue.names import my_requirements, my_team
from reports.domain.asking import Ask, By, Line, Sources
from reports.domain.description import WITHHELD, Cell, Percent, Report, names_anybody
from reports.domain.sources.names import (
    Own,
    OwnDuty,
    Reached,
    TeamAnswer,
    TeamDuty,
    TeamFigure,
    days_overdue,
    due_of,
    end_of,
)
from reports.domain.suppression import publishable

DAY = date(2026, 6, 1)
NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)
NO_TEAM = TeamAnswer("Mo Tester", 0, DAY, (), ())
ASK = Ask(DAY, NOW, "tests", "Example Borough Council")


def ago(days: int) -> date:
    return DAY - timedelta(days=days)


def span(status: Status, **more: Any) -> Span:
    plain = Span(
        ago(30), FAR_DAY, status, None, status.is_compliant, None, None, None, ago(300), "*", ago(300)
    )
    return replace(plain, **more)


@dataclass
class Told:
    """Sources made by hand: one person, one team, and the people of roles."""

    own: Own = field(default_factory=lambda: Own("Sam Tester", ()))
    answer: TeamAnswer = field(default_factory=lambda: NO_TEAM)
    book: RuleBook = field(default_factory=RuleBook)
    by_role: Sequence[Line] = ()
    told: Mapping[tuple[str, str], Reached] = field(default_factory=dict)
    asked: list[tuple[Any, ...]] = field(default_factory=list)
    population: str = "Everybody"
    part: None = None

    @property
    def names(self) -> "Told":
        return self

    def figures(self, day: date, by: By | None = None) -> Sequence[Line]:
        return self.by_role if by is By.ROLE else ()

    def in_post(self, _day: date, _by: By | None = None) -> dict[tuple[str, str], int]:
        return {}

    def person(self, of: str, day: date, at: datetime) -> Own:
        self.asked.append((of, day, at))
        return self.own

    def team(self, of: str, day: date, at: datetime, *, below: bool) -> TeamAnswer:
        self.asked.append((of, day, at, below))
        return self.answer

    def reached(self, day: date, role: str, requirement: str, since: date) -> Reached:
        self.asked.append((day, role, requirement, since))
        return self.told[role, requirement]


def sources(told: Told) -> Sources:
    return cast(Sources, told)


def cells(report: Report, table: int = 0) -> list[dict[str, Cell]]:
    """The rows of a table, each cell by its column."""
    found = report.tables[table]
    return [dict(zip((one.key for one in found.columns), row, strict=True)) for row in found.rows]


# --- what the days of a status say


@pytest.mark.parametrize(
    "of, end, due, overdue",
    [
        (span(Status.COMPLIANT, valid_until=ago(-5)), ago(-5), None, None),
        (span(Status.COMPLIANT, valid_until=FAR_DAY), None, None, None),
        (span(Status.EXPIRED, valid_until=ago(31), due_on=ago(900)), ago(31), None, 31),
        # It ran out long before this run, whose due day was missed.
        (span(Status.EXPIRED, valid_until=ago(900), due_on=ago(31)), ago(900), ago(31), 31),
        # What was done counts no more, though it never ran out: today is the 31st such day.
        (span(Status.EXPIRED, valid_until=None), None, None, 31),
        (span(Status.OUTSTANDING, due_on=ago(7)), None, ago(7), 7),
        (span(Status.NOT_YET_DUE, due_on=ago(-7)), None, ago(-7), None),
        (span(Status.AWAITING_CHECK, due_on=ago(7), completed_on=ago(9)), None, ago(7), None),
        (span(Status.AWAITING_CHECK, due_on=ago(900), reason_last_day=ago(4)), ago(4), None, None),
        (span(Status.ABSENT, due_on=ago(7)), None, None, None),
        (span(Status.EXEMPT, due_on=ago(7)), None, None, None),
    ],
)
def test_a_status_says_its_last_day_the_day_it_is_due_and_how_long_it_is_overdue(
    of: Span, end: date | None, due: date | None, overdue: int | None
) -> None:
    assert (end_of(of), due_of(of), days_overdue(of, DAY)) == (end, due, overdue)


# --- my requirements


def duty(part: Part, of: Span, **more: Any) -> OwnDuty:
    plain = OwnDuty(
        "AWARE", "Awareness", part, DAY, of, "Because", "In full.", ("A",), "", None, None, None, ""
    )
    return replace(plain, **more)


def test_a_duty_says_why_by_when_and_where() -> None:
    duties = (
        duty(
            Part.TO_DO, span(Status.OUTSTANDING, due_on=ago(7)), where="Here", courses=("A", "B (to renew)")
        ),
        duty(Part.UP_TO_DATE, span(Status.COMPLIANT, valid_until=ago(-40), completed_on=ago(9)), taken="A"),
        duty(
            Part.WAITING,
            span(Status.AWAITING_CHECK, due_on=ago(7), completed_on=ago(9)),
            evidence=Evidence.AWAITING,
            recorded_on=ago(8),
            waiting_since=ago(8),
        ),
        duty(Part.NOT_COUNTED, span(Status.ABSENT, covered=True, valid_until=ago(-3))),
    )
    told = Told(own=Own("Sam Tester", duties))
    report = my_requirements.build(replace(ASK, of="N-Sam"), sources(told))
    assert told.asked == [("N-Sam", DAY, NOW)]
    assert report.head.population == "Sam Tester alone"
    first, second, third, fourth = cells(report)
    assert first["courses"] == "A, B (to renew)"
    assert (first["status"], first["days"], first["where"]) == ("Overdue: not started", -7, "Here")
    assert (second["status"], second["days"], second["course"]) == ("Up to date", 40, "A")
    assert third["status"] == third["evidence"] == "Waiting for a check since 24 May 2026"
    assert fourth["days"] is None


@pytest.mark.parametrize("build, says", [(my_requirements, "Choose a person"), (my_team, "Choose a manager")])
def test_of_nobody_there_is_an_empty_report_that_says_what_to_choose(build: Any, says: str) -> None:
    told = Told()
    report = build.build(ASK, sources(told))
    assert told.asked == []
    assert not any(table.rows for table in report.tables)
    assert says in report.tables[0].empty
    assert report.head.population == "Nobody was chosen"


def test_nothing_required_is_told_in_words() -> None:
    report = my_requirements.build(replace(ASK, of="N-Sam"), sources(Told()))
    assert report.tables[0].rows == ()
    assert report.tables[0].empty == "No training is required of this person."


# --- my team

SOON = ago(-60)


def one(name: str, of: Span, booked: str = "") -> TeamDuty:
    return TeamDuty(name, "Officer", ("Street teams", "Trainers"), "AWARE", "Awareness", of, booked)


DUTIES = (
    one("Ann", span(Status.EXPIRED, valid_until=ago(31)), "1 July 2026"),
    one("Bea", span(Status.OUTSTANDING, due_on=ago(7))),
    one("Cy", span(Status.NOT_YET_DUE, due_on=SOON)),
    one("Dee", span(Status.NOT_YET_DUE, due_on=ago(-61))),
    one("Eve", span(Status.COMPLIANT, valid_until=SOON)),
    one("Flo", span(Status.EXPIRING, valid_until=DAY)),
    one("Gus", span(Status.COMPLIANT, valid_until=ago(-61))),
    one("Hal", span(Status.ABSENT, covered=True, valid_until=ago(-3))),
    one("Ida", span(Status.EXEMPT)),
    one("Jo", span(Status.COMPLIANT, valid_until=FAR_DAY)),
)
COUNTS = Counts(
    exempt=1, absent=1, expiring=1, compliant=3, not_yet_due=2, expired=1, outstanding=1, covered=5
)


def team(**more: Any) -> Told:
    figure = TeamFigure("AWARE", "Awareness", COUNTS, judge(COUNTS, 90_00), "5")
    return Told(answer=replace(TeamAnswer("Mo Tester", 10, SOON, DUTIES, (figure,)), **more))


def test_a_team_s_figures_stand_above_its_people() -> None:
    told = team()
    report = my_team.build(replace(ASK, of="N-Mo", below=True), sources(told))
    assert told.asked == [("N-Mo", DAY, NOW, True)]
    assert report.head.population == "10 people below Mo Tester, directly or further down"
    assert report.head.targets == ("90% for Awareness, action 5 of the plan",)
    assert ("exempt (people and requirements)", 1) in report.head.excluded
    (figure,) = cells(report)
    assert figure == {
        "requirement": "Awareness",
        "required": 10,
        "counted": 6,
        "in_date": 4,
        "soon": 3,
        "overdue": 2,
        "outstanding": 1,
        "percent": Percent(4, 6),
        "target": "90%",
        "people_to_target": 2,
    }


def test_each_of_a_team_is_counted_or_it_says_why_not_and_never_why_somebody_is_away() -> None:
    rows = cells(my_team.build(replace(ASK, of="N-Mo"), sources(team())), 1)
    assert {str(row["name"]): row["counted"] for row in rows} == {
        **dict.fromkeys(["Ann", "Bea", "Eve", "Flo", "Gus", "Jo"], "Yes"),
        **dict.fromkeys(["Cy", "Dee"], "No: not yet due"),
        "Hal": "No: away from work",
        "Ida": "No: exempt",
    }
    assert [row["overdue"] for row in rows] == [31, 7, *[None] * 8]
    assert rows[0]["roles"] == "Street teams, Trainers"
    assert rows[0]["booked"] == "1 July 2026"


def test_one_direct_report_is_one_person() -> None:
    report = my_team.build(replace(ASK, of="N-Mo"), sources(team(people=1)))
    assert report.head.population == "1 person directly below Mo Tester"


def test_lists_of_people_say_so_and_have_no_version_to_publish() -> None:
    for module in (my_requirements, my_team):
        report = module.build(replace(ASK, of="N-Mo"), sources(team()))
        assert names_anybody(report.tables)
        assert not module.DEFINITION.is_publishable


# --- members and leaders

BOOK = RuleBook(
    roles=(
        RoleLine("member", "Elected members"),
        RoleLine("leadership", "Leaders"),
        RoleLine("street", "Street"),
    ),
    requirements=(
        Requirement("MEMBER", "Briefing"),
        Requirement("LEAD", "Yearly briefing"),
        Requirement("ALL"),
    ),
    links=(
        RoleLink("MEMBER", "member", 180),
        RoleLink("LEAD", "leadership", 90),
        RoleLink("ALL", "*", 90),
        RoleLink("ALL", "street", 90),
    ),
)


def by_role(role: str, requirement: str, counts: Counts) -> Line:
    return Line(DAY, requirement, f"{requirement} title", counts, None, role)


LINES = (
    by_role("Elected members", "MEMBER", Counts(compliant=30, outstanding=10, not_yet_due=5)),
    by_role("Elected members", "ALL", Counts(compliant=45)),
    by_role("Leaders", "LEAD", Counts(compliant=19, outstanding=1)),
    by_role("Street", "ALL", Counts(compliant=7)),
)
TOLD = {("member", "MEMBER"): Reached(36, 20), ("leadership", "LEAD"): Reached(19, 19)}


def test_a_cohort_has_a_row_for_what_the_rule_book_asks_of_its_role_and_for_nothing_else() -> None:
    told = Told(book=BOOK, by_role=LINES, told=TOLD)
    rows = cells(members.build(ASK, sources(told)))
    assert [(row["cohort"], row["requirement"]) for row in rows] == [
        ("Elected members", "MEMBER"),
        ("Leaders", "LEAD"),
    ]
    numbers = ("in_office", "inducted", "briefed", "counted", "in_date", "percent", "outstanding")
    assert [rows[0][key] for key in numbers] == [45, 36, 20, 40, 30, Percent(30, 40), 10]
    assert told.asked[0] == (DAY, "member", "MEMBER", date(2025, 6, 1))


def test_a_group_of_which_a_small_number_could_be_had_is_held_back_in_what_is_published() -> None:
    told = Told(book=BOOK, by_role=LINES, told=TOLD)
    first, second = cells(publishable(members.build(ASK, sources(told))))
    assert first["in_date"] == 30
    assert second["in_date"] is second["outstanding"] is second["in_office"] is WITHHELD


def test_a_rule_book_without_these_roles_gives_an_empty_report() -> None:
    report = members.build(ASK, sources(Told()))
    assert report.tables[0].rows == ()
    assert "asks nothing of these groups" in report.tables[0].empty
