"""A workshop that everybody may book, and bookings that somebody might read, answer or cancel."""

from datetime import timedelta

from sqlalchemy.orm import Session

from courses.domain.workshops import BookingState, Sitting
from courses.store import bookings, course_ids, workshops
from courses.store.workshops import Workshop
from foundation.stamp import Stamp
from tests.belongings import NOBODY, Thing, World

BOOKED = ("Sam", "Uma", "Mo", "Vic", "Pia", "Xan")


def booked(world: World, session: Session, stamp: Stamp) -> dict[str, list[Thing]]:
    """One workshop without facilitators of the record, full; one who waits; and a booking of nobody."""
    workshop = _planned(session, stamp)
    found = []
    for name in BOOKED:
        person_id = world.borough.ids[name]
        state = BookingState.WAITING if name == "Xan" else BookingState.BOOKED
        made = bookings.record(session, stamp, workshop.id, person_id, state)
        fields = {"answer": "decline", "people": world.borough.people["Ola"], "step": "confirm"}
        found.append(Thing(name, {"public_id": made.public_id}, fields=fields))
    nobodys = Thing(None, {"public_id": NOBODY}, fields=found[0].fields)
    ask = {
        "people": world.borough.people["Ola"],
        "booked": "0",
        "waiting": "1",
        "step": "confirm",
        "for": "waiting",
    }
    return {
        "workshop to book": [Thing("everybody", {"public_id": workshop.public_id}, fields=ask)],
        "booking": [*found, nobodys],
        "booking with a place": [*(one for one in found if one.owner != "Xan"), nobodys],
    }


def _planned(session: Session, stamp: Stamp) -> Workshop:
    starts_at = stamp.at + timedelta(days=30)
    sitting = Sitting("BRIEF", starts_at, starts_at + timedelta(hours=2), len(BOOKED) - 1, place="Town Hall")
    return workshops.add(session, stamp, course_ids(session)["BRIEF"], sitting)
