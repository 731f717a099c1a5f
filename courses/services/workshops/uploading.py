"""Registers that come as files: what one would change, and loading it."""

from sqlalchemy.orm import Session

from courses.imports import registers
from courses.imports.register_rows import RegisterFile, read_register
from courses.imports.registers import Asking
from courses.services.workshops.attending import own_person, refuse_closed, refuse_early
from courses.store.workshops import Workshop
from foundation.facts import Progress, no_progress
from foundation.stamp import Stamp
from people.imports.account import Account

__all__ = ["RegisterFile", "import_register", "preview_register", "read_register"]


def preview_register(
    session: Session, stamp: Stamp, workshop: Workshop, file: RegisterFile, *, sees_everybody: bool
) -> Account:
    """What a file would change. Writes nothing. Raises DomainError where the register takes nothing.

    `sees_everybody`: whether whoever asks may know who is in the record at all.
    """
    refuse_early(workshop, stamp.at)
    refuse_closed(session, workshop)
    return registers.prepare(session, workshop, file, Asking(own_person(session, stamp), sees_everybody))[1]


def import_register(
    session: Session,
    stamp: Stamp,
    workshop: Workshop,
    file: RegisterFile,
    progress: Progress = no_progress,
    *,
    sees_everybody: bool,
) -> Account:
    """Load a file. Call inside a transaction. Raises DomainError as `preview_register` does."""
    refuse_early(workshop, stamp.at)
    refuse_closed(session, workshop)
    asking = Asking(own_person(session, stamp), sees_everybody)
    return registers.apply(session, stamp, workshop, file, asking, progress)
