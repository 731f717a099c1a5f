"""What leaves about workshops: the invitation inside the mail, and nothing kept of the link to an evaluation."""

from datetime import timedelta
from email import message_from_bytes
from email.message import Message
from pathlib import Path

import pytest
from icalendar import Calendar
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from courses.services.workshops.tending import steps
from foundation import clock
from foundation.db import transaction
from foundation.mail import OutgoingMessageRow, State
from reminders.mailers.console import ConsoleMailer
from reminders.mailers.file import FileMailer
from reminders.services.outbox.sending import send_waiting
from reminders.services.outbox.sweeping import sweep
from tests.borough import Borough
from tests.integration.courses.booking_desk import Desk
from tests.integration.courses.test_workshop_telling import all_left
from tests.integration.courses.test_workshop_tending import tended
from tests.integration.settled import settle

SENDER = ("Prevent training", "no-reply@council.example")


@pytest.fixture
def borough(session: Session) -> Borough:
    return settle(session, clock.today())


@pytest.fixture
def desk(session: Session, borough: Borough) -> Desk:
    return Desk(session, borough)


def parts_of(file: Path) -> list[Message]:
    message = message_from_bytes(file.read_bytes())
    parts = message.get_payload()
    assert isinstance(parts, list)
    assert message["To"] == "sam@council.example"
    return [part for part in parts if isinstance(part, Message)]


def sent_to(desk: Desk, folder: Path) -> None:
    desk.session.rollback()
    desk.now += timedelta(seconds=1)
    tally = send_waiting(desk.session, lambda: desk.stamp, FileMailer(folder), SENDER)
    assert tally.problems == []


def test_the_confirmation_carries_the_invitation_and_the_cancellation_its_end(
    session: Session, desk: Desk, tmp_path: Path
) -> None:
    workshop = desk.plan()
    desk.book(workshop, "Sam")
    sent_to(desk, tmp_path / "first")
    desk.act("cancel", workshop, "Sam")
    sent_to(desk, tmp_path / "second")
    uids = []
    for folder, method in (("first", "REQUEST"), ("second", "CANCEL")):
        (file,) = (tmp_path / folder).glob("*.eml")
        text, entry = parts_of(file)
        assert text.get_content_type() == "text/plain"
        assert (entry.get_content_type(), entry.get_param("method")) == ("text/calendar", method)
        content = entry.get_payload(decode=True)
        assert isinstance(content, bytes)
        calendar = Calendar.from_ical(content)
        assert isinstance(calendar, Calendar)
        (event,) = calendar.events
        assert event["attendee"] == "mailto:sam@council.example"
        uids.append(str(event["uid"]))
    assert uids[0] == uids[1]


def test_the_console_says_that_an_entry_goes_with_it(desk: Desk, capsys: pytest.CaptureFixture[str]) -> None:
    desk.book(desk.plan(), "Sam")
    desk.session.rollback()
    desk.now += timedelta(seconds=1)
    send_waiting(desk.session, lambda: desk.stamp, ConsoleMailer(), SENDER)
    assert "(with an entry for the calendar)" in capsys.readouterr().out


def test_nothing_is_kept_of_the_link_to_an_evaluation(session: Session, desk: Desk, tmp_path: Path) -> None:
    workshop = desk.plan(in_days=40)
    desk.book(workshop, "Sam")
    all_left(session)
    tended(desk, steps(workshop.sitting.day)[0])
    desk.now = clock.now() + timedelta(days=39)
    sent_to(desk, tmp_path)
    session.rollback()
    rows = session.scalars(
        select(OutgoingMessageRow).where(OutgoingMessageRow.kind == "workshop_evaluation")
    ).all()
    assert [(row.state, row.body, row.content) for row in rows] == [("sent", "", None)]
    read = [message_from_bytes(file.read_bytes()).get_payload(decode=True) for file in tmp_path.glob("*.eml")]
    assert any(b"/evaluation/" in content for content in read if isinstance(content, bytes))


def test_entries_are_not_kept_for_longer_than_texts(session: Session, desk: Desk) -> None:
    desk.book(desk.plan(), "Sam")
    with transaction(session):
        session.execute(update(OutgoingMessageRow).values(state=State.SENT.value))
    sweep(session, desk.now + timedelta(days=91))
    row = session.scalars(select(OutgoingMessageRow)).one()
    assert (row.body, row.calendar) == ("", None)
