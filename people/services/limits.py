"""How often something may be tried: guesses are counted in the database, for every worker and across restarts.

A try is counted before it is made, inside one transaction and so by one writer at a time: tries that arrive together
cannot slip through together (promise S7). Whoever turns out to be right gets the try back. What is over the limit is
refused and not counted, so a stranger cannot prolong the wait of others by knocking on.

`Subject` says whose tries are counted. It is a keyed hash (people/auth makes it): the table holds no e-mail address
and no network address, and cannot be searched for them without the key of the service.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NewType

from sqlalchemy import bindparam, delete, insert, select
from sqlalchemy.orm import Session

from foundation import audit
from foundation.stamp import Stamp
from people.models import AttemptRow

Subject = NewType("Subject", str)
"""Whose tries are counted: 64 characters that say nothing to anybody without the key."""

KEPT = timedelta(days=1)
"""Older tries are deleted when a new one is written: no limit looks back as far."""


@dataclass(frozen=True, slots=True)
class Limit:
    """At most `most` tries of a kind by one subject `within` a time. `kind` has at most 20 characters."""

    kind: str
    most: int
    within: timedelta


# Signing in. A browser in which the owner has signed in before is counted by itself and by nothing else, so neither
# strangers who guess at the account nor a colleague behind the same network address keep its owner out.
SIGN_IN_ACCOUNT = Limit("sign_in.account", 10, timedelta(minutes=5))
SIGN_IN_DEVICE = Limit("sign_in.device", 10, timedelta(minutes=5))
SIGN_IN_ADDRESS = Limit("sign_in.address", 100, timedelta(hours=1))
# Guesses from everywhere at everybody: together they may keep the server busy, but not for more than one core.
SIGN_IN_TOTAL = Limit("sign_in.total", 3000, timedelta(minutes=5))
# Asking for a link to set a password, which sends a message to somebody's mailbox.
LINK_ACCOUNT = Limit("link.account", 3, timedelta(minutes=30))
# A whole council may share one network address, and asks for its links on the morning on which the service opens.
LINK_ADDRESS = Limit("link.address", 600, timedelta(hours=1))
# Security codes and recovery codes: of an account, whichever browser they come from.
CODE_ACCOUNT = Limit("code.account", 5, timedelta(minutes=15))
# The current password, asked for again by a page of somebody who is signed in.
PASSWORD_ACCOUNT = Limit("password.account", 10, timedelta(minutes=5))

Try = tuple[Limit, Subject]


@dataclass(frozen=True, slots=True)
class Taken:
    """What came of asking for a try: nothing to wait for and the rows that count it, or how long to wait."""

    wait: timedelta | None
    rows: tuple[int, ...] = ()


def spent(session: Session, limit: Limit, subject: Subject, now: datetime) -> timedelta | None:
    """How long the subject has to wait for the next try; None when it may try at once. Only reads."""
    values = {"kind": limit.kind, "subject": subject, "since": now - limit.within, "before": limit.most - 1}
    oldest: datetime | None = session.scalar(_OLDEST_THAT_COUNTS, values)
    return None if oldest is None else oldest + limit.within - now


_OLDEST_THAT_COUNTS = (
    select(AttemptRow.at)
    .where(
        AttemptRow.kind == bindparam("kind"),
        AttemptRow.subject == bindparam("subject"),
        AttemptRow.at > bindparam("since", type_=AttemptRow.at.type),
    )
    .order_by(AttemptRow.at.desc(), AttemptRow.id.desc())
    .offset(bindparam("before"))
    .limit(1)
)


def longest_wait(session: Session, tries: Collection[Try], now: datetime) -> timedelta | None:
    """The longest of what `spent` says of several limits."""
    waits = [wait for limit, subject in tries if (wait := spent(session, limit, subject, now)) is not None]
    return max(waits, default=None)


def count(session: Session, stamp: Stamp, limit: Limit, subject: Subject) -> int:
    """Count one try and give back its row. The try that uses a limit up leaves an audit event."""
    session.execute(delete(AttemptRow).where(AttemptRow.at < stamp.at - KEPT))
    row: int = session.scalars(
        insert(AttemptRow).returning(AttemptRow.id), {"kind": limit.kind, "subject": subject, "at": stamp.at}
    ).one()
    if spent(session, limit, subject, stamp.at) is not None:
        audit.record(session, stamp, "limit.reached", f"limit:{limit.kind}")
    return row


def take(session: Session, stamp: Stamp, tries: Sequence[Try]) -> Taken:
    """Count a try against several limits, unless one of them is used up: then it is counted against none."""
    wait = longest_wait(session, tries, stamp.at)
    if wait is not None:
        return Taken(wait)
    return Taken(None, tuple(count(session, stamp, limit, subject) for limit, subject in tries))


def give_back(session: Session, taken: Taken) -> None:
    """Forget a try that was right: limits are for those who guess."""
    if taken.rows:
        session.execute(delete(AttemptRow).where(AttemptRow.id.in_(taken.rows)))
