"""What stands in somebody's calendar about their duties: the last days of each. Pure."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from compliance.domain.spans import Span, Status
from foundation.dates import FAR_DAY
from reminders.domain.due import OF_PROOF, SPOKEN_TO, position_of


class Calls(StrEnum):
    """What the last day of a duty asks for."""

    DO = "do"
    RENEW = "renew"


@dataclass(frozen=True, slots=True)
class DutyDay:
    """The last day in time of one duty of one person."""

    requirement: str
    title: str
    day: date
    calls: Calls


def duty_day(requirement: str, title: str, span: Span) -> DutyDay | None:
    """The day that a duty has in a calendar; None where no day matters: exempt, away, or valid without an end.

    It is the day that reminders speak of (`position_of`). Whoever waits for a check has done their part. A day that is
    over stays: it is what has to be made good.
    """
    if span.status is not Status.COMPLIANT and span.status not in SPOKEN_TO:
        return None
    day, cycle = position_of(span)
    if day is None or day == FAR_DAY:
        return None
    return DutyDay(requirement, title, day, Calls.RENEW if cycle.startswith(OF_PROOF) else Calls.DO)
