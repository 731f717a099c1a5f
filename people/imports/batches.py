"""Import batches: every applied file is one, every fact carries its number, and it can be taken back as a whole.

An undo is a batch of its own that names the one it undoes. It retracts what that batch recorded and records again what
it retracted; nothing is deleted, and "known at" an earlier moment still shows the batch (house, "Facts").
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, insert, inspect, select
from sqlalchemy.orm import Session

from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.facts import BOOKKEEPING, Fact, recorded, retract
from foundation.facts import touch as touch_people
from foundation.stamp import Stamp
from people.models import ImportBatchRow

Payload = tuple[Any, ...]
"""What a fact says, without its bookkeeping."""
FactRow = Any
"""A row of a fact table, by column names; lighter than an object where there may be half a million."""
KindsOfBatch = Mapping[str, Sequence["FactKind"]]
"""The facts that each kind of batch records."""
BuiltOn = Callable[[Session, "Undo"], Iterable[int | None]]
"""The batches (None: no batch) of facts that stand on what an undo would take away."""
Touch = Callable[[Session, type[Fact], FactRow], None]
"""Names the people whom a fact concerns that is not about one person."""


@dataclass(frozen=True, slots=True)
class FactKind:
    """A kind of fact that an import writes.

    `key` are the columns of which the record holds one at a time; with `days` it holds several, as long as their days
    do not overlap.
    """

    model: type[Fact]
    key: tuple[str, ...]
    days: bool = False


@dataclass
class Undo:
    """What taking a batch back does."""

    batch: ImportBatchRow
    gone: dict[type[Fact], list[FactRow]] = field(default_factory=dict)
    back: dict[type[Fact], list[FactRow]] = field(default_factory=dict)

    def counts(self) -> dict[str, int]:
        """How many facts are taken back and how many hold again, over all kinds."""
        return {
            "taken_back": sum(map(len, self.gone.values())),
            "hold_again": sum(map(len, self.back.values())),
        }


def open_batch(
    session: Session,
    stamp: Stamp,
    *,
    kind: str,
    file_name: str,
    sha256: str,
    counts: Mapping[str, Any],
    source: str = "",
    undoes_id: int | None = None,
) -> Stamp:
    """Add a batch, and give the stamp under which its facts are recorded."""
    batch = ImportBatchRow(
        kind=kind,
        file_name=file_name[:200],
        sha256=sha256,
        source=source[:60],
        applied_at=stamp.at,
        applied_by=stamp.actor,
        counts=dict(counts),
        undoes_id=undoes_id,
    )
    session.add(batch)
    session.flush()
    return stamp.in_batch(batch.id)


def plan_undo(session: Session, batch_id: int, kinds: KindsOfBatch, built_on: BuiltOn | None = None) -> Undo:
    """What an undo would do. `kinds` gives the facts of each kind of batch that may be undone here.

    Raises NotFound for a batch that is not among them, DomainError for one that is undone already, that is an undo
    itself, or on which a later act was built.
    """
    batch = session.get(ImportBatchRow, batch_id)
    if batch is None:
        raise NotFound(f"There is no batch {batch_id}. Nothing was changed.")
    if batch.kind not in kinds:
        ours = " and ".join(kinds)
        raise NotFound(
            f"Batch {batch_id} is one of {batch.kind}; this command takes back {ours}. Nothing was changed."
        )
    if batch.undoes_id is not None:
        raise DomainError(
            f"Batch {batch_id} is the undo of batch {batch.undoes_id}. To have that one back, load its file again."
        )
    undo_ids = _undo_ids(session)
    if batch_id in undo_ids:
        raise DomainError(f"Batch {batch_id} has been undone already, by batch {undo_ids[batch_id]}.")
    plan = Undo(batch)
    problems = []
    for kind in kinds[batch.kind]:
        problems += _plan_kind(session, plan, kind, undo_ids)
    if built_on is not None and not problems:
        problems = [_built_on(session, batch_id, other) for other in built_on(session, plan)]
    if problems:
        raise DomainError(*dict.fromkeys(problems))
    return plan


def undo_batch(
    session: Session,
    stamp: Stamp,
    batch_id: int,
    kinds: KindsOfBatch,
    built_on: BuiltOn | None = None,
    touch: Touch | None = None,
) -> tuple[Undo, int]:
    """Take a batch back. Call inside a transaction; gives what was done and the number of the undo.

    Raises what `plan_undo` raises.
    """
    plan = plan_undo(session, batch_id, kinds, built_on)
    batch = plan.batch
    stamp = open_batch(
        session,
        stamp,
        kind=batch.kind,
        file_name=batch.file_name,
        sha256=batch.sha256,
        counts=plan.counts(),
        source=batch.source,
        undoes_id=batch.id,
    )
    assert stamp.batch_id is not None
    for model, rows in plan.gone.items():
        retract(session, model, [row.id for row in rows], stamp, f"Batch {batch.id} was undone")
    for model, rows in plan.back.items():
        if rows:
            names = _columns(model)
            again = recorded(stamp)
            session.execute(
                insert(model), [{name: getattr(row, name) for name in names} | again for row in rows]
            )
    for part in (plan.gone, plan.back):
        for model, rows in part.items():
            if hasattr(model, "person_id"):
                touch_people(session, {row.person_id for row in rows})
            elif touch is not None:
                for row in rows:
                    touch(session, model, row)
    audit.record(session, stamp, "batch.undone", f"batch:{batch.id}", kind=batch.kind, **plan.counts())
    return plan, stamp.batch_id


def _plan_kind(session: Session, plan: Undo, kind: FactKind, undo_ids: Mapping[int, int]) -> list[str]:
    """Add what happens to the facts of one kind; gives what stands in the way."""
    model, batch = kind.model, plan.batch
    copies = _Copies(session, model)
    gone, problems = [], []
    for row in _rows(session, model, model.recorded_batch_id == batch.id):
        standing, built_on = row, None
        while standing is not None and standing.retracted_at is not None:
            built_on = standing.retracted_batch_id
            # What a later batch replaced holds again, as a copy, once that batch was undone.
            undo_id = undo_ids.get(built_on) if built_on is not None else None
            standing = copies.of(standing, undo_id) if undo_id is not None else None
        if standing is None:
            problems.append(_built_on(session, batch.id, built_on))
        else:
            gone.append(standing)
    back = _rows(session, model, model.retracted_batch_id == batch.id)
    problems += [
        _built_on(session, batch.id, other)
        for other in _in_the_way(session, kind, back, {row.id for row in gone})
    ]
    plan.gone[model], plan.back[model] = gone, list(back)
    return problems


def _in_the_way(
    session: Session, kind: FactKind, back: Sequence[FactRow], gone: set[int]
) -> list[int | None]:
    """The batches of facts that stand now and could not stand beside those that would hold again."""
    model = kind.model
    owner = getattr(model, kind.key[0])
    wanted: dict[Payload, list[FactRow]] = defaultdict(list)
    for row in back:
        wanted[tuple(getattr(row, name) for name in kind.key)].append(row)
    owners = sorted({key[0] for key in wanted})
    found: dict[int | None, None] = {}
    for start in range(0, len(owners), 500):
        standing = _rows(
            session, model, owner.in_(owners[start : start + 500]) & model.retracted_at.is_(None)
        )
        for row in standing:
            if row.id in gone:
                continue
            for other in wanted.get(tuple(getattr(row, name) for name in kind.key), ()):
                if not kind.days or (row.first_day <= other.last_day and other.first_day <= row.last_day):
                    found[row.recorded_batch_id] = None
    return list(found)


class _Copies:
    """The facts that undo batches recorded again, found by what they say."""

    def __init__(self, session: Session, model: type[Fact]) -> None:
        self._session, self._model, self._names = session, model, _columns(model)
        self._of_batch: dict[int, dict[Payload, FactRow]] = {}

    def of(self, row: FactRow, undo_id: int) -> FactRow | None:
        if undo_id not in self._of_batch:
            rows = _rows(self._session, self._model, self._model.recorded_batch_id == undo_id)
            self._of_batch[undo_id] = {self._payload(other): other for other in rows}
        return self._of_batch[undo_id].get(self._payload(row))

    def _payload(self, row: FactRow) -> Payload:
        return tuple(getattr(row, name) for name in self._names)


def _built_on(session: Session, batch_id: int, other: int | None) -> str:
    if other is None:
        return (
            f"What batch {batch_id} recorded has been corrected since, one fact at a time. Nothing was changed: "
            "correct the rest in the same way, or load a corrected file."
        )
    row = session.get(ImportBatchRow, other)
    if row is not None and row.undoes_id is not None:
        return f"Batch {other}, the undo of batch {row.undoes_id}, builds on batch {batch_id}. Nothing was changed."
    name = f" ({row.file_name})" if row is not None else ""
    return f"Batch {other}{name} builds on batch {batch_id}. Nothing was changed: undo batch {other} first."


def _undo_ids(session: Session) -> dict[int, int]:
    """The undo of each batch that was undone."""
    query = select(ImportBatchRow.undoes_id, ImportBatchRow.id).where(ImportBatchRow.undoes_id.is_not(None))
    return {
        undone: undo
        for undone, undo in session.execute(query.order_by(ImportBatchRow.id))
        if undone is not None
    }


def _rows(session: Session, model: type[Fact], condition: ColumnElement[bool]) -> Sequence[FactRow]:
    query = select(*inspect(model).local_table.columns).where(condition).order_by(model.id)
    return session.execute(query).all()


def _columns(model: type[Fact]) -> tuple[str, ...]:
    """The columns that say something: all but the id and the bookkeeping."""
    return tuple(
        column.name
        for column in inspect(model).local_table.columns
        if column.name not in ("id", *BOOKKEEPING)
    )
