"""Fifty people press the button at once: there is one place, and one of them has it (docs/adr/0003)."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from threading import Barrier

from sqlalchemy import Engine, create_engine, select
from sqlalchemy.orm import Session

from courses.domain.workshops import HOLDS_PLACE, BookingState
from courses.models.workshops import BookingRow
from courses.services.workshops import booking
from courses.store import bookings
from foundation import clock
from foundation.db import engine_options, transaction
from foundation.errors import DomainError
from foundation.stamp import Stamp
from people.domain import Account
from tests.borough import HOMES, Borough
from tests.integration.courses.booking_desk import LEARNING, Desk, time_passes
from tests.integration.settled import settle
from tests.integration.web.staff import adding

MANY = 50


def crowd(session: Session) -> tuple[Borough, list[int]]:
    """Fifty colleagues."""
    borough = settle(session, clock.today())
    with adding(session, borough) as builder:
        for number in range(MANY):
            builder.person(f"Crowd{number:02}", HOMES, "Mo")
    return borough, [borough.ids[f"Crowd{number:02}"] for number in range(MANY)]


def at_once(address: str, desk: Desk, act: str, values: list[tuple[str, int]]) -> Counter[str]:
    """Each of these acts (the workshop or booking, the person) in a thread with a connection of its own.

    `book` is the person's own act; all wait for each other before they begin. Counts the states that came of it.
    """
    options = engine_options(address)
    engine: Engine = create_engine(address, **options, pool_size=len(values), max_overflow=0)
    barrier = Barrier(len(values))

    def one(number: int) -> str:
        public_id, person_id = values[number]
        own = Account(person_id, str(person_id), "", person_id)
        with Session(engine) as session:
            session.connection()
            session.rollback()
            barrier.wait(timeout=60)
            try:
                with transaction(session):
                    # The moment is taken under the lock, as pages do it: so the order of asking is that of the record.
                    stamp = Stamp(f"account:{person_id}", max(clock.now(), desk.now))
                    if act == "book":
                        return booking.book(session, stamp, own, public_id, [person_id])[0].state.value
                    if act == "expire":
                        return f"{len(time_passes(session, stamp))} changed"
                    done: bookings.Booking = getattr(booking, act)(session, stamp, LEARNING, public_id)
                    return done.state.value
            except DomainError:
                return "refused"

    try:
        with ThreadPoolExecutor(len(values)) as threads:
            return Counter(threads.map(one, range(len(values))))
    finally:
        engine.dispose()


def test_one_place_fifty_people_at_once(address: str, session: Session) -> None:
    borough, people = crowd(session)
    desk = Desk(session, borough)
    workshop = desk.plan(places=1)
    session.close()
    found = at_once(address, desk, "book", [(workshop.public_id, one) for one in people])
    assert found == {"booked": 1, "waiting": MANY - 1}
    every = bookings.of_workshop(session, workshop.id)
    assert sum(one.state in HOLDS_PLACE for one in every) == 1
    assert every[0].state is BookingState.BOOKED, "whoever asked first has it"
    assert len({one.person_id for one in every}) == MANY


def test_one_person_fifty_times_at_once_has_one_booking(address: str, session: Session) -> None:
    borough, people = crowd(session)
    desk = Desk(session, borough)
    workshop = desk.plan(places=5)
    session.close()
    found = at_once(address, desk, "book", [(workshop.public_id, people[0])] * 20)
    assert found == {"booked": 1, "refused": 19}
    rows = session.scalars(select(BookingRow.id).where(BookingRow.workshop_id == workshop.id)).all()
    assert len(rows) == 1


def test_many_who_free_and_look_at_once_offer_each_place_once(address: str, session: Session) -> None:
    borough, people = crowd(session)
    desk = Desk(session, borough)
    workshop = desk.plan(places=10, offer_lasts=timedelta(hours=2))
    with transaction(session):
        stamp = Stamp("command:tests", desk.now)
        booking.book(session, stamp, LEARNING, workshop.public_id, people[:30])
    every = bookings.of_workshop(session, workshop.id)
    booked = [one for one in every if one.state is BookingState.BOOKED]
    session.close()
    found = at_once(address, desk, "cancel", [(one.public_id, one.person_id) for one in booked])
    assert found == {"cancelled": 10}
    offered = [one for one in bookings.of_workshop(session, workshop.id) if one.state is BookingState.OFFERED]
    assert [one.person_id for one in offered] == people[10:20]
    desk.mail_leaves()
    session.close()
    later = replace(desk, now=clock.now() + timedelta(hours=3))
    found = at_once(address, later, "expire", [("", 0)] * 8)
    assert found == {"20 changed": 1, "0 changed": 7}, "ten ran out and ten were made, by one of them"
    query = select(BookingRow.person_id).where(BookingRow.state == BookingState.OFFERED.value)
    ever = session.scalars(query).all()
    assert sorted(ever) == people[10:30]
