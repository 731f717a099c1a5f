"""What is known of each school beside its figures: what we were told, its leads, its last session (domain, C 7)."""

from collections.abc import Collection
from datetime import date

from sqlalchemy.orm import Session

from compliance.domain.groups import Post, RolesOn
from compliance.domain.schools import SchoolRecord
from compliance.services.figures import Reference
from compliance.services.sectors import organisations_of
from compliance.store import schools as store
from people.domain import Sector
from people.services.schools import school_facts

LEADS_ROLE = "school_lead"
"""The role of headteachers and designated safeguarding leads, as the rule book knows it."""


def school_records(
    session: Session, day: date, reference: Reference, organisation_ids: Collection[int] | None = None
) -> dict[int, SchoolRecord]:
    """Every school on a day, or those of some organisations, by organisation; the record as it stands.

    A fixed number of queries. Who leads follows from the posts of the day and the rules, how they stand from the
    timelines.
    """
    inside = organisations_of(session, Sector.SCHOOL, reference.tree.units)
    if organisation_ids is not None:
        inside &= frozenset(organisation_ids)
    if not inside:
        return {}
    rules = RolesOn(reference.rules.book, day)

    def leads(post: Post) -> bool:
        return LEADS_ROLE in rules.held(post)

    holding = store.people_holding(session, day, inside, leads)
    everybody = {person_id for some in holding.values() for person_id in some}
    standing = store.standings(session, day, everybody, reference.rules.requirement_codes)
    facts = school_facts(session, inside)
    sessions = store.last_sessions(session, day, inside)
    return {
        organisation_id: SchoolRecord(
            facts[organisation_id].details.by(day) if organisation_id in facts else None,
            tuple(standing.get(person_id, {}) for person_id in holding.get(organisation_id, ())),
            sessions.get(organisation_id),
        )
        for organisation_id in sorted(inside)
    }
