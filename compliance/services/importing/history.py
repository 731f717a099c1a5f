"""The batches that were applied: what each was, who loaded it and when, what it changed, whether it still stands."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Select, and_, bindparam, func, select
from sqlalchemy.orm import Session, aliased

from compliance.services.importing.kinds import BATCH_CHANGES, FILE_KINDS
from foundation.errors import NotFound
from foundation.facts import known
from foundation.formats import count_noun
from people.models import AccountRow, ImportBatchRow, PersonDetailRow
from people.services.scope import masked

UNDO_WORDS = {"taken_back": "facts taken back", "hold_again": "facts that hold again"}
_ONE_OF = {
    "facts taken back": "fact taken back",
    "facts that hold again": "fact that holds again",
    "new organisations": "new organisation",
    "sectors corrected": "sector corrected",
    "new units": "new unit",
    "new people": "new person",
    "names, email addresses or categories corrected": "name, email address or category corrected",
    "new posts": "new post",
    "posts with a new unit, title, roles or manager": "post with a new unit, title, roles or manager",
    "posts taken up again after a gap": "post taken up again after a gap",
    "ended posts open again": "ended post open again",
    "posts ended by their row": "post ended by its row",
    "posts ended because the file leaves them out": "post ended because the file leaves it out",
    "posts with corrected history": "post with corrected history",
    "posts with another last day to come": "post with another last day to come",
    "new absences": "new absence",
    "absences with another last day": "absence with another last day",
    "new completions": "new completion",
    "completions corrected": "completion corrected",
    "new exemptions": "new exemption",
    "exemptions corrected": "exemption corrected",
    "schools described for the first time": "school described for the first time",
    "schools described anew": "school described anew",
    "new outcomes": "new outcome",
    "outcomes changed": "outcome changed",
}
"""The words of a change where there is one of it (`UNDO_WORDS`, `BATCH_CHANGES`)."""


def counted(words: str, number: int) -> str:
    """How often something changed, as a sentence says it. Raises KeyError for words that are none of a change.

    >>> counted("new completions", 1), counted("new completions", 1200)
    ('1 new completion', '1,200 new completions')
    """
    return count_noun(number, _ONE_OF[words], words)


@dataclass(frozen=True, slots=True)
class Own:
    """The batches of a partner lead: who loaded them, as a stamp names the account, and their numbers
    (`reach.sees_batches_of`)."""

    actor: str
    numbers: tuple[int, ...]


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


def count_batches(session: Session, kind: str = "", by: Own | None = None) -> int:
    """How many batches there are, of one kind or of all. `by`: those of a lead alone."""
    values = {"kind": kind, **_whose(by)}
    found = session.connection().execute(_counted(bool(kind), by is not None), values)
    return int(found.scalar_one())


def batches(
    session: Session, kind: str = "", first: int = 0, most: int | None = None, by: Own | None = None
) -> list[Batch]:
    """Some batches, the latest first. One query. `by`: as for `count_batches`."""
    values = {"kind": kind, "first": first, "most": most, **_whose(by)}
    return _batches(session, _some(bool(kind), by is not None, most is not None), values, by)


def find_batch(session: Session, number: int, by: Own | None = None) -> Batch:
    """One batch. Raises NotFound, with `by` also for one that is none of theirs."""
    found = _batches(session, _ONE if by is None else _ONE_BY, {"number": number, **_whose(by)}, by)
    if not found:
        raise NotFound(f"There is no batch {number}.")
    return found[0]


def _whose(by: Own | None) -> dict[str, object]:
    return {} if by is None else {"by": by.actor, "own": by.numbers}


def _batches(
    session: Session, query: Select[*tuple[Any, ...]], values: Mapping[str, object], by: Own | None
) -> list[Batch]:
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
            undone_by=row.undone_by if by is None or row.undone_by in by.numbers else None,
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
_BY = and_(
    ImportBatchRow.applied_by == bindparam("by"), ImportBatchRow.id.in_(bindparam("own", expanding=True))
)
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
