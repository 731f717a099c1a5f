"""Workshops of the made-up borough: one that was held, with its register and what people thought, and some to come."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import islice

from sqlalchemy.orm import Session

from compliance.domain.spans import Status
from compliance.services.figures import Question
from compliance.services.lists import Lists
from courses.certificate.issuer import Issuer
from courses.domain.evaluation import STATEMENTS, When
from courses.domain.workshops import Audience, BookingState, How, Outcome, Sitting
from courses.services.workshops import closing
from courses.store import attendance, bookings, course_ids, evaluations, workshops
from courses.store.workshops import Workshop
from foundation.bank_holidays import is_working_day
from foundation.dates import LONDON, add_days
from foundation.stamp import Stamp

_MISSING = (Status.OUTSTANDING, Status.EXPIRED)
_BETTER = 2
"""By how many marks most people agree more after a workshop than before."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """A workshop some weeks from now: what, for whom, where, how large, and how many have asked for a place."""

    course: str
    requirement: str
    weeks: int
    begins: time
    place: str
    capacity: int
    asked: int
    joining: str = ""


_PLANS = (
    _Plan("PREV-LOC", "WRAP", -3, time(10), "Committee room 2, Town Hall, Havenbrook", 20, 18),
    _Plan("PREV-LOC", "WRAP", 2, time(14), "Committee room 2, Town Hall, Havenbrook", 16, 19),
    _Plan("HR-LOC", "HOSTILE", 3, time(9, 30), "Training room, Eastmarsh Depot", 12, 5),
    _Plan(
        "LS-LOC", "LEAFLET", 5, time(13), "", 25, 9, "https://calls.havenbrook.example/leaflets-and-stalls"
    ),
)


def hold_workshops(session: Session, stamp: Stamp, as_at: date, issuer: Issuer, seed: int = 2026) -> None:
    """Plan them, book people who need them, and close the register of the one that was held; inside a transaction."""
    draw = random.Random(seed)  # noqa: S311 -- a made-up borough, the same for everybody
    taken: set[int] = set()
    lists = Lists(session)
    for plan in _PLANS:
        filters = lists.filters(Question(plan.requirement), _MISSING)
        missing = (one.person.person_id for one in lists.every(as_at, filters))
        people = list(islice((person for person in missing if person not in taken), plan.asked))
        taken.update(people)
        workshop = _planned(session, stamp, plan, as_at)
        _book(session, stamp, workshop, plan, people)
        if plan.weeks < 0:
            _hold(session, stamp, workshop, people, issuer)
            _evaluate(session, workshop, len(people), draw)


def _planned(session: Session, stamp: Stamp, plan: _Plan, as_at: date) -> Workshop:
    day = as_at + timedelta(weeks=plan.weeks)
    while not is_working_day(day):
        day = add_days(day, 1)
    starts_at = datetime.combine(day, plan.begins, LONDON)
    sitting = Sitting(
        plan.course,
        starts_at,
        starts_at + timedelta(minutes=90),
        plan.capacity,
        place=plan.place,
        joining=plan.joining,
        instructions="Bring your staff card. Tea and water are there.",
        other_facilitators="The Prevent team",
        audience=Audience(requirements=(plan.requirement,)),
        books_until=starts_at - timedelta(days=1),
        cancels_until=starts_at - timedelta(days=2),
    )
    return workshops.add(session, stamp, course_ids(session)[plan.course], sitting)


def _book(session: Session, stamp: Stamp, workshop: Workshop, plan: _Plan, people: Sequence[int]) -> None:
    for number, person_id in enumerate(people):
        state = BookingState.BOOKED if number < plan.capacity else BookingState.WAITING
        bookings.record(session, stamp, workshop.id, person_id, state)


def _hold(session: Session, stamp: Stamp, workshop: Workshop, people: Sequence[int], issuer: Issuer) -> None:
    """All but the last three came: two did not, and one cancelled late."""
    outcomes = [Outcome.ATTENDED] * max(0, len(people) - 3)
    outcomes += [Outcome.DID_NOT_ATTEND, Outcome.DID_NOT_ATTEND, Outcome.LATE_CANCELLED]
    for person_id, outcome in zip(people, outcomes, strict=False):
        attendance.record_attendance(session, stamp, workshop.id, person_id, outcome, How.REGISTER, None)
    closing.close(session, stamp, workshop, issuer)


def _evaluate(session: Session, workshop: Workshop, people: int, draw: random.Random) -> None:
    """Most of those who came answered, before and after, and agree more after it."""
    for number in range(max(0, people - 5)):
        before = [draw.randint(1, 4) for _ in STATEMENTS]
        after = [min(5, mark + draw.randint(0, _BETTER)) for mark in before]
        pair = f"{number:064x}"
        for when, marks in ((When.BEFORE, before), (When.AFTER, after)):
            evaluations.record_answer(session, workshop.id, when, pair, marks, workshop.sitting.day)
