"""The figures of any day against their targets, as a page and as a file."""

from dataclasses import dataclass, replace
from datetime import date

from flask import Response, render_template, request

from compliance.rollup import ROLLED_UP_DEPTH
from compliance.services import figures as service
from compliance.services.figures import Answer, By, FigureRow, Question, Reference
from compliance.views.blueprint import blueprint
from compliance.views.lines import (
    FIGURE_HEADERS,
    FigureLine,
    csv_response,
    figure_line,
    figure_rows,
    people_sentence,
    plan_words,
)
from compliance.views.reach import Reach, figures_reach, unit_words
from compliance.views.shown import kept, requirement_options
from foundation import clock
from foundation.db import Session, db
from foundation.errors import NotFound
from people import auth
from people.forms.typed_day import TypedDay, typed_day
from people.store import Unit


@dataclass(frozen=True, slots=True)
class FigureGroup:
    """One table: the figures of the whole by requirement, or of one requirement by its parts."""

    title: str
    heading: str
    lines: list[FigureLine]
    bridge: int | None = None


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the page, and whose figures they may reach."""

    reach: Reach
    reference: Reference
    day: TypedDay
    by: By | None
    requirement: str
    unit: Unit | None

    @property
    def where(self) -> dict[str, str]:
        """The same filters, for links."""
        return kept(
            as_at=self.day.value.isoformat() if self.day.value else None,
            by=self.by.value if self.by else None,
            requirement=self.requirement,
            unit=self.unit.public_id if self.unit else None,
        )

    def question(self) -> Question:
        """The question that they ask."""
        question = replace(self.reach.question(self.requirement, self.unit), by=self.by)
        # The whole tree at once is more than anybody reads; below a chosen unit it goes down to the end.
        return question if self.unit else replace(question, deepest=ROLLED_UP_DEPTH)


def asked(session: Session) -> Asked:
    """Read the filters. A breakdown is of one requirement: where none is chosen, of the first."""
    today = clock.today()
    reference = Reference.read(session)
    reach = figures_reach(session, auth.reader(), today, reference.tree.units)
    book = reference.rules.book
    by = request.args.get("by", "")
    if by not in ("", *By):
        raise NotFound("There is no such breakdown.")
    requirement = request.args.get("requirement", "")
    if by and not requirement and book.codes:
        requirement = book.codes[0]
    return Asked(
        reach=reach,
        reference=reference,
        day=typed_day("as_at", "Date", request.args, today),
        by=By(by) if by else None,
        requirement=requirement,
        unit=reach.unit(request.args.get("unit", "")),
    )


@blueprint.get("/figures")
@auth.signed_in
def figures() -> str | tuple[str, int]:
    """The figures against their targets: the whole, or one requirement by organisation or unit."""
    session = db.session()
    filters = asked(session)
    day = filters.day.value
    answer = service.figures(session, day, filters.question(), reference=filters.reference) if day else None
    page = render_template(
        "compliance/figures.html",
        as_at=day,
        day=filters.day,
        by=filters.by or "",
        requirement=filters.requirement,
        requirement_options=requirement_options(filters.reference.rules.book, day or clock.today()),
        unit=filters.unit.public_id if filters.unit else "",
        unit_options=filters.reach.unit_options(filters.unit),
        groups=_groups(filters, answer) if answer else [],
        people=people_sentence(answer.people[day], filters.reach.least) if answer and day else None,
        where=filters.where,
    )
    return page if day else (page, 422)


@blueprint.get("/figures.csv")
@auth.signed_in
def figures_csv() -> Response:
    """The same figures as a file."""
    session = db.session()
    filters = asked(session)
    if filters.day.value is None:
        raise NotFound("There is no such day.")
    answer = service.figures(session, filters.day.value, filters.question(), reference=filters.reference)
    rows = figure_rows(answer.rows, filters.reach.least)
    return csv_response(rows, FIGURE_HEADERS, f"figures-{filters.day.value.isoformat()}")


def _groups(filters: Asked, answer: Answer) -> list[FigureGroup]:
    if not answer.rows:
        return []
    if filters.by is None:
        # Of the whole, everything in force is worth a line; of a unit, only what somebody in it has to do.
        rows = [row for row in answer.rows if row.counts.required or filters.unit is None]
        lines = [_line(filters, row, row.title, filters.unit, plan_words(row)) for row in rows]
        if not lines:
            return []
        return [FigureGroup("Against targets", "Requirement", lines)]
    several = len({row.organisation for row in answer.rows}) > 1
    lines = [
        _line(filters, row, unit_words(row.place, several), row.place)
        for row in answer.rows
        if row.place is not None
    ]
    title = f"{answer.rows[0].title}, by {filters.by.value}"
    bridge = answer.counted_again.get(filters.requirement, 0)
    return [FigureGroup(title, filters.by.value.capitalize(), lines, bridge)]


def _line(filters: Asked, row: FigureRow, name: str, place: Unit | None, detail: str = "") -> FigureLine:
    where = _behind(row.day, row.requirement, place) if filters.reach.names else {}
    return figure_line(row, name, where, filters.reach.least, detail)


def _behind(day: date, requirement: str, place: Unit | None) -> dict[str, str]:
    return kept(as_at=day.isoformat(), requirement=requirement, unit=place.public_id if place else None)
