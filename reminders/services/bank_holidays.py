"""On which days reminders may leave in England: the bank holidays of `foundation.bank_holidays`."""

from datetime import date

from foundation.bank_holidays import is_bank_holiday
from reminders.domain.workdays import working_days


class _EveryYear:
    """The bank holidays of all years, each looked up when it is first asked for."""

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and is_bank_holiday(day)


is_working_day = working_days(_EveryYear())
"""Whether reminders may leave on a day in England: Monday to Friday, and no bank holiday."""
