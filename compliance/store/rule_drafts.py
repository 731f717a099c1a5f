"""Drafts of the rule book in their table: one open draft an account."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from compliance.models import RuleDraftRow
from people.models import AccountRow, new_public_id


@dataclass(frozen=True, slots=True)
class DraftRecord:
    """A draft as it is kept; `base` and `wanted` are programme files (`RuleDraftRow`)."""

    id: int
    public_id: str
    account_id: int
    effective: date
    later_on: date
    base: str
    wanted: str
    made_at: datetime
    changed_at: datetime
    ended_at: datetime | None
    outcome: str | None
    work: str | None
    work_began_at: datetime | None
    work_problem: str | None
    result: str | None
    result_of: str | None
    result_at: datetime | None


_COLUMNS = [getattr(RuleDraftRow, name) for name in DraftRecord.__dataclass_fields__]


def open_draft(session: Session, account_id: int) -> DraftRecord | None:
    """The open draft of an account."""
    query = select(*_COLUMNS).where(RuleDraftRow.account_id == account_id, RuleDraftRow.ended_at.is_(None))
    return _one(session, query)


def draft_of(session: Session, public_id: str) -> DraftRecord | None:
    """A draft by its public id, open or not."""
    return _one(session, select(*_COLUMNS).where(RuleDraftRow.public_id == public_id))


def last_ended(session: Session, account_id: int) -> DraftRecord | None:
    """The draft of an account that ended last."""
    query = select(*_COLUMNS).where(RuleDraftRow.account_id == account_id, RuleDraftRow.ended_at.is_not(None))
    return _one(session, query.order_by(RuleDraftRow.ended_at.desc(), RuleDraftRow.id.desc()).limit(1))


def add_draft(session: Session, account_id: int, **values: Any) -> str:
    """Begin a draft; its public id."""
    public_id = new_public_id()
    session.execute(insert(RuleDraftRow).values(public_id=public_id, account_id=account_id, **values))
    return public_id


def update_draft(session: Session, public_id: str, **values: Any) -> None:
    """Keep something else of a draft."""
    session.execute(update(RuleDraftRow).where(RuleDraftRow.public_id == public_id).values(**values))


def actor_of(session: Session, account_id: int) -> str:
    """An account as a stamp names it."""
    query = select(AccountRow.public_id).where(AccountRow.id == account_id)
    return f"account:{session.scalars(query).one()}"


def emails_by_actor(session: Session, actors: set[str]) -> dict[str, str]:
    """The e-mail address of each account among some actors, by the actor as a stamp names it."""
    ids = sorted(actor.removeprefix("account:") for actor in actors if actor.startswith("account:"))
    query = select(AccountRow.public_id, AccountRow.email).where(AccountRow.public_id.in_(ids))
    return {
        f"account:{public_id}": email
        for public_id, email in session.execute(query.order_by(AccountRow.public_id))
    }


def _one(session: Session, query: Any) -> DraftRecord | None:
    row = session.execute(query).one_or_none()
    return None if row is None else DraftRecord(*row)
