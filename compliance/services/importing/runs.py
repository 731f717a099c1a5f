"""Runs: a file on its way, whose it is, and how far it has come. Each step is taken by whoever comes first, once.

A run is its account's alone. Its state changes by a comparison and a write in one statement: a double click, a second
tab and a process that was thought dead find that somebody else was quicker, and do nothing.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, bindparam, insert, select, update
from sqlalchemy.orm import Session

from compliance.models import ImportRunRow
from compliance.services.importing.folder import ImportFolder, Progress
from compliance.services.importing.kinds import FILE_KINDS, UNDO, FileKind, Said
from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.formats import count_noun
from foundation.stamp import Stamp
from people.models import AccountRow, ImportBatchRow, new_public_id

KEPT_DAYS = 7
"""After so many days the file of a run is deleted, and the rows that nobody has mended."""
MOST_UNFINISHED = 10
"""Runs of one account that wait for it: each keeps a file."""
PATIENCE = timedelta(seconds=30)
"""Without a sign of life for so long, the process that was at a run is taken for dead."""


class State(StrEnum):
    """How far a run has come. Of the first and the third there is a process, which may have died."""

    PREVIEWING = "previewing"
    PREVIEWED = "previewed"
    APPLYING = "applying"
    APPLIED = "applied"
    REFUSED = "refused"
    FAILED = "failed"
    DISCARDED = "discarded"


WORKING = frozenset({State.PREVIEWING, State.APPLYING})
FINISHED = frozenset({State.APPLIED, State.DISCARDED})


@dataclass(frozen=True, slots=True)
class Run:
    """One run as it stands."""

    id: int
    public_id: str
    account_id: int
    kind: str
    said: Said
    size: int
    sha256: str
    stored_as: str
    state: State
    worker: str | None
    found: Mapping[str, Any]
    batch_id: int | None
    undoes_id: int | None
    made_at: datetime
    started_at: datetime
    finished_at: datetime | None

    @property
    def is_undo(self) -> bool:
        return self.kind == UNDO

    @property
    def file_kind(self) -> FileKind:
        """What kind of file it is, or of what kind the batch is that is taken back."""
        return FILE_KINDS[self.found["of_kind"] if self.is_undo else self.kind]

    @property
    def by_lead(self) -> bool:
        """Whether a partner lead loads it (`reach.kept_of`): then it waits for a check, and figures are of the own."""
        return "organisations" in self.found

    @property
    def digest(self) -> str:
        """What the preview showed, in a nutshell; empty before there is one."""
        return str(self.found.get("digest", ""))

    def is_at_work(self, progress: Progress | None, now: datetime) -> bool:
        """Whether the process that is at it gave a sign of life lately."""
        seen = max(self.started_at, progress.seen_at) if progress else self.started_at
        return self.state in WORKING and now - seen < PATIENCE


def begin(
    session: Session,
    stamp: Stamp,
    account_id: int,
    kind: str,
    said: Said,
    *,
    size: int,
    sha256: str,
    stored_as: str,
    kept: Mapping[str, Any] | None = None,
) -> str:
    """Write down a file that has been kept; gives the public id of its run. It has to be started.

    `kept` stays with the run whatever is found (`reach.kept_of`). Raises DomainError where too many others wait.
    """
    _refuse_too_many(session, account_id)
    return _add(session, stamp, account_id, kind, said, size, sha256, stored_as, kept or {})


def begin_undo(
    session: Session,
    stamp: Stamp,
    account_id: int,
    batch_id: int,
    stored_as: str,
    today: date,
    kept: Mapping[str, Any] | None = None,
) -> str:
    """Write down that a batch may be taken back; gives the public id of the run. `kept` as for `begin`.

    Raises NotFound for no batch, DomainError where too many others wait already.
    """
    batch = session.get(ImportBatchRow, batch_id)
    if batch is None or batch.kind not in FILE_KINDS:
        raise NotFound(f"There is no batch {batch_id}.")
    _refuse_too_many(session, account_id)
    said = Said(batch.file_name, today)
    found = {"of_kind": batch.kind, **(kept or {})}
    return _add(session, stamp, account_id, UNDO, said, 0, batch.sha256, stored_as, found, batch_id)


def _refuse_too_many(session: Session, account_id: int) -> None:
    waiting = len(unfinished(session, account_id))
    if waiting >= MOST_UNFINISHED:
        files = count_noun(waiting, "file waits", "files wait")
        raise DomainError(f"{files} for you already. Load or remove one of them first.")


def _add(
    session: Session,
    stamp: Stamp,
    account_id: int,
    kind: str,
    said: Said,
    size: int,
    sha256: str,
    stored_as: str,
    found: Mapping[str, Any],
    undoes_id: int | None = None,
) -> str:
    public_id = new_public_id()
    values = {
        "public_id": public_id,
        "account_id": account_id,
        "kind": kind,
        "map_name": said.map_name,
        "source": said.source,
        "as_at": said.as_at,
        "is_part": said.is_part,
        "file_name": said.file_name[:200],
        "size": size,
        "sha256": sha256,
        "stored_as": stored_as,
        "state": State.PREVIEWING,
        "found": dict(found),
        "undoes_id": undoes_id,
        "made_at": stamp.at,
        "started_at": stamp.at,
    }
    session.execute(insert(ImportRunRow).values(values))
    audit.record(session, stamp, "import.begun", f"import:{public_id}", kind=kind, size=size)
    return public_id


def kept(run: Run) -> dict[str, Any]:
    """What stays with a run whatever is found: of which kind the batch is, and whose people it may speak of."""
    return {name: run.found[name] for name in ("of_kind", "organisations") if name in run.found}


def find_run(session: Session, account_id: int, public_id: str) -> Run:
    """A run of this account. Raises NotFound for any other."""
    query = select(ImportRunRow).where(
        ImportRunRow.public_id == public_id, ImportRunRow.account_id == account_id
    )
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound("There is no such import.")
    return run_of(row)


def run_to_work_on(session: Session, public_id: str) -> Run:
    """A run, for the process that works on it. Raises NotFound."""
    query = select(ImportRunRow).where(ImportRunRow.public_id == public_id)
    row = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if row is None:
        raise NotFound(f"There is no import {public_id}.")
    return run_of(row)


def unfinished(session: Session, account_id: int) -> list[Run]:
    """The runs of an account that wait for it or are being worked on, the latest first."""
    return [run_of(row) for row in session.connection().execute(_UNFINISHED, {"account_id": account_id})]


def to_mend(session: Session, account_id: int, folder: ImportFolder) -> list[Run]:
    """The applied runs of an account with rows that still have to be mended, the latest first."""
    rows = session.connection().execute(_APPLIED, {"account_id": account_id})
    runs = [run_of(row) for row in rows]
    return [run for run in runs if run.found.get("set_aside_rows") and folder.of(run.stored_as).path.exists()]


def actor_of(session: Session, run: Run) -> str:
    """Who acts when a run is applied: the account that asked for it."""
    public_id = session.scalar(select(AccountRow.public_id).where(AccountRow.id == run.account_id))
    return f"account:{public_id}"


def person_of(session: Session, run: Run) -> int | None:
    """The person whose account uploaded the file; None where it belongs to nobody who is counted."""
    return session.scalar(select(AccountRow.person_id).where(AccountRow.id == run.account_id))


# --- steps, each taken once


def claim(session: Session, run: Run, mark: str) -> bool:
    """Take a run that waits for a process. Call inside a transaction; False where another process was quicker."""
    free = (ImportRunRow.state == run.state) & ImportRunRow.worker.is_(None)
    return _step(session, run, free, worker=mark)


def is_mine(session: Session, run: Run, mark: str) -> bool:
    """Whether a run still is this process's. Call inside the transaction that writes what came of it."""
    query = select(ImportRunRow.state, ImportRunRow.worker).where(ImportRunRow.id == run.id)
    return session.execute(query).one() == (run.state, mark)


