"""Files about people, loaded."""

from sqlalchemy.orm import Session

from foundation.facts import Progress, no_progress
from foundation.stamp import Stamp
from people.imports import people as people_import
from people.imports.account import Account
from people.imports.people import Options
from people.imports.person_rows import PeopleFile


def preview_people(
    session: Session, file: PeopleFile, options: Options, progress: Progress = no_progress
) -> Account:
    """What a people file would change. Writes nothing."""
    return people_import.prepare(session, file, options, progress).account


def import_people(
    session: Session, stamp: Stamp, file: PeopleFile, options: Options, progress: Progress = no_progress
) -> Account:
    """Apply a people file. Call inside a transaction: the record is read under its lock.

    Raises ImportRefused, with the account, where the brake for leavers holds the file back.
    """
    prepared = people_import.prepare(session, file, options, progress)
    return people_import.apply(session, stamp, file, prepared, progress)
