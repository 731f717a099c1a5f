"""Messages of every sort in the outbox, senders that stop where a test asks, and looking at what became of them."""

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from foundation.db import transaction
from foundation.mail import OutgoingMessageRow, State
from foundation.stamp import Stamp
from people.models import PersonRow
from reminders.domain.outbox import NoLonger, Words
from reminders.mailers.smtp import SmtpMailer
from reminders.models import ReminderMessageRow, ReminderRunRow
from reminders.services.outbox import points
from reminders.services.outbox.points import Point
from reminders.services.outbox.sending import Tally, send_waiting
from tests.integration.reminders.dying import SENDER, let_leases_end
from tests.integration.reminders.post_office import PostOffice

BEGAN = datetime(2026, 5, 4, 9, 0, tzinfo=UTC)
TODAY = BEGAN.date()


class DeadError(BaseException):
    """What a kill looks like from inside: nothing that follows is done."""


@dataclass
class Writer:
    """Writes to everybody of a kind, of what still applies, and fails where a template would."""

    kinds: frozenset[str] = frozenset({"reminder"})
    addresses: dict[int, str] = field(default_factory=dict)
    no_longer: set[int] = field(default_factory=set)
    shorter: set[int] = field(default_factory=set)
    failing: set[int] = field(default_factory=set)
    asked: list[tuple[int, bool]] = field(default_factory=list)

    def address_of(self, session: Any, message_id: int) -> str | None:
        return self.addresses.get(message_id, f"person{message_id}@council.example")

    def write(self, session: Any, stamp: Any, message_id: int, again: bool) -> Words | NoLonger:
        self.asked.append((message_id, again))
        if message_id in self.failing:
            raise KeyError("a name that must not stand in the log")
        if message_id in self.no_longer:
            return NoLonger("completed")
        if message_id in self.shorter and again:
            return NoLonger("one thing is done", undecided=True)
        to = self.address_of(session, message_id)
        assert to is not None
        words = "Please do the rest.\n" if message_id in self.shorter else "Please do your training.\n"
        return Words(to, "Your training", words)


@dataclass
class Outbox:
    """The outbox of a test, its clock, and a mail server for it."""

    session: Session
    office: PostOffice
    now: datetime = BEGAN
    writers: list[Writer] = field(default_factory=list)
    before_end: Callable[[], None] = lambda: None

    def stamp(self) -> Stamp:
        return Stamp("command:tests", self.now)

    def later(self, **time: float) -> None:
        self.now += timedelta(**time)

    def put(
        self, number: int = 1, run_id: int | None = None, person_id: int | None = None, **values: Any
    ) -> list[int]:
        """Messages that wait; the numbers of them. Without more, notices to an address each."""
        rows = []
        for _ in range(number):
            name = uuid4().hex
            row = {
                "kind": "notice", "address": f"{name[:12]}@council.example", "subject": "News", "body": "News\n",
                "state": State.WAITING.value, "made_at": self.now, "tries": 0, "next_try_at": self.now, "problem": "",
                "public_id": name, "is_secret": False, "ambiguous": 0, "stage": "", "receipt": "",
            }  # fmt: skip
            rows.append({**row, **values})
        with transaction(self.session):
            found = self.session.scalars(insert(OutgoingMessageRow).returning(OutgoingMessageRow.id), rows)
            ids = sorted(found)
            if run_id is not None:
                planned = {"run_id": run_id, "recipient_id": person_id, "day": TODAY}
                self.session.execute(
                    insert(ReminderMessageRow), [{"message_id": number, **planned} for number in ids]
                )
        return ids

    def run(self, day: date = TODAY) -> int:
        """A run of reminders on trial; its number."""
        values = {"day": day, "begun_at": self.now, "finished_at": self.now, "reminders": 0, "messages": 0}
        with transaction(self.session):
            made = insert(ReminderRunRow).values(**values, trial="trying").returning(ReminderRunRow.id)
            return int(self.session.scalars(made).one())

    def person(self) -> int:
        with transaction(self.session):
            made = (
                insert(PersonRow)
                .values(public_id=uuid4().hex, person_ref=uuid4().hex[:8])
                .returning(PersonRow.id)
            )
            return int(self.session.scalars(made).one())

    def send(self, **more: Any) -> Tally:
        mailer = more.pop("mailer", None) or SmtpMailer("127.0.0.1", self.office.port, encrypted=False)
        return send_waiting(self.session, self.stamp, mailer, SENDER, writers=self.writers, **more)

    def die_at(self, point: Point, nth: int = 1, **more: Any) -> None:
        """Send, and end at a point as a killed process would."""
        with at(point, _die, nth), pytest.raises(DeadError):
            self.send(**more)
        self.session.rollback()

    def end_leases(self) -> None:
        let_leases_end(self.session)

    def row(self, number: int) -> OutgoingMessageRow:
        self.session.rollback()
        found = self.session.get(OutgoingMessageRow, number, populate_existing=True)
        assert found is not None
        return found

    def states(self) -> dict[str, int]:
        self.session.rollback()
        return dict(Counter(self.session.scalars(select(OutgoingMessageRow.state))))

    def change(self, number: int, **values: Any) -> None:
        with transaction(self.session):
            self.session.execute(
                update(OutgoingMessageRow).where(OutgoingMessageRow.id == number).values(**values)
            )

    def trial(self, run_id: int) -> str:
        self.session.rollback()
        return self.session.scalars(select(ReminderRunRow.trial).where(ReminderRunRow.id == run_id)).one()


def _die() -> None:
    raise DeadError


@contextmanager
def at(point: Point, act: Callable[[], None], nth: int = 1) -> Iterator[None]:
    """Do something when a sender comes by a point for the n-th time."""
    passed = 0

    def reached(here: Point) -> None:
        nonlocal passed
        passed += here is point
        if here is point and passed == nth:
            act()

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(points, "reached", reached)
        yield
