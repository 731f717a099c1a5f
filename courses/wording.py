"""The words in which pages and commands speak of evidence. Pure.

A concern is a stable key; what people read is here, once. To the sender nothing is said of anybody else.
"""

from datetime import date

from courses.domain import Concern
from foundation.dates import add_months
from foundation.formats import long_date

SENDER_WORDS = {
    Concern.NAME_DIFFERS: "The name on the certificate does not look like yours.",
    Concern.DATE_DIFFERS: "The certificate does not seem to show this date.",
    Concern.COURSE_DIFFERS: "The certificate does not seem to be for this course.",
    Concern.FILE_USED_BY_ANOTHER: "This file was sent before.",
    Concern.FILE_USED_AGAIN: "This file was sent before.",
    Concern.TEXT_UNREADABLE: "The words in the file could not be read by the computer. Somebody will read them.",
    Concern.NO_FILE: "You have added no certificate. Your training team may ask you for it.",
    Concern.NOT_SCANNED: "The file is still being checked for viruses. It can be opened afterwards.",
    Concern.REJECTED_BEFORE: "This training was not accepted when it was sent before.",
}
"""What the sender is told before sending."""

REGISTER_WORDS = {
    **SENDER_WORDS,
    Concern.DATE_DIFFERS: "The register does not seem to show this date.",
    Concern.COURSE_DIFFERS: "The register does not seem to be for this course.",
}
"""What the sender of a register is told."""

LONG_AGO_YEARS = 10


def long_ago_words(completed_on: date, today: date) -> list[str]:
    """What the sender is asked to look at again where the day is likelier a slip of the pen than what was meant.

    >>> long_ago_words(date(1995, 3, 27), date(2026, 5, 1))
    ['The date is more than 10 years ago: 27 March 1995. Check the year.']
    >>> long_ago_words(date(2019, 3, 27), date(2026, 5, 1))
    []
    """
    if completed_on >= add_months(today, -12 * LONG_AGO_YEARS):
        return []
    return [f"The date is more than {LONG_AGO_YEARS} years ago: {long_date(completed_on)}. Check the year."]


FOR_INFORMATION = frozenset({Concern.TEXT_UNREADABLE, Concern.NO_FILE, Concern.NOT_SCANNED})
"""What the sender need not look at again: it says nothing against what was sent."""

CHECKER_WORDS = {
    Concern.NAME_DIFFERS: "the name was not found in the file",
    Concern.DATE_DIFFERS: "the date was not found in the file",
    Concern.COURSE_DIFFERS: "the course was not found in the file",
    Concern.FILE_USED_BY_ANOTHER: "the same file was sent for somebody else",
    Concern.FILE_USED_AGAIN: "the same file was sent for other training of this person",
    Concern.TEXT_UNREADABLE: "the words in the file could not be read",
    Concern.NO_FILE: "no file",
    Concern.NOT_SCANNED: "not yet checked for viruses",
    Concern.REJECTED_BEFORE: "not accepted before",
}
"""What whoever checks is told."""

SOURCE_WORDS = {"self": "Told by the person", "register": "Signed register", "by_hand": "Recorded by hand"}
"""Sources of our own; another system is called by its name."""
