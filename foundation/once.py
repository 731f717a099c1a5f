"""Forms that are sent twice act once.

A form that changes something carries a random key. The first time, the key is kept in the same transaction as the
change; the second time (a double click, the back button, a lost answer) the kept row says that it was done, and when.
"""

from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from secrets import token_urlsafe

from sqlalchemy import String, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.db import Base
from foundation.stamp import Stamp

KEY_LENGTH = 43


class SubmissionRow(Base):
    """A form that was sent and acted upon, by its key."""

    __tablename__ = "submission"

    key: Mapped[str] = mapped_column(String(80), primary_key=True)
    actor: Mapped[str] = mapped_column(String(80))
    at: Mapped[datetime] = mapped_column(index=True)
    led_to: Mapped[str] = mapped_column(String(300))


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a form the first time: when, and the address of the page that told of it."""

    at: datetime
    led_to: str


def new_key() -> str:
    """A key for a form that is being shown."""
    return token_urlsafe(32)


def done_before(session: Session, stamp: Stamp, key: str) -> Done | None:
    """What came of the form with this key, sent before by the same account; None the first time.

    Ask inside the transaction of the change, where no other writer can come in between.
    """
    query = select(SubmissionRow.at, SubmissionRow.led_to).where(SubmissionRow.key == _own(stamp, key))
    row = session.execute(query).one_or_none()
    return None if row is None else Done(row.at, row.led_to)


def remember(session: Session, stamp: Stamp, key: str, led_to: str) -> None:
    """Keep that the form with this key was acted upon."""
    values = {"key": _own(stamp, key), "actor": stamp.actor, "at": stamp.at, "led_to": led_to}
    session.execute(insert(SubmissionRow).values(values))


def _own(stamp: Stamp, key: str) -> str:
    """The key as this account's: one that somebody else has used stands in nobody's way."""
    return sha256(f"{stamp.actor} {key}".encode()).hexdigest()
