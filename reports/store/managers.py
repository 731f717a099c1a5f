"""To whom people report, by name."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date

from sqlalchemy import Date, and_, bindparam, select
from sqlalchemy.orm import Session, aliased

from foundation.facts import known
from people.models import PersonDetailRow, PersonRow, PostSpellRow
from people.store import in_chunks

_DAY = bindparam("day", type_=Date)
_manager = aliased(PersonRow)
_NAMES = (
    select(
        PostSpellRow.person_id,
        PostSpellRow.manager_ref,
        PersonDetailRow.first_name,
        PersonDetailRow.last_name,
    )
    .join(_manager, _manager.person_ref == PostSpellRow.manager_ref)
    .outerjoin(PersonDetailRow, and_(PersonDetailRow.person_id == _manager.id, known(PersonDetailRow, None)))
    .where(
        PostSpellRow.person_id.in_(bindparam("person_ids", expanding=True)),
        known(PostSpellRow, None),
        PostSpellRow.last_day >= _DAY,
        PostSpellRow.first_day <= _DAY,
        _manager.id != PostSpellRow.person_id,
    )
    .distinct()
    .order_by(PostSpellRow.person_id, PostSpellRow.manager_ref)
)
NO_NAME = "Name not recorded"


def manager_names(session: Session, person_ids: Iterable[int], day: date) -> dict[int, tuple[str, ...]]:
    """The managers of these people's running posts on a day, in order of their numbers; nobody is their own."""
    found: dict[int, list[str]] = defaultdict(list)
    for some in in_chunks(session, sorted(set(person_ids))):
        rows = session.connection().execute(_NAMES, {"day": day, "person_ids": list(some.ids)})
        for person_id, _, first_name, last_name in rows:
            found[person_id].append(f"{first_name or ''} {last_name or ''}".strip() or NO_NAME)
    return {person_id: tuple(names) for person_id, names in found.items()}
