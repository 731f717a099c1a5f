"""Files of completions: what they would change, loading them, and taking a batch back."""

from sqlalchemy.orm import Session

from courses.imports import completions, maps
from courses.imports.completion_rows import CompletionsFile, read_completions
from courses.models import CompletionRow
from foundation.facts import Progress, no_progress
from foundation.stamp import Stamp
from people.imports import batches
from people.imports.account import Account
from people.imports.batches import FactKind, Undo
from people.imports.incoming import column_maps

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
_KINDS = {completions.KIND: (FactKind(CompletionRow, ("person_id", "course_id", "completed_on")),)}


def preview_completions(session: Session, file: CompletionsFile, progress: Progress = no_progress) -> Account:
    """What a completions file would change. Writes nothing."""
    return completions.prepare(session, file, progress)[1]


def import_completions(
    session: Session, stamp: Stamp, file: CompletionsFile, progress: Progress = no_progress
) -> Account:
    """Apply a completions file. Call inside a transaction: the record is read under its lock."""
    return completions.apply(session, stamp, file, progress)


def plan_undo(session: Session, batch_id: int) -> Undo:
    """What taking back a batch of completions would do. Writes nothing. Raises DomainError where it is refused."""
    return batches.plan_undo(session, batch_id, _KINDS)


def undo(session: Session, stamp: Stamp, batch_id: int) -> tuple[Undo, int]:
    """Take back a batch of completions. Call inside a transaction; gives the number of the undo as well."""
    return batches.undo_batch(session, stamp, batch_id, _KINDS)
