"""What became of the places of closed registers: how many did not attend, and what organisations may be charged for.

Counted by the day of the workshop, and by the organisation for which somebody worked on that day. Registers that are
still open are counted beside it: their figures are not known.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sqlalchemy.orm import Session

from courses.domain.registers import CHARGED, rate
from courses.domain.workshops import Outcome
from courses.store import attendance, attenders, workshops
from courses.store.attenders import Attender
from courses.store.workshops import Workshop

NO_ORGANISATION = "No organisation on the day"


@dataclass(frozen=True, slots=True)
class Place:
    """One place of a closed register, whose it was and what became of it."""

    workshop: Workshop
    person: Attender
    outcome: Outcome

    @property
    def organisation(self) -> str:
        return self.person.organisation or NO_ORGANISATION

    @property
    def is_charged(self) -> bool:
        return self.outcome in CHARGED


@dataclass(frozen=True, slots=True)
class Tally:
    """What became of the places of a course or an organisation."""

    name: str
    counts: Mapping[Outcome, int]
    charge: Decimal | None

    @property
    def places(self) -> int:
        return sum(self.counts.values())

    @property
    def charged(self) -> int:
        return sum(self.counts.get(outcome, 0) for outcome in CHARGED)

    @property
    def missing(self) -> tuple[int, int]:
        """How many of those who were expected on the day did not attend: (part, whole)."""
        return rate(self.counts)


@dataclass(frozen=True, slots=True)
class Places:
    """The places of a period. `still_open`: workshops that were held and whose register is not closed yet."""

    every: Sequence[Place]
    still_open: Sequence[Workshop]
    pounds: Decimal | None

    @property
    def by_course(self) -> list[Tally]:
        """What became of the places of each course, by its title on the day."""
        return self._tallied((one.workshop.course_title, one.outcome) for one in self.every)

    @property
    def by_organisation(self) -> list[Tally]:
        """What became of the places of each organisation."""
        return self._tallied((one.organisation, one.outcome) for one in self.every)

    @property
    def charged(self) -> list[Place]:
        """The places that may be charged for: by organisation, day and name."""
        found = [one for one in self.every if one.is_charged]
        return sorted(
            found, key=lambda one: (one.organisation, one.workshop.sitting.starts_at, one.person.order)
        )

    def charge(self, places: int) -> Decimal | None:
        """What so many places cost; None where nothing is charged."""
        return None if self.pounds is None else self.pounds * places

    def _tallied(self, named: Iterable[tuple[str, Outcome]]) -> list[Tally]:
        counts: dict[str, Counter[Outcome]] = defaultdict(Counter)
        for name, outcome in named:
            counts[name][outcome] += 1
        return [
            Tally(name, found, self.charge(sum(found[outcome] for outcome in CHARGED)))
            for name, found in sorted(counts.items())
        ]


def places(session: Session, first: date, last: date, today: date, pounds: Decimal | None) -> Places:
    """The places of the workshops held between two days, both inside. `pounds`: what one costs, None: nothing."""
    held = [
        one for one in workshops.between(session, first, min(last, today)) if not one.sitting.is_cancelled
    ]
    closed = attendance.closed_among(session, [one.id for one in held])
    by_id = {one.id: one for one in held if one.id in closed}
    found = attendance.of_workshops(session, by_id)
    by_day: dict[date, set[int]] = defaultdict(set)
    for one in found:
        by_day[by_id[one.workshop_id].sitting.day].add(one.person_id)
    people = {day: attenders.attenders(session, ids, day) for day, ids in sorted(by_day.items())}
    every = [
        Place(by_id[one.workshop_id], people[by_id[one.workshop_id].sitting.day][one.person_id], one.outcome)
        for one in found
    ]
    return Places(every, [one for one in held if one.id not in closed], pounds)
