"""Facts: rows that are recorded once, perhaps retracted once, and never edited (docs/adr/0001).

A correction retracts one row and records another. `known` asks what the record said at a moment.
When a fact changes, its writer names the people concerned with `touch`; the one listener (the timelines, wired up
by `app`) is told of them just before the commit. That is the only way in which a change travels upwards.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy import ColumnElement, Index, Integer, String, and_, or_, text, update
from sqlalchemy.orm import Mapped, Session, mapped_column

from foundation.stamp import Stamp


class Fact:
    """Mixin of every fact: when it entered the record, by whom, and, if a correction replaced it, when it left."""

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    recorded_at: Mapped[datetime] = mapped_column(sort_order=900)
    recorded_by: Mapped[str] = mapped_column(String(80), sort_order=901)
    recorded_batch_id: Mapped[int | None] = mapped_column(Integer, index=True, sort_order=902)
    retracted_at: Mapped[datetime | None] = mapped_column(sort_order=903)
    retracted_by: Mapped[str | None] = mapped_column(String(80), sort_order=904)
    retracted_reason: Mapped[str | None] = mapped_column(String(200), sort_order=905)
    retracted_batch_id: Mapped[int | None] = mapped_column(Integer, index=True, sort_order=906)


BOOKKEEPING = (
    "recorded_at",
    "recorded_by",
    "recorded_batch_id",
    "retracted_at",
    "retracted_by",
    "retracted_reason",
    "retracted_batch_id",
)


_CURRENT = text("retracted_at IS NULL")


def current_index(table: str, *columns: str, unique: bool = False) -> Index:
    """An index over the facts that stand now; unique where the current record may hold only one."""
    name = f"{'uq' if unique else 'ix'}_{table}_current_{columns[0]}"
    return Index(name, *columns, unique=unique, sqlite_where=_CURRENT, postgresql_where=_CURRENT)


def recorded(stamp: Stamp) -> dict[str, Any]:
    """The columns that say who recorded a fact, and when."""
    return {"recorded_at": stamp.at, "recorded_by": stamp.actor, "recorded_batch_id": stamp.batch_id}


def known(model: type[Fact], known_at: datetime | None) -> ColumnElement[bool]:
    """The condition for facts as the record stood at a moment; None means now (counting rule 1)."""
    if known_at is None:
        return model.retracted_at.is_(None)
    return and_(
        model.recorded_at <= known_at, or_(model.retracted_at.is_(None), model.retracted_at > known_at)
    )


def retract(session: Session, model: type[Fact], ids: Iterable[int], stamp: Stamp, reason: str) -> None:
    """Take facts out of the record from the stamp's moment on. What they said before stays readable."""
    wanted = sorted(ids)
    for start in range(0, len(wanted), 500):
        session.execute(
            update(model)
            .where(model.id.in_(wanted[start : start + 500]), model.retracted_at.is_(None))
            .values(
                retracted_at=stamp.at,
                retracted_by=stamp.actor,
                retracted_reason=reason,
                retracted_batch_id=stamp.batch_id,
            )
            .execution_options(synchronize_session=False)
        )


Progress = Callable[[str, int, int], None]
"""Told (what, done, of how many) during long work; draws a bar on a terminal."""


def no_progress(_what: str, _done: int, _total: int) -> None:
    """Say nothing."""


@dataclass
class Touched:
    """What a transaction changed: people by id, and requirements by id when the rule book changed for everyone."""

    person_ids: set[int] = field(default_factory=set)
    requirement_ids: set[int] = field(default_factory=set)
    everything: bool = False
    progress: Progress = no_progress
    """Told how far the listener has come."""

    def __bool__(self) -> bool:
        return bool(self.person_ids or self.requirement_ids or self.everything)


class Listener(Protocol):
    """Told, inside the transaction and just before its commit, whose facts changed."""

    def __call__(self, session: Session, touched: Touched) -> None: ...


_KEY = "touched facts"
_listeners: list[Listener] = []


def listen(listener: Listener) -> Listener:
    """Make `listener` the one that hears of touched facts. `app` calls this once."""
    _listeners[:] = [listener]
    return listener


def touched(session: Session) -> Touched:
    """What the running transaction has touched so far."""
    found = session.info.setdefault(_KEY, Touched())
    assert isinstance(found, Touched)
    return found


def touch(session: Session, person_ids: Iterable[int]) -> None:
    """Name people whose facts the running transaction changes."""
    touched(session).person_ids.update(person_ids)


def touch_rules(session: Session, requirement_ids: Iterable[int] | None) -> None:
    """Name requirements whose rules changed for everyone; None when everything may have changed."""
    if requirement_ids is None:
        touched(session).everything = True
    else:
        touched(session).requirement_ids.update(requirement_ids)


def announce(session: Session) -> None:
    """Tell the listener what was touched, then start afresh."""
    changed = touched(session)
    if changed:
        for listener in _listeners:
            listener(session, changed)
    forget(session)


def forget(session: Session) -> None:
    """Drop what was touched: the transaction ended."""
    session.info.pop(_KEY, None)
