"""When the statements about a workshop can be answered. Pure.

Before: until the day on which it is held. After: from that day until two weeks after the register was closed, which is
when people are asked. Later: four weeks from the day six months after it.
"""

from dataclasses import dataclass
from datetime import date, timedelta

from courses.domain.evaluation import LATER_MONTHS, When
from foundation.dates import FAR_DAY, FIRST_DAY, add_days, add_months, day_after

AFTER_LASTS = timedelta(days=14)
LATER_LASTS = timedelta(days=27)
"""With the day on which people are asked, four weeks."""


@dataclass(frozen=True, slots=True)
class Window:
    """The days on which statements can be answered, both inside. Until people have been asked there is no last day."""

    first_day: date
    last_day: date

    def is_open(self, day: date) -> bool:
        """Whether it can be answered on a day."""
        return self.first_day <= day <= self.last_day

    def is_over(self, day: date) -> bool:
        """Whether nobody can answer any more, so that the answers may be shown."""
        return day > self.last_day

    @property
    def shown_from(self) -> date | None:
        """The first day on which answers may be shown; None where that is not known yet."""
        return None if self.last_day == FAR_DAY else day_after(self.last_day)


def window(when: When, held_on: date, closed_on: date | None) -> Window:
    """When a workshop that is held on a day can be answered about; `closed_on`: when its register was first closed.

    >>> window(When.AFTER, date(2026, 12, 1), date(2026, 12, 3)).last_day
    datetime.date(2026, 12, 17)
    """
    if when is When.BEFORE:
        return Window(FIRST_DAY, held_on)
    if when is When.AFTER:
        asked_on = None if closed_on is None else max(held_on, closed_on)
        return Window(held_on, FAR_DAY if asked_on is None else add_days(asked_on, AFTER_LASTS.days))
    first = add_months(held_on, LATER_MONTHS)
    return Window(first, add_days(first, LATER_LASTS.days))
