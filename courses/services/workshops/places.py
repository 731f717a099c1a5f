"""How full a workshop is, for whoever asks for a place next. Reads only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from courses.domain.booking import Purpose, last_moment_to_book, london_day
from courses.domain.workshops import BookingState
from courses.services.workshops.checks import check
from courses.services.workshops.message_keys import OFFERED, key_of
from courses.store import booking_facts, bookings, workshops
from courses.store.bookings import Booking
from courses.store.workshops import Workshop
from foundation.dates import FAR_DAY
from foundation.mail import left_at


@dataclass(frozen=True, slots=True)
class Standing:
    """How full a workshop is once everything that is over has been let go: places left, and how many wait."""

    free: int
    waiting: int

    @property
    def next_is_booked(self) -> bool:
        """Whether whoever asks next gets a place: one is free, and nobody waits who could be offered it."""
        return self.free > 0


def standing_of(session: Session, workshop: Workshop, now: datetime) -> Standing:
    """How full a workshop is for whoever asks next: as if `settle` had been done, and writing nothing."""
    every = bookings.of_workshop(session, workshop.id)
    over = over_by_now(session, workshop, every, now)
    left = [one for one in every if one.id not in over]
    free = max(0, workshop.sitting.capacity - sum(one.holds_place for one in left))
    waiting = [one.person_id for one in left if one.state is BookingState.WAITING]
    if free and waiting and now < last_moment_to_book(workshop.sitting):
        found = check(session, workshop, waiting, now, Purpose.OFFER)
        free = max(0, free - sum(one.is_free for one in found.values()))
    return Standing(free, len(waiting))


def over_by_now(
    session: Session, workshop: Workshop, every: Sequence[Booking], now: datetime
) -> dict[int, bool]:
    """The bookings that are over by now, by id: True where the person has left, False where an offer has run out.

    Somebody who has left has no post today and none on the day of the workshop.
    """
    ids = [one.person_id for one in every if one.stands]
    days = {london_day(now), workshop.sitting.day}
    here = set().union(*(booking_facts.working_on(session, ids, day) for day in days))
    found = {one.id: True for one in every if one.stands and one.person_id not in here}
    for booking_id, until in kept_until(session, every, {workshop.id: workshop}).items():
        if until <= now:
            found.setdefault(booking_id, False)
    return found


def kept_until(
    session: Session, some: Iterable[Booking], workshops_by_id: Mapping[int, Workshop]
) -> dict[int, datetime]:
    """Until when each place that is offered is kept, by the booking's id: never beyond the last moment to book.

    The time to answer counts from when the message left, and while it has not left it has not begun. Where there is
    none, because the person has no address or because it came back, it counts from when the place was offered.
    """
    offers = [one for one in some if one.state is BookingState.OFFERED and one.offer_until is not None]
    keys = {
        one.id: [
            key_of(one.public_id, OFFERED, number)
            for number in range(workshops_by_id[one.workshop_id].sitting.sequence + 1)
        ]
        for one in offers
    }
    left = left_at(session, [key for some_keys in keys.values() for key in some_keys]) if offers else {}
    found = {}
    for one in offers:
        sitting = workshops_by_id[one.workshop_id].sitting
        until, last = one.offer_until, last_moment_to_book(sitting)
        for key in keys[one.id]:
            if key in left and until is not None:
                moment = left[key]
                until = max(until, last if moment is None else moment + sitting.offer_lasts)
        found[one.id] = last if until is None else min(until, last)
    return found


def unsettled(session: Session, now: datetime) -> list[Workshop]:
    """The workshops to come about whose bookings time has something to say: what `booking.settle` would change.

    Somebody with a booking has left, an offer has run out, or a place is free for somebody who waits. Reads only, so
    that it may be asked often; what it says has to be looked at again under the lock.
    """
    ahead = {one.id: one for one in workshops.between(session, london_day(now), FAR_DAY)}
    of = bookings.of_workshops(session, ahead) if ahead else {}
    ids = {one.person_id for every in of.values() for one in every if one.stands}
    here = booking_facts.working_on(session, ids, london_day(now))
    found = []
    for workshop_id, every in of.items():
        workshop = ahead[workshop_id]
        if workshop.sitting.is_cancelled or workshop.sitting.starts_at <= now:
            continue
        is_closed = last_moment_to_book(workshop.sitting) <= now
        doubtful = any(
            one.stands
            and (
                one.person_id not in here
                or (one.offer_until is not None and (is_closed or one.offer_until <= now))
            )
            for one in every
        )
        if (doubtful and over_by_now(session, workshop, every, now)) or _has_one_to_offer(
            session, workshop, every, now
        ):
            found.append(workshop)
    return found


def _has_one_to_offer(session: Session, workshop: Workshop, every: Sequence[Booking], now: datetime) -> bool:
    """Whether a place is free for somebody who waits and could come."""
    waiting = [one.person_id for one in every if one.state is BookingState.WAITING]
    is_full = sum(one.holds_place for one in every) >= workshop.sitting.capacity
    if not waiting or is_full or now >= last_moment_to_book(workshop.sitting):
        return False
    return any(one.is_free for one in check(session, workshop, waiting, now, Purpose.OFFER).values())
