"""The process behind the pages of imports, and the deletion of what they have kept for long enough."""

import gc
import sys

import click
from flask import current_app
from flask.cli import with_appcontext

from compliance.services.importing.folder import ImportFolder
from compliance.services.importing.runs import KEPT_DAYS, State
from compliance.services.importing.sweeping import sweep
from compliance.services.importing.working import work_on
from foundation import clock
from foundation.console import command_stamp, plain_problems, refuse
from foundation.db import db, transaction
from foundation.formats import count_noun

SECONDS = 30 * 60
"""Of the processor, for one file; waiting does not count."""
MEMORY = 2 * 1024 * 1024 * 1024
"""For one file: whatever a stranger's spreadsheet unfolds to, the server keeps the rest."""


@click.command("work-on-import", hidden=True)
@click.argument("run")
@with_appcontext
@plain_problems
def work_on_import(run: str) -> None:
    """Preview or load the file of RUN, as its page has asked. Started by the page."""
    limit_itself()
    gc.disable()  # a million objects that all stay would be searched again and again
    folder = ImportFolder.in_instance(current_app.instance_path)
    if work_on(db.session(), folder, run, clock.now, clock.today()) is State.FAILED:
        refuse("The work on this file failed. Nothing was changed.")


def limit_itself() -> None:
    """Give up what this process does not need. Windows has no such limits."""
    if sys.platform == "win32":
        return
    import resource

    for limit, most in ((resource.RLIMIT_CPU, SECONDS), (resource.RLIMIT_AS, MEMORY)):
        _, hard = resource.getrlimit(limit)
        lowest = most if hard == resource.RLIM_INFINITY else min(most, hard)
        resource.setrlimit(limit, (lowest, lowest))


@click.command("sweep-imports")
@with_appcontext
@plain_problems
def sweep_imports() -> None:
    """Delete the files that were uploaded on pages and kept for long enough. Every upload does it too."""
    folder = ImportFolder.in_instance(current_app.instance_path)
    with transaction(db.session()) as session:
        gone, over = sweep(session, command_stamp(clock.now()), folder)
    folder.remove(over)
    click.echo(
        f"{count_noun(gone, 'unfinished import', 'unfinished imports')} of {KEPT_DAYS} days ago removed"
    )


commands = (work_on_import, sweep_imports)
