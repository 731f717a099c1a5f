"""The audit trail: one row for each act, appended in the same transaction as what it tells of."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, Integer, String, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.db import Base
from foundation.stamp import Stamp


class AuditEventRow(Base):
    """Who did what, when. Events are past tense (`completion.recorded`); subjects are keys, never names."""

    __tablename__ = "audit_event"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor: Mapped[str] = mapped_column(String(80))
    event: Mapped[str] = mapped_column(String(60), index=True)
    subject: Mapped[str] = mapped_column(String(120), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(JSON)
    batch_id: Mapped[int | None] = mapped_column(Integer)


def record(session: Session, stamp: Stamp, event: str, subject: str = "", **details: Any) -> None:
    """Append one event to the trail."""
    record_each(session, stamp, [(event, subject, details)])


def record_each(session: Session, stamp: Stamp, events: Iterable[tuple[str, str, dict[str, Any]]]) -> None:
    """Append several events: what happened, to what, and the details of each."""
    rows = [
        {
            "at": stamp.at,
            "actor": stamp.actor,
            "event": event,
            "subject": subject,
            "details": details,
            "batch_id": stamp.batch_id,
        }
        for event, subject, details in events
    ]
    if rows:
        session.connection().execute(insert(AuditEventRow), rows)


def last_moment(session: Session) -> datetime | None:
    """The moment of the last act in the record; None before the first.

    What is read now is known again by asking for this moment: every write leaves an event under the stamp of its facts,
    and whatever is being written at the same time will carry a later one.
    """
    return session.scalar(select(func.max(AuditEventRow.at)))
