"""The one row that says how the scheduler fares, and the numbers that say how the messages fare."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from foundation.mail import OutgoingMessageRow, State
from reminders.domain.outbox import Trial
from reminders.models import ReminderMessageRow, ReminderRunRow, SchedulerBeatRow

_ROW = 1
_ON_THEIR_WAY = (State.WAITING.value, State.CLAIMED.value)
_HELD = (
    select(ReminderMessageRow.message_id)
    .join(ReminderRunRow, ReminderRunRow.id == ReminderMessageRow.run_id)
    .where(ReminderRunRow.trial == Trial.HELD.value)
)


@dataclass(frozen=True, slots=True)
class Beat:
    """What the scheduler last wrote of itself. `leader`: a random word for the process."""

    started_at: datetime
    ticked_at: datetime
    leader: str
    problem: str


def last_beat(session: Session) -> Beat | None:
    """What the scheduler last wrote; None where there never was one."""
    row = session.execute(
        select(
            SchedulerBeatRow.started_at,
            SchedulerBeatRow.ticked_at,
            SchedulerBeatRow.leader,
            SchedulerBeatRow.problem,
        ).where(SchedulerBeatRow.id == _ROW)
    ).one_or_none()
    return None if row is None else Beat(*row)


def database_clock(session: Session) -> datetime | None:
    """What the clock of the database server says; None where the database has none but that of this process."""
    if session.get_bind().dialect.name != "postgresql":
        return None
    return session.scalar(select(func.clock_timestamp(type_=SchedulerBeatRow.ticked_at.type)))


def write_beat(session: Session, beat: Beat) -> None:
    """Keep how the scheduler fares. Call inside a transaction: its write lock makes the one row one row."""
    values = {
        "started_at": beat.started_at,
        "ticked_at": beat.ticked_at,
        "leader": beat.leader,
        "problem": beat.problem,
    }
    row = select(SchedulerBeatRow.id).where(SchedulerBeatRow.id == _ROW)
    if session.scalar(row) is None:
        session.execute(insert(SchedulerBeatRow).values(id=_ROW, **values))
    else:
        session.execute(update(SchedulerBeatRow).where(SchedulerBeatRow.id == _ROW).values(**values))


def counts(session: Session) -> dict[str, int]:
    """How many messages ask for somebody, by their state: uncertain and failed."""
    counted = session.execute(
        select(OutgoingMessageRow.state, func.count().label("messages"))
        .where(OutgoingMessageRow.state.in_((State.UNCERTAIN.value, State.FAILED.value)))
        .group_by(OutgoingMessageRow.state)
    )
    return {row.state: row.messages for row in counted}


def oldest_due(session: Session, now: datetime, kinds: Collection[str], *, others: bool) -> datetime | None:
    """Since when the oldest message has been due that is of one of these kinds, or with `others` of none of them.

    Messages of a run that is held are not counted: the page of reminders says of the run that it waits for somebody.
    """
    of_kinds = OutgoingMessageRow.kind.not_in(kinds) if others else OutgoingMessageRow.kind.in_(kinds)
    return session.scalar(
        select(func.min(OutgoingMessageRow.next_try_at)).where(
            OutgoingMessageRow.state.in_(_ON_THEIR_WAY),
            OutgoingMessageRow.next_try_at <= now,
            of_kinds,
            OutgoingMessageRow.id.not_in(_HELD),
        )
    )
