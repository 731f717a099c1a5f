"""People by hand: adding one who is in no file, and correcting who somebody is."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from foundation import audit
from foundation.errors import DomainError
from foundation.facts import recorded, retract, touch
from foundation.stamp import Stamp
from foundation.tables import shown
from people.imports.person_rows import Details
from people.imports.posts import PostSpell
from people.models import PersonDetailRow, PersonRow
from people.services.records.posts import add_post
from people.services.records.standing import ref_of, refuse_other_employer, same_details


@dataclass(frozen=True, slots=True)
class NewPerson:
    """Somebody to add, with the first post."""

    person_ref: str
    details: Details
    post_ref: str
    spell: PostSpell


def refuse_ref(session: Session, person_ref: str) -> str:
    """Why nobody new can have this number; empty where somebody can."""
    if session.scalar(select(PersonRow.id).where(PersonRow.person_ref == person_ref)) is not None:
        return f"{shown(person_ref)} is somebody's number already. Find them, and add a post there."
    bare = person_ref.lstrip("0")
    same = select(PersonRow.person_ref).where(
        PersonRow.person_ref.like("0%"), func.ltrim(PersonRow.person_ref, "0") == bare
    )
    with_zeros = session.scalar(same.order_by(PersonRow.person_ref).limit(1))
    if with_zeros is not None and person_ref == bare:
        return f"{shown(person_ref)} is not known but {shown(with_zeros)} is. Were zeros left out?"
    return ""


def add_person(session: Session, stamp: Stamp, said: NewPerson) -> int:
    """Add somebody with the first post; gives the id. Raises DomainError where the number is taken."""
    problem = refuse_ref(session, said.person_ref)
    if problem:
        raise DomainError(problem)
    row = PersonRow(person_ref=said.person_ref)
    session.add(row)
    session.flush()
    _record(session, stamp, row.id, said.details)
    audit.record(session, stamp, "person.added", f"person:{row.public_id}")
    add_post(session, stamp, row.id, said.post_ref, said.spell)
    return row.id


@dataclass(frozen=True, slots=True)
class LedBy:
    """A partner lead acts: on nobody who has a post outside of these organisations on this day or later."""

    organisation_ids: Collection[int]
    today: date


def correct_details(
    session: Session,
    stamp: Stamp,
    person_id: int,
    fact_id: int,
    said: Details,
    reason: str,
    lead: LedBy | None = None,
) -> None:
    """Say anew who somebody is. Raises ChangedMeanwhile where something else is said by now than the form showed.

    Invitations go to the address that is said here, so a partner lead says it of nobody whom others employ too:
    NotFound is raised, for a post that came after the form was opened as well.
    """
    if lead is not None:
        refuse_other_employer(session, person_id, lead.organisation_ids, lead.today)
    before = same_details(session, person_id, fact_id)
    if before.details == said:
        raise DomainError("Nothing is different. Change something, or go back.")
    retract(session, PersonDetailRow, [before.id], stamp, reason)
    _record(session, stamp, person_id, said)
    changed = [name for name in Details._fields if getattr(said, name) != getattr(before.details, name)]
    public_id, _ = ref_of(session, person_id)
    audit.record(session, stamp, "details.corrected", f"person:{public_id}", changed=changed)


def _record(session: Session, stamp: Stamp, person_id: int, said: Details) -> None:
    session.execute(
        insert(PersonDetailRow).values(
            person_id=person_id,
            first_name=said.first_name,
            last_name=said.last_name,
            email=said.email or None,
            category=said.category,
            **recorded(stamp),
        )
    )
    touch(session, [person_id])
