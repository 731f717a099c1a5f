"""Messages that are to leave by e-mail: written down in the transaction of what they tell of, sent afterwards.

Whoever writes a message needs no mail server, and a message is never sent for something that was rolled back.
`reminders.services.outbox` sends what waits here.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    ARRAY,
    JSON,
    Boolean,
    ColumnElement,
    Index,
    Insert,
    Integer,
    LargeBinary,
    Select,
    String,
    Text,
    any_,
    bindparam,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.orm import Mapped, Session, mapped_column
from sqlalchemy.sql.dml import ReturningUpdate

from foundation.db import Base
from foundation.stamp import Stamp

LONGEST_SUBJECT = 200
_QUEUED = "mail.queued"


class State(StrEnum):
    """How far a message has come.

    `claimed`: a process is about to send it, and nothing of it has left. `sending`: the mail server may have it.
    `uncertain`: it was being sent when the process or the connection died, so that it may have arrived or not; a person
    decides. `superseded`: another message took its place. `cancelled`: it no longer applied when it was to leave.
    """

    WAITING = "waiting"
    CLAIMED = "claimed"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one address, as plain text. `kind` is a key such as "invitation", for lists and counts.

    `is_secret`: it holds a link that acts, such as one that sets a password. Whoever writes one that holds none says
    so: then it may be sent again, and what it said is kept for a time.
    """

    kind: str
    to: str
    subject: str
    body: str
    is_secret: bool = True
    dedupe_key: str | None = None
    """What there may be one message of: another of the same key is not written down."""
    calendar: bytes | None = None
    """A calendar file that goes with it."""


class OutgoingMessageRow(Base):
    """A message on its way, in one of the states of `State`.

    The body may hold a link that opens an account (`is_secret`): then it is wiped when the message is done with.
    """

    __tablename__ = "outgoing_message"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), index=True)
    made_at: Mapped[datetime] = mapped_column(index=True)
    tries: Mapped[int] = mapped_column(Integer)
    next_try_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(200))
    public_id: Mapped[str] = mapped_column(String(32), unique=True, default=lambda: uuid4().hex)
    dedupe_key: Mapped[str | None] = mapped_column(String(120), unique=True)
    """What there may be one message of, such as one person's digest of one day. Null: nothing of the kind."""
    is_secret: Mapped[bool] = mapped_column(Boolean)
    """Holds a link that acts: never sent a second time by itself, and wiped when it is done with."""
    content: Mapped[bytes | None] = mapped_column(LargeBinary)
    """The very bytes that were first handed over: a second copy is the same message (promise R4)."""
    ambiguous: Mapped[int] = mapped_column(Integer)
    """How often it was being sent and no answer came. It may have arrived so many times and not be known."""
    claim_token: Mapped[str | None] = mapped_column(String(32))
    lease_until: Mapped[datetime | None]
    """Until when the claim holds, by the database's clock."""
    handed_at: Mapped[datetime | None]
    """When it was last handed over. Null again where the answer was that it will not arrive."""
    stage: Mapped[str] = mapped_column(String(20))
    """How far the last attempt came: a value of `Stage`, or empty."""
    code: Mapped[int | None] = mapped_column(Integer)
    """The last answer of the mail server, as its number."""
    receipt: Mapped[str] = mapped_column(String(40))
    """What the provider reported later about its delivery; empty where it reports nothing."""
    receipt_at: Mapped[datetime | None]
    calendar: Mapped[bytes | None] = mapped_column(LargeBinary)
    """A calendar file that goes with it (an invitation, its change, its end)."""


_LEAVING = OutgoingMessageRow.state.in_((State.CLAIMED.value, State.SENDING.value))
# What waits, in the order in which it leaves: links that somebody waits for go before reminders.
Index(
    "ix_outgoing_message_waiting",
    OutgoingMessageRow.is_secret.desc(),
    OutgoingMessageRow.next_try_at,
    OutgoingMessageRow.id,
    sqlite_where=OutgoingMessageRow.state == State.WAITING.value,
    postgresql_where=OutgoingMessageRow.state == State.WAITING.value,
)
Index(
    "ix_outgoing_message_leaving",
    OutgoingMessageRow.lease_until,
    sqlite_where=_LEAVING,
    postgresql_where=_LEAVING,
)
Index(
    "ix_outgoing_message_doubt",
    OutgoingMessageRow.id,
    sqlite_where=OutgoingMessageRow.ambiguous > 0,
    postgresql_where=OutgoingMessageRow.ambiguous > 0,
)
Index(
    "ix_outgoing_message_kept",
    OutgoingMessageRow.made_at,
    sqlite_where=OutgoingMessageRow.body != "",
    postgresql_where=OutgoingMessageRow.body != "",
)
Index("ix_outgoing_message_to", OutgoingMessageRow.address, OutgoingMessageRow.handed_at)


