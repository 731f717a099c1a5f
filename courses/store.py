"""Reading courses and completions. Every query is ordered and answers with domain objects."""

from collections import defaultdict
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.domain import Completion
from courses.models import CompletionRow, CourseRow
from foundation.facts import known
from people.store import Some


def course_ids(session: Session) -> dict[str, int]:
    """The id of every course by its code."""
    return dict(session.execute(_COURSE_IDS).all())


_COURSE_IDS = select(CourseRow.code, CourseRow.id).order_by(CourseRow.code)


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
