"""Telling people about workshops: messages and calendar entries, written in the transaction of what they tell of.

Each function may be called again for the same fact: nobody is told twice. What is overtaken before it left is
withdrawn, and whoever was told of nothing is told nothing of its end. People without an e-mail address hear it from
their managers, who are asked to tell them; whoever has no such manager is listed on the page of the workshop.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType

from sqlalchemy.orm import Session

from courses.domain.booking import last_moment_to_book
from courses.domain.evaluation import When
from courses.domain.workshops import BookingState, Sitting
from courses.services.workshops.booking_words import moment_words
from courses.services.workshops.calendar_entry import workshop_file
from courses.services.workshops.house import House, house
from courses.services.workshops.told import Facts, booking_path, calendar_path, facts, without_joining
from courses.store import bookings as booking_store
from courses.store.bookings import Booking
from courses.store.reaching import Reached, reached
from courses.store.workshops import Workshop
from foundation.dates import LONDON
from foundation.mail import Message, queue, rewrite_keyed, withdraw_keyed, written_at
from foundation.stamp import Stamp

BOOKED, WAITING, OFFERED = "booked", "waiting", "offered"
CANCELLED, SUBSTITUTED, MOVED, CALLED_OFF = "cancelled", "substituted", "moved", "called_off"
REMINDERS = ("reminder_week", "reminder_soon")
_STANDS = {BookingState.BOOKED: BOOKED, BookingState.WAITING: WAITING, BookingState.OFFERED: OFFERED}
_KINDS = (BOOKED, WAITING, OFFERED, CANCELLED, SUBSTITUTED, MOVED, CALLED_OFF, *REMINDERS)
NO_MORE: Mapping[str, object] = MappingProxyType({})
OVERTAKEN = "Something newer about the same booking takes its place."
_TOLD_PARTS = ("starts_at", "ends_at", "place", "joining", "instructions")
"""What people are told of when it changes; capacity, audience and cut-offs are no news to whoever has a place."""


def booked(session: Session, stamp: Stamp, workshop: Workshop, booking: Booking) -> None:
    """Somebody has a place: the confirmation with joining instructions and the invitation for the calendar."""
    _Teller(session, stamp, workshop, [booking]).state(booking)


def waiting(session: Session, stamp: Stamp, workshop: Workshop, booking: Booking) -> None:
    """Somebody is on the waiting list."""
    _Teller(session, stamp, workshop, [booking]).state(booking)


def asked(session: Session, stamp: Stamp, workshop: Workshop, made: Sequence[Booking]) -> None:
    """People were booked together, or put on the waiting list: each is told, and each manager once of all of theirs."""
    teller = _Teller(session, stamp, workshop, made)
    for booking in made:
        teller.state(booking, to_managers=False)
    for state in (BookingState.BOOKED, BookingState.WAITING):
        together = [one for one in made if one.state is state]
        if together:
            moment = f"{together[0].recorded_at:%Y%m%d%H%M%S%f}"
            teller.tell_managers(_STANDS[state], together, moment, until="")


def offered(session: Session, stamp: Stamp, workshop: Workshop, booking: Booking) -> None:
    """A place became free and is kept for somebody until `booking.offer_until`."""
    _Teller(session, stamp, workshop, [booking]).state(booking)


def cancelled(session: Session, stamp: Stamp, workshop: Workshop, booking: Booking, how: str = "") -> None:
    """A booking, an offer or a place on the waiting list has ended. `how`: "late", "declined", "ran_out" or neither.

    Whoever declined an offer knows it. One that ran out is told of.
    """
    teller = _Teller(session, stamp, workshop, [booking])
    if how == "declined":
        teller.withdraw(booking, ends=True)
    elif teller.has_told(booking, ends=True):
        teller.tell(booking, CANCELLED, {"how": how}, ends=True)


def substituted(session: Session, stamp: Stamp, workshop: Workshop, before: Booking, after: Booking) -> None:
    """Somebody else goes instead: both are told. `before` gave the place up, `after` has it."""
    teller = _Teller(session, stamp, workshop, [before, after])
    if teller.has_told(before, ends=True):
        teller.tell(before, SUBSTITUTED, {"other": teller.name(after)}, ends=True)
    teller.state(after, instead_of=teller.name(before))


def moved(session: Session, stamp: Stamp, workshop: Workshop, before: Sitting) -> None:
    """What is said about the workshop has changed: everybody who has to do with it is told. `workshop` is as it is
    now. Whoever has not been told of anything yet is told how they stand, with what holds now."""
    if all(getattr(before, part) == getattr(workshop.sitting, part) for part in _TOLD_PARTS):
        return
    standing = [one for one in booking_store.of_workshop(session, workshop.id) if one.stands]
    teller = _Teller(session, stamp, workshop, standing)
    was = facts(teller.house, workshop, before)
    for booking in standing:
        if teller.has_told(booking):
            told = was if booking.state is BookingState.BOOKED else without_joining(was)
            teller.tell(booking, MOVED, {"was": told, "state": _STANDS[booking.state]})
        else:
            teller.state(booking)
    sequence = str(workshop.sitting.sequence)
    teller.tell_managers(MOVED, standing, sequence, was=without_joining(was))


def called_off(session: Session, stamp: Stamp, workshop: Workshop) -> None:
    """The workshop will not be held: everybody who has to do with it is told."""
    standing = [one for one in booking_store.of_workshop(session, workshop.id) if one.stands]
    teller = _Teller(session, stamp, workshop, standing)
    because = " ".join(workshop.sitting.cancelled_because.split())
    for booking in standing:
        teller.tell(booking, CALLED_OFF, {"because": because, "state": _STANDS[booking.state]}, ends=True)
    teller.tell_managers(CALLED_OFF, standing, str(workshop.sitting.sequence), because=because)


def remind(
    session: Session, stamp: Stamp, workshop: Workshop, standing: Sequence[Booking], step: str
) -> None:
    """The workshop is soon: one of `REMINDERS`. People of whom a manager is told are in one message to that manager."""
    teller = _Teller(session, stamp, workshop, standing)
    for booking in standing:
        teller.tell(booking, step)
    teller.tell_managers(step, standing, str(workshop.sitting.sequence))


def keys_of(workshop: Workshop, booking: Booking) -> list[str]:
    """The dedupe keys of everything that somebody may have been told of a booking."""
    sequences = range(workshop.sitting.sequence + 1)
    return [key_of(booking.public_id, kind, sequence) for kind in _KINDS for sequence in sequences]


def key_of(booking: str, kind: str, sequence: int) -> str:
    """The dedupe key of one message: there is never another of the same kind and sequence about a booking."""
    return f"workshop:{booking}:{kind}:{sequence}"


def team_key(workshop: Workshop, kind: str, manager: Reached, sequence: str) -> str:
    """The dedupe key of a message to a manager about people of the team."""
    return f"workshop:{workshop.public_id}:team_{kind}:{manager.public_id}:{sequence}"


def evaluation_key(workshop: Workshop, person: str, when: When) -> str:
    """The dedupe key of the request for an evaluation; it is not the token that the request holds."""
    return f"evaluation:{workshop.public_id}:{person}:{when.value}"


@dataclass(slots=True)
class _Teller:
    """Writes the messages of one workshop about some bookings."""

    session: Session
    stamp: Stamp
    workshop: Workshop
    about: Iterable[Booking]
    house: House = field(default_factory=house)
    people: dict[int, Reached] = field(init=False)

    def __post_init__(self) -> None:
        ids = [booking.person_id for booking in self.about]
        self.people = reached(self.session, ids, self.stamp.at.astimezone(LONDON).date())

    def name(self, booking: Booking) -> str:
        return self.house.plain(self.people[booking.person_id].name)

    def state(self, booking: Booking, instead_of: str = "", *, to_managers: bool = True) -> None:
        """Tell how somebody stands, and the managers of whoever has no address."""
        kind = _STANDS[booking.state]
        last = last_moment_to_book(self.workshop.sitting)
        until = moment_words(min(booking.offer_until, last)) if booking.offer_until else ""
        self.tell(booking, kind, {"until": until, "instead_of": instead_of})
        if to_managers and self.people[booking.person_id].managers:
            # Those who were booked together stand in one message to their manager.
            together = [
                one
                for one in booking_store.of_workshop(self.session, self.workshop.id)
                if one.state is booking.state and one.recorded_at == booking.recorded_at
            ]
            moment = f"{booking.recorded_at:%Y%m%d%H%M%S%f}"
            self.people |= reached(
                self.session, [one.person_id for one in together], self.stamp.at.astimezone(LONDON).date()
            )
            self.tell_managers(kind, together, moment, until=until)

    def has_told(self, booking: Booking, *, ends: bool = False) -> bool:
        """Withdraw what has not left; whether anything may have arrived. People without an address hear from others,
        so that it may."""
        self.withdraw(booking, ends=ends)
        if not self.people[booking.person_id].email:
            return True
        return any(stands for _, stands in written_at(self.session, keys_of(self.workshop, booking)).values())

    def withdraw(self, booking: Booking, *, ends: bool) -> None:
        """Take back what has not left yet; the request for an evaluation only where the booking ends."""
        keys = keys_of(self.workshop, booking)
        if ends:
            person = self.people[booking.person_id].public_id
            keys.append(evaluation_key(self.workshop, person, When.BEFORE))
        withdraw_keyed(self.session, keys, OVERTAKEN)

    def tell(
        self, booking: Booking, kind: str, values: Mapping[str, object] = NO_MORE, *, ends: bool = False
    ) -> None:
        """Write to one person, where they have an address."""
        person = self.people[booking.person_id]
        if not person.email:
            if ends and kind != CALLED_OFF:
                self._end_by_manager(booking, kind, values)
            return
        key = key_of(booking.public_id, kind, self.workshop.sitting.sequence)
        if key in written_at(self.session, [key]):
            return
        self.withdraw(booking, ends=ends)
        template = f"workshop_{'reminder' if kind in REMINDERS else kind}"
        said = {
            "first_name": self.house.plain(person.first_name),
            "workshop": self._facts(booking.state),
            "booking": self.house.voice.address(booking_path(booking.public_id)),
            "calendar": self.house.voice.address(calendar_path(booking.public_id)),
            **values,
        }
        # A reminder changes nothing in the calendar.
        invites = booking.state is BookingState.BOOKED and kind in (BOOKED, MOVED)
        message = Message(
            template,
            person.email,
            self.house.voice.subject(template, **said),
            self.house.voice.body(template, **said),
            is_secret=False,
            dedupe_key=key,
            calendar=self._calendar(booking, person.email, ends=ends)
            if invites or (ends and self._has_invitation(booking))
            else None,
        )
        queue(self.session, self.stamp, message)

    def _facts(self, state: BookingState) -> Facts:
        found = facts(self.house, self.workshop)
        return found if state is BookingState.BOOKED else without_joining(found)

    def _has_invitation(self, booking: Booking) -> bool:
        """Whether an invitation may stand in the calendar."""
        sequences = range(self.workshop.sitting.sequence + 1)
        keys = [key_of(booking.public_id, kind, one) for kind in (BOOKED, MOVED) for one in sequences]
        return any(stands for _, stands in written_at(self.session, keys).values())

    def _calendar(self, booking: Booking, attendee: str, *, ends: bool) -> bytes:
        link = self.house.voice.address(booking_path(booking.public_id))
        return workshop_file(
            self.house.publisher,
            self.workshop,
            booking.public_id,
            attendee,
            link,
            self.stamp.at,
            ends=ends,
        )

    def _end_by_manager(self, booking: Booking, kind: str, values: Mapping[str, object]) -> None:
        self.tell_managers(kind, [booking], f"{booking.recorded_at:%Y%m%d%H%M%S%f}", **values)

    def tell_managers(self, kind: str, about: Iterable[Booking], sequence: str, **values: object) -> None:
        """Ask managers to tell those of their people who have no address: one message, with no name of other teams."""
        teams: dict[Reached, list[Booking]] = defaultdict(list)
        for booking in about:
            person = self.people[booking.person_id]
            for manager in () if person.email else person.managers:
                teams[manager].append(booking)
        for manager, team in teams.items():
            self._tell_manager(manager, kind, team, sequence, values)

    def _tell_manager(
        self, manager: Reached, kind: str, team: list[Booking], sequence: str, values: Mapping[str, object]
    ) -> None:
        links = {one: self.house.voice.address(booking_path(one.public_id)) for one in team}
        people = sorted((self.name(one), links[one] if kind == OFFERED else "") for one in team)
        said = {
            "first_name": self.house.plain(manager.first_name),
            "workshop": self._facts(team[0].state),
            "kind": "reminder" if kind in REMINDERS else kind,
            "people": people,
            "until": "",
            "how": "",
            "other": "",
            "was": None,
            "because": "",
            **values,
        }
        subject = self.house.voice.subject("workshop_team", **said)
        body = self.house.voice.body("workshop_team", **said)
        key = team_key(self.workshop, kind, manager, sequence)
        if not rewrite_keyed(self.session, key, subject, body):
            queue(
                self.session,
                self.stamp,
                Message("workshop_team", manager.email, subject, body, is_secret=False, dedupe_key=key),
            )
