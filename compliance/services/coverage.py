"""School coverage: in how many schools somebody is in date for a requirement (plan, priority 1).

A school is an organisation of the sector "school". It is counted on a day on which somebody holds a post in it: of the
others nothing is known on that day, neither that they are trained nor that they still exist; they are named apart.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from compliance.domain.figures import NOBODY, Counts
from compliance.domain.requirement import RuleBook
from compliance.services.figures import By, Question, Reference, figures
from compliance.services.sectors import organisations_of
from compliance.store import groups as store
from foundation.errors import NotFound
from people.domain import Sector
from people.store import Unit


@dataclass(frozen=True, slots=True)
class School:
    """A school on a day: how many hold a post in it, and how they stand for the requirement."""

    unit: Unit
    in_post: int
    counts: Counts

    @property
    def is_in(self) -> bool:
        """Whether at least one person there is in date."""
        return self.counts.in_date > 0


@dataclass(frozen=True, slots=True)
class Coverage:
    """The schools by name: those with somebody in post, and the others."""

    requirement: str
    schools: list[School]
    without_anybody: list[School]

    @property
    def covered(self) -> int:
        """The schools with at least one person in date."""
        return sum(school.is_in for school in self.schools)


def coverage(session: Session, day: date, question: Question, reference: Reference) -> Coverage:
    """The schools of a day for `question.requirement`, as known at `question.known_at`; within its organisations.

    Raises NotFound for a requirement that there is not.
    """
    assert question.requirement is not None
    known_at = question.known_at
    inside = organisations_of(session, Sector.SCHOOL, reference.tree.units, known_at)
    if question.organisation_ids is not None:
        inside &= question.organisation_ids
    if question.requirement not in reference.rules.book.codes:
        raise NotFound("There is no such requirement.")
    counts: dict[int, Counts] = {}
    if inside:
        asked = Question(
            question.requirement, By.ORGANISATION, known_at=known_at, organisation_ids=frozenset(inside)
        )
        rows = figures(session, day, asked, reference=reference).rows
        counts = {row.place.organisation_id: row.counts for row in rows if row.place is not None}
    in_post = store.people_in_post(session, day, known_at)
    schools = [
        School(unit, in_post.get(unit.organisation_id, 0), counts.get(unit.organisation_id, NOBODY))
        for unit in reference.tree.units
        if unit.depth == 0 and unit.organisation_id in inside
    ]
    schools.sort(key=lambda school: school.unit.organisation.casefold())
    return Coverage(
        question.requirement,
        [school for school in schools if school.in_post],
        [school for school in schools if not school.in_post],
    )


def of_schools(book: RuleBook, day: date) -> list[str]:
    """The requirements that schools can have to meet, those that name schools first."""
    found = []
    for code in book.codes:
        line = book.requirement_on(code, day) or book.latest(code)
        if line is not None and (not line.sectors or Sector.SCHOOL in line.sectors):
            found.append((line.sectors != (Sector.SCHOOL,), Sector.SCHOOL not in line.sectors, code))
    return [code for *_, code in sorted(found)]
