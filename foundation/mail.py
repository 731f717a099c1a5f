"""Messages that are to leave by e-mail: written down in the transaction of what they tell of, sent afterwards.

Whoever writes a message needs no mail server, and a message is never sent for something that was rolled back.
`reminders.services.outgoing` sends what waits here.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import Boolean, Integer, String, Text, bindparam, insert, literal, select, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.db import Base, UTCDateTime
from foundation.stamp import Stamp

LONGEST_SUBJECT = 200
_QUEUED = "mail.queued"


class State(StrEnum):
    """How far a message has come.

    `uncertain`: it was being sent when the process or the connection died, so that it may have arrived or not. Nothing
    sends it again by itself.
    """

    WAITING = "waiting"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    UNCERTAIN = "uncertain"


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one address, as plain text. `kind` is a key such as "invitation", for lists and counts."""

    kind: str
    to: str
    subject: str
    body: str


class OutgoingMessageRow(Base):
    """A message on its way, in one of the states of `State`.

    The body may hold a link that opens an account, so it is wiped when the message has been sent or given up.
    While the message is being sent, `next_try_at` is the moment from which on nobody waits for the sender any more.
    """

    __tablename__ = "outgoing_message"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(40))
    address: Mapped[str] = mapped_column(String(254))
    subject: Mapped[str] = mapped_column(String(LONGEST_SUBJECT))
    body: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(20), index=True)
    made_at: Mapped[datetime]
    tries: Mapped[int] = mapped_column(Integer)
    next_try_at: Mapped[datetime]
    sent_at: Mapped[datetime | None]
    problem: Mapped[str] = mapped_column(String(200))


def one_line(text: str) -> str:
    """The text without anything that a mail program could take for the end of a header, or decode into one.

    Control and separator characters become blanks, and the mark "=?" of an encoded word is broken: Python 3.11 turns
    an encoded line feed in a subject into a real header (promises, fact 8).

    >>> one_line("Hi\\r\\nBcc: evil\\u2028now"), one_line("Hi =?UTF-8?Q?=0A?=Bcc: evil")
    ('Hi Bcc: evil now', 'Hi = ?UTF-8?Q?=0A?=Bcc: evil')
    """
    plain = "".join(letter if letter.isprintable() else " " for letter in text)
    return " ".join(plain.split()).replace("=?", "= ?")


def queue(session: Session, stamp: Stamp, message: Message, *, really: bool = True) -> None:
    """Write a message down; it is sent once the transaction is saved.

    `really=False` asks the same work of the database and writes nothing down: for answers whose time must not tell
    whether there was somebody to write to (promises S8).
    """
    session.connection().execute(
        _QUEUE,
        {
            "of_kind": message.kind,
            "to": message.to,
            "about": one_line(message.subject)[:LONGEST_SUBJECT],
            "saying": message.body,
            "now": stamp.at,
            "really": really,
        },
    )
    if really:
        session.info[_QUEUED] = True


_now = bindparam("now", type_=UTCDateTime())
_QUEUE = insert(OutgoingMessageRow).from_select(
    ["kind", "address", "subject", "body", "state", "made_at", "tries", "next_try_at", "problem"],
    select(
        bindparam("of_kind", type_=String),
        bindparam("to", type_=String),
        bindparam("about", type_=String),
        bindparam("saying", type_=Text),
        literal(State.WAITING.value, String),
        _now,
        literal(0, Integer),
        _now,
        literal("", String),
    ).where(bindparam("really", type_=Boolean)),
)


def take_queued(session: Session) -> bool:
    """Whether this session has written messages down since it was last asked."""
    return bool(session.info.pop(_QUEUED, False))


def withdraw(session: Session, address: str, kinds: Collection[str], why: str) -> None:
    """Do not send what still waits for an address, of these kinds: something newer takes its place."""
    session.connection().execute(_WITHDRAW, {"to": address, "kinds": sorted(kinds), "why": why})


_WITHDRAW = (
    update(OutgoingMessageRow)
    .where(
        OutgoingMessageRow.state == State.WAITING.value,
        OutgoingMessageRow.address == bindparam("to"),
        OutgoingMessageRow.kind.in_(bindparam("kinds", expanding=True)),
    )
    .values(state=State.FAILED.value, body="", problem=bindparam("why"))
)
