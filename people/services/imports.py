"""Files about people and schools: what they would change, loading them, and taking a batch back."""

from sqlalchemy.orm import Session

from foundation.facts import Progress, no_progress
from foundation.stamp import Stamp
from people.imports import absences, batches, maps, schools
from people.imports import people as whole
from people.imports.absences import AbsencesFile, read_absences
from people.imports.account import Account
from people.imports.batches import Undo
from people.imports.incoming import column_maps
from people.imports.people import Options as PeopleOptions
from people.imports.person_rows import PeopleFile, read_people
from people.imports.schools import SchoolsFile, read_schools
from people.imports.undoing import KINDS, built_on, touch_organisation

__all__ = [
    "PEOPLE_MAPS",
    "AbsencesFile",
    "Account",
    "PeopleFile",
    "PeopleOptions",
    "SchoolsFile",
    "import_absences",
    "import_people",
    "import_schools",
    "plan_undo",
    "preview_absences",
    "preview_people",
    "preview_schools",
    "read_absences",
    "read_people",
    "read_schools",
    "undo",
]

PEOPLE_MAPS = sorted(column_maps(maps))
"""The other systems whose people files are read."""


def preview_people(
    session: Session, file: PeopleFile, options: PeopleOptions, progress: Progress = no_progress
) -> Account:
    """What a people file would change. Writes nothing."""
    return whole.prepare(session, file, options, progress).account


def import_people(
    session: Session, stamp: Stamp, file: PeopleFile, options: PeopleOptions, progress: Progress = no_progress
) -> Account:
    """Apply a people file. Call inside a transaction: the record is read under its lock.

    Raises ImportRefused, with the account, where the brake for leavers holds the file back.
    """
    prepared = whole.prepare(session, file, options, progress)
    return whole.apply(session, stamp, file, prepared, progress)


def preview_absences(session: Session, file: AbsencesFile, _progress: Progress = no_progress) -> Account:
    """What a file of absences would change. Writes nothing."""
    return absences.prepare(session, file)[1]


def import_absences(
    session: Session, stamp: Stamp, file: AbsencesFile, progress: Progress = no_progress
) -> Account:
    """Apply a file of absences. Call inside a transaction."""
    return absences.apply(session, stamp, file, progress)


def preview_schools(session: Session, file: SchoolsFile, _progress: Progress = no_progress) -> Account:
    """What a file of schools would change. Writes nothing."""
    return schools.prepare(session, file)[1]


def import_schools(
    session: Session, stamp: Stamp, file: SchoolsFile, progress: Progress = no_progress
) -> Account:
    """Apply a file of schools. Call inside a transaction."""
    return schools.apply(session, stamp, file, progress)


def plan_undo(session: Session, batch_id: int) -> Undo:
    """What taking back a batch of people, absences or schools would do. Writes nothing.

    Raises DomainError where refused.
    """
    return batches.plan_undo(session, batch_id, KINDS, built_on)


def undo(session: Session, stamp: Stamp, batch_id: int) -> tuple[Undo, int]:
    """Take back a batch of people, absences or schools. Call inside a transaction; gives the undo's number as well."""
    return batches.undo_batch(session, stamp, batch_id, KINDS, built_on, touch_organisation)
