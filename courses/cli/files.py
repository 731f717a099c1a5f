"""Loading files of completions, and taking a batch back (interfaces, "Completions")."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from courses.services import imports
from foundation import clock
from foundation.console import command_stamp, plain_problems
from foundation.db import db
from people.cli.importing import import_options, run_import, undo_command


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


commands = (import_completions, undo_command(imports))
