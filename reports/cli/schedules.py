"""Reports on schedule: which there are, making and ending them, and sending what is due."""

import sys
from collections.abc import Mapping
from datetime import date
from typing import Any

import click
from flask import current_app
from flask.cli import with_appcontext

from foundation import clock
from foundation.console import (
    DAY,
    REFUSED,
    command_stamp,
    complain,
    format_option,
    plain_problems,
    print_rows,
    refuse,
)
from foundation.db import db, transaction
from foundation.formats import count_noun, long_date
from reports.cli.building import organisation_option, unit_option
from reports.domain.description import Format
from reports.domain.part import Part
from reports.domain.schedule import (
    FILE_FORMATS,
    Every,
    Schedule,
    Wanted,
    addresses_in,
    goes_on,
    next_end,
    takes_files,
    waits_days,
)
from reports.services import issuing, scheduling
from reports.services.parts import named, one_unit, part_words, parts_by_number
from reports.store import schedules as store

COLUMNS = ("id", "report", "part", "every", "sent_as", "to", "first_day", "issued_to", "next", "goes_out")


@click.command("schedules")
@format_option
@with_appcontext
@plain_problems
def list_schedules(form: str) -> None:
    """Which reports are sent on schedule, to whom, and which period comes next."""
    today, parts = clock.today(), parts_by_number(db.session())
    print_rows([_listed(one, today, parts) for one in store.schedules(db.session())], COLUMNS, form)


@click.command("schedule")
@click.argument("key")
@click.option("--every", type=click.Choice([one.value for one in Every]), required=True, help="How often.")
@click.option(
    "--to", "recipients", multiple=True, required=True, help="An email address; repeat it for several."
)
@click.option(
    "--attach",
    type=click.Choice([one.value for one in FILE_FORMATS]),
    help="Send the version that may be published as a file, instead of a link to sign in for.",
)
@click.option(
    "--from", "first_day", type=DAY, default=clock.today, show_default="today", help="The day it begins."
)
@unit_option
@organisation_option
@with_appcontext
@plain_problems
def schedule(
    key: str,
    every: str,
    recipients: tuple[str, ...],
    attach: str | None,
    first_day: date,
    unit: str | None,
    organisation: str | None,
) -> None:
    """Keep the report KEY at the end of every month, quarter or financial year, and send it.

    Of the periods that are over on the day of this command the last is sent, if it ends on or after the first day.
    A report with commentary goes out 10 full days after the period, so that there is time for commentary.
    """
    found = one_unit(db.session(), named(organisation, unit))
    wanted = Wanted(
        key,
        Every(every),
        Format(attach) if attach else None,
        addresses_in("\n".join(recipients)),
        first_day,
        found.id if found else None,
    )
    today = clock.today()
    with transaction(db.session()) as session:
        public_id = scheduling.schedule(
            session, command_stamp(clock.now()), wanted, today, with_files=_with_files()
        )
    made = scheduling.standing_as(db.session(), public_id)
    waits = waits_days(key)
    end = next_end(wanted.every, made.wanted.first_day, None, today, waits)
    on = max(goes_on(end, waits), today)
    click.echo(f"{public_id}: {key}, first as at {end.isoformat()}, goes out on {on.isoformat()}")
    if wanted.form is None:
        may = scheduling.who_may_read(db.session(), key, wanted.recipients, today)
        complain(
            f"{one}: no account with this address may read the report today. A link goes only where one does."
            for one in wanted.recipients
            if one not in may
        )


@click.command("unschedule")
@click.argument("schedule_id", metavar="ID")
@with_appcontext
@plain_problems
def unschedule(schedule_id: str) -> None:
    """End the schedule ID. What waits to leave is not sent; what was kept stays."""
    with transaction(db.session()) as session:
        scheduling.end(session, command_stamp(clock.now()), schedule_id)
    click.echo(f"{schedule_id}: ended")


@click.command("send-due")
@click.option("--on", "day", type=DAY, help="The day that counts as today; none to come.")
@with_appcontext
@plain_problems
def send_due(day: date | None) -> None:
    """Keep the reports whose period is over, and put their messages into the outbox. Each goes once.

    A report with commentary goes out 10 full days after the period, so that there is time for commentary.

    The scheduler does the same. The messages leave with `flask reminders send`, in the hours of mail.
    """
    today = clock.today()
    if day is not None and day > today:
        refuse(f"{long_date(day)} is still to come. Nothing of it is known yet.")
    tally = issuing.issue_due(
        db.session(),
        lambda: command_stamp(clock.now()),
        current_app.config["COUNCIL_NAME"],
        day or today,
    )
    for one in tally.issued:
        passed = (
            f"; {count_noun(one.passed_over, 'period', 'periods')} before it not sent"
            if one.passed_over
            else ""
        )
        messages = count_noun(one.recipients, "message", "messages")
        click.echo(f"{one.report} as at {one.last_day.isoformat()}: {messages}{passed}")
    if tally.failed:
        complain(
            [f"Some reports could not be kept: {', '.join(tally.failed.values())}. Nothing of them is sent."]
        )
        sys.exit(REFUSED)


def _with_files() -> bool:
    return takes_files(current_app.config["MAIL_URL"])


def _listed(one: Schedule, today: date, parts: Mapping[int, Part]) -> dict[str, Any]:
    wanted, waits = one.wanted, waits_days(one.wanted.report)
    end = next_end(wanted.every, wanted.first_day, one.issued_to, today, waits)
    return {
        "id": one.public_id,
        "report": wanted.report,
        "part": part_words(wanted.unit_id, parts),
        "every": wanted.every.value,
        "sent_as": wanted.form.value if wanted.form else "link",
        "to": ", ".join(wanted.recipients),
        "first_day": wanted.first_day,
        "issued_to": one.issued_to,
        "next": end,
        "goes_out": max(goes_on(end, waits), today),
    }


commands = (list_schedules, schedule, unschedule, send_due)