class MailGateRow(Base):
    """What keeps all mail from leaving: somebody's halt, or a mail server that lets nobody in. One row, id 1."""

    __tablename__ = "mail_gate"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    halted_at: Mapped[datetime | None]
    halted_by: Mapped[str | None] = mapped_column(String(80))
    why: Mapped[str] = mapped_column(String(200))
    open_until: Mapped[datetime | None]
    """The circuit: until then no connection is tried. Null: the mail server was fine when last asked."""
    failures: Mapped[int] = mapped_column(Integer)
    """How often in a row the mail server could not be used."""
    problem: Mapped[str] = mapped_column(String(200))


def one_line(text: str) -> str:
    """The text without anything that a mail program could take for the end of a header, or decode into one.

    Control and separator characters become blanks, and the mark "=?" of an encoded word is broken: Python 3.11 turns
    an encoded line feed in a subject into a real header (promises, fact 8).

    >>> one_line("Hi\\r\\nBcc: evil\\u2028now"), one_line("Hi =?UTF-8?Q?=0A?=Bcc: evil")
    ('Hi Bcc: evil now', 'Hi = ?UTF-8?Q?=0A?=Bcc: evil')
    """
    plain = text
    if not text.isprintable():  # few are not, and to ask each letter takes long
        plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(plain.split()).replace("=?", "= ?")


def queue(session: Session, stamp: Stamp, message: Message, *, really: bool = True) -> None:
    """Write a message down; it is sent once the transaction is saved.

    `really=False` asks the same work of the database and writes nothing down: for answers whose time must not tell
    whether there was somebody to write to (promises S8).
    """
    row = _row_of(stamp, message)
    session.connection().execute(_queueing(tuple(row)), {**_asked(row), "really": really})
    if really:
        session.info[_QUEUED] = True


def queue_each(session: Session, stamp: Stamp, messages: Iterable[Message]) -> None:
    """Write several messages down, as `queue` does each, by one statement for all of them."""
    rows = [_row_of(stamp, message) for message in messages]
    if rows:
        asked = [{**_asked(row), "really": True} for row in rows]
        session.connection().execute(_queueing(tuple(rows[0])), asked)
        session.info[_QUEUED] = True


def _row_of(stamp: Stamp, message: Message) -> dict[str, Any]:
    return waiting_row(
        message.kind,
        stamp.at,
        address=message.to,
        subject=one_line(message.subject)[:LONGEST_SUBJECT],
        body=message.body,
        dedupe_key=message.dedupe_key,
        is_secret=message.is_secret,
        calendar=message.calendar,
    )


def _asked(row: dict[str, Any]) -> dict[str, Any]:
    return {f"new_{name}": value for name, value in row.items()}


def waiting_row(
    kind: str,
    at: datetime,
    *,
    address: str = "",
    subject: str = "",
    body: str = "",
    dedupe_key: str | None = None,
    is_secret: bool = False,
    calendar: bytes | None = None,
) -> dict[str, Any]:
    """The columns of a message that is new in the outbox and due at once. Without words: they are written later."""
    return {
        "kind": kind,
        "address": address,
        "subject": subject,
        "body": body,
        "state": State.WAITING.value,
        "made_at": at,
        "tries": 0,
        "next_try_at": at,
        "problem": "",
        "public_id": uuid4().hex,
        "dedupe_key": dedupe_key,
        "is_secret": is_secret,
        "ambiguous": 0,
        "stage": "",
        "receipt": "",
        "calendar": calendar,
    }


@cache
def _queueing(columns: tuple[str, ...]) -> Insert:
    """The statement that writes a message down, or does as much without writing anything."""
    types = OutgoingMessageRow.__table__.c
    values = [bindparam(f"new_{name}", type_=types[name].type) for name in columns]
    known = select(OutgoingMessageRow.id).where(
        OutgoingMessageRow.dedupe_key == bindparam("new_dedupe_key", type_=String)
    )
    return insert(OutgoingMessageRow).from_select(
        columns, select(*values).where(bindparam("really", type_=Boolean), ~known.exists())
    )


def take_queued(session: Session) -> bool:
    """Whether this session has written messages down since it was last asked."""
    return bool(session.info.pop(_QUEUED, False))


def withdraw(session: Session, address: str, kinds: Collection[str], why: str) -> None:
    """Do not send what has not left for an address yet, of these kinds: something newer takes its place."""
    session.connection().execute(_WITHDRAW, {"to": address, "kinds": sorted(kinds), "why": why})


_WITHDRAW = (
    update(OutgoingMessageRow)
    .where(
        # Whoever has claimed one finds, before any of it leaves, that it may not.
        OutgoingMessageRow.state.in_((State.WAITING.value, State.CLAIMED.value)),
        OutgoingMessageRow.address == bindparam("to"),
        OutgoingMessageRow.kind.in_(bindparam("kinds", expanding=True)),
    )
    .values(
        state=State.SUPERSEDED.value,
        body="",
        content=None,
        calendar=None,
        claim_token=None,
        problem=bindparam("why"),
    )
)


