"""The questions out: figures, the people behind them, trend, forecast, and the proof that the tables are right."""

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

import click
from flask.cli import with_appcontext

from compliance import timelines
from compliance.cli.figure_json import numbers_json
from compliance.domain.figures import PeopleFigure
from compliance.services.figures import By, FigureRow, Question, figures, figures_on
from compliance.services.lists import Behind, Lists, every_as_known
from foundation import audit, clock
from foundation.console import (
    DAY,
    MOMENT,
    REFUSED,
    complain,
    format_option,
    plain_problems,
    print_rows,
    progress_bar,
)
from foundation.dates import FAR_DAY, month_ends, quarter_ends
from foundation.db import db, transaction
from foundation.formats import NO_ONE_COUNTED, long_date

FIGURE_COLUMNS = (
    "requirement",
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
    "covered",
    "percent",
    "gross_percent",
    "target",
    "target_met",
    "people_to_target",
    "rag",
)
PEOPLE_COLUMNS = (
    "person_ref",
    "requirement",
    "status",
    "counted",
    "due_on",
    "course",
    "completed_on",
    "valid_until",
    "why",
)

as_at_option = click.option(
    "--as-at", "day", type=DAY, default=clock.today, show_default="today", help="The day asked about."
)
known_at_option = click.option(
    "--known-at", type=MOMENT, help="What the record said at that moment. Left out: now."
)
requirement_option = click.option("--requirement", help="Only this requirement, by its code.")
unit_option = click.option("--unit", help='Only this unit and everything below it: "Homes > Repairs".')
by_option = click.option("--by", type=click.Choice([by.value for by in By]), help="A row for each of these.")


@click.command()
@as_at_option
@known_at_option
@requirement_option
@by_option
@unit_option
@format_option
@with_appcontext
@plain_problems
def show(
    day: date, known_at: datetime | None, requirement: str | None, by: str | None, unit: str | None, form: str
) -> None:
    """The figures as at a day, against their targets."""
    question = Question(requirement, By(by) if by else None, unit, known_at=known_at)
    with progress_bar() as progress:
        answer = figures(db.session(), day, question, progress)
    rows = [figure_json(row, question.by) for row in answer.rows]
    around = {**_asked(day, known_at), "people": people_json(answer.people[day])}
    if by:
        around["counted_again"] = answer.counted_again
    _print_figures(rows, figure_columns(by), form, f"Figures as at {long_date(day)}", around)
    if form == "table":
        _print_people(answer.people[day])
        for code, times in answer.counted_again.items():
            click.echo(f"{code}: counted in more than one: {times}")


@click.command()
@as_at_option
@known_at_option
@requirement_option
@unit_option
@format_option
@with_appcontext
@plain_problems
def people(
    day: date, known_at: datetime | None, requirement: str | None, unit: str | None, form: str
) -> None:
    """The people behind the figures, with the facts behind each status."""
    question = Question(requirement, unit=unit, known_at=known_at)
    with progress_bar() as progress:
        if known_at is None:
            lists = Lists(db.session())
            found: Iterable[Behind] = lists.every(day, lists.filters(question))
        else:
            found = list(every_as_known(db.session(), day, question, progress))
    rows = [behind_json(row) for row in found]
    caption = f"People as at {long_date(day)}"
    print_rows(rows, PEOPLE_COLUMNS, form, caption=caption, **_asked(day, known_at))


@click.command()
@click.option("--from", "first", type=DAY, required=True, help="The first day of the trend.")
@click.option("--to", "last", type=DAY, required=True, help="The last day of the trend.")
@click.option("--every", type=click.Choice(["month", "quarter"]), default="month", show_default=True)
@known_at_option
@requirement_option
@by_option
@unit_option
@format_option
@with_appcontext
@plain_problems
def trend(
    first: date,
    last: date,
    every: str,
    known_at: datetime | None,
    requirement: str | None,
    by: str | None,
    unit: str | None,
    form: str,
) -> None:
    """The figures at the ends of months, or of quarters of the financial year."""
    if last < first:
        raise click.UsageError("--to is before --from.")
    question = Question(requirement, By(by) if by else None, unit, known_at=known_at)
    days = list((quarter_ends if every == "quarter" else month_ends)(first, last))
    _print_days({"from": first, "to": last, "every": every}, days, question, form)


