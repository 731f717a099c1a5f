"""Days and moments in cells. Only the forms of the interface are read, never month first, never guessed."""

import re
from datetime import date, datetime

from foundation.dates import LONDON
from foundation.formats import long_date
from foundation.tables.cells import CellError, refuse_other_digits, text_cell
from foundation.tables.wording import shown

EARLIEST = date(1940, 1, 1)
LATEST = date(2099, 12, 31)

_FORMS = "Use YYYY-MM-DD or DD/MM/YYYY."
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_ISO = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})\Z", re.ASCII)
_DAY_FIRST = re.compile(r"(\d{1,2})([/-])(\d{1,2})\2(\d{4})\Z", re.ASCII)
_MONTH_NAMED = re.compile(r"(\d{1,2}) ([A-Za-z]{3}) (\d{4})\Z", re.ASCII)
_SHORT_YEAR = re.compile(
    r"\d{1,2}[/.-](\d{1,2}|[A-Za-z]{3})[/.-]\d{2}\Z|\d{1,2} [A-Za-z]{3,9} \d{2}\Z", re.ASCII
)
_EXCEL_SERIAL = re.compile(r"\d{5}(\.\d+)?\Z", re.ASCII)
_MOMENT = re.compile(
    r"(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2}(?::\d{2})?)(?:[.,]\d{1,9})? ?(Z|z|[+-]\d{2}(?::?\d{2})?)?\Z",
    re.ASCII,
)


class MonthFirstError(CellError):
    """Read day first this is no date, read month first it is: the whole column may be American."""


def day_cell(cell: str, earliest: date = EARLIEST, latest: date = LATEST) -> date:
    """A day from `earliest` to `latest` (bind other limits with functools.partial).

    YYYY-MM-DD, DD/MM/YYYY, DD-MM-YYYY or DD Mon YYYY; the day part of an ISO time without an offset. Raises
    CellError for anything else, and MonthFirstError where only the American reading would be a date.

    >>> day_cell("3/4/2026"), day_cell("03 Apr 2026"), day_cell("2026-04-03T09:30")
    (datetime.date(2026, 4, 3), datetime.date(2026, 4, 3), datetime.date(2026, 4, 3))
    """
    text = text_cell(cell)
    moment = _MOMENT.match(text)
    if moment and not moment[3]:
        _time_of(moment)
        text = moment[1]
    return _day_of(text, earliest, latest)


def day_or_moment_cell(cell: str, earliest: date = EARLIEST, latest: date = LATEST) -> date:
    """A day as day_cell reads it, or an ISO moment with an offset, which falls on its Europe/London day.

    >>> day_or_moment_cell("2026-06-30T23:30:00Z")
    datetime.date(2026, 7, 1)
    """
    text = text_cell(cell)
    moment = _MOMENT.match(text)
    if not moment or not moment[3]:
        return day_cell(text, earliest, latest)
    _day_of(moment[1], earliest, latest)
    return _day_of(_london_day(_time_of(moment)).isoformat(), earliest, latest)


def _time_of(moment: re.Match[str]) -> datetime:
    offset = (moment[3] or "Z").upper()
    try:
        return datetime.fromisoformat(f"{moment[1]}T{moment[2]}{offset}")
    except ValueError:
        raise CellError(f"{shown(moment[0])} is not a real date and time.") from None


def _london_day(at: datetime) -> date:
    try:
        return at.astimezone(LONDON).date()
    except OverflowError:  # within hours of the first or last day of the calendar
        return at.date()


def _day_of(text: str, earliest: date, latest: date) -> date:
    refuse_other_digits(text)
    if found := _ISO.match(text):
        year, month, day = int(found[1]), int(found[2]), int(found[3])
    elif found := _DAY_FIRST.match(text):
        day, month, year = int(found[1]), int(found[3]), int(found[4])
        if 1 <= day <= 12 < month <= 31:
            raise MonthFirstError(
                f"{shown(text)} is not a real date. Use day/month/year, like {month}/{day:02}/{year}."
            )
    elif (found := _MONTH_NAMED.match(text)) and found[2].lower() in _MONTHS:
        day, month, year = int(found[1]), _MONTHS.index(found[2].lower()) + 1, int(found[3])
    else:
        raise CellError(_why_no_day(text))
    try:
        value = date(year, month, day)
    except ValueError:
        if earliest.year <= year <= latest.year:
            raise CellError(f"{shown(text)} is not a real date.") from None
        value = None
    if value is None or not earliest <= value <= latest:
        raise CellError(f"{shown(text)} must be between {long_date(earliest)} and {long_date(latest)}.")
    return value


def _why_no_day(text: str) -> str:
    if _SHORT_YEAR.match(text):
        return f"Use a four-digit year instead of {shown(text)}. {_FORMS}"
    if _EXCEL_SERIAL.match(text):
        return f"{shown(text)} looks like an Excel date number. Format the column as a date and export again."
    if _MOMENT.match(text):
        return f"{shown(text)} is a moment with a time zone. Give the day alone. {_FORMS}"
    if not re.search(r"\d", text):
        return f"{shown(text)} is not a date. Are the columns in the right order? {_FORMS}"
    return f"{shown(text)} is not a date in a form that is read here. {_FORMS}"
