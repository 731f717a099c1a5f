"""Bookings as pages list them, and what a reader may do about each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from flask import url_for

from courses.domain.booking import last_moment_to_book
from courses.domain.workshops import BookingState
from courses.services.workshops.booking_words import STATE_WORDS, moment_words
from courses.services.workshops.places import kept_until
from courses.store import booking_facts
from courses.store.bookings import Booking
from courses.store.workshops import Workshop
from courses.views.workshops.words import day_words, place_words, time_words
from foundation import clock
from foundation.db import Session

TONES = {
    BookingState.BOOKED: "good",
    BookingState.OFFERED: "soon",
    BookingState.WAITING: "wait",
}


@dataclass(frozen=True, slots=True)
class BookingLine:
    """One booking. `position`: the place on the waiting list, counted over everybody who waits; 0 for others."""

    public_id: str
    person: str
    person_href: str
    works: str
    has_email: bool
    state: BookingState
    words: str
    tone: str
    more: str
    position: int
    is_own: bool
    may_act: bool
    """Whether this reader may cancel, answer or name somebody else."""
    workshop: str
    workshop_id: str
    day: str
    time: str
    place: str

    @property
    def href(self) -> str:
        return url_for("courses.booking", public_id=self.public_id)


def positions(every: Iterable[Booking]) -> dict[int, int]:
    """The place on the waiting list of each booking that waits, by its id; the list is in order of asking."""
    waiting = [one.id for one in every if one.state is BookingState.WAITING]
    return {booking_id: number for number, booking_id in enumerate(waiting, start=1)}


def lines_of(
    session: Session,
    shown: Iterable[Booking],
    workshops: Mapping[int, Workshop],
    place_in_line: Mapping[int, int],
    may_act: set[int],
    own: int | None,
) -> list[BookingLine]:
    """Bookings as they are listed. `may_act`: the people for whom the reader may act."""
    shown = list(shown)
    people = booking_facts.people_by_id(session, [one.person_id for one in shown], clock.today())
    kept = kept_until(session, shown, workshops)
    found = []
    for one in shown:
        person, workshop = people[one.person_id], workshops[one.workshop_id]
        works = ", ".join(part for part in (person.job_title, person.unit or person.organisation) if part)
        upcoming = workshop.sitting.starts_at > clock.now() and not workshop.sitting.is_cancelled
        found.append(
            BookingLine(
                one.public_id,
                person.name,
                url_for("compliance.person", public_id=person.public_id),
                works,
                person.has_email,
                one.state,
                STATE_WORDS[one.state],
                TONES.get(one.state, "none"),
                more_words(one, workshop, place_in_line.get(one.id, 0), kept.get(one.id)),
                place_in_line.get(one.id, 0),
                one.person_id == own,
                upcoming and one.stands and one.person_id in may_act,
                workshop.course_title,
                workshop.public_id,
                day_words(workshop.sitting),
                time_words(workshop.sitting),
                place_words(workshop.sitting),
            )
        )
    return found


def more_words(booking: Booking, workshop: Workshop, position: int, kept: datetime | None) -> str:
    """What there is to know besides the state. `kept`: until when a place is kept that is offered."""
    if workshop.sitting.is_cancelled:
        return "The workshop was called off"
    if kept is not None:
        return f"Kept until {moment_words(kept)}"
    if booking.state is BookingState.WAITING:
        if clock.now() >= last_moment_to_book(workshop.sitting):
            return "Bookings have closed and no place became free"
        return f"Number {position:,} on the list" if position else ""
    return ""
