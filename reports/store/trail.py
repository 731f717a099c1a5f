"""The audit trail for its report, and who the actors of stamps are."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation.audit import AuditEventRow
from foundation.facts import known
from people.models import AccountRow, PersonDetailRow, PersonRow

AT_ONCE = 1000
"""Accounts looked up at a time."""
_ACCOUNT = "account:"
_PERSON = "person:"


@dataclass(frozen=True, slots=True)
class Written:
    """An event as it was written. `person` is the random id where the subject names somebody by payroll number."""

    at: datetime
    actor: str
    event: str
    subject: str
    details: dict[str, Any]
    person: str | None


def events(session: Session, first: datetime, before: datetime, most: int) -> list[Written]:
    """The events from a moment on and before another, so many at most, the latest first."""
    some = (
        select(
            AuditEventRow.id,
            AuditEventRow.at,
            AuditEventRow.actor,
            AuditEventRow.event,
            AuditEventRow.subject,
            AuditEventRow.details,
        )
        .where(AuditEventRow.at >= first, AuditEventRow.at < before)
        .order_by(AuditEventRow.at.desc(), AuditEventRow.id.desc())
        .limit(most)
        .subquery()
    )
    by_number = (PersonRow.person_ref == func.substr(some.c.subject, len(_PERSON) + 1)) & some.c.subject.like(
        f"{_PERSON}%"
    )
    query = (
        select(*some.c, PersonRow.public_id)
        .outerjoin(PersonRow, by_number)
        .order_by(some.c.at.desc(), some.c.id.desc())
    )
    rows: Iterable[Any] = session.execute(query)
    return [Written(row.at, row.actor, row.event, row.subject, row.details, row.public_id) for row in rows]


def accounts_of(session: Session, actors: Iterable[str]) -> dict[str, tuple[str, str]]:
    """The name and the e-mail address behind each actor that is an account; the name is empty where there is none."""
    ids = sorted({actor.removeprefix(_ACCOUNT) for actor in actors if actor.startswith(_ACCOUNT)})
    found: dict[str, tuple[str, str]] = {}
    for start in range(0, len(ids), AT_ONCE):
        query = (
            select(
                AccountRow.public_id,
                AccountRow.email,
                PersonDetailRow.first_name,
                PersonDetailRow.last_name,
            )
            .outerjoin(
                PersonDetailRow,
                (PersonDetailRow.person_id == AccountRow.person_id) & known(PersonDetailRow, None),
            )
            .where(AccountRow.public_id.in_(ids[start : start + AT_ONCE]))
            .order_by(AccountRow.id)
        )
        for public_id, email, first_name, last_name in session.execute(query):
            name = f"{first_name or ''} {last_name or ''}".strip()
            found[f"{_ACCOUNT}{public_id}"] = (name, email)
    return found
