"""When a report goes out by itself: ends of months, quarters and years, and which of them are due. Pure."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from foundation.dates import (
    add_months,
    day_after,
    day_before,
    financial_year_end,
    month_ends,
    quarter_ends,
)
from reports.domain.commentary import BY_REQUIREMENT, is_commented
from reports.domain.description import Format

FILE_FORMATS = (Format.PDF, Format.XLSX, Format.ODS, Format.CSV)
"""What a message may carry. A web page in a message is what mail programs take for a trick."""
LARGEST_FILE = 5_000_000
"""Bytes. What is larger is refused by many mail servers, once it has grown by a third on its way."""
MOST_RECIPIENTS = 40
LONGEST_ADDRESS = 254
COMMENTARY_DAYS = 10
"""Days after the end of a period in which its commentary can be written: a kept report takes in none afterwards."""
SAID_AHEAD_MONTHS = 12
"""A schedule begins within so many months: a year that was mistyped would never send anything, and never say so."""


class Every(StrEnum):
    """How often a report is kept and sent: at the end of each of these."""

    MONTH = "month"
    QUARTER = "quarter"
    """Of the financial year: the ends of June, September, December and March."""
    YEAR = "year"
    """The financial year: 31 March."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What somebody asks for: which report, how often, to whom, from which day on.

    `form`: the format of a file that goes with the message; None: a link to sign in for. `unit_id`: the organisation or
    unit that the report is of; None: everybody.
    """

    report: str
    every: Every
    form: Format | None
    recipients: tuple[str, ...]
    first_day: date
    unit_id: int | None = None


@dataclass(frozen=True, slots=True)
class Schedule:
    """A schedule as it stands. `issued_to`: the last day of the period that was kept last; None: none was yet."""

    id: int
    public_id: str
    wanted: Wanted
    issued_to: date | None = None


@dataclass(frozen=True, slots=True)
class Due:
    """The period that is to be kept and sent, by its last day, and those before it that nobody sent in time."""

    last_day: date
    passed_over: tuple[date, ...] = ()


def ends(every: Every, first: date, last: date) -> Iterator[date]:
    """The last days of the periods that end from `first` to `last`, both inside.

    >>> list(ends(Every.QUARTER, date(2027, 12, 31), date(2028, 4, 1)))
    [datetime.date(2027, 12, 31), datetime.date(2028, 3, 31)]
    """
    if every is Every.MONTH:
        return month_ends(first, last)
    if every is Every.QUARTER:
        return quarter_ends(first, last)
    return (end for end in month_ends(first, last) if end == financial_year_end(end))


def waits_days(report: str) -> int:
    """How many whole days go by between the end of a period and the day on which its report goes out.

    >>> waits_days("targets"), waits_days("directorates")
    (10, 0)
    """
    return COMMENTARY_DAYS if is_commented(report) else 0


def commentary_in(report: str) -> tuple[str, ...]:
    """The reports whose commentary stands in this one: its own, and that of the reports it is put together from.

    >>> commentary_in("annual")
    ('annual', 'targets')
    """
    return (report, *sorted(BY_REQUIREMENT)) if report == "annual" else (report,)


def goes_on(last_day: date, waits_days: int) -> date:
    """The day on which the report of a period goes out.

    >>> goes_on(date(2026, 9, 30), 0), goes_on(date(2026, 9, 30), 10)
    (datetime.date(2026, 10, 1), datetime.date(2026, 10, 11))
    """
    return day_after(last_day) + timedelta(days=waits_days)


def wait_words(report: str) -> str:
    """Why a report waits, for whoever schedules it; empty where it does not."""
    days = waits_days(report)
    return (
        f"It goes out {days} full days after the period ends, so that there is time for commentary."
        if days
        else ""
    )


def last_to_go(today: date, waits_days: int) -> date:
    """The last day that a period may end on for its report to go out today."""
    return day_before(today) - timedelta(days=waits_days)


def due(
    every: Every, first_day: date, issued_to: date | None, today: date, waits_days: int = 0
) -> Due | None:
    """What is due today: periods that have waited long enough, are not before the first day, and were not kept yet.

    Of several only the latest is sent, so that nobody gets three reports on the morning on which the service is back;
    the others are named, so that none is left out without a word. None where nothing is due.

    >>> due(Every.MONTH, date(2028, 1, 5), date(2028, 1, 31), date(2028, 3, 1))
    Due(last_day=datetime.date(2028, 2, 29), passed_over=())
    """
    after = first_day if issued_to is None else max(first_day, day_after(issued_to))
    over = list(ends(every, after, last_to_go(today, waits_days)))
    return Due(over[-1], tuple(over[:-1])) if over else None


def next_end(every: Every, first_day: date, issued_to: date | None, today: date, waits_days: int = 0) -> date:
    """The last day of the period that is sent next; `goes_on` says when. It may be over, and wait."""
    found = due(every, first_day, issued_to, today, waits_days)
    if found is not None:
        return found.last_day
    waiting = day_after(last_to_go(today, waits_days))
    after = max(first_day, waiting, waiting if issued_to is None else day_after(issued_to))
    return next(ends(every, after, add_months(after, 13)))


def begun(every: Every, asked: date, today: date, waits_days: int = 0) -> date:
    """The first day of a schedule that is made today: of the reports that would have gone out by then, the last goes.

    Earlier ones were never promised to anybody, and are not called missed.

    >>> today = date(2026, 11, 22)
    >>> begun(Every.MONTH, date(2025, 1, 1), today), begun(Every.MONTH, date(2026, 11, 2), today)
    (datetime.date(2026, 10, 31), datetime.date(2026, 11, 2))
    """
    over = list(ends(every, asked, last_to_go(today, waits_days)))
    return over[-1] if over else asked


def first_after_change(first_day: date, issued_to: date | None) -> date:
    """From which day a schedule that takes the place of another sends: nothing that was sent is sent again."""
    return first_day if issued_to is None else max(first_day, day_after(issued_to))


def addresses_in(text: str) -> tuple[str, ...]:
    """Addresses as somebody types them, one a line, each once, in small letters as accounts are known by.

    >>> addresses_in("Sam@council.example\\n\\n ola@council.example \\nsam@council.example")
    ('sam@council.example', 'ola@council.example')
    """
    # Of lines alone, and of no other sign that ends one somewhere: what is left in an address makes it a wrong one.
    typed = (line.strip(" \t\r").lower() for line in text.split("\n"))
    return tuple(dict.fromkeys(one for one in typed if one))


def takes_files(mail_url: str) -> bool:
    """Whether messages may carry files: GOV.UK Notify takes none with them (MAIL_URL)."""
    return not mail_url.startswith("notify")


def sentence(every: Every, form: Format | None) -> str:
    """How often, and as what.

    >>> sentence(Every.QUARTER, Format.PDF)
    'Every quarter of the financial year, as a PDF file'
    """
    return f"{EVERY_WORDS[every]}, {FORM_WORDS[form]}"


EVERY_WORDS = {
    Every.MONTH: "Every month",
    Every.QUARTER: "Every quarter of the financial year",
    Every.YEAR: "Every financial year",
}
FORM_WORDS: dict[Format | None, str] = {
    None: "as a link to sign in for",
    Format.PDF: "as a PDF file",
    Format.XLSX: "as an Excel (XLSX) file",
    Format.ODS: "as an OpenDocument (ODS) file",
    Format.CSV: "as a CSV file",
}


def left_out(now: Collection[str], before: Collection[str]) -> list[str]:
    """Who got it and does not any more, in order."""
    return sorted(set(before) - set(now))
