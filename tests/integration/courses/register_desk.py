"""A desk for tests of registers: a workshop that was held or is being held, who booked it, and its register."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import inspect, select
from sqlalchemy.orm import Session

from courses.certificate.issuer import Issuer
from courses.domain.workshops import BookingState, How, Outcome, Sitting
from courses.models import CompletionRow, CourseLineRow
from courses.services.workshops import attending, closing, door
from courses.services.workshops.attending import Entry, Register
from courses.store import attendance, attenders, bookings, course_ids, workshops
from courses.store.attenders import Attender
from courses.store.bookings import Booking
from courses.store.workshops import Workshop
from foundation import clock
from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.facts import BOOKKEEPING, known, recorded, retract
from foundation.stamp import Stamp
from tests.borough import COUNCIL, Borough

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ATTENDED, PARTIAL, MISSING, LATE = (
    Outcome.ATTENDED,
    Outcome.PARTIAL,
    Outcome.DID_NOT_ATTEND,
    Outcome.LATE_CANCELLED,
)


_ANEW = frozenset({"id", *BOOKKEEPING})


@dataclass
class RegisterDesk:
    """Acts on registers, each act in a transaction of its own."""

    session: Session
    borough: Borough
    folder: Path
    now: datetime = field(default_factory=clock.now)

    @property
    def stamp(self) -> Stamp:
        return Stamp("command:tests", self.now)

    @property
    def issuer(self) -> Issuer:
        return Issuer(COUNCIL, "http://localhost", "#12436d", self.folder)

    def held(self, *names: str, days_ago: int = 10, course: str = "BRIEF", led_by: str = "Vic") -> Workshop:
        """A workshop of two hours so many days ago, led by somebody, for which these people are booked."""
        starts_at = (self.now - days_ago * DAY).replace(hour=10, minute=0, second=0, microsecond=0)
        return self.at(starts_at, *names, course=course, led_by=led_by)

    def at(self, starts_at: datetime, *names: str, course: str = "BRIEF", led_by: str = "Vic") -> Workshop:
        """A workshop of two hours from a moment on."""
        ids = (self.borough.ids[led_by],)
        sitting = Sitting(course, starts_at, starts_at + 2 * HOUR, 20, place="Town Hall", facilitator_ids=ids)
        with transaction(self.session) as session:
            found = workshops.add(session, self.stamp, course_ids(session)[course], sitting)
        for name in names:
            self.booked(found, name)
        return found

    def booked(
        self,
        workshop: Workshop,
        name: str,
        state: BookingState = BookingState.BOOKED,
        instead_of: str | None = None,
    ) -> Booking:
        """Somebody has a booking in a state."""
        with transaction(self.session) as session:
            return bookings.record(
                session, self.stamp, workshop.id, self.borough.ids[name], state, instead_of=instead_of
            )

    def save(self, workshop: Workshop, **said: Outcome | None) -> list[str]:
        """Write outcomes down by first name, over whatever stands; gives who was changed meanwhile."""
        standing = attendance.of_workshop(self.session, workshop.id)
        entries = []
        for name, outcome in said.items():
            before = standing.get(self.borough.ids[name])
            entries.append(Entry(self.borough.ids[name], before.outcome if before else None, outcome))
        with transaction(self.session) as session:
            late = attending.save(session, self.stamp, workshop, entries)
        return [one.first_name for one in late]

    def close(self, workshop: Workshop) -> None:
        """Close the register."""
        with transaction(self.session) as session:
            closing.close(session, self.stamp, workshop, self.issuer)

    def correct(self, workshop: Workshop, name: str, outcome: Outcome, reason: str = "Mixed up") -> None:
        """Correct what the closed register says of somebody."""
        self.now += timedelta(seconds=1)
        before = attendance.of_workshop(self.session, workshop.id).get(self.borough.ids[name])
        with transaction(self.session) as session:
            closing.correct(
                session,
                self.stamp,
                workshop,
                self.person(name),
                before.id if before else 0,
                outcome,
                reason,
                self.issuer,
            )

    def at_the_door(self, workshop: Workshop, name: str, employer: str = "", number: str = "") -> None:
        """Somebody signs in at the door by typing."""
        with transaction(self.session) as session:
            door.sign_in_typed(session, self.stamp, workshop, door.SignedBy(name, employer, number))

    def person(self, name: str) -> Attender:
        """Somebody of the borough."""
        found = attenders.by_public_id(self.session, self.borough.people[name])
        assert found is not None
        return found

    def register(self, workshop: Workshop) -> Register:
        """The register as it stands."""
        self.session.rollback()
        return attending.register_of(self.session, workshop)

    def outcomes(self, workshop: Workshop) -> dict[str, str]:
        """What is written down, by first name."""
        self.session.rollback()
        names = {number: name for name, number in self.borough.ids.items()}
        found = attendance.of_workshop(self.session, workshop.id)
        return {names[person_id]: one.outcome.value for person_id, one in found.items()}

    def how(self, workshop: Workshop, name: str) -> How:
        """By what somebody's outcome was written down."""
        return attendance.of_workshop(self.session, workshop.id)[self.borough.ids[name]].how

    def completed(self, workshop: Workshop) -> dict[str, tuple[str, str, str, str]]:
        """Completions of the workshop's course on its day: source, reference, provider and evidence by first name."""
        self.session.rollback()
        names = {number: name for name, number in self.borough.ids.items()}
        query = select(CompletionRow).where(
            CompletionRow.course_id == workshop.course_id,
            CompletionRow.completed_on == workshop.sitting.day,
            known(CompletionRow, None),
        )
        return {
            names[one.person_id]: (one.source, one.reference, one.provider, one.evidence)
            for one in self.session.scalars(query.order_by(CompletionRow.person_id))
        }

    def events(self, like: str) -> list[str]:
        """What the audit trail tells."""
        query = select(AuditEventRow.event).where(AuditEventRow.event.like(like))
        return list(self.session.scalars(query.order_by(AuditEventRow.id)))

    def facilitators_count(self) -> None:
        """Let every course count for those who lead its workshops."""
        with transaction(self.session) as session:
            for line in session.scalars(select(CourseLineRow).where(known(CourseLineRow, None))).all():
                names = [one.name for one in inspect(CourseLineRow).columns if one.name not in _ANEW]
                said = {name: getattr(line, name) for name in names}
                retract(session, CourseLineRow, [line.id], self.stamp, "tests")
                session.add(
                    CourseLineRow(**{**said, "counts_for_facilitators": True}, **recorded(self.stamp))
                )
