"""What people thought of workshops, course by course, in a financial year or in all; as a page and as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, render_template, request

from courses.domain.evaluation import When
from courses.services.workshops.evaluating import CourseEvaluation, Evaluation, by_course, evaluations_of
from courses.store import workshops
from courses.views.blueprint import blueprint
from courses.views.workshops.evaluation import attended_of, why_not
from courses.views.workshops.evaluation_shown import HEADERS, Shown, csv_rows, shown
from courses.views.workshops.words import day_words
from foundation import clock
from foundation.db import Session, db
from foundation.formats import count_noun
from foundation.tables import csv_pieces
from people import auth
from people.domain import Permission
from people.views.exports import recorded

ALL, APRIL, YEARS = "all", 4, 5
READERS = (Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR)


@dataclass(frozen=True, slots=True)
class WorkshopLine:
    """One workshop of a course: at which moments there are figures, and why not at the others."""

    public_id: str
    reference: str
    day: str
    moments: list[str]


@dataclass(frozen=True, slots=True)
class CourseShown:
    """One course: its figures, and the workshops behind them."""

    code: str
    title: str
    held: str
    shown: Shown
    lines: list[WorkshopLine]


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader asks for."""

    year: str
    course: str
    year_options: list[tuple[str, str]]
    course_options: list[tuple[str, str]]
    found: list[Evaluation]

    @property
    def where(self) -> dict[str, str]:
        """The same filters, for links."""
        return {"year": self.year, **({"course": self.course} if self.course else {})}


def asked(session: Session) -> Asked:
    """Read the filters: the financial year in which workshops were held, this one unless another is chosen."""
    today = clock.today()
    now = today.year if today.month >= APRIL else today.year - 1
    years = {str(year): f"April {year} to March {year + 1}" for year in range(now, now - YEARS, -1)}
    year = request.args.get("year", "")
    year = year if year in years or year == ALL else str(now)
    first = date(2000, 1, 1) if year == ALL else date(int(year), APRIL, 1)
    last = today if year == ALL else min(today, date(int(year) + 1, APRIL - 1, 31))
    held = [one for one in workshops.between(session, first, last) if not one.sitting.is_cancelled]
    titles = sorted({one.sitting.course: one.course_title for one in held}.items(), key=lambda one: one[1])
    course = request.args.get("course", "")
    course = course if course in dict(titles) else ""
    chosen = [one for one in held if course in ("", one.sitting.course)]
    return Asked(
        year,
        course,
        [*years.items(), (ALL, "All years")],
        [("", "All courses"), *titles],
        evaluations_of(session, chosen, today),
    )


@blueprint.get("/workshops/evaluation")
@auth.only_for(*READERS)
def evaluation_results() -> str:
    """The figures of each course, and the workshops whose answers they are."""
    filters = asked(db.session())
    return render_template(
        "courses/workshops/evaluation_results.html",
        filters=filters,
        courses=[_course(one, filters.found) for one in by_course(filters.found)],
    )


def _course(found: CourseEvaluation, workshops_of_it: Sequence[Evaluation]) -> CourseShown:
    of_it = [one for one in workshops_of_it if one.workshop.sitting.course == found.course]
    return CourseShown(
        found.course,
        found.title,
        count_noun(found.held, "workshop", "workshops"),
        shown(found.results, found.attended, _none(found)),
        [
            WorkshopLine(
                one.workshop.public_id,
                one.workshop.reference,
                day_words(one.workshop.sitting),
                [
                    f"{one.results.sums[when].people:,}" if when in one.results.sums else why_not(one)[when]
                    for when in When
                ],
            )
            for one in of_it
        ],
    )


def _none(_found: CourseEvaluation) -> dict[When, str]:
    return dict.fromkeys(When, "No workshop has figures yet")


@blueprint.get("/workshops/evaluation.csv")
@auth.only_for(*READERS)
def evaluation_results_csv() -> Response:
    """The same as a file: each course, and each of its workshops."""
    filters = asked(db.session())

    def rows() -> Iterator[Sequence[str]]:
        for course in by_course(filters.found):
            yield from csv_rows(course.title, course.results, course.attended, _none(course))
            for one in filters.found:
                if one.workshop.sitting.course == course.course:
                    yield from csv_rows(one.workshop.reference, one.results, attended_of(one), why_not(one))

    response = Response("".join(csv_pieces(recorded(rows()), HEADERS)), mimetype="text/csv")
    name = f"evaluation-{filters.year}-{clock.today().isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
