"""Reads for the pages of messages beside the outbox itself: what a message was about, what happened to it, how many.

Statements are built once and run on the connection (`people.store`).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, literal, select
from sqlalchemy.orm import Session

from compliance.models import RequirementRow
from foundation.audit import AuditEventRow
from foundation.facts import known
from foundation.mail import OutgoingMessageRow
from people.models import AccountRow, PersonDetailRow, PersonRow
from reminders.models import ReminderRow, ReminderRunRow


@dataclass(frozen=True, slots=True)
class About:
    """One reminder that stands in a message: whom it is about, which duty, which step. `on`: the day of the plan."""

    person_id: int
    public_id: str
    name: str
    requirement: str
    step: str
    on: date
    deadline: date
    outcome: str
    why: str


@dataclass(frozen=True, slots=True)
class Happened:
    """One event of the audit trail."""

    at: datetime
    actor: str
    event: str
    details: Mapping[str, Any]
    email: str
    """Of the account that acted; empty where no account did. `name`: of its person, where it has one."""
    name: str


@dataclass(frozen=True, slots=True)
class Run:
    """The planning of one day. `trial`: a value of `reminders.domain.outbox.Trial`."""

    id: int
    day: date
    finished_at: datetime | None
    reminders: int
    messages: int
    trial: str


_M = OutgoingMessageRow
_ID = select(_M.id).where(_M.public_id == bindparam("public_id"))
_ABOUT = (
    select(
        PersonRow.id,
        PersonRow.public_id,
        PersonDetailRow.first_name,
        PersonDetailRow.last_name,
        RequirementRow.code,
        ReminderRow.step,
        ReminderRunRow.day,
        ReminderRow.deadline,
        ReminderRow.outcome,
        ReminderRow.why,
    )
    .join(PersonRow, PersonRow.id == ReminderRow.person_id)
    .join(ReminderRunRow, ReminderRunRow.id == ReminderRow.run_id)
    .join(RequirementRow, RequirementRow.id == ReminderRow.requirement_id)
    .outerjoin(PersonDetailRow, (PersonDetailRow.person_id == PersonRow.id) & known(PersonDetailRow, None))
    .where(ReminderRow.message_id == bindparam("message_id"))
    .order_by(ReminderRow.deadline, RequirementRow.code, ReminderRow.id)
)
_HAPPENED = (
    select(
        AuditEventRow.at,
        AuditEventRow.actor,
        AuditEventRow.event,
        AuditEventRow.details,
        AccountRow.email,
        PersonDetailRow.first_name,
        PersonDetailRow.last_name,
    )
    .select_from(AuditEventRow)
    .outerjoin(AccountRow, AuditEventRow.actor == literal("account:") + AccountRow.public_id)
    .outerjoin(
        PersonDetailRow, (PersonDetailRow.person_id == AccountRow.person_id) & known(PersonDetailRow, None)
    )
    .where(AuditEventRow.subject == bindparam("subject"))
    .order_by(AuditEventRow.id)
)
_STATES = (
    select(_M.state, func.count())
    .where(_M.made_at >= bindparam("since", type_=_M.made_at.type))
    .group_by(_M.state)
)
_EVERY_RUN = select(
    ReminderRunRow.id,
    ReminderRunRow.day,
    ReminderRunRow.finished_at,
    ReminderRunRow.reminders,
    ReminderRunRow.messages,
    ReminderRunRow.trial,
)
_RUNS = _EVERY_RUN.order_by(ReminderRunRow.day.desc()).limit(bindparam("most"))
_RUN_OF = _EVERY_RUN.where(ReminderRunRow.day == bindparam("day"))


def message_id(session: Session, public_id: str) -> int | None:
    """The row of a message; None for no such."""
    found: int | None = session.connection().execute(_ID, {"public_id": public_id}).scalar()
    return found


def about(session: Session, message_id: int) -> list[About]:
    """The reminders that stand in a message, by the last day in time."""
    rows: Iterable[Any] = session.connection().execute(_ABOUT, {"message_id": message_id})
    return [
        About(person_id, public_id, f"{first or ''} {last or ''}".strip(), *rest)
        for person_id, public_id, first, last, *rest in rows
    ]


def history(session: Session, subject: str) -> list[Happened]:
    """What the audit trail says of something, the oldest first."""
    return [
        Happened(at, actor, event, details, email or "", f"{first or ''} {last or ''}".strip())
        for at, actor, event, details, email, first, last in session.connection().execute(
            _HAPPENED, {"subject": subject}
        )
    ]


def counts_by_state(session: Session, since: datetime) -> dict[str, int]:
    """How many of the messages written down since a moment are in each state."""
    return dict(session.connection().execute(_STATES, {"since": since}).all())


def latest_runs(session: Session, most: int) -> list[Run]:
    """The latest plannings, the newest first."""
    return [Run(*row) for row in session.connection().execute(_RUNS, {"most": most})]


def run_of(session: Session, day: date) -> Run | None:
    """The planning of a day; None where there was none."""
    row = session.connection().execute(_RUN_OF, {"day": day}).one_or_none()
    return None if row is None else Run(*row)
