"""Dates as people type them in three boxes, and the words for what is wrong with them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date

from foundation.formats import long_date

EARLIEST = date(1990, 1, 1)
LATEST = date(2099, 12, 31)
PARTS = ("day", "month", "year")
MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]


@dataclass(frozen=True, slots=True)
class TypedDay:
    """A date as typed in three boxes, and what became of it: a day, or an error and the boxes to mend."""

    name: str
    day: str
    month: str
    year: str
    value: date | None = None
    error: str | None = None
    wrong: tuple[str, ...] = ()

    @property
    def first_wrong(self) -> str | None:
        """The id of the first box that is wrong, to which the error summary leads."""
        return f"{self.name}-{self.wrong[0]}" if self.wrong else None


def shown_day(name: str, value: date) -> TypedDay:
    """A day as it stands in the boxes before anybody types."""
    return TypedDay(name, str(value.day), str(value.month), str(value.year), value)


def typed_day(name: str, label: str, typed: Mapping[str, str], default: date) -> TypedDay:
    """The day that a page is asked for: its three boxes, or `name` as YYYY-MM-DD; neither: the default.

    The wording of errors is that of the GOV.UK Design System, only the boxes that are wrong being marked.

    >>> typed_day("on", "Date", {"on-day": "31", "on-month": "6", "on-year": "2026"}, LATEST).error
    'Date must be a real date'
    >>> typed_day("on", "Date", {"on-day": "1", "on-month": "Dec", "on-year": "2026"}, LATEST).value
    datetime.date(2026, 12, 1)
    """
    day, month, year = (typed.get(f"{name}-{part}", "").strip()[:20] for part in PARTS)
    if not (day or month or year):
        return _from_address(name, label, typed.get(name, "").strip(), default)
    boxes = TypedDay(name, day, month, year)
    missing = tuple(part for part in PARTS if not getattr(boxes, part))
    if missing:
        return replace(boxes, error=f"{label} must include a {' and '.join(missing)}", wrong=missing)
    if not (year.isascii() and year.isdigit() and len(year) == 4):
        return replace(boxes, error="Year must include 4 numbers", wrong=("year",))
    try:
        value = date(int(year), _month(month), int(day))
    except (ValueError, OverflowError):
        return replace(boxes, error=f"{label} must be a real date", wrong=PARTS)
    return _in_range(label, replace(boxes, value=value), value)


def _from_address(name: str, label: str, text: str, default: date) -> TypedDay:
    if not text:
        return shown_day(name, default)
    try:
        value = date.fromisoformat(text)
    except ValueError:
        return TypedDay(name, "", "", "", error=f"{label} must be a real date", wrong=PARTS)
    return _in_range(label, shown_day(name, value), value)


def _month(text: str) -> int:
    short = text[:3].lower()
    return MONTHS.index(short) + 1 if short in MONTHS else int(text)


def _in_range(label: str, typed: TypedDay, value: date) -> TypedDay:
    if EARLIEST <= value <= LATEST:
        return typed
    limit = f"on or after {long_date(EARLIEST)}" if value < EARLIEST else f"before {LATEST.year + 1}"
    return replace(typed, value=None, error=f"{label} must be {limit}", wrong=PARTS)
