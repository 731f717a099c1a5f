"""What people say is wrong with their details: listed for learning and development, and answered."""

import click
from flask.cli import with_appcontext

from foundation import clock
from foundation.console import command_stamp, format_option, plain_problems, print_rows
from foundation.db import db, transaction
from foundation.tables.guard import guarded
from people.services import details

COLUMNS = ("id", "asked_on", "person_ref", "name", "detail", "should_be")


@click.command("requests")
@format_option
@with_appcontext
@plain_problems
def requests(form: str) -> None:
    """List the corrections that people have asked for and nobody has answered, oldest first."""
    rows = [
        {
            "id": row["id"],
            "asked_on": clock.london_day(row["asked_at"]),
            "person_ref": row["person_ref"],
            "name": f"{row['first_name'] or ''} {row['last_name'] or ''}".strip(),
            "detail": row["detail"],
            "should_be": row["should_be"],
        }
        for row in details.every_open_request(db.session())
    ]
    if form == "csv":
        # People typed this: a spreadsheet must not run it (promise S14).
        rows = [
            {name: guarded(cell) if isinstance(cell, str) else cell for name, cell in row.items()}
            for row in rows
        ]
    print_rows(rows, COLUMNS, form, caption=f"{len(rows)} to answer")


@click.command("answer-request")
@click.argument("request_id", metavar="ID", type=click.IntRange(min=1))
@click.option("--reason", required=True, help="What became of it, such as: corrected in the HR system.")
@with_appcontext
@plain_problems
def answer_request(request_id: int, reason: str) -> None:
    """Close the request ID, as `flask people requests` lists it."""
    with transaction(db.session()) as session:
        details.answer_request(session, command_stamp(clock.now()), request_id, reason)
    click.echo(f"Request {request_id} is answered.")


commands = (requests, answer_request)
