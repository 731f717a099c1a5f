"""Certificates: their numbers, what is printed on them, and what the register says of one. Pure.

A certificate says what the register held when it was issued and never changes. A correction issues another that takes
its place; taking one back ends it. What is true is always what the register says, not what a paper says (promise S17).
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from courses.domain import Course
from foundation.dates import LONDON, add_months

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: no letter that is taken for a digit."""
LENGTH = 16
"""16 letters of 32 are 80 bits: nobody guesses one (promise S17)."""


class Ending(StrEnum):
    """How a certificate stopped to hold."""

    REVOKED = "revoked"
    SUPERSEDED = "superseded"


class Standing(StrEnum):
    """What the register says of a certificate on a day."""

    CURRENT = "current"
    EXPIRED = "expired"
    REVOKED = "revoked"
    SUPERSEDED = "superseded"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Certificate:
    """What a certificate says, as issued. `number` is sixteen letters without hyphens; `valid_until` None: no end."""

    number: str
    name: str
    course: str
    course_title: str
    provider: str
    completed_on: date
    valid_until: date | None
    council: str
    issued_at: datetime
    key_id: str
    layout: int = 1


def valid_until(course: Course, completed_on: date) -> date | None:
    """The last day on which a completion is valid of itself; None where it does not end.

    The months of the course as the rule book has them on the day of completion (`course_on`), added as counting rule 5
    has it (basis "completion"). What a requirement asks besides (an anniversary, a date to which an old course is
    honoured) is that requirement's own affair and stands on no certificate.

    >>> valid_until(Course("PREV-AW", validity_months=24), date(2024, 2, 29))
    datetime.date(2026, 2, 28)
    >>> valid_until(Course("LOCAL"), date(2024, 2, 29)) is None
    True
    """
    return None if course.validity_months is None else add_months(completed_on, course.validity_months)


def day_of(moment: datetime) -> date:
    """The day of a moment in London: what is issued at half past midnight in summer was not issued the day before."""
    return moment.astimezone(LONDON).date()


def printed(number: str) -> str:
    """A number as it is printed: four groups of four.

    >>> printed("7ZQ4M2K9TC1B6XHD")
    '7ZQ4-M2K9-TC1B-6XHD'
    """
    return "-".join(number[at : at + 4] for at in range(0, len(number), 4))


def read_number(typed: str) -> str | None:
    """The number that somebody typed, whatever hyphens, blanks and letters of either case; None where it is none.

    What Crockford's alphabet leaves out is read as what it looks like.

    >>> read_number(" 7zq4 m2k9-tclb-6xhd ")
    '7ZQ4M2K9TC1B6XHD'
    >>> read_number("7ZQ4") is None
    True
    """
    found = "".join(letter for letter in typed.upper() if letter.isalnum())
    found = found.translate(str.maketrans("OIL", "011"))
    return found if len(found) == LENGTH and all(letter in ALPHABET for letter in found) else None


def standing(valid_until: date | None, ending: Ending | None, *, is_on_record: bool, today: date) -> Standing:
    """What holds of a certificate that was issued. A completion that left the record takes its certificate with it."""
    if ending is Ending.SUPERSEDED:
        return Standing.SUPERSEDED
    if ending is Ending.REVOKED or not is_on_record:
        return Standing.REVOKED
    if valid_until is not None and valid_until < today:
        return Standing.EXPIRED
    return Standing.CURRENT
