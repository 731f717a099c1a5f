"""Finding the course that a row names."""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.models import CourseLineRow, CourseRow
from foundation.dates import FIRST_DAY
from foundation.facts import known
from foundation.tables import shown
from people.imports.known_people import did_you_mean


@dataclass
class KnownCourses:
    """The courses of the rule book: codes by id, ids by code, by code in any letters, and by title."""

    codes: dict[int, str] = field(default_factory=dict)
    since: dict[int, date] = field(default_factory=dict)
    """The first day of the earliest line of each course."""
    by_code: dict[str, int] = field(default_factory=dict)
    by_plain_code: dict[str, int | None] = field(default_factory=dict)
    """By code without regard to case; None where two courses share it."""
    by_title: dict[str, int | None] = field(default_factory=dict)
    """By title without regard to case; None where two courses share it."""
    _answers: dict[str, str] = field(default_factory=dict)

    def named(self, word: str, *, or_title: bool) -> int | None:
        """The course with this code, else with this code in other letters, else with this title; None: none, or two.

        Other systems call courses by a short name of theirs, or by the title: `or_title`.
        """
        found = self.by_code.get(word)
        if found is None:
            found = self.by_plain_code.get(word.casefold())
        if found is None and or_title:
            found = self.by_title.get(word.casefold())
        return found

    def unknown(self, word: str) -> str:
        """Why a word names no course, with the nearest code."""
        if word not in self._answers:
            hint = did_you_mean(word, self.by_code)
            self._answers[word] = (
                f"Course {shown(word)} is not known.{hint} Correct it, or add it to the programme."
            )
        return self._answers[word]


def load_courses(session: Session) -> KnownCourses:
    """Every course that the rule book has or had."""
    courses = KnownCourses()
    described = select(CourseLineRow.course_id).where(known(CourseLineRow, None))
    # A code that only a requirement names is no course yet: nobody could say what a completion of it is worth.
    codes = select(CourseRow.id, CourseRow.code).where(CourseRow.id.in_(described)).order_by(CourseRow.id)
    for course_id, code in session.execute(codes):
        courses.codes[course_id] = code
        courses.by_code[code] = course_id
        courses.since[course_id] = FIRST_DAY
    plain_codes: dict[str, set[int]] = defaultdict(set)
    titles: dict[str, set[int]] = defaultdict(set)
    for code, course_id in courses.by_code.items():
        plain_codes[code.casefold()].add(course_id)
    lines = (
        select(CourseLineRow.course_id, CourseLineRow.title, CourseLineRow.first_day)
        .where(known(CourseLineRow, None))
        .order_by(CourseLineRow.first_day.desc(), CourseLineRow.id)
    )
    for course_id, title, first_day in session.execute(lines):
        courses.since[course_id] = first_day
        titles[title.casefold()].add(course_id)
    courses.by_plain_code, courses.by_title = _single(plain_codes), _single(titles)
    return courses


def _single(found: dict[str, set[int]]) -> dict[str, int | None]:
    return {word: ids.pop() if len(ids) == 1 else None for word, ids in found.items()}
