"""Statuses, and the spans of days of which a timeline is made (counting rules 6 and 9)."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from foundation.dates import FAR_DAY


class Status(StrEnum):
    """The nine statuses of counting rule 6. The first that matches wins, in this order."""

    NOT_REQUIRED = "not_required"
    EXEMPT = "exempt"
    ABSENT = "absent"
    EXPIRING = "expiring"
    COMPLIANT = "compliant"
    NOT_YET_DUE = "not_yet_due"
    AWAITING_CHECK = "awaiting_check"
    EXPIRED = "expired"
    OUTSTANDING = "outstanding"

    @property
    def is_counted(self) -> bool:
        """Whether people with this status are in the denominator."""
        return self in _COUNTED

    @property
    def is_compliant(self) -> bool:
        """Whether people with this status are in the numerator."""
        return self in _COMPLIANT


_COMPLIANT = frozenset({Status.EXPIRING, Status.COMPLIANT})
_COUNTED = _COMPLIANT | {Status.AWAITING_CHECK, Status.EXPIRED, Status.OUTSTANDING}
REQUIRED_STATUSES = tuple(status for status in Status if status is not Status.NOT_REQUIRED)
COUNTED_STATUSES = tuple(status for status in Status if status in _COUNTED)


@dataclass(frozen=True, slots=True)
class Span:
    """Days on which the status of one person for one requirement, and everything said about it, is the same.

    `course`, `completed_on` and `valid_until` (FAR_DAY: does not end) are those of the proof where `covered`; where
    not, of the completion that lapsed last (expired) or that waits for a check (awaiting_check).
    `role` is the role whose link gives the first due day and `role_since` the day from which it does; `returned_on`
    is the last day of the absence that moved the due day. `reason_…` are the days of the exemption or absence; of
    awaiting_check, those on which an earlier completion counted, where that ran out on the due day or later.
    """

    first_day: date
    last_day: date
    status: Status
    due_on: date | None
    covered: bool
    course: str | None
    completed_on: date | None
    valid_until: date | None
    run_first_day: date
    role: str
    role_since: date
    returned_on: date | None = None
    reason_first_day: date | None = None
    reason_last_day: date | None = None

    @property
    def is_open(self) -> bool:
        return self.last_day == FAR_DAY

    @property
    def lapsed_on(self) -> date | None:
        """The last day on which something counted, where the status rests on that day and not on the due day."""
        if self.status is Status.EXPIRED:
            return self.valid_until
        return self.reason_last_day if self.status is Status.AWAITING_CHECK else None


@dataclass(frozen=True, slots=True)
class UnitSpan:
    """Days on which a person counts in a unit for a requirement (counting rule 8)."""

    unit_id: int
    first_day: date
    last_day: date
    shared: bool = False
    """On some of these days the person counts in another unit as well."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """One person, one requirement: the status of every day on which it is required, and where the person counts.

    Days in no span are `not_required`.
    """

    spans: tuple[Span, ...]
    units: tuple[UnitSpan, ...]

    def on(self, day: date) -> Span | None:
        """The span that holds a day; None where the requirement does not apply."""
        return next((span for span in self.spans if span.first_day <= day <= span.last_day), None)


NO_TIMELINE = Timeline((), ())
