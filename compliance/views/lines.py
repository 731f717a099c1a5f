"""What the tables of the pages are made of: figures with their links, people with their statuses, files."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from flask import Response, stream_with_context

from compliance import wording
from compliance.domain.disclosure import EVERYTHING_SHOWN, Disclosed, disclosed
from compliance.domain.figures import Counts, Judgement, PeopleFigure
from compliance.domain.requirement import RuleBook
from compliance.domain.spans import Span, Status
from compliance.services.figures import FigureRow
from compliance.services.lists import Behind
from compliance.views.shown import is_measure
from foundation.dates import FAR_DAY
from foundation.db import db
from foundation.tables import csv_pieces
from people.views.exports import recorded


@dataclass(frozen=True, slots=True)
class FigureLine:
    """A figure on a page. `where`: the filters of the people behind it; empty for readers without names.

    `inside`: the filters of the figures into which this one is broken down, where there are any.
    """

    name: str
    counts: Counts
    judgement: Judgement | None
    detail: str = ""
    where: dict[str, str] = field(default_factory=dict)
    shown: Disclosed = EVERYTHING_SHOWN
    inside: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class PersonLine:
    """A person behind a figure, on a page."""

    public_id: str
    name: str
    job_title: str
    unit: str
    requirement: str
    measure: bool
    status: Status
    due_on: date | None
    valid_until: date | None
    why: str


def person_line(book: RuleBook, day: date, row: Behind) -> PersonLine:
    """A row of the list as a line of a page."""
    return PersonLine(
        public_id=row.person.public_id,
        name=row.name or "Name not recorded",
        job_title=row.person.post.job_title if row.person.post else "",
        unit=place_words(row),
        requirement=row.title,
        measure=is_measure(book, row.requirement, day),
        status=row.status,
        due_on=pressing_due_on(row.span),
        valid_until=row.span.valid_until,
        why=row.why,
    )


def place_words(row: Behind) -> str:
    """Where somebody works: the path of the unit, or the organisation itself."""
    return (row.person.post.unit or row.person.post.organisation) if row.person.post else ""


def due_on(span: Span) -> date | None:
    """The day by which it is due; none for those who are not counted because they are exempt or away."""
    return None if span.status in (Status.EXEMPT, Status.ABSENT) else span.due_on


def pressing_due_on(span: Span) -> date | None:
    """The day by which it is due, where that day matters: it is past for whoever is or was up to date."""
    return span.due_on if span.status in _DUE and span.lapsed_on is None else None


_DUE = frozenset({Status.NOT_YET_DUE, Status.AWAITING_CHECK, Status.OUTSTANDING})


def day_cell(day: date | None) -> str:
    """A day in a file: year first, so that it sorts; empty where there is none or no end."""
    return "" if day is None or day == FAR_DAY else day.isoformat()


PEOPLE_HEADERS = (
    "name",
    "job_title",
    "organisation",
    "unit",
    "requirement",
    "requirement_title",
    "status",
    "status_words",
    "counted",
    "due_on",
    "course",
    "completed_on",
    "valid_until",
    "why",
)


def people_rows(rows: Iterable[Behind], with_reference: bool) -> Iterator[Sequence[str]]:
    """The lines of a list for a file; payroll numbers come first, for those who may read them."""
    for row in rows:
        post, span = row.person.post, row.span
        cells = (
            row.name,
            post.job_title if post else "",
            post.organisation if post else "",
            post.unit if post else "",
            row.requirement,
            row.title,
            span.status.value,
            wording.status_words(span.status),
            "yes" if span.status.is_counted else "no",
            day_cell(due_on(span)),
            (span.course or "") if span.covered else "",
            day_cell(span.completed_on) if span.covered else "",
            day_cell(span.valid_until) if span.covered else "",
            row.why,
        )
        yield (row.person.person_ref, *cells) if with_reference else cells


FIGURE_HEADERS = (
    "as_at",
    "requirement",
    "requirement_title",
    "organisation",
    "unit",
    "required",
    "exempt",
    "absent",
    "not_yet_due",
    "counted",
    "compliant",
    "expiring",
    "awaiting_check",
    "expired",
    "outstanding",
    "percent",
    "gross_percent",
    "target",
    "people_to_target",
    "rag",
)


def figure_rows(rows: Iterable[FigureRow], least: int) -> Iterator[Sequence[str]]:
    """The figures of a page for a file; what may not be shown on the page is left out here too."""
    for row in rows:
        counts = row.counts
        shown = disclosed(counts, least)
        others = (counts.required, counts.exempt, counts.absent, counts.not_yet_due)
        parts = (counts.expiring, counts.awaiting_check, counts.expired, counts.outstanding)
        judged = row.judgement if shown.result else None
        yield (
            row.day.isoformat(),
            row.requirement,
            row.title,
            row.organisation or "",
            row.unit or "",
            *_numbers(others, shown.others),
            *_numbers((counts.counted, counts.in_date), shown.result),
            *_numbers(parts, shown.parts),
            (counts.percent or "") if shown.result else NOT_SHOWN,
            (counts.gross_percent or "") if shown.others else NOT_SHOWN,
            str(judged.target) if judged else "",
            str(judged.people_to_target) if judged else "",
            judged.rag.value if judged else "",
        )


NOT_SHOWN = "not shown"


def _numbers(numbers: Iterable[int], shown: bool) -> list[str]:
    return [str(number) if shown else NOT_SHOWN for number in numbers]


def figure_line(row: FigureRow, name: str, where: dict[str, str], least: int, detail: str = "") -> FigureLine:
    """A figure as a line of a page."""
    return FigureLine(name, row.counts, row.judgement, detail, where, disclosed(row.counts, least))


def plan_words(row: FigureRow) -> str:
    """Where the target of a figure comes from.

    The references of the plan are its action numbers; other references speak for themselves.
    """
    return f"Plan action {row.plan_ref}" if row.plan_ref[:1].isdigit() else row.plan_ref


def people_sentence(figure: PeopleFigure, least: int) -> PeopleFigure | None:
    """The people-based figure, unless nobody is counted or it is made of too few to show."""
    as_counts = Counts(
        compliant=figure.compliant_in_all, outstanding=figure.counted - figure.compliant_in_all
    )
    return figure if figure.counted and disclosed(as_counts, least).result else None


def csv_response(rows: Iterable[Sequence[object]], headers: Sequence[str], name: str) -> Response:
    """A file to keep, sent while it is made: however many lines it has, few of them are in memory.

    A fault half way breaks the connection off, and the browser says so.
    """
    session, rows = db.session(), recorded(rows)

    def pieces() -> Iterator[str]:
        try:
            yield from csv_pieces(rows, headers)
        finally:
            # The request's own end came before the first line was read, and closed nothing that was opened since:
            # the connection would be held until the session is collected as garbage.
            session.close()

    response = Response(stream_with_context(pieces()), mimetype="text/csv")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response
