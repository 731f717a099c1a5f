"""Reads of the ledger for one person: what was written about them and to them, when, by which step.

Statements are built once and run on the connection (`people.store`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.orm import Session

from compliance.models import RequirementRow
from foundation.mail import OutgoingMessageRow, State
from reminders.domain.due import Channel, Digest, Outcome
from reminders.models import LetterRunRow, ReminderChoiceRow, ReminderMessageRow, ReminderRow, ReminderRunRow


@dataclass(frozen=True, slots=True)
class ToldLine:
    """One reminder about somebody. `is_person`: it speaks to them, not to somebody above them.

    `state`, `message` and `sent_at`: of the message that holds it, where there is one. `printed_on`: of its letter.
    """

    day: date
    requirement: str
    step: str
    is_person: bool
    channel: str
    outcome: str
    why: str
    deadline: date
    message: str | None
    state: str | None
    sent_at: datetime | None
    printed_on: date | None


@dataclass(frozen=True, slots=True)
class DigestLine:
    """One message to somebody that is not about their own training: their team's, or work that waits."""

    day: date
    kind: str
    message: str
    state: str
    sent_at: datetime | None


_OF_PERSON = ReminderRow.person_id == bindparam("person_id")
_COUNT = select(func.count()).select_from(ReminderRow).where(_OF_PERSON)
_LINES = (
    select(
        ReminderRunRow.day,
        RequirementRow.code,
        ReminderRow.step,
        (ReminderRow.recipient_id == ReminderRow.person_id).label("is_person"),
        ReminderRow.channel,
        ReminderRow.outcome,
        ReminderRow.why,
        ReminderRow.deadline,
        OutgoingMessageRow.public_id,
        OutgoingMessageRow.state,
        OutgoingMessageRow.sent_at,
        LetterRunRow.day.label("printed_on"),
    )
    .select_from(ReminderRow)
    .join(ReminderRunRow, ReminderRunRow.id == ReminderRow.run_id)
    .join(RequirementRow, RequirementRow.id == ReminderRow.requirement_id)
    .outerjoin(OutgoingMessageRow, OutgoingMessageRow.id == ReminderRow.message_id)
    .outerjoin(LetterRunRow, LetterRunRow.id == ReminderRow.letter_run_id)
    .where(_OF_PERSON)
    .order_by(ReminderRunRow.day.desc(), ReminderRow.id.desc())
    .offset(bindparam("offset"))
    .limit(bindparam("limit"))
)
_DIGESTS = (
    select(
        ReminderMessageRow.day,
        OutgoingMessageRow.kind,
        OutgoingMessageRow.public_id,
        OutgoingMessageRow.state,
        OutgoingMessageRow.sent_at,
    )
    .join(OutgoingMessageRow, OutgoingMessageRow.id == ReminderMessageRow.message_id)
    .where(
        ReminderMessageRow.recipient_id == bindparam("person_id"),
        OutgoingMessageRow.kind != Digest.PERSON.value,
    )
    .order_by(ReminderMessageRow.day.desc(), OutgoingMessageRow.id.desc())
    .limit(bindparam("limit"))
)
_WEEKLY = select(ReminderChoiceRow.person_id).where(
    ReminderChoiceRow.person_id.in_(bindparam("person_ids", expanding=True)), ReminderChoiceRow.weekly
)


def count_told(session: Session, person_id: int) -> int:
    """How many reminders about somebody the ledger has."""
    found: int = session.connection().execute(_COUNT, {"person_id": person_id}).scalar_one()
    return found


def told_about(session: Session, person_id: int, offset: int, limit: int) -> list[ToldLine]:
    """The reminders about somebody, the newest first, whatever became of them."""
    values = {"person_id": person_id, "offset": offset, "limit": limit}
    rows: Iterable[Any] = session.connection().execute(_LINES, values)
    return [ToldLine(*row) for row in rows]


def digests_to(session: Session, person_id: int, limit: int) -> list[DigestLine]:
    """The latest messages to somebody that speak of others or of work, the newest first."""
    values = {"person_id": person_id, "limit": limit}
    return [DigestLine(*row) for row in session.connection().execute(_DIGESTS, values)]


_BY_EMAIL = (
    select(ReminderRow.person_id, RequirementRow.code, ReminderRow.cycle, func.max(ReminderRow.triggered_on))
    .join(RequirementRow, RequirementRow.id == ReminderRow.requirement_id)
    .join(OutgoingMessageRow, OutgoingMessageRow.id == ReminderRow.message_id)
    .where(
        ReminderRow.person_id.in_(bindparam("person_ids", expanding=True)),
        ReminderRow.recipient_id == ReminderRow.person_id,
        ReminderRow.channel == Channel.EMAIL.value,
        ReminderRow.outcome == Outcome.PLANNED.value,
        OutgoingMessageRow.state == State.SENT.value,
    )
    .group_by(ReminderRow.person_id, RequirementRow.code, ReminderRow.cycle)
)


def told_by_email(session: Session, person_ids: Iterable[int]) -> dict[tuple[int, str, str], date]:
    """What these people have been sent of their own: for person, requirement and cycle the day of the latest step."""
    wanted = sorted(set(person_ids))
    rows = session.connection().execute(_BY_EMAIL, {"person_ids": wanted}) if wanted else ()
    return {(person_id, code, cycle): latest for person_id, code, cycle, latest in rows}


def is_weekly(session: Session, person_id: int) -> bool:
    """Whether somebody asked for one message a week."""
    return person_id in weekly_among(session, [person_id])


def weekly_among(session: Session, person_ids: Iterable[int]) -> set[int]:
    """Those of these people who asked for one message a week."""
    wanted = sorted(set(person_ids))
    return set(session.connection().execute(_WEEKLY, {"person_ids": wanted}).scalars()) if wanted else set()