def previewed(session: Session, run: Run, mark: str, at: datetime, found: Mapping[str, Any]) -> bool:
    """The preview is ready. False where the run is another process's by now."""
    return _end(session, run, mark, State.PREVIEWED, at, found)


def refused(session: Session, run: Run, mark: str, at: datetime) -> bool:
    """The whole file is refused, or the undo is."""
    return _end(session, run, mark, State.REFUSED, at, run.found)


def failed(session: Session, run: Run, mark: str, at: datetime) -> bool:
    """A fault of ours. Nothing was changed."""
    return _end(session, run, mark, State.FAILED, at, run.found)


def applied(session: Session, run: Run, mark: str, at: datetime, batch_id: int | None) -> bool:
    """It is done: written in the very transaction that does it."""
    return _end(session, run, mark, State.APPLIED, at, run.found, batch_id=batch_id)


def look_again(session: Session, run: Run, mark: str, at: datetime) -> Run | None:
    """The record has changed since the preview: the same process makes a new one. None where it is not its run."""
    found: dict[str, Any] = {**kept(run), "stale": True}
    held = _held(run, mark)
    # How many leavers somebody confirmed was said of the earlier preview: the brake asks again.
    if not _step(
        session, run, held, state=State.PREVIEWING, started_at=at, found=found, expected_leavers=None
    ):
        return None
    said = replace(run.said, expected_leavers=None)
    return replace(run, state=State.PREVIEWING, started_at=at, found=found, said=said)


