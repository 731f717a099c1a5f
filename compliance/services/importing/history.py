"""The batches that were applied: what each was, who loaded it and when, what it changed, whether it still stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from compliance.services.importing.kinds import BATCH_CHANGES, FILE_KINDS
from foundation.errors import NotFound
from foundation.facts import known
from people.models import AccountRow, ImportBatchRow, PersonDetailRow
from people.services.scope import masked

UNDO_WORDS = {"taken_back": "facts taken back", "hold_again": "facts that hold again"}


@dataclass(frozen=True, slots=True)
class Batch:
    """One applied batch. `undone_by` and `undoes` are numbers of other batches; whoever sees no batch of others is
    told that one is undone, and not by which."""

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
    is_undone: bool

    @property
    def can_be_undone(self) -> bool:
        """Whether a page takes it back. A register is corrected on its own page, or taken back by command."""
        return self.undoes is None and not self.is_undone and self.kind in FILE_KINDS


def count_batches(session: Session, kind: str = "", by: str = "") -> int:
    """How many batches there are, of one kind or of all. `by`: those alone that this actor loaded."""
    found = session.connection().execute(_counted(bool(kind), bool(by)), {"kind": kind, "by": by})
    return int(found.scalar_one())


def batches(
    session: Session, kind: str = "", first: int = 0, most: int | None = None, by: str = ""
) -> list[Batch]:
    """Some batches, the latest first. One query. `by`: as for `count_batches`."""
    values = {"kind": kind, "first": first, "most": most, "by": by}
    return _batches(session, _some(bool(kind), bool(by), most is not None), values)


def find_batch(session: Session, number: int, by: str = "") -> Batch:
    """One batch. Raises NotFound, with `by` also for one that somebody else loaded."""
    found = _batches(session, _ONE_BY if by else _ONE, {"number": number, "by": by})
    if not found:
        raise NotFound(f"There is no batch {number}.")
    return found[0]


def _batches(session: Session, query: Select[*tuple[Any, ...]], values: Mapping[str, object]) -> list[Batch]:
    return [
        Batch(
            number=row.id,
            kind=row.kind,
            file_name=row.file_name,
            source=row.source,
            applied_at=row.applied_at,
            applied_by=_who(row),
            changes=_changes(row),
            rows=int(row.counts.get("rows", 0)),
            set_aside_rows=int(row.counts.get("set_aside_rows", 0)),
            undoes=row.undoes_id,
            undone_by=row.undone_by if values["by"] in ("", row.undone_by_whom) else None,
            is_undone=row.undone_by is not None,
        )
        for row in session.connection().execute(query, values).all()
    ]


def _changes(row: Any) -> tuple[tuple[str, int], ...]:
    words = UNDO_WORDS if row.undoes_id is not None else BATCH_CHANGES[row.kind]
    return tuple((said, int(row.counts[name])) for name, said in words.items() if row.counts.get(name))


def _who(row: Any) -> str:
    """Who loaded it, in words: the name behind an account, or the command line.

    An account that belongs to nobody who is counted is told by as much of its e-mail address as an auditor may read.
    """
    if row.email is None or not row.applied_by.startswith(_ACCOUNT):
        return "The command line"
    return f"{row.first_name} {row.last_name}" if row.last_name else masked(row.email)


# Built once (`people.store`), and each with everything that a line of the list says.
_ACCOUNT = "account:"
_OF_KIND = ImportBatchRow.kind == bindparam("kind")
_BY = ImportBatchRow.applied_by == bindparam("by")
_undo = aliased(ImportBatchRow)
_BATCHES: Select[*tuple[Any, ...]] = (
    select(
        ImportBatchRow.id,
        ImportBatchRow.kind,
        ImportBatchRow.file_name,
        ImportBatchRow.source,
        ImportBatchRow.applied_at,
        ImportBatchRow.applied_by,
        ImportBatchRow.counts,
        ImportBatchRow.undoes_id,
        # A batch is taken back once.
        _undo.id.label("undone_by"),
        _undo.applied_by.label("undone_by_whom"),
        AccountRow.email,
        PersonDetailRow.first_name,
        PersonDetailRow.last_name,
    )
    .outerjoin(_undo, _undo.undoes_id == ImportBatchRow.id)
    .outerjoin(AccountRow, AccountRow.public_id == func.substr(ImportBatchRow.applied_by, len(_ACCOUNT) + 1))
    .outerjoin(
        PersonDetailRow, (PersonDetailRow.person_id == AccountRow.person_id) & known(PersonDetailRow, None)
    )
    .order_by(ImportBatchRow.id.desc())
)
_ONE = _BATCHES.where(ImportBatchRow.id == bindparam("number"))
_ONE_BY = _ONE.where(_BY)


def _narrowed(query: Select[*tuple[Any, ...]], kind: bool, by: bool) -> Select[*tuple[Any, ...]]:
    query = query.where(_OF_KIND) if kind else query
    return query.where(_BY) if by else query


@cache
def _counted(kind: bool, by: bool) -> Select[*tuple[Any, ...]]:
    return _narrowed(select(func.count(ImportBatchRow.id)), kind, by)


@cache
def _some(kind: bool, by: bool, limited: bool) -> Select[*tuple[Any, ...]]:
    query = _narrowed(_BATCHES, kind, by).offset(bindparam("first"))
    return query.limit(bindparam("most")) if limited else query
