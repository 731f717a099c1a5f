"""A message that somebody gave up: what it was to tell is not told again, later steps are, and the ledger says why."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.db import transaction
from foundation.mail import OutgoingMessageRow
from reminders.models import ReminderRow
from reminders.services.outbox.deciding import give_up
from reminders.store.addressing import told_about_before
from reminders.store.told import told_about
from tests.borough import Borough
from tests.integration.reminders.steps import MONDAY, borough_with_steps, run, stamp_on
from tests.integration.reminders.test_writing import message_to


@pytest.fixture
def borough(session: Session) -> Borough:
    found = borough_with_steps(session)
    run(session, MONDAY)
    return found


def given_up(session: Session, borough: Borough, name: str, kind: str = "reminder") -> int:
    """Somebody decides that a message is not to leave; its number."""
    number = message_to(session, borough, name, kind)
    with transaction(session):
        give_up(session, stamp_on(MONDAY)(), session.get_one(OutgoingMessageRow, number).public_id)
    return number


def told_to(session: Session, borough: Borough, name: str) -> dict[str, tuple[str, str]]:
    """By step, what the ledger says of the reminders to somebody about themselves that were not superseded."""
    own = borough.ids[name]
    found = session.execute(
        select(ReminderRow.step, ReminderRow.outcome, ReminderRow.why).where(
            ReminderRow.person_id == own,
            ReminderRow.recipient_id == own,
            ReminderRow.outcome != "superseded",
        )
    ).all()
    session.rollback()
    return {step: (outcome, why) for step, outcome, why in found}


def test_what_was_given_up_is_not_planned_again_and_the_next_step_is(
    session: Session, borough: Borough
) -> None:
    given_up(session, borough, "Kit")
    assert told_to(session, borough, "Kit") == {"welcome": ("planned", "given_up")}
    for days in (1, 2, 7):
        run(session, MONDAY + timedelta(days=days))
    assert told_to(session, borough, "Kit") == {"welcome": ("planned", "given_up")}
    run(session, MONDAY + timedelta(days=10))  # 3 December, 60 days before the last day
    assert told_to(session, borough, "Kit") == {
        "welcome": ("planned", "given_up"),
        "before_60": ("planned", ""),
    }


def test_pages_can_say_that_somebody_decided_it(session: Session, borough: Borough) -> None:
    given_up(session, borough, "Kit")
    lines = told_about(session, borough.ids["Kit"], 0, 50)
    session.rollback()
    assert [(line.step, line.state, line.why) for line in lines if line.outcome == "planned"] == [
        ("welcome", "cancelled", "given_up")
    ]
    others = session.scalars(
        select(ReminderRow.why).where(ReminderRow.recipient_id != borough.ids["Kit"])
    ).all()
    session.rollback()
    assert set(others) == {""}, "what stands in other messages stays as it was"


def test_whom_a_digest_named_that_was_given_up_counts_as_nobody_who_was_told_of(
    session: Session, borough: Borough
) -> None:
    mo = borough.ids["Mo"]
    number = message_to(session, borough, "Mo", "team_digest")
    assert told_about_before(session, mo, number + 1000) == {borough.ids["Sam"], borough.ids["Ola"]}
    given_up(session, borough, "Mo", "team_digest")
    assert told_about_before(session, mo, number + 1000) == set()
    session.rollback()
