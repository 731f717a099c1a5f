"""What a move is told from: who held posts in several units, what was asked of them, and what they completed."""

from collections import defaultdict
from datetime import date, datetime

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from compliance.domain.spans import Status
from compliance.models import RequirementRow, StatusSpanRow
from courses.models import CompletionRow, CourseRow
from foundation.dates import Period, day_before
from foundation.facts import known
from people.models import PostSpellRow
from people.store import Some

CourseDay = tuple[str, date]
"""The code of a course, and the day of completion."""


def may_have_moved(session: Session, days: Period) -> list[int]:
    """Those with posts in several units, of which one began on one of these days or ended on the day before one."""
    began = PostSpellRow.first_day.between(days.first, days.last)
    ended = PostSpellRow.last_day.between(day_before(days.first), day_before(days.last))
    query = (
        select(PostSpellRow.person_id)
        .where(known(PostSpellRow, None))
        .group_by(PostSpellRow.person_id)
        .having(
            and_(
                func.count(PostSpellRow.unit_id.distinct()) > 1,
                func.max(case((or_(began, ended), 1), else_=0)) == 1,
            )
        )
        .order_by(PostSpellRow.person_id)
    )
    return list(session.scalars(query))


def required_days(session: Session, some: Some) -> dict[int, dict[str, list[Period]]]:
    """The days on which each requirement asks for each of these people (counting rule 9), by its code."""
    query = (
        select(StatusSpanRow.person_id, RequirementRow.code, StatusSpanRow.first_day, StatusSpanRow.last_day)
        .join(RequirementRow, RequirementRow.id == StatusSpanRow.requirement_id)
        .where(some.among(StatusSpanRow.person_id), StatusSpanRow.status != Status.NOT_REQUIRED.value)
        .order_by(StatusSpanRow.person_id, RequirementRow.code, StatusSpanRow.first_day)
    )
    found: dict[int, dict[str, list[Period]]] = defaultdict(dict)
    for person_id, code, first_day, last_day in session.execute(query):
        found[person_id].setdefault(code, []).append(Period(first_day, last_day))
    return found


def completions_ever(session: Session, some: Some) -> dict[int, dict[CourseDay, datetime | None]]:
    """All that the record held of these people by course and day, and when it was taken back: None where it stands."""
    query = (
        select(
            CompletionRow.person_id, CourseRow.code, CompletionRow.completed_on, CompletionRow.retracted_at
        )
        .join(CourseRow, CourseRow.id == CompletionRow.course_id)
        .where(some.among(CompletionRow.person_id))
        .order_by(CompletionRow.person_id, CourseRow.code, CompletionRow.completed_on, CompletionRow.id)
    )
    found: dict[int, dict[CourseDay, datetime | None]] = defaultdict(dict)
    for person_id, code, completed_on, taken_back_at in session.execute(query):
        of_person, key = found[person_id], (code, completed_on)
        if key not in of_person:
            of_person[key] = taken_back_at
            continue
        before = of_person[key]
        of_person[key] = None if before is None or taken_back_at is None else max(before, taken_back_at)
    return found
