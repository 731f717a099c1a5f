"""The moment whose knowledge a page uses, as typed: a date and perhaps a time (counting rule 1, `known at`)."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta

from foundation.clock import LONDON
from foundation.formats import long_date
from people.forms.typed_day import TypedDay, typed_day

AT = "%Y-%m-%dT%H:%M"
"""How a moment with a time stands in an address, in London time; without one it is the day alone."""


@dataclass(frozen=True, slots=True)
class TypedMoment:
    """A date and a time as typed, and the moment that they mean; None: as the record stands now."""

    name: str
    day: TypedDay
    time: str = ""
    value: datetime | None = None
    time_error: str | None = None

    @property
    def error(self) -> str | None:
        return self.day.error or self.time_error

    @property
    def first_wrong(self) -> str | None:
        """The id of the box to which the error summary leads."""
        return self.day.first_wrong or (f"{self.name}-time" if self.time_error else None)

    @property
    def address(self) -> str | None:
        """The same in the address of a link."""
        if self.value is None or self.day.value is None:
            return None
        return self.value.astimezone(LONDON).strftime(AT) if self.time else self.day.value.isoformat()

    @property
    def words(self) -> str:
        """The moment in words, to follow "as the record stood"."""
        if self.value is None or self.day.value is None:
            return ""
        if not self.time:
            return f"at the end of {long_date(self.day.value)}"
        return f"at {clock_words(self.value.astimezone(LONDON).time())} on {long_date(self.day.value)}"


def clock_words(moment: time) -> str:
    """A time of day as GOV.UK writes it.

    >>> clock_words(time(14, 30)), clock_words(time(9)), clock_words(time(0, 5)), clock_words(time(12))
    ('2:30pm', '9am', '12:05am', '12pm')
    """
    hour = moment.hour % 12 or 12
    minutes = f":{moment.minute:02}" if moment.minute else ""
    return f"{hour}{minutes}{'am' if moment.hour < 12 else 'pm'}"


def typed_moment(name: str, typed: Mapping[str, str], now: datetime) -> TypedMoment:
    """The moment that a page is asked about: boxes, or `name` as YYYY-MM-DD or YYYY-MM-DDTHH:MM; neither: now.

    A day without a time means its end. A moment to come is an error, as nobody knows what the record will say then, but
    the rest of today is now.
    """
    today = now.astimezone(LONDON).date()
    in_address = typed.get(name, "").strip()
    day_part, _, time_part = in_address.partition("T")
    wanted_time = typed.get(f"{name}-time", "").strip()[:20] or time_part[:20]
    boxes = {key: text for key, text in typed.items() if key.startswith(f"{name}-")} | {name: day_part}
    nothing = not day_part and not any(
        typed.get(f"{name}-{part}", "").strip() for part in ("day", "month", "year")
    )
    if nothing:
        empty = TypedMoment(name, TypedDay(name, "", "", ""), wanted_time)
        return replace(empty, time_error="Enter the date that the time belongs to") if wanted_time else empty
    day = typed_day(name, "Date", boxes, today)
    found = TypedMoment(name, day, wanted_time)
    if day.value is None:
        return found
    at = _time(wanted_time)
    if wanted_time and at is None:
        return replace(found, time_error="Time must be like 9:30 or 14:30")
    if day.value > today or (at is not None and datetime.combine(day.value, at, LONDON) > now):
        return replace(
            found, day=replace(day, error="Date must be today or in the past", wrong=("day", "month", "year"))
        )
    if at is None:
        return found if day.value == today else replace(found, value=end_of(day.value))
    return replace(found, value=datetime.combine(day.value, at, LONDON))


def end_of(day: date) -> datetime:
    """The last moment of a day in London."""
    return datetime.combine(day + timedelta(days=1), time(), LONDON) - timedelta(microseconds=1)


def _time(text: str) -> time | None:
    """Hours and minutes as people type them: 14:30, 9.30, 0930."""
    digits = text.replace(".", ":")
    hour, colon, minute = digits.partition(":") if ":" in digits else (digits[:-2], ":", digits[-2:])
    parts = (hour, minute)
    if not colon or not all(part.isascii() and part.isdigit() for part in parts) or len(minute) != 2:
        return None
    try:
        return time(int(hour), int(minute))
    except ValueError:
        return None
