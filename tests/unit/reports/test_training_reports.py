"""Reports of training and evidence, from sources made by hand: what they say, and what is left out when published."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest

from courses.domain import Concern, Evidence
from courses.domain.evaluation import STATEMENTS, When
from courses.domain.evaluation_results import Results, Sums
from courses.domain.workshops import How, Outcome
from courses.services.evidence import UNDONE
from courses.store import WITHDRAWN
from foundation.dates import LONDON, Period
from reports.catalogue.training import evaluation, evidence, register, workshops
from reports.domain.asking import Ask, Sources
from reports.domain.description import WITHHELD, Cell, Kind, Percent, Table, text_of
from reports.domain.sources.training import (
    Became,
    CourseTrained,
    EvaluationLine,
    EvidenceLine,
    OnRegister,
    RegisterOf,
    WorkshopLine,
)
from reports.domain.suppression import publishable
from reports.services.sources.evidence import became, sendings
from reports.store.evidence import Step

DAY = date(2026, 12, 1)
MADE = datetime(2026, 12, 4, 9, tzinfo=LONDON)


@dataclass
class Told:
    """Answers made by hand, and the days on which they were asked for."""

    lines: Sequence[WorkshopLine] = ()
    on_register: RegisterOf | None = None
    sent: Sequence[EvidenceLine] = ()
    answers: Sequence[EvaluationLine] = ()
    courses: Sequence[CourseTrained] = ()
    asked: list[object] = field(default_factory=list)
    population: str = "Everybody"

    @property
    def training(self) -> "Told":
        return self

    def workshops(self, days: Period, today: date) -> Sequence[WorkshopLine]:
        self.asked.append((days, today))
        return self.lines

    def register(self, of: str, day: date) -> RegisterOf:
        assert self.on_register is not None
        self.asked.append((of, day))
        return self.on_register

    def evidence(self, days: Period) -> Sequence[EvidenceLine]:
        self.asked.append(days)
        return self.sent

    def evaluation(self, days: Period, today: date) -> Sequence[EvaluationLine]:
        self.asked.append((days, today))
        return self.answers if DAY in days else ()

    def trained(self, since: Sequence[date], last: date) -> Sequence[CourseTrained]:
        self.asked.append((tuple(since), last))
        return self.courses


def asking(of: str = "", day: date = DAY) -> Ask:
    return Ask(day, MADE, "tests", "Example Borough Council", of)


def sources(told: Told) -> Sources:
    return cast(Sources, told)


def column(table: Table, key: str) -> list[Cell]:
    return [row[table.place(key)] for row in table.rows]


def workshop(number: int = 1, **said: object) -> WorkshopLine:
    starts_at = datetime(2026, 11, number, 10, tzinfo=LONDON)
    line = WorkshopLine(
        f"W-2026-{number:03}",
        "WRAP",
        "WRAP 3",
        starts_at,
        starts_at + timedelta(hours=2),
        "Hall",
        ("Vic",),
        20,
    )
    return replace(line, **said)  # type: ignore[arg-type]  # the callers name fields of WorkshopLine


CLOSED = workshop(
    is_closed=True,
    booked=14,
    outcomes={
        Outcome.ATTENDED: 11,
        Outcome.PARTIAL: 1,
        Outcome.DID_NOT_ATTEND: 2,
        Outcome.LATE_CANCELLED: 3,
    },
    late=3,
    sectors={"council": 10, "school": 2},
    answers={When.AFTER: 9},
)


def test_a_workshop_says_what_became_of_its_places() -> None:
    row = workshops.build(asking(), sources(Told([CLOSED]))).tables[0]
    assert column(row, "attended") == [12]
    assert column(row, "partial") == [1]
    assert column(row, "missing") == [2]
    assert column(row, "no_show") == [Percent(2, 14)], "whoever cancelled late was not expected"
    assert column(row, "time") == ["10:00 to 12:00"]
    assert column(row, "sectors") == ["Council 10, Schools 2"]
    assert column(row, "answers") == ["9 after"]


def test_what_nobody_knows_yet_is_empty_and_not_nought() -> None:
    told = Told([workshop(1, booked=8, late=1), workshop(2, is_called_off=True, cancelled=8)])
    every, courses = workshops.build(asking(), sources(told)).tables
    assert column(every, "attended") == [None, None]
    assert column(every, "no_show") == [None, None]
    assert column(every, "booked") == [8, None]
    assert column(every, "register") == ["Not closed", "Called off"]
    assert column(courses, "held") == [1]
    assert column(courses, "called_off") == [1]
    assert column(courses, "attended") == [None]
    assert column(courses, "late") == [1]


def test_a_course_adds_up_its_workshops() -> None:
    told = Told([CLOSED, workshop(2, booked=5), replace(CLOSED, reference="W-2026-003")])
    courses = workshops.build(asking(), sources(told)).tables[1]
    assert column(courses, "attended") == [24]
    assert column(courses, "booked") == [33]
    assert column(courses, "open") == [1]
    assert column(courses, "no_show") == [Percent(4, 28)]


def test_the_published_summary_names_nobody_and_has_no_small_number() -> None:
    told = Told([CLOSED, replace(CLOSED, course="BRIEF", outcomes={Outcome.ATTENDED: 30}, led_by=("Xan",))])
    public = publishable(workshops.build(asking(), sources(told)))
    (courses,) = public.tables
    assert [one.key for one in courses.columns if one.kind is Kind.NUMBER and one.says == "numbers"] == [
        "attended",
        "missing",
        "no_show",
    ]
    assert column(courses, "attended") == [30, WITHHELD], (
        "2 of 14 who did not attend are held back with the row"
    )
    words = " ".join(text_of(cell) for row in courses.rows for cell in row)
    assert "Vic" not in words
    assert "Xan" not in words


def on_register(**said: object) -> RegisterOf:
    people = (
        OnRegister("Sam Tester", "The council", "council", "sam@example.org", Outcome.ATTENDED, How.REGISTER),
        OnRegister("Ola Tester", "Quay School", "school", "N-Ola", Outcome.PARTIAL, How.DOOR, MADE),
        OnRegister("Kit Tester", "", "", "N-Kit", Outcome.DID_NOT_ATTEND, How.REGISTER),
        OnRegister("Uma Tester", "", "", "N-Uma", None),
        OnRegister("A. Guest", "Elsewhere", "", "", Outcome.ATTENDED, arrived_at=MADE, is_guest=True),
    )
    found = RegisterOf("W-2026-014", "WRAP", DAY, "Hall", False, None, people)
    return replace(found, **said)  # type: ignore[arg-type]  # the callers name fields of RegisterOf


def test_a_register_lists_everybody_on_it_and_how_it_is_known_that_they_came() -> None:
    told = Told(on_register=on_register())
    report = register.build(asking("W-2026-014"), sources(told))
    (table,) = report.tables
    assert told.asked == [("W-2026-014", DAY)]
    assert column(table, "attended") == [
        "Attended",
        "Attended in part",
        "Did not attend",
        "Not yet known",
        "Attended (guest)",
    ]
    assert column(table, "signed") == [
        "Written down by whoever led it",
        "At the door, 09:00",
        "",
        "",
        "At the door, 09:00",
    ]
    assert column(table, "sector") == ["Council", "Schools", "", "", ""]
    assert "not closed" in report.sections[0].paragraphs[0]


def test_no_workshop_chosen_lists_nobody_and_asks_no_source() -> None:
    told = Told()
    report = register.build(asking(), sources(told))
    assert report.sections[0].title == "Choose a workshop"
    assert report.tables[0].rows == ()
    assert told.asked == []


@pytest.mark.parametrize(
    "said, words, listed",
    [
        ({"closed_on": DAY}, "The register was closed on 1 December 2026.", 5),
        ({"is_called_off": True, "people": ()}, "It was called off.", 0),
        ({"day": DAY + timedelta(days=1)}, "after the day of this report", 0),
    ],
)
def test_a_register_says_how_far_it_is(said: dict[str, object], words: str, listed: int) -> None:
    report = register.build(asking("x"), sources(Told(on_register=on_register(**said))))
    assert words in report.sections[0].paragraphs[0]
    assert len(report.tables[0].rows) == listed


SENT = EvidenceLine(
    MADE, "N-Sam", "Sam Tester", "PREV", date(2026, 11, 1), "ab" * 32, frozenset(), "Sam", Became.WAITING
)


@pytest.mark.parametrize(
    "concerns, says",
    [
        (set(), ("Yes", "Yes", "No")),
        ({Concern.NAME_DIFFERS}, ("No", "Yes", "No")),
        ({Concern.DATE_DIFFERS, Concern.FILE_USED_AGAIN}, ("Yes", "No", "For other training")),
        ({Concern.TEXT_UNREADABLE}, ("File not read", "File not read", "No")),
        ({Concern.FILE_USED_AGAIN, Concern.FILE_USED_BY_ANOTHER}, ("Yes", "Yes", "For somebody else")),
    ],
)
def test_what_makes_one_wonder_is_said_in_three_words(concerns: set[Concern], says: tuple[str, ...]) -> None:
    told = Told(sent=[replace(SENT, concerns=frozenset(concerns))])
    (table,) = evidence.build(asking(), sources(told)).tables
    found = [column(table, key)[0] for key in ("name_matches", "date_plausible", "same_file")]
    assert tuple(found) == says
    assert column(table, "file") == ["abababababab"]


def test_evidence_without_a_file_says_so_and_a_day_long_ago_is_not_plausible() -> None:
    told = Told(sent=[replace(SENT, sha256=""), replace(SENT, completed_on=date(2001, 1, 1))])
    (table,) = evidence.build(asking(), sources(told)).tables
    assert column(table, "name_matches") == ["No file", "Yes"]
    assert column(table, "date_plausible") == ["No file", "No"]
    assert told.asked == [Period(date(2026, 4, 1), DAY)]


AT = datetime(2026, 5, 1, 8, tzinfo=UTC)


def step(number: int, evidence: Evidence, begins: int, ends: int | None = None, **said: Any) -> Step:
    """A completion from an hour on until another."""
    found = Step(
        number,
        1,
        1,
        DAY,
        "self",
        evidence.value,
        AT + timedelta(hours=begins),
        "account:x",
        None if ends is None else AT + timedelta(hours=ends),
        None,
        None,
    )
    return found._replace(**said)


def told_of(*steps: Step) -> list[tuple[int, int, Became]]:
    """For each sending: which row began it, which row waited last, and what became of it."""
    recorded = {(one.key, one.recorded_at) for one in steps}
    return [(one.first.id, one.last.id, became(one, recorded)) for one in sendings(steps)]


AWAITING, VERIFIED, REJECTED, TRUSTED = (
    Evidence.AWAITING,
    Evidence.VERIFIED,
    Evidence.REJECTED,
    Evidence.TRUSTED,
)


@pytest.mark.parametrize(
    "steps, says",
    [
        ([step(1, AWAITING, 0)], [(1, 1, Became.WAITING)]),
        ([step(1, AWAITING, 0, 1), step(2, VERIFIED, 1)], [(1, 1, Became.ACCEPTED)]),
        ([step(1, AWAITING, 0, 1), step(2, REJECTED, 1)], [(1, 1, Became.REJECTED)]),
        (
            [
                step(1, AWAITING, 0, 1),
                step(2, REJECTED, 1, 2, retracted_reason=UNDONE),
                step(3, AWAITING, 2),
            ],
            [(1, 3, Became.WAITING)],
        ),
        (
            [
                step(1, AWAITING, 0, 1),
                step(2, REJECTED, 1, 2, retracted_reason="Sent again"),
                step(3, AWAITING, 2),
            ],
            [(1, 1, Became.REJECTED), (3, 3, Became.WAITING)],
        ),
        (
            [step(1, AWAITING, 0, 1, completed_on=date(2026, 1, 1)), step(2, AWAITING, 1)],
            [(1, 2, Became.WAITING)],
        ),
        (
            [
                step(1, AWAITING, 0, 1, completed_on=date(2026, 1, 1), retracted_batch_id=4),
                step(2, AWAITING, 1),
            ],
            [(1, 1, Became.TAKEN_BACK), (2, 2, Became.WAITING)],
        ),
        ([step(1, AWAITING, 0, 1, retracted_reason=WITHDRAWN)], [(1, 1, Became.WITHDRAWN)]),
        (
            [step(1, AWAITING, 0, 1), step(2, VERIFIED, 1, source="workshop")],
            [(1, 1, Became.ANOTHER_WAY)],
        ),
        (
            [step(1, AWAITING, 0, 1, retracted_batch_id=4), step(2, TRUSTED, 1)],
            [(1, 1, Became.ANOTHER_WAY)],
        ),
        (
            [step(1, AWAITING, 0), step(2, AWAITING, 0, person_id=2)],
            [(1, 1, Became.WAITING), (2, 2, Became.WAITING)],
        ),
        ([step(1, VERIFIED, 0)], []),
    ],
    ids=[
        "waits",
        "accepted",
        "not accepted",
        "undone",
        "sent again",
        "corrected",
        "another by a file",
        "withdrawn",
        "a register",
        "a file",
        "two people",
        "never waited",
    ],
)
def test_the_steps_of_the_record_are_put_in_a_row(
    steps: list[Step], says: list[tuple[int, int, Became]]
) -> None:
    assert told_of(*steps) == says


def sums(people: int, total: int, agreeing: int) -> Sums:
    each = len(STATEMENTS)
    return Sums(people, (total,) * each, (agreeing,) * each)


ANSWERED = EvaluationLine(
    "WRAP",
    "WRAP 3",
    3,
    40,
    {When.BEFORE: 30, When.AFTER: 25, When.LATER: 0},
    Results({When.BEFORE: sums(20, 50, 5), When.AFTER: sums(10, 42, 9)}),
    frozenset({When.LATER}),
)


def test_an_evaluation_shows_means_their_change_and_who_agrees() -> None:
    answers, statements = evaluation.build(asking(), sources(Told(answers=[ANSWERED]))).tables
    assert [column(answers, key)[0] for key in ("attended", "before", "after", "later")] == [
        40,
        20,
        10,
        WITHHELD,
    ]
    assert column(answers, "response") == [Percent(10, 25)]
    assert len(statements.rows) == len(STATEMENTS)
    row = dict(zip((one.key for one in statements.columns), statements.rows[0], strict=True))
    assert (row["mean_before"], row["mean_after"], row["change"]) == ("2.5", "4.2", "+1.7")
    assert (row["agree_before"], row["agree_after"]) == (Percent(5, 20), Percent(9, 10))
    assert (row["agree_later"], row["suppressed"]) == (WITHHELD, "Yes")


def test_what_nobody_was_asked_yet_is_empty_and_not_held_back() -> None:
    told = Told(answers=[replace(ANSWERED, results=Results(), too_few=frozenset())])
    answers, statements = evaluation.build(asking(), sources(told)).tables
    assert [column(answers, key)[0] for key in ("before", "after", "later", "response")] == [None] * 4
    assert column(statements, "change") == [None] * len(STATEMENTS)
    assert column(statements, "suppressed") == ["No"] * len(STATEMENTS)


def test_a_report_of_a_day_to_come_asks_for_what_may_be_shown_today() -> None:
    """Otherwise it would show answers while others can still be given."""
    told = Told()
    evaluation.build(asking(day=date(2027, 3, 1)), sources(told))
    workshops.build(asking(day=date(2027, 3, 1)), sources(told))
    todays = [today for _, today in cast(list[tuple[Period, date]], told.asked)]
    assert todays == [MADE.date()] * 3


def test_published_evaluation_holds_back_what_few_agree_with() -> None:
    few = replace(ANSWERED, results=Results({When.BEFORE: sums(20, 50, 3), When.AFTER: sums(10, 42, 9)}))
    answers, statements = publishable(evaluation.build(asking(), sources(Told(answers=[few])))).tables
    assert {"attended", "response"}.isdisjoint(one.key for one in answers.columns)
    assert column(answers, "before") == [20]
    for key in ("mean_before", "agree_before", "agree_after"):
        assert column(statements, key) == [WITHHELD] * len(STATEMENTS)
