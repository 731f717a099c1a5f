"""Accounts by command: the first administrator is made here, for no account exists before it."""

import secrets

import click
from flask.cli import with_appcontext

from foundation import clock
from foundation.console import command_stamp, plain_problems
from foundation.db import db, transaction
from people.domain import Permission
from people.services import accounts
from people.store import organisation_id

PASSWORD_BYTES = 12


@click.command("add-account")
@click.argument("email")
@click.option("--person", "person_ref", help="The person_ref of the person whose account it is.")
@click.option(
    "--permission",
    "permissions",
    multiple=True,
    type=click.Choice([permission.value for permission in Permission]),
    help="What it may do beyond its owner's own record and team. May be given more than once.",
)
@click.option("--organisation", help="For a partner lead: the organisation led.")
@with_appcontext
@plain_problems
def add_account(
    email: str, person_ref: str | None, permissions: tuple[str, ...], organisation: str | None
) -> None:
    """Make an account for EMAIL and print its password, once."""
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    session = db.session()
    with transaction(session):
        accounts.create_account(
            session,
            command_stamp(clock.now()),
            email,
            password,
            person_ref=person_ref,
            permissions=[Permission(permission) for permission in permissions],
            organisation_id=organisation_id(session, organisation) if organisation else None,
        )
    click.echo(f"{accounts.normal_email(email)} can sign in with the password {password}")


@click.command("set-password")
@click.argument("email")
@with_appcontext
@plain_problems
def set_password(email: str) -> None:
    """Give the account EMAIL a new password and print it, once. Its sessions end."""
    password = secrets.token_urlsafe(PASSWORD_BYTES)
    with transaction(db.session()) as session:
        accounts.set_password(session, command_stamp(clock.now()), email, password)
    click.echo(f"{accounts.normal_email(email)} can sign in with the password {password}")


@click.command("disable-account")
@click.argument("email")
@with_appcontext
@plain_problems
def disable_account(email: str) -> None:
    """Lock the account EMAIL out, from its next request on."""
    with transaction(db.session()) as session:
        accounts.disable_account(session, command_stamp(clock.now()), email)
    click.echo(f"{accounts.normal_email(email)} can no longer sign in")


commands = (add_account, set_password, disable_account)
