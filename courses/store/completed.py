"""Reading and writing completions. Every query is ordered and answers with domain objects."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, insert, select
from sqlalchemy.orm import Session

from courses.domain import Completion, CompletionKey, Evidence
from courses.models import CompletionRow, CourseRow, EvidenceFileRow
from courses.store.catalogue import course_ids
from courses.store.evidence import evidence_files
from foundation.facts import known, recorded, retract
from foundation.stamp import Stamp
from people.store import Some


def completions(
    session: Session, some: Some, known_at: datetime | None = None
) -> dict[int, list[Completion]]:
    """What each of these people completed, in order of day and course."""
    query = (
        select(
            CompletionRow.person_id,
            CourseRow.code,
            CompletionRow.completed_on,
            CompletionRow.evidence,
            CompletionRow.revoked_on,
        )
        .join(CourseRow, CourseRow.id == CompletionRow.course_id)
        .where(some.among(CompletionRow.person_id), known(CompletionRow, known_at))
        .order_by(CompletionRow.person_id, CompletionRow.completed_on, CourseRow.code, CompletionRow.id)
    )
    found: dict[int, list[Completion]] = defaultdict(list)
    for person_id, course, completed_on, evidence, revoked_on in session.execute(query):
        found[person_id].append(Completion(course, completed_on, evidence, revoked_on))
    return found


@dataclass(frozen=True, slots=True)
class OnRecord:
    """A completion as it stands in the record."""

    id: int
    person_id: int
    course: str
    completed_on: date
    provider: str
    reference: str
    source: str
    evidence: str
    revoked_on: date | None
    recorded_at: datetime
    recorded_by: str

    @property
    def key(self) -> CompletionKey:
        return CompletionKey(self.person_id, self.course, self.completed_on)


_ON_RECORD = (
    select(
        CompletionRow.id,
        CompletionRow.person_id,
        CourseRow.code.label("course"),
        CompletionRow.completed_on,
        CompletionRow.provider,
        CompletionRow.reference,
        CompletionRow.source,
        CompletionRow.evidence,
        CompletionRow.revoked_on,
        CompletionRow.recorded_at,
        CompletionRow.recorded_by,
    )
    .join(CourseRow, CourseRow.id == CompletionRow.course_id)
    .where(known(CompletionRow, None))
    .order_by(CompletionRow.recorded_at, CompletionRow.id)
)
_SAME = _ON_RECORD.where(
    CompletionRow.person_id.in_(bindparam("person_ids", expanding=True)),
    CourseRow.code == bindparam("course"),
    CompletionRow.completed_on == bindparam("completed_on"),
)
_ONE = _ON_RECORD.where(CompletionRow.id == bindparam("id"))
_AWAITING = _ON_RECORD.where(CompletionRow.evidence == Evidence.AWAITING.value)


def on_record(
    session: Session, course: str, completed_on: date, person_ids: Iterable[int]
) -> dict[int, OnRecord]:
    """Who of these people completed a course on a day already, and what the record says of it."""
    values = {"course": course, "completed_on": completed_on, "person_ids": sorted(person_ids)}
    found = session.connection().execute(_SAME, values).mappings()
    return {row["person_id"]: OnRecord(**row) for row in found}


def completion_on_record(session: Session, completion_id: int) -> OnRecord | None:
    """A completion by its row, if it stands."""
    row = session.connection().execute(_ONE, {"id": completion_id}).mappings().one_or_none()
    return None if row is None else OnRecord(**row)


def awaiting(session: Session) -> list[OnRecord]:
    """The completions whose evidence waits for a check, the longest waiting first."""
    return [OnRecord(**row) for row in session.connection().execute(_AWAITING).mappings()]


WITHDRAWN = "Withdrawn by the person"
"""Why a completion left the record that its person took back before anybody checked it."""


def was_rejected(session: Session, key: CompletionKey) -> bool:
    """Whether this very completion was ever not accepted, also where it was sent again since."""
    values = {"person_id": key.person_id, "course": key.course, "completed_on": key.completed_on}
    return session.connection().execute(_WAS_REJECTED, values).scalar() is not None


def reason_of_rejection(session: Session, key: CompletionKey) -> str:
    """Why the evidence that waited for a check was rejected, the last time; empty where it never was."""
    values = {"person_id": key.person_id, "course": key.course, "completed_on": key.completed_on}
    return session.connection().execute(_REASON, values).scalar() or ""


_REASON = (
    select(CompletionRow.retracted_reason)
    .join(CourseRow, CourseRow.id == CompletionRow.course_id)
    .where(
        CompletionRow.person_id == bindparam("person_id"),
        CourseRow.code == bindparam("course"),
        CompletionRow.completed_on == bindparam("completed_on"),
        CompletionRow.evidence == Evidence.AWAITING.value,
        CompletionRow.retracted_at.is_not(None),
        CompletionRow.retracted_reason != WITHDRAWN,
    )
    .order_by(CompletionRow.retracted_at.desc(), CompletionRow.id.desc())
    .limit(1)
)
_WAS_REJECTED = (
    select(CompletionRow.id)
    .join(CourseRow, CourseRow.id == CompletionRow.course_id)
    .where(
        CompletionRow.person_id == bindparam("person_id"),
        CourseRow.code == bindparam("course"),
        CompletionRow.completed_on == bindparam("completed_on"),
        CompletionRow.evidence == Evidence.REJECTED.value,
    )
    .limit(1)
)


def record_completion(
    session: Session, stamp: Stamp, key: CompletionKey, evidence: Evidence, **said: Any
) -> None:
    """Record that somebody completed a course: `said` is provider, reference, source, and perhaps revoked_on."""
    session.execute(
        insert(CompletionRow).values(
            person_id=key.person_id,
            course_id=course_ids(session)[key.course],
            completed_on=key.completed_on,
            evidence=evidence.value,
            **said,
            **recorded(stamp),
        )
    )


def retract_completion(
    session: Session, stamp: Stamp, before: OnRecord, reason: str, *, with_files: bool = False
) -> None:
    """Take a completion out of the record, and where it is not only corrected the files that were to prove it."""
    retract(session, CompletionRow, [before.id], stamp, reason)
    if with_files:
        files = evidence_files(session, [before.person_id]).get(before.key, [])
        retract(session, EvidenceFileRow, [file.id for file in files], stamp, reason)
