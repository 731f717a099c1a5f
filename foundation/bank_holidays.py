"""The bank holidays of England, which the library `holidays` knows: substitute days and one-off ones included."""

from datetime import date
from functools import lru_cache

from holidays import country_holidays

_SATURDAY = 5


@lru_cache(maxsize=64)
def bank_holidays(year: int) -> frozenset[date]:
    """The bank holidays of one year."""
    return frozenset(country_holidays("GB", subdiv="ENG", years=year))


def is_bank_holiday(day: date) -> bool:
    """Whether a day is a bank holiday.

    >>> is_bank_holiday(date(2026, 12, 25)), is_bank_holiday(date(2026, 12, 24))
    (True, False)
    """
    return day in bank_holidays(day.year)


def is_working_day(day: date) -> bool:
    """Whether offices are open on a day: Monday to Friday, and no bank holiday.

    >>> [is_working_day(date(2026, 12, day)) for day in (24, 25, 27, 28, 29)]
    [True, False, False, False, True]
    """
    return day.weekday() < _SATURDAY and not is_bank_holiday(day)
