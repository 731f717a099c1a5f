"""Messages, letters and runs of reminders, for tests that ask for what is theirs and what is not."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.domain.change import change
from compliance.domain.requirement import ReminderStep
from compliance.models import RequirementRow
from compliance.store.rules import load_rule_book, write_change
from foundation.mail import OutgoingMessageRow, State
from foundation.stamp import Stamp
from reminders.models import LetterRunRow, ReminderMessageRow, ReminderRow, ReminderRunRow
from tests.belongings import NOBODY, Thing, World
from tests.borough import AWARE

STEPS = (ReminderStep("welcome", "welcome", 0), ReminderStep("overdue_1", "overdue", 1))


def mailed(world: World, session: Session, stamp: Stamp) -> dict[str, list[Thing]]:
    """One of each, with one that is not there; reminders go by steps of the rule book."""
    today = world.borough.today
    book = load_rule_book(session)
    write_change(session, stamp, change(book, replace(book, reminder_steps=STEPS), today))
    run = ReminderRunRow(
        day=today, begun_at=stamp.at, finished_at=stamp.at, reminders=3, messages=3, trial="held"
    )
    printing = LetterRunRow(made_at=stamp.at, made_by=stamp.actor, day=today, letters=1)
    session.add_all([run, printing])
    session.flush()
    return {
        "message": [
            Thing(None, {"public_id": NOBODY, "act": "give-up"}),
            *(Thing(name, _message(world, session, stamp, run.id, name)) for name in ("Sam", "Uma", "Pia")),
        ],
        "letters": [
            Thing(None, {"public_id": NOBODY}),
            Thing("Vic", _printed(world, session, run.id, printing)),
        ],
        "run of reminders": [Thing("everybody", {"day": today.isoformat()})],
        "planned message": [
            Thing(None, {"public_id": NOBODY}),
            *(Thing(name, {"public_id": world.borough.people[name]}) for name in ("Rex", "Xia")),
        ],
    }


def _message(world: World, session: Session, stamp: Stamp, run_id: int, name: str) -> dict[str, str]:
    """An uncertain message to somebody about their own training, and what would be decided about it."""
    row = OutgoingMessageRow(
        kind="reminder",
        address=f"{name.lower()}@council.example",
        subject="Training that is overdue",
        body="What is said.\n",
        state=State.UNCERTAIN.value,
        made_at=stamp.at,
        tries=1,
        next_try_at=stamp.at,
        sent_at=None,
        problem="",
        is_secret=False,
        ambiguous=1,
        stage="",
        receipt="",
    )
    session.add(row)
    session.flush()
    person_id = world.borough.ids[name]
    session.add(
        ReminderMessageRow(message_id=row.id, recipient_id=person_id, run_id=run_id, day=world.borough.today)
    )
    session.add(_reminder(world, session, name, run_id, message_id=row.id))
    session.flush()
    return {"public_id": str(row.public_id), "act": "give-up"}


def _printed(world: World, session: Session, run_id: int, printing: LetterRunRow) -> dict[str, str]:
    row = _reminder(world, session, "Vic", run_id, letter_run_id=printing.id, channel="letter")
    session.add(row)
    session.flush()
    return {"public_id": str(printing.public_id)}


def _reminder(world: World, session: Session, name: str, run_id: int, **values: object) -> ReminderRow:
    """A row of the ledger about a cycle of long ago: it stands in nobody's way."""
    requirement = session.scalars(select(RequirementRow.id).where(RequirementRow.code == AWARE)).one()
    row = {
        "person_id": world.borough.ids[name],
        "requirement_id": requirement,
        "cycle": f"proof:PREV:{world.borough.today - timedelta(days=2000)}",
        "step": "overdue_1",
        "recipient_id": world.borough.ids[name],
        "channel": "email",
        "outcome": "planned",
        "why": "",
        "triggered_on": world.borough.today - timedelta(days=1000),
        "deadline": world.borough.today - timedelta(days=1001),
        "run_id": run_id,
        "message_id": None,
        "letter_run_id": None,
    }
    return ReminderRow(**{**row, **values})
