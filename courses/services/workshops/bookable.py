"""The workshops that somebody can ask for a place at: for them, open, and not booked by them yet."""

from collections.abc import Collection, Container, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from courses.domain.booking import Purpose, london_day, of_workshop
from courses.services.workshops.seeing import belongings
from courses.store import bookings, workshops
from courses.store.bookings import Booking
from courses.store.workshops import Workshop
from foundation.dates import FAR_DAY


def open_workshops(
    session: Session, now: datetime, courses: Collection[str] | None = None, *, titled: bool = True
) -> list[Workshop]:
    """The workshops for which places can be asked, of some courses or of all, in order of time.

    Not `titled`: without the titles of their courses.
    """
    return [
        one
        for one in workshops.between(session, london_day(now), FAR_DAY, titled=titled)
        if (courses is None or one.sitting.course in courses)
        and not of_workshop(one.sitting, now, Purpose.BOOK)
    ]


def bookable_by(
    session: Session, person_id: int, now: datetime, courses: Collection[str] | None = None
) -> list[Workshop]:
    """Those of them that are for this person and in which they have no part yet. A fixed number of queries.

    A prerequisite or a clash is told when one asks for a place: it may be done, or moved, until then.
    """
    found = open_workshops(session, now, courses)
    return _without(session, person_id, found, _standing(session, person_id)) if found else []


def _standing(session: Session, person_id: int) -> dict[int, Booking]:
    """Their bookings that stand, by workshop."""
    return {one.workshop_id: one for one in bookings.of_person(session, person_id) if one.stands}


def _without(
    session: Session, person_id: int, found: Sequence[Workshop], has: Container[int]
) -> list[Workshop]:
    """Those of the workshops that are for this person, without those that they have to do with already."""
    occasions = [(one.sitting.audience, one.sitting.day) for one in found]
    of_them = belongings(session, [person_id], occasions)[person_id]
    return [
        one
        for one in found
        if one.id not in has
        and person_id not in one.sitting.facilitator_ids
        and of_them.fits(one.sitting.audience, one.sitting.day)
    ]


@dataclass(frozen=True, slots=True)
class Ahead:
    """The workshops to come of one person: those they have to do with, the nearest first, and the open courses."""

    booked: list[tuple[Booking, Workshop]]
    open_courses: frozenset[str]
    """The codes of the courses of which a workshop is open to them."""


def ahead_of(session: Session, person_id: int, now: datetime) -> Ahead:
    """What is ahead of somebody. A fixed number of queries, and few where no workshop is planned."""
    standing = _standing(session, person_id)
    found = workshops.by_ids(session, standing)
    booked = [
        (standing[one.id], one)
        for one in found.values()
        if one.sitting.ends_at > now and not one.sitting.is_cancelled
    ]
    open_now = open_workshops(session, now, titled=False)
    for_them = _without(session, person_id, open_now, standing) if open_now else []
    return Ahead(booked, frozenset(one.sitting.course for one in for_them))
