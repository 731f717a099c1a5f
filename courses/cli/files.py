"""Loading files of completions, and taking a batch back (interfaces, "Completions")."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from courses.services import imports
from foundation import clock
from foundation.console import command_stamp, plain_problems
from foundation.db import db
from people.cli.importing import import_options, run_import, run_undo, undo_options


@click.command("import-completions")
@import_options
@click.option(
    "--source", default="", help="The system that the completions come from, as it should be shown."
)
@click.option(
    "--map", "map_name", type=click.Choice(imports.COMPLETION_MAPS), help="The system that wrote the file."
)
@with_appcontext
@plain_problems
def import_completions(
    file: Path, source: str, map_name: str | None, apply: bool, form: str, set_aside: Path | None
) -> None:
    """Load FILE, completions: person, course and day, with evidence."""
    completions = imports.read_completions(file.read_bytes(), file.name, clock.today(), source, map_name)
    session = db.session()
    run_import(
        lambda progress: imports.preview_completions(session, completions, progress),
        lambda progress: imports.import_completions(
            session, command_stamp(clock.now()), completions, progress
        ),
        apply=apply,
        form=form,
        set_aside=set_aside,
    )


@click.command("undo")
@undo_options
@with_appcontext
@plain_problems
def undo(batch: int, preview: bool, form: str) -> None:
    """Take back all that BATCH recorded and restore what it replaced."""
    session = db.session()
    run_undo(
        lambda: imports.plan_undo(session, batch),
        lambda: imports.undo(session, command_stamp(clock.now()), batch),
        preview=preview,
        form=form,
    )


commands = (import_completions, undo)
