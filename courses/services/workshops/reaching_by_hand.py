"""Who has to be told of a workshop by hand: people without an e-mail address and without a manager who has one."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from courses.domain.workshops import BookingState
from courses.store import bookings
from courses.store.reaching import reached
from courses.store.workshops import Workshop


@dataclass(frozen=True, slots=True)
class ByHand:
    """Somebody to be told: how they stand, and since when."""

    public_id: str
    name: str
    state: BookingState
    since: datetime


def to_tell_by_hand(session: Session, workshop: Workshop, day: date) -> list[ByHand]:
    """Whom nobody can write to about this workshop, by name; what became of their booking is what they are told."""
    found = bookings.of_workshop(session, workshop.id)
    people = reached(session, [one.person_id for one in found], day)
    return sorted(
        (
            ByHand(
                people[one.person_id].public_id,
                people[one.person_id].name,
                one.state,
                max(one.recorded_at, workshop.recorded_at),
            )
            for one in found
            if people[one.person_id].by_hand
        ),
        key=lambda one: (one.name, one.public_id),
    )
