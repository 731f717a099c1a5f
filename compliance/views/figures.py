"""The figures of any day against their targets, as known now or at a moment; as a page and as a file."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import Response, render_template, request

from compliance.domain.figures import Counts, PeopleFigure
from compliance.rollup import ROLLED_UP_DEPTH
from compliance.services import figures as service
from compliance.services.figures import Answer, By, FigureRow, Question, Reference
from compliance.services.sectors import within_sector
from compliance.views.blueprint import blueprint
from compliance.views.figures_pages.choices import sector_options, sector_words
from compliance.views.figures_pages.known import TypedMoment, typed_moment
from compliance.views.figures_pages.words import group_words, literal_and_effective
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

BY_WORDS = {
    By.ORGANISATION: "Organisation",
    By.UNIT: "Unit",
    By.ROLE: "Role",
    By.SECTOR: "Sector",
}
NO_ROLE_CHOICE = "none"
"""Stands in addresses for those who hold no role."""


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
    today: date
    day: TypedDay
    known: TypedMoment
    by: By | None
    requirement: str
    sector: str
    unit: Unit | None

    @property
    def where(self) -> dict[str, str]:
        """The same filters, for links."""
        return kept(
            as_at=self.day.value.isoformat() if self.day.value else None,
            known_at=self.known.address,
            by=self.by.value if self.by else None,
            requirement=self.requirement,
            sector=self.sector,
            unit=self.unit.public_id if self.unit else None,
        )

    @property
    def is_right(self) -> bool:
        """Whether both dates are."""
        return self.day.value is not None and self.known.error is None

    @property
    def problems(self) -> list[tuple[str, str | None]]:
        """What is wrong with the dates, and the boxes to mend."""
        dates = (self.day, self.known)
        return [(each.error, each.first_wrong) for each in dates if each.error]

    def question(self, session: Session) -> Question | None:
        """The question that they ask; None where unit and sector leave nobody."""
        question: Question | None = replace(
            self.reach.question(self.requirement, self.unit), by=self.by, known_at=self.known.value
        )
        if self.sector and question is not None:
            question = within_sector(session, question, self.sector, self.reference.tree.units)
        # The whole tree at once is more than anybody reads; below a chosen unit it goes down to the end.
        return question if self.unit or question is None else replace(question, deepest=ROLLED_UP_DEPTH)

    def by_options(self) -> list[tuple[str, str]]:
        """What the choice of breakdowns offers; by role and sector only where names may be seen."""
        offered = [by for by in By if by.is_place or self.reach.names]
        return [("", "Requirement"), *((by.value, BY_WORDS[by]) for by in offered)]


def asked(session: Session) -> Asked:
    """Read the filters. A breakdown is of one requirement: where none is chosen, of the first.

    Readers of numbers without names are offered neither roles, sectors nor earlier states of the record: from the
    differences between overlapping groups, or before and after a correction, somebody could be worked out.
    """
    today = clock.today()
    reference = Reference.read(session)
    reach = figures_reach(session, auth.reader(), today, reference.tree.units)
    by, sector = request.args.get("by", ""), request.args.get("sector", "")
    if by not in ("", *By):
        raise NotFound("There is no such breakdown.")
    sector_words(sector)
    known = typed_moment("known_at", request.args, clock.now())
    if not reach.names and (sector or known.value or (by and not By(by).is_place)):
        raise NotFound("There is no such choice.")
    if known.value is not None:
        reference = Reference.read(session, known.value)
    book = reference.rules.book
    requirement = request.args.get("requirement", "")
    if by and not requirement and book.codes:
        requirement = book.codes[0]
    return Asked(
        reach=reach,
        reference=reference,
        today=today,
        day=typed_day("as_at", "Date", request.args, today),
        known=known,
        by=By(by) if by else None,
        requirement=requirement,
        sector=sector,
        unit=reach.unit(request.args.get("unit", "")),
    )


def answer_to(session: Session, filters: Asked) -> Answer | None:
    """The figures that the filters ask for; None while a date is wrong."""
    day = filters.day.value
    if day is None or not filters.is_right:
        return None
    question = filters.question(session)
    not_yet = filters.known.value is not None and filters.requirement not in (
        "",
        *filters.reference.rules.book.codes,
    )
    if question is None or not_yet:
        return Answer([], {day: PeopleFigure()})
    return service.figures(session, day, question, reference=filters.reference)


@blueprint.get("/figures")
@auth.signed_in
def figures() -> str | tuple[str, int]:
    """The figures against their targets: the whole, or one requirement by its parts."""
    session = db.session()
    filters = asked(session)
    answer = answer_to(session, filters)
    day = filters.day.value if answer else None
    book = filters.reference.rules.book
    page = render_template(
        "compliance/figures.html",
        as_at=day,
        day=filters.day,
        known=filters.known,
        problems=filters.problems,
        is_ahead=day is not None and day > filters.today,
        by=filters.by or "",
        by_options=filters.by_options(),
        requirement=filters.requirement,
        requirement_options=requirement_options(book, day or filters.today),
        sector=filters.sector,
        sector_options=sector_options(),
        unit=filters.unit.public_id if filters.unit else "",
        unit_options=filters.reach.unit_options(filters.unit),
        names=filters.reach.names,
        groups=_groups(filters, answer) if answer else [],
        pairs=_pairs(filters, answer) if answer else [],
        people=people_sentence(answer.people[day], filters.reach.least) if answer and day else None,
        where=filters.where,
    )
    return page if answer else (page, 422)


@blueprint.get("/figures.csv")
@auth.signed_in
def figures_csv() -> Response:
    """The same figures as a file."""
    session = db.session()
    filters = asked(session)
    answer = answer_to(session, filters)
    if answer is None or filters.day.value is None:
        raise NotFound("There is no such day.")
    headers: Sequence[str] = FIGURE_HEADERS
    rows: Iterator[Sequence[str]] = figure_rows(answer.rows, filters.reach.least)
    if filters.by is not None and not filters.by.is_place:
        after = headers.index("unit") + 1
        headers = (*headers[:after], filters.by.value, *headers[after:])
        rows = (
            (*cells[:after], row.group or "", *cells[after:])
            for row, cells in zip(answer.rows, rows, strict=True)
        )
    known = f"-known-{filters.known.address.replace(':', '')}" if filters.known.address else ""
    return csv_response(rows, headers, f"figures-{filters.day.value.isoformat()}{known}")


def _groups(filters: Asked, answer: Answer) -> list[FigureGroup]:
    if not answer.rows:
        return []
    if filters.by is None:
        # Of the whole, everything in force is worth a line; of a part, only what somebody in it has to do.
        whole = filters.unit is None and not filters.sector
        rows = [row for row in answer.rows if row.counts.required or whole]
        lines = [_line(filters, row, row.title, filters.unit, plan_words(row)) for row in rows]
        return [FigureGroup("Against targets", "Requirement", lines)] if lines else []
    title = f"{answer.rows[0].title}, by {filters.by.value}"
    bridge = answer.counted_again.get(filters.requirement, 0)
    return [FigureGroup(title, BY_WORDS[filters.by], _parts(filters, filters.by, answer.rows), bridge)]


def _parts(filters: Asked, by: By, rows: Sequence[FigureRow]) -> list[FigureLine]:
    if not by.is_place:
        titles = filters.reference.rules.book.role_titles
        return [
            _line(filters, row, group_words(by, row.group or "", titles), filters.unit, by=by) for row in rows
        ]
    several = len({row.organisation for row in rows}) > 1
    # By organisation a row of a unit is that unit in the organisation, and so are the people behind it.
    below = filters.unit if by is By.ORGANISATION else None
    return [
        _line(filters, row, unit_words(row.place, several), below or row.place, by=by)
        for row in rows
        if row.place is not None
    ]


def _line(
    filters: Asked, row: FigureRow, name: str, place: Unit | None, detail: str = "", by: By | None = None
) -> FigureLine:
    if not filters.reach.names:
        return figure_line(row, name, {}, filters.reach.least, detail)
    group = {by.value: row.group or NO_ROLE_CHOICE} if by is not None and not by.is_place else {}
    behind = kept(
        as_at=row.day.isoformat(),
        known_at=filters.known.address,
        requirement=row.requirement,
        sector=filters.sector,
        unit=place.public_id if place else None,
    )
    line = figure_line(row, name, behind | group, filters.reach.least, detail)
    return replace(line, inside=_inside(filters, row, by))


def _inside(filters: Asked, row: FigureRow, by: By | None) -> dict[str, str]:
    """The filters of the figures inside a part: below a unit, or of the organisations of a sector."""
    if by is By.SECTOR and row.group:
        return {**filters.where, "by": By.ORGANISATION.value, "sector": row.group}
    if by is not None and by.is_place and row.place is not None and row.place != filters.unit:
        return {**filters.where, "by": By.UNIT.value, "unit": row.place.public_id}
    return {}


def _pairs(filters: Asked, answer: Answer) -> list[FigureGroup]:
    """A duty beside the measure of the same action of the plan: as it is worked, and to its letter."""
    if filters.by is not None:
        return []
    book = filters.reference.rules.book
    return [
        FigureGroup(
            f"{plan_words(rows[0])}, as it is worked and to the letter",
            "What counts",
            [_line(filters, row, row.title, filters.unit) for row in rows],
        )
        for rows in literal_and_effective(book, [row for row in answer.rows if row.counts != Counts()])
    ]