def withdraw_keyed(session: Session, keys: Collection[str], why: str) -> set[str]:
    """Do not send what has not left yet of the messages with these dedupe keys: something newer takes their place.

    Gives the keys of those that were withdrawn.
    """
    connection = session.connection()
    statement = _withdraw_keyed(connection.dialect.name)
    found = connection.execute(statement, {"keys": sorted(set(keys)), "why": why}).scalars()
    return {str(key) for key in found}


def _among(dialect: str) -> ColumnElement[bool]:
    """The condition for dedupe keys that are given as one value: a value for each of hundreds costs more than the
    answer."""
    if dialect == "postgresql":
        return OutgoingMessageRow.dedupe_key == any_(bindparam("keys", type_=ARRAY(String)))
    keys = func.json_each(bindparam("keys", type_=JSON)).table_valued("value")
    return OutgoingMessageRow.dedupe_key.in_(select(keys.c.value))


def forget_keys(session: Session, keys: Collection[str]) -> None:
    """Let what was withdrawn under these dedupe keys be written once more: it was never told."""
    session.connection().execute(_FORGET_KEYS, {"keys": sorted(keys)})


_FORGET_KEYS = (
    update(OutgoingMessageRow)
    .where(
        OutgoingMessageRow.dedupe_key.in_(bindparam("keys", expanding=True)),
        OutgoingMessageRow.state == State.SUPERSEDED.value,
    )
    .values(dedupe_key=None)
)


@cache
def _withdraw_keyed(dialect: str) -> ReturningUpdate[Any]:
    return (
        update(OutgoingMessageRow)
        .where(
            OutgoingMessageRow.state.in_((State.WAITING.value, State.CLAIMED.value)),
            # What may have arrived is not taken back.
            OutgoingMessageRow.ambiguous == 0,
            _among(dialect),
        )
        .values(
            state=State.SUPERSEDED.value,
            body="",
            content=None,
            calendar=None,
            claim_token=None,
            problem=bindparam("why"),
        )
        .returning(OutgoingMessageRow.dedupe_key)
    )


def rewrite_keyed(session: Session, key: str, subject: str, body: str) -> bool:
    """Give a message that still waits other words; False where none of this dedupe key does."""
    asked = {"key": key, "about": one_line(subject)[:LONGEST_SUBJECT], "saying": body}
    return bool(session.connection().execute(_REWRITE_KEYED, asked).rowcount)


_REWRITE_KEYED = (
    update(OutgoingMessageRow)
    .where(
        OutgoingMessageRow.dedupe_key == bindparam("key"),
        OutgoingMessageRow.state == State.WAITING.value,
        OutgoingMessageRow.ambiguous == 0,
    )
    .values(subject=bindparam("about"), body=bindparam("saying"))
)


def written_at(session: Session, keys: Collection[str]) -> dict[str, tuple[datetime, bool]]:
    """Of these dedupe keys those that a message has: when it was written, and whether it has arrived or still may."""
    connection = session.connection()
    found = connection.execute(_written_at(connection.dialect.name), {"keys": sorted(set(keys))})
    return {str(key): (at, State(state) not in _NEVER_ARRIVES) for key, at, state in found}


def left_at(session: Session, keys: Collection[str]) -> dict[str, datetime | None]:
    """Of these dedupe keys those whose message leaves: when it left, or None while it has not.

    What was withdrawn or could not be delivered is not among them.
    """
    connection = session.connection()
    found = connection.execute(_left_at(connection.dialect.name), {"keys": sorted(set(keys))})
    return {
        str(key): None if state in _NOT_LEFT else sent_at or handed_at or made_at
        for key, state, made_at, handed_at, sent_at in found
        if State(state) not in _NEVER_ARRIVES
    }


_NOT_LEFT = frozenset({State.WAITING.value, State.CLAIMED.value, State.SENDING.value})
_NEVER_ARRIVES = frozenset({State.FAILED, State.SUPERSEDED, State.CANCELLED})


@cache
def _left_at(dialect: str) -> Select[*tuple[Any, ...]]:
    return select(
        OutgoingMessageRow.dedupe_key,
        OutgoingMessageRow.state,
        OutgoingMessageRow.made_at,
        OutgoingMessageRow.handed_at,
        OutgoingMessageRow.sent_at,
    ).where(_among(dialect))


@cache
def _written_at(dialect: str) -> Select[*tuple[Any, ...]]:
    return select(OutgoingMessageRow.dedupe_key, OutgoingMessageRow.made_at, OutgoingMessageRow.state).where(
        _among(dialect)
    )
