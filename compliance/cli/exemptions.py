"""Loading files of exemptions, and taking a batch back (interfaces, "Exemptions")."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from compliance.services import imports
from foundation import clock
from foundation.console import command_stamp, plain_problems
from foundation.db import db
from people.cli.importing import import_options, run_import, undo_command


@click.command("import-exemptions")
@import_options
@with_appcontext
@plain_problems
def import_exemptions(file: Path, apply: bool, form: str, set_aside: Path | None) -> None:
    """Load FILE, exemptions: who need not meet which requirement, why, on whose word, from when to when."""
    exemptions = imports.read_exemptions(file.read_bytes(), file.name)
    session = db.session()
    run_import(
        lambda progress: imports.preview_exemptions(session, exemptions, progress),
        lambda progress: imports.import_exemptions(session, command_stamp(clock.now()), exemptions, progress),
        apply=apply,
        form=form,
        set_aside=set_aside,
    )


commands = (import_exemptions, undo_command(imports))
