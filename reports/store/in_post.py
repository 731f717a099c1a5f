"""Who holds a post where."""

from collections.abc import Iterator
from datetime import date
from typing import Any

from sqlalchemy import Date, bindparam, select
from sqlalchemy.orm import Session

from foundation.facts import known
from people.models import PostSpellRow

_DAY = bindparam("day", type_=Date)
_IN_POST = (
    select(PostSpellRow.person_id, PostSpellRow.unit_id)
    .where(known(PostSpellRow, None), PostSpellRow.last_day >= _DAY, PostSpellRow.first_day <= _DAY)
    .distinct()
)


def in_post(session: Session, day: date) -> Iterator[tuple[int, int]]:
    """Everybody with a running post on a day, with the unit of each post."""
    rows: Any = session.connection().execute(_IN_POST, {"day": day})
    yield from rows
