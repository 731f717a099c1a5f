"""On which days and in which hours reminders leave. Pure: the bank holidays are handed in.

The London day decides, whatever zone the server runs in. Hours are those of the clock on the wall, so that both changes
of the clock, which fall on Sundays at night, move nothing.
"""

from collections.abc import Callable, Container
from datetime import UTC, date, datetime, timedelta

from compliance.domain.requirement import ReminderTerms
from foundation.dates import LONDON, day_after

WorkingDay = Callable[[date], bool]
"""Whether mail may leave on a day."""

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_SATURDAY = WEEKDAYS.index("sat")


def working_days(bank_holidays: Container[date]) -> WorkingDay:
    """Mondays to Fridays that are no bank holidays.

    >>> is_working = working_days({date(2026, 12, 28)})
    >>> is_working(date(2026, 12, 27)), is_working(date(2026, 12, 28)), is_working(date(2026, 12, 29))
    (False, False, True)
    """
    return lambda day: day.weekday() < _SATURDAY and day not in bank_holidays


def london_day(moment: datetime) -> date:
    """The day on which a moment falls in London."""
    return moment.astimezone(LONDON).date()


def is_time(moment: datetime, terms: ReminderTerms, working_day: WorkingDay) -> bool:
    """Whether reminders may be planned and leave at a moment: in the hours of a working day in London.

    >>> from datetime import UTC
    >>> eight, is_working = datetime(2026, 7, 1, 7, tzinfo=UTC), working_days(())
    >>> [is_time(moment, ReminderTerms(), is_working) for moment in (eight, eight - timedelta(seconds=1))]
    [True, False]
    """
    there = moment.astimezone(LONDON)
    return terms.from_hour <= there.hour < terms.to_hour and working_day(there.date())


def closes_at(moment: datetime, terms: ReminderTerms) -> datetime:
    """When the hours end of the day on which a moment falls in London: from then on no reminder leaves.

    >>> from datetime import UTC
    >>> closes_at(datetime(2026, 7, 1, 7, tzinfo=UTC), ReminderTerms()).isoformat()
    '2026-07-01T17:00:00+00:00'
    """
    midnight = moment.astimezone(LONDON).replace(hour=0, minute=0, second=0, microsecond=0)
    return (midnight + timedelta(hours=terms.to_hour)).astimezone(UTC)


def last_digest_day(day: date, terms: ReminderTerms, working_day: WorkingDay) -> date:
    """The latest day, this one or before it, on which weekly messages were to go."""
    weekday = WEEKDAYS.index(terms.digest_weekday)
    nominal = day - timedelta(days=(day.weekday() - weekday) % 7)
    while (falls_on := _working_from(nominal, working_day)) > day:
        nominal -= timedelta(days=7)
    return falls_on


def is_digest_day(
    day: date, terms: ReminderTerms, working_day: WorkingDay, planned_until: date | None = None
) -> bool:
    """Whether the weekly digests go on a day: on their weekday, or on the next working day after it.

    `planned_until` is the last day before this one that was planned. Where the digests of a week fell on a day that was
    missed since then, they go now.
    """
    weekday = WEEKDAYS.index(terms.digest_weekday)
    latest = day - timedelta(days=(day.weekday() - weekday) % 7)
    for nominal in (latest, latest - timedelta(days=7)):
        falls_on = _working_from(nominal, working_day)
        if falls_on <= day:
            return falls_on == day or (planned_until is not None and planned_until < falls_on)
    return False


def _working_from(day: date, working_day: WorkingDay) -> date:
    while not working_day(day):
        day = day_after(day)
    return day
