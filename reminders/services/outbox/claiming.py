"""Who may send a message: claims, in the database's own time.

A claim is a random word and a moment up to which it holds. Nothing leaves under a claim that has run out (marking.py),
so that it may be given to another without any doubt (recovering.py).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    ColumnElement,
    Integer,
    Interval,
    Select,
    Update,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session

from foundation.mail import OutgoingMessageRow as Row
from foundation.mail import State
from foundation.stamp import Stamp
from reminders.domain.outbox import Terms, Trial
from reminders.models import ReminderMessageRow, ReminderRunRow
from reminders.services.outbox import trial


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this process alone may send now. `run_id` and `recipient_id` are those of a reminder."""

    id: int
    public_id: str
    kind: str
    address: str
    subject: str
    body: str
    made_at: datetime
    tries: int
    is_secret: bool
    ambiguous: int
    content: bytes | None
    run_id: int | None
    recipient_id: int | None
    on_trial: bool
    calendar: bytes | None = None
    token: str = ""
    """The random word of the claim."""

    @property
    def goes_alone(self) -> bool:
        """Whether it is marked as leaving by itself: a link that acts is never sent again, those on trial may hold the
        others, and of what has been in doubt before a second doubt would leave it to a person."""
        return self.is_secret or self.on_trial or self.ambiguous > 0


def is_any_due(session: Session, now: datetime, written: Collection[str] = ()) -> bool:
    """Whether `claim` would find something; asks for no write lock."""
    return any(
        session.connection().execute(_first(chosen, locked=False), {**asked, "most": 1}).first() is not None
        for chosen, asked, free in _groups(session, now, written)
        if free is None or free > 0
    )


def claim(
    session: Session, stamp: Stamp, terms: Terms, most: int, written: Collection[str] = ()
) -> list[Claimed]:
    """Take the messages that have been due for longest, at most so many, so that no other process sends them.

    `written`: the kinds for which there is a writer. Others carry their words, or wait for whoever has one. A run of
    reminders gives no more than its trial allows (trial.py).
    """
    token = uuid4().hex
    taken: list[Claimed] = []
    for chosen, asked, free in _groups(session, stamp.at, written):
        wanted = most - len(taken) if free is None else min(most - len(taken), free)
        if wanted > 0:
            found = session.connection().execute(_first(chosen, locked=True), {**asked, "most": wanted})
            taken += [replace(Claimed(*row), token=token) for row in found]
    if taken:
        session.connection().execute(
            _claiming(dialect_of(session), terms.lease), {"ids": [one.id for one in taken], "token": token}
        )
    return taken


_ON_TRIAL = func.coalesce(ReminderRunRow.trial == Trial.TRYING.value, False)
_DUE = (
    select(
        Row.id,
        Row.public_id,
        Row.kind,
        Row.address,
        Row.subject,
        Row.body,
        Row.made_at,
        Row.tries,
        Row.is_secret,
        Row.ambiguous,
        Row.content,
        ReminderMessageRow.run_id,
        ReminderMessageRow.recipient_id,
        _ON_TRIAL,
        Row.calendar,
    )
    .outerjoin(ReminderMessageRow, ReminderMessageRow.message_id == Row.id)
    .outerjoin(ReminderRunRow, ReminderRunRow.id == ReminderMessageRow.run_id)
    .where(Row.state == State.WAITING.value)
    .order_by(Row.is_secret.desc(), Row.next_try_at, Row.id)
)
_HAS_WORDS = and_(Row.body != "", ReminderMessageRow.message_id.is_(None))


def _groups(
    session: Session, now: datetime, written: Collection[str]
) -> Iterator[tuple[Select[*tuple[Any, ...]], dict[str, Any], int | None]]:
    """What is due, the first to leave first: of no run that is on trial or held, then of each of these as its trial
    allows. With each what is asked, and the number that may leave; None: no limit."""
    slots = trial.slots(session)
    asked = {"now": now, "kinds": sorted(written)}
    yield _due(of_run=False), {**asked, "runs": sorted(slots)}, None
    for run_id, free in slots.items():
        yield _due(of_run=True), {**asked, "run": run_id}, free


@cache
def _due(*, of_run: bool) -> Select[*tuple[Any, ...]]:
    """What is due of one run, or of none of several; to build a statement takes longer than to run it."""
    run = ReminderMessageRow.run_id
    others = or_(run.is_(None), run.not_in(bindparam("runs", expanding=True)))
    return _DUE.where(
        Row.next_try_at <= bindparam("now", type_=Row.made_at.type),
        or_(Row.kind.in_(bindparam("kinds", expanding=True)), _HAS_WORDS),
        run == bindparam("run", type_=Integer) if of_run else others,
    )


@cache
def _first(chosen: Select[*tuple[Any, ...]], *, locked: bool) -> Select[*tuple[Any, ...]]:
    """The first so many of these."""
    first = chosen.limit(bindparam("most", type_=Integer))
    return first.with_for_update(skip_locked=True, of=Row) if locked else first


@cache
def _claiming(dialect: str, lease: timedelta) -> Update:
    return (
        update(Row)
        .where(Row.id.in_(bindparam("ids", expanding=True)))
        .values(
            state=State.CLAIMED.value,
            claim_token=bindparam("token"),
            lease_until=database_time(dialect, lease),
        )
    )


def release(session: Session, claimed: Collection[Claimed]) -> None:
    """Give claims of one time back: nothing of these messages has left, and no try is used up."""
    tokens = {one.token for one in claimed}
    let_wait(
        session,
        Row.id.in_([one.id for one in claimed]),
        Row.claim_token.in_(sorted(tokens)),
        Row.state == State.CLAIMED.value,
    )


def let_wait(session: Session, *which: ColumnElement[bool]) -> None:
    """Have messages wait that are claimed or marked, and of which nothing has left; no try is used up."""
    left_no_doubt = and_(Row.state == State.SENDING.value, Row.ambiguous == 0)
    session.connection().execute(
        update(Row)
        .where(*which)
        .values(
            state=State.WAITING.value,
            claim_token=None,
            lease_until=None,
            handed_at=case((left_no_doubt, None), else_=Row.handed_at),
            stage=case((left_no_doubt, ""), else_=Row.stage),
        )
    )


def dialect_of(session: Session) -> str:
    """Which database it is."""
    return session.get_bind().dialect.name


def database_time(dialect: str, ahead: timedelta = timedelta()) -> ColumnElement[datetime]:
    """The moment so long after now, by the database's clock, as a column keeps it.

    One clock for all processes: on PostgreSQL they may run on several machines.
    """
    if dialect == "postgresql":
        return func.clock_timestamp(type_=Row.made_at.type) + literal(ahead, Interval())
    said: ColumnElement[Any] = func.strftime(
        "%Y-%m-%d %H:%M:%f", "now", f"+{ahead.total_seconds():f} seconds"
    )
    moment: ColumnElement[Any] = said.concat("000")  # columns hold microseconds
    return moment
