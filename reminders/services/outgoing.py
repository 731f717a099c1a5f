"""Sending what waits in `foundation.mail`: each message once, whatever dies on the way (promises, section 4).

A message is claimed by a transaction of its own that marks it `sending`; then it is sent, and a second transaction
writes down what came of it. Nothing is sent inside a transaction. Whoever dies in between leaves `sending` behind; a
later run calls that `uncertain` after LEASE, and nothing sends it again by itself: it may hold a link that acts.
"""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from foundation import audit
from foundation.db import transaction
from foundation.mail import OutgoingMessageRow, State
from foundation.stamp import Stamp
from reminders.domain import (
    Mailer,
    MailerUnusableError,
    NotNowError,
    RefusedError,
    UncertainError,
    wait_after,
)
from reminders.services.letters import compose

LEASE = timedelta(minutes=10)
"""After this time nobody is still sending: longer than a mail server may take for all its answers."""
LONGEST_PROBLEM = 200
NO_ANSWER = "The process that sent it ended before it could say whether it arrived."


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this process alone may send now. `tries` tells this claim from any other of the same message."""

    id: int
    kind: str
    address: str
    subject: str
    body: str
    made_at: datetime
    tries: int


@dataclass(slots=True)
class Tally:
    """What came of a run. `put_off`: tried again later. `stopped`: why no more could leave, if that is so."""

    counts: Counter[State] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    stopped: str = ""

    @property
    def put_off(self) -> int:
        return self.counts[State.WAITING]


def send_waiting(
    session: Session,
    stamp: Callable[[], Stamp],
    mailer: Mailer,
    sender: tuple[str, str],
    most: int | None = None,
) -> Tally:
    """Send every message that is due, at most `most`, and say what came of it. `stamp` is asked in each transaction.

    When the mailer cannot send at all, the run stops and leaves the messages as they were: a wrong password or a server
    that is away uses up nobody's tries.
    """
    tally = Tally()
    with transaction(session):
        lost = give_up_lost(session, stamp())
    for number in lost:
        _note(tally, number, State.UNCERTAIN, NO_ANSWER)
    try:
        while most is None or sum(tally.counts.values()) - len(lost) < most:
            if not _is_any_due(session, stamp().at):
                break
            mailer.open()
            with transaction(session):
                claimed = claim_next(session, stamp())
            if claimed is None:
                break  # another run was faster
            _send(session, stamp, mailer, sender, claimed, tally)
    except MailerUnusableError as error:
        tally.stopped = str(error)
    finally:
        mailer.close()
    return tally


def _send(
    session: Session,
    stamp: Callable[[], Stamp],
    mailer: Mailer,
    sender: tuple[str, str],
    claimed: Claimed,
    tally: Tally,
) -> None:
    problem = ""
    try:
        mailer.send(
            compose(claimed.id, claimed.address, claimed.subject, claimed.body, claimed.made_at, sender)
        )
        state = State.SENT
    except RefusedError as error:
        state, problem = State.FAILED, str(error)
    except UncertainError as error:
        state, problem = State.UNCERTAIN, str(error)
    except NotNowError as error:
        state, problem = State.WAITING if wait_after(claimed.tries) else State.FAILED, str(error)
    except MailerUnusableError:
        with transaction(session):
            release(session, stamp(), claimed)
        raise
    with transaction(session):
        settle(session, stamp(), claimed, state, problem)
    _note(tally, claimed.id, state, problem)


def _note(tally: Tally, number: int, state: State, problem: str) -> None:
    tally.counts[state] += 1
    if problem:
        words = "tried again later" if state is State.WAITING else state.value
        tally.problems.append(f"Message {number}: {words}: {problem}")


def claim_next(session: Session, stamp: Stamp) -> Claimed | None:
    """Take the message that has been due for longest, so that no other process sends it; None when none is due."""
    row = session.connection().execute(_CLAIM, {"now": stamp.at, "lease": stamp.at + LEASE}).one_or_none()
    return None if row is None else Claimed(*row)


def settle(session: Session, stamp: Stamp, claimed: Claimed, state: State, problem: str = "") -> None:
    """Write down what came of a claimed message. The body is kept only while the message is to be sent again.

    Whoever was so slow that the message has been called uncertain meanwhile knows better, and says so.
    """
    wait = wait_after(claimed.tries)
    session.connection().execute(
        _mine(claimed).values(
            state=state.value,
            body=claimed.body if state is State.WAITING else "",
            next_try_at=stamp.at + wait if state is State.WAITING and wait else stamp.at,
            sent_at=stamp.at if state is State.SENT else None,
            problem=problem[:LONGEST_PROBLEM],
        )
    )
    if state is not State.WAITING:
        audit.record(session, stamp, f"message.{state.value}", f"message:{claimed.id}", kind=claimed.kind)


def release(session: Session, stamp: Stamp, claimed: Claimed) -> None:
    """Put a message back as if it had not been claimed: nothing of it has left."""
    session.connection().execute(
        _mine(claimed).values(
            state=State.WAITING.value, tries=claimed.tries - 1, body=claimed.body, next_try_at=stamp.at
        )
    )


def _mine(claimed: Claimed):  # type: ignore[no-untyped-def]  # SQLAlchemy's update object
    return update(OutgoingMessageRow).where(
        OutgoingMessageRow.id == claimed.id,
        OutgoingMessageRow.tries == claimed.tries,
        OutgoingMessageRow.state.in_((State.SENDING.value, State.UNCERTAIN.value)),
    )


def give_up_lost(session: Session, stamp: Stamp) -> list[int]:
    """Call uncertain what a process that is gone was sending; the numbers of these messages."""
    lost = session.connection().execute(_GIVE_UP, {"now": stamp.at}).all()
    for number, kind in lost:
        audit.record(session, stamp, "message.uncertain", f"message:{number}", kind=kind)
    return sorted(number for number, _ in lost)


def _is_any_due(session: Session, now: datetime) -> bool:
    found = session.connection().execute(_DUE, {"now": now}).scalar() is not None
    session.rollback()
    return found


_now = bindparam("now", type_=OutgoingMessageRow.made_at.type)
_DUE = (
    select(OutgoingMessageRow.id)
    .where(OutgoingMessageRow.state == State.WAITING.value, OutgoingMessageRow.next_try_at <= _now)
    .order_by(OutgoingMessageRow.next_try_at, OutgoingMessageRow.id)
    .limit(1)
)
_CLAIM = (
    update(OutgoingMessageRow)
    .where(OutgoingMessageRow.id == _DUE.scalar_subquery(), OutgoingMessageRow.state == State.WAITING.value)
    .values(
        state=State.SENDING.value,
        tries=OutgoingMessageRow.tries + 1,
        next_try_at=bindparam("lease", type_=OutgoingMessageRow.made_at.type),
    )
    .returning(
        OutgoingMessageRow.id,
        OutgoingMessageRow.kind,
        OutgoingMessageRow.address,
        OutgoingMessageRow.subject,
        OutgoingMessageRow.body,
        OutgoingMessageRow.made_at,
        OutgoingMessageRow.tries,
    )
)
_GIVE_UP = (
    update(OutgoingMessageRow)
    .where(OutgoingMessageRow.state == State.SENDING.value, OutgoingMessageRow.next_try_at <= _now)
    .values(state=State.UNCERTAIN.value, body="", problem=NO_ANSWER)
    .returning(OutgoingMessageRow.id, OutgoingMessageRow.kind)
)
