"""A report as one CSV file: its head as pairs, then each table under its title, parted by empty lines.

Days are written as YYYY-MM-DD and numbers without signs or separators, so that other programs read them. A long list
is written while it is read.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime

from foundation.tables import csv_pieces
from reports.domain.description import Cell, Percent, Points, Report, Row, Table

Plain = str | int | float | date | None
_AS_THEY_ARE = frozenset({str, int, date, type(None)})
"""What the writer of CSV writes as it should be by itself."""


def csv_of(report: Report) -> Iterator[str]:
    """The file in pieces, guarded against being run by a spreadsheet (promise S14)."""
    head = report.head
    return csv_pieces(_lines(report), [head.title, head.council])


def _lines(report: Report) -> Iterator[Sequence[Plain]]:
    yield from report.head.lines()
    for section in report.sections:
        for paragraph in section.paragraphs:
            yield []
            yield [paragraph]
        for table in section.tables:
            yield from _table(table)


def _table(table: Table) -> Iterator[Sequence[Plain]]:
    yield []
    yield [table.title]
    if table.note:
        yield [table.note]
    yield [column.title for column in table.columns]
    is_empty = True
    for some in table.blocks():
        is_empty = False
        yield from plain_rows(some)
    if is_empty:
        yield [table.empty]


def plain_rows(rows: Sequence[Row]) -> Iterator[Sequence[Plain]]:
    """Rows with every cell as other programs read it. Which columns need changing is seen for all rows at once."""
    places = [
        at
        for at, cells in enumerate(zip(*rows, strict=True))
        if not _AS_THEY_ARE.issuperset(map(type, cells))
    ]
    for row in rows:
        if not places:
            yield row  # type: ignore[misc]  # every cell is of a type in _AS_THEY_ARE
            continue
        cells: list[Cell | float] = list(row)
        for at in places:
            cells[at] = plain(row[at])
        yield cells  # type: ignore[misc]  # likewise


def plain(cell: Cell) -> Plain:
    """A cell for other programs: a percentage as a number with one decimal, empty where nobody is counted.

    >>> plain(date(2026, 12, 1)), plain(Percent(87, 95)), plain(Percent(0, 0)), plain(Points(-5))
    ('2026-12-01', 91.5, '', -0.5)
    """
    if cell is None:
        return ""
    if isinstance(cell, int):
        return cell
    if isinstance(cell, Percent):
        return "" if cell.tenths is None else cell.tenths / 10
    if isinstance(cell, Points):
        return cell.tenths / 10
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="minutes")
    return cell.isoformat() if isinstance(cell, date) else str(cell)
