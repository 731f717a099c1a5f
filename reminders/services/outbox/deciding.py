"""What a person decides about messages: each act is audited, and refused where the message has moved on meanwhile.

Called inside a transaction. Nothing here sends; what waits leaves with the next run.
"""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Row as Found
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.mail import OutgoingMessageRow as Row
from foundation.mail import State
from foundation.stamp import Stamp
from reminders.domain.outbox import Trial
from reminders.models import ReminderRunRow
from reminders.services.outbox.gate import clear_trouble, keep
from reminders.store import ledger
from reminders.store.outbox import gate

LONGEST_WHY = 200
GIVEN_UP = "Somebody decided that it is not to be sent."
MARKED_SENT = "Somebody found out that it arrived."
TEXT_IS_GONE = (
    "This message held a link that opens an account, and its text has been deleted. It cannot be sent again. "
    "Whoever needs it asks for a new link."
)
_WORDS = {
    State.WAITING: "waits to be sent",
    State.CLAIMED: "is about to be sent",
    State.SENDING: "is being sent",
    State.SENT: "has been sent",
    State.FAILED: "has failed",
    State.UNCERTAIN: "is uncertain",
    State.SUPERSEDED: "has been replaced by another",
    State.CANCELLED: "is no longer to be sent",
}
MAY_SEND_AGAIN = frozenset({State.UNCERTAIN, State.FAILED})
MAY_MARK_SENT = frozenset({State.UNCERTAIN})
MAY_GIVE_UP = frozenset({State.WAITING, State.UNCERTAIN, State.FAILED})


def send_again(session: Session, stamp: Stamp, public_id: str) -> None:
    """Let a message that is uncertain or has failed leave once more, to the address that holds when it leaves.

    Where a copy may have arrived the same bytes leave, if everything in them still applies. Where it is uncertain
    because something in it does not, the rest is written anew. Raises NotFound, and DomainError.
    """
    row = _decided(session, public_id, MAY_SEND_AGAIN)
    if row.is_secret and not row.body:
        raise DomainError(TEXT_IS_GONE)
    values: dict[str, object] = {
        "state": State.WAITING.value,
        "next_try_at": stamp.at,
        "tries": 0,
        "problem": "",
    }
    if not row.ambiguous:
        values["content"] = None
    _change(session, row, values)
    audit.record(session, stamp, "message.sent_again", f"message:{row.id}", kind=row.kind, was=row.state)


def mark_sent(session: Session, stamp: Stamp, public_id: str) -> None:
    """Say of an uncertain message that it arrived. Raises NotFound, DomainError."""
    row = _decided(session, public_id, MAY_MARK_SENT)
    values: dict[str, object] = {
        "state": State.SENT.value,
        "sent_at": row.handed_at or stamp.at,
        "problem": MARKED_SENT,
    }
    _change(session, row, values)
    audit.record(session, stamp, "message.marked_sent", f"message:{row.id}", kind=row.kind)


def give_up(session: Session, stamp: Stamp, public_id: str) -> None:
    """Do not send a message that waits, is uncertain or has failed. Raises NotFound, DomainError.

    What it was to tell counts as told and is not planned again, only later steps are: a plan would undo the decision
    the next day. The ledger says why (`Reason.GIVEN_UP`).
    """
    row = _decided(session, public_id, MAY_GIVE_UP)
    values: dict[str, object] = {"state": State.CANCELLED.value, "problem": GIVEN_UP}
    if row.is_secret:
        values |= {"body": "", "content": None}
    _change(session, row, values)
    ledger.give_up(session, row.id)
    audit.record(session, stamp, "message.given_up", f"message:{row.id}", kind=row.kind, was=row.state)


def halt(session: Session, stamp: Stamp, why: str = "") -> None:
    """Let no message leave until `resume`; the one in hand still may. Raises DomainError where it is halted already."""
    if gate(session).halted_at is not None:
        raise DomainError("Mail is halted already. Nothing was changed.")
    keep(session, halted_at=stamp.at, halted_by=stamp.actor, why=why[:LONGEST_WHY])
    audit.record(session, stamp, "mail.halted")


def resume(session: Session, stamp: Stamp) -> None:
    """Let messages leave again, and ask a mail server again that did not let us in. Raises DomainError."""
    found = gate(session)
    if found.halted_at is None and found.open_until is None:
        raise DomainError("Nothing keeps mail from leaving. Nothing was changed.")
    keep(session, halted_at=None, halted_by=None, why="")
    clear_trouble(session)
    audit.record(session, stamp, "mail.resumed")


def release_run(session: Session, stamp: Stamp, run_id: int) -> None:
    """Let the messages of a run leave that was held because too many of its first failed. Raises DomainError."""
    released = session.connection().execute(
        update(ReminderRunRow)
        .where(ReminderRunRow.id == run_id, ReminderRunRow.trial == Trial.HELD.value)
        .values(trial=Trial.PASSED.value)
    )
    if not released.rowcount:
        raise DomainError("This run is not held, or no longer. Nothing was changed.")
    audit.record(session, stamp, "reminder_run.released", f"reminder_run:{run_id}")


def _decided(session: Session, public_id: str, wanted: Collection[State]) -> Found[*tuple[Any, ...]]:
    query = select(Row.id, Row.kind, Row.state, Row.is_secret, Row.body, Row.ambiguous, Row.handed_at).where(
        Row.public_id == public_id
    )
    row = session.execute(query).one_or_none()
    if row is None:
        raise NotFound
    if State(row.state) not in wanted:
        raise DomainError(
            f"This message has changed meanwhile: it {_WORDS[State(row.state)]}. Nothing was changed."
        )
    return row


def _change(session: Session, row: Found[*tuple[Any, ...]], values: dict[str, object]) -> None:
    """Whoever still had this message in hand has no say in it any more."""
    session.connection().execute(
        update(Row).where(Row.id == row.id).values(claim_token=None, lease_until=None, **values)
    )
