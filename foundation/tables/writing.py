"""Writing tables: CSV that Excel opens rightly and never runs, XLSX without live formulas (promise S14)."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from itertools import chain, islice
from typing import Any, BinaryIO, TextIO, cast

import xlsxwriter

from foundation.errors import DomainError
from foundation.tables.columns import mending_names
from foundation.tables.guard import guarded_row, may_run, unguarded
from foundation.tables.table import Row, Table

BOM = "\ufeff"
"""Without it Excel takes a CSV file for Windows-1252."""
_ROWS_AT_ONCE = 500
_MOST_ROWS_IN_EXCEL = 1_048_575
_LONGEST_CELL_IN_EXCEL = 32_767


def csv_pieces(rows: Iterable[Sequence[Any]], headers: Sequence[str]) -> Iterator[str]:
    """A CSV file in pieces of some hundred rows, for a response that is sent while it is made.

    Texts that a spreadsheet would run are guarded; reading a table takes the guard off again.

    >>> "".join(csv_pieces([["=1+1", 7]], ["name", "count"]))
    "\\ufeffname,count\\r\\n'=1+1,7\\r\\n"
    """
    every = chain([headers], rows)
    beginning = BOM
    while some := list(islice(every, _ROWS_AT_ONCE)):
        piece = _csv(some)
        if may_run(piece, len(some)):
            piece = _csv(map(guarded_row, some))
        yield beginning + piece
        beginning = ""


def _csv(rows: Iterable[Sequence[Any]]) -> str:
    piece = io.StringIO(newline="")
    csv.writer(piece).writerows(rows)
    return piece.getvalue()


def write_csv(rows: Iterable[Sequence[Any]], headers: Sequence[str], stream: TextIO | BinaryIO) -> None:
    """Write CSV, UTF-8 with BOM, guarded. A text stream must have been opened with newline="", as UTF-8."""
    for piece in csv_pieces(rows, headers):
        if isinstance(stream, io.TextIOBase):
            stream.write(piece)
        else:
            cast(BinaryIO, stream).write(piece.encode())


def write_set_aside(table: Table, stream: TextIO | BinaryIO, rows: Iterable[Row] | None = None) -> None:
    """Write the rows that were set aside as a CSV file to mend and load again.

    The columns that were read, under the headings of the file, and where and why; the latter are ignored when
    the mended file is loaded. Unknown columns are left out: they were not kept.
    """
    chosen = table.rows if rows is None else rows
    headers = [*table.layout.headers, *mending_names(list(table.layout.titles))]
    write_csv((_set_aside(row) for row in chosen if row.problems), headers, stream)


def _set_aside(row: Row) -> list[str]:
    reasons = [
        f"{problem.column}: {problem.message}" if position and problem.column else problem.message
        for position, problem in enumerate(row.problems)
    ]
    return [*map(unguarded, row.cells), str(row.line), row.problems[0].column, " ".join(reasons)]


def write_xlsx(
    rows: Iterable[Sequence[Any]], headers: Sequence[str], stream: BinaryIO, sheet_name: str = "Sheet1"
) -> None:
    """Write a workbook of one sheet, a row at a time. Texts stay texts, never formulas or links.

    Raises DomainError when there are more rows than a sheet can hold.
    """
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
        "nan_inf_to_errors": True,
    }
    made = io.BytesIO()  # the stream stays untouched when the rows fail half-way
    with xlsxwriter.Workbook(made, options) as book:
        heading = book.add_format({"bold": True})
        day = book.add_format({"num_format": "dd/mm/yyyy"})
        sheet = book.add_worksheet(sheet_name)
        sheet.freeze_panes(1, 0)
        for column, header in enumerate(headers):
            sheet.write_string(0, column, header, heading)
        for line, row in enumerate(rows, start=1):
            if line > _MOST_ROWS_IN_EXCEL:
                raise DomainError(f"A sheet holds at most {_MOST_ROWS_IN_EXCEL:,} rows. Choose CSV.")
            for column, value in enumerate(row):
                _write_cell(sheet, line, column, value, day)
    stream.write(made.getbuffer())


def _write_cell(sheet: Any, line: int, column: int, value: Any, day: Any) -> None:
    if value is None or value == "":
        return
    if isinstance(value, bool):
        sheet.write_boolean(line, column, value)
    elif isinstance(value, int | float):
        sheet.write_number(line, column, value)
    elif isinstance(value, date) and not isinstance(value, datetime) and value.year >= 1900:
        sheet.write_datetime(line, column, value, day)
    else:
        sheet.write_string(line, column, text_for_excel(str(value)))


def text_for_excel(text: str) -> str:
    """The text as a cell of Excel can hold it.

    XlsxWriter takes a text from <r> to </r> for markup of its own and would write it into the sheet as it stands.

    >>> text_for_excel("<r>plain</r>")
    '<r>plain</r> '
    """
    text = text[:_LONGEST_CELL_IN_EXCEL]
    if text.startswith("<r>") and text.endswith("</r>"):
        return text[: _LONGEST_CELL_IN_EXCEL - 1] + " "
    return text
