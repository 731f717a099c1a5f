"""The facts that the counting rules read, person by person, in a fixed number of queries a handful of people."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.domain.timeline import Exemption, PersonFacts
from compliance.models import ExemptionRow, RequirementRow
from courses import store as courses
from foundation.dates import Period
from foundation.facts import known
from people import store as people
from people.domain import Place
from people.models import PostSpellRow, UnitRow
from people.store import Some, Unit, inside, inside_values


def people_facts(
    session: Session, person_ids: Sequence[int] | None = None, known_at: datetime | None = None
) -> Iterator[tuple[int, PersonFacts]]:
    """Everybody's facts, or those of the people named, by person id; as the record stood at `known_at`.

    Only people who ever held a post are given: nothing is required of the others (counting rule 2).
    """
    where = people.places(session, known_at)
    for some in people.in_chunks(session, person_ids):
        yield from facts_of(session, some, where, known_at)


def handfuls(
    session: Session, roots: Sequence[Unit] | None, days: Period, *known_ats: datetime | None
) -> list[Some]:
    """Everybody (`roots` None), or those who can count in some units or below on one of these days, in handfuls.

    Whoever counts in a unit on a day holds a post there on it (counting rule 8), by what was known at one of these
    moments: so the facts of the others need not be read.
    """
    if roots is None:
        return people.in_chunks(session)
    ids: set[int] = set()
    for known_at in set(known_ats) if roots else ():
        query = (
            select(PostSpellRow.person_id)
            .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
            .where(
                inside(len(roots)),
                known(PostSpellRow, known_at),
                PostSpellRow.first_day <= days.last,
                PostSpellRow.last_day >= days.first,
            )
            .distinct()
            .order_by(PostSpellRow.person_id)
        )
        ids.update(session.scalars(query, inside_values(roots)))
    return people.in_chunks(session, sorted(ids))


def facts_of(
    session: Session, some: Some, where: dict[int, Place], known_at: datetime | None = None
) -> Iterator[tuple[int, PersonFacts]]:
    """The facts of one handful of people, in order of their ids."""
    spells = people.spells(session, some, where, known_at)
    categories = people.categories(session, some, known_at)
    absences = people.absences(session, some, known_at)
    completions = courses.completions(session, some, known_at)
    exemptions = exemptions_of(session, some, known_at)
    grants = people.role_grants(session, some, known_at)
    for person_id in sorted(spells):
        yield (
            person_id,
            PersonFacts(
                category=categories.get(person_id, "employee"),
                spells=spells[person_id],
                absences=absences.get(person_id, ()),
                exemptions=exemptions.get(person_id, ()),
                completions=completions.get(person_id, ()),
                grants=grants.get(person_id, ()),
            ),
        )


def exemptions_of(
    session: Session, some: Some, known_at: datetime | None = None
) -> dict[int, list[Exemption]]:
    """The exemptions of each of these people."""
    query = (
        select(ExemptionRow.person_id, RequirementRow.code, ExemptionRow.first_day, ExemptionRow.last_day)
        .outerjoin(RequirementRow, RequirementRow.id == ExemptionRow.requirement_id)
        .where(some.among(ExemptionRow.person_id), known(ExemptionRow, known_at))
        .order_by(ExemptionRow.person_id, ExemptionRow.first_day, ExemptionRow.id)
    )
    found: dict[int, list[Exemption]] = defaultdict(list)
    for person_id, code, first_day, last_day in session.execute(query):
        found[person_id].append(Exemption(code, first_day, last_day))
    return found
