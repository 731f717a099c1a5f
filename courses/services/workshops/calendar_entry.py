"""A workshop in the calendar of whoever booked or leads it: an invitation, its change, its end.

Each booking is an entry of its own, and so is leading it, with a uid that never changes. Of two versions a calendar
takes the one with the higher sequence: every change of the workshop counts two, so that the end of a booking comes
after the last invitation to it.
"""

from datetime import datetime

from courses.store.workshops import Workshop
from foundation.calendar_file import CANCEL, REQUEST, Alike, Entry, Publisher, uid


class WorkshopFiles:
    """The invitations of several people to one workshop, as it is now; with `ends` they are taken back.

    `at`: the moment of what is told.
    """

    def __init__(self, publisher: Publisher, workshop: Workshop, at: datetime, *, ends: bool = False) -> None:
        self._host = publisher.host
        sitting = workshop.sitting

        def entry(name: str, attendee: str, url: str, url_in_words: str) -> Entry:
            description = "\n\n".join(
                part for part in (sitting.joining, sitting.instructions, url_in_words) if part
            )
            return Entry(
                name,
                at,
                sitting.starts_at,
                sitting.ends_at,
                workshop.course_title,
                url,
                description,
                sitting.place or "Online",
                attendee=attendee,
                sequence=2 * sitting.sequence + ends,
            )

        self._alike = Alike(publisher, entry, CANCEL if ends else REQUEST)

    def file(self, of: str, attendee: str, link: str) -> bytes:
        """That of one person. `of`: the random id of a booking, or what `leading_of` says."""
        return self._alike.file(uid(self._host, "workshop", of), attendee, link)


def workshop_file(
    publisher: Publisher,
    workshop: Workshop,
    of: str,
    attendee: str,
    link: str,
    at: datetime,
    *,
    ends: bool = False,
) -> bytes:
    """The invitation of one person, as `WorkshopFiles` makes it."""
    return WorkshopFiles(publisher, workshop, at, ends=ends).file(of, attendee, link)


def leading_of(workshop: Workshop, person: str) -> str:
    """Of what the entry of somebody is who leads a workshop. `person`: their random id."""
    return f"led {workshop.public_id} {person}"
