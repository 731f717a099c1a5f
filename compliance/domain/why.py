"""One plain sentence that names the facts behind a status and its dates (interfaces, "Questions out")."""

from collections.abc import Iterable, Mapping

from compliance.domain.requirement import EVERYONE
from compliance.domain.spans import Span, Status
from foundation.dates import FAR_DAY
from foundation.formats import long_date
from people.domain import RoleGrant


def why(
    span: Span,
    role_titles: Mapping[str, str],
    course_titles: Mapping[str, str],
    grants: Iterable[RoleGrant] = (),
) -> str:
    """The sentence for a span. It names roles, courses and days, never the kind of an absence.

    `grants` are the person's roles by hand: where one of them is why, the sentence says so, and on whose word.
    """
    who = "of everyone" if span.role == EVERYONE else f"as {role_titles.get(span.role) or span.role}"
    required = f"Required {who} since {long_date(span.role_since)}{_by_hand(span, grants)}"
    course = course_titles.get(span.course or "") or span.course
    match span.status:
        case Status.EXEMPT:
            return f"{required}; exempt from {_days(span)}."
        case Status.ABSENT:
            return f"{required}; not counted while away from work from {_days(span)}."
        case Status.COMPLIANT | Status.EXPIRING:
            return f"{required}; {course}, completed on {_done(span)}, {_until(span)}."
        case Status.NOT_YET_DUE:
            return f"{required}; nothing completed counts yet and it is {_due(span)}."
        case Status.AWAITING_CHECK:
            waiting = f"{course}, completed on {_done(span)}, is waiting for a check"
            if span.lapsed_on is not None:
                return f"{required}; what counted before ran out on {long_date(span.lapsed_on)}; {waiting}."
            return f"{required}; {waiting} and was {_due(span)}."
        case Status.EXPIRED:
            lapsed = f"{course}, completed on {_done(span)}, counted until {_end(span)}"
            return f"{required}; {lapsed} and nothing has renewed it."
        case Status.OUTSTANDING:
            return f"{required}; nothing completed counts and it was {_due(span)}."
        case Status.NOT_REQUIRED:
            return "Not required."


def _by_hand(span: Span, grants: Iterable[RoleGrant]) -> str:
    for grant in grants:
        if grant.role == span.role and grant.first_day <= span.role_since <= grant.last_day:
            return f" (role given by hand, approved by {grant.approved_by})"
    return ""


def _days(span: Span) -> str:
    assert span.reason_first_day is not None
    first = long_date(span.reason_first_day)
    if span.reason_last_day is None or span.reason_last_day == FAR_DAY:
        return f"{first}, with no end recorded"
    return f"{first} to {long_date(span.reason_last_day)}"


def _done(span: Span) -> str:
    return long_date(span.completed_on) if span.completed_on else "an unknown day"


def _end(span: Span) -> str:
    return long_date(span.valid_until) if span.valid_until else "an unknown day"


def _until(span: Span) -> str:
    if span.valid_until is None or span.valid_until == FAR_DAY:
        return "counts and does not end"
    return f"counts until {long_date(span.valid_until)}"


def _due(span: Span) -> str:
    assert span.due_on is not None
    due = f"due by {long_date(span.due_on)}"
    if span.returned_on is None:
        return due
    return f"{due}, because an absence ended on {long_date(span.returned_on)}"
