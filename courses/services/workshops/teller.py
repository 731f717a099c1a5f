"""Writing the messages of one workshop about some bookings, however many: the questions to the database are as many for
one booking as for two hundred.

What was written before is read once. What is overtaken before it left is withdrawn, and nobody is told twice.
"""

import hashlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from courses.domain.booking import last_moment_to_book
from courses.domain.evaluation import When
from courses.domain.workshops import BookingState
from courses.services.workshops.booking_words import moment_words
from courses.services.workshops.calendar_entry import WorkshopFiles
from courses.services.workshops.house import house
from courses.services.workshops.message_keys import (
    BOOKED,
    CALLED_OFF,
    MOVED,
    OFFERED,
    REMINDERS,
    STANDS,
    evaluation_key,
    key_of,
    keys_of,
    team_key,
)
from courses.services.workshops.told import Facts, booking_path, calendar_path, facts, without_joining
from courses.store import bookings as booking_store
from courses.store.bookings import Booking
from courses.store.reaching import Reached, reached
from courses.store.workshops import Workshop
from foundation.dates import LONDON
from foundation.mail import Message, forget_keys, queue_each, rewrite_keyed, withdraw_keyed, written_at
from foundation.stamp import Stamp

OVERTAKEN = "Something newer about the same booking takes its place."


@dataclass(frozen=True, slots=True)
class Saying:
    """What one person is told of a booking. `ends`: it is over with that, and so is its entry in the calendar."""

    booking: Booking
    kind: str
    values: Mapping[str, object] = field(default_factory=dict)
    ends: bool = False


