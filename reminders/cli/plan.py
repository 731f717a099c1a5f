"""`flask reminders plan`: who would be written to on a day, about what and why; who would not, and why."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import click
from flask.cli import with_appcontext

from foundation import clock
from foundation.console import DAY, format_option, plain_problems, print_rows
from foundation.db import db
from foundation.formats import count_noun, long_date
from reminders.domain.due import NotWritten, Plan
from reminders.domain.why import why
from reminders.services.planning import plan_for, references
from reminders.wording import reason_words

COLUMNS = ("person_ref", "requirement", "written", "step", "recipient", "channel", "why")


@click.command("plan")
@click.option("--on", "day", type=DAY, help="The day that is planned; today by default.")
@format_option
@with_appcontext
@plain_problems
def show_plan(day: date | None, form: str) -> None:
    """Who would be written to on a day, and why; who would not, and why not. Writes nothing."""
    session = db.session()
    day = day or clock.today()
    plan = plan_for(session, day)
    refs = references(session, plan)
    rows = [*_written(plan, refs), *_not_written(plan, refs)]
    messages = count_noun(len(plan.messages), "message", "messages")
    print_rows(rows, COLUMNS, form, caption=f"{messages} on {long_date(day)}", on=day)


def _written(plan: Plan, refs: dict[int, str]) -> Iterator[dict[str, Any]]:
    for message in plan.messages:
        for item in message.items:
            yield {
                "person_ref": refs[item.person_id],
                "requirement": item.requirement,
                "written": True,
                "step": item.step.code,
                "recipient": refs[item.recipient_id],
                "channel": item.channel.value,
                "why": why(item),
            }


def _not_written(plan: Plan, refs: dict[int, str]) -> Iterator[dict[str, Any]]:
    for one in sorted(plan.not_written, key=lambda one: (refs[one.person_id], one.requirement)):
        yield {
            "person_ref": refs[one.person_id],
            "requirement": one.requirement,
            "written": False,
            "step": None,
            "recipient": None if one.recipient_id is None else refs[one.recipient_id],
            "channel": None,
            "why": _why_not(one),
        }


def _why_not(one: NotWritten) -> str:
    words = reason_words(one.reason)
    return words if one.next_on is None else f"{words}; next on {long_date(one.next_on)}"


commands = (show_plan,)
