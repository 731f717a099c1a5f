"""Reminders that a manager asks for: once a person and day, never what the plan of the day tells again (promises 8)."""

from collections import Counter
from datetime import date, datetime, time, timedelta

import pytest
from sqlalchemy import event, select, update
from sqlalchemy.orm import Session

from foundation import clock
from foundation.audit import AuditEventRow
from foundation.dates import LONDON
from foundation.db import transaction
from foundation.errors import DomainError
from foundation.mail import OutgoingMessageRow
from reminders.domain.due import Reason
from reminders.domain.outbox import NoLonger, Words
from reminders.models import ReminderMessageRow, ReminderRunRow
from reminders.services.by_hand import (
    CHANGED,
    NOBODY_LEFT,
    NOT_TODAY,
    overdue_in_team,
    recipients_digest,
    send_now,
)
from reminders.services.writing.frame import Letterhead
from reminders.services.writing.person import ReminderWriter
from tests.borough import AWARE, STALLS, Borough
from tests.integration.reminders.steps import MONDAY, borough_with_steps, run, stamp_on
from tests.integration.reminders.test_planning import TOLD_ON_MONDAY, complete, messages, told, without_email

TUESDAY = MONDAY + timedelta(days=1)
LETTERHEAD = Letterhead("Example Borough Council", "Prevent training", "https://training.example.gov.uk", "")


def ask(session: Session, borough: Borough, manager: str, day: date) -> int:
    listed = shown(session, borough, manager, day)
    with transaction(session):
        return send_now(session, stamp_on(day)(), borough.ids[manager], day, listed)


def shown(session: Session, borough: Borough, manager: str, day: date) -> str:
    """What the page sends along of the list that it shows."""
    found = recipients_digest(session, overdue_in_team(session, borough.ids[manager], day))
    session.rollback()
    return found


def refused(session: Session, borough: Borough, manager: str, day: date) -> str:
    with pytest.raises(DomainError) as caught:
        ask(session, borough, manager, day)
    return str(caught.value)


def by_hand(session: Session, borough: Borough, day: date) -> list[tuple[str, str]]:
    """Whom of which duty the ledger says that it was asked for on a day."""
    rows = told(session, borough)
    return [(person, duty) for person, duty, step, _ in rows if step == f"by_hand:{day}"]


def test_before_the_plan_it_is_told_by_the_plans_own_steps_which_does_not_repeat_it(session: Session) -> None:
    borough = borough_with_steps(session)
    assert ask(session, borough, "Mo", MONDAY) == 2
    assert messages(session, borough) == [("Ola", "reminder", "waiting"), ("Sam", "reminder", "waiting")]
    own = [row for row in TOLD_ON_MONDAY if row[0] == row[3] and row[0] in ("Sam", "Ola")]
    assert told(session, borough) == own
    run(session, MONDAY)
    assert told(session, borough) == TOLD_ON_MONDAY
    assert max(Counter((to, kind) for to, kind, _ in messages(session, borough)).values()) == 1


