"""`flask reminders scheduler`: the process that plans each day and sends what is due, for as long as it lives."""

from pathlib import Path

import click
from flask import Flask, current_app
from flask.cli import with_appcontext

from compliance.store.rules import load_rules
from foundation import clock
from foundation.console import command_stamp, plain_problems
from foundation.db import db
from foundation.stamp import Stamp
from reminders.jobs import EVERY_SECONDS, serve, steady_seconds, told_to_end
from reminders.services.agreed_clock import agreed_now
from reminders.services.leading import leadership_of
from reminders.services.planning import terms_on
from reminders.services.providers import find_mailer
from reminders.services.rounds import Planning, ScheduledReports, Sending, WorkDigest, Workshops, sweeps
from reminders.services.ticking import Clocks, Job, Ticked, Ticker
from reminders.services.writing.kinds import writers_for

DATABASES = {"postgresql": "PostgreSQL", "sqlite": "SQLite"}


@click.command()
@click.option(
    "--i-know",
    is_flag=True,
    help="The clock is right, although the last tick was later, or more than 45 days ago: begin all the same.",
)
@click.option(
    "--every",
    type=click.FloatRange(0.05, 300),
    default=EVERY_SECONDS,
    hidden=True,
    help="Seconds between ticks.",
)
@with_appcontext
@plain_problems
def scheduler(i_know: bool, every: float) -> None:
    """Plan each day's reminders and send what is due, until told to end.

    One process for the whole service. A second one waits until the first has ended. SIGTERM and Ctrl+C let it finish
    the message in hand.
    """
    app: Flask = current_app._get_current_object()  # type: ignore[attr-defined]  # werkzeug's proxy has it
    _begin(app)
    leadership = leadership_of(db.engine, Path(app.instance_path))
    db.session.remove()
    with told_to_end() as ending:
        ticker = Ticker(
            Clocks(clock.now, steady_seconds, clock.london_day, agreed_now),
            leadership,
            _jobs(app),
            _stamp,
            _say,
            ending.is_set,
            i_know,
        )

        def tick() -> Ticked:
            with app.app_context():  # its end gives the connection back
                return ticker.tick(db.session())

        serve(tick, ending, every)
    leadership.leave()
    _say("The scheduler has ended. Nothing is left half done.")


def _begin(app: Flask) -> None:
    """Say what this is about to do, and to what; ends here when the database or the way to send will not do."""
    terms = terms_on(load_rules(db.session()).book, clock.today())
    kind = DATABASES.get(db.engine.dialect.name, db.engine.dialect.name)
    way = app.config["MAIL_URL"].partition(":")[0].partition("+")[0]
    _say(f"Database: {kind}. Mail: {way}.")
    _say(
        f"Reminders are planned and leave from {terms.from_hour}:00 to {terms.to_hour}:00 on working days in London; "
        "links and invitations at any hour."
    )


def _jobs(app: Flask) -> list[Job]:
    """What each tick sees to, in this order."""
    instance = Path(app.instance_path)
    sending = Sending(
        find_mailer(app.config["MAIL_URL"]),
        app.config["MAIL_FROM"],
        writers_for(app.config, clock.london_day, app.instance_path),
        instance,
        app.config["SUPPORT_EMAIL"],
    )
    reports = ScheduledReports(app.config["COUNCIL_NAME"])
    return [Planning(), WorkDigest(), Workshops(), reports, sending, *sweeps(instance)]


def _stamp() -> Stamp:
    return command_stamp(clock.now())


def _say(words: str) -> None:
    click.echo(words, err=True)


commands = (scheduler,)
