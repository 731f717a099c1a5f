"""Files of completions: what they would change and loading them; taking back a batch of those or of a register."""

from sqlalchemy.orm import Session

from courses.imports import completions, maps, registers
from courses.imports.completion_rows import CompletionsFile, read_completions
from courses.models import CompletionRow
from courses.models.workshops import AttendanceRow
from courses.store import attendance
from foundation.errors import DomainError
from foundation.facts import Progress, no_progress
from foundation.stamp import Stamp
from people.imports import batches
from people.imports.account import Account
from people.imports.batches import FactKind, Undo
from people.imports.incoming import column_maps
from people.imports.part import Lead

__all__ = [
    "COMPLETION_MAPS",
    "Account",
    "CompletionsFile",
    "import_completions",
    "plan_undo",
    "preview_completions",
    "read_completions",
    "undo",
]

COMPLETION_MAPS = sorted(column_maps(maps))
"""The other systems whose completion reports are read."""
_KINDS = {
    completions.KIND: (FactKind(CompletionRow, ("person_id", "course_id", "completed_on")),),
    registers.KIND: (FactKind(AttendanceRow, ("workshop_id", "person_id")),),
}


def preview_completions(session: Session, file: CompletionsFile, progress: Progress = no_progress) -> Account:
    """What a completions file would change. Writes nothing."""
    return completions.prepare(session, file, progress)[1]


def import_completions(
    session: Session,
    stamp: Stamp,
    file: CompletionsFile,
    progress: Progress = no_progress,
    lead: Lead | None = None,
) -> Account:
    """Apply a completions file. Call inside a transaction: the record is read under its lock.

    `lead`: the partner lead who loads it, and who may speak of their own people alone.
    """
    return completions.apply(session, stamp, file, progress, lead)


def plan_undo(session: Session, batch_id: int) -> Undo:
    """What taking back a batch of completions or of a register would do. Writes nothing.

    Raises DomainError where it is refused.
    """
    return batches.plan_undo(session, batch_id, _KINDS, _refuse_closed)


def undo(session: Session, stamp: Stamp, batch_id: int) -> tuple[Undo, int]:
    """Take back a batch of completions or of a register. Call inside a transaction.

    Gives the number of the undo as well.
    """
    return batches.undo_batch(session, stamp, batch_id, _KINDS, _refuse_closed)


def _refuse_closed(session: Session, undo: Undo) -> tuple[int, ...]:
    """What a closed register says became completions: it is corrected one person at a time."""
    rows = undo.gone.get(AttendanceRow, [])
    if attendance.closed_among(session, {row.workshop_id for row in rows}):
        raise DomainError(
            "The register was closed since. Correct what is wrong in it one person at a time. Nothing was changed."
        )
    return ()
