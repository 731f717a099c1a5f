"""Freedom of information: how many different people completed each course in 12, 24 and 36 months, and how often.

The periods lie inside one another, so the difference of two of them is a number of people as well. A row holds all
periods of a course: where any number in it, or any difference, is small, the published version holds back the whole of
it. Repeats stand beside people, since a difference of differences is of few people too: those trained in one year who
had been trained in another. So that few repeats do not hide how many were trained, each table holds all that the one
above it holds, and more: a row of it is shown only where those above it are.
"""

from dataclasses import replace
from datetime import date
from itertools import pairwise

from foundation.dates import add_months, day_after
from foundation.formats import long_date
from reports.domain.asking import Ask, Definition, Readers, Sources
from reports.domain.description import Column, Kind, Report, Row, Section, Table
from reports.domain.sources.training import CourseTrained

MONTHS = (12, 24, 36)
PEOPLE, COMPLETIONS, REPEATS = "people", "completions", "repeats"
_TITLES = {PEOPLE: "Different people", COMPLETIONS: "Attendances", REPEATS: "Repeat attendances"}
_COURSE = (Column("course", "Course", width=10), Column("title", "Title", width=20))
_EMPTY = "Nobody completed a course in these months."


def build(ask: Ask, sources: Sources) -> Report:
    """A row a course. An attendance is a completion that is believed, however the course was taken."""
    since = [day_after(add_months(ask.as_at, -months)) for months in MONTHS]
    found = list(sources.training.trained(since, ask.as_at))
    longest, every = MONTHS[-1:], tuple(_TITLES)
    says = "The same people may be in several rows and columns, so neither is added up."
    repeats = "Each attendance of a person after the first in a period is a repeat."
    tables = (
        _table("longest", f"People trained in {longest[0]} months", found, longest, (PEOPLE,), says),
        _table("periods", "People trained in each period", found, MONTHS, (PEOPLE,), says),
        _table("attendances", "People and attendances", found, MONTHS, every, f"{repeats} {says}"),
    )
    head = replace(
        ask.head(DEFINITION.title, sources, (), _days(since, ask.as_at)),
        population=_population(sources.narrowed_to),
    )
    return Report(DEFINITION.key, head, (Section("People trained", tables=tables),))


def _population(narrowed_to: str) -> str:
    """Whom the numbers are about: those trained while in post where the reader's record is narrowed to some places."""
    where = f" while in post at {narrowed_to}" if narrowed_to else ""
    return f"Everybody who completed a course{where}, those who have left since among them"


def _days(since: list[date], last: date) -> str:
    first = ", ".join(
        f"{months} months from {long_date(day)}" for months, day in zip(MONTHS, since, strict=True)
    )
    return f"{first}; each to {long_date(last)}."


def _table(
    key: str,
    title: str,
    found: list[CourseTrained],
    periods: tuple[int, ...],
    what: tuple[str, ...],
    note: str,
) -> Table:
    columns = tuple(
        Column(f"{one}_{months}", f"{_TITLES[one]}, {months} months", Kind.NUMBER, 8)
        for months in periods
        for one in what
    )
    rows: list[Row] = []
    for one in found:
        of_it = numbers(one)
        rows.append((one.course, one.title, *(of_it[column.key] for column in columns)))
    nested = tuple(
        (f"{one}_{longer}", f"{one}_{shorter}") for shorter, longer in pairwise(periods) for one in what
    )
    often = tuple(
        (f"{COMPLETIONS}_{months}", f"{PEOPLE}_{months}") for months in periods if COMPLETIONS in what
    )
    return Table(
        key, title, (*_COURSE, *columns), tuple(rows), note=note, empty=_EMPTY, inside=(*nested, *often)
    )


def numbers(one: CourseTrained) -> dict[str, int]:
    """The numbers of a course by the keys of their columns.

    >>> numbers(CourseTrained("WRAP", "WRAP", (5, 8, 8), (6, 10, 10)))["repeats_24"]
    2
    """
    found: dict[str, int] = {}
    for months, people, completions in zip(MONTHS, one.people, one.completions, strict=True):
        found |= {
            f"{PEOPLE}_{months}": people,
            f"{COMPLETIONS}_{months}": completions,
            f"{REPEATS}_{months}": completions - people,
        }
    return found


DEFINITION = Definition(
    "foi",
    "Freedom of information: people trained",
    "Different people trained in each course, and attendances, in the 12, 24 and 36 months up to the day.",
    Readers.FIGURES,
    build,
    shows_figures=False,
    place=60,
)
