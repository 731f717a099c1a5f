"""The words of the audit trail: what was done, to what kind of record, and what is said of it. Pure.

Events are words already, in the past tense ("absence.added"). What reads badly like that has words of its own here, so
an event that is new tomorrow is never without.
"""

import re
from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any

from foundation.formats import long_date

_EVENTS = {
    "account.signed_out": "Account signed out everywhere",
    "batch.undone": "Import batch taken back",
    "demo.loaded": "Example record loaded",
    "details.corrected": "Personal details corrected",
    "detail_request.answered": "Request for a correction answered",
    "detail_request.recorded": "Correction asked for",
    "detail_request.withdrawn": "Request for a correction withdrawn",
    "door.guest_signed_in": "Guest signed in at the door",
    "door.signed_in": "Signed in at the door",
    "evidence.described": "Training described before it was sent",
    "evidence.held": "Training begun to be told",
    "evidence.swept": "Unsent training removed",
    "evaluation.slips_made": "Links on paper made",
    "export.made": "File taken",
    "import.rows_removed": "Rows set aside removed",
    "import.swept": "Old imports removed",
    "limit.reached": "Limit on tries reached",
    "link.asked": "Link for a password asked for",
    "link.made": "Link for a password made",
    "link.refused": "Link for a password not made",
    "link.used": "Link for a password used",
    "mail.shut": "Mail stopped by itself",
    "permission.asked": "Permission asked for",
    "programme.loaded": "Rule book loaded",
    "record.opened": "History of a record opened",
    "register.guest_dismissed": "Guest of a register left unmatched",
    "register.guest_matched": "Guest of a register matched",
    "register.walk_in_added": "Person without a booking added to a register",
    "report.frozen": "Report kept for good",
    "rule_draft.applied": "Draft of the rule book saved as rules",
    "rule_draft.began_taking_back": "Draft begun that takes a change of the rule book back",
    "second_step.passed": "Second step of signing in passed",
    "second_step.recovery_codes_made": "Recovery codes made",
    "second_step.refused": "Second step of signing in refused",
    "second_step.removed": "Two-step sign-in turned off",
    "second_step.reset": "Two-step sign-in reset for somebody",
    "second_step.set_up": "Two-step sign-in set up",
    "sign_in.accepted": "Signed in",
    "sign_in.refused": "Sign-in refused",
}
_RECORDS = {
    "account": "Account",
    "assurance": "Assurance",
    "batch": "Import batch",
    "booking": "Booking",
    "declared": "Declared number",
    "demo": "Example record",
    "evidence": "Evidence",
    "export": "File",
    "import": "Import run",
    "key": "Trusted issuer",
    "letter_run": "Printing of letters",
    "limit": "Limit on tries",
    "mail": "All mail",
    "message": "Message",
    "person": "Person",
    "programme": "Rule book",
    "reminder_run": "Run of reminders",
    "report": "Report",
    "rule_draft": "Draft of the rule book",
    "schedule": "Schedule of a report",
    "school": "School",
    "workshop": "Workshop",
}
_SAID = frozenset(
    {
        "by", "change", "changed", "concerns", "course", "detail", "every", "evidence", "file", "filters", "form",
        "kind", "outcome", "parts", "permission", "permissions", "purpose", "rag", "receipt", "report",
        "requirement", "requirements", "role", "score", "source", "state", "was",
    }
)  # fmt: skip
"""What may be said in words: codes, choices from a list, names of files. Everything else is left out that
is neither a day nor a number: ids, which say nothing, and numbers of posts, which may be payroll numbers."""
_LEFT_OUT = frozenset({"absence", "request"})
"""Numbers of rows, which say nothing either."""
_CODE = re.compile(r"[a-z_]{1,40}")
_WORDS = {
    "as_at": "As at",
    "by": "How",
    "first_day": "From",
    "gone": "Parts of a post taken back",
    "last_day": "To",
    "lines": "Rows",
    "new": "Parts of a post recorded",
    "rag": "Colour",
    "review_on": "Review by",
    "was": "Before",
    "whole": "To its end",
}


def event_words(event: str) -> str:
    """What was done.

    >>> event_words("absence.added"), event_words("link.used")
    ('Absence added', 'Link for a password used')
    """
    return _EVENTS.get(event) or _sentence(event.replace(".", " "))


def record_words(event: str, subject: str) -> tuple[str, str]:
    """The kind of record that was acted on, and its reference, if the trail has one.

    >>> record_words("absence.added", "person:5f0c"), record_words("mail.halted", "")
    (('Person', '5f0c'), ('All mail', ''))
    """
    kind, colon, reference = subject.partition(":")
    if event == "export.made" or not colon or kind not in _RECORDS:
        kind, reference = event.partition(".")[0], subject
    return _RECORDS.get(kind) or _sentence(kind), reference


def detail_words(details: Mapping[str, Any]) -> str:
    """What is said of an act, without the reason, which stands by itself.

    >>> detail_words({"course": "PREV-AW", "completed_on": "2026-05-01", "person_id": 7})
    'Course: PREV-AW. Completed on: 1 May 2026'
    """
    return ". ".join(f"{_WORDS.get(key) or _sentence(key)}: {said}" for key, said in _said(details))


def reason_words(details: Mapping[str, Any]) -> str:
    """The reason, where it was chosen from a list. What somebody wrote is not repeated.

    >>> reason_words({"reason": "other_person"}), reason_words({"reason": "Ask Ann about it"})
    ('Other person', '')
    """
    reason = details.get("reason")
    return _sentence(reason) if isinstance(reason, str) and _CODE.fullmatch(reason) else ""


def _said(details: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for key, value in details.items():
        says = _value(key, value)
        if says and key != "reason":
            yield key, says


def _value(key: str, value: object) -> str:
    """A value in words; empty where it is not for a report."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return "" if key.endswith("_id") or key in _LEFT_OUT else f"{value:,}"
    if isinstance(value, list):
        return ", ".join(filter(None, (_value(key, one) for one in value)))
    if isinstance(value, dict):
        return ", ".join(f"{name} {said}" for name, said in value.items()) if key in _SAID else ""
    day = _day(value)
    if day is not None:
        return long_date(day)
    return value if isinstance(value, str) and key in _SAID else ""


def _day(value: object) -> date | None:
    try:
        return (
            date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2026-01-01") else None
        )
    except ValueError:
        return None


def _sentence(words: str) -> str:
    spaced = words.replace("_", " ").strip()
    return spaced[:1].upper() + spaced[1:]
