"""What becomes of messages whose sender is gone: their claim has run out.

What had not begun to leave waits again, as if nothing had been. What was being sent may have arrived: it is counted,
and sent once more where a second copy does no harm; otherwise it is uncertain, until a person decides. Whoever was only
slow may still say what became of it (settling.py).
"""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Row as Found
from sqlalchemy import and_, case, select, update
from sqlalchemy.orm import Session

from foundation import audit
from foundation.db import transaction
from foundation.mail import OutgoingMessageRow as Row
from foundation.mail import State
from foundation.stamp import Stamp
from reminders.domain.outbox import Stage, copies_more
from reminders.models import ReminderMessageRow
from reminders.services.outbox import trial
from reminders.services.outbox.claiming import database_time, dialect_of, let_wait
from reminders.services.outbox.notes import Note, forget_notes, read_notes

NO_ANSWER = "The process that sent it ended before it could say whether it arrived."
_LEAVING = Row.state.in_((State.CLAIMED.value, State.SENDING.value))


@dataclass(frozen=True, slots=True)
class Recovered:
    """A message that was being sent by a process that is gone, what it has become, and why that is so."""

    id: int
    state: State
    problem: str = NO_ANSWER


def is_any_lost(session: Session) -> bool:
    """Whether `recover` would find something; asks for no write lock."""
    past = and_(_LEAVING, Row.lease_until <= database_time(dialect_of(session)))
    return session.connection().execute(select(Row.id).where(past).limit(1)).first() is not None


def recover(session: Session, stamp: Stamp, notes: Path | None = None) -> list[Recovered]:
    """Take messages from processes that are gone. Saves by itself. `notes`: the folder of notes.py.

    Of a bundle whose notes can be believed only what had begun is in doubt: what had not waits again, and what the mail
    server has taken has been sent.
    """
    with transaction(session):
        past = Row.lease_until <= database_time(dialect_of(session))
        let_wait(session, Row.state == State.CLAIMED.value, past)
        lost = session.connection().execute(_LOST.where(past)).all()
        tokens = {row.claim_token for row in lost if row.claim_token}
        noted = {token: read_notes(notes, token) for token in sorted(tokens)}
        sorted_out: dict[Note | None, list[Found[*tuple[Any, ...]]]] = defaultdict(list)
        for row in lost:
            found = noted.get(row.claim_token)
            # Without notes that can be believed it may have begun.
            sorted_out[Note.BEGUN if found is None else found.get(row.id)].append(row)
        not_begun = [*sorted_out[None], *sorted_out[Note.NOT_TAKEN]]
        let_wait(session, Row.id.in_([row.id for row in not_begun]))
        recovered = _say_sent(session, stamp, sorted_out[Note.TAKEN])
        recovered += _doubt(session, stamp, sorted_out[Note.BEGUN])
        for of_run in sorted({row.run_id for row in lost if row.run_id is not None}):
            trial.judge(session, stamp, of_run)
    if notes is not None:
        for token in tokens:
            forget_notes(notes, token)
    return sorted(recovered, key=lambda one: one.id)


_LOST = (
    select(Row.id, Row.kind, Row.claim_token, Row.is_secret, Row.ambiguous, ReminderMessageRow.run_id)
    .outerjoin(ReminderMessageRow, ReminderMessageRow.message_id == Row.id)
    .where(Row.state == State.SENDING.value)
    .order_by(Row.id)
)


def _say_sent(session: Session, stamp: Stamp, taken: Sequence[Found[*tuple[Any, ...]]]) -> list[Recovered]:
    """The mail server has these; their sender died before it could say so here."""
    ids = [row.id for row in taken]
    session.connection().execute(
        update(Row)
        .where(Row.id.in_(ids))
        .values(
            state=State.SENT.value,
            sent_at=Row.handed_at,
            tries=Row.tries + 1,
            problem="",
            code=None,
            stage=Stage.ANSWERED.value,
            claim_token=None,
            lease_until=None,
        )
    )
    audit.record_each(
        session, stamp, [("message.sent", f"message:{row.id}", {"kind": row.kind}) for row in taken]
    )
    return [Recovered(number, State.SENT, "") for number in ids]


def _doubt(session: Session, stamp: Stamp, begun: Collection[Found[*tuple[Any, ...]]]) -> list[Recovered]:
    """These may have arrived or not."""
    again = Row.ambiguous < case(
        (Row.is_secret, copies_more(is_secret=True)), else_=copies_more(is_secret=False)
    )
    wiped = and_(Row.is_secret, ~again)
    session.connection().execute(
        update(Row)
        .where(Row.id.in_([row.id for row in begun]))
        .values(
            state=case((again, State.WAITING.value), else_=State.UNCERTAIN.value),
            ambiguous=Row.ambiguous + 1,
            tries=Row.tries + 1,
            next_try_at=stamp.at,
            stage=Stage.HANDED_OVER.value,
            problem=NO_ANSWER,
            lease_until=None,
            body=case((wiped, ""), else_=Row.body),
            content=case((wiped, None), else_=Row.content),
        )
    )
    recovered, events = [], []
    for row in begun:
        may_again = row.ambiguous < copies_more(is_secret=row.is_secret)
        recovered.append(Recovered(row.id, State.WAITING if may_again else State.UNCERTAIN))
        event = "message.unanswered" if may_again else "message.uncertain"
        events.append((event, f"message:{row.id}", {"kind": row.kind}))
    audit.record_each(session, stamp, events)
    return recovered
