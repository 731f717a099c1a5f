"""Loading the register of a workshop from a file (docs/workshops.md, "Registers from files")."""

from pathlib import Path

import click
from flask.cli import with_appcontext

from courses.services.workshops import uploading
from courses.store import workshops
from foundation import clock
from foundation.console import command_stamp, plain_problems
from foundation.db import db
from foundation.errors import NotFound
from people.cli.importing import import_options, run_import


@click.command("import-register")
@click.argument("workshop")
@import_options
@with_appcontext
@plain_problems
def import_register(workshop: str, file: Path, apply: bool, form: str, set_aside: Path | None) -> None:
    """Load FILE, what became of people at WORKSHOP (its reference, such as W-2026-014)."""
    session = db.session()
    found = workshops.by_reference(session, workshop)
    if found is None:
        raise NotFound(f"There is no workshop {workshop}. Its reference looks like W-2026-014.")
    register = uploading.read_register(file.read_bytes(), file.name)
    stamp = command_stamp(clock.now())
    run_import(
        lambda _: uploading.preview_register(session, stamp, found, register, sees_everybody=True),
        lambda progress: uploading.import_register(
            session, command_stamp(clock.now()), found, register, progress, sees_everybody=True
        ),
        apply=apply,
        form=form,
        set_aside=set_aside,
    )


commands = (import_register,)
