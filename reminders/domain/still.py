"""Whether a reminder that was planned still applies when it is about to leave. Pure."""

from datetime import date

from compliance.domain.spans import Status
from reminders.domain.due import SPOKEN_TO, Due, Reason

_NO_LONGER = {
    Status.COMPLIANT: Reason.UP_TO_DATE,
    Status.EXEMPT: Reason.EXEMPT,
    Status.ABSENT: Reason.ABSENT,
    Status.AWAITING_CHECK: Reason.WAITING_FOR_CHECK,
}


def why_no_longer(
    due: Due | None, cycle: str, deadline: date, recipient_id: int, planned_on: date, day: date
) -> Reason | None:
    """Why a reminder no longer applies on a day; None where it does. `due`: how the person stands, None: not required.

    The message says the last day, so that must be the one that was planned; and what was planned in time and is late by
    now says something else than it should.
    """
    if due is None:
        return Reason.NOT_REQUIRED
    if due.status not in SPOKEN_TO:
        return _NO_LONGER[due.status]
    if recipient_id != due.person_id and recipient_id not in (*due.managers, *due.heads):
        return Reason.NOT_IN_TEAM
    if due.cycle != cycle or due.deadline != deadline or planned_on <= deadline < day:
        return Reason.CHANGED
    return None
