"""Drawing days from the neighbourhood of the days drawn before, so that boundaries meet."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import TypeVar

from hypothesis import strategies as st

from tests.oracle.reading import add_months

T = TypeVar("T")

ANCHORS = (
    date(2023, 4, 1),
    date(2024, 2, 29),
    date(2023, 8, 31),
    date(2024, 12, 31),
    date(2023, 2, 28),
    date(2024, 3, 31),
    date(2020, 2, 29),
    date(2024, 10, 27),
)
OFFSETS = (
    *(0, 0, 0, 0, 1, -1, 1, -1, 2, -2, 7, 28, 30, 31, -28, -30, -31),
    *(60, 61, -60, 90, 91, -90, -91, 365, -365, -366),
)
MONTHS = (1, 2, 6, 12, 24)


@dataclass
class Draw:
    """Draws values, and days from the neighbourhood of the days drawn before."""

    draw: st.DrawFn
    first: date
    last: date
    days: list[date] = field(default_factory=list)

    def one_of(self, values: tuple[T, ...]) -> T:
        return self.draw(st.sampled_from(values))

    def count(self, least: int, most: int) -> int:
        return self.draw(st.integers(least, most))

    def chance(self, one_in: int) -> bool:
        """True once in so many times; shrinks to False."""
        return self.draw(st.integers(0, one_in - 1)) == one_in - 1

    def some(self, values: tuple[T, ...], least: int = 0) -> tuple[T, ...]:
        return tuple(self.draw(st.lists(st.sampled_from(values), min_size=least, unique=True)))

    def day(self, least: date | None = None, most: date | None = None) -> date:
        near = self.one_of(tuple(self.days) or ANCHORS)
        day = add_months(near, self.one_of(MONTHS)) if self.chance(4) else near
        day += timedelta(days=self.one_of(OFFSETS))
        low, high = max(least or self.first, self.first), min(most or self.last, self.last)
        if not low <= day <= high:
            day = low + timedelta(days=self.one_of((0, 1, 30, 31, 59)))
            day = max(min(day, high), low)
        self.days.append(day)
        return day

    def maybe_day(self, one_in: int, least: date | None = None) -> date | None:
        return self.day(least) if self.chance(one_in) else None

    def period(self, one_in: int) -> tuple[date | None, date | None]:
        """Mostly no limits at all; sometimes a first day, a last day or both."""
        first_day = self.maybe_day(one_in)
        return first_day, self.maybe_day(one_in, first_day)
