"""What becomes of a message that is sent, and when it is tried again. Pure.

A mailer says by an exception what happened; anything else that it raises is a fault of ours.
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol, runtime_checkable

TRY_AGAIN_AFTER = tuple(timedelta(minutes=minutes) for minutes in (5, 15, 60, 4 * 60, 12 * 60, 24 * 60))
"""How long to wait after the first try, the second and so on; after the last of them a message has failed."""
ANSWER_SECONDS = 30
FINAL_ANSWER_SECONDS = 300
"""A server may take its time over the final dot; whoever gives up early cannot know (RFC 5321, 4.5.3.2.6)."""
_ONE_ADDRESS = re.compile(r"[^\s@<>(),;:\"\\\[\]\x00-\x20\x7f-\U0010ffff]{1,64}@[A-Za-z0-9.-]{1,253}")


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it leaves: `content` is all of it as the mail server gets it, the rest says the same for people.

    `reference` is the message's public id: a provider that reports on its delivery names it.
    """

    sender: str
    to: str
    subject: str
    body: str
    message_id: str
    content: bytes
    reference: str = ""


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a message. Its name is of plain letters, and names nobody."""

    name: str
    media_type: str
    content: bytes


class NotSentError(Exception):
    """Why a message did not leave, in words without its address; `code` is the server's answer as a number."""

    def __init__(self, words: str = "", code: int | None = None) -> None:
        super().__init__(words)
        self.code = code


class MailerUnusableError(NotSentError):
    """No message can leave at all now: no connection. That is no message's fault."""


class LockedOutError(MailerUnusableError):
    """The server does not let us in: no encryption, a wrong password, a sender it does not take. Asking again at once
    would be no use, and many servers lock out who does."""


class RefusedError(NotSentError):
    """This message will never be taken."""


class NotNowError(NotSentError):
    """This message was not taken now, and is sure not to arrive; it may be taken later."""


class UncertainError(NotSentError):
    """The whole message was handed over and no answer came: it may arrive or not (promises, section 4)."""


class Mailer(Protocol):
    """A way to send, in two halves, between which the message is written and marked as leaving.

    One file in reminders/mailers. `open` and `close` are the ends of its life, both often called.
    """

    def open(self) -> None:
        """Be ready to send. Raises MailerUnusableError."""

    def begin(self, sender: str, to: str) -> None:
        """Ask whether a message between these two may come, up to where its text would follow. Nothing of it leaves.

        Raises RefusedError, NotNowError, MailerUnusableError. Afterwards comes `finish` or `abandon`.
        """

    def finish(self, letter: Letter) -> None:
        """Hand over the message that was begun. Raises RefusedError, NotNowError, UncertainError, MailerUnusableError;
        all but UncertainError say that it is sure not to arrive."""

    def abandon(self) -> None:
        """Forget the message that was begun. Never raises."""

    def close(self) -> None:
        """Give back what `open` took. Never raises."""


@runtime_checkable
class Remembering(Protocol):
    """A mailer whose provider can be asked what it has: where a message is in doubt, before a second copy leaves."""

    def was_taken(self, letter: Letter) -> bool | None:
        """Whether it has a message of this reference; None when it does not say."""


def wait_after(tries: int) -> timedelta | None:
    """How long to wait after so many tries; None: it has been tried often enough.

    >>> wait_after(1), wait_after(7)
    (datetime.timedelta(seconds=300), None)
    """
    return TRY_AGAIN_AFTER[tries - 1] if tries <= len(TRY_AGAIN_AFTER) else None


def is_one_address(text: str) -> bool:
    """Whether this is one plain address: with nothing that ends or adds to a command or a header, or that a mail
    program would decode into something else ("=?"). The settings are judged by it too.

    >>> [is_one_address(text) for text in ("o'neil@council.example", "a@b.example, c@d.example", "a@b\\r\\nDATA")]
    [True, False, False]
    >>> is_one_address("=?utf-8?q?=0a?=@council.example")
    False
    """
    return _ONE_ADDRESS.fullmatch(text) is not None and "=?" not in text
