"""What becomes of a message that is sent, and when it is tried again. Pure.

A mailer says by an exception what happened; anything else that it raises is a fault of ours.
"""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

TRY_AGAIN_AFTER = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=4))
"""How long to wait after the first try, the second and so on; after the last of them a message has failed."""


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it leaves: `content` is all of it as the mail server gets it, the rest says the same for people."""

    sender: str
    to: str
    subject: str
    body: str
    message_id: str
    content: bytes


class MailerUnusableError(Exception):
    """No message can leave at all: no connection, no encryption, a wrong password. That is no message's fault."""


class RefusedError(Exception):
    """This message will never be taken."""


class NotNowError(Exception):
    """This message was not taken now, and is sure not to arrive; it may be taken later."""


class UncertainError(Exception):
    """The whole message was handed over and no answer came: it may arrive or not (promises, section 4)."""


class Mailer(Protocol):
    """A way to send. One file in reminders/mailers; the ends of its life are `open` and `close`, both often called."""

    def open(self) -> None:
        """Be ready to send. Raises MailerUnusableError."""

    def send(self, letter: Letter) -> None:
        """Hand one message over. Raises RefusedError, NotNowError, UncertainError, MailerUnusableError."""

    def close(self) -> None:
        """Give back what `open` took. Never raises."""


def wait_after(tries: int) -> timedelta | None:
    """How long to wait after so many tries; None: it has been tried often enough.

    >>> wait_after(1), wait_after(5)
    (datetime.timedelta(seconds=300), None)
    """
    return TRY_AGAIN_AFTER[tries - 1] if tries <= len(TRY_AGAIN_AFTER) else None