def ask_to_apply(session: Session, stamp: Stamp, run: Run, seen: str, expected_leavers: int | None) -> None:
    """Let a previewed run be applied, as it was shown. Call inside a transaction, and start a process after it.

    Raises DomainError where the preview on record is not the one that was shown, or somebody was quicker.
    """
    if run.digest != seen:
        raise DomainError("The preview is not the one that you looked at. Look at it again.")
    still = ImportRunRow.state == State.PREVIEWED
    changed = {"state": State.APPLYING, "worker": None, "started_at": stamp.at, "finished_at": None}
    if not _step(session, run, still, **changed, expected_leavers=expected_leavers):
        raise DomainError("This file is being loaded already, or it was removed.")
    audit.record(
        session,
        stamp,
        "import.confirmed",
        f"import:{run.public_id}",
        leavers=expected_leavers,
        about_oneself=bool(run.found.get("about_oneself")),
    )


def ask_again(session: Session, stamp: Stamp, run: Run) -> bool:
    """Let a run be looked at anew whose process died or failed. Inside a transaction; False where it moved on."""
    same = (ImportRunRow.state == run.state) & (
        ImportRunRow.worker.is_(None) if run.worker is None else ImportRunRow.worker == run.worker
    )
    changed = {"state": State.PREVIEWING, "worker": None, "started_at": stamp.at, "finished_at": None}
    taken = _step(session, run, same, **changed, expected_leavers=None)
    if taken:
        audit.record(session, stamp, "import.restarted", f"import:{run.public_id}", state=run.state.value)
    return taken


def give_up_rows(session: Session, stamp: Stamp, run: Run) -> None:
    """Write down that the rows which an applied run set aside are deleted unmended. Call inside a transaction."""
    rows = int(run.found.get("set_aside_rows", 0))
    audit.record(session, stamp, "import.rows_removed", f"import:{run.public_id}", rows=rows)


def expire(session: Session, stamp: Stamp, run: Run) -> bool:
    """Give a run up that nobody has finished in time. Inside a transaction; False where it moved on."""
    same = ImportRunRow.state == run.state
    return _step(session, run, same, state=State.DISCARDED, worker=None, finished_at=stamp.at)


def discard(session: Session, stamp: Stamp, run: Run) -> None:
    """Give a run up. Call inside a transaction. Raises DomainError while it is being applied, or after."""
    open_to = ImportRunRow.state.in_([State.PREVIEWING, State.PREVIEWED, State.REFUSED, State.FAILED])
    if not _step(session, run, open_to, state=State.DISCARDED, worker=None, finished_at=stamp.at):
        raise DomainError("This file is being loaded, or has been. It cannot be removed now.")
    audit.record(session, stamp, "import.discarded", f"import:{run.public_id}")


def _held(run: Run, mark: str) -> ColumnElement[bool]:
    return (ImportRunRow.state == run.state) & (ImportRunRow.worker == mark)


def _end(
    session: Session,
    run: Run,
    mark: str,
    state: State,
    at: datetime,
    found: Mapping[str, Any],
    batch_id: int | None = None,
) -> bool:
    changed = {"state": state, "worker": None, "finished_at": at, "found": dict(found), "batch_id": batch_id}
    return _step(session, run, _held(run, mark), **changed)


def _step(session: Session, run: Run, condition: ColumnElement[bool], **changed: Any) -> bool:
    """Change a run if the condition still holds."""
    statement = update(ImportRunRow).where(ImportRunRow.id == run.id, condition).values(**changed)
    done = session.execute(statement.execution_options(synchronize_session=False))
    return bool(done.rowcount)  # type: ignore[attr-defined]  # an UPDATE counts its rows


# What the page of imports asks, built once (`people.store`).
_RUNS: Select[*tuple[Any, ...]] = (
    select(*ImportRunRow.__table__.columns)
    .where(ImportRunRow.account_id == bindparam("account_id"))
    .order_by(ImportRunRow.id.desc())
)
_UNFINISHED = _RUNS.where(ImportRunRow.state.not_in(FINISHED))
_APPLIED = _RUNS.where(ImportRunRow.state == State.APPLIED).limit(100)


def run_of(row: ImportRunRow | Row[*tuple[Any, ...]]) -> Run:
    """A row as a run."""
    said = Said(row.file_name, row.as_at, row.map_name, row.source, row.is_part, row.expected_leavers)
    return Run(
        id=row.id,
        public_id=row.public_id,
        account_id=row.account_id,
        kind=row.kind,
        said=said,
        size=row.size,
        sha256=row.sha256,
        stored_as=row.stored_as,
        state=State(row.state),
        worker=row.worker,
        found=row.found,
        batch_id=row.batch_id,
        undoes_id=row.undoes_id,
        made_at=row.made_at,
        started_at=row.started_at,
        finished_at=row.finished_at,
    )
