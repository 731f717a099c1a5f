"""What stands in somebody's way to a place at a workshop: the facts behind `courses.domain.booking`, gathered for many
people at once, with a fixed number of questions."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from courses.domain import Course, course_on
from courses.domain.booking import (
    MAY_BE_OVERRIDDEN,
    About,
    Hindrance,
    Purpose,
    in_date_until,
    missing_before,
    of_person,
    of_workshop,
    overlaps,
)
from courses.domain.workshops import HOLDS_PLACE, BookingState
from courses.services.workshops.seeing import belonging
from courses.store import booking_facts, bookings, workshops
from courses.store.completed import completions
from courses.store.workshops import Workshop
from people.store import Some

LONGEST_SITTING = timedelta(days=7)
"""How long before a workshop another may have begun that still runs."""


@dataclass(frozen=True, slots=True)
class Check:
    """What stands in one person's way, and what is worth knowing before they are booked.

    `needs`: titles of courses, one of which has to be done before. `clash`: the workshop that they have at that time.
    `in_date_until`: they have this course in date until then, so it may be early; FAR_DAY: it does not expire.
    """

    person_id: int
    hindrances: tuple[Hindrance, ...] = ()
    needs: tuple[str, ...] = ()
    clash: Workshop | None = None
    in_date_until: date | None = None

    @property
    def is_free(self) -> bool:
        """Whether nothing stands in the way."""
        return not self.hindrances

    @property
    def only_needs_a_reason(self) -> bool:
        """Whether learning and development could set everything aside that stands in the way."""
        return bool(self.hindrances) and MAY_BE_OVERRIDDEN.issuperset(self.hindrances)

    def overridden(self) -> "Check":
        """The same, with what may be set aside set aside."""
        left = tuple(one for one in self.hindrances if one not in MAY_BE_OVERRIDDEN)
        return Check(self.person_id, left, self.needs, self.clash, self.in_date_until)


def check(
    session: Session,
    workshop: Workshop,
    person_ids: Sequence[int],
    now: datetime,
    purpose: Purpose = Purpose.BOOK,
) -> dict[int, Check]:
    """What stands in the way of each of these people, in the order given."""
    for_all = of_workshop(workshop.sitting, now, purpose)
    day = workshop.sitting.day
    working = booking_facts.working_on(session, person_ids, day)
    busy = _busy(session, workshop, person_ids)
    if purpose is Purpose.OFFER:
        about = {
            one: About(
                has_post=one in working,
                clashes=one in busy,
                facilitates=one in workshop.sitting.facilitator_ids,
            )
            for one in person_ids
        }
        return {
            one: Check(one, (*for_all, *of_person(about[one], purpose)), clash=busy.get(one))
            for one in person_ids
        }
    facts = _Facts(session, workshop, person_ids, day)
    found = {}
    for one in person_ids:
        state = facts.states.get(one)
        known = About(
            state=state,
            has_post=one in working,
            in_audience=one in facts.audience,
            missing=facts.missing(one),
            clashes=one in busy,
            facilitates=one in workshop.sitting.facilitator_ids,
        )
        found[one] = Check(
            one,
            (*for_all, *of_person(known, purpose)),
            facts.titles(known.missing),
            busy.get(one),
            facts.in_date_until(one),
        )
    return found


class _Facts:
    """What is asked about several people for one workshop, each kind with one question."""

    def __init__(self, session: Session, workshop: Workshop, person_ids: Sequence[int], day: date) -> None:
        code = workshop.sitting.course
        self._day, self._code = day, code
        self._lines = booking_facts.course_lines(session, [code])
        self._course = course_on(self._lines, code, day)
        before = self._course.prerequisites
        self._titles = booking_facts.course_lines(session, before) if before else {}
        self._done = completions(session, Some(sorted(person_ids)))
        self.audience = belonging(session, workshop.sitting.audience, person_ids, day)
        self.states: dict[int, BookingState] = {
            one.person_id: one.state for one in bookings.of_workshop(session, workshop.id)
        }

    def missing(self, person_id: int) -> tuple[str, ...]:
        return missing_before(self._course, self._done.get(person_id, []), self._day)

    def titles(self, codes: Sequence[str]) -> tuple[str, ...]:
        found: list[Course] = [course_on(self._titles, code, self._day) for code in codes]
        return tuple(one.title or one.code for one in found)

    def in_date_until(self, person_id: int) -> date | None:
        lines = self._lines.get(self._code, ())
        return in_date_until(lines, self._code, self._done.get(person_id, []), self._day)


def _busy(session: Session, workshop: Workshop, person_ids: Collection[int]) -> dict[int, Workshop]:
    """The other workshop at which each of these people has a place, or leads, at an overlapping time."""
    sitting = workshop.sitting
    first = (sitting.starts_at - LONGEST_SITTING).date()
    others = {
        one.id: one
        for one in workshops.between(session, first, sitting.ends_at.date() + timedelta(days=1))
        if one.id != workshop.id and overlaps(sitting, one.sitting)
    }
    wanted, found = set(person_ids), dict[int, Workshop]()
    for one in others.values():
        for person_id in wanted.intersection(one.sitting.facilitator_ids):
            found.setdefault(person_id, one)
    for of_one in bookings.of_workshops(session, others).values() if others else ():
        for booking in of_one:
            if booking.state in HOLDS_PLACE and booking.person_id in wanted:
                found.setdefault(booking.person_id, others[booking.workshop_id])
    return found
