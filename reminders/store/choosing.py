"""Which people the pages of the plan are about: those of some names, those of a unit, in the order of their names.

Statements are built once for each shape of the filters and run on the connection (`people.store`).
"""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, Select, bindparam, func, select
from sqlalchemy.orm import Session

from foundation.audit import AuditEventRow
from foundation.facts import known
from foundation.plain_column import plain_of
from people.models import PersonDetailRow, PersonRow, PersonWordRow, PostSpellRow, UnitRow
from people.services.finding.words import WordKind
from people.store import Unit, inside, inside_values
from reminders.domain.due import Outcome
from reminders.models import ReminderRow

_LAST = "\U0010ffff"
_DAY = bindparam("day", type_=Date)
_OF_SENDING = (
    "message.sent",
    "message.failed",
    "message.uncertain",
    "message.unanswered",
    "message.cancelled",
)
"""Events that the outbox writes by itself. What it takes out of the ledger is counted instead."""
_LAST_ACT = (
    select(AuditEventRow.id)
    .where(AuditEventRow.event.not_in(_OF_SENDING))
    .order_by(AuditEventRow.id.desc())
    .limit(1)
)
_CANCELLED = (
    select(func.count()).select_from(ReminderRow).where(ReminderRow.outcome == Outcome.CANCELLED.value)
)


@lru_cache(maxsize=32)
def _people(words: int, in_unit: bool) -> Select[int]:
    conditions: list[Any] = [known(PersonDetailRow, None)]
    for number in range(words):
        named = select(PersonWordRow.detail_id).where(
            PersonWordRow.kind == WordKind.NAME.value,
            PersonWordRow.word >= bindparam(f"low_{number}"),
            PersonWordRow.word < bindparam(f"high_{number}"),
        )
        conditions.append(PersonDetailRow.id.in_(named))
    if in_unit:
        there = (
            select(PostSpellRow.person_id)
            .join(UnitRow, UnitRow.id == PostSpellRow.unit_id)
            .where(
                known(PostSpellRow, None),
                PostSpellRow.first_day <= _DAY,
                PostSpellRow.last_day >= _DAY,
                inside(1),
            )
        )
        conditions.append(PersonDetailRow.person_id.in_(there))
    by_name = plain_of(PersonDetailRow.last_name), plain_of(PersonDetailRow.first_name)
    return (
        select(PersonDetailRow.person_id)
        .join(PersonRow, PersonRow.id == PersonDetailRow.person_id)
        .where(*conditions)
        .order_by(*by_name, PersonRow.person_ref)
    )


def people_by_name(
    session: Session, day: date, words: Sequence[str] = (), unit: Unit | None = None
) -> list[int]:
    """The people whose names have all of these words, and who work in the unit on a day. Neither given: everybody."""
    values: dict[str, Any] = {"day": day, **(inside_values([unit]) if unit else {})}
    for number, word in enumerate(words):
        values[f"low_{number}"], values[f"high_{number}"] = word, word + _LAST
    query = _people(len(words), unit is not None)
    return list(session.connection().execute(query, values).scalars())


def last_change(session: Session) -> tuple[int | None, int]:
    """What is another value once anything was written down that can change a plan, and is not while mail is sent."""
    connection = session.connection()
    return connection.scalar(_LAST_ACT), connection.scalar(_CANCELLED) or 0
