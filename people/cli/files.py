"""Loading files about people, and taking a batch back (interfaces, "Files in")."""

from datetime import date
from pathlib import Path

import click
from flask.cli import with_appcontext

from foundation import clock
from foundation.console import DAY, command_stamp, plain_problems
from foundation.db import db
from people.cli.importing import import_options, run_import, undo_command
from people.services import imports


@click.command("import")
@import_options
@click.option("--as-at", type=DAY, help="The day that the file describes. Left out: today.")
@click.option(
    "--part", is_flag=True, help="The file is a part of the workforce: nothing missing from it ends."
)
@click.option("--expect-leavers", type=click.IntRange(min=0), help="Exactly how many posts the file may end.")
@click.option(
    "--map", "map_name", type=click.Choice(imports.PEOPLE_MAPS), help="The system that wrote the file."
)
@with_appcontext
@plain_problems
def import_people(
    file: Path,
    as_at: date | None,
    part: bool,
    expect_leavers: int | None,
    map_name: str | None,
    apply: bool,
    form: str,
    set_aside: Path | None,
) -> None:
    """Load FILE, the workforce of the organisations that it names: one row a post spell."""
    people = imports.read_people(file.read_bytes(), file.name, as_at or clock.today(), map_name)
    options = imports.PeopleOptions(part, expect_leavers)
    session = db.session()
    run_import(
        lambda progress: imports.preview_people(session, people, options, progress),
        lambda progress: imports.import_people(
            session, command_stamp(clock.now()), people, options, progress
        ),
        apply=apply,
        form=form,
        set_aside=set_aside,
    )


@click.command("import-absences")
@import_options
@with_appcontext
@plain_problems
def import_absences(file: Path, apply: bool, form: str, set_aside: Path | None) -> None:
    """Load FILE, absences: person, kind, first day and last day."""
    absences = imports.read_absences(file.read_bytes(), file.name, clock.today())
    session = db.session()
    run_import(
        lambda progress: imports.preview_absences(session, absences, progress),
        lambda progress: imports.import_absences(session, command_stamp(clock.now()), absences, progress),
        apply=apply,
        form=form,
        set_aside=set_aside,
    )


@click.command("schools")
@import_options
@with_appcontext
@plain_problems
def import_schools(file: Path, apply: bool, form: str, set_aside: Path | None) -> None:
    """Load FILE, what schools are: phase, URN, declared headcount, last safeguarding audit."""
    schools = imports.read_schools(file.read_bytes(), file.name, clock.today())
    session = db.session()
    run_import(
        lambda progress: imports.preview_schools(session, schools, progress),
        lambda progress: imports.import_schools(session, command_stamp(clock.now()), schools, progress),
        apply=apply,
        form=form,
        set_aside=set_aside,
    )


commands = (import_people, import_absences, import_schools, undo_command(imports))
