"""The words and tones in which pages, files and mails speak of a status (counting rule 6). Pure.

A status is a stable key; what people read is here, once, so that every page and file says the same.
"""

from datetime import date

from compliance.domain.spans import Status
from courses.domain import Evidence
from foundation.dates import FAR_DAY
from foundation.formats import long_date
from people.domain import AbsenceKind, Category

STATUS_WORDS = {
    Status.NOT_REQUIRED: "Not required",
    Status.EXEMPT: "Exempt",
    Status.ABSENT: "Not counted: away from work",
    Status.EXPIRING: "Expires soon",
    Status.COMPLIANT: "Up to date",
    Status.NOT_YET_DUE: "Not yet due",
    Status.AWAITING_CHECK: "Waiting for a check",
    Status.EXPIRED: "Overdue: expired",
    Status.OUTSTANDING: "Overdue: not started",
}

STATUS_TONES = {
    Status.NOT_REQUIRED: "none",
    Status.EXEMPT: "none",
    Status.ABSENT: "none",
    Status.EXPIRING: "soon",
    Status.COMPLIANT: "good",
    Status.NOT_YET_DUE: "wait",
    Status.AWAITING_CHECK: "wait",
    Status.EXPIRED: "bad",
    Status.OUTSTANDING: "bad",
}

RAG_WORDS = {
    "green": "Green: target met",
    "amber": "Amber: just below target",
    "red": "Red: below target",
}

EVIDENCE_WORDS = {
    Evidence.TRUSTED: "Accepted",
    Evidence.VERIFIED: "Checked and accepted",
    Evidence.AWAITING: "Waiting for a check",
    Evidence.REJECTED: "Not accepted",
}

CATEGORY_WORDS = {
    Category.EMPLOYEE: "Employee",
    Category.MEMBER: "Elected member",
    Category.AGENCY: "Agency worker",
    Category.CONTRACTOR: "Contractor",
    Category.VOLUNTEER: "Volunteer",
    Category.PARTNER: "Partner's staff",
}

ABSENCE_WORDS = {
    AbsenceKind.LONG_TERM_SICK: "Long-term sickness",
    AbsenceKind.PARENTAL: "Parental leave",
    AbsenceKind.CAREER_BREAK: "Career break",
    AbsenceKind.SECONDMENT_OUT: "Seconded elsewhere",
    AbsenceKind.SUSPENSION: "Suspension",
    AbsenceKind.OTHER: "Other",
}

TO_DO = frozenset({Status.EXPIRING, Status.NOT_YET_DUE, Status.EXPIRED, Status.OUTSTANDING})
"""The statuses that ask the person to do something: take a course, or renew one."""

URGENCY = (
    Status.EXPIRED,
    Status.OUTSTANDING,
    Status.NOT_YET_DUE,
    Status.EXPIRING,
    Status.AWAITING_CHECK,
    Status.COMPLIANT,
    Status.ABSENT,
    Status.EXEMPT,
    Status.NOT_REQUIRED,
)
"""The order in which a person's requirements are shown to them: what presses most comes first."""


def status_words(status: Status | str) -> str:
    """A status as people read it.

    >>> status_words("expiring")
    'Expires soon'
    """
    return STATUS_WORDS[Status(status)]


def status_tone(status: Status | str) -> str:
    """The tone a status is shown in: good, soon, bad, wait or none. It only repeats what the words say."""
    return STATUS_TONES[Status(status)]


def rag_words(rag: str) -> str:
    """Green, amber or red (counting rule 7), and what it means."""
    return RAG_WORDS[rag]


def headline(status: Status, due_on: date | None, valid_until: date | None) -> str:
    """What next and by when, in one line.

    `due_on` is `due(d)` of counting rule 4; `valid_until` the last day of the proof, FAR_DAY or None when it
    has no end.

    >>> headline(Status.NOT_YET_DUE, date(2026, 12, 1), None)
    'Do this by 1 December 2026'
    """
    endless = valid_until is None or valid_until == FAR_DAY
    match status:
        case Status.COMPLIANT | Status.EXPIRING if endless:
            return "Nothing to do: this does not expire"
        case Status.COMPLIANT:
            return f"Nothing to do until {long_date(_day(valid_until))}"
        case Status.EXPIRING:
            return f"Renew by {long_date(_day(valid_until))}"
        case Status.NOT_YET_DUE:
            return f"Do this by {long_date(_day(due_on))}"
        case Status.AWAITING_CHECK:
            return "Nothing to do: someone is checking the evidence"
        case Status.EXPIRED if endless:
            return "Do this now: it no longer counts"
        case Status.EXPIRED:
            return f"Do this now: it ran out on {long_date(_day(valid_until))}"
        case Status.OUTSTANDING:
            return f"Do this now: it was due by {long_date(_day(due_on))}"
        case Status.ABSENT:
            return "Nothing to do while away from work"
        case Status.EXEMPT:
            return "Nothing to do while the exemption lasts"
        case _:
            return "Nothing to do"


def _day(day: date | None) -> date:
    if day is None:
        raise ValueError("this status always has the day")
    return day
