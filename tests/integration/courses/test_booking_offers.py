"""Offers of a place against the mail that tells of them, and giving up late: the waiting list hides neither."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from courses.domain.workshops import BookingState, Outcome
from courses.services.workshops import attending
from courses.services.workshops.booking_words import moment_words
from courses.services.workshops.places import kept_until, unsettled
from courses.services.workshops.tending import steps, tend
from courses.store import bookings
from courses.store.workshops import Workshop
from foundation import clock
from foundation.db import transaction
from foundation.errors import DomainError
from foundation.mail import OutgoingMessageRow, State
from foundation.stamp import Stamp
from tests.borough import Borough
from tests.integration.courses.booking_desk import DAY, HOUR, Desk, time_passes
from tests.integration.courses.test_workshop_telling import messages, moved, told, without_email
from tests.integration.courses.test_workshop_tending import at
from tests.integration.settled import settle


@pytest.fixture
def borough(session: Session) -> Borough:
    return settle(session, clock.today())


@pytest.fixture
def desk(session: Session, borough: Borough) -> Desk:
    return Desk(session, borough)


def offered_to_ola(desk: Desk, **said: Any) -> Workshop:
    """A workshop of one place, which Sam gave up: it is offered to Ola, and Kit waits."""
    workshop = desk.plan(places=1, offer_lasts=6 * HOUR, **said)
    desk.book(workshop, "Sam", "Ola", "Kit")
    desk.act("cancel", workshop, "Sam")
    return workshop


def settled(desk: Desk, time: timedelta) -> None:
    """Time passes and nothing leaves."""
    desk.now += time
    with transaction(desk.session) as session:
        time_passes(session, desk.stamp)


def sent(desk: Desk, state: State = State.SENT) -> None:
    """What waited leaves now, or comes to something else."""
    with transaction(desk.session) as session:
        session.execute(
            update(OutgoingMessageRow)
            .where(OutgoingMessageRow.state == State.WAITING.value)
            .values(state=state.value, sent_at=desk.now if state is State.SENT else None)
        )


def test_an_offer_does_not_run_out_before_its_mail_has_left(desk: Desk) -> None:
    workshop = offered_to_ola(desk)
    settled(desk, 3 * DAY)
    assert desk.states(workshop) == {"Sam": "cancelled", "Ola": "offered", "Kit": "waiting"}
    assert unsettled(desk.session, desk.now) == []
    sent(desk)
    settled(desk, 6 * HOUR - timedelta(seconds=1))
    assert desk.states(workshop)["Ola"] == "offered", "the time to answer began when the mail left"
    assert [one.id for one in unsettled(desk.session, desk.now + timedelta(seconds=1))] == [workshop.id]
    settled(desk, timedelta(seconds=1))
    assert desk.states(workshop) == {"Sam": "cancelled", "Ola": "declined", "Kit": "offered"}
    assert ("cancelled", "ola") in told(desk.session)


def test_whoever_was_told_late_may_accept_or_decline_late(desk: Desk) -> None:
    accepting, declining = offered_to_ola(desk), offered_to_ola(desk, in_days=31)
    desk.now += 3 * DAY
    sent(desk)
    desk.now += 5 * HOUR
    assert desk.act("accept", accepting, "Ola").state is BookingState.BOOKED
    desk.act("decline", declining, "Ola")
    assert [who for kind, who in told(desk.session) if kind == "cancelled"] == [], "who declines knows it"


def test_an_offer_never_outlives_booking_whatever_the_mail_does(desk: Desk) -> None:
    workshop = offered_to_ola(desk, in_days=9, books_until=desk.now + 2 * DAY)
    desk.now += 2 * DAY
    with pytest.raises(DomainError, match="The place was kept until"):
        desk.act("accept", workshop, "Ola")
    settled(desk, timedelta(0))
    assert desk.states(workshop)["Ola"] == "declined"


def test_an_offer_whose_mail_came_back_or_that_nobody_is_mailed_counts_from_when_it_was_made(
    session: Session, desk: Desk, borough: Borough
) -> None:
    came_back = offered_to_ola(desk)
    sent(desk, State.FAILED)
    without_email(session, borough, "Ola")
    by_hand = offered_to_ola(desk, in_days=31)
    settled(desk, 6 * HOUR)
    assert [desk.states(one)["Ola"] for one in (came_back, by_hand)] == ["declined", "declined"]


def test_an_offer_of_a_workshop_that_moved_earlier_ends_with_booking(session: Session, desk: Desk) -> None:
    workshop = desk.plan(places=1, in_days=30, offer_lasts=5 * DAY)
    desk.book(workshop, "Sam", "Ola")
    desk.act("cancel", workshop, "Sam")
    sooner = {"starts_at": desk.now + 2 * DAY, "ends_at": desk.now + 2 * DAY + 2 * HOUR}
    after = moved(desk, workshop, **sooner, books_until=desk.now + DAY, cancels_until=desk.now + DAY)
    (message,) = [one for one in messages(session) if one.kind == "workshop_offered"]
    ola = desk.of(after, "Ola")
    assert kept_until(session, [ola], {after.id: after}) == {ola.id: after.sitting.books_until}
    assert ola.offer_until is not None
    assert after.sitting.books_until is not None
    assert moment_words(after.sitting.books_until) in message.body
    assert moment_words(ola.offer_until) not in message.body
    desk.now += DAY
    assert [one.id for one in unsettled(session, desk.now)] == [workshop.id]
    with pytest.raises(DomainError, match="The place was kept until"):
        desk.act("accept", workshop, "Ola")
    settled(desk, timedelta(0))
    assert desk.states(workshop)["Ola"] == "declined"


@pytest.mark.parametrize("what", ["cancel", "nothing", "ran out"])
def test_a_late_cancellation_is_not_wiped_by_asking_again(desk: Desk, what: str) -> None:
    workshop = desk.plan(places=1, in_days=5, cancels_until=desk.now - DAY, offer_lasts=6 * HOUR)
    desk.book(workshop, "Sam")
    desk.book(workshop, "Ola")
    desk.act("cancel", workshop, "Sam")
    assert desk.states(workshop) == {"Sam": "late_cancelled", "Ola": "offered"}
    desk.book(workshop, "Sam")
    assert desk.states(workshop)["Sam"] == "waiting"
    if what == "cancel":
        desk.act("cancel", workshop, "Sam")
    elif what == "ran out":
        desk.act("decline", workshop, "Ola")
        desk.wait(6 * HOUR)
        assert told(desk.session)[-1] == ("cancelled", "sam")
        assert "did not answer in time" in messages(desk.session)[-1].body
    if what != "nothing":
        assert desk.states(workshop)["Sam"] == "late_cancelled"
    line = attending.register_of(desk.session, workshop).by_person[desk.borough.ids["Sam"]]
    assert line.outcome is Outcome.LATE_CANCELLED, "also where nothing was said since"


def test_a_late_cancellation_is_over_once_there_is_a_place_again(desk: Desk) -> None:
    workshop = desk.plan(places=2, in_days=5, cancels_until=desk.now - DAY)
    desk.book(workshop, "Sam")
    desk.act("cancel", workshop, "Sam")
    desk.book(workshop, "Sam")
    assert desk.states(workshop) == {"Sam": "booked"}
    line = attending.register_of(desk.session, workshop).by_person[desk.borough.ids["Sam"]]
    assert line.is_lacking


def test_a_change_leaves_the_request_for_an_evaluation_alone(session: Session, desk: Desk) -> None:
    workshop = desk.plan(places=9, in_days=40)
    desk.book(workshop, "Sam")
    desk.mail_leaves()
    week = steps(workshop.sitting.day)[0]
    tend(session, lambda: Stamp("command:tests", at(week, 9)))
    assert ("evaluation", "sam") in told(session)
    desk.now = at(week, 12)
    moved(desk, workshop, place="The other hall")
    assert ("evaluation", "sam") in told(session), "it is never written again"
    desk.act("cancel", workshop, "Sam")
    assert ("evaluation", "sam") not in told(session)


def test_the_bookings_of_very_many_people_are_read(session: Session, desk: Desk) -> None:
    workshop = desk.plan()
    desk.book(workshop, "Sam")
    sam = desk.borough.ids["Sam"]
    found = bookings.of_people(session, [sam, *range(1_000_000, 1_070_000)])
    assert {who: [one.workshop_id for one in every] for who, every in found.items()} == {sam: [workshop.id]}
