"""Reminders and messages written down as the service would, for tests of the pages."""

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from compliance.domain.change import change
from compliance.domain.requirement import ReminderStep
from compliance.models import RequirementRow
from compliance.store.rules import load_rule_book, write_change
from foundation import audit, clock, facts
from foundation.db import transaction
from foundation.facts import recorded, retract
from foundation.mail import Message, OutgoingMessageRow, State, queue
from foundation.stamp import Stamp
from people.models import PersonDetailRow
from reminders.models import (
    LetterRunRow,
    ReminderMessageRow,
    ReminderRow,
    ReminderRunRow,
    SchedulerBeatRow,
)
from tests.borough import AWARE, Borough

STEPS = (
    ReminderStep("welcome", "welcome", 0),
    ReminderStep("before_30", "before", 30),
    ReminderStep("overdue_1", "overdue", 1),
    ReminderStep("manager_1", "overdue", 1, "manager"),
)


def stamp() -> Stamp:
    return Stamp("command:tests", clock.now())


def write_steps(session: Session, today: date, steps: tuple[ReminderStep, ...] = STEPS) -> None:
    """Steps in the rule book, for every duty."""
    with transaction(session):
        before = load_rule_book(session)
        after = replace(before, reminder_steps=steps)
        write_change(session, stamp(), change(before, after, today))
        audit.record(session, stamp(), "programme.changed")
    session.rollback()


@dataclass
class Post:
    """Writes runs, messages and ledger rows, by the first names of the borough."""

    session: Session
    borough: Borough

    def run(self, day: date | None = None, trial: str = "passed", *, finished: bool = True) -> int:
        """The planning of a day; today's where none is named."""
        with transaction(self.session):
            row = ReminderRunRow(
                day=day or clock.today(),
                begun_at=clock.now(),
                finished_at=clock.now() if finished else None,
                reminders=3,
                messages=2,
                trial=trial,
            )
            self.session.add(row)
            self.session.flush()
            number: int = row.id
        return number

    def message(
        self,
        to: str,
        state: State = State.SENT,
        kind: str = "reminder",
        run: int | None = None,
        **values: object,
    ) -> str:
        """A message about reminders to somebody; its public id."""
        with transaction(self.session):
            row = OutgoingMessageRow(
                kind=kind,
                address=f"{to.lower()}@council.example",
                subject=f"A subject for {to}",
                body="What is said.\n\nAnd how to do it.\n",
                state=state.value,
                made_at=clock.now(),
                tries=1,
                next_try_at=clock.now(),
                sent_at=clock.now() if state is State.SENT else None,
                problem="",
                is_secret=False,
                ambiguous=0,
                stage="",
                receipt="",
            )
            for name, value in values.items():
                setattr(row, name, value)
            self.session.add(row)
            self.session.flush()
            found = str(row.public_id)
            if run is not None:
                self.session.add(
                    ReminderMessageRow(
                        message_id=row.id, recipient_id=self.borough.ids[to], run_id=run, day=clock.today()
                    )
                )
        self.session.rollback()
        return found

    def reminder(
        self, about: str, run: int, message: str | None = None, to: str | None = None, **values: object
    ) -> None:
        """A row of the ledger."""
        requirement = self.session.scalars(
            select(RequirementRow.id).where(RequirementRow.code == AWARE)
        ).one()
        row = {
            "person_id": self.borough.ids[about],
            "requirement_id": requirement,
            "cycle": "run:2026-01-05",
            "step": "overdue_1",
            "recipient_id": self.borough.ids[to or about],
            "channel": "email",
            "outcome": "planned",
            "why": "",
            "triggered_on": clock.today(),
            "deadline": clock.today() - timedelta(days=1),
            "run_id": run,
            "message_id": self._id(message) if message else None,
            "letter_run_id": None,
        }
        with transaction(self.session):
            self.session.execute(insert(ReminderRow).values(**{**row, **values}))
        self.session.rollback()

    def happened(self, message: str, event: str, actor: str = "command:tests", **details: str) -> None:
        """An event of the audit trail about a message."""
        with transaction(self.session):
            audit.record(
                self.session,
                Stamp(actor, clock.now()),
                event,
                f"message:{self._id(message)}",
                kind="reminder",
                **details,
            )
        self.session.rollback()

    def invitation(self, to: str) -> None:
        """A message that is no reminder."""
        with transaction(self.session):
            queue(
                self.session, stamp(), Message("invitation", f"{to}@council.example", "Come in", "A link\n")
            )
        self.session.rollback()

    def beat(self, at: datetime, problem: str = "") -> None:
        """A sign of life of the scheduler."""
        with transaction(self.session):
            self.session.add(
                SchedulerBeatRow(id=1, started_at=at, ticked_at=at, leader="leader", problem=problem)
            )
        self.session.rollback()

    def no_email(self, name: str) -> None:
        """Somebody whose address is not on record any more."""
        with transaction(self.session):
            old = self.session.scalars(
                select(PersonDetailRow).where(
                    PersonDetailRow.person_id == self.borough.ids[name],
                    PersonDetailRow.retracted_at.is_(None),
                )
            ).one()
            kept = {"first_name": old.first_name, "last_name": old.last_name, "category": old.category}
            retract(self.session, PersonDetailRow, [old.id], stamp(), "tests")
            self.session.add(
                PersonDetailRow(person_id=old.person_id, email=None, **kept, **recorded(stamp()))
            )
            facts.touch(self.session, [old.person_id])
            audit.record(self.session, stamp(), "details.corrected", f"person:{self.borough.people[name]}")
        self.session.rollback()

    def letters(self) -> str:
        """A letter run; its public id."""
        with transaction(self.session):
            row = LetterRunRow(made_at=clock.now(), made_by="command:tests", day=clock.today(), letters=1)
            self.session.add(row)
            self.session.flush()
            found = str(row.public_id)
        self.session.rollback()
        return found

    def state_of(self, message: str) -> str:
        """In which state a message is now."""
        query = select(OutgoingMessageRow.state).where(OutgoingMessageRow.public_id == message)
        found = str(self.session.scalars(query).one())
        self.session.rollback()
        return found

    def _id(self, message: str) -> int:
        query = select(OutgoingMessageRow.id).where(OutgoingMessageRow.public_id == message)
        found: int = self.session.scalars(query).one()
        self.session.rollback()
        return found
