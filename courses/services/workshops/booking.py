"""Booking places at workshops: asking, waiting, being offered a place, answering, giving it up.

Every function runs inside `transaction()`: one writer at a time (docs/adr/0003), so what is counted here still holds
when it is written. There are never more people with a place or an offer than places.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from courses.domain.booking import Purpose, is_late, last_moment_to_book, london_day, offer_ends
from courses.domain.workshops import BookingState
from courses.services.workshops import telling
from courses.services.workshops.booking_words import OVERRIDES, moment_words, why_not, why_not_you
from courses.services.workshops.checks import Check, check
from courses.services.workshops.noting import Happened, note, note_each
from courses.services.workshops.places import kept_until, over_by_now, standing_of
from courses.services.workshops.reach import may_book, writes_for_everybody
from courses.store import booking_facts, bookings, workshops
from courses.store.bookings import Booking, Next
from courses.store.workshops import Workshop
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp
from people.domain import Account

LEFT = "Left before the workshop"
RAN_OUT = "The offer ran out"


@dataclass(frozen=True, slots=True)
class Expected:
    """What the page said would come of it; where it would be something else by now, nothing is done."""

    booked: int
    waiting: int


def found_workshop(session: Session, public_id: str) -> Workshop:
    """A workshop by its address. Raises NotFound."""
    found = workshops.find(session, public_id)
    if found is None:
        raise NotFound("There is no such workshop.")
    return found


def book(
    session: Session,
    stamp: Stamp,
    account: Account,
    public_id: str,
    person_ids: Sequence[int],
    *,
    override: str = "",
    expected: Expected | None = None,
) -> list[Booking]:
    """Ask for a place for each of these people, in this order: they get one while there are any, else they wait.

    All of them or none. `override`: why a prerequisite does not matter, one of OVERRIDES, from learning and development
    alone.
    Raises NotFound for a workshop or a person that is not this account's, DomainError for whoever cannot be booked.
    """
    workshop = found_workshop(session, public_id)
    ids = list(dict.fromkeys(person_ids))
    refuse_strangers(session, account, ids, stamp)
    settle(session, stamp, workshop)
    found = check(session, workshop, ids, stamp.at)
    if sets_aside(account, override):
        found = {one: each.overridden() for one, each in found.items()}
    refuse(session, account, found, stamp)
    places = standing_of(session, workshop, stamp.at).free
    if expected is not None and expected != Expected(min(places, len(ids)), max(0, len(ids) - places)):
        raise DomainError(
            "The number of places has changed since this page was shown, so nothing was booked. "
            "Look at it again and send it once more."
        )
    before = {one.person_id: one for one in bookings.of_workshop(session, workshop.id)}
    states = [BookingState.BOOKED if number < places else BookingState.WAITING for number in range(len(ids))]
    asked = [
        Next(one, state, before.get(one), "Booked again", anew=True)
        for one, state in zip(ids, states, strict=True)
    ]
    made = bookings.record_each(session, stamp, workshop.id, asked)
    more = {one: {"override": override} if override and found[one].needs else {} for one in ids}
    happened = [Happened(f"booking.{_ASKED[one.state]}", one, more[one.person_id]) for one in made]
    note_each(session, stamp, workshop, happened)
    telling.stands(session, stamp, workshop, made)
    return made


def sets_aside(account: Account, override: str) -> bool:
    """Whether this account sets a prerequisite aside. Raises DomainError for a reason that is not on the list.

    There is no reason in words of one's own: it goes into the audit trail, which keeps ids and no personal data.
    """
    if not override or not writes_for_everybody(account):
        return False
    if override not in OVERRIDES:
        raise DomainError("Select why they may come without it.")
    return True


_ASKED = {BookingState.BOOKED: "made", BookingState.WAITING: "waiting"}


def refuse_strangers(session: Session, account: Account, person_ids: Sequence[int], stamp: Stamp) -> None:
    """Raise NotFound where this account may not book for one of these people: it learns nothing of them."""
    if set(person_ids) - may_book(session, account, person_ids, london_day(stamp.at)):
        raise NotFound("There is no such person.")


def refuse(session: Session, account: Account, found: dict[int, Check], stamp: Stamp) -> None:
    """Raise DomainError with everything that stands in the way of anybody."""
    hindered = [one for one in found.values() if not one.is_free]
    if not hindered:
        return
    people = booking_facts.people_by_id(session, [one.person_id for one in hindered], london_day(stamp.at))
    problems: list[str] = []
    for one in hindered:
        own = one.person_id == account.person_id
        problems += why_not_you(one) if own else [why_not(people[one.person_id].name, one)]
    raise DomainError(*dict.fromkeys(problems))


def theirs(session: Session, stamp: Stamp, account: Account, public_id: str) -> tuple[Workshop, Booking]:
    """A booking about which this account may act, and its workshop. Raises NotFound for any other."""
    booking = bookings.find(session, public_id)
    if booking is None:
        raise NotFound("There is no such booking.")
    if not may_book(session, account, [booking.person_id], london_day(stamp.at)):
        raise NotFound("There is no such booking.")
    workshop = workshops.by_id(session, booking.workshop_id)
    if workshop is None:
        raise NotFound("There is no such booking.")
    return workshop, booking


def cancel(session: Session, stamp: Stamp, account: Account, public_id: str) -> Booking:
    """Give a place, or a place on the waiting list, up; the place goes to whoever waits longest.

    After the last moment for cancelling a place it is a late cancellation. Raises NotFound and DomainError.
    """
    workshop, before = theirs(session, stamp, account, public_id)
    if before.state is BookingState.OFFERED:
        return decline(session, stamp, account, public_id)
    if not before.stands:
        raise DomainError("This booking has been given up already.")
    if stamp.at >= workshop.sitting.starts_at:
        raise DomainError("The workshop has begun, so the booking can no longer be cancelled.")
    late = before.state is BookingState.BOOKED and is_late(workshop.sitting, stamp.at)
    state = BookingState.LATE_CANCELLED if late else BookingState.CANCELLED
    event = "booking.cancelled_late" if late else "booking.cancelled"
    after = _end_each(session, stamp, workshop, [Ending(before, state, "Cancelled", event)])[0]
    settle(session, stamp, workshop)
    return after


def accept(session: Session, stamp: Stamp, account: Account, public_id: str) -> Booking:
    """Take the place that was offered. Raises NotFound, and DomainError once the offer has run out."""
    workshop, before = theirs(session, stamp, account, public_id)
    _refuse_without_offer(session, workshop, before, stamp.at)
    found = check(session, workshop, [before.person_id], stamp.at, Purpose.OFFER)
    refuse(session, account, found, stamp)
    after = bookings.record(
        session,
        stamp,
        workshop.id,
        before.person_id,
        BookingState.BOOKED,
        before=before,
        reason="Offer accepted",
    )
    note(session, stamp, "booking.accepted", workshop, after)
    telling.stands(session, stamp, workshop, [after])
    return after


def decline(session: Session, stamp: Stamp, account: Account, public_id: str) -> Booking:
    """Let the place that was offered go; it is offered to the next. Raises NotFound, and DomainError as `accept`."""
    workshop, before = theirs(session, stamp, account, public_id)
    _refuse_without_offer(session, workshop, before, stamp.at)
    declined = Ending(before, BookingState.DECLINED, "Offer declined", "booking.declined")
    after = _end_each(session, stamp, workshop, [declined])[0]
    settle(session, stamp, workshop)
    return after


def _refuse_without_offer(session: Session, workshop: Workshop, booking: Booking, now: datetime) -> None:
    if booking.state is BookingState.BOOKED:
        raise DomainError("You have this place already.")
    if workshop.sitting.is_cancelled:
        raise DomainError("This workshop has been called off.")
    if booking.state is not BookingState.OFFERED or booking.offer_until is None:
        raise DomainError("There is no offer of a place any more.")
    until = kept_until(session, [booking], {workshop.id: workshop})[booking.id]
    if now >= until:
        raise DomainError(
            f"The place was kept until {moment_words(until)}. It has been given to somebody else since."
        )


def settle(session: Session, stamp: Stamp, workshop: Workshop) -> list[Booking]:
    """Let go what is over (offers that ran out, bookings of people who left), then offer what is free.

    Gives the bookings that changed. Nothing is done about a workshop that has begun or was called off.
    """
    sitting, now = workshop.sitting, stamp.at
    if sitting.is_cancelled or now >= sitting.starts_at:
        return []
    every = bookings.of_workshop(session, workshop.id)
    over = over_by_now(session, workshop, every, now)
    ending = [
        Ending(one, BookingState.CANCELLED, LEFT, "booking.left", told=False)
        if over[one.id]
        else Ending(one, BookingState.DECLINED, RAN_OUT, "booking.offer_ran_out")
        for one in every
        if one.id in over
    ]
    return _end_each(session, stamp, workshop, ending) + offer_next(session, stamp, workshop)


def offer_next(session: Session, stamp: Stamp, workshop: Workshop) -> list[Booking]:
    """Offer each free place to whoever has waited longest, is still with us and has no other workshop then.

    Whoever is passed over keeps the place in the order. After the last moment to book nothing is offered. A booking is
    offered a place at most once: refused or run out, it is over.
    """
    if workshop.sitting.is_cancelled or stamp.at >= last_moment_to_book(workshop.sitting):
        return []
    every = bookings.of_workshop(session, workshop.id)
    free = workshop.sitting.capacity - sum(one.holds_place for one in every)
    waiting = [one for one in every if one.state is BookingState.WAITING]
    if free <= 0 or not waiting:
        return []
    found = check(session, workshop, [one.person_id for one in waiting], stamp.at, Purpose.OFFER)
    until = offer_ends(workshop.sitting, stamp.at)
    first = [one for one in waiting if found[one.person_id].is_free][:free]
    nexts = [
        Next(one.person_id, BookingState.OFFERED, one, "A place became free", offer_until=until)
        for one in first
    ]
    offered = bookings.record_each(session, stamp, workshop.id, nexts)
    more = {"until": until.isoformat()}
    note_each(session, stamp, workshop, [Happened("booking.offered", one, more) for one in offered])
    telling.stands(session, stamp, workshop, offered)
    return offered


@dataclass(frozen=True, slots=True)
class Ending:
    """A booking that is over. `told`: whether the person is written to; whoever left is not."""

    before: Booking
    state: BookingState
    reason: str
    event: str
    told: bool = True


def _end_each(session: Session, stamp: Stamp, workshop: Workshop, many: Sequence[Ending]) -> list[Booking]:
    """End bookings. Whoever gave a place up late and then asked again without getting one still gave it up late."""
    if not many:
        return []
    late = bookings.late_ever(session, workshop.id)
    only_asked = (BookingState.WAITING, BookingState.OFFERED)
    nexts = [
        Next(
            one.before.person_id,
            BookingState.LATE_CANCELLED
            if one.before.state in only_asked and one.before.person_id in late
            else one.state,
            one.before,
            one.reason,
        )
        for one in many
    ]
    ended = bookings.record_each(session, stamp, workshop.id, nexts)
    pairs = list(zip(many, ended, strict=True))
    note_each(session, stamp, workshop, [Happened(one.event, after) for one, after in pairs])
    telling.cancelled(
        session,
        stamp,
        workshop,
        [(after, _TOLD_AS.get(one.event, "")) for one, after in pairs if one.told],
    )
    return ended


_TOLD_AS = {
    "booking.cancelled_late": "late",
    "booking.declined": telling.DECLINED,
    "booking.offer_ran_out": "ran_out",
}
