"""Calendar arithmetic: days, months and periods. There is no time of day here (counting rules, preamble).

A moment enters as the day that it falls on in London, whatever zone the server runs in.
"""

from calendar import monthrange
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

FAR_DAY = date(9999, 12, 31)
"""Stands for "no end". A day, not a null, so that ranges compare and index like any other."""
FIRST_DAY = date(1, 1, 1)
"""Stands for "always held"."""

LONDON = ZoneInfo("Europe/London")
"""The zone whose days and clock count."""
_ONE_DAY = timedelta(days=1)


def london_day(moment: datetime) -> date:
    """The Europe/London calendar day on which an aware moment falls."""
    return moment.astimezone(LONDON).date()


@lru_cache(maxsize=65536)
def add_months(day: date, months: int) -> date:
    """The same day number `months` later, clamped to the end of that month (counting rules, preamble).

    >>> add_months(date(2025, 8, 31), 6), add_months(date(2024, 2, 29), 24)
    (datetime.date(2026, 2, 28), datetime.date(2026, 2, 28))
    """
    index = day.year * 12 + day.month - 1 + months
    year, month = divmod(index, 12)
    if year > FAR_DAY.year:
        return FAR_DAY
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_days(day: date, days: int) -> date:
    """`days` later; stays inside the calendar, so FAR_DAY plus anything is FAR_DAY."""
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return FAR_DAY if days > 0 else FIRST_DAY


def day_after(day: date) -> date:
    """The next day; FAR_DAY has none and stays."""
    return FAR_DAY if day == FAR_DAY else day + _ONE_DAY


def day_before(day: date) -> date:
    """The day before; the first day of the calendar has none and stays."""
    return FIRST_DAY if day == FIRST_DAY else day - _ONE_DAY


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Whole days from `first` to `last`, both inside."""

    first: date
    last: date

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and self.first <= day <= self.last

    def meet(self, other: "Period") -> "Period | None":
        """The days in both, or None."""
        first, last = max(self.first, other.first), min(self.last, other.last)
        return Period(first, last) if first <= last else None


def joined(periods: Iterable[Period], gap_days: int = 0) -> list[Period]:
    """The periods in order, those with at most `gap_days` days strictly between them made one.

    >>> [len(joined([Period(date(2026, 1, 1), date(2026, 1, 2)), Period(date(2026, 1, 4), date(2026, 1, 5))], gap))
    ...  for gap in (0, 1)]
    [2, 1]
    """
    result: list[Period] = []
    for period in sorted(periods):
        if result and period.first <= add_days(result[-1].last, gap_days + 1):
            if period.last > result[-1].last:
                result[-1] = Period(result[-1].first, period.last)
        else:
            result.append(period)
    return result


def month_end(day: date) -> date:
    """The last day of the month of `day`."""
    return day.replace(day=monthrange(day.year, day.month)[1])


def month_ends(first: date, last: date) -> Iterator[date]:
    """The month ends from `first` to `last`, both inside."""
    end = month_end(first)
    while end <= last:
        yield end
        if end == FAR_DAY:
            return
        end = month_end(day_after(end))


def quarter_ends(first: date, last: date) -> Iterator[date]:
    """The ends of the quarters of the financial year (April to March) from `first` to `last`, both inside."""
    return (end for end in month_ends(first, last) if end.month % 3 == 0)


def last_month_end(day: date) -> date:
    """The latest month end on or before `day`."""
    end = month_end(day)
    return end if end == day else day_before(day.replace(day=1))


def financial_quarter_start(day: date) -> date:
    """The first day of the quarter of the financial year (April to March) that a day is in.

    >>> financial_quarter_start(date(2026, 3, 31)), financial_quarter_start(date(2026, 4, 1))
    (datetime.date(2026, 1, 1), datetime.date(2026, 4, 1))
    """
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)


def financial_year_end(day: date) -> date:
    """The 31 March that ends the financial year of a day.

    >>> financial_year_end(date(2026, 3, 31)), financial_year_end(date(2026, 4, 1))
    (datetime.date(2026, 3, 31), datetime.date(2027, 3, 31))
    """
    return date(day.year + (day.month > 3), 3, 31)
