"""What happens to bookings, in the audit trail: workshops and people stand there under their random ids."""

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy.orm import Session

from courses.store import booking_facts
from courses.store.bookings import Booking
from courses.store.workshops import Workshop
from foundation import audit
from foundation.stamp import Stamp


@dataclass(frozen=True, slots=True)
class Happened:
    """What happened to a booking, as an event of the trail, and what else is said of it."""

    event: str
    booking: Booking
    more: dict[str, str] = field(default_factory=dict)


def note(
    session: Session, stamp: Stamp, event: str, workshop: Workshop, booking: Booking, **more: str
) -> None:
    """Append what happened to a booking."""
    note_each(session, stamp, workshop, [Happened(event, booking, more)])


def note_each(session: Session, stamp: Stamp, workshop: Workshop, many: Sequence[Happened]) -> None:
    """Append what happened to several bookings of a workshop, in their order."""
    people = booking_facts.public_ids_of(session, [one.booking.person_id for one in many])
    audit.record_each(
        session,
        stamp,
        [
            (
                one.event,
                f"booking:{one.booking.public_id}",
                {"workshop": workshop.public_id, "person": people[one.booking.person_id], **one.more},
            )
            for one in many
        ],
    )
