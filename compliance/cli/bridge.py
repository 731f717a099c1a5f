"""`flask compliance bridge`: why figures differ between two days, or two states of the record (docs/bridge.md)."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import click
from flask.cli import with_appcontext

from compliance.cli.figure_json import numbers_json
from compliance.cli.questions import moment_text, record_moment, requirement_option, unit_option
from compliance.domain.bridge import REASONS, Bridge, Reason
from compliance.domain.figures import Counts
from compliance.domain.spans import Span
from compliance.services.bridge import Moved, bridge
from compliance.services.bridge_sources import End
from compliance.services.figures import Question
from compliance.wording import REASON_WORDS
from foundation.console import DAY, MOMENT, format_option, plain_problems, print_rows, progress_bar
from foundation.db import db
from foundation.formats import NO_ONE_COUNTED, long_date

FROM, TO = "from", "to"
LINE_COLUMNS = (
    "requirement",
    "line",
    "people",
    "counted",
    "in_date",
    "counted_more",
    "counted_fewer",
    "in_date_more",
    "in_date_fewer",
    "percent",
)
PEOPLE_COLUMNS = (
    "requirement",
    "reason",
    "person_ref",
    "name",
    "counted",
    "in_date",
    "before",
    "after",
    "why",
)


@click.command("bridge")
@click.option("--from", "first", type=DAY, required=True, help="The day to start from.")
@click.option("--to", "last", type=DAY, required=True, help="The day to arrive at.")
@click.option(
    "--known-from", type=MOMENT, help="What the record said then, for the first day. Left out: now."
)
@click.option("--known-to", type=MOMENT, help="The same for the other day.")
@requirement_option
@unit_option
@click.option("--organisation", help="Only this organisation, by its name.")
@click.option("--people", "by_person", is_flag=True, help="A row for everybody who moved a figure.")
@format_option
@with_appcontext
@plain_problems
def show_bridge(
    first: date,
    last: date,
    known_from: datetime | None,
    known_to: datetime | None,
    requirement: str | None,
    unit: str | None,
    organisation: str | None,
    by_person: bool,
    form: str,
) -> None:
    """Why figures differ between two days: how many people each reason moved, adding up exactly."""
    question = Question(requirement, unit=unit, organisation=organisation)
    start, end = End(first, known_from), End(last, known_to)
    moved: list[Moved] = []
    with progress_bar() as progress:
        each = moved.append if by_person else None
        bridges = bridge(db.session(), start, end, question, progress, each)
    caption = f"From {long_date(first)} to {long_date(last)}"
    around = {"from": _asked(start), "to": _asked(end)}
    if by_person:
        print_rows(_people_rows(moved), PEOPLE_COLUMNS, form, caption=caption, **around)
        return
    rows = [row for one in bridges for row in _rows(one)]
    if form == "table":
        rows = [_in_words(row, first, last) for row in rows]
    figures = [
        {
            "requirement": one.requirement,
            FROM: numbers_json(one.before, None),
            TO: numbers_json(one.after, None),
        }
        for one in bridges
    ]
    print_rows(rows, LINE_COLUMNS, form, caption=caption, **around, figures=figures)


commands = (show_bridge,)


def _asked(end: End) -> dict[str, Any]:
    return {"as_at": end.day, "known_at": moment_text(end.known_at or record_moment())}


def _rows(found: Bridge) -> Iterator[dict[str, Any]]:
    """The figure at one end, a row for each reason, the figure at the other end: each column adds up."""
    yield _end_row(found.requirement, FROM, found.before)
    for line in found.lines:
        yield {
            "requirement": found.requirement,
            "line": line.reason.value,
            "people": line.people,
            "counted": line.counted,
            "in_date": line.in_date,
            "counted_more": line.counted_more,
            "counted_fewer": line.counted_fewer,
            "in_date_more": line.in_date_more,
            "in_date_fewer": line.in_date_fewer,
            "percent": None,
        }
    yield _end_row(found.requirement, TO, found.after)


def _end_row(code: str, name: str, counts: Counts) -> dict[str, Any]:
    nothing = dict.fromkeys(LINE_COLUMNS)
    numbers = {"counted": counts.counted, "in_date": counts.in_date, "percent": counts.percent}
    return {**nothing, "requirement": code, "line": name, **numbers}


def _in_words(row: dict[str, Any], first: date, last: date) -> dict[str, Any]:
    """The same row for people: reasons in words, and "no one counted" where scripts find nothing."""
    if row["line"] not in (FROM, TO):
        return {**row, "line": REASON_WORDS[Reason(row["line"])]}
    percent = NO_ONE_COUNTED if row["percent"] is None else row["percent"]
    return {**row, "line": long_date(first if row["line"] == FROM else last), "percent": percent}


def _people_rows(moved: list[Moved]) -> list[dict[str, Any]]:
    moved.sort(key=lambda one: (one.requirement, REASONS.index(one.reason), one.person_ref))
    return [
        {
            "requirement": one.requirement,
            "reason": one.reason.value,
            "person_ref": one.person_ref,
            "name": one.name,
            "counted": one.counted,
            "in_date": one.in_date,
            "before": _status(one.before),
            "after": _status(one.after),
            "why": one.why,
        }
        for one in moved
    ]


def _status(span: Span | None) -> str | None:
    return None if span is None else span.status.value
