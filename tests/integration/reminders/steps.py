"""The borough with reminder steps: those of the programme as it is delivered, and days on which things fall due."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, date, datetime, time

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.domain.change import change
from compliance.domain.requirement import ReminderStep, ReminderTerms
from compliance.store.rules import load_rule_book, load_rules, write_change
from foundation.db import transaction
from foundation.stamp import Stamp
from reminders.models import ReminderRow, ReminderRunRow
from reminders.services.planning import RunTally, write_plan
from tests.borough import Borough, Builder, build

MONDAY = date(2026, 11, 23)
STEPS = (
    ReminderStep("welcome", "welcome", 0),
    ReminderStep("before_60", "before", 60),
    ReminderStep("before_30", "before", 30),
    ReminderStep("before_7", "before", 7),
    ReminderStep("before_0", "before", 0),
    ReminderStep("overdue_1", "overdue", 1),
    ReminderStep("overdue_14", "overdue", 14),
    ReminderStep("overdue_30", "overdue", 30),
    ReminderStep("manager_1", "overdue", 1, "manager"),
    ReminderStep("head_30", "overdue", 30, "head_of_service"),
)
Row = tuple[str, str, str, str, str, str]
"""Person, requirement, step, recipient, channel and outcome of a row of the ledger; people by first name."""


def stamp_on(day: date) -> Callable[[], Stamp]:
    """Somebody who acts at ten o'clock on a day."""
    return lambda: Stamp("command:tests", datetime.combine(day, time(10), UTC))


def set_reminders(
    session: Session, day: date, steps: Iterable[ReminderStep], terms: Iterable[ReminderTerms] = ()
) -> None:
    """Have the rule book say these steps and terms from a day on."""
    before = load_rule_book(session)
    after = replace(before, reminder_steps=tuple(steps), reminder_terms=tuple(terms))
    with transaction(session):
        write_change(session, stamp_on(day)(), change(before, after, day))


def borough_with_steps(
    session: Session, day: date = MONDAY, also: Callable[[Builder], None] | None = None
) -> Borough:
    """The borough of tests/borough.py on a day, with the steps."""
    found = build(session, day, also)
    set_reminders(session, day, STEPS)
    return found


def run(session: Session, day: date) -> RunTally:
    """Plan a day and write it down."""
    return write_plan(session, stamp_on(day), day)


def ledger(session: Session, borough: Borough, day: date | None = None) -> list[Row]:
    """The ledger, or what the plan of one day wrote into it, in order."""
    names = {person_id: name for name, person_id in borough.ids.items()}
    query = select(
        ReminderRow.person_id,
        ReminderRow.requirement_id,
        ReminderRow.step,
        ReminderRow.recipient_id,
        ReminderRow.channel,
        ReminderRow.outcome,
        ReminderRunRow.day,
    ).join(ReminderRunRow, ReminderRunRow.id == ReminderRow.run_id)
    codes = load_rules(session).requirement_codes
    rows = [
        (names[person], codes[requirement], step, names[recipient], channel, outcome)
        for person, requirement, step, recipient, channel, outcome, on in session.execute(query)
        if day is None or on == day
    ]
    session.rollback()
    return sorted(rows)
