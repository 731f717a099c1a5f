"""Reading which changes of the rule book were made: one event of the audit trail each, of the moment of its lines."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.audit import AuditEventRow

LOADED, SAVED = "programme.loaded", "rule_draft.applied"
_MADE = AuditEventRow.event.in_([LOADED, SAVED])


@dataclass(frozen=True, slots=True)
class Made:
    """A change that was made: `at` that moment, counting from a day; `effective` None: the record was empty before."""

    number: int
    at: datetime
    actor: str
    effective: date | None
    file_name: str
    """Of a programme file; empty where it was drafted on pages."""
    counts: Mapping[str, int]
    """How many lines were added, changed and ended."""


def count_made(session: Session) -> int:
    """How many changes were made."""
    return session.scalar(select(func.count(AuditEventRow.id)).where(_MADE)) or 0


def made(session: Session, first: int, most: int) -> list[Made]:
    """Some of them, the latest first."""
    query = select(AuditEventRow).where(_MADE).order_by(AuditEventRow.id.desc()).offset(first).limit(most)
    return [_of(row) for row in session.scalars(query)]


def find_made(session: Session, number: int) -> Made | None:
    """One of them; None for anything else."""
    row = session.scalars(select(AuditEventRow).where(_MADE, AuditEventRow.id == number)).one_or_none()
    return None if row is None else _of(row)


def numbers_by_moment(session: Session) -> dict[datetime, int]:
    """Their numbers, by the moment at which their lines entered the record."""
    query = select(AuditEventRow.at, AuditEventRow.id).where(_MADE).order_by(AuditEventRow.id)
    return dict(session.execute(query).all())


def _of(row: AuditEventRow) -> Made:
    said: Mapping[str, Any] = row.details
    return Made(
        number=row.id,
        at=row.at,
        actor=row.actor,
        effective=date.fromisoformat(said["effective"]) if said.get("effective") else None,
        file_name=row.subject if row.event == LOADED else "",
        counts={name: int(said.get(name, 0)) for name in ("added", "changed", "ended")},
    )
