"""Name list: everybody who is required on the day, a row a person and requirement, however many there are."""

from collections.abc import Iterator
from datetime import date

from compliance.wording import STATUS_WORDS
from foundation.dates import FAR_DAY
from reports.domain.asking import Ask, Definition, Readers, Sources, Standing
from reports.domain.columns import PERSON, person_cells
from reports.domain.description import Column, Kind, Report, Row, Rows, Says, Section, Table

COLUMNS = (
    *PERSON,
    Column("requirement", "Requirement", width=12),
    Column("status", "Status", width=11),
    Column("counted", "Counted", Kind.NUMBER, 8),
    Column("in_date", "In date", Kind.NUMBER, 6),
    Column("due_on", "Due by", Kind.DAY, 10),
    Column("course", "Course", width=9),
    Column("completed_on", "Completed", Kind.DAY, 10),
    Column("valid_until", "Valid until", Kind.DAY, 10),
    Column("why", "Why", width=26, says=Says.PERSON),
)


def build(ask: Ask, sources: Sources) -> Report:
    """Everybody by staff number and requirement. The numbers in "Counted" and "In date" add up to the figures."""

    def rows() -> Iterator[Row]:
        return map(row_of, sources.people(ask.as_at))

    table = Table(
        "people",
        "Everybody who is required",
        COLUMNS,
        Rows(rows),
        note="A row a person and requirement. Counted and in date are 1 or 0, so that they add up to the figures.",
        empty="Nobody is required on this day.",
    )
    head = ask.head(DEFINITION.title, sources, sources.figures(ask.as_at))
    return Report(DEFINITION.key, head, (Section("People", tables=(table,)),))


def row_of(one: Standing) -> Row:
    """How one person stands with one requirement. Kept reports keep the people behind them in the same way."""
    span = one.span
    return (
        *person_cells(one),
        one.requirement,
        STATUS_WORDS[span.status],
        int(span.status.is_counted),
        int(span.status.is_compliant),
        _known(span.due_on),
        span.course,
        span.completed_on,
        _known(span.valid_until),
        one.why,
    )


def _known(day: date | None) -> date | None:
    """The day; nothing where there is no end."""
    return None if day == FAR_DAY else day


DEFINITION = Definition(
    "people",
    "Name list",
    "Everybody who is required, by name: status, dates and why. Choose Excel (XLSX) or CSV for a long list.",
    Readers.PEOPLE,
    build,
    is_publishable=False,
    place=20,
    takes_part=True,
    is_streamed=True,
)
