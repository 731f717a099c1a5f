"""How figures change from day to day: the steps that people's spans make, and the totals they run up to.

The counts of a figure travel as one whole number, 32 bits for each, so that counting a person in or out is one addition
for each day on which something changes (docs/adr/0004). Steps may be negative; totals are what they add up to.
"""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from struct import Struct

from compliance.domain.figures import COUNT_NAMES
from compliance.domain.spans import REQUIRED_STATUSES, Span, Status
from foundation.dates import FAR_DAY, Period, day_after

Steps = dict[date, int]
"""By how much the counts change on a day against the day before, packed."""

_BITS = 32
_LAYOUT = Struct(f"<{len(COUNT_NAMES)}i")
_SIGNS = sum(1 << (_BITS * (place + 1) - 1) for place in range(len(COUNT_NAMES)))


def packed(counts: Sequence[int]) -> int:
    """Counts in the order of COUNT_NAMES as one number.

    >>> unpacked(packed([0, 0, 0, -2, 0, 0, 0, 1, 0]) + packed([0, 0, 0, 5, 0, 0, 0, -1, 0]))
    (0, 0, 0, 3, 0, 0, 0, 0, 0)
    """
    return sum(count << (_BITS * place) for place, count in enumerate(counts))


def unpacked(number: int) -> tuple[int, ...]:
    """The counts in a packed number."""
    # Adding the sign bits makes every count positive, so that none borrows from the next; flipping them back leaves
    # each as a machine integer.
    return _LAYOUT.unpack(((number + _SIGNS) ^ _SIGNS).to_bytes(_LAYOUT.size, "little"))


def _one(status: Status, covered: bool) -> int:
    return packed([int(name == status.value or (covered and name == "covered")) for name in COUNT_NAMES])


_ONE: dict[Status, tuple[int, int]] = {
    status: (_one(status, False), _one(status, True)) for status in REQUIRED_STATUSES
}
_IN_ALL, _NOT_IN_ALL = _one(Status.COMPLIANT, False), _one(Status.OUTSTANDING, False)


def steps_of(spans: Iterable[Span], periods: Sequence[Period] | None = None) -> Steps:
    """The steps of one person's spans; with `periods`, of the part of them on those days."""
    found: Steps = {}
    for span in spans:
        one = _ONE[span.status][span.covered]
        for first, last in _parts(span, periods):
            found[first] = found.get(first, 0) + one
            if last != FAR_DAY:
                after = day_after(last)
                found[after] = found.get(after, 0) - one
    return found


def _parts(span: Span, periods: Sequence[Period] | None) -> Iterable[tuple[date, date]]:
    if periods is None:
        return ((span.first_day, span.last_day),)
    whole = Period(span.first_day, span.last_day)
    return [(meet.first, meet.last) for period in periods if (meet := whole.meet(period)) is not None]


def in_everything(steps: Iterable[Steps]) -> Steps:
    """The people-based figure (counting rule 7) of one person: compliant in all counted requirements, or not in all.

    `steps` are those of each requirement. Counted and compliant in all is kept as `compliant`, else `outstanding`.
    """
    together: Steps = {}
    for of_requirement in steps:
        for day, step in of_requirement.items():
            together[day] = together.get(day, 0) + step
    found: Steps = {}
    total = before = 0
    for day in sorted(together):
        total += together[day]
        now = 0
        if total & _COUNTED_BITS:
            now = _NOT_IN_ALL if total & _MISSING_BITS else _IN_ALL
        if now != before:
            found[day] = now - before
            before = now
    return found


def _bits(statuses: Iterable[Status]) -> int:
    # One person's totals are never negative, so a count is there exactly when one of its bits is set.
    places = [COUNT_NAMES.index(status.value) for status in statuses]
    return sum(((1 << _BITS) - 1) << (_BITS * place) for place in places)


_COUNTED_BITS = _bits(status for status in REQUIRED_STATUSES if status.is_counted)
_MISSING_BITS = _bits(status for status in REQUIRED_STATUSES if status.is_counted and not status.is_compliant)


def add_steps(to: Steps, steps: Mapping[date, int], sign: int = 1) -> None:
    """Count steps in (sign 1) or out (sign -1)."""
    for day, step in steps.items():
        to[day] = to.get(day, 0) + sign * step


def by_month(steps: Mapping[date, int], ends: Sequence[date]) -> Steps:
    """The same steps gathered on the first of some month ends on or after each; those after the last are left out."""
    found: Steps = {}
    for day, step in steps.items():
        place = bisect_left(ends, day)
        if place < len(ends):
            found[ends[place]] = found.get(ends[place], 0) + step
    return found


def totals(steps: Mapping[date, int], ends: Sequence[date]) -> Iterator[tuple[date, tuple[int, ...]]]:
    """The totals at each of these month ends that are not nought. `steps` come from `by_month`."""
    total = 0
    counts: tuple[int, ...] = ()
    for place in range(bisect_left(ends, min(steps, default=FAR_DAY)), len(ends)):
        step = steps.get(ends[place], 0)
        if step:
            total += step
            counts = unpacked(total)
        if total:
            yield ends[place], counts
