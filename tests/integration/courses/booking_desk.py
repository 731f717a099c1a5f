"""A desk for tests of bookings: workshops planned in a line, accounts that act, and who stands how."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from courses.domain.workshops import BookingState, Sitting
from courses.services.workshops import booking, substituting
from courses.services.workshops.places import unsettled
from courses.store import bookings, course_ids, workshops
from courses.store.bookings import Booking
from courses.store.workshops import Workshop
from foundation import clock
from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.mail import OutgoingMessageRow, State
from foundation.stamp import Stamp
from people.domain import Account, Permission
from tests.borough import Borough

LEARNING = Account(0, "0" * 32, "learning@council.example", permissions=frozenset({Permission.LEARNING}))
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def time_passes(session: Session, stamp: Stamp) -> list[Booking]:
    """What the scheduler does about bookings at each look, in one transaction; gives those that changed."""
    changed = []
    for workshop in unsettled(session, stamp.at):
        changed += booking.settle(session, stamp, workshop)
    return changed


@dataclass
class Desk:
    """Acts on bookings, each act in a transaction of its own, at the time that the desk's clock shows."""

    session: Session
    borough: Borough
    now: datetime = field(default_factory=clock.now)
    planned: int = 0

    def plan(self, places: int = 2, *, in_days: int = 30, course: str = "BRIEF", **said: Any) -> Workshop:
        """A workshop of two hours so many days from now."""
        starts_at = (self.now + in_days * DAY).replace(hour=10, minute=0, second=0, microsecond=0)
        sitting = Sitting(course, starts_at, starts_at + 2 * HOUR, places, place="Town Hall")
        self.planned += 1
        with transaction(self.session) as session:
            sitting = replace(sitting, **said)
            return workshops.add(session, self.stamp, course_ids(session)[course], sitting)

    def change(self, workshop: Workshop, **said: Any) -> Workshop:
        """The workshop is said anew, and what is free is offered."""
        with transaction(self.session) as session:
            workshops.record_line(session, self.stamp, workshop.id, replace(workshop.sitting, **said))
            after = workshops.by_id(session, workshop.id)
            assert after is not None
            booking.settle(session, self.stamp, after)
        return after

    @property
    def stamp(self) -> Stamp:
        return Stamp("command:tests", self.now)

    def account(self, name: str, **more: Any) -> Account:
        """The account of somebody of the borough."""
        return Account(self.borough.ids[name], self.borough.people[name], "", self.borough.ids[name], **more)

    def book(self, workshop: Workshop, *names: str, by: Account = LEARNING, **more: Any) -> list[Booking]:
        """Ask for a place for each of these."""
        self.now += timedelta(seconds=1)
        ids = [self.borough.ids[name] for name in names]
        with transaction(self.session) as session:
            return booking.book(session, self.stamp, by, workshop.public_id, ids, **more)

    def act(self, what: str, workshop: Workshop, name: str, by: Account = LEARNING) -> Booking:
        """Cancel, accept or decline for somebody."""
        self.now += timedelta(seconds=1)
        found = self.of(workshop, name)
        with transaction(self.session) as session:
            done: Booking = getattr(booking, what)(session, self.stamp, by, found.public_id)
        return done

    def substitute(
        self, workshop: Workshop, name: str, instead: str, by: Account = LEARNING, **more: Any
    ) -> Booking:
        """Somebody goes instead."""
        self.now += timedelta(seconds=1)
        found = self.of(workshop, name)
        with transaction(self.session) as session:
            return substituting.substitute(
                session, self.stamp, by, found.public_id, self.borough.ids[instead], **more
            )

    def wait(self, time: timedelta) -> list[Booking]:
        """Mail leaves, time passes, and the scheduler looks."""
        self.mail_leaves()
        self.now += time
        with transaction(self.session) as session:
            return time_passes(session, self.stamp)

    def mail_leaves(self) -> None:
        """The mail server takes everything that waits."""
        with transaction(self.session) as session:
            session.execute(
                update(OutgoingMessageRow)
                .where(OutgoingMessageRow.state == State.WAITING.value)
                .values(state=State.SENT.value, sent_at=OutgoingMessageRow.made_at)
            )

    def of(self, workshop: Workshop, name: str) -> Booking:
        """How somebody stands."""
        every = bookings.of_workshop(self.session, workshop.id)
        return next(one for one in every if one.person_id == self.borough.ids[name])

    def states(self, workshop: Workshop) -> dict[str, str]:
        """How everybody stands, by first name."""
        self.session.rollback()
        names = {number: name for name, number in self.borough.ids.items()}
        every = bookings.of_workshop(self.session, workshop.id)
        return {names[one.person_id]: one.state.value for one in every}

    def who(self, workshop: Workshop, state: BookingState) -> list[str]:
        """Those in a state, in the order in which they asked."""
        return [name for name, found in self.states(workshop).items() if found == state]

    def events(self) -> list[str]:
        """What the audit trail tells of bookings."""
        query = select(AuditEventRow.event).where(AuditEventRow.event.like("booking.%"))
        return list(self.session.scalars(query.order_by(AuditEventRow.id)))
