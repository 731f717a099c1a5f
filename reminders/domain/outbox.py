"""The outbox: what a kind of message offers to it, how patient it is, and what it can be asked. Pure.

A message waits, is claimed by one process, is handed over to the mail server, and ends. What is known of its last
attempt is its stage; what is not known is counted (`ambiguous`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, runtime_checkable

from reminders.domain.letter import Attachment


@dataclass(frozen=True, slots=True)
class Words:
    """What a message says, made in the moment in which it leaves. The HTML part is made from the plain text."""

    address: str
    subject: str
    body: str
    is_html: bool = True
    attachment: Attachment | None = None


@dataclass(frozen=True, slots=True)
class NoLonger:
    """The message is not to leave any more. `why` is kept with it: a key or a sentence without anybody's data.

    `undecided`: not as it was; but some of it still applies, so that a person decides what becomes of it.
    """

    why: str
    undecided: bool = False


class Writer(Protocol):
    """Writes the messages of some kinds when they leave, so that they say what holds then. Session and stamp are those
    of the outbox; they have no types here because the rules know neither."""

    @property
    def kinds(self) -> frozenset[str]:
        """The `kind`s of message that it writes."""

    def address_of(self, session: Any, message_id: int) -> str | None:
        """To whom, before the mail server is asked. None: it is not to leave. Reads only."""

    def write(self, session: Any, stamp: Any, message_id: int, again: bool) -> Words | NoLonger:
        """The words, inside the transaction that marks the message `sending`; takes out of the ledger what no longer
        applies. `again`: a copy may have arrived, so the same bytes leave or nothing does; NoLonger if anything in it
        no longer applies, and `undecided` where the rest still does.
        """


Writing = Callable[[int, bool], Words | NoLonger]
"""Gives the words of one message by its number, as `Writer.write` does: number, and `again`."""


@runtime_checkable
class BundleWriter(Writer, Protocol):
    """A writer that reads what several messages need at once, so that no message costs questions of its own."""

    def writing(self, session: Any, stamp: Any, message_ids: Sequence[int]) -> Writing:
        """Asked inside the transaction of the mark, and good for it alone."""


class Stage(StrEnum):
    """How far the last attempt came."""

    ASKED = "asked"
    """The mail server said no, or went, before it had any of the message."""
    HANDED_OVER = "handed_over"
    """It may have all of the message; no answer has been written down."""
    ANSWERED = "answered"
    """It answered after the whole message."""


class Trial(StrEnum):
    """How far a run of reminders may go. Its first messages are tried before the others leave."""

    TRYING = "trying"
    PASSED = "passed"
    HELD = "held"
    """Too many of the first came to nothing; somebody looks, and releases the run."""


@dataclass(frozen=True, slots=True)
class Terms:
    """How the outbox goes about it. Tests shorten it; the caller brings `most_a_day` from the rule book."""

    lease: timedelta = timedelta(minutes=10)
    """How long a claim holds without a word: longer than a mail server may take over one message (letter.py)."""
    batch: int = 40
    """How many messages are claimed at a time, at most, and no more than leave in about `CLAIM_SECONDS`."""
    bundle: int = 20
    """How many messages are marked as leaving together, at most; they share what a mark and its settling cost. More
    saves next to nothing, and it is these that are in doubt after a power cut."""
    most_a_day: int = 2
    """How many reminders one person may get in `A_DAY`."""
    most_to_an_address: int = 40
    """How many messages of any kind one address may get in `A_DAY`: some share one, and a fault could flood it."""


A_DAY = timedelta(hours=20)
"""What counts as the same day, so that yesterday's message does not hold up this morning's."""
CLAIM_SECONDS = 2.0
"""After so long what is claimed and has not had its turn is given back: links that came in since go before it."""
BUNDLE_SECONDS = 2.0
"""Whether a message still applies is asked in its mark. What has not begun to leave so long after is asked anew."""
HALT_SECONDS = 0.05
"""How old the answer may be that nobody has halted mail in the database, before a message of a bundle."""
KEPT = timedelta(days=90)
"""How long the text of a message that is done with is kept."""
TRIED_FIRST = 20
MOST_BAD = 4
"""Of `TRIED_FIRST`: with more failed or uncertain (more than 20 %) the others of the run do not leave."""
CIRCUIT_FIRST, CIRCUIT_LONGEST = timedelta(minutes=5), timedelta(hours=1)


def copies_more(is_secret: bool) -> int:
    """How often a message may be sent again by itself when nobody knows whether it arrived.

    A second reminder is cheaper than silence; a second link that acts is not.
    """
    return 0 if is_secret else 1


def verdict(sent: int, bad: int) -> Trial:
    """What the first messages of a run say: `bad` have failed or are uncertain.

    >>> verdict(15, 4), verdict(16, 0), verdict(3, 5)
    (<Trial.TRYING: 'trying'>, <Trial.PASSED: 'passed'>, <Trial.HELD: 'held'>)
    """
    if bad > MOST_BAD:
        return Trial.HELD
    return Trial.PASSED if sent >= TRIED_FIRST - MOST_BAD else Trial.TRYING


def shut_for(failures: int) -> timedelta:
    """How long no connection is tried after so many failures in a row.

    >>> [shut_for(failures).seconds // 60 for failures in (1, 2, 3, 4, 5, 50)]
    [5, 10, 20, 40, 60, 60]
    """
    return min(CIRCUIT_FIRST * (1 << min(failures - 1, 10)), CIRCUIT_LONGEST)


@dataclass(frozen=True, slots=True)
class Line:
    """A message as lists show it. `run_id`, `person_id` and `day` are those of a reminder, None for other messages.

    `ambiguous`: how often it was handed over without an answer. `handed_at`: when it was last handed over.
    """

    public_id: str
    kind: str
    state: str
    address: str
    subject: str
    made_at: datetime
    next_try_at: datetime
    handed_at: datetime | None
    sent_at: datetime | None
    tries: int
    ambiguous: int
    stage: str
    code: int | None
    problem: str
    receipt: str
    receipt_at: datetime | None
    is_secret: bool
    person_id: int | None
    run_id: int | None
    day: date | None


@dataclass(frozen=True, slots=True)
class Possible:
    """A message that was handed over without an answer, so that nobody knows whether it arrived: its kind, when it was
    last handed over, and how far that came. `person_id` None: no reminder."""

    public_id: str
    kind: str
    state: str
    address: str
    person_id: int | None
    handed_at: datetime | None
    stage: str
    ambiguous: int

    @property
    def most_copies(self) -> int:
        """How many copies may have arrived, at most: those without an answer, and the one that was taken."""
        was_taken = self.state == "sent" and self.stage == Stage.ANSWERED
        return self.ambiguous + was_taken

    @property
    def may_follow(self) -> bool:
        """Whether a further copy is on its way, or about to be."""
        return self.state in ("waiting", "claimed", "sending")


@dataclass(frozen=True, slots=True)
class Gate:
    """What keeps all mail from leaving. Nothing does where `halted_at` and `open_until` are None."""

    halted_at: datetime | None = None
    halted_by: str = ""
    why: str = ""
    open_until: datetime | None = None
    failures: int = 0
    problem: str = ""