class Teller:
    """Writes the messages of one workshop about some bookings."""

    def __init__(self, session: Session, stamp: Stamp, workshop: Workshop, about: Iterable[Booking]) -> None:
        self._session = session
        self._stamp = stamp
        self._workshop = workshop
        self._sequence = workshop.sitting.sequence
        self.house = house()
        with_joining = facts(self.house, workshop)
        self._said: dict[bool, Facts] = {True: with_joining, False: without_joining(with_joining)}
        self._entries: dict[bool, WorkshopFiles] = {}
        about = list(about)
        self._people = self._reached(about)
        keys = [key for one in about for key in (*keys_of(workshop, one), self._evaluation_key(one))]
        self._written = {key: stands for key, (_, stands) in written_at(session, keys).items()}

    def _reached(self, about: Iterable[Booking]) -> dict[int, Reached]:
        day = self._stamp.at.astimezone(LONDON).date()
        return reached(self._session, [one.person_id for one in about], day)

    def name(self, booking: Booking) -> str:
        """What somebody is called in a message."""
        return self.house.plain(self._people[booking.person_id].name)

    def states(self, some: Sequence[Booking], instead_of: str = "") -> None:
        """Tell how people stand, and the managers of those without an address: of all who were booked together in one
        message."""
        values = {"instead_of": instead_of}
        self.tell([Saying(one, STANDS[one.state], {"until": self._until(one), **values}) for one in some])
        for_managers = [one for one in some if self._people[one.person_id].managers]
        if not for_managers:
            return
        alike = {(one.state, one.recorded_at): one for one in for_managers}
        every = [
            one
            for one in booking_store.of_workshop(self._session, self._workshop.id)
            if (one.state, one.recorded_at) in alike
        ]
        self._people |= self._reached([one for one in every if one.person_id not in self._people])
        for which, first in alike.items():
            together = [one for one in every if (one.state, one.recorded_at) == which]
            self.tell_managers(STANDS[first.state], together, _moment(first), until=self._until(first))

    def _until(self, booking: Booking) -> str:
        last = last_moment_to_book(self._workshop.sitting)
        return moment_words(min(booking.offer_until, last)) if booking.offer_until else ""

    def told(self, some: Sequence[Booking], *, ends: bool = False) -> set[int]:
        """Withdraw what has not left; the ids of those of whom anything may have arrived. People without an address
        hear from others, so that it may."""
        self.withdraw(some, ends=ends)
        return {
            one.id
            for one in some
            if not self._people[one.person_id].email
            or any(self._written.get(key) for key in keys_of(self._workshop, one))
        }

    def withdraw(self, some: Iterable[Booking], *, ends: bool) -> None:
        """Take back what has not left yet; the request for an evaluation only where the booking ends."""
        self._withdraw((one, ends) for one in some)

    def _withdraw(self, some: Iterable[tuple[Booking, bool]]) -> None:
        requests: set[str] = set()
        keys: set[str] = set()
        for booking, ends in some:
            keys.update(keys_of(self._workshop, booking))
            if ends:
                requests.add(self._evaluation_key(booking))
        stands = [key for key in keys | requests if self._written.get(key)]
        gone = withdraw_keyed(self._session, stands, OVERTAKEN) if stands else set()
        self._written.update(dict.fromkeys(gone, False))
        # Whoever books again is asked then: the request is one for each person, not for each booking.
        if gone & requests:
            forget_keys(self._session, gone & requests)

    def _evaluation_key(self, booking: Booking) -> str:
        person = self._people[booking.person_id].public_id
        return evaluation_key(self._workshop, person, When.BEFORE)

    def tell(self, sayings: Iterable[Saying]) -> None:
        """Write to each person who has an address; of what ends for the others their managers are told."""
        every = list(sayings)
        new = [
            one
            for one in every
            if self._people[one.booking.person_id].email and self._key(one) not in self._written
        ]
        self._withdraw((one.booking, one.ends) for one in new)
        queue_each(self._session, self._stamp, [self._message(one) for one in new])
        self._written.update({self._key(one): True for one in new})
        over: dict[tuple[str, str, tuple[tuple[str, object], ...]], list[Booking]] = defaultdict(list)
        for one in every:
            if not self._people[one.booking.person_id].email and one.ends and one.kind != CALLED_OFF:
                over[one.kind, _moment(one.booking), tuple(one.values.items())].append(one.booking)
        for (kind, moment, values), together in over.items():
            # Places that end in several ways at one moment are as many messages: none takes another's place.
            self.tell_managers(kind, together, _digest(f"{moment} {values}"), **dict(values))

    def _key(self, one: Saying) -> str:
        return key_of(one.booking.public_id, one.kind, self._sequence)

    def _message(self, one: Saying) -> Message:
        booking, kind, voice = one.booking, one.kind, self.house.voice
        person = self._people[booking.person_id]
        template = f"workshop_{'reminder' if kind in REMINDERS else kind}"
        said = {
            "first_name": self.house.plain(person.first_name),
            "workshop": self._said[booking.state is BookingState.BOOKED],
            "booking": voice.address(booking_path(booking.public_id)),
            "calendar": voice.address(calendar_path(booking.public_id)),
            **one.values,
        }
        # A reminder changes nothing in the calendar.
        invites = booking.state is BookingState.BOOKED and kind in (BOOKED, MOVED)
        takes_back = one.ends and self._has_invitation(booking)
        return Message(
            template,
            person.email,
            voice.subject(template, **said),
            voice.body(template, **said),
            is_secret=False,
            dedupe_key=self._key(one),
            calendar=self._calendar(booking, person.email, ends=one.ends) if invites or takes_back else None,
        )

    def _has_invitation(self, booking: Booking) -> bool:
        """Whether an invitation may stand in the calendar."""
        return any(self._written.get(key) for key in keys_of(self._workshop, booking, (BOOKED, MOVED)))

    def _calendar(self, booking: Booking, attendee: str, *, ends: bool) -> bytes:
        if ends not in self._entries:
            made = WorkshopFiles(self.house.publisher, self._workshop, self._stamp.at, ends=ends)
            self._entries[ends] = made
        link = self.house.voice.address(booking_path(booking.public_id))
        return self._entries[ends].file(booking.public_id, attendee, link)

    def tell_managers(self, kind: str, about: Iterable[Booking], sequence: str, **values: object) -> None:
        """Ask managers to tell those of their people who have no address: one message, with no name of other teams."""
        teams: dict[Reached, list[Booking]] = defaultdict(list)
        for booking in about:
            person = self._people[booking.person_id]
            for manager in () if person.email else person.managers:
                teams[manager].append(booking)
        keys = {manager: team_key(self._workshop, kind, manager, sequence) for manager in teams}
        there = written_at(self._session, keys.values()) if teams else {}
        new = []
        for manager, team in teams.items():
            message = self._to_manager(manager, kind, team, keys[manager], values)
            if keys[manager] in there:
                rewrite_keyed(self._session, keys[manager], message.subject, message.body)
            else:
                new.append(message)
        queue_each(self._session, self._stamp, new)

    def _to_manager(
        self, manager: Reached, kind: str, team: list[Booking], key: str, values: Mapping[str, object]
    ) -> Message:
        voice = self.house.voice
        links = {one: voice.address(booking_path(one.public_id)) for one in team}
        people = sorted((self.name(one), links[one] if kind == OFFERED else "") for one in team)
        said = {
            "first_name": self.house.plain(manager.first_name),
            "workshop": self._said[team[0].state is BookingState.BOOKED],
            "kind": "reminder" if kind in REMINDERS else kind,
            "people": people,
            "until": "",
            "how": "",
            "other": "",
            "was": None,
            "because": "",
            **values,
        }
        subject, body = voice.subject("workshop_team", **said), voice.body("workshop_team", **said)
        return Message("workshop_team", manager.email, subject, body, is_secret=False, dedupe_key=key)


def _moment(booking: Booking) -> str:
    """What tells those who were booked together from others."""
    return f"{booking.recorded_at:%Y%m%d%H%M%S%f}"


def _digest(text: str) -> str:
    """As long as a moment, so that a key has room for it."""
    return hashlib.sha256(text.encode()).hexdigest()[:20]
