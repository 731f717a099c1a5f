"""The register of a workshop: who is on it, and writing down what became of each. Part of it may be saved at a time."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from courses import store
from courses.domain.registers import ON_REGISTER, by_itself, opens_at
from courses.domain.workshops import BookingState, How, Outcome
from courses.store import attendance, attenders, bookings
from courses.store.attendance import Attendance, Closed, Guest
from courses.store.attenders import Attender
from courses.store.bookings import Booking
from courses.store.workshops import Workshop
from foundation import audit
from foundation.errors import DomainError
from foundation.stamp import Stamp

CHANGED = "Changed on the register"
KNOWN = "The guest is in the record"
CLOSED_ALREADY = "The register is closed. What is wrong in it is corrected one person at a time."


@dataclass(frozen=True, slots=True)
class Line:
    """Somebody on a register. `instead_of` and `goes_instead` name whose place this is, and who goes in theirs."""

    person: Attender
    booking: Booking | None
    found: Attendance | None
    instead_of: str = ""
    goes_instead: str = ""

    @property
    def state(self) -> BookingState | None:
        return self.booking.state if self.booking else None

    @property
    def outcome(self) -> Outcome | None:
        """What became of them: as written down, or as it comes of the booking by itself."""
        return self.found.outcome if self.found else by_itself(self.state)

    @property
    def is_lacking(self) -> bool:
        """Whether the register cannot be closed before something is written down here."""
        return self.state is BookingState.BOOKED and self.found is None

    @property
    def is_walk_in(self) -> bool:
        """Whether they came without a booking that holds."""
        return self.state is not BookingState.BOOKED and self.found is not None


@dataclass(frozen=True, slots=True)
class Register:
    """The register of a workshop as it stands. `given_up`: whose place somebody else took, and who that is."""

    workshop: Workshop
    lines: Sequence[Line]
    given_up: Sequence[tuple[str, str]]
    guests: Sequence[Guest]
    closed: Closed | None
    by_person: Mapping[int, Line] = field(default_factory=dict)

    @property
    def lacking(self) -> list[Line]:
        return [line for line in self.lines if line.is_lacking]

    def of(self, outcome: Outcome) -> list[Line]:
        """Those with an outcome."""
        return [line for line in self.lines if line.outcome is outcome]


def register_of(session: Session, workshop: Workshop) -> Register:
    """The register of a workshop: whoever has a booking that matters there, and whoever came without one."""
    found = attendance.of_workshop(session, workshop.id)
    late = bookings.late_ever(session, workshop.id)
    booked = [
        # Whoever gave a place up late and then waited for another in vain still gave it up late.
        replace(one, state=BookingState.LATE_CANCELLED)
        if one.person_id in late and one.state in (BookingState.WAITING, BookingState.OFFERED)
        else one
        for one in bookings.of_workshop(session, workshop.id)
    ]
    by_booking = {one.public_id: one for one in booked}
    takers = {one.instead_of: one for one in booked if one.instead_of and one.state in ON_REGISTER}
    people = attenders.attenders(session, {*found, *(one.person_id for one in booked)}, workshop.sitting.day)
    by_person: dict[int, Line] = {}
    given_up: list[tuple[str, str]] = []
    for one in booked:
        taker = takers.get(one.public_id)
        goes_instead = people[taker.person_id].name if taker else ""
        if one.state not in ON_REGISTER and one.person_id not in found:
            if goes_instead:
                given_up.append((people[one.person_id].name, goes_instead))
            continue
        first = by_booking.get(one.instead_of or "")
        by_person[one.person_id] = Line(
            people[one.person_id],
            one,
            found.get(one.person_id),
            instead_of=people[first.person_id].name if first else "",
            goes_instead=goes_instead,
        )
    for person_id, one_found in found.items():
        by_person.setdefault(person_id, Line(people[person_id], None, one_found))
    return Register(
        workshop,
        sorted(by_person.values(), key=lambda line: line.person.order),
        given_up,
        attendance.guests(session, workshop.id),
        attendance.closed(session, workshop.id),
        by_person,
    )


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody says became of a person. `was`: what the page showed; where that holds no more, nothing is said."""

    person_id: int
    was: Outcome | None
    outcome: Outcome | None


def refuse_early(workshop: Workshop, now: datetime) -> None:
    """Raise DomainError where no outcome can be known yet, or none will be."""
    if workshop.sitting.is_cancelled:
        raise DomainError("The workshop was called off: there is no register.")
    if now < opens_at(workshop.sitting):
        raise DomainError("The register opens one hour before the workshop begins.")


def refuse_closed(session: Session, workshop: Workshop) -> None:
    """Raise DomainError where the register was closed."""
    if attendance.closed(session, workshop.id) is not None:
        raise DomainError(CLOSED_ALREADY)


def own_person(session: Session, stamp: Stamp) -> int | None:
    """The person behind whoever acts: nobody writes down their own outcome (promises 8, rule 1)."""
    kind, _, public_id = stamp.actor.partition(":")
    return store.person_of_account(session, public_id) if kind == "account" else None


def save(session: Session, stamp: Stamp, workshop: Workshop, entries: Iterable[Entry]) -> list[Attender]:
    """Write down what is said, of as many people as it is said of; gives those about whom it was too late.

    Somebody may have signed in at the door, or another facilitator written something down, since the page was shown:
    that stands, and the reader is told whose it is. An outcome that is emptied leaves the record.
    """
    refuse_early(workshop, stamp.at)
    refuse_closed(session, workshop)
    register, own = register_of(session, workshop), own_person(session, stamp)
    late: list[Attender] = []
    changed: dict[str, int] = {}
    for entry in entries:
        line = register.by_person.get(entry.person_id)
        if line is None or entry.outcome is entry.was:
            continue
        if entry.person_id == own:
            raise DomainError(
                "Nobody writes down what became of themselves. Ask another facilitator to do it."
            )
        now = line.found.outcome if line.found else None
        if now is entry.outcome:
            continue
        if now is not entry.was:
            late.append(line.person)
            continue
        put(session, stamp, workshop, line.found, entry.person_id, entry.outcome, How.REGISTER)
        word = entry.outcome.value if entry.outcome else "emptied"
        changed[word] = changed.get(word, 0) + 1
    if changed:
        audit.record(session, stamp, "register.saved", f"workshop:{workshop.public_id}", **changed)
    return late


def put(
    session: Session,
    stamp: Stamp,
    workshop: Workshop,
    before: Attendance | None,
    person_id: int,
    outcome: Outcome | None,
    how: How,
    reason: str = CHANGED,
) -> None:
    """Say an outcome anew; when somebody arrived stays known."""
    if before is not None:
        attendance.retract_attendance(session, stamp, [before], reason)
    if outcome is not None:
        arrived = before.arrived_at if before else None
        attendance.record_attendance(session, stamp, workshop.id, person_id, outcome, how, arrived)


def add_walk_in(session: Session, stamp: Stamp, workshop: Workshop, person_id: int) -> None:
    """Somebody came without a booking: they attended, until the register says otherwise."""
    refuse_early(workshop, stamp.at)
    refuse_closed(session, workshop)
    if person_id == own_person(session, stamp):
        raise DomainError("Nobody adds themselves to a register. Ask another facilitator to do it.")
    if person_id in attendance.of_workshop(session, workshop.id):
        raise DomainError("This person is on the register already.")
    attendance.record_attendance(session, stamp, workshop.id, person_id, Outcome.ATTENDED, How.REGISTER)
    audit.record(
        session, stamp, "register.walk_in_added", f"workshop:{workshop.public_id}", person_id=person_id
    )
