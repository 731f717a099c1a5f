"""What stands in the way of a booking, in plain words: to whoever it is about, and to whoever books for them."""

from datetime import date, datetime

from courses.domain.booking import Hindrance
from courses.domain.workshops import BookingState
from courses.services.workshops.checks import Check
from courses.store.workshops import Workshop
from foundation.dates import FAR_DAY, LONDON
from foundation.formats import long_date

STATE_WORDS = {
    BookingState.BOOKED: "Booked",
    BookingState.WAITING: "On the waiting list",
    BookingState.OFFERED: "Offered a place",
    BookingState.CANCELLED: "Cancelled",
    BookingState.LATE_CANCELLED: "Cancelled late",
    BookingState.SUBSTITUTED: "Somebody else goes",
    BookingState.DECLINED: "Offer not taken",
}
OVERRIDES = {
    "elsewhere": "They completed something like it elsewhere",
    "soon": "They complete it before the workshop",
    "agreed": "Agreed with the Prevent coordinator",
}
"""Why learning and development set a prerequisite aside."""
_TO_ALL = {
    Hindrance.CALLED_OFF: "This workshop has been called off",
    Hindrance.BEGUN: "This workshop has begun",
    Hindrance.CLOSED: "Bookings for this workshop have closed",
}
_TO_YOU = {
    Hindrance.HAS_PLACE: "You have a place at this workshop already",
    Hindrance.HAS_OFFER: "You have been offered a place at this workshop: accept it or decline it",
    Hindrance.WAITS: "You are on the waiting list of this workshop already",
    Hindrance.NO_POST: "You have no post with us on the day of this workshop",
    Hindrance.NOT_IN_AUDIENCE: "This workshop is for other people: it was planned for certain teams, "
    "organisations or kinds of work",
    Hindrance.FACILITATES: "You lead this workshop",
}
_TO_OTHERS = {
    Hindrance.HAS_PLACE: "has a place already",
    Hindrance.HAS_OFFER: "has been offered a place and has not answered yet",
    Hindrance.WAITS: "is on the waiting list already",
    Hindrance.NO_POST: "has no post on the day of this workshop",
    Hindrance.NOT_IN_AUDIENCE: "is not among those for whom this workshop was planned",
    Hindrance.FACILITATES: "leads this workshop",
}


def moment_words(moment: datetime) -> str:
    """A moment as people read it, in London.

    >>> from datetime import UTC
    >>> moment_words(datetime(2026, 7, 1, 8, 5, tzinfo=UTC))
    '1 July 2026 at 9:05am'
    """
    local = moment.astimezone(LONDON)
    return f"{long_date(local.date())} at {clock_words(local)}"


def clock_words(moment: datetime) -> str:
    """The time of day of a moment, in London.

    >>> from datetime import UTC
    >>> [clock_words(datetime(2026, 1, 1, hour, minute, tzinfo=UTC)) for hour, minute in ((0, 0), (12, 0), (13, 30))]
    ['midnight', 'midday', '1:30pm']
    """
    local = moment.astimezone(LONDON)
    if local.minute == 0 and local.hour in (0, 12):
        return "midday" if local.hour else "midnight"
    half = "am" if local.hour < 12 else "pm"
    minutes = f":{local.minute:02}" if local.minute else ""
    return f"{local.hour % 12 or 12}{minutes}{half}"


def why_not_you(found: Check) -> list[str]:
    """What stands in the reader's own way, a sentence each."""
    return [f"{_one(found, hindrance, to_you=True)}." for hindrance in found.hindrances]


def why_not(name: str, found: Check) -> str:
    """What stands in somebody else's way, in one line with their name; a general reason stands alone."""
    general = [_TO_ALL[one] for one in found.hindrances if one in _TO_ALL]
    if general:
        return f"{general[0]}."
    return f"{name} {reasons(found)}."


def reasons(found: Check) -> str:
    """The reasons alone, to stand beside a name."""
    return " and ".join(_one(found, hindrance, to_you=False) for hindrance in found.hindrances)


def _one(found: Check, hindrance: Hindrance, *, to_you: bool) -> str:
    if hindrance in _TO_ALL:
        return _TO_ALL[hindrance]
    if hindrance is Hindrance.PREREQUISITE:
        courses = " or ".join(found.needs)
        return f"You need to complete {courses} first" if to_you else f"has not completed {courses}"
    if hindrance is Hindrance.CLASH:
        at = f"another workshop at that time: {_which(found.clash)}" if found.clash else "another workshop"
        return f"You have {at}" if to_you else f"has {at}"
    return (_TO_YOU if to_you else _TO_OTHERS)[hindrance]


def _which(workshop: Workshop | None) -> str:
    return f"{workshop.course_title} on {moment_words(workshop.sitting.starts_at)}" if workshop else ""


def in_date_words(until: date | None, *, to_you: bool) -> str:
    """That the course is in date still, so that the workshop may be early. Nobody is kept from booking."""
    if until is None:
        return ""
    has = "You have completed this course" if to_you else "has completed this course"
    lasts = "and it does not expire" if until == FAR_DAY else f"and it is valid until {long_date(until)}"
    return f"{has}, {lasts}"
