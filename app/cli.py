"""`flask demo …`: the made-up borough, as files or in an empty database, and a service to look at it."""

from datetime import date
from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import AppGroup, with_appcontext
from flask_migrate import upgrade
from waitress import serve

from app.demo.borough import write_borough
from app.demo.loading import is_empty, load_borough, sign_in_lines
from courses.certificate.issuer import issuer_of
from foundation import clock
from foundation.console import DAY, command_stamp, plain_problems, progress_bar
from foundation.db import db
from foundation.errors import DomainError
from foundation.facts import Progress

demo = AppGroup("demo", help="A made-up borough to try the service on.")
HOST, PORT, THREADS = "127.0.0.1", 8000, 4


@demo.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
@click.option("--as-at", "day", type=DAY, default=clock.today, show_default="today")
@click.option("--seed", type=int, default=2026, show_default=True, help="Another seed makes another borough.")
def write(folder: Path, day: date, seed: int) -> None:
    """Write the borough's files to FOLDER, as other systems would send them."""
    files = write_borough(folder, as_at=day, seed=seed)
    for path in (files.people, files.absences, files.completions, files.exemptions, files.schools):
        click.echo(path)


def _load(progress: Progress) -> None:
    issuer = issuer_of(current_app.config, current_app.instance_path)
    load_borough(db.session(), command_stamp(clock.now()), clock.today(), issuer, progress)


@demo.command()
@with_appcontext
@plain_problems
def load() -> None:
    """Load the borough into this database, which must be empty."""
    if not is_empty(db.session()):
        raise DomainError(
            "This database holds something already. The borough is loaded into an empty one only."
        )
    with progress_bar() as progress:
        _load(progress)
    for line in sign_in_lines(db.session()):
        click.echo(line)


@demo.command()
@click.option("--port", type=click.IntRange(1, 65535), default=PORT, show_default=True)
@with_appcontext
@plain_problems
def start(port: int) -> None:
    """Bring the database up to date, load the borough if it is empty, and serve on this machine."""
    upgrade()
    if is_empty(db.session()):
        click.echo("Making the demo borough. This takes about a minute.")
        with progress_bar() as progress:
            _load(progress)
    for line in sign_in_lines(db.session()):
        click.echo(line)
    db.session.remove()
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # werkzeug's proxy has it
    click.echo(f"Serving on http://{HOST}:{port} until you press Ctrl+C.")
    serve(app, host=HOST, port=port, threads=THREADS, ident=None)
