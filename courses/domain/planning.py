"""What may be said about a workshop when it is planned: times of day in London, cut-offs, and what stands against it.

Pure. A time of day is that of the clock on the wall. On the night on which clocks go forward an hour is missing, and
nothing can begin in it; on the night on which they go back an hour comes twice, and the first of the two is meant.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from courses.domain import Mode
from courses.domain.workshops import MOST_PLACES, Sitting
from foundation.dates import LONDON
from foundation.errors import Problem
from foundation.formats import count_noun

IN_PERSON_OR_CALL = frozenset({Mode.WORKSHOP, Mode.WEBINAR, Mode.BRIEFING})
"""The kinds of course that are held at a time: e-learning has no sittings, external courses are others' to plan."""
MOST_CUT_OFF_DAYS = 60
MOST_OFFER_HOURS = 168
"""A week: whoever waits behind the one to whom a place is offered should not wait longer."""
MOST_FACILITATORS = 10
LONGEST_WORKSHOP = timedelta(hours=12)
LONGEST = {"place": 300, "joining": 500, "instructions": 4000, "other_facilitators": 300}

_TIME = re.compile(r"(\d{1,2})(?:[:.](\d{2}))?\s*(am|pm)?\Z", re.IGNORECASE | re.ASCII)
_LINK = re.compile(
    r"https://[a-z0-9](?:[a-z0-9-]*[a-z0-9])?(?:\.[a-z0-9](?:[a-z0-9-]*[a-z0-9])?)+(?::\d{1,5})?(?:[/?#][^\s\\\"<>]*)?\Z",
    re.IGNORECASE,
)


def time_of_day(text: str) -> time | None:
    """A time as people type it, on the 12-hour or the 24-hour clock; None for what is none.

    >>> [str(time_of_day(text)) for text in ("9:30", "09.30", "1:45pm", "12am", "13:00", "9")]
    ['09:30:00', '09:30:00', '13:45:00', '00:00:00', '13:00:00', '09:00:00']
    >>> [time_of_day(text) for text in ("", "25:00", "13pm", "9:75", "noon")]
    [None, None, None, None, None]
    """
    found = _TIME.match(text.strip())
    if found is None:
        return None
    hour, minute, half = int(found[1]), int(found[2] or 0), (found[3] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "pm" else 0)
    return time(hour, minute) if hour < 24 and minute < 60 else None


def london_moment(day: date, at: time) -> datetime | None:
    """The moment at which the clock in London shows this time on this day; None where it never does.

    >>> london_moment(date(2026, 7, 1), time(9, 30)).isoformat()
    '2026-07-01T08:30:00+00:00'
    >>> london_moment(date(2026, 3, 29), time(1, 30)) is None
    True
    >>> london_moment(date(2026, 10, 25), time(1, 30)).isoformat()
    '2026-10-25T00:30:00+00:00'
    """
    moment = datetime.combine(day, at, LONDON).astimezone(UTC)
    shown = moment.astimezone(LONDON)
    return moment if (shown.date(), shown.time()) == (day, at) else None


def days_before(starts_at: datetime, days: int) -> datetime:
    """The moment so many days before, at the same time of the clock on the wall.

    >>> days_before(datetime(2026, 3, 30, 8, 30, tzinfo=UTC), 2).isoformat()
    '2026-03-28T09:30:00+00:00'
    """
    there = starts_at.astimezone(LONDON)
    return datetime.combine(there.date() - timedelta(days=days), there.time(), LONDON).astimezone(UTC)


def days_between(cut_off: datetime | None, starts_at: datetime) -> int:
    """How many days before the start a cut-off lies: the reverse of `days_before`.

    >>> days_between(datetime(2026, 3, 28, 9, 30, tzinfo=UTC), datetime(2026, 3, 30, 8, 30, tzinfo=UTC))
    2
    """
    if cut_off is None:
        return 0
    return (starts_at.astimezone(LONDON).date() - cut_off.astimezone(LONDON).date()).days


