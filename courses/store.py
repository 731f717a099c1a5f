"""Reading courses and completions. Every query is ordered and answers with domain objects."""

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.domain import Completion, Course
from courses.models import CompletionRow, CourseLineRow, CourseRow
from foundation.facts import known
from people.store import Some


def course_ids(session: Session) -> dict[str, int]:
    """The id of every course by its code."""
    query = select(CourseRow.code, CourseRow.id).order_by(CourseRow.code)
    return {code: course_id for code, course_id in session.execute(query)}


def course_lines(session: Session, known_at: datetime | None = None) -> Iterator[Course]:
    """What the rule book says about courses."""
    query = (
        select(CourseRow.code, CourseLineRow)
        .join(CourseRow, CourseRow.id == CourseLineRow.course_id)
        .where(known(CourseLineRow, known_at))
        .order_by(CourseRow.code, CourseLineRow.first_day, CourseLineRow.id)
    )
    for code, row in session.execute(query):
        yield Course(
            code=code,
            title=row.title,
            provider=row.provider,
            mode=row.mode,
            duration_minutes=row.duration_minutes,
            validity_months=row.validity_months,
            prerequisites=tuple(row.prerequisites.split(";")) if row.prerequisites else (),
            url=row.url,
            first_day=row.first_day,
            last_day=row.last_day,
        )


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
