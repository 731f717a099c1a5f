"""Who has anybody reporting to them."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.facts import known
from people.models import PersonRow, PostSpellRow


def who_lead(session: Session, person_ids: Collection[int], day: date) -> frozenset[int]:
    """Those of these people who are named as manager by a post that somebody else holds on the day."""
    query = (
        select(PersonRow.id)
        .join(PostSpellRow, PostSpellRow.manager_ref == PersonRow.person_ref)
        .where(
            PersonRow.id.in_(sorted(person_ids)),
            PostSpellRow.person_id != PersonRow.id,
            known(PostSpellRow, None),
            PostSpellRow.first_day <= day,
            PostSpellRow.last_day >= day,
        )
        .distinct()
        .order_by(PersonRow.id)
    )
    return frozenset(session.scalars(query))
