"""Recording many facts at once."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import Session

from foundation.bulk import insert_rows
from foundation.facts import Fact
from foundation.stamp import Stamp


def record_facts(
    session: Session, stamp: Stamp, model: type[Fact], columns: Sequence[str], rows: Iterable[tuple[Any, ...]]
) -> None:
    """Record facts given as tuples in the order of `columns`, in the order of their key."""
    table: Table = model.__table__  # type: ignore[attr-defined]  # every model has one
    by = (_as_stored(session, stamp.at), stamp.actor, stamp.batch_id)
    named = (*columns, "recorded_at", "recorded_by", "recorded_batch_id")
    insert_rows(session, table, named, ((*row, *by) for row in rows))


def _as_stored(session: Session, moment: datetime) -> Any:
    """A moment as the quick way of writing takes it: SQLite keeps text, in the form that SQLAlchemy reads."""
    if session.get_bind().dialect.name == "sqlite":
        return moment.astimezone(UTC).strftime("%Y-%m-%d %H:%M:%S.%f")
    return moment
