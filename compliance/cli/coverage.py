"""`flask compliance coverage`: in how many schools somebody is in date for a requirement."""

from datetime import date, datetime
from typing import Any

import click
from flask.cli import with_appcontext

from compliance.cli.questions import (
    as_at_option,
    known_at_option,
    moment_text,
    record_moment,
    requirement_option,
)
from compliance.services.coverage import coverage, of_schools
from compliance.services.figures import Question, Reference
from foundation.console import format_option, plain_problems, print_rows, refuse
from foundation.db import db
from foundation.formats import fraction, long_date

COLUMNS = ("school", "somebody_in_date", "in_date", "counted", "required", "in_post")


@click.command("coverage")
@as_at_option
@known_at_option
@requirement_option
@format_option
@with_appcontext
@plain_problems
def show_coverage(day: date, known_at: datetime | None, requirement: str | None, form: str) -> None:
    """The schools with at least one person in date, and those without; the first requirement of schools by default."""
    session = db.session()
    reference = Reference.read(session, known_at)
    offered = of_schools(reference.rules.book, day)
    wanted = requirement or next(iter(offered), None)
    if wanted is None:
        refuse("No requirement is asked of schools.")
    found = coverage(session, day, Question(wanted, known_at=known_at), reference)
    rows: list[dict[str, Any]] = [
        {
            "school": school.unit.organisation,
            "somebody_in_date": school.is_in,
            "in_date": school.counts.in_date,
            "counted": school.counts.counted,
            "required": school.counts.required,
            "in_post": school.in_post,
        }
        for school in found.schools
    ]
    around = {
        "as_at": day,
        "known_at": moment_text(known_at or record_moment()),
        "requirement": wanted,
        "schools": len(found.schools),
        "schools_in": found.covered,
        "without_anybody": [school.unit.organisation for school in found.without_anybody],
    }
    print_rows(rows, COLUMNS, form, caption=f"School coverage for {wanted} as at {long_date(day)}", **around)
    if form == "table":
        click.echo(f"Schools with somebody in date: {fraction(found.covered, len(found.schools))}")


commands = (show_coverage,)