def test_who_was_told_by_the_plan_of_the_day_is_left_out_until_the_next(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    before = messages(session, borough)
    assert refused(session, borough, "Mo", MONDAY) == NOBODY_LEFT
    assert messages(session, borough) == before
    found = overdue_in_team(session, borough.ids["Mo"], MONDAY)
    assert found.left_out == {borough.ids["Sam"]: Reason.CAP, borough.ids["Ola"]: Reason.CAP}


def test_on_another_day_what_is_overdue_is_told_once_and_not_by_the_plan_again(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    assert ask(session, borough, "Mo", TUESDAY) == 2
    assert by_hand(session, borough, TUESDAY) == [("Ola", STALLS), ("Sam", AWARE), ("Sam", STALLS)]
    assert refused(session, borough, "Mo", TUESDAY) == NOBODY_LEFT
    before = told(session, borough)
    run(session, TUESDAY)
    assert [row for row in told(session, borough) if row not in before] == []
    # Yesterday's messages had not left: today's took their place, and one each is on its way.
    waiting = [
        to for to, kind, state in messages(session, borough) if (kind, state) == ("reminder", "waiting")
    ]
    assert waiting == ["Kit", "Ola", "Pam", "Pip", "Pol", "Sam", "Uma"]
    assert ask(session, borough, "Mo", TUESDAY + timedelta(days=1)) == 2


def test_what_was_asked_for_too_late_and_left_on_the_next_day_is_the_message_of_that_day(
    session: Session,
) -> None:
    borough = borough_with_steps(session)
    ask(session, borough, "Mo", MONDAY)
    morning = datetime.combine(TUESDAY, time(8), LONDON)
    with transaction(session):
        session.execute(update(OutgoingMessageRow).values(state="sent", handed_at=morning, sent_at=morning))
    found = overdue_in_team(session, borough.ids["Mo"], TUESDAY)
    assert found.left_out == {borough.ids["Sam"]: Reason.CAP, borough.ids["Ola"]: Reason.CAP}
    assert overdue_in_team(session, borough.ids["Mo"], TUESDAY + timedelta(days=1)).left_out == {}


def test_it_stands_for_every_step_whose_day_has_come_and_for_no_later_one(session: Session) -> None:
    """Ola's AWARE is before its last day: she is told of that by its own step, weeks later."""
    borough = borough_with_steps(session)
    run(session, MONDAY)
    ask(session, borough, "Mo", TUESDAY)
    later = MONDAY + timedelta(days=28)
    run(session, later)
    new = [row for row in told(session, borough, later) if row[0] == row[3] and row[0] in ("Sam", "Ola")]
    assert new == [("Ola", AWARE, "before_7", "Ola")] or new == [("Ola", AWARE, "before_0", "Ola")]


def test_only_direct_reports_and_nobody_who_is_not_overdue(session: Session) -> None:
    borough = borough_with_steps(session)
    # Kit, who reports to Ola, is new and not overdue; Dana's own report Mo is up to date.
    for manager in ("Ola", "Dana", "Kit"):
        assert refused(session, borough, manager, MONDAY) == NOBODY_LEFT
    assert messages(session, borough) == []
    session.rollback()
    assert session.scalars(select(ReminderRunRow)).all() == []


def test_who_has_no_address_is_left_out_and_said_to_be(session: Session) -> None:
    borough = borough_with_steps(session, also=without_email("Sam"))
    found = overdue_in_team(session, borough.ids["Mo"], MONDAY)
    assert found.left_out == {borough.ids["Sam"]: Reason.CANNOT_BE_REACHED}
    assert ask(session, borough, "Mo", MONDAY) == 1
    assert messages(session, borough) == [("Ola", "reminder", "waiting")]


def test_nobody_is_written_to_who_was_not_listed(session: Session) -> None:
    borough = borough_with_steps(session)
    listed = shown(session, borough, "Mo", MONDAY)
    complete(session, borough, "Ola", MONDAY, "BRIEF")
    for digest in (listed, ""):
        with pytest.raises(DomainError) as caught, transaction(session):
            send_now(session, stamp_on(MONDAY)(), borough.ids["Mo"], MONDAY, digest)
        assert str(caught.value) == CHANGED
    assert messages(session, borough) == []
    assert ask(session, borough, "Mo", MONDAY) == 1
    assert messages(session, borough) == [("Sam", "reminder", "waiting")]


def test_not_on_a_day_on_which_nothing_leaves(session: Session) -> None:
    borough = borough_with_steps(session)
    assert refused(session, borough, "Mo", MONDAY - timedelta(days=1)) == NOT_TODAY
    assert messages(session, borough) == []


def test_the_audit_trail_says_who_asked_and_for_which_messages(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    ask(session, borough, "Mo", TUESDAY)
    events = session.scalars(
        select(AuditEventRow).where(AuditEventRow.event.like("%.asked_for")).order_by(AuditEventRow.id)
    ).all()
    assert [one.event for one in events] == ["message.asked_for"] * 2 + ["reminders.asked_for"]
    assert events[-1].details == {"reminders": 3, "messages": 2, "superseded": 0}
    assert {one.actor for one in events} == {"command:tests"}
    ids = session.scalars(
        select(ReminderMessageRow.message_id).where(ReminderMessageRow.day == TUESDAY)
    ).all()
    assert {one.subject for one in events[:2]} == {f"message:{number}" for number in ids}


def test_its_words_are_those_of_what_is_overdue_and_it_stops_when_that_is_done(session: Session) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    ask(session, borough, "Mo", TUESDAY)
    complete(session, borough, "Sam", TUESDAY)
    writer = ReminderWriter(LETTERHEAD, clock.london_day)
    found = dict(
        session.execute(
            select(ReminderMessageRow.recipient_id, ReminderMessageRow.message_id).where(
                ReminderMessageRow.day == TUESDAY
            )
        ).all()
    )
    ids = [found[borough.ids[name]] for name in ("Sam", "Ola")]
    with transaction(session):
        writing = writer.writing(session, stamp_on(TUESDAY)(), ids)
        sam, ola = (writing(number, False) for number in ids)
    assert isinstance(sam, Words)
    assert isinstance(ola, Words)
    assert sam.address == "sam@council.example"
    assert "Leaflets and stalls" in sam.body
    assert "Prevent awareness for everybody" not in sam.body
    assert "2 things to do" in ola.subject  # what was to be told on Monday moved over


def test_a_bundle_is_written_with_as_many_questions_as_one_message_and_in_the_same_words(
    session: Session,
) -> None:
    borough = borough_with_steps(session)
    run(session, MONDAY)
    ids = sorted(
        session.scalars(select(OutgoingMessageRow.id).where(OutgoingMessageRow.kind == "reminder")).all()
    )
    assert len(ids) > 5
    complete(session, borough, "Uma", MONDAY)
    writer = ReminderWriter(LETTERHEAD, clock.london_day)
    writer.address_of(session, ids[0])
    seen: list[str] = []

    def count(*arguments: object) -> None:
        seen.append(str(arguments[2]))

    def written(some: list[int]) -> tuple[list[Words | NoLonger], int]:
        with transaction(session):
            event.listen(session.get_bind(), "before_cursor_execute", count)
            try:
                seen.clear()
                writing = writer.writing(session, stamp_on(MONDAY)(), some)
                asked = len(seen)
            finally:
                event.remove(session.get_bind(), "before_cursor_execute", count)
            return [writing(number, False) for number in some], asked

    alone = [written([number]) for number in ids]
    together, asked = written(ids)
    assert asked == max(questions for _, questions in alone)
    # The one that no longer applies was taken out of the ledger when it was asked for alone.
    every = [words for found, _ in alone for words in found]
    assert [isinstance(one, NoLonger) for one in together] == [isinstance(one, NoLonger) for one in every]
    assert [one for one in together if isinstance(one, Words)] == [
        one for one in every if isinstance(one, Words)
    ]
    assert sum(isinstance(one, NoLonger) for one in together) == 1
