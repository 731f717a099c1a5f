"""Who is told what of a workshop: the outbox after each act, on both databases."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from icalendar import Calendar
from sqlalchemy import Engine, event, select, update
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
            telling.stands(session, desk.stamp, workshop, [desk.of(workshop, one) for one in ("Sam", "Ola")])
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


def test_whoever_ran_out_of_time_together_stands_in_one_message_to_the_manager(
    session: Session, desk: Desk, borough: Borough
) -> None:
    without_email(session, borough, "Sam", "Ola")
    workshop = desk.plan(places=2, offer_lasts=6 * HOUR)
    desk.book(workshop, "Uma", "Kit")
    desk.book(workshop, "Sam", "Ola")
    all_left(session)
    desk.change(workshop, capacity=4)
    all_left(session)
    desk.wait(7 * HOUR)
    (to_mo,) = (one for one in messages(session) if one.kind == "workshop_team")
    assert "Sam Tester" in to_mo.body
    assert "Ola Tester" in to_mo.body


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """What the database is asked meanwhile."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_rest: object) -> None:
        # SQLite gives the numbers of new rows in no promised order, so SQLAlchemy writes them one by one there.
        if not statement.startswith("INSERT INTO booking"):
            seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(engine, "before_cursor_execute", note)


def asked_by_each_act(session: Session, desk: Desk, engine: Engine, names: list[str]) -> list[int]:
    """How much the database is asked to book these people, to move the workshop twice, and to call it off."""
    workshop = desk.plan(places=len(names))
    counted = []
    with statements(engine) as seen:
        desk.book(workshop, *names)
        counted.append(len(seen))
    with statements(engine) as seen:
        workshop = moved(desk, workshop, place="Library")
        counted.append(len(seen))
    all_left(session)
    with statements(engine) as seen:
        workshop = moved(desk, workshop, place="Museum")
        counted.append(len(seen))
    with statements(engine) as seen:
        called_off(desk, workshop)
        counted.append(len(seen))
    return counted


def test_many_people_take_no_more_questions_than_two(
    session: Session, desk: Desk, borough: Borough, engine: Engine
) -> None:
    many = ["Sam", "Ola", "Kit", "Uma", "Ash", "Vic"]
    two = asked_by_each_act(session, desk, engine, many[:2])
    assert asked_by_each_act(session, desk, engine, many) == two
    assert max(two) < 40


def test_those_who_are_booked_together_stand_in_the_order_in_which_they_were_named(
    session: Session, desk: Desk
) -> None:
    workshop = desk.plan(places=1)
    names = ["Vic", "Ash", "Uma", "Kit", "Ola", "Sam"]
    desk.book(workshop, *names)
    assert list(desk.states(workshop)) == names


# --- whoever leads it


def planned_led_by(desk: Desk, *names: str, **said: Any) -> Workshop:
    model = desk.plan(in_days=60)
    ids = tuple(desk.borough.ids[name] for name in names)
    sitting = replace(model.sitting, facilitator_ids=ids, sequence=0, **said)
    with transaction(desk.session) as session:
        return planning.plan(session, desk.stamp, sitting)


def changed(desk: Desk, workshop: Workshop, **said: Any) -> Workshop:
    desk.now += HOUR
    with transaction(desk.session) as session:
        sitting = replace(workshop.sitting, **said)
        return planning.change(session, desk.stamp, workshop.public_id, workshop.sitting.sequence, sitting)


def test_whoever_leads_a_workshop_is_invited_and_hears_of_its_change_and_its_end(
    session: Session, desk: Desk
) -> None:
    workshop = planned_led_by(desk, "Vic")
    assert told(session) == [("leads", "vic")]
    first = entries(messages(session))
    all_left(session)
    workshop = changed(desk, workshop, place="Library")
    assert told(session) == [("leads_moved", "vic")]
    assert "Town Hall" in messages(session)[0].body
    then = entries(messages(session))
    all_left(session)
    called_off(desk, workshop)
    assert told(session) == [("leads_no_more", "vic")]
    assert "will not be held" in messages(session)[0].body
    ((begins, low, uid),), ((moves, middle, same),), ((ends, high, still),) = (
        first,
        then,
        entries(messages(session)),
    )
    assert (begins, moves, ends) == ("REQUEST", "REQUEST", "CANCEL")
    assert uid == same == still
    assert low < middle < high


def test_another_leader_is_invited_in_the_place_of_the_one_before(
    session: Session, desk: Desk, borough: Borough
) -> None:
    workshop = planned_led_by(desk, "Vic")
    all_left(session)
    workshop = changed(desk, workshop, facilitator_ids=(borough.ids["Uma"],))
    assert sorted(told(session)) == [("leads", "uma"), ("leads_no_more", "vic")]
    assert sorted(method for method, *_ in entries(messages(session))) == ["CANCEL", "REQUEST"]
    all_left(session)
    changed(desk, workshop, facilitator_ids=(borough.ids["Uma"], borough.ids["Vic"]))
    assert told(session) == [("leads", "vic")], "and comes back under a higher sequence"


def test_what_a_leader_was_not_told_yet_is_told_as_it_is_now_or_not_at_all(
    session: Session, desk: Desk, borough: Borough
) -> None:
    workshop = changed(desk, planned_led_by(desk, "Vic"), place="Library")
    assert told(session) == [("leads", "vic")]
    assert "Town Hall" not in messages(session)[0].body
    changed(desk, workshop, facilitator_ids=())
    assert told(session) == []


def test_a_leader_hears_of_no_change_that_is_no_news_and_of_nothing_without_an_address(
    session: Session, desk: Desk, borough: Borough
) -> None:
    workshop = planned_led_by(desk, "Vic")
    all_left(session)
    changed(desk, workshop, capacity=9)
    assert told(session) == []
    without_email(session, borough, "Kit")
    planned_led_by(desk, "Kit")
    assert told(session) == []
