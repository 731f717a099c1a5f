"""The workshops to come of many people: those they have to do with, and the next one that each could go to."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from compliance.domain.asked import terms_on
from compliance.domain.requirement import RuleBook, Use
from compliance.domain.spans import Status
from courses.domain.workshops import BookingState
from courses.services.workshops.bookable import open_workshops
from courses.services.workshops.booking_words import clock_words
from courses.services.workshops.seeing import Belonging, belongings
from courses.store import bookings, workshops
from courses.store.bookings import Booking
from courses.store.workshops import Workshop
from foundation.dates import LONDON
from foundation.formats import long_date
from reports.domain.sources.chasing import Owing

ONLINE = "online"
_BOOKED = {
    BookingState.BOOKED: "{day}",
    BookingState.OFFERED: "{day}: offered, not answered yet",
    BookingState.WAITING: "{day}: on the waiting list",
}


@dataclass(frozen=True)
class WorkshopsAhead:
    """What is ahead of some people after a moment. The number of questions is fixed for each thousand of them."""

    book: RuleBook
    day: date
    standing: Mapping[int, Sequence[Booking]]
    of_bookings: Mapping[int, Workshop]
    at: datetime

    @classmethod
    def read(
        cls, session: Session, book: RuleBook, person_ids: Collection[int], day: date, at: datetime
    ) -> "WorkshopsAhead":
        """The bookings of these people that stand."""
        standing = {
            person_id: [one for one in every if one.stands]
            for person_id, every in bookings.of_people(session, person_ids).items()
        }
        ids = {one.workshop_id for every in standing.values() for one in every}
        return cls(book, day, standing, workshops.by_ids(session, ids), at)

    def booked(self, person_id: int, requirement: str) -> str:
        """The nearest workshop to come that somebody has to do with and that helps with a requirement, in words."""
        accepted = courses_of(self.book, requirement, self.day)
        ahead = [
            (sitting.starts_at, one.id, _BOOKED[one.state].format(day=long_date(sitting.day)))
            for one in self.standing.get(person_id, ())
            if (sitting := self.of_bookings[one.workshop_id].sitting).ends_at > self.at
            and not sitting.is_cancelled
            and sitting.course in accepted
        ]
        return min(ahead)[2] if ahead else ""

    def next_for(self, session: Session, owing: Sequence[Owing]) -> dict[tuple[int, str], str]:
        """For each duty the first workshop, in words, at which the person could have a place now.

        It is open and for them, has a free place that nobody waits for, and its course meets the duty on its day; they
        have no part in it yet. A prerequisite or a clash is told when one asks for the place, as on the booking pages.
        """
        every = open_workshops(session, self.at)
        free = _with_free_places(session, every) if every else []
        if not free:
            return {}
        occasions = [(one.sitting.audience, one.sitting.day) for one in free]
        belong = belongings(session, {one.person_id for one in owing}, occasions)
        found = {}
        for one in owing:
            mine = {booking.workshop_id for booking in self.standing.get(one.person_id, ())}
            fitting = (
                workshop
                for workshop in free
                if workshop.id not in mine
                and _meets(self.book, one, workshop)
                and _is_for(workshop, one.person_id, belong[one.person_id])
            )
            first = next(fitting, None)
            if first is not None:
                found[one.key] = workshop_words(first)
        return found


def courses_of(book: RuleBook, code: str, day: date) -> frozenset[str]:
    """The courses that a requirement accepts on a day, and those that have to be done before them."""
    terms = terms_on(book, code, day)
    accepted = terms.acceptances if terms else ()
    return frozenset(code for one in accepted for code in (one.course, *one.prerequisites))


def _with_free_places(session: Session, every: Sequence[Workshop]) -> list[Workshop]:
    counts = bookings.counts(session, [one.id for one in every])
    return [one for one in every if counts[one.id].held + counts[one.id].waiting < one.sitting.capacity]


def _meets(book: RuleBook, owing: Owing, workshop: Workshop) -> bool:
    """Whether the course, taken on the day of the workshop, would meet the duty (counting rule 5)."""
    day = workshop.sitting.day
    terms = terms_on(book, owing.requirement, day)
    renews = owing.span.covered or owing.span.status is Status.EXPIRED
    return terms is not None and any(
        one.course == workshop.sitting.course
        and one.taken_from <= day <= one.taken_to
        and day <= one.honoured_to
        and (renews or one.use != Use.RENEWAL)
        for one in terms.acceptances
    )


def _is_for(workshop: Workshop, person_id: int, belonging: Belonging) -> bool:
    sitting = workshop.sitting
    return person_id not in sitting.facilitator_ids and belonging.fits(sitting.audience, sitting.day)


def workshop_words(workshop: Workshop) -> str:
    """When and where a workshop is, with the reference by which it is found."""
    sitting = workshop.sitting
    when = f"{long_date(sitting.day)}, {clock_words(sitting.starts_at.astimezone(LONDON))}"
    return f"{when}, {sitting.place or ONLINE} ({workshop.reference})"