@click.command()
@click.option("--until", type=DAY, required=True, help="The last day of the forecast.")
@click.option("--every", type=click.Choice(["month", "quarter"]), default="month", show_default=True)
@requirement_option
@by_option
@unit_option
@format_option
@with_appcontext
@plain_problems
def forecast(
    until: date, every: str, requirement: str | None, by: str | None, unit: str | None, form: str
) -> None:
    """The figures at the month ends to come, if nobody renews and nothing else is recorded."""
    if until < clock.today():
        raise click.UsageError("--until is before today. For days that are past, ask for the trend.")
    question = Question(requirement, By(by) if by else None, unit)
    days = list((quarter_ends if every == "quarter" else month_ends)(clock.today(), until))
    _print_days({"until": until, "every": every}, days, question, form)


@click.command()
@click.option("--check", is_flag=True, help="Only compare; exit status 1 on any difference.")
@with_appcontext
@plain_problems
def rebuild(check: bool) -> None:
    """Make all timelines anew from the facts, or check that they are what the facts give."""
    with progress_bar() as progress:
        if not check:
            with transaction(db.session()):
                timelines.rebuild(db.session(), progress)
            click.echo("All timelines were made anew from the facts.")
            return
        found = list(timelines.differences(db.session(), progress))
    for difference in found:
        click.echo(difference)
    if found:
        click.echo(f"{len(found)} differences. Run `flask compliance rebuild` to mend them.", err=True)
        raise SystemExit(REFUSED)
    click.echo("The timelines are exactly what the facts give.")


commands = (show, people, trend, forecast, rebuild)


def _asked(day: date, known_at: datetime | None) -> dict[str, Any]:
    return {"as_at": day, "known_at": moment_text(known_at or record_moment())}


def _print_days(asked: dict[str, Any], days: list[date], question: Question, form: str) -> None:
    if not days:
        complain([f"No {asked['every']} ends in this period, so there are no figures to show."])
    with progress_bar() as progress:
        answer = figures_on(db.session(), days, question, progress)
    rows = [{"day": row.day, **figure_json(row, question.by)} for row in answer.rows]
    known_at = moment_text(question.known_at or record_moment())
    people_by_day = [{"day": day, **people_json(answer.people[day])} for day in days]
    around = {**asked, "known_at": known_at, "people": people_by_day}
    _print_figures(rows, ("day", *figure_columns(question.by)), form, "", around)


def _print_figures(
    rows: list[dict[str, Any]], columns: tuple[str, ...], form: str, caption: str, around: dict[str, Any]
) -> None:
    """People read "no one counted" where scripts find nothing (counting rule 7)."""
    if form == "table":
        for row in rows:
            row["percent"] = NO_ONE_COUNTED if row["percent"] is None else row["percent"]
    print_rows(rows, columns, form, caption=caption, **around)


def record_moment() -> datetime:
    """The moment that stands for "now": asked for as --known-at, it gives this very answer again."""
    return audit.last_moment(db.session()) or clock.now()


def moment_text(moment: datetime) -> str:
    """A moment as scripts read it: ISO 8601 in London time."""
    return moment.astimezone(clock.LONDON).isoformat()


def figure_columns(by: By | str | None) -> tuple[str, ...]:
    """The columns of a figure; by role or sector that comes after the unit."""
    after = FIGURE_COLUMNS.index("unit") + 1
    group = (str(by),) if by and not By(by).is_place else ()
    return (*FIGURE_COLUMNS[:after], *group, *FIGURE_COLUMNS[after:])


def figure_json(row: FigureRow, by: By | None = None) -> dict[str, Any]:
    """A figure as scripts read it (interfaces, "Questions out"); `compliant` includes `expiring`.

    By role or sector there is its code as well: null for those who hold no role.
    """
    return {
        "requirement": row.requirement,
        "organisation": row.organisation,
        "unit": row.unit,
        **({} if by is None or by.is_place else {by.value: row.group or None}),
        **numbers_json(row.counts, row.judgement),
    }


def people_json(figure: PeopleFigure) -> dict[str, Any]:
    """The people-based figure as scripts read it."""
    return {"counted": figure.counted, "compliant_in_all": figure.compliant_in_all, "percent": figure.percent}


def behind_json(row: Behind) -> dict[str, Any]:
    """A person behind a figure as scripts read it; the proof's columns are empty where nothing covers the day."""
    span = row.span
    ends = span.covered and span.valid_until != FAR_DAY
    return {
        "person_ref": row.person.person_ref,
        "requirement": row.requirement,
        "status": span.status.value,
        "counted": span.status.is_counted,
        "due_on": span.due_on,
        "course": span.course if span.covered else None,
        "completed_on": span.completed_on if span.covered else None,
        "valid_until": span.valid_until if ends else None,
        "why": row.why,
    }


def _print_people(figure: PeopleFigure) -> None:
    percent = "no one counted" if figure.percent is None else f"{figure.percent}%"
    click.echo(f"People compliant in everything: {figure.compliant_in_all} of {figure.counted} ({percent})")
