"""Deleting what has been kept for long enough: the rows say so first, and the folders go once that is saved."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.models import ImportRunRow
from compliance.services.importing.folder import ImportFolder
from compliance.services.importing.runs import FINISHED, KEPT_DAYS, Run, State, expire, run_of
from foundation import audit
from foundation.stamp import Stamp

_AT_ONCE = 500


def sweep(session: Session, stamp: Stamp, folder: ImportFolder) -> tuple[int, list[str]]:
    """Give up the runs that nobody has finished in time; gives how many, and the folders to delete.

    Call inside a transaction, and `folder.remove` after it: a folder that is still there is found the next time. A run
    that is being worked on has its turn then too.
    """
    before = stamp.at - timedelta(days=KEPT_DAYS)
    late = select(ImportRunRow).where(ImportRunRow.state.not_in(FINISHED), ImportRunRow.made_at < before)
    gone = 0
    for row in session.scalars(late.order_by(ImportRunRow.id)).all():
        run = run_of(row)
        if not _is_at_work(run, folder, stamp):
            gone += expire(session, stamp, run)
    if gone:
        audit.record(session, stamp, "import.swept", runs=gone)
    return gone, _over(session, stamp, folder)


def _over(session: Session, stamp: Stamp, folder: ImportFolder) -> list[str]:
    """The folders that no run needs: only those that lie there are asked for, however many runs there ever were."""
    before, lying = stamp.at - timedelta(days=KEPT_DAYS), folder.names()
    kept, over = [], []
    for start in range(0, len(lying), _AT_ONCE):
        query = select(ImportRunRow).where(ImportRunRow.stored_as.in_(lying[start : start + _AT_ONCE]))
        query = query.order_by(ImportRunRow.id).execution_options(populate_existing=True)
        for run in map(run_of, session.scalars(query)):
            is_over = run.state is State.DISCARDED or run.made_at < before
            if is_over and not _is_at_work(run, folder, stamp):
                over.append(run.stored_as)
            else:
                kept.append(run.stored_as)
    return [*over, *folder.without_row([*kept, *over], stamp.at)]


def _is_at_work(run: Run, folder: ImportFolder, stamp: Stamp) -> bool:
    return run.is_at_work(folder.of(run.stored_as).progress(stamp.at.tzinfo), stamp.at)
