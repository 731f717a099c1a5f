"""Two-step sign-in by command: for somebody whose telephone is lost, and the recovery codes with it."""

import click
from flask.cli import with_appcontext

from foundation import clock
from foundation.console import command_stamp, plain_problems
from foundation.db import db, transaction
from people.services import second_step


@click.command("reset-second-step")
@click.argument("email")
@with_appcontext
@plain_problems
def reset_second_step(email: str) -> None:
    """Take the two-step sign-in of the account EMAIL away. Its sessions end, and its owner is told by e-mail."""
    with transaction(db.session()) as session:
        second_step.reset(session, command_stamp(clock.now()), email)
    click.echo("Two-step sign-in is off for this account. Its owner has been signed out and told by email.")


commands = (reset_second_step,)
