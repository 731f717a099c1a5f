"""The words in which pages and commands speak of evidence. Pure.

A concern is a stable key; what people read is here, once. To the sender nothing is said of anybody else.
"""

from datetime import date

from courses.domain import Concern
from courses.domain.certificates import Standing
from courses.domain.passports import Fate, Overrule
from courses.domain.workshops import Outcome
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

SOURCE_WORDS = {
    "self": "Told by the person",
    "register": "Signed register",
    "by_hand": "Recorded by hand",
    "workshop": "Register of a workshop",
    "passport": "Training passport",
    "partner_file": "A file of the partner lead",
}
"""Sources of our own; another system is called by its name."""

OUTCOME_WORDS = {
    Outcome.ATTENDED: "Attended",
    Outcome.PARTIAL: "Attended in part",
    Outcome.DID_NOT_ATTEND: "Did not attend",
    Outcome.LATE_CANCELLED: "Cancelled late",
}
"""What became of somebody at a workshop."""

STANDING_WORDS = {
    Standing.CURRENT: "Valid",
    Standing.EXPIRED: "Expired",
    Standing.REVOKED: "Withdrawn",
    Standing.SUPERSEDED: "Replaced",
    Standing.UNKNOWN: "Not known",
}
"""What holds of a certificate, in a word."""

STANDING_TONES = {
    Standing.CURRENT: "good",
    Standing.EXPIRED: "soon",
    Standing.REVOKED: "bad",
    Standing.SUPERSEDED: "soon",
    Standing.UNKNOWN: "none",
}
"""The tone in which that is shown; it only repeats what the words say."""

OVERRULE_WORDS = {
    Overrule.CHANGED: "Their name has changed",
    Overrule.WRITTEN: "It is the same name, written in another way",
    Overrule.MISTAKE: "One of the names has a mistake in it",
    Overrule.KNOWN: "I have checked who they are",
}
"""Why a passport with another name is somebody's all the same."""

FATE_WORDS = {
    Fate.NEW: "Will be recorded",
    Fate.PROVED: "Will be recorded: it was waiting for a check",
    Fate.WAITS: "On record already, waiting for a check",
    Fate.KNOWN: "On record already",
    Fate.UNKNOWN_COURSE: "Not recorded: we do not know this course",
    Fate.NOT_ACCEPTED: "Not recorded: it was not accepted before",
    Fate.TAKEN_BACK: "Not recorded: it was withdrawn here before",
    Fate.NOT_POSSIBLE: "Not recorded: the date cannot be right",
}
"""What becomes of a course in a passport that somebody hands in."""
