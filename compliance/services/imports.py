"""Files of exemptions: what they would change, loading them, and taking a batch back."""

from sqlalchemy.orm import Session

from compliance.imports import exemptions
from compliance.imports.exemptions import ExemptionsFile, read_exemptions
from compliance.models import ExemptionRow
from foundation.facts import Progress, no_progress
from foundation.stamp import Stamp
from people.imports import batches
from people.imports.account import Account
from people.imports.batches import FactKind, Undo

__all__ = [
    "Account",
    "ExemptionsFile",
    "import_exemptions",
    "plan_undo",
    "preview_exemptions",
    "read_exemptions",
    "undo",
]

_KINDS = {exemptions.KIND: (FactKind(ExemptionRow, ("person_id", "requirement_id", "first_day")),)}


def preview_exemptions(session: Session, file: ExemptionsFile, _progress: Progress = no_progress) -> Account:
    """What a file of exemptions would change. Writes nothing."""
    return exemptions.prepare(session, file)[1]


def import_exemptions(
    session: Session, stamp: Stamp, file: ExemptionsFile, progress: Progress = no_progress
) -> Account:
    """Apply a file of exemptions. Call inside a transaction: the record is read under its lock."""
    return exemptions.apply(session, stamp, file, progress)


def plan_undo(session: Session, batch_id: int) -> Undo:
    """What taking back a batch of exemptions would do. Writes nothing. Raises DomainError where it is refused."""
    return batches.plan_undo(session, batch_id, _KINDS)


def undo(session: Session, stamp: Stamp, batch_id: int) -> tuple[Undo, int]:
    """Take back a batch of exemptions. Call inside a transaction; gives the number of the undo as well."""
    return batches.undo_batch(session, stamp, batch_id, _KINDS)
