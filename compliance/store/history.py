"""What one person completed, with its provider and when it was recorded; the statement is built once."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, exists, select
from sqlalchemy.orm import Session

from courses.domain import Completion
from courses.models import CompletionRow, CourseRow, EvidenceFileRow
from foundation.facts import known

CourseDay = tuple[str, date]
"""By what the completions of one person are known: the code of the course, and the day."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """A completion as it stands in the record. `provider` is empty where the file named none."""

    completion: Completion
    provider: str
    recorded_at: datetime
    source: str = ""

    @property
    def key(self) -> CourseDay:
        return self.completion.course, self.completion.completed_on


def recorded_of(session: Session, person_id: int) -> list[Recorded]:
    """Everything one person completed, in order of day and course."""
    found = session.connection().execute(_RECORDED, {"person_id": person_id})
    return [_recorded(*row) for row in found]


def recorded_with_files(session: Session, person_id: int) -> tuple[list[Recorded], bool]:
    """The same, and whether there are files that prove any of it. One query."""
    found = session.connection().execute(_RECORDED_WITH_FILES, {"person_id": person_id}).all()
    return [_recorded(*row[:-1]) for row in found], bool(found and found[0][-1])


def _recorded(
    course: str,
    completed_on: date,
    evidence: str,
    revoked_on: date | None,
    provider: str,
    recorded_at: datetime,
    source: str,
) -> Recorded:
    return Recorded(Completion(course, completed_on, evidence, revoked_on), provider, recorded_at, source)


_RECORDED = (
    select(
        CourseRow.code,
        CompletionRow.completed_on,
        CompletionRow.evidence,
        CompletionRow.revoked_on,
        CompletionRow.provider,
        CompletionRow.recorded_at,
        CompletionRow.source,
    )
    .join(CourseRow, CourseRow.id == CompletionRow.course_id)
    .where(CompletionRow.person_id == bindparam("person_id"), known(CompletionRow, None))
    .order_by(CompletionRow.completed_on, CourseRow.code, CompletionRow.id)
)


_RECORDED_WITH_FILES = _RECORDED.add_columns(
    exists().where(EvidenceFileRow.person_id == bindparam("person_id"), known(EvidenceFileRow, None))
)