@dataclass(frozen=True, slots=True)
class Against:
    """With what a sitting is compared: the moment, what stood before, places held, and the courses of its day."""

    now: datetime
    courses: frozenset[str]
    """The codes of the courses of the rule book, on the day of the sitting, that are held at a time."""
    before: Sitting | None = None
    held: int = 0
    has_register: bool = False
    """Whether somebody is written down as having come, or anything else of them."""
    is_closed: bool = False
    """Whether the register was closed."""


def problems_with(sitting: Sitting, against: Against) -> list[Problem]:
    """What stands against planning this, or changing a workshop to this; `column` names the part that is wrong."""
    return [
        *_course(sitting, against),
        *_times(sitting, against),
        *_where(sitting),
        *_numbers(sitting, against),
    ]


def _course(sitting: Sitting, against: Against) -> Iterator[Problem]:
    if sitting.course in against.courses or (against.before and against.before.day == sitting.day):
        return
    if against.before is not None:
        yield Problem("The rule book does not list this course on that day", column="starts_on")
    else:
        yield Problem(
            "Choose a workshop, webinar or briefing that the rule book lists on the day", column="course"
        )


def _times(sitting: Sitting, against: Against) -> Iterator[Problem]:
    before = against.before
    moved = before is None or (before.starts_at, before.ends_at) != (sitting.starts_at, sitting.ends_at)
    if before is not None and moved and before.starts_at <= against.now:
        yield Problem("It has begun: its date and times stay as they are", column="starts_on")
        return
    if before is not None and moved and against.has_register:
        yield Problem(
            "Somebody is on the register already. Take everybody off it, then change the date or the times",
            column="starts_on",
        )
        return
    if sitting.ends_at <= sitting.starts_at:
        yield Problem("End time must be after the start time", column="ends")
    elif sitting.ends_at - sitting.starts_at > LONGEST_WORKSHOP:
        yield Problem("A workshop may last up to 12 hours. Plan one for each day", column="ends")
    if moved and sitting.starts_at <= against.now:
        yield Problem("Date and start time must be in the future", column="starts_on")
    elif before is None and sitting.books_until is not None and sitting.books_until <= against.now:
        yield Problem("Booking would be closed already. Enter fewer days", column="booking_days")


def _where(sitting: Sitting) -> Iterator[Problem]:
    if not sitting.place and not sitting.joining:
        yield Problem("Enter a venue, or the link to join by, or both", column="place")
    if sitting.joining and not is_safe_link(sitting.joining):
        yield Problem("The link to join by must be a web address that starts with https://", column="joining")
    for name, most in LONGEST.items():
        if len(getattr(sitting, name)) > most:
            yield Problem(f"This must be {most:,} characters or fewer", column=name)


def _numbers(sitting: Sitting, against: Against) -> Iterator[Problem]:
    if not 1 <= sitting.capacity <= MOST_PLACES:
        yield Problem(f"Number of places must be between 1 and {MOST_PLACES:,}", column="capacity")
    elif sitting.capacity < against.held:
        held = count_noun(against.held, "place is", "places are")
        yield Problem(
            f"{held} taken already. Enter {against.held:,} or more, or cancel bookings first",
            column="capacity",
        )
    led_by = against.before.facilitator_ids if against.before else ()
    if against.is_closed and set(sitting.facilitator_ids) != set(led_by):
        yield Problem("The register is closed: who led it stays as it is", column="facilitators")
    elif len(sitting.facilitator_ids) > MOST_FACILITATORS:
        yield Problem(f"Choose up to {MOST_FACILITATORS} people who lead it", column="facilitators")


def is_safe_link(link: str) -> bool:
    """Whether a link may be shown to whoever books: of the web, encrypted, with a host and without a password.

    >>> [is_safe_link(link) for link in ("https://meet.example/x", "http://meet.example", "javascript:x", "https:///x")]
    [True, False, False, False]
    >>> is_safe_link("https://meet.example@evil.example/"), is_safe_link("https://teams.example:8443/l?a=%20b#c")
    (False, True)
    """
    return link.isprintable() and _LINK.match(link) is not None
