"""Telling people about workshops: messages and calendar entries, written in the transaction of what they tell of.

Each function may be called again for the same fact: nobody is told twice. What is overtaken before it left is
withdrawn, and whoever was told of nothing is told nothing of its end. People without an e-mail address hear it from
their managers, who are asked to tell them; whoever has no such manager is listed on the page of the workshop.
"""

from collections.abc import Sequence

from sqlalchemy.orm import Session

from courses.domain.workshops import BookingState, Sitting
from courses.services.workshops.message_keys import CALLED_OFF, CANCELLED, MOVED, STANDS, SUBSTITUTED
from courses.services.workshops.teller import Saying, Teller
from courses.services.workshops.told import facts, without_joining
from courses.store import bookings as booking_store
from courses.store.bookings import Booking
from courses.store.workshops import Workshop
from foundation.stamp import Stamp

DECLINED = "declined"
TOLD_PARTS = ("starts_at", "ends_at", "place", "joining", "instructions")
"""What people are told of when it changes; capacity, audience and cut-offs are no news to whoever has a place."""


def stands(session: Session, stamp: Stamp, workshop: Workshop, some: Sequence[Booking]) -> None:
    """How people stand now: with a place (the confirmation with joining instructions and the invitation for the
    calendar), on the waiting list, or with a place that is kept for them until `offer_until`. Managers are told once of
    all of theirs who were booked together."""
    if some:
        Teller(session, stamp, workshop, some).states(some)


def cancelled(
    session: Session, stamp: Stamp, workshop: Workshop, some: Sequence[tuple[Booking, str]]
) -> None:
    """Bookings, offers or places on the waiting list have ended, each with how: "late", DECLINED, "ran_out" or neither.

    Whoever declined an offer knows it. One that ran out is told of.
    """
    if not some:
        return
    teller = Teller(session, stamp, workshop, [booking for booking, _ in some])
    teller.withdraw([booking for booking, how in some if how == DECLINED], ends=True)
    told = teller.told([booking for booking, how in some if how != DECLINED], ends=True)
    teller.tell(
        Saying(booking, CANCELLED, {"how": how}, ends=True) for booking, how in some if booking.id in told
    )


def substituted(session: Session, stamp: Stamp, workshop: Workshop, before: Booking, after: Booking) -> None:
    """Somebody else goes instead: both are told. `before` gave the place up, `after` has it."""
    teller = Teller(session, stamp, workshop, [before, after])
    if teller.told([before], ends=True):
        teller.tell([Saying(before, SUBSTITUTED, {"other": teller.name(after)}, ends=True)])
    teller.states([after], instead_of=teller.name(before))


def is_news(before: Sitting, after: Sitting) -> bool:
    """Whether people are told of a change."""
    return any(getattr(before, part) != getattr(after, part) for part in TOLD_PARTS)


def moved(session: Session, stamp: Stamp, workshop: Workshop, before: Sitting) -> None:
    """What is said about the workshop has changed: everybody who has to do with it is told. `workshop` is as it is
    now. Whoever has not been told of anything yet is told how they stand, with what holds now."""
    if not is_news(before, workshop.sitting):
        return
    standing = [one for one in booking_store.of_workshop(session, workshop.id) if one.stands]
    teller = Teller(session, stamp, workshop, standing)
    was = facts(teller.house, workshop, before)
    briefly = without_joining(was)
    told = teller.told(standing)
    teller.tell(
        Saying(
            one,
            MOVED,
            {"was": was if one.state is BookingState.BOOKED else briefly, "state": STANDS[one.state]},
        )
        for one in standing
        if one.id in told
    )
    teller.states([one for one in standing if one.id not in told])
    teller.tell_managers(MOVED, standing, str(workshop.sitting.sequence), was=briefly)


def called_off(session: Session, stamp: Stamp, workshop: Workshop) -> None:
    """The workshop will not be held: everybody who has to do with it is told."""
    standing = [one for one in booking_store.of_workshop(session, workshop.id) if one.stands]
    teller = Teller(session, stamp, workshop, standing)
    because = " ".join(workshop.sitting.cancelled_because.split())
    teller.tell(
        Saying(one, CALLED_OFF, {"because": because, "state": STANDS[one.state]}, ends=True)
        for one in standing
    )
    teller.tell_managers(CALLED_OFF, standing, str(workshop.sitting.sequence), because=because)


def remind(
    session: Session, stamp: Stamp, workshop: Workshop, standing: Sequence[Booking], step: str
) -> None:
    """The workshop is soon: a step of REMINDERS. Of people without an address a manager is told in one message."""
    teller = Teller(session, stamp, workshop, standing)
    teller.tell(Saying(one, step) for one in standing)
    teller.tell_managers(step, standing, str(workshop.sitting.sequence))
