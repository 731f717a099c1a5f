"""Registers: who is on one and why, which outcomes are still missing, and who is meant by a number and a name. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from courses.domain.workshops import BookingState, Outcome, Sitting

OPENS_BEFORE = timedelta(minutes=60)
"""How long before a workshop begins people may sign in at the door, and outcomes be written down."""
DOOR_CLOSES_AFTER = timedelta(minutes=60)
"""How long after its end people may still sign in."""

CHARGED = frozenset({Outcome.DID_NOT_ATTEND, Outcome.LATE_CANCELLED})
"""The outcomes for which an organisation may be charged: a place was kept and nobody sat on it."""

ON_REGISTER = frozenset(
    {BookingState.BOOKED, BookingState.OFFERED, BookingState.WAITING, BookingState.LATE_CANCELLED}
)
"""The bookings whose people are listed. Only `booked` must have an outcome; the others may have come after all."""

_WORDS = re.compile(r"[\W_]+")


def opens_at(sitting: Sitting) -> datetime:
    """From when on outcomes may be written down."""
    return sitting.starts_at - OPENS_BEFORE


def door_is_open(sitting: Sitting, now: datetime) -> bool:
    """Whether people may sign in at the door at a moment."""
    ends = sitting.ends_at + DOOR_CLOSES_AFTER
    return not sitting.is_cancelled and opens_at(sitting) <= now <= ends


def by_itself(state: BookingState | None) -> Outcome | None:
    """The outcome that a booking gets without anybody saying so."""
    return Outcome.LATE_CANCELLED if state is BookingState.LATE_CANCELLED else None


def names_person(typed: str, last_name: str) -> bool:
    """Whether a name as typed holds this last name, as plain words in one piece.

    >>> names_person("tomos o brien ng", "o'brien-ng"), names_person("ann khan", "khanna"), names_person("", "")
    (True, False, False)
    """
    wanted = _WORDS.sub(" ", last_name).strip()
    return bool(wanted) and f" {wanted} " in f" {_WORDS.sub(' ', typed).strip()} "


def rate(counts: Mapping[Outcome, int]) -> tuple[int, int]:
    """How many of those who kept a place to the day did not attend: (part, whole).

    A late cancellation is no failure to attend, and is left out of the whole: it is counted beside it.

    >>> rate({Outcome.ATTENDED: 7, Outcome.PARTIAL: 1, Outcome.DID_NOT_ATTEND: 2, Outcome.LATE_CANCELLED: 3})
    (2, 10)
    """
    missing = counts.get(Outcome.DID_NOT_ATTEND, 0)
    return missing, missing + counts.get(Outcome.ATTENDED, 0) + counts.get(Outcome.PARTIAL, 0)
