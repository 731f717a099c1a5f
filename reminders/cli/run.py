"""`flask reminders run`: plan a day, once, and send what is due."""

import sys
from datetime import date

import click
from flask import current_app
from flask.cli import with_appcontext

from compliance.store.rules import load_rules
from courses.services.workshops.tending import NotAllTendedError, tend
from foundation import clock
from foundation.console import DAY, command_stamp, complain, format_option, plain_problems, refuse
from foundation.db import db
from foundation.formats import count_noun, long_date
from reminders.cli.send import send_due
from reminders.domain.workdays import is_time
from reminders.services.bank_holidays import is_working_day
from reminders.services.planning import Became, RunTally, terms_on, write_plan
from reminders.services.rounds import tell_what_waits
from reports.services.issuing import issue_due

_WORDS = {
    Became.ALREADY: "was planned before. Nobody is told twice.",
    Became.NOT_A_WORKING_DAY: "is not a working day. What falls on it is told on the next one.",
    Became.OVERTAKEN: "is over: a later day has been planned, and what was due was told with it.",
    Became.STOPPED: "is planned in part. Run this again.",
}


@click.command("run")
@click.option(
    "--on", "day", type=DAY, help="The day that is planned; today, in the hours of mail, by default."
)
@format_option
@with_appcontext
@plain_problems
def run_day(day: date | None, form: str) -> None:
    """Plan a day if it is not planned yet, and send what is due.

    Without --on this is today, in the hours in which the rule book lets reminders leave and not outside of them. In
    development a day that is named is pretended: planned and sent at once, whatever the hour, as if it were that day.
    In production it cannot be one to come, and what it plans leaves in the hours of mail, if it still applies by then.

    Where it finds nothing to do it says so on a terminal, or where a day was named. cron would mail each line.
    """
    is_asked = day is not None or sys.stderr.isatty()
    now = clock.now()
    today = clock.london_day(now)
    pretends = day is not None and not current_app.config["IN_PRODUCTION"]
    if day is not None and day > today and not pretends:
        refuse(
            f"{long_date(day)} is still to come. To see who would be written to: flask reminders plan --on {day}"
        )
    terms = terms_on(load_rules(db.session()).book, today)
    if day is None and not is_time(now, terms, is_working_day):
        if is_asked:
            hours = f"from {terms.from_hour} to {terms.to_hour}"
            complain([f"Nothing was planned: reminders leave on working days {hours}."])
    else:
        tally = write_plan(db.session(), lambda: command_stamp(clock.now()), day or today)
        if is_asked or tally.became is not Became.ALREADY:
            complain([_said(tally)])
        if tally.failed:
            complain([f"Some people's reminders could not be planned: {', '.join(tally.failed)}."])
        tell_what_waits(db.session(), lambda: command_stamp(clock.now()), day or today)
    try:
        tend(
            db.session(),
            lambda: command_stamp(clock.now()),
            may_remind=pretends or is_time(now, terms, is_working_day),
            on=day if pretends else None,
        )
    except NotAllTendedError as error:
        # What was written is sent all the same.
        complain([f"Some workshops could not be seen to: {error}."])
    issued = issue_due(
        db.session(),
        lambda: command_stamp(clock.now()),
        current_app.config["COUNCIL_NAME"],
        # What is kept is kept for good: a day that is not over has no figures yet, whatever day is pretended.
        min(day, today) if day is not None and pretends else today,
    )
    if issued.failed:
        complain([f"Some reports on schedule could not be kept: {', '.join(issued.failed.values())}."])
    send_due(form, day if pretends else None, says_nothing=not is_asked)


def _said(tally: RunTally) -> str:
    if tally.became is not Became.PLANNED:
        return f"{long_date(tally.day)} {_WORDS[tally.became]}"
    reminders = count_noun(tally.reminders, "reminder", "reminders")
    messages = count_noun(tally.messages, "message", "messages")
    letters = f", {tally.letters:,} of them to be printed" if tally.letters else ""
    return f"{long_date(tally.day)} is planned: {reminders} in {messages}{letters}; {tally.superseded:,} superseded."


commands = (run_day,)
