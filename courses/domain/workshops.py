"""Workshops, bookings and attendance: their words and states. Pure.

A workshop is one sitting of a course at a time and a place. What is said about it is a fact that is replaced, never
edited, and so are bookings and outcomes: how full a workshop was at any moment can be read later.
"""

from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum

from foundation.dates import LONDON

MOST_PLACES = 1000
OFFER_LASTS = timedelta(hours=24)
"""How long a free place is kept for whoever it is offered to, unless the workshop says otherwise."""


class BookingState(StrEnum):
    """How somebody stands with a workshop.

    `offered`: a place became free and is kept for this person until `offer_until`. `late_cancelled`: after the last
    moment for cancelling, when the place could hardly be given to anybody else. `substituted`: somebody else goes in
    their place. `declined`: an offer that was refused or ran out.
    """

    BOOKED = "booked"
    WAITING = "waiting"
    OFFERED = "offered"
    CANCELLED = "cancelled"
    LATE_CANCELLED = "late_cancelled"
    SUBSTITUTED = "substituted"
    DECLINED = "declined"


HOLDS_PLACE = frozenset({BookingState.BOOKED, BookingState.OFFERED})
"""The states that take one of the places: a workshop never has more of them than places."""
STANDS = HOLDS_PLACE | {BookingState.WAITING}
"""The states in which somebody still has to do with the workshop."""


class Outcome(StrEnum):
    """What became of somebody at a workshop. Only `attended` is a completion.

    `late_cancelled` is kept apart from `did_not_attend`: both are charged for, one could be planned for.
    """

    ATTENDED = "attended"
    PARTIAL = "partial"
    DID_NOT_ATTEND = "did_not_attend"
    LATE_CANCELLED = "late_cancelled"


class How(StrEnum):
    """By what an outcome was written down."""

    DOOR = "door"
    REGISTER = "register"
    UPLOAD = "upload"


@dataclass(frozen=True, slots=True)
class Audience:
    """For whom a workshop is: any one of these; empty in every part means everybody. Codes and organisation ids."""

    requirements: tuple[str, ...] = ()
    organisation_ids: tuple[int, ...] = ()
    roles: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.requirements or self.organisation_ids or self.roles)


@dataclass(frozen=True, slots=True)
class Sitting:
    """What is said about a workshop now. Moments are aware; `course` is a code; people are ids.

    `sequence` counts the changes that were told, as calendars want it. `place` is empty for a call, `joining` for a
    room.
    """

    course: str
    starts_at: datetime
    ends_at: datetime
    capacity: int
    place: str = ""
    joining: str = ""
    instructions: str = ""
    facilitator_ids: tuple[int, ...] = ()
    other_facilitators: str = ""
    audience: Audience = field(default_factory=Audience)
    books_until: datetime | None = None
    cancels_until: datetime | None = None
    offer_lasts: timedelta = OFFER_LASTS
    is_cancelled: bool = False
    cancelled_because: str = ""
    sequence: int = 0

    @property
    def day(self) -> date:
        """The day in London on which it is held: attendance is a completion of that day (counting rule 1)."""
        return self.starts_at.astimezone(LONDON).date()
