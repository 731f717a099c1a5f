"""Who may have a place at a workshop, and what stands in the way. Pure: facts in, answers out."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from courses.domain import ACCEPTED_EVIDENCE, Completion, Course, course_on
from courses.domain.workshops import BookingState, Sitting
from foundation.dates import FAR_DAY, LONDON, add_months, day_before


class Hindrance(StrEnum):
    """Why somebody cannot have a place at a workshop. Each is an own sentence on the page."""

    CALLED_OFF = "called_off"
    BEGUN = "begun"
    CLOSED = "closed"
    HAS_PLACE = "has_place"
    HAS_OFFER = "has_offer"
    WAITS = "waits"
    NO_POST = "no_post"
    NOT_IN_AUDIENCE = "not_in_audience"
    PREREQUISITE = "prerequisite"
    CLASH = "clash"
    FACILITATES = "facilitates"


MAY_BE_OVERRIDDEN = frozenset({Hindrance.PREREQUISITE})
"""What learning and development may set aside, with a reason that is kept."""
KEEPS_FROM_OFFER = frozenset({Hindrance.NO_POST, Hindrance.CLASH, Hindrance.FACILITATES})
"""Whoever waits is passed over for one of these, and keeps the place in the order; what else there was to check was
checked when they asked."""


class Purpose(StrEnum):
    """For what somebody's place is checked."""

    BOOK = "book"
    SUBSTITUTE = "substitute"
    """In the place of somebody else: also after bookings have closed, and from the waiting list."""
    OFFER = "offer"


@dataclass(frozen=True, slots=True)
class About:
    """What is known of one person, as the checks ask it. `missing`: one of these courses has to be done before."""

    state: BookingState | None = None
    has_post: bool = True
    in_audience: bool = True
    missing: tuple[str, ...] = ()
    clashes: bool = False
    facilitates: bool = False


def london_day(moment: datetime) -> date:
    """The day in London on which a moment falls."""
    return moment.astimezone(LONDON).date()


def last_moment_to_book(sitting: Sitting) -> datetime:
    """Until when places are given: the cut-off of the workshop, and never after it has begun."""
    return min(sitting.books_until or sitting.starts_at, sitting.starts_at)


def is_late(sitting: Sitting, now: datetime) -> bool:
    """Whether a cancellation comes after the last moment for it."""
    return now > min(sitting.cancels_until or sitting.starts_at, sitting.starts_at)


def offer_ends(sitting: Sitting, now: datetime) -> datetime:
    """Until when a place that is free now is kept for whoever it is offered to."""
    return min(now + sitting.offer_lasts, last_moment_to_book(sitting))


def of_workshop(sitting: Sitting, now: datetime, purpose: Purpose) -> list[Hindrance]:
    """What stands in everybody's way."""
    if sitting.is_cancelled:
        return [Hindrance.CALLED_OFF]
    if now >= sitting.starts_at:
        return [Hindrance.BEGUN]
    if purpose is not Purpose.SUBSTITUTE and now >= last_moment_to_book(sitting):
        return [Hindrance.CLOSED]
    return []


def of_person(about: About, purpose: Purpose) -> list[Hindrance]:
    """What stands in one person's way, the plainest first."""
    states = {
        BookingState.BOOKED: Hindrance.HAS_PLACE,
        BookingState.OFFERED: Hindrance.HAS_OFFER,
        BookingState.WAITING: Hindrance.WAITS,
    }
    held = states.get(about.state) if about.state else None
    if held is Hindrance.WAITS and purpose is Purpose.SUBSTITUTE:
        held = None
    if held is not None and purpose is not Purpose.OFFER:
        return [held]
    found = {
        Hindrance.NO_POST: not about.has_post,
        Hindrance.NOT_IN_AUDIENCE: not about.in_audience,
        Hindrance.PREREQUISITE: bool(about.missing),
        Hindrance.FACILITATES: about.facilitates,
        Hindrance.CLASH: about.clashes,
    }
    wanted = KEEPS_FROM_OFFER if purpose is Purpose.OFFER else frozenset(Hindrance)
    return [hindrance for hindrance, holds in found.items() if holds and hindrance in wanted]


def overlaps(one: Sitting, other: Sitting) -> bool:
    """Whether nobody can be at both. One that begins when the other ends does not.

    Called-off workshops are in nobody's way.
    """
    if one.is_cancelled or other.is_cancelled:
        return False
    return one.starts_at < other.ends_at and other.starts_at < one.ends_at


def missing_before(course: Course, completions: Iterable[Completion], day: date) -> tuple[str, ...]:
    """The prerequisites of a course of which none has been completed by a day (counting rule 5).

    Any one of them is enough, and its validity does not matter. Empty where nothing is missing.
    """
    done = {
        one.course for one in completions if one.evidence in ACCEPTED_EVIDENCE and one.completed_on <= day
    }
    return () if not course.prerequisites or done & set(course.prerequisites) else course.prerequisites


def in_date_until(
    lines: Sequence[Course], code: str, completions: Iterable[Completion], day: date
) -> date | None:
    """Until when somebody has this very course in date on a day, by its own validity; None where they have not.

    FAR_DAY where it does not expire. What a requirement says besides is for the timelines: this only warns.
    """
    found: list[date] = []
    for one in completions:
        if one.course != code or one.evidence not in ACCEPTED_EVIDENCE:
            continue
        months = course_on({code: tuple(lines)}, code, one.completed_on).validity_months
        until = FAR_DAY if months is None else add_months(one.completed_on, months)
        found.append(until if one.revoked_on is None else min(until, day_before(one.revoked_on)))
    return max((until for until in found if until >= day), default=None)
