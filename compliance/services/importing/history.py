"""The batches that were applied: what each was, who loaded it and when, what it changed, whether it still stands."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, true
from sqlalchemy.orm import Session

from compliance.services.importing.kinds import BATCH_CHANGES, FILE_KINDS
from foundation.errors import NotFound
from foundation.facts import known
from people.models import AccountRow, ImportBatchRow, PersonDetailRow
from people.services.scope import masked

UNDO_WORDS = {"taken_back": "facts taken back", "hold_again": "facts that hold again"}


@dataclass(frozen=True, slots=True)
class Batch:
    """One applied batch. `undone_by` and `undoes` are numbers of other batches."""

    number: int
    kind: str
    file_name: str
    source: str
    applied_at: datetime
    applied_by: str
    changes: tuple[tuple[str, int], ...]
    """What it changed in words, and how often."""
    rows: int
    set_aside_rows: int
    undoes: int | None
    undone_by: int | None

    @property
    def can_be_undone(self) -> bool:
        """Whether a page takes it back. A register is corrected on its own page, or taken back by command."""
        return self.undoes is None and self.undone_by is None and self.kind in FILE_KINDS


def count_batches(session: Session, kind: str = "") -> int:
    """How many batches there are, of one kind or of all."""
    return session.scalar(select(func.count(ImportBatchRow.id)).where(_of(kind))) or 0


def batches(session: Session, kind: str = "", first: int = 0, most: int | None = None) -> list[Batch]:
    """Some batches, the latest first."""
    query = select(ImportBatchRow).where(_of(kind)).order_by(ImportBatchRow.id.desc()).offset(first)
    return _batches(session, session.scalars(query if most is None else query.limit(most)).all())


def find_batch(session: Session, number: int) -> Batch:
    """One batch. Raises NotFound."""
    row = session.get(ImportBatchRow, number)
    if row is None:
        raise NotFound(f"There is no batch {number}.")
    return _batches(session, [row])[0]


def _of(kind: str) -> ColumnElement[bool]:
    return ImportBatchRow.kind == kind if kind else true()


def _batches(session: Session, rows: Sequence[ImportBatchRow]) -> list[Batch]:
    numbers = [row.id for row in rows]
    undone: dict[int, int] = {}
    if numbers:
        query = select(ImportBatchRow.undoes_id, ImportBatchRow.id).where(
            ImportBatchRow.undoes_id.in_(numbers)
        )
        undone = dict(session.execute(query).all())  # type: ignore[arg-type]  # not null, see the condition
    names = _names(session, {row.applied_by for row in rows})
    return [
        Batch(
            number=row.id,
            kind=row.kind,
            file_name=row.file_name,
            source=row.source,
            applied_at=row.applied_at,
            applied_by=names[row.applied_by],
            changes=_changes(row),
            rows=int(row.counts.get("rows", 0)),
            set_aside_rows=int(row.counts.get("set_aside_rows", 0)),
            undoes=row.undoes_id,
            undone_by=undone.get(row.id),
        )
        for row in rows
    ]


def _changes(row: ImportBatchRow) -> tuple[tuple[str, int], ...]:
    words = UNDO_WORDS if row.undoes_id is not None else BATCH_CHANGES[row.kind]
    return tuple((said, int(row.counts[name])) for name, said in words.items() if row.counts.get(name))


def _names(session: Session, actors: Iterable[str]) -> dict[str, str]:
    """Who acted, in words: the name behind an account, or the command line.

    An account that belongs to nobody who is counted is told by as much of its e-mail address as an auditor may read.
    """
    found = dict.fromkeys(actors, "The command line")
    ids = {actor.removeprefix("account:"): actor for actor in found if actor.startswith("account:")}
    query = (
        select(AccountRow.public_id, AccountRow.email, PersonDetailRow.first_name, PersonDetailRow.last_name)
        .outerjoin(
            PersonDetailRow,
            (PersonDetailRow.person_id == AccountRow.person_id) & known(PersonDetailRow, None),
        )
        .where(AccountRow.public_id.in_(sorted(ids)))
        .order_by(AccountRow.id)
    )
    for public_id, email, first_name, last_name in session.execute(query):
        found[ids[public_id]] = f"{first_name} {last_name}" if last_name else masked(email)
    return found
