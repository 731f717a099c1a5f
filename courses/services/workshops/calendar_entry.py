"""A workshop in the calendar of whoever booked it: an invitation, its change, its end.

Each booking is an entry of its own, whose uid never changes. Of two versions a calendar takes the one with the higher
sequence: every change of the workshop counts two, so that the end of a booking comes after the last invitation to it.
"""

from datetime import datetime

from courses.store.workshops import Workshop
from foundation.calendar_file import CANCEL, REQUEST, Entry, Publisher, calendar_file, uid


def workshop_file(
    publisher: Publisher,
    workshop: Workshop,
    booking: str,
    attendee: str,
    link: str,
    at: datetime,
    *,
    ends: bool = False,
) -> bytes:
    """The invitation of one person, as the workshop is now; with `ends` it is taken back.

    `booking`: its random id. `at`: the moment of what is told.
    """
    sitting = workshop.sitting
    description = "\n\n".join(part for part in (sitting.joining, sitting.instructions, link) if part)
    entry = Entry(
        uid(publisher.host, "workshop", booking),
        at,
        sitting.starts_at,
        sitting.ends_at,
        workshop.course_title,
        link,
        description,
        sitting.place or "Online",
        attendee=attendee,
        sequence=2 * sitting.sequence + ends,
    )
    return calendar_file(publisher, [entry], CANCEL if ends else REQUEST)
