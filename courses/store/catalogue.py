"""Reading the catalogue: which courses there are, and what the rule book says of them on a day."""

from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.orm import Session

from courses.domain import Course, lines_by_code
from courses.models import CourseLineRow, CourseRow
from foundation.facts import known


def course_ids(session: Session) -> dict[str, int]:
    """The id of every course by its code."""
    return dict(session.execute(_COURSE_IDS).all())


def course_lines(session: Session) -> dict[str, tuple[Course, ...]]:
    """All that the rule book says of each course, by code, in order of its days; for `course_on`."""
    found = session.connection().execute(_COURSE_LINES).mappings()
    return lines_by_code(Course(**{**row, "prerequisites": ()}) for row in found)


_COURSE_IDS = select(CourseRow.code, CourseRow.id).order_by(CourseRow.code)


def courses_on(session: Session, day: date) -> list[Course]:
    """The courses that the rule book lists on a day, by title."""
    found = session.connection().execute(_COURSES_ON, {"day": day}).mappings()
    return [Course(**{**row, "prerequisites": ()}) for row in found]


_LINES = (
    select(
        CourseRow.code,
        CourseLineRow.title,
        CourseLineRow.provider,
        CourseLineRow.mode,
        CourseLineRow.duration_minutes,
        CourseLineRow.validity_months,
        CourseLineRow.url,
        CourseLineRow.counts_for_facilitators,
        CourseLineRow.first_day,
        CourseLineRow.last_day,
    )
    .join(CourseRow, CourseRow.id == CourseLineRow.course_id)
    .where(known(CourseLineRow, None))
)
_COURSE_LINES = _LINES.order_by(CourseRow.code, CourseLineRow.first_day, CourseLineRow.id)
_COURSES_ON = _LINES.where(
    CourseLineRow.first_day <= bindparam("day"), CourseLineRow.last_day >= bindparam("day")
).order_by(CourseLineRow.title, CourseRow.code, CourseLineRow.id)
