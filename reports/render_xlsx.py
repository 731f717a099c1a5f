"""A report as an Excel workbook: a cover and a sheet a table, written a row at a time. The only renderer of XlsxWriter.

Texts stay texts, never formulas or links (promise S14). The same report gives the same bytes.
"""

import io
from collections.abc import Callable, Sequence, Set
from datetime import UTC, date, datetime
from tempfile import TemporaryDirectory
from typing import Any, BinaryIO

import xlsxwriter

from foundation.errors import DomainError
from foundation.tables import text_for_excel
from reports.domain.description import Cell, Kind, Percent, Points, Report, Row, Table
from reports.domain.sheets import COVER, cover_lines, sheets

_MOST_ROWS = 1_048_576
_LETTERS_A_WIDTH = 1.3
_TEXTS = frozenset({str, type(None)})
_NUMBERS = frozenset({int, type(None)})
_OPTIONS = {
    "constant_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}


def xlsx_of(report: Report) -> bytes:
    """The workbook. Raises DomainError where a table has more rows than a sheet can hold."""
    made = io.BytesIO()
    write_xlsx(report, made)
    return made.getvalue()


def write_xlsx(report: Report, out: BinaryIO) -> None:
    """Write the workbook; of a long list no more than a block of rows is in memory.

    What is written so far waits in files of its own, in a folder that goes with them, also where writing fails.
    Raises DomainError where a table has more rows than a sheet can hold.
    """
    with (
        TemporaryDirectory(prefix="report-") as folder,
        xlsxwriter.Workbook(out, {**_OPTIONS, "tmpdir": folder}) as book,
    ):
        head = report.head
        # A workbook says when it was made; that is when the report was.
        created = head.made_at.astimezone(UTC).replace(tzinfo=None)
        book.set_properties({"title": head.title, "author": head.council, "created": created})
        formats = _Formats(book)
        cover = book.add_worksheet(COVER)
        cover.set_column(0, 0, 34)
        cover.set_column(1, 1, 100)
        cover.write_string(0, 0, head.title, formats.title)
        cover.write_string(1, 0, head.council)
        for line, (words, says) in enumerate(cover_lines(report), start=3):
            cover.write_string(line, 0, words, formats.heading)
            cover.write_string(line, 1, text_for_excel(says), formats.wrapped)
        for name, table in sheets(report):
            _write(book.add_worksheet(name), table, formats)


class _Formats:
    """How cells look."""

    def __init__(self, book: Any) -> None:
        self.title = book.add_format({"bold": True, "font_size": 16})
        self.heading = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        self.wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        self.day = book.add_format({"num_format": "dd/mm/yyyy"})
        self.number = book.add_format({"num_format": "#,##0"})
        self.percent = book.add_format({"num_format": "0.0"})
        self.right = book.add_format({"align": "right"})


def _write(sheet: Any, table: Table, formats: _Formats) -> None:
    """A table from the upper left corner on, one row of headings, no merged cells and no empty rows."""
    sheet.freeze_panes(1, 0)
    line = 0
    for some in table.blocks():
        if not line:
            _headings(sheet, table, some if table.is_long else table.rows, formats)
        writers = [
            _writer(sheet, frozenset(map(type, cells)), column.kind, formats)
            for cells, column in zip(zip(*some, strict=True), table.columns, strict=True)
        ]
        for line, row in enumerate(some, start=line + 1):  # noqa: B020 -- it goes on where the last block ended
            if line >= _MOST_ROWS:
                raise DomainError(f"A sheet holds at most {_MOST_ROWS - 1:,} rows. Choose CSV.")
            for at, cell in enumerate(row):
                writers[at](line, at, cell)
    if not line:
        _headings(sheet, table, (), formats)
        sheet.write_string(1, 0, table.empty)


def _headings(sheet: Any, table: Table, rows: Sequence[Row], formats: _Formats) -> None:
    """The first row, before all others, as a workbook written row by row asks."""
    for at, column in enumerate(table.columns):
        sheet.set_column(at, at, max(9, column.width * _LETTERS_A_WIDTH))
        unit = " (%)" if any(type(row[at]) is Percent for row in rows) else ""
        sheet.write_string(0, at, column.title + unit, formats.heading)


def _writer(sheet: Any, types: Set[type], kind: Kind, formats: _Formats) -> Callable[[int, int, Any], None]:
    """What writes the cells of a column that holds nothing but these types."""
    if types <= _TEXTS:
        put_text, look = sheet.write_string, formats.right if kind is Kind.NUMBER else None

        def text(line: int, at: int, cell: str | None) -> None:
            if cell:
                put_text(line, at, text_for_excel(cell), look)

        return text
    if types <= _NUMBERS:
        put_number, number_look = sheet.write_number, formats.number

        def number(line: int, at: int, cell: int | None) -> None:
            if cell is not None:
                put_number(line, at, cell, number_look)

        return number
    return lambda line, at, cell: _cell(sheet, line, at, cell, kind, formats)


def _cell(sheet: Any, line: int, at: int, cell: Cell, kind: Kind, formats: _Formats) -> None:
    if cell is None or cell == "":
        return
    if isinstance(cell, Percent):
        if cell.tenths is not None:
            sheet.write_number(line, at, cell.tenths / 10, formats.percent)
        else:
            sheet.write_string(line, at, str(cell), formats.right)
    elif isinstance(cell, Points):
        sheet.write_number(line, at, cell.tenths / 10, formats.percent)
    elif isinstance(cell, int):
        sheet.write_number(line, at, cell, formats.number)
    elif isinstance(cell, datetime):
        sheet.write_string(line, at, cell.isoformat(timespec="minutes"))
    elif isinstance(cell, date):
        if cell.year >= 1900:
            sheet.write_datetime(line, at, cell, formats.day)
        else:
            sheet.write_string(line, at, cell.isoformat())
    else:
        look = formats.right if kind is Kind.NUMBER else None
        sheet.write_string(line, at, text_for_excel(str(cell)), look)
