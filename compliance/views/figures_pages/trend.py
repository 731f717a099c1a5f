"""How the figure of a requirement went and will go: the ends of months or quarters, past and to come."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, render_template, request

from compliance.services.figures import FigureRow
from compliance.services.lists import Lists
from compliance.services.trend import Lapse, lapses, period_ends, trend_of
from compliance.views.blueprint import blueprint
from compliance.views.figures_pages.choices import Choices, choices, is_one_of
from compliance.views.lines import FIGURE_HEADERS, FigureLine, csv_response, figure_line, figure_rows
from compliance.views.shown import kept
from foundation import clock
from foundation.dates import add_months, day_after, month_end
from foundation.db import Session, db
from foundation.formats import long_date
from people import auth

MONTHS_AHEAD = 12
EVERY = {"month": "Month", "quarter": "Quarter of the financial year"}
BACK = {"1": "1 year", "2": "2 years", "3": "3 years", "5": "5 years"}


@dataclass(frozen=True, slots=True)
class Point:
    """The figure of a day; `lapse`: whose cover ends in the period up to it, of days to come."""

    day: date
    figure: FigureLine | None
    lapse: Lapse | None = None
    lapse_where: dict[str, str] | None = None

    @property
    def percent(self) -> float | None:
        """For the drawing; None where there is nothing to draw or to show."""
        if self.figure is None or not self.figure.shown.result or self.figure.counts.percent is None:
            return None
        return float(self.figure.counts.percent)


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the page."""

    choices: Choices
    every: str
    back: str

    @property
    def where(self) -> dict[str, str]:
        """The same filters, for links."""
        return {**self.choices.where, **kept(every=self.every, back=self.back)}

    @property
    def past(self) -> list[date]:
        """The period ends that are past, and today."""
        today = self.choices.today
        ends = period_ends(self.every, add_months(today, -12 * int(self.back)), today)
        return ends if today in ends else [*ends, today]

    @property
    def ahead(self) -> list[date]:
        """The period ends to come."""
        today = self.choices.today
        return period_ends(self.every, day_after(today), month_end(add_months(today, MONTHS_AHEAD)))


def asked(session: Session) -> Asked:
    """Read the filters."""
    return Asked(
        choices(session, clock.today()),
        is_one_of(EVERY, request.args.get("every", "month")),
        is_one_of(BACK, request.args.get("back", "1")),
    )


@blueprint.get("/figures/trend")
@auth.signed_in
def trend() -> str:
    """The trend of the past, and what becomes of it if nobody renews."""
    session = db.session()
    found = asked(session)
    past, ahead = _points(session, found)
    drawn = [*past, *ahead]
    targets = [point.figure.judgement.target for point in drawn if point.figure and point.figure.judgement]
    chosen = found.choices
    return render_template(
        "compliance/trend.html",
        title=chosen.title() if chosen.requirement else "",
        today=chosen.today,
        names=chosen.reach.names,
        requirement=chosen.requirement,
        requirement_options=chosen.requirement_options(),
        unit=chosen.unit.public_id if chosen.unit else "",
        unit_options=chosen.reach.unit_options(chosen.unit),
        every=found.every,
        every_options=list(EVERY.items()),
        back=found.back,
        back_options=list(BACK.items()),
        past=past,
        ahead=ahead,
        drawn=[(long_date(point.day), point.percent) for point in drawn],
        target=targets[-1] if targets else None,
        where=found.where,
        menu_where=chosen.where,
    )


@blueprint.get("/figures/trend.csv")
@auth.signed_in
def trend_csv() -> Response:
    """The same figures as a file, one line a day."""
    session = db.session()
    found = asked(session)
    rows = _rows(session, found)
    ordered = [rows[day] for day in (*found.past, *found.ahead) if day in rows]
    return csv_response(
        _lines(found, ordered), ("forecast", *FIGURE_HEADERS), f"trend-{found.choices.today.isoformat()}"
    )


def _lines(found: Asked, rows: Sequence[FigureRow]) -> Iterator[Sequence[str]]:
    for row, cells in zip(rows, figure_rows(rows, found.choices.reach.least), strict=True):
        yield ("yes" if row.day > found.choices.today else "no", *cells)


def _rows(session: Session, found: Asked) -> dict[date, FigureRow]:
    if not found.choices.requirement:
        return {}
    days = [*found.past, *found.ahead]
    return trend_of(session, days, found.choices.question(), found.choices.reference)


def _points(session: Session, found: Asked) -> tuple[list[Point], list[Point]]:
    chosen = found.choices
    rows = _rows(session, found)
    past = [Point(day, _figure(chosen, rows.get(day))) for day in found.past]
    if not chosen.reach.names or not chosen.requirement:
        return past, [Point(day, _figure(chosen, rows.get(day))) for day in found.ahead]
    lists = Lists(session, chosen.reference.tree)
    found_lapses = lapses(session, lists, chosen.today, found.ahead, chosen.question())
    ahead = [
        Point(lapse.days.last, _figure(chosen, rows.get(lapse.days.last)), lapse, _who_lapse(chosen, lapse))
        for lapse in found_lapses
    ]
    return past, ahead


def _figure(chosen: Choices, row: FigureRow | None) -> FigureLine | None:
    if row is None:
        return None
    where = {**chosen.where, "as_at": row.day.isoformat()} if chosen.reach.names else {}
    return figure_line(row, long_date(row.day), where, chosen.reach.least)


def _who_lapse(chosen: Choices, lapse: Lapse) -> dict[str, str]:
    return {
        **chosen.where,
        "as_at": chosen.today.isoformat(),
        "show": "all_compliant",
        "ends_from": lapse.days.first.isoformat(),
        "ends_to": lapse.days.last.isoformat(),
    }
