"""Where and when to run the next workshops of a course, from the timelines, the bookings and past registers.

The questions asked of the database are as many for ten people as for fifty thousand. The percentages are those of the
figures (`compliance.services.figures`), with whoever would come counted as compliant by the rules of the timelines.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from fractions import Fraction

from sqlalchemy.orm import Session

from compliance.domain.figures import NOBODY, Counts
from compliance.domain.spans import Status
from compliance.domain.target import target_for
from compliance.domain.workshop_answer import Ask, Becomes, Place, PlaceNeed, Plan, Suggested
from compliance.domain.workshop_need import (
    DAYS_APART,
    NOTICE_DAYS,
    Counting,
    Lack,
    Lacking,
    Need,
    Suggestion,
    Wanted,
    expected,
    needs,
    no_show_rate,
    provided_for,
    requirements_met,
    suggestions,
)
from compliance.services.figures import Question, Reference, figures_on
from compliance.services.workshop_openings import openings_at
from compliance.store.workshop_need import Ahead
from courses.domain.workshops import HOLDS_PLACE, Outcome
from courses.services.workshops.planning import courses_held
from courses.store import attendance, bookings, workshops
from courses.store.workshops import Workshop
from foundation.bank_holidays import is_working_day
from foundation.dates import FAR_DAY, add_months
from foundation.errors import NotFound
from people.store import Tree, Unit

REMEMBERED_MONTHS = 36
"""How long a register tells of who stays away: three years, as the plan looks back."""

ROOMS_OF_ONE_SITE = 2
"""An organisation whose people would fill no more rooms than this is one site; a larger one is divided."""


def plan(session: Session, ask: Ask, now: datetime, today: date) -> Plan:
    """Answer it. Raises NotFound for a course that is not held at a time."""
    course = next((one for one in courses_held(session, today) if one.code == ask.course), None)
    if course is None:
        raise NotFound("There is no such course.")
    reference, last = Reference.read(session), add_months(today, ask.months)
    book, ids = reference.rules.book, reference.rules.requirement_ids
    met = requirements_met(book, course.code, today, last)
    ahead = Ahead(session, {ids[code]: code for code in met}, today, last)
    lacks, units = ahead.lacks(), _places(reference.tree, ahead.units(), ask.capacity)
    counting = Counting(book, course.code, ahead.completions())
    upcoming, history = _workshops(session, course.code, now, today)
    taken_on = _booked(session, upcoming)
    sites = {person_id: place.words for person_id, (place, _) in units.items()}
    needed = needs(lacks, sites, counting, frozenset(taken_on), today, last)
    employers = {person_id: organisation_id for person_id, (_, organisation_id) in units.items()}
    planned = [one for one in upcoming if one.sitting.day <= last]
    openings = openings_at(session, planned, needed, employers, now)
    provided = provided_for(needed, openings, counting)
    days = _free_days(today, last, upcoming)
    others = [one for one in needed if one.person_id not in provided]
    found = suggestions(others, Wanted(ask.capacity, ask.sittings, days, last), counting)
    rate, seen = _rate(session, history)
    covered = {person_id for one in found for person_id in one.people}
    in_words = _Requirements(session, reference, met, [one.day for one in found])
    return Plan(
        course=course,
        today=today,
        last=last,
        months=_months(today, last),
        places=_by_place(needed, units, provided, today),
        needed=len(needed),
        overdue=sum(one.by <= today for one in needed),
        booked=sum(one.is_booked for one in needed),
        waiting_for_check=_waiting(lacks, today),
        free_places=sum(one.places for one in openings),
        provided=len(provided),
        rate=rate,
        seen=seen,
        suggested=_with_effects(found, units, lacks, taken_on | provided, counting, rate, in_words),
        still_without=sum(not one.is_booked and one.person_id not in covered for one in others),
        requirements=[(code, in_words.title(code, today)) for code in met],
    )


_Places = dict[int, tuple[Place, int]]
"""By person: where they work, and the id of the organisation."""


def _places(every: Tree, units: Mapping[int, int], capacity: int) -> _Places:
    """Where each person works: of an organisation whose people two rooms would hold, such as a school, the whole."""
    by_id = {unit.id: unit for unit in every.units}
    tops = {unit.id: _top(unit, by_id) for unit in every.units}
    sizes = Counter(tops[unit_id].organisation_id for unit_id in units.values())
    found: _Places = {}
    for person_id, unit_id in units.items():
        top = tops[unit_id]
        whole = sizes[top.organisation_id] <= ROOMS_OF_ONE_SITE * capacity
        found[person_id] = Place(top.organisation, "" if whole else top.path), top.organisation_id
    return found


def _top(unit: Unit, by_id: Mapping[int, Unit]) -> Unit:
    """The unit of the first depth below which this one lies; the organisation itself for its own people."""
    while unit.depth > 1 and unit.parent_id is not None:
        unit = by_id[unit.parent_id]
    return unit


def _workshops(
    session: Session, course: str, now: datetime, today: date
) -> tuple[list[Workshop], list[Workshop]]:
    """The sittings of a course that are to come, and those of the past that tell of who stays away."""
    since = add_months(today, -REMEMBERED_MONTHS)
    every = [
        one
        for one in workshops.between(session, since, FAR_DAY)
        if one.sitting.course == course and not one.sitting.is_cancelled
    ]
    upcoming = [one for one in every if one.sitting.starts_at > now]
    return upcoming, [one for one in every if one.sitting.starts_at <= now]


def _booked(session: Session, upcoming: Sequence[Workshop]) -> dict[int, date]:
    """Who has a place at a sitting to come, and on which day."""
    days = {one.id: one.sitting.day for one in upcoming}
    found: dict[int, date] = {}
    for workshop_id, of_it in bookings.of_workshops(session, days).items():
        for one in of_it:
            if one.state in HOLDS_PLACE:
                found[one.person_id] = min(days[workshop_id], found.get(one.person_id, FAR_DAY))
    return found


def _rate(session: Session, history: Sequence[Workshop]) -> tuple[Fraction, int]:
    outcomes: Counter[Outcome] = Counter()
    for of_it in attendance.counts(session, [one.id for one in history]).values():
        outcomes.update(of_it)
    came = outcomes[Outcome.ATTENDED] + outcomes[Outcome.PARTIAL]
    stayed_away = outcomes[Outcome.DID_NOT_ATTEND]
    return no_show_rate(stayed_away, came), stayed_away + came


def _free_days(today: date, last: date, upcoming: Sequence[Workshop]) -> list[date]:
    """Working days to suggest, at least so far apart, and on none on which the course is held already."""
    taken = {one.sitting.day for one in upcoming}
    found, day = [], today + timedelta(days=NOTICE_DAYS)
    while day <= last:
        if is_working_day(day) and day not in taken:
            found.append(day)
            day += timedelta(days=DAYS_APART)
        else:
            day += timedelta(days=1)
    return found


def _months(today: date, last: date) -> list[date]:
    found, month = [], today.replace(day=1)
    while month <= last:
        found.append(month)
        month = add_months(month, 1)
    return found


def _by_place(
    needed: Sequence[Need], places: _Places, provided: Collection[int], today: date
) -> list[PlaceNeed]:
    """The need of each place, largest first."""
    people: dict[Place, list[Need]] = defaultdict(list)
    for one in needed:
        people[places[one.person_id][0]].append(one)
    found = [
        PlaceNeed(
            place=place,
            overdue=sum(one.by <= today for one in there),
            by_month=Counter(one.by.replace(day=1) for one in there if one.by > today),
            total=len(there),
            booked=sum(one.is_booked for one in there),
            provided=sum(one.person_id in provided for one in there),
        )
        for place, there in people.items()
    ]
    return sorted(found, key=lambda one: (-one.total, one.place.words))


def _waiting(lacks: Sequence[Lack], today: date) -> int:
    return len(
        {
            one.person_id
            for one in lacks
            if one.status is Status.AWAITING_CHECK and one.first_day <= today <= one.last_day
        }
    )


class _Requirements:
    """The figures of some requirements on some days, as things go, and their targets."""

    def __init__(
        self, session: Session, reference: Reference, codes: Sequence[str], days: Sequence[date]
    ) -> None:
        self._book = reference.rules.book
        self.codes = codes
        self._counts: dict[tuple[str, date], Counts] = {}
        for row in figures_on(session, days, Question(), reference=reference).rows if days else ():
            self._counts[row.requirement, row.day] = row.counts

    def counts(self, code: str, day: date) -> Counts:
        return self._counts.get((code, day), NOBODY)

    def title(self, code: str, day: date) -> str:
        line = self._book.requirement_on(code, day) or self._book.latest(code)
        return line.title if line and line.title else code

    def target(self, code: str, day: date) -> int | None:
        found = target_for(self._book.targets, code, day)
        return found.percent_hundredths if found else None


def _with_effects(
    found: Sequence[Suggestion],
    places: _Places,
    lacks: Sequence[Lack],
    booked: Mapping[int, date],
    counting: Counting,
    rate: Fraction,
    requirements: _Requirements,
) -> list[Suggested]:
    """Each sitting with the figures of its day, whoever is booked, can have a place that is still free, or was brought
    together until then counted in."""
    lacking, taken_on, result = Lacking.of(lacks), dict(booked), []
    organisations = {place.words: organisation_id for place, organisation_id in places.values()}
    for one in found:
        taken_on |= dict.fromkeys(one.people, one.day)
        becomes = []
        for code in requirements.codes:
            counts = requirements.counts(code, one.day)
            gain = lacking.gain(code, one.day, taken_on, counting)
            becomes.append(
                Becomes(
                    code,
                    requirements.title(code, one.day),
                    (counts.in_date, counts.counted),
                    gain.added_to(counts, rate),
                    gain.added_to(counts),
                    requirements.target(code, one.day),
                )
            )
        come = expected(len(one.people), rate)
        result.append(Suggested(one, come, organisations.get(one.site), becomes))
    return result
