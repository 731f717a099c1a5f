"""`flask reminders send`: sending what waits to leave by e-mail."""

import sys
from datetime import date
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext

from compliance.store.rules import load_rules
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
from reminders.domain.outbox import Terms
from reminders.domain.workdays import closes_at, is_time
from reminders.services.bank_holidays import is_working_day
from reminders.services.outbox.gate import halt_file
from reminders.services.outbox.notes import notes_folder
from reminders.services.outbox.sending import Tally, send_waiting
from reminders.services.planning import terms_on
from reminders.services.providers import find_mailer
from reminders.services.writing.kinds import writers_for

ANY_NUMBER = 1_000_000


@click.command()
@format_option
@with_appcontext
@plain_problems
def send(form: str) -> None:
    """Send the messages that are due, each once, and end. Reminders leave in the hours of a working day alone.

    Ends with 1 when the mail server could not be used, with 3 when some messages were not sent.
    """
    send_due(form)


def send_due(form: str, pretended: date | None = None, *, says_nothing: bool = False) -> None:
    """The same for other commands. On a day that is pretended, in development alone, reminders leave at any hour, say
    what holds on that day, and as many days as somebody tries after one another are as many days for everybody.
    `says_nothing`: no table of zeros is printed where nothing was due.
    """
    mailer = find_mailer(current_app.config["MAIL_URL"])
    now = clock.now()
    day = pretended or clock.london_day(now)
    terms = terms_on(load_rules(db.session()).book, day)
    day_of = clock.london_day if pretended is None else lambda _moment: day
    writers = writers_for(current_app.config, day_of, current_app.instance_path)
    may_leave = pretended is not None or is_time(now, terms, is_working_day)
    # A long queue ends with the hours; links that came in meanwhile leave with the next run.
    closes = closes_at(now, terms) if may_leave and pretended is None else None
    limits = Terms(most_a_day=terms.most_a_day if pretended is None else ANY_NUMBER)
    tally = send_waiting(
        db.session(),
        lambda: command_stamp(clock.now()),
        mailer,
        current_app.config["MAIL_FROM"],
        writers=writers if may_leave else (),
        stop=lambda: closes is not None and clock.now() >= closes,
        halt_file=halt_file(Path(current_app.instance_path)),
        notes=notes_folder(Path(current_app.instance_path)),
        terms=limits,
        reply_to=current_app.config["SUPPORT_EMAIL"],
    )
    if tally.counts.total() or form != "table" or not says_nothing:
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


commands = (send,)
