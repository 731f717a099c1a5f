"""Names of people whom a file speaks of by their number."""

from collections.abc import Iterable

from sqlalchemy import select, true
from sqlalchemy.orm import Session

from foundation.facts import known
from people.imports.part import Part
from people.models import PersonDetailRow, PersonRow


def people_by_ref(
    session: Session, refs: Iterable[str], part: Part | None = None
) -> dict[str, tuple[str, str]]:
    """Name and public id of those of these people who are on record, and in the part that is asked for."""
    query = (
        select(
            PersonRow.person_ref, PersonRow.public_id, PersonDetailRow.first_name, PersonDetailRow.last_name
        )
        .outerjoin(
            PersonDetailRow, (PersonDetailRow.person_id == PersonRow.id) & known(PersonDetailRow, None)
        )
        .where(
            PersonRow.person_ref.in_(sorted(refs)),
            true() if part is None else part.among(PersonRow.id),
        )
        .order_by(PersonRow.id)
    )
    return {
        ref: (f"{first or ''} {last or ''}".strip(), public_id)
        for ref, public_id, first, last in session.execute(query)
    }
