"""Reading and writing the files that prove completions. Every query is ordered and answers with domain objects."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple

from sqlalchemy import RowMapping, bindparam, select
from sqlalchemy.orm import Session

from courses.domain import CompletionKey, Concern
from courses.models import CourseRow, EvidenceFileRow, HeldUploadRow
from courses.store.catalogue import course_ids
from foundation.facts import known, recorded
from foundation.stamp import Stamp
from people.models import PersonRow


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file that proves a completion. `person` is the person's public id."""

    id: int
    public_id: str
    person_id: int
    person: str
    course: str
    completed_on: date
    purpose: str
    kind: str
    size: int
    sha256: str
    stored_as: str
    concerns: tuple[Concern, ...]
    recorded_at: datetime

    @property
    def key(self) -> CompletionKey:
        return CompletionKey(self.person_id, self.course, self.completed_on)


_FILES = (
    select(
        EvidenceFileRow.id,
        EvidenceFileRow.public_id,
        EvidenceFileRow.person_id,
        PersonRow.public_id.label("person"),
        CourseRow.code.label("course"),
        EvidenceFileRow.completed_on,
        EvidenceFileRow.purpose,
        EvidenceFileRow.kind,
        EvidenceFileRow.size,
        EvidenceFileRow.sha256,
        EvidenceFileRow.stored_as,
        EvidenceFileRow.concerns,
        EvidenceFileRow.recorded_at,
    )
    .join(CourseRow, CourseRow.id == EvidenceFileRow.course_id)
    .join(PersonRow, PersonRow.id == EvidenceFileRow.person_id)
    .where(known(EvidenceFileRow, None))
    .order_by(EvidenceFileRow.id)
)
_FILE = _FILES.where(EvidenceFileRow.public_id == bindparam("public_id"))
_FILES_OF = _FILES.where(EvidenceFileRow.person_id.in_(bindparam("person_ids", expanding=True)))
_SENT = (
    select(PersonRow.id, PersonRow.public_id, EvidenceFileRow.stored_as)
    .join(EvidenceFileRow, EvidenceFileRow.person_id == PersonRow.id)
    .where(EvidenceFileRow.sha256.in_(bindparam("contents", expanding=True)), known(EvidenceFileRow, None))
    .order_by(PersonRow.id, EvidenceFileRow.id)
)


def evidence_file(session: Session, public_id: str) -> EvidenceFile | None:
    """A file of evidence that stands."""
    row = session.connection().execute(_FILE, {"public_id": public_id}).mappings().one_or_none()
    return None if row is None else _evidence_file(row)


def evidence_files(session: Session, person_ids: Iterable[int]) -> dict[CompletionKey, list[EvidenceFile]]:
    """The files that prove the completions of these people."""
    found: dict[CompletionKey, list[EvidenceFile]] = defaultdict(list)
    for row in session.connection().execute(_FILES_OF, {"person_ids": sorted(person_ids)}).mappings():
        file = _evidence_file(row)
        found[file.key].append(file)
    return found


def _evidence_file(row: RowMapping) -> EvidenceFile:
    return EvidenceFile(**{**row, "concerns": tuple(Concern(concern) for concern in row["concerns"])})


class Sent(NamedTuple):
    """That a file was sent for somebody: the person, their public id, and the name under which the file is kept."""

    person_id: int
    person: str
    stored_as: str


def sent_for(session: Session, contents: Iterable[str]) -> list[Sent]:
    """Whose completions are proved by files that were sent with these contents (their SHA-256)."""
    return [Sent(*row) for row in session.connection().execute(_SENT, {"contents": sorted(set(contents))})]


def record_evidence_file(session: Session, stamp: Stamp, key: CompletionKey, **said: Any) -> None:
    """Record a file that proves a completion: purpose, kind, size, sha256, stored_as and concerns."""
    row = EvidenceFileRow(
        person_id=key.person_id,
        course_id=course_ids(session)[key.course],
        completed_on=key.completed_on,
        **said,
        **recorded(stamp),
    )
    session.add(row)
    session.flush()


def files_in_use(session: Session, names: Iterable[str]) -> set[str]:
    """Which of these stored files a row refers to: evidence, standing or retracted, or a form being filled in."""
    found: set[str] = set()
    for column in (EvidenceFileRow.stored_as, HeldUploadRow.stored_as):
        found.update(session.scalars(select(column).where(column.in_(names)).order_by(column)))
    return found
