"""What a message about a workshop may be about, and its dedupe key: there is never another of the same key."""

from courses.domain.evaluation import When
from courses.domain.workshops import BookingState
from courses.store.bookings import Booking
from courses.store.reaching import Reached
from courses.store.workshops import Workshop

BOOKED, WAITING, OFFERED = "booked", "waiting", "offered"
CANCELLED, SUBSTITUTED, MOVED, CALLED_OFF = "cancelled", "substituted", "moved", "called_off"
REMINDERS = ("reminder_week", "reminder_soon")
STANDS = {BookingState.BOOKED: BOOKED, BookingState.WAITING: WAITING, BookingState.OFFERED: OFFERED}
_KINDS = (BOOKED, WAITING, OFFERED, CANCELLED, SUBSTITUTED, MOVED, CALLED_OFF, *REMINDERS)

LEADS, LEADS_MOVED, LEADS_NO_MORE = "leads", "leads_moved", "leads_no_more"
INVITES_LEADER = (LEADS, LEADS_MOVED)
_LEADER_KINDS = (*INVITES_LEADER, LEADS_NO_MORE, CALLED_OFF)


def keys_of(workshop: Workshop, booking: Booking, kinds: tuple[str, ...] = _KINDS) -> list[str]:
    """The dedupe keys of everything, or of some kinds, that somebody may have been told of a booking."""
    sequences = range(workshop.sitting.sequence + 1)
    return [key_of(booking.public_id, kind, sequence) for kind in kinds for sequence in sequences]


def key_of(booking: str, kind: str, sequence: int) -> str:
    """The dedupe key of one message: there is never another of the same kind and sequence about a booking."""
    return f"workshop:{booking}:{kind}:{sequence}"


def team_key(workshop: Workshop, kind: str, manager: Reached, sequence: str) -> str:
    """The dedupe key of a message to a manager about people of the team."""
    return f"workshop:{workshop.public_id}:team_{kind}:{manager.public_id}:{sequence}"


def leader_key(workshop: Workshop, kind: str, leader: Reached, sequence: int) -> str:
    """The dedupe key of a message to somebody who leads a workshop, or did."""
    return f"workshop:{workshop.public_id}:{kind}:{leader.public_id}:{sequence}"


def leader_keys(workshop: Workshop, leader: Reached, kinds: tuple[str, ...] = _LEADER_KINDS) -> list[str]:
    """The dedupe keys of everything, or of some kinds, that somebody may have been told who leads a workshop."""
    sequences = range(workshop.sitting.sequence + 1)
    return [leader_key(workshop, kind, leader, sequence) for kind in kinds for sequence in sequences]


def evaluation_key(workshop: Workshop, person: str, when: When) -> str:
    """The dedupe key of the request for an evaluation; it is not the token that the request holds."""
    return f"evaluation:{workshop.public_id}:{person}:{when.value}"
