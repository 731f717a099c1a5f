"""Invitations by command: one account with its permissions, or everybody in the record who has none yet."""

from datetime import date
from typing import Any

import click
from flask.cli import with_appcontext

from foundation import clock
from foundation.console import (
    command_stamp,
    complain,
    format_option,
    plain_problems,
    print_json,
    print_rows,
    progress_bar,
)
from foundation.db import db, transaction
from people.domain import Permission
from people.forms.links import link_address, until_words, words
from people.services.accounts import normal_email
from people.services.inviting import Everyone, everyone_to_invite, invite_people
from people.services.links import invite as invite_one
from people.store import organisation_id

AT_ONCE = 200
"""Accounts made in one transaction: other writers wait for a second, and a run that is stopped has done whole lots."""


@click.command("invite")
@click.option("--email", help="The email with which the account signs in.")
@click.option("--person", "person_ref", help="The person_ref of the person whose account it is.")
@click.option(
    "--permission",
    "permissions",
    multiple=True,
    type=click.Choice([permission.value for permission in Permission]),
    help="What it may do beyond its owner's own record and team. May be given more than once.",
)
@click.option("--organisation", help="For a partner lead: the organisation led.")
@click.option("--everyone", is_flag=True, help="Everybody with a running post and no account.")
@click.option("--apply", "apply", is_flag=True, help="With --everyone: do it. Without this it is only shown.")
@format_option
@with_appcontext
@plain_problems
def invite(
    email: str | None,
    person_ref: str | None,
    permissions: tuple[str, ...],
    organisation: str | None,
    everyone: bool,
    apply: bool,
    form: str,
) -> None:
    """Make accounts without a password, and send links to set one. A single link is printed too."""
    single = bool(person_ref or permissions or organisation)
    if everyone:
        if email or single:
            raise click.UsageError("--everyone goes with --apply and --format alone.")
        _invite_everyone(clock.today(), apply=apply, form=form)
    elif email is None:
        raise click.UsageError("Say --email ADDRESS for one account, or --everyone.")
    else:
        _invite_one(email, person_ref, permissions, organisation, form)


def _invite_one(
    email: str, person_ref: str | None, permissions: tuple[str, ...], organisation: str | None, form: str
) -> None:
    with transaction(db.session()) as session:
        invitation = invite_one(
            session,
            command_stamp(clock.now()),
            email,
            words,
            person_ref=person_ref,
            permissions=[Permission(permission) for permission in permissions],
            organisation_id=organisation_id(session, organisation) if organisation else None,
        )
    answer = {
        "email": normal_email(email),
        "link": link_address(invitation.token),
        "expires_at": invitation.expires_at,
    }
    if form == "table":
        click.echo(f"{answer['email']} can set a password until {until_words(invitation.expires_at)} with")
        click.echo(answer["link"])
    elif form == "json":
        print_json(answer)
    else:
        print_rows([answer], list(answer), form)
    complain(["A message with this link waits to be sent. It works once, for whoever holds it."])


def _invite_everyone(today: date, *, apply: bool, form: str) -> None:
    session = db.session()
    found = everyone_to_invite(session, today)
    session.rollback()
    invited = 0
    if apply:
        with progress_bar() as progress:
            for start in range(0, len(found.reachable), AT_ONCE):
                with transaction(session):
                    some = found.reachable[start : start + AT_ONCE]
                    invited += invite_people(session, command_stamp(clock.now()), some, words)
                progress("Inviting", start + len(some), len(found.reachable))
    rows = [
        *({"person_ref": ref, "why": "no email address"} for ref in found.no_email),
        *({"person_ref": ref, "why": "shares an email address"} for ref in found.shared),
    ]
    _print_everyone(found, rows, invited, apply=apply, form=form)


def _print_everyone(
    found: Everyone, rows: list[dict[str, Any]], invited: int, *, apply: bool, form: str
) -> None:
    if form == "json":
        print_json(
            {
                "to_invite": len(found.reachable),
                "invited": invited,
                "with_account": found.with_account,
                "no_email": len(found.no_email),
                "shared_email": len(found.shared),
                "rows": rows,
                "applied": apply,
            }
        )
    else:
        counts = [
            f"{'Invited' if apply else 'To invite'}: {invited if apply else len(found.reachable):,}",
            f"With an account already: {found.with_account:,}",
            f"Cannot be reached, no email address: {len(found.no_email):,}",
            f"Cannot be reached, share an email address: {len(found.shared):,}",
        ]
        if form == "csv":
            complain(counts)
        else:
            click.echo("\n".join(counts))
        if rows or form == "csv":
            print_rows(rows, ["person_ref", "why"], form, caption="\nWho cannot be reached")
    if not apply:
        complain(["This was a preview: nothing was changed. Say --apply to do it."])
    elif invited:
        complain(["The messages wait to be sent. Run: flask reminders send"])


commands = (invite,)
