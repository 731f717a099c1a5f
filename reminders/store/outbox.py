"""Reading the outbox: how many messages stand where, and what each of them has come to."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from foundation.mail import MailGateRow, OutgoingMessageRow, State
from foundation.pagination import Page
from reminders.domain.outbox import Gate, Line, Possible
from reminders.models import ReminderMessageRow

GATE = 1
"""The id of the one row of the gate."""
_LINE = (
    OutgoingMessageRow.public_id,
    OutgoingMessageRow.kind,
    OutgoingMessageRow.state,
    OutgoingMessageRow.address,
    OutgoingMessageRow.subject,
    OutgoingMessageRow.made_at,
    OutgoingMessageRow.next_try_at,
    OutgoingMessageRow.handed_at,
    OutgoingMessageRow.sent_at,
    OutgoingMessageRow.tries,
    OutgoingMessageRow.ambiguous,
    OutgoingMessageRow.stage,
    OutgoingMessageRow.code,
    OutgoingMessageRow.problem,
    OutgoingMessageRow.receipt,
    OutgoingMessageRow.receipt_at,
    OutgoingMessageRow.is_secret,
    ReminderMessageRow.recipient_id.label("person_id"),
    ReminderMessageRow.run_id,
    ReminderMessageRow.day,
)


def counts(session: Session) -> dict[State, int]:
    """How many messages are in each state, 0 included."""
    found = session.execute(select(OutgoingMessageRow.state, func.count()).group_by(OutgoingMessageRow.state))
    return dict.fromkeys(State, 0) | {State(state): number for state, number in found}


def count(session: Session, state: State) -> int:
    """How many messages are in one state: those that are uncertain, or have failed."""
    query = select(func.count()).where(OutgoingMessageRow.state == state.value)
    return session.scalars(query).one()


def messages(
    session: Session,
    wanted: str | None = None,
    *,
    states: Collection[State] = (),
    kinds: Collection[str] = (),
    since: datetime | None = None,
    before: datetime | None = None,
    person_id: int | None = None,
    among: Select[int] | None = None,
) -> tuple[tuple[Line, ...], Page]:
    """One page of the messages, the newest first, and where that page lies. Empty filters let everything through.

    `wanted`: the page that an address asks for. `since` and `before`: when the messages were written down. `person_id`
    is that of reminders; `among` a query for several of these (reminders/store/peoples.py).
    """
    chosen = _chosen(states, kinds, since, before, person_id, among)
    total = session.scalars(_joined(func.count()).where(*chosen)).one()
    page = Page.of(wanted, total)
    query = _joined(*_LINE).where(*chosen).order_by(OutgoingMessageRow.id.desc())
    found = session.execute(query.limit(page.size).offset(page.offset))
    return tuple(_line(row) for row in found), page


def each(
    session: Session,
    *,
    states: Collection[State] = (),
    kinds: Collection[str] = (),
    since: datetime | None = None,
    before: datetime | None = None,
    person_id: int | None = None,
    among: Select[int] | None = None,
) -> Iterator[Line]:
    """Every message that `messages` would show, the newest first."""
    query = _joined(*_LINE).where(*_chosen(states, kinds, since, before, person_id, among))
    for row in session.execute(query.order_by(OutgoingMessageRow.id.desc())):
        yield _line(row)


def kinds(session: Session) -> tuple[str, ...]:
    """The kinds of message that there are, for a filter."""
    query = select(OutgoingMessageRow.kind).distinct().order_by(OutgoingMessageRow.kind)
    return tuple(session.scalars(query))


def message(session: Session, public_id: str) -> Line | None:
    """One message."""
    row = session.execute(_joined(*_LINE).where(OutgoingMessageRow.public_id == public_id)).one_or_none()
    return None if row is None else _line(row)


def text_of(session: Session, public_id: str) -> str:
    """What a message said, as plain text: empty before it leaves, once it was wiped, and always where it is secret."""
    query = select(OutgoingMessageRow.body).where(
        OutgoingMessageRow.public_id == public_id, ~OutgoingMessageRow.is_secret
    )
    return session.scalars(query).one_or_none() or ""


def possible_duplicates(session: Session) -> tuple[Possible, ...]:
    """Every message that was handed over without an answer, the newest first. Nothing else was ever sent twice.

    Not all of them were: `Possible.most_copies`.
    """
    query = (
        _joined(
            OutgoingMessageRow.public_id,
            OutgoingMessageRow.kind,
            OutgoingMessageRow.state,
            OutgoingMessageRow.address,
            ReminderMessageRow.recipient_id,
            OutgoingMessageRow.handed_at,
            OutgoingMessageRow.stage,
            OutgoingMessageRow.ambiguous,
        )
        .where(OutgoingMessageRow.ambiguous > 0)
        .order_by(OutgoingMessageRow.id.desc())
    )
    return tuple(Possible(*row) for row in session.execute(query))


def gate(session: Session) -> Gate:
    """What keeps all mail from leaving, but for the file (`services.outbox.gate`)."""
    row = session.connection().execute(_GATE).one_or_none()
    return Gate() if row is None else Gate(row[0], row[1] or "", *row[2:])


_GATE = select(
    MailGateRow.halted_at,
    MailGateRow.halted_by,
    MailGateRow.why,
    MailGateRow.open_until,
    MailGateRow.failures,
    MailGateRow.problem,
).where(MailGateRow.id == GATE)


def _joined(*columns: Any) -> Select[*tuple[Any, ...]]:
    return (
        select(*columns)
        .outerjoin(ReminderMessageRow, ReminderMessageRow.message_id == OutgoingMessageRow.id)
        .select_from(OutgoingMessageRow)
    )


def _chosen(
    states: Collection[State],
    kinds: Collection[str],
    since: datetime | None,
    before: datetime | None,
    person_id: int | None,
    among: Select[int] | None,
) -> list[ColumnElement[bool]]:
    chosen: list[ColumnElement[bool]] = []
    if states:
        chosen.append(OutgoingMessageRow.state.in_(sorted(state.value for state in states)))
    if kinds:
        chosen.append(OutgoingMessageRow.kind.in_(sorted(kinds)))
    if since is not None:
        chosen.append(OutgoingMessageRow.made_at >= since)
    if before is not None:
        chosen.append(OutgoingMessageRow.made_at < before)
    if person_id is not None:
        chosen.append(ReminderMessageRow.recipient_id == person_id)
    if among is not None:
        chosen.append(ReminderMessageRow.recipient_id.in_(among))
    return chosen


def _line(row: Row[*tuple[Any, ...]]) -> Line:
    return Line(*row)
