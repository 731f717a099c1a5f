"""What the pages of workshops say: when and where one is held, for whom, and how full it is."""

from datetime import date, timedelta

from flask import current_app

from courses.domain.workshops import Audience, Sitting
from courses.services.workshops.booking_words import clock_words, moment_words
from courses.services.workshops.planning import Facilitator, facilitators
from courses.services.workshops.reach import leaders_named
from courses.services.workshops.seeing import requirement_options
from courses.store.audience import organisations
from courses.store.bookings import Counts
from courses.store.workshops import Workshop
from foundation import clock
from foundation.dates import LONDON
from foundation.db import Session
from foundation.formats import count_noun, long_date
from people import auth
from people.services.finding.roles import role_options

_WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
ONLINE = "Online"
EVERYBODY = "Everybody"
Rows = list[tuple[str, str | list[str]]]


def day_words(sitting: Sitting) -> str:
    """The day with its weekday."""
    return f"{_WEEKDAYS[sitting.day.weekday()]} {long_date(sitting.day)}"


def time_words(sitting: Sitting) -> str:
    """From when to when, on the clock in London; with the day of the end where it is another."""
    ends = sitting.ends_at.astimezone(LONDON)
    last = clock_words(ends) if ends.date() == sitting.day else moment_words(ends)
    return f"{clock_words(sitting.starts_at)} to {last}"


def place_words(sitting: Sitting) -> str:
    """Where it is held."""
    return sitting.place or ONLINE


def free_words(workshop: Workshop, counts: Counts) -> str:
    """How many places are left, and how many people wait."""
    if workshop.sitting.is_cancelled:
        return "Called off"
    free = max(0, workshop.sitting.capacity - counts.held)
    words = f"{free:,} of {workshop.sitting.capacity:,}" if free else "Full"
    return f"{words}, {counts.waiting:,} waiting" if counts.waiting else words


def audience_words(session: Session, audience: Audience, day: date) -> list[str]:
    """For whom a workshop on a day is, line by line."""
    if not audience:
        return [EVERYBODY]
    titles = dict(requirement_options(session, day)) if audience.requirements else {}
    roles = dict(role_options(session)) if audience.roles else {}
    names = dict(organisations(session)) if audience.organisation_ids else {}
    return [
        *(f"Whoever has the requirement: {titles.get(code, code)}" for code in audience.requirements),
        *(f"Whoever holds the role: {roles.get(code, code)}" for code in audience.roles),
        *(f"Whoever works in: {names.get(one, 'an organisation')}" for one in audience.organisation_ids),
    ]


def led_by(leaders: list[Facilitator], others: str) -> list[str]:
    """Who leads it, line by line."""
    return [*(one.name or "Name not recorded" for one in leaders), *([others] if others else [])]


def led_by_for_reader(session: Session, sitting: Sitting) -> list[str]:
    """The same for whoever reads: where somebody leads it whose name is not for them, that the council arranged it.

    Whoever that is may work for a partner, so it does not say that the council leads it.
    """
    named = leaders_named(session, auth.reader(), sitting.facilitator_ids, clock.today())
    leaders = facilitators(session, [one for one in sitting.facilitator_ids if one in named])
    arranged = f"A trainer arranged by {current_app.config['COUNCIL_NAME']}"
    unnamed = [arranged] if len(named) < len(sitting.facilitator_ids) else []
    return [*led_by(leaders, sitting.other_facilitators), *unnamed]


def offer_words(lasts: timedelta) -> str:
    """For how long a free place is kept for whoever it is offered to."""
    return count_noun(lasts // timedelta(hours=1), "hour", "hours")


def said_of(session: Session, sitting: Sitting, title: str, *, with_link: bool = True) -> Rows:
    """What is said about a workshop to whoever reads, as (name, value). `with_link`: whether the link is for them."""
    joining = sitting.joining if with_link else "Shown once you have a place"
    opens, closes = sitting.books_until or sitting.starts_at, sitting.cancels_until or sitting.starts_at
    return [
        ("Course", title),
        ("Date", day_words(sitting)),
        ("Time", time_words(sitting)),
        ("Venue", place_words(sitting)),
        *([("Link to join by", joining)] if sitting.joining else []),
        *([("Joining instructions", sitting.instructions.split("\n"))] if sitting.instructions else []),
        ("Number of places", f"{sitting.capacity:,}"),
        ("Led by", led_by_for_reader(session, sitting)),
        ("For", audience_words(session, sitting.audience, sitting.day)),
        ("Booking closes", moment_words(opens)),
        ("Cancelling closes", moment_words(closes)),
        ("An offer of a free place stands for", offer_words(sitting.offer_lasts)),
    ]
