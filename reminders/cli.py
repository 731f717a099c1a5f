"""`flask reminders …`: sending what waits to leave by e-mail."""

import sys

import click
from flask import current_app
from flask.cli import AppGroup, with_appcontext

from foundation import clock
from foundation.console import (
    REFUSED,
    SOME_SET_ASIDE,
    command_stamp,
    complain,
    format_option,
    plain_problems,
    print_json,
    print_table,
)
from foundation.db import db
from foundation.mail import State
from reminders.services.outgoing import Tally, send_waiting
from reminders.services.providers import find_mailer

group = AppGroup("reminders", help="Messages that leave by email.")


@group.command()
@format_option
@with_appcontext
@plain_problems
def send(form: str) -> None:
    """Send the messages that are due, each once, and end.

    Ends with 1 when the mail server could not be used, with 3 when some messages were not sent.
    """
    mailer = find_mailer(current_app.config["MAIL_URL"])
    tally = send_waiting(
        db.session(), lambda: command_stamp(clock.now()), mailer, current_app.config["MAIL_FROM"]
    )
    _print(tally, form)
    complain(tally.problems)
    if tally.stopped:
        complain([tally.stopped, "The messages that were not sent wait for the next run."])
        sys.exit(REFUSED)
    if tally.problems:
        sys.exit(SOME_SET_ASIDE)


def _print(tally: Tally, form: str) -> None:
    answer = {
        "sent": tally.counts[State.SENT],
        "put_off": tally.counts[State.WAITING],
        "failed": tally.counts[State.FAILED],
        "uncertain": tally.counts[State.UNCERTAIN],
    }
    if form == "json":
        print_json({**answer, "stopped": tally.stopped or None})
        return
    if form == "csv":
        click.echo(",".join(answer))
        click.echo(",".join(str(number) for number in answer.values()))
        return
    words = {
        "sent": "sent",
        "put_off": "put off: tried again later",
        "failed": "failed: not tried again",
        "uncertain": "uncertain: may have arrived or not, not sent again",
    }
    print_table([[f"{number:,}", words[key]] for key, number in answer.items()], ["", ""])
