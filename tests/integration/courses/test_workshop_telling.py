"""Who is told what of a workshop: the outbox after each act, on both databases."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest
from icalendar import Calendar
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from courses.services.workshops import planning, telling
from courses.services.workshops.reaching_by_hand import to_tell_by_hand
from courses.store import workshops
from courses.store.workshops import Workshop
from foundation import clock
from foundation.db import transaction
from foundation.facts import recorded, retract
from foundation.mail import OutgoingMessageRow, State
from people.models import PersonDetailRow
from tests.borough import Borough
from tests.integration.courses.booking_desk import DAY, HOUR, Desk
from tests.integration.settled import settle
from tests.integration.web.teams import changes


@pytest.fixture
def borough(session: Session) -> Borough:
    return settle(session, clock.today())


@pytest.fixture
def desk(session: Session, borough: Borough) -> Desk:
    return Desk(session, borough)


def messages(session: Session, state: State = State.WAITING) -> list[OutgoingMessageRow]:
    session.rollback()
    query = select(OutgoingMessageRow).where(
        OutgoingMessageRow.kind.like("workshop_%"), OutgoingMessageRow.state == state.value
    )
    return list(session.scalars(query.order_by(OutgoingMessageRow.id)))


def told(session: Session, state: State = State.WAITING) -> list[tuple[str, str]]:
    return [
        (one.kind.removeprefix("workshop_"), one.address.partition("@")[0])
        for one in messages(session, state)
    ]


def all_left(session: Session) -> None:
    """The mail server has everything that waited."""
    with transaction(session):
        session.execute(
            update(OutgoingMessageRow)
            .where(OutgoingMessageRow.state == State.WAITING.value)
            .values(state=State.SENT.value)
        )


def without_email(session: Session, borough: Borough, *names: str) -> None:
    with changes(session, borough) as builder:
        for name in names:
            ids = session.scalars(
                select(PersonDetailRow.id).where(
                    PersonDetailRow.person_id == borough.ids[name], PersonDetailRow.retracted_at.is_(None)
                )
            ).all()
            retract(session, PersonDetailRow, ids, builder.stamp, "no e-mail")
            session.add(
                PersonDetailRow(
                    person_id=borough.ids[name],
                    first_name=name,
                    last_name="Tester",
                    email=None,
                    category="employee",
                    **recorded(builder.stamp),
                )
            )


def entries(rows: Sequence[OutgoingMessageRow]) -> list[tuple[str, int, str]]:
    """Method, sequence and uid of the calendar entries that go with messages."""
    found = []
    for row in rows:
        if row.calendar is not None:
            calendar = Calendar.from_ical(row.calendar)
            assert isinstance(calendar, Calendar)
            (event,) = calendar.events
            found.append((str(calendar["method"]), int(str(event["sequence"])), str(event["uid"])))
    return found


def moved(desk: Desk, workshop: Workshop, **said: object) -> Workshop:
    before = workshop.sitting
    with transaction(desk.session) as session:
        workshops.record_line(session, desk.stamp, workshop.id, replace(before, **said))  # type: ignore[arg-type]  # fields of Sitting
        after = workshops.by_id(session, workshop.id)
        assert after is not None
        telling.moved(session, desk.stamp, after, before)
    return after


def called_off(desk: Desk, workshop: Workshop) -> Workshop:
    with transaction(desk.session) as session:
        return planning.call_off(session, desk.stamp, workshop.public_id, workshop.sitting.sequence, "Ill")


def test_who_has_a_place_is_invited_and_who_waits_is_not(session: Session, desk: Desk) -> None:
    workshop = desk.plan(places=1)
    desk.book(workshop, "Sam", "Ola")
    assert told(session) == [("booked", "sam"), ("waiting", "ola")]
    booked, waiting = messages(session)
    assert [method for method, *_ in entries([booked])] == ["REQUEST"]
    assert waiting.calendar is None
    assert not booked.is_secret
    assert f"/bookings/{desk.of(workshop, 'Sam').public_id}" in booked.body


def test_an_offer_its_acceptance_and_its_end_are_told(session: Session, desk: Desk) -> None:
    workshop = desk.plan(places=1, offer_lasts=6 * HOUR)
    desk.book(workshop, "Sam", "Ola", "Kit")
    all_left(session)
    desk.act("cancel", workshop, "Sam")
    assert told(session) == [("cancelled", "sam"), ("offered", "ola")]
    assert [method for method, *_ in entries(messages(session))] == ["CANCEL"]
    all_left(session)
    desk.wait(6 * HOUR)
    assert told(session) == [("cancelled", "ola"), ("offered", "kit")]
    assert "did not answer in time" in messages(session)[0].body
    all_left(session)
    desk.act("accept", workshop, "Kit")
    assert told(session) == [("booked", "kit")]


def test_who_declines_is_told_nothing_more(session: Session, desk: Desk) -> None:
    workshop = desk.plan(places=1)
    desk.book(workshop, "Sam", "Ola")
    all_left(session)
    desk.act("cancel", workshop, "Sam")
    all_left(session)
    desk.act("decline", workshop, "Ola")
    assert told(session) == []


def test_a_booking_that_ends_before_its_confirmation_left_tells_nobody_anything(
    session: Session, desk: Desk
) -> None:
    workshop = desk.plan(places=2)
    desk.book(workshop, "Sam")
    desk.act("cancel", workshop, "Sam")
    assert told(session) == []
    assert told(session, State.SUPERSEDED) == [("booked", "sam")]
    gone = messages(session, State.SUPERSEDED)[0]
    assert (gone.body, gone.calendar) == ("", None)


def test_booking_again_is_told_again_under_another_entry(session: Session, desk: Desk) -> None:
    workshop = desk.plan(places=2)
    desk.book(workshop, "Sam")
    all_left(session)
    first = entries(messages(session, State.SENT))
    desk.act("cancel", workshop, "Sam")
    desk.book(workshop, "Sam")
    assert told(session) == [("cancelled", "sam"), ("booked", "sam")]
    cancelled, again = entries(messages(session))
    assert cancelled[2] == first[0][2] != again[2]
    assert cancelled[1] > first[0][1]


def test_both_are_told_of_a_substitute(session: Session, desk: Desk) -> None:
    workshop = desk.plan(places=2)
    desk.book(workshop, "Sam")
    all_left(session)
    desk.substitute(workshop, "Sam", "Ola")
    assert told(session) == [("substituted", "sam"), ("booked", "ola")]
    gave_up, has_it = messages(session)
    assert "Ola Tester" not in gave_up.subject
    assert "Ola Tester" in gave_up.body
    assert "in the place of Sam Tester" in has_it.body
    assert [method for method, *_ in entries([gave_up, has_it])] == ["CANCEL", "REQUEST"]


def test_nobody_is_told_the_same_twice(session: Session, desk: Desk) -> None:
    workshop = desk.plan(places=1)
    desk.book(workshop, "Sam", "Ola")
    for _ in range(2):
        with transaction(session):
            telling.booked(session, desk.stamp, workshop, desk.of(workshop, "Sam"))
            telling.waiting(session, desk.stamp, workshop, desk.of(workshop, "Ola"))
        assert told(session, State.SENT) or told(session) == [("booked", "sam"), ("waiting", "ola")]
        all_left(session)
    assert told(session) == []
    assert told(session, State.SENT) == [("booked", "sam"), ("waiting", "ola")]


def test_a_change_is_told_to_everybody_who_has_to_do_with_it_with_a_higher_sequence(
    session: Session, desk: Desk
) -> None:
    workshop = desk.plan(places=1)
    desk.book(workshop, "Sam", "Ola")
    before = entries(messages(session))
    all_left(session)
    after = moved(desk, workshop, place="Library", joining="https://meet.example/x")
    assert told(session) == [("moved", "sam"), ("moved", "ola")]
    sams, olas = messages(session)
    ((method, sequence, uid),) = entries([sams, olas])
    assert (method, uid) == ("REQUEST", before[0][2])
    assert sequence > before[0][1]
    assert "Town Hall" in sams.body
    assert "https://meet.example/x" in sams.body
    assert "https://meet.example/x" not in olas.body, "how to join is told with the place"
    assert after.sitting.sequence == 1


def test_a_change_before_the_confirmation_left_is_told_as_a_confirmation(
    session: Session, desk: Desk
) -> None:
    workshop = desk.plan(places=1)
    desk.book(workshop, "Sam")
    moved(desk, workshop, place="Library")
    assert told(session) == [("booked", "sam")]
    (row,) = messages(session)
    assert "Library" in row.body
    assert "Town Hall" not in row.body


def test_more_places_are_no_news_to_whoever_has_one(session: Session, desk: Desk) -> None:
    workshop = desk.plan(places=1)
    desk.book(workshop, "Sam")
    all_left(session)
    moved(desk, workshop, capacity=20)
    assert told(session) == []


def test_calling_off_is_told_once_also_where_the_confirmation_had_not_left(
    session: Session, desk: Desk
) -> None:
    workshop = desk.plan(places=2)
    desk.book(workshop, "Sam")
    all_left(session)
    desk.book(workshop, "Ola")
    called_off(desk, workshop)
    assert told(session) == [("called_off", "sam"), ("called_off", "ola")]
    assert [method for method, *_ in entries(messages(session))] == ["CANCEL"], "Ola has no invitation"


def test_a_manager_hears_of_all_those_without_email_in_one_message_and_of_nobody_else(
    session: Session, desk: Desk, borough: Borough
) -> None:
    without_email(session, borough, "Sam", "Ola", "Kit")
    workshop = desk.plan(places=5)
    desk.book(workshop, "Sam", "Uma", "Ola", "Ash")
    assert sorted(told(session)) == [("booked", "ash"), ("booked", "uma"), ("team", "mo")]
    to_mo = next(one for one in messages(session) if one.kind == "workshop_team")
    assert "Sam Tester" in to_mo.body
    assert "Ola Tester" in to_mo.body
    assert "Uma" not in to_mo.body
    assert "Ash" not in to_mo.body
    all_left(session)
    desk.act("cancel", workshop, "Sam")
    assert told(session) == [("team", "mo")]
    assert "is cancelled" in messages(session)[0].body


def test_of_a_change_a_manager_hears_once(session: Session, desk: Desk, borough: Borough) -> None:
    without_email(session, borough, "Sam", "Ola")
    workshop = desk.plan(places=5)
    desk.book(workshop, "Sam")
    desk.book(workshop, "Ola")
    all_left(session)
    after = moved(desk, workshop, place="Library")
    assert told(session) == [("team", "mo")]
    all_left(session)
    called_off(desk, after)
    assert told(session) == [("team", "mo")]
    assert "will not be held" in messages(session)[0].body


def test_whoever_nobody_can_write_to_is_told_by_hand(session: Session, desk: Desk, borough: Borough) -> None:
    without_email(session, borough, "Vic", "Kit")
    workshop = desk.plan(places=5, facilitator_ids=())
    desk.book(workshop, "Vic", "Kit", "Sam")
    session.rollback()
    assert [one.name for one in to_tell_by_hand(session, workshop, clock.today())] == ["Vic Tester"]
    assert sorted(told(session)) == [("booked", "sam"), ("team", "ola")]


def test_late_cancellations_say_so(session: Session, desk: Desk) -> None:
    workshop = desk.plan(places=2, in_days=2, cancels_until=desk.now + HOUR)
    desk.book(workshop, "Sam")
    all_left(session)
    desk.now += timedelta(hours=2)
    desk.act("cancel", workshop, "Sam")
    assert "counts as used" in messages(session)[0].body
    assert workshop.sitting.starts_at - desk.now < 3 * DAY
