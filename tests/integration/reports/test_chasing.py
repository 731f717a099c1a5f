"""The worklist says of everybody who owes something what the ledger, the plan and the workshops say."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import event, update
from sqlalchemy.orm import Session

from courses.domain.workshops import Audience
from foundation.db import transaction
from foundation.mail import OutgoingMessageRow, State
from people.models import PersonDetailRow
from reminders.domain.due import Channel
from reminders.models import LetterRunRow, ReminderRow
from reminders.services.planning import plan_for
from reports.domain.description import Cell, Format, Report
from reports.services.building import build as build_report
from reports.services.rendering import rendered
from tests.borough import COUNCIL as HERE
from tests.borough import PARTNER, Borough
from tests.integration.courses.booking_desk import Desk
from tests.integration.reminders.steps import MONDAY, borough_with_steps, run
from tests.integration.reminders.test_planning import instead, without_email

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
COUNCIL = "Example Borough Council"


def made(session: Session, day: date = MONDAY, key: str = "expiring", of: str = "", **more: Any) -> Report:
    return build_report(session, key, day, NOW, "tests", COUNCIL, of=of, **more)


def rows(report: Report, table: int = 0) -> dict[tuple[str, str], dict[str, Cell]]:
    """The rows of a table by first name and requirement, each cell by its column."""
    found = report.tables[table]
    by_name = {}
    for row in found.rows:
        cells = dict(zip((one.key for one in found.columns), row, strict=True))
        by_name[str(cells["name"]).split()[0], str(cells["requirement"])] = cells
    return by_name


def mail_leaves(session: Session, day: date) -> None:
    """Everything that waits leaves on a day."""
    with transaction(session):
        session.execute(
            update(OutgoingMessageRow)
            .where(OutgoingMessageRow.state == State.WAITING.value)
            .values(state=State.SENT.value, sent_at=datetime(day.year, day.month, day.day, 11, tzinfo=UTC))
        )


def told(row: dict[str, Cell]) -> tuple[Cell, ...]:
    return row["reminders"], row["reminded_on"], row["stage"], row["next_step"], row["next_on"]


def test_before_anybody_was_told_the_step_whose_day_has_come_is_next(session: Session) -> None:
    borough_with_steps(session)
    found = rows(made(session))
    assert told(found["Ola", "AWARE"]) == (
        *(0, None, "Nobody yet"),
        *("30 days before the last day, to them", MONDAY),
    )
    assert told(found["Uma", "AWARE"])[3:] == ("30 days after the last day, to them", MONDAY)


def test_what_was_sent_is_counted_and_what_only_waits_is_not(session: Session) -> None:
    borough_with_steps(session)
    run(session, MONDAY)
    waiting = rows(made(session))["Ola", "AWARE"]
    assert (waiting["reminders"], waiting["stage"]) == (0, "Nobody yet")
    mail_leaves(session, MONDAY)
    sent = rows(made(session))["Ola", "AWARE"]
    ends = sent["valid_until"]
    assert isinstance(ends, date)
    assert told(sent) == (
        *(1, MONDAY, "The person"),
        *("7 days before the last day, to them", ends - timedelta(days=7)),
    )


def test_it_says_how_far_up_it_was_told(session: Session) -> None:
    """Mo leads Sam, and Dana leads Mo. Vic leads Uma, and nobody leads Vic."""
    borough_with_steps(session)
    run(session, MONDAY)
    mail_leaves(session, MONDAY)
    found = rows(made(session))
    assert told(found["Sam", "AWARE"]) == (1, MONDAY, "Their head of service", "", None)
    assert told(found["Uma", "AWARE"]) == (1, MONDAY, "Their manager", "", None)
    assert found["Sam", "AWARE"]["manager"] == "Mo Tester"
    assert found["Pip", "AWARE"]["manager"] == ""
    assert found["Pip", "AWARE"]["stage"] == "The person"


def test_reminders_of_later_days_are_none_on_a_day_before(session: Session) -> None:
    borough_with_steps(session)
    run(session, MONDAY)
    mail_leaves(session, MONDAY)
    before = rows(made(session, MONDAY - timedelta(days=1)))["Sam", "AWARE"]
    assert (before["reminders"], before["reminded_on"], before["stage"]) == (0, None, "Nobody yet")


def test_a_day_that_is_told_next_is_a_day_of_the_plan(session: Session) -> None:
    """Whoever has a next step is told of it by the plan of its day, or of the first day after it that is worked."""
    borough = borough_with_steps(session)
    run(session, MONDAY)
    mail_leaves(session, MONDAY)
    names = {person_id: name for name, person_id in borough.ids.items()}
    looked_at = 0
    for (name, code), row in rows(made(session)).items():
        day = row["next_on"]
        if not isinstance(day, date):
            continue
        while day.weekday() > 4:
            day += timedelta(days=1)
        told_then = [
            item
            for message in plan_for(session, day, [borough.ids[name]]).messages
            for item in message.items
            if (names[item.person_id], item.requirement) == (name, code)
        ]
        assert row["next_on"] in {item.triggered_on for item in told_then}
        looked_at += 1
    assert looked_at


def test_what_nobody_is_reminded_of_says_nothing_of_reminders(session: Session) -> None:
    borough_with_steps(session)
    measure = rows(made(session))["Sam", "MEASURE"]
    assert told(measure) == (None, None, "", "", None)
    waiting = rows(made(session))["Ash", "AWARE"]
    assert (waiting["status"], *told(waiting)) == ("Waiting for a check", 0, None, "Nobody yet", "", None)


def test_a_printed_letter_is_a_reminder_from_the_day_of_its_printing(session: Session) -> None:
    borough = borough_with_steps(session, also=without_email("Uma"))
    run(session, MONDAY)
    assert rows(made(session))["Uma", "AWARE"]["reminders"] == 0
    with transaction(session):
        printing = LetterRunRow(made_at=NOW, made_by="tests", day=MONDAY, letters=1)
        session.add(printing)
        session.flush()
        session.execute(
            update(ReminderRow)
            .where(ReminderRow.person_id == borough.ids["Uma"], ReminderRow.channel == Channel.LETTER.value)
            .values(letter_run_id=printing.id)
        )
    printed = rows(made(session))["Uma", "AWARE"]
    assert (printed["reminders"], printed["reminded_on"]) == (1, MONDAY)


def test_a_team_says_when_each_was_reminded_last(session: Session) -> None:
    borough_with_steps(session)
    run(session, MONDAY)
    mail_leaves(session, MONDAY)
    found = rows(made(session, key="my-team", of="N-Mo"), table=1)
    title = "Prevent awareness for everybody"
    assert found["Sam", title]["reminded_on"] == MONDAY
    assert found["Bo", title]["reminded_on"] is None


# --- workshops


@pytest.fixture
def borough(session: Session) -> Borough:
    return borough_with_steps(session)


@pytest.fixture
def desk(session: Session, borough: Borough) -> Desk:
    return Desk(session, borough, NOW)


def next_words(session: Session, name: str, code: str) -> Cell:
    return rows(made(session))[name, code]["next_workshop"]


def test_the_next_workshop_is_the_first_of_a_course_that_meets_the_duty(session: Session, desk: Desk) -> None:
    later, sooner = desk.plan(in_days=9), desk.plan(in_days=8)
    assert next_words(session, "Sam", "STALLS") == f"1 December 2026, 10am, Town Hall ({sooner.reference})"
    # The briefing only renews awareness: Sam had it before, Uma never.
    assert next_words(session, "Sam", "AWARE") == next_words(session, "Sam", "STALLS")
    assert next_words(session, "Uma", "AWARE") == ""
    desk.change(sooner, is_cancelled=True, cancelled_because="tests")
    assert str(later.reference) in str(next_words(session, "Sam", "STALLS"))


def test_a_full_workshop_is_nobodys_next_one(session: Session, desk: Desk) -> None:
    full, free = desk.plan(1, in_days=8), desk.plan(1, in_days=9)
    desk.book(full, "Uma")
    assert str(free.reference) in str(next_words(session, "Sam", "STALLS"))
    desk.book(free, "Vic")
    assert next_words(session, "Sam", "STALLS") == ""


def test_a_workshop_for_others_is_not_theirs(session: Session, borough: Borough, desk: Desk) -> None:
    there = Audience(organisation_ids=(borough.organisations[PARTNER],))
    here = Audience(organisation_ids=(borough.organisations[HERE],))
    desk.plan(in_days=8, audience=there)
    assert next_words(session, "Sam", "STALLS") == ""
    found = desk.plan(in_days=9, audience=here)
    assert str(found.reference) in str(next_words(session, "Sam", "STALLS"))


def test_who_has_booked_is_told_of_it_and_of_another_workshop(session: Session, desk: Desk) -> None:
    first, second = desk.plan(in_days=8), desk.plan(in_days=9)
    desk.book(first, "Sam")
    row = rows(made(session))["Sam", "STALLS"]
    assert row["booked"] == "1 December 2026"
    assert str(second.reference) in str(row["next_workshop"])


def test_who_leads_a_workshop_does_not_go_to_it(session: Session, borough: Borough, desk: Desk) -> None:
    desk.plan(in_days=8, facilitator_ids=(borough.ids["Sam"],))
    assert next_words(session, "Sam", "STALLS") == ""
    assert next_words(session, "Ola", "STALLS") != ""


# --- all of it


def test_as_many_questions_whatever_the_number_of_people(session: Session, desk: Desk) -> None:
    run(session, MONDAY)
    mail_leaves(session, MONDAY)
    desk.book(desk.plan(), "Sam")
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    def statements(inside: frozenset[int] | None) -> tuple[int, int]:
        asked.clear()
        report = made(session, organisation_ids=inside)
        return len(asked), len(report.tables[0].rows)

    some = frozenset({desk.borough.organisations[PARTNER]})
    statements(None)  # what is remembered of the units is read
    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        few, many = statements(some), statements(None)
    finally:
        event.remove(engine, "before_cursor_execute", note)
    assert few[1] < many[1]
    assert few[0] >= many[0] - 4, (few, many)


def test_every_format_holds_it(session: Session, desk: Desk) -> None:
    run(session, MONDAY)
    mail_leaves(session, MONDAY)
    workshop = desk.plan()
    report = made(session)
    for form in Format:
        assert rendered(report, form)
    said = rendered(report, Format.CSV).decode()
    assert "Their head of service" in said
    assert workshop.reference in said


def test_a_manager_without_a_name_is_called_so(session: Session, borough: Borough) -> None:
    with transaction(session):
        instead(session, PersonDetailRow, borough.ids["Mo"], first_name="", last_name="")
    assert rows(made(session))["Sam", "AWARE"]["manager"] == "Name not recorded"
