"""The kinds of file that pages take: how each is read, compared with the record and applied.

The very functions that the commands use, so that both give the same account.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from compliance.imports import exemptions
from compliance.imports.exemptions import ExemptionsFile, read_exemptions
from compliance.services import imports as exemption_files
from compliance.services.importing import overlay
from compliance.services.importing.overlay import Overlay
from courses.imports import completions, registers
from courses.imports.completion_rows import CompletionsFile, read_completions
from courses.services import imports as completion_files
from foundation.errors import DomainError, Problem
from foundation.facts import Progress
from foundation.stamp import Stamp
from foundation.tables import Limits
from people.imports import absences, schools
from people.imports import people as whole
from people.imports.absences import AbsencesFile, read_absences
from people.imports.account import Account
from people.imports.incoming import Incoming
from people.imports.part import Lead
from people.imports.person_rows import PeopleFile, read_people
from people.imports.plan import KINDS as PEOPLE_KINDS
from people.imports.schools import SchoolsFile, read_schools
from people.services import imports as people_files

UNDO = "undo"
"""The kind of a run that takes a batch back."""
EXEMPTIONS = exemptions.KIND
PAGE_ROWS = Limits().rows
"""Rows that a page takes; a command takes more (promise F07)."""


@dataclass(frozen=True, slots=True)
class Said:
    """What is said of a file besides its content. `as_at`: of people the day it describes, else the day it was sent.

    `lead`: the partner lead who loads it, worked out anew whenever it is worked on. It may speak of their people alone.
    """

    file_name: str
    as_at: date
    map_name: str = ""
    source: str = ""
    is_part: bool = False
    expected_leavers: int | None = None
    lead: Lead | None = None


@dataclass(frozen=True, slots=True)
class Compared:
    """A file compared with the record: the account, what it would make of people, and how many posts it would end."""

    account: Account
    overlay: Overlay
    leavers: int = 0
    reasons: tuple[str, ...] = ()
    """Why the brake for leavers holds it back."""


@dataclass(frozen=True, slots=True)
class FileKind:
    """One kind of file. `kinds` are the words of its changes; `undoing` takes its batches back.

    `for_leads`: partner leads load it too. The others know no `Said.lead` and would speak of everybody.
    """

    name: str
    title: str
    about: str
    kinds: Mapping[str, str]
    maps: tuple[str, ...]
    read: Callable[[bytes, Said], Any]
    compare: Callable[[Session, Any, Said, Progress], Compared]
    apply: Callable[[Session, Stamp, Any, Said, Progress], Account]
    undoing: Any
    is_workforce: bool = False
    has_source: bool = False
    for_leads: bool = False


def read_file(kind: FileKind, content: bytes, said: Said) -> Any:
    """Read and check a file by itself. Raises DomainError where the whole file is refused."""
    file = kind.read(content, said)
    incoming: Incoming = file.incoming
    if incoming.rows_read > PAGE_ROWS:
        message = f"The file has more than {PAGE_ROWS:,} rows. Split it."
        raise DomainError(Problem(message, incoming.file))
    return file


def _read_people(content: bytes, said: Said) -> PeopleFile:
    return read_people(content, said.file_name, said.as_at, said.map_name or None)


def _people_options(said: Said) -> whole.Options:
    return whole.Options(part=said.is_part, expect_leavers=said.expected_leavers)


def _compare_people(session: Session, file: PeopleFile, said: Said, progress: Progress) -> Compared:
    prepared = whole.prepare(session, file, _people_options(said), progress)
    ending = sum(move.ends for move in prepared.plan.moves)
    # The last of them speaks of the option of the command.
    reasons = tuple(problem.message for problem in prepared.account.refusals[:-1])
    return Compared(prepared.account, overlay.of_people(session, prepared), ending, reasons)


def _apply_people(
    session: Session, stamp: Stamp, file: PeopleFile, said: Said, progress: Progress
) -> Account:
    return people_files.import_people(session, stamp, file, _people_options(said), progress)


def _read_absences(content: bytes, said: Said) -> AbsencesFile:
    return read_absences(content, said.file_name, said.as_at)


def _compare_absences(session: Session, file: AbsencesFile, _said: Said, _progress: Progress) -> Compared:
    plan, account = absences.prepare(session, file)
    return Compared(account, overlay.of_absences(session, plan))


def _apply_absences(
    session: Session, stamp: Stamp, file: AbsencesFile, _said: Said, progress: Progress
) -> Account:
    return people_files.import_absences(session, stamp, file, progress)


def _read_completions(content: bytes, said: Said) -> CompletionsFile:
    return read_completions(content, said.file_name, said.as_at, said.source, said.map_name or None)


def _compare_completions(session: Session, file: CompletionsFile, said: Said, progress: Progress) -> Compared:
    plan, account = completions.prepare(session, file, progress, said.lead)
    return Compared(account, overlay.of_completions(session, plan))


def _apply_completions(
    session: Session, stamp: Stamp, file: CompletionsFile, said: Said, progress: Progress
) -> Account:
    return completion_files.import_completions(session, stamp, file, progress, said.lead)


def _read_exemptions(content: bytes, said: Said) -> ExemptionsFile:
    return read_exemptions(content, said.file_name)


def _compare_exemptions(session: Session, file: ExemptionsFile, _said: Said, _progress: Progress) -> Compared:
    plan, account = exemptions.prepare(session, file)
    return Compared(account, overlay.of_exemptions(session, plan))


def _apply_exemptions(
    session: Session, stamp: Stamp, file: ExemptionsFile, _said: Said, progress: Progress
) -> Account:
    return exemption_files.import_exemptions(session, stamp, file, progress)


def _read_schools(content: bytes, said: Said) -> SchoolsFile:
    return read_schools(content, said.file_name, said.as_at)


def _compare_schools(session: Session, file: SchoolsFile, _said: Said, _progress: Progress) -> Compared:
    _, account = schools.prepare(session, file)
    return Compared(account, overlay.NOBODY)


def _apply_schools(
    session: Session, stamp: Stamp, file: SchoolsFile, _said: Said, progress: Progress
) -> Account:
    return people_files.import_schools(session, stamp, file, progress)


FILE_KINDS: Mapping[str, FileKind] = {
    kind.name: kind
    for kind in (
        FileKind(
            "people",
            "People and posts",
            "The workforce as HR knows it: one row for each post",
            PEOPLE_KINDS,
            tuple(people_files.PEOPLE_MAPS),
            _read_people,
            _compare_people,
            _apply_people,
            people_files,
            is_workforce=True,
        ),
        FileKind(
            "absences",
            "Absences",
            "Who is away from work, from when to when",
            absences.KINDS,
            (),
            _read_absences,
            _compare_absences,
            _apply_absences,
            people_files,
        ),
        FileKind(
            "completions",
            "Completions",
            "Training that was completed, from a learning system or another provider",
            completions.KINDS,
            tuple(completion_files.COMPLETION_MAPS),
            _read_completions,
            _compare_completions,
            _apply_completions,
            completion_files,
            has_source=True,
            for_leads=True,
        ),
        FileKind(
            EXEMPTIONS,
            "Exemptions",
            "Who need not meet a requirement for some time, and who decided it",
            exemptions.KINDS,
            (),
            _read_exemptions,
            _compare_exemptions,
            _apply_exemptions,
            exemption_files,
        ),
        FileKind(
            schools.KIND,
            "Schools",
            "What each school is: phase, URN, staff headcount, last safeguarding audit",
            schools.KINDS,
            (),
            _read_schools,
            _compare_schools,
            _apply_schools,
            people_files,
        ),
    )
}
"""Every kind of file, in the order in which a new service needs them."""

BATCH_TITLES: Mapping[str, str] = {
    **{kind.name: kind.title for kind in FILE_KINDS.values()},
    registers.KIND: "Register of a workshop",
}
"""What the batches on record are called: those of files, and of registers, which the page of a workshop takes."""
BATCH_CHANGES: Mapping[str, Mapping[str, str]] = {
    **{kind.name: kind.kinds for kind in FILE_KINDS.values()},
    registers.KIND: registers.KINDS,
}
"""The words of what each kind of batch changes."""
