"""What messages about workshops say: the facts of a workshop as words, for templates/emails/workshop_*."""

from dataclasses import dataclass, replace
from datetime import datetime

from courses.domain.workshops import Sitting
from courses.services.workshops.booking_words import clock_words, moment_words
from courses.services.workshops.house import House
from courses.store.workshops import Workshop
from foundation.dates import LONDON
from foundation.formats import long_date

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


@dataclass(frozen=True, slots=True)
class Facts:
    """A workshop as a message tells of it. `place` is empty for a call, `joining` for a room."""

    title: str
    when: str
    place: str
    joining: str
    instructions: str
    cancels_until: str
    link: str


def facts(house: House, workshop: Workshop, sitting: Sitting | None = None) -> Facts:
    """The facts of a workshop, or of what was said of it before."""
    said = sitting or workshop.sitting
    return Facts(
        title=house.plain(workshop.course_title),
        when=when_words(said),
        place=" ".join(said.place.split()),
        joining=" ".join(said.joining.split()),
        instructions=said.instructions.strip(),
        cancels_until=moment_words(said.cancels_until or said.starts_at),
        link=house.voice.address(workshop_path(workshop)),
    )


def without_joining(found: Facts) -> Facts:
    """The same for whoever has no place: how to join is told with the place."""
    return replace(found, joining="", instructions="")


def workshop_path(workshop: Workshop) -> str:
    """Where the page of a workshop is."""
    return f"/workshops/{workshop.public_id}"


def booking_path(booking: str) -> str:
    """Where the page of a booking is, on which an offer is answered."""
    return f"/bookings/{booking}"


def calendar_path(booking: str) -> str:
    """Where the calendar file of a booking is."""
    return f"/bookings/{booking}/calendar.ics"


def leading_path(workshop: Workshop) -> str:
    """Where the calendar file is of whoever leads a workshop."""
    return f"{workshop_path(workshop)}/calendar.ics"


def when_words(sitting: Sitting) -> str:
    """When a workshop is, in London.

    >>> from datetime import UTC
    >>> begins, ends = datetime(2026, 12, 1, 9, 30, tzinfo=UTC), datetime(2026, 12, 1, 12, tzinfo=UTC)
    >>> when_words(Sitting("WRAP", begins, ends, 12))
    'Tuesday 1 December 2026, 9:30am to midday'
    """
    begins, ends = sitting.starts_at.astimezone(LONDON), sitting.ends_at.astimezone(LONDON)
    if begins.date() == ends.date():
        return f"{_day(begins)}, {clock_words(begins)} to {clock_words(ends)}"
    return f"{_day(begins)}, {clock_words(begins)} to {_day(ends)}, {clock_words(ends)}"


def _day(moment: datetime) -> str:
    return f"{WEEKDAYS[moment.weekday()]} {long_date(moment.date())}"
