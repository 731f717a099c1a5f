"""The runs: which days were planned, and the messages that they wrote down.

Everything here that writes is called inside a transaction: its write lock lets one process plan at a time.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime, time

from sqlalchemy import Date, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from foundation.dates import LONDON, day_after
from foundation.mail import OutgoingMessageRow, waiting_row
from foundation.stamp import Stamp
from reminders.domain.due import Digest, PlannedMessage
from reminders.domain.outbox import Trial
from reminders.models import ReminderMessageRow, ReminderRunRow


@dataclass(frozen=True, slots=True)
class Run:
    """The planning of one day. `finished_at` None: some people's reminders are still to be planned."""

    id: int
    day: date
    finished_at: datetime | None
    reminders: int
    messages: int


_DAY = bindparam("day", type_=Date)
_RUN = select(
    ReminderRunRow.id,
    ReminderRunRow.day,
    ReminderRunRow.finished_at,
    ReminderRunRow.reminders,
    ReminderRunRow.messages,
).where(ReminderRunRow.day == _DAY)
_UNTIL = select(func.max(ReminderRunRow.day)).where(
    ReminderRunRow.day < _DAY, ReminderRunRow.finished_at.is_not(None)
)
_LATER = (
    select(ReminderRunRow.id)
    .where(ReminderRunRow.day > _DAY, ReminderRunRow.day <= bindparam("today", type_=Date))
    .limit(1)
)


def run_of(session: Session, day: date) -> Run | None:
    """The planning of a day; None where it was not begun."""
    row = session.connection().execute(_RUN, {"day": day}).one_or_none()
    return None if row is None else Run(*row)


def planned_until(session: Session, day: date) -> date | None:
    """The last day before this one whose planning was finished."""
    found: date | None = session.connection().execute(_UNTIL, {"day": day}).scalar_one()
    return found


def is_overtaken(session: Session, day: date, today: date) -> bool:
    """Whether a later day has been planned already: nobody is written to for an earlier one then.

    A day to come that somebody planned by name overtakes nothing: until then every day has its turn.
    """
    return session.connection().execute(_LATER, {"day": day, "today": today}).first() is not None


def begin(session: Session, stamp: Stamp, day: date) -> Run:
    """The planning of a day, begun now where it was not."""
    found = run_of(session, day)
    if found is None:
        session.connection().execute(
            insert(ReminderRunRow).values(
                day=day,
                begun_at=stamp.at,
                finished_at=None,
                reminders=0,
                messages=0,
                trial=Trial.TRYING.value,
            )
        )
        found = run_of(session, day)
        assert found is not None
    return found


def count_in(session: Session, run_id: int, reminders: int, messages: int) -> None:
    """Add what a chunk has written down."""
    session.connection().execute(
        update(ReminderRunRow)
        .where(ReminderRunRow.id == run_id)
        .values(reminders=ReminderRunRow.reminders + reminders, messages=ReminderRunRow.messages + messages)
    )


def finish(session: Session, stamp: Stamp, day: date) -> bool:
    """The day is planned, and so is every earlier one that was cut off. False: another process said so before."""
    done = session.connection().execute(
        update(ReminderRunRow)
        .where(ReminderRunRow.day <= day, ReminderRunRow.finished_at.is_(None))
        .values(finished_at=stamp.at)
    )
    return bool(done.rowcount)


_HAD = (
    select(ReminderMessageRow.recipient_id, OutgoingMessageRow.kind)
    .join(OutgoingMessageRow, OutgoingMessageRow.id == ReminderMessageRow.message_id)
    .where(
        ReminderMessageRow.day == _DAY,
        ReminderMessageRow.recipient_id.in_(bindparam("person_ids", expanding=True)),
    )
)
_DIGESTS = {digest.value: digest for digest in Digest}


def had_on(session: Session, day: date, recipient_ids: Iterable[int]) -> dict[int, set[Digest]]:
    """Which messages of a day these people got or are to get."""
    wanted = sorted(set(recipient_ids))
    found: dict[int, set[Digest]] = defaultdict(set)
    if wanted:
        for recipient_id, kind in session.connection().execute(_HAD, {"day": day, "person_ids": wanted}):
            if kind in _DIGESTS and recipient_id is not None:
                found[recipient_id].add(_DIGESTS[kind])
    return found


def left_on(session: Session, day: date, recipient_ids: Iterable[int]) -> set[int]:
    """Who was sent a reminder of their own on a day, whichever day it had been written down for."""
    wanted = sorted(set(recipient_ids))
    if not wanted:
        return set()
    values = {
        "begins": datetime.combine(day, time(), LONDON),
        "ends": datetime.combine(day_after(day), time(), LONDON),
        "person_ids": wanted,
    }
    found = session.connection().execute(_LEFT, values).scalars()
    return {recipient_id for recipient_id in found if recipient_id is not None}


_left_at = func.coalesce(OutgoingMessageRow.sent_at, OutgoingMessageRow.handed_at)
_LEFT = (
    select(ReminderMessageRow.recipient_id)
    .join(OutgoingMessageRow, OutgoingMessageRow.id == ReminderMessageRow.message_id)
    .where(
        ReminderMessageRow.recipient_id.in_(bindparam("person_ids", expanding=True)),
        OutgoingMessageRow.kind == Digest.PERSON.value,
        _left_at >= bindparam("begins"),
        _left_at < bindparam("ends"),
    )
)


def has_kind_since(session: Session, kind: str, day: date) -> bool:
    """Whether a message of a kind was written down for this day or a later one."""
    return session.connection().execute(_OF_KIND, {"kind": kind, "day": day}).first() is not None


_OF_KIND = (
    select(ReminderMessageRow.message_id)
    .join(OutgoingMessageRow, OutgoingMessageRow.id == ReminderMessageRow.message_id)
    .where(ReminderMessageRow.day >= _DAY, OutgoingMessageRow.kind == bindparam("kind"))
    .limit(1)
)


def write_messages(
    session: Session, stamp: Stamp, run: Run, messages: Collection[PlannedMessage]
) -> dict[str, int]:
    """Write messages down in the outbox, without words: they are written when they leave. The ids by dedupe key.

    The caller has seen under the write lock that none of them is there yet (`had_on`).
    """
    if not messages:
        return {}
    rows = [waiting_row(one.digest.value, stamp.at, dedupe_key=one.dedupe_key) for one in messages]
    session.connection().execute(insert(OutgoingMessageRow), rows)
    written = session.connection().execute(_IDS, {"keys": [message.dedupe_key for message in messages]})
    ids = {key: message_id for key, message_id in written if key is not None}
    session.connection().execute(
        insert(ReminderMessageRow),
        [
            {
                "message_id": ids[message.dedupe_key],
                "recipient_id": message.recipient_id,
                "run_id": run.id,
                "day": message.day,
            }
            for message in messages
        ],
    )
    return ids


_IDS = select(OutgoingMessageRow.dedupe_key, OutgoingMessageRow.id).where(
    OutgoingMessageRow.dedupe_key.in_(bindparam("keys", expanding=True))
)
