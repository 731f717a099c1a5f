"""Somebody else goes instead: a named substitute takes the place of whoever cannot come.

Until the workshop begins, also after bookings and cancellations have closed: that is what a substitute is for. The
place never becomes free in between, so nobody on the waiting list is offered it.
"""

from sqlalchemy.orm import Session

from courses.domain.booking import Purpose
from courses.domain.workshops import BookingState
from courses.services.workshops import telling
from courses.services.workshops.booking import refuse, refuse_strangers, sets_aside, theirs
from courses.services.workshops.checks import check
from courses.services.workshops.noting import note
from courses.store import booking_facts, bookings
from courses.store.bookings import Booking
from foundation.errors import DomainError
from foundation.stamp import Stamp
from people.domain import Account


def substitute(
    session: Session, stamp: Stamp, account: Account, public_id: str, person_id: int, *, override: str = ""
) -> Booking:
    """Give the place of a booking to another person of the same organisation, who is checked as if they booked.

    Both have to be people for whom this account may book. Whoever waits for a place themselves may be named; they
    leave the waiting list. Raises NotFound and DomainError.
    """
    workshop, before = theirs(session, stamp, account, public_id)
    refuse_strangers(session, account, [person_id], stamp)
    if before.state is not BookingState.BOOKED:
        raise DomainError("Only a booked place can be given to somebody else.")
    if person_id == before.person_id:
        raise DomainError("Choose somebody else: this person has the place.")
    found = check(session, workshop, [person_id], stamp.at, Purpose.SUBSTITUTE)
    if sets_aside(account, override):
        found = {one: each.overridden() for one, each in found.items()}
    refuse(session, account, found, stamp)
    there = booking_facts.organisations_on(session, [person_id], workshop.sitting.day)
    if not there.get(person_id, set()) & booking_facts.organisations_ever(session, before.person_id):
        raise DomainError("The substitute has to work for the same organisation.")
    waited = {one.person_id: one for one in bookings.of_workshop(session, workshop.id)}.get(person_id)
    given_up = bookings.record(
        session,
        stamp,
        workshop.id,
        before.person_id,
        BookingState.SUBSTITUTED,
        before=before,
        reason="Somebody else goes",
    )
    after = bookings.record(
        session,
        stamp,
        workshop.id,
        person_id,
        BookingState.BOOKED,
        before=waited,
        reason="Goes instead of somebody else",
        instead_of=before.public_id,
        anew=True,
    )
    more = {"override": override} if override and found[person_id].needs else {}
    note(session, stamp, "booking.given_up", workshop, given_up)
    note(session, stamp, "booking.substituted", workshop, after, instead_of=before.public_id, **more)
    telling.substituted(session, stamp, workshop, given_up, after)
    return after
