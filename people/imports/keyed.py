"""Files of single facts with a key of their own: absences, completions, exemptions.

A row whose key is not on record is added; one whose fact says something else corrects it; one that says the same does
nothing, so a file that is loaded again changes nothing.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from itertools import groupby
from typing import Any, Protocol, TypeVar

from sqlalchemy.orm import Session

from foundation import audit
from foundation.facts import Fact, Progress, retract, touch
from foundation.stamp import Stamp
from people.imports import batches
from people.imports.account import Account, Change
from people.imports.incoming import Findings, Incoming
from people.imports.person_rows import in_a_row
from people.imports.recording import record_facts
from people.imports.state import batches_applied

MOST_NAMED = 20
"""How many rows one kind of doubt names; the rest are only counted."""


class Sortable(Protocol):
    """What a key must be."""

    def __lt__(self, other: Any, /) -> bool: ...


K = TypeVar("K", bound=Sortable)
T = TypeVar("T")


@dataclass
class FactPlan:
    """What a file of single facts changes."""

    findings: Findings
    changes: list[Change] = field(default_factory=list)
    gone: list[int] = field(default_factory=list)
    new: list[tuple[Any, ...]] = field(default_factory=list)
    """The facts to record, as `columns` of the importer, in the order of their key."""
    touched: set[int] = field(default_factory=set)


def same_or_none(one: T, other: T) -> T | None:
    """What two rows of a key say together: the same, or nothing as they disagree."""
    return one if one == other else None


def each_once(
    rows: Iterable[tuple[int, K, T]],
    found: Findings,
    column: str,
    together: Callable[[T, T], T | None] = same_or_none,
) -> list[tuple[int, K, T]]:
    """One row a key, in order of keys. Rows that say the same count once; rows of a key that disagree are set aside.

    `together` gives what two rows say together, None where they disagree.
    """
    ordered = sorted(rows, key=lambda row: row[1])
    same: list[list[int]] = []
    kept = []
    for _, group in groupby(ordered, key=lambda row: row[1]):
        first, *others = group
        if not others:
            kept.append(first)
            continue
        lines = sorted([first[0], *(line for line, _, _ in others)])
        agreed: T | None = first[2]
        for _, _, says in others:
            agreed = None if agreed is None else together(agreed, says)
        if agreed is None:
            message = f"Rows {in_a_row(lines)} are about the same thing and disagree. Correct them."
            found.leave_out(lines, message, column)
        else:
            same.append(lines)
            kept.append((lines[0], first[1], agreed))
    same.sort()
    for lines in same[:MOST_NAMED]:
        found.tell(f"Rows {in_a_row(lines)} are the same; they count once.", lines[1])
    if len(same) > MOST_NAMED:
        found.tell(f"{len(same) - MOST_NAMED:,} more rows are repeated; each counts once.")
    return kept


def tell_some(found: Findings, messages: list[tuple[int, str]], column: str, rest: str) -> None:
    """The first notices of a kind one by one, with their lines; the rest only counted."""
    for line, message in messages[:MOST_NAMED]:
        found.tell(message, line, column)
    if len(messages) > MOST_NAMED:
        found.tell(f"{len(messages) - MOST_NAMED:,} more rows: {rest}", column=column)


def account_of(
    incoming: Incoming, plan: FactPlan, kind: str, kinds: Mapping[str, str], **more: Any
) -> Account:
    """The account of a file of single facts."""
    return Account(
        kind=kind,
        file=incoming.file,
        kinds=kinds,
        rows=incoming.rows_read,
        blank_rows=incoming.blank_rows,
        set_aside=plan.findings.problems,
        set_aside_rows=len(plan.findings.set_aside),
        notices=plan.findings.notices,
        changes=plan.changes,
        mend=lambda stream: incoming.write_set_aside(plan.findings, stream),
        **more,
    )


def tell_if_known(
    session: Session, incoming: Incoming, plan: FactPlan, kind: str, by: str | None = None
) -> None:
    """Say so when this very file was imported before; `by` an account that is not told of the files of others."""
    same = [
        batch
        for batch in batches_applied(session, kind)
        if batch.sha256 == incoming.sha256 and by in (None, batch.applied_by)
    ]
    if same:
        plan.findings.tell(f"This exact file was imported before, as batch {same[-1].id}.")


def write(
    session: Session,
    stamp: Stamp,
    incoming: Incoming,
    plan: FactPlan,
    account: Account,
    model: type[Fact],
    columns: tuple[str, ...],
    *,
    event: str,
    source: str = "",
    progress: Progress,
) -> Account:
    """Write the difference as one batch. Call inside the transaction in which the file was compared."""
    if not plan.changes:
        return account
    stamp = batches.open_batch(
        session,
        stamp,
        kind=account.kind,
        file_name=account.file,
        sha256=incoming.sha256,
        counts={**account.counts, "rows": account.rows, "set_aside_rows": account.set_aside_rows},
        source=source,
    )
    account.batch = stamp.batch_id
    retract(session, model, plan.gone, stamp, f"Corrected by a file of {account.kind}")
    progress("Saving", 0, len(plan.new))
    record_facts(session, stamp, model, columns, plan.new)
    progress("Saving", len(plan.new), len(plan.new))
    audit.record(session, stamp, event, f"batch:{stamp.batch_id}", file=account.file, **account.counts)
    touch(session, plan.touched)
    return account
