"""Whatever people do about a workshop, in whatever order: its places hold, the waiting list keeps its order, and
nobody is offered the same place twice."""

from collections import Counter
from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, note, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.domain.booking import overlaps
from courses.domain.workshops import HOLDS_PLACE, BookingState
from courses.models.workshops import BookingRow
from courses.store import bookings, workshops
from courses.store.workshops import Workshop
from foundation import clock
from foundation.errors import DomainError
from tests.integration.courses.booking_desk import DAY, HOUR, Desk
from tests.integration.settled import settle

PEOPLE = ("Sam", "Ola", "Kit", "Uma", "Vic", "Ash", "Mo")
people = st.sampled_from(PEOPLE)
which = st.sampled_from((0, 0, 0, 1))
"""Mostly one workshop, and another at the same time: a clash passes people over."""
ACTS = st.lists(
    st.one_of(
        st.tuples(st.just("book"), which, st.lists(people, min_size=1, max_size=4, unique=True)),
        st.tuples(st.sampled_from(("cancel", "accept", "decline")), which, people),
        st.tuples(st.just("substitute"), which, st.tuples(people, people)),
        st.tuples(st.just("capacity"), which, st.integers(1, 4)),
        st.tuples(st.just("wait"), which, st.sampled_from((HOUR, 5 * HOUR, DAY, 3 * DAY))),
    ),
    min_size=4,
    max_size=24,
)


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session, settle(session, clock.today()))


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(acts=ACTS)
def test_places_order_and_offers_hold(desk: Desk, acts: list[tuple[str, int, object]]) -> None:
    desk.now = clock.now()
    planned = [desk.plan(places=2, offer_lasts=6 * HOUR), desk.plan(places=1, offer_lasts=6 * HOUR)]
    assert overlaps(planned[0].sitting, planned[1].sitting)
    for what, number, about in acts:
        note(f"{what} {number} {about}")
        before = {one.id: order_of(desk, one) for one in planned}
        try:
            _do(desk, planned, what, number, about)
        except DomainError as refused:
            note(f"  refused: {refused}")
            desk.session.rollback()
        planned = [_as_it_is(desk, one) for one in planned]
        for one in planned:
            _holds(desk, one, before[one.id])


def _do(desk: Desk, planned: list[Workshop], what: str, number: int, about: object) -> None:
    workshop = planned[number]
    if what == "book":
        assert isinstance(about, list)
        desk.book(workshop, *about)
    elif what == "substitute":
        assert isinstance(about, tuple)
        if about[0] in desk.states(workshop):
            desk.substitute(workshop, *about)
    elif what == "capacity":
        assert isinstance(about, int)
        held = bookings.counts(desk.session, [workshop.id])[workshop.id].held
        desk.change(workshop, capacity=max(about, held))
    elif what == "wait":
        assert isinstance(about, timedelta)
        desk.wait(about)
    elif about in desk.states(workshop):
        desk.act(what, workshop, str(about))


def _as_it_is(desk: Desk, workshop: Workshop) -> Workshop:
    found = workshops.by_id(desk.session, workshop.id)
    assert found is not None
    return found


def order_of(desk: Desk, workshop: Workshop) -> list[str]:
    """The bookings on the waiting list, in order."""
    every = bookings.of_workshop(desk.session, workshop.id)
    return [one.public_id for one in every if one.state is BookingState.WAITING]


def _holds(desk: Desk, workshop: Workshop, waited: list[str]) -> None:
    every = bookings.of_workshop(desk.session, workshop.id)
    by_public_id = {one.public_id: one for one in every}
    assert sum(one.state in HOLDS_PLACE for one in every) <= workshop.sitting.capacity
    assert max(Counter(one.person_id for one in every).values(), default=1) == 1
    waiting = [one for one in every if one.state is BookingState.WAITING]
    # Whoever waited still stands before whoever came later, and in the same order.
    still = [one.public_id for one in waiting]
    assert still[: len([one for one in waited if one in still])] == [one for one in waited if one in still]
    # Of those who waited, nobody was offered a place over the head of somebody who could have come.
    taken = [one for one in waited if one in by_public_id and by_public_id[one].state is BookingState.OFFERED]
    busy = _busy(desk, workshop)
    for one in taken:
        for ahead in waited[: waited.index(one)]:
            if ahead in still:
                assert by_public_id[ahead].person_id in busy
    offers = select(BookingRow.public_id).where(
        BookingRow.workshop_id == workshop.id, BookingRow.state == BookingState.OFFERED.value
    )
    twice = Counter(desk.session.scalars(offers))
    assert max(twice.values(), default=1) == 1
    # A place is free only where nobody waits for it who could come, or the time for it is over.
    free = workshop.sitting.capacity - sum(one.state in HOLDS_PLACE for one in every)
    assert workshop.sitting.books_until is not None
    if free > 0 and desk.now < workshop.sitting.books_until:
        assert all(one.person_id in _ever_busy(desk, workshop) for one in waiting)


def _busy(desk: Desk, workshop: Workshop) -> set[int]:
    """Those with a place at a workshop at the same time."""
    query = select(BookingRow.person_id).where(
        BookingRow.workshop_id != workshop.id,
        BookingRow.retracted_at.is_(None),
        BookingRow.state.in_([state.value for state in HOLDS_PLACE]),
    )
    return set(desk.session.scalars(query))


def _ever_busy(desk: Desk, workshop: Workshop) -> set[int]:
    """The same, or so they were: a place that is free for them since is offered by the next act or look."""
    query = select(BookingRow.person_id).where(
        BookingRow.workshop_id != workshop.id,
        BookingRow.state.in_([state.value for state in HOLDS_PLACE]),
    )
    return set(desk.session.scalars(query))
