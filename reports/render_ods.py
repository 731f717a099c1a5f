"""A report as an OpenDocument spreadsheet: a cover and a sheet a table. The only user of odswriter.

The writer stamps its archive with the hour; it is packed anew without, so that the same report gives the same bytes.
"""

import io
import re
from datetime import date, datetime
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo

import odswriter

from foundation.errors import DomainError
from reports.domain.description import Cell, Percent, Points, Report
from reports.domain.sheets import COVER, cover_lines, sheets

_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
MOST_CELLS = 600_000
"""The writer keeps the whole document in memory, about a kilobyte a cell."""
TOO_LONG = "This report is too long for an OpenDocument spreadsheet. Choose Excel (XLSX) or CSV."


def ods_of(report: Report) -> bytes:
    """The spreadsheet. Raises DomainError where it would not fit into memory comfortably."""
    if sum(len(table.rows) * len(table.columns) for table in report.tables) > MOST_CELLS:
        raise DomainError(TOO_LONG)
    made = io.BytesIO()
    with odswriter.writer(made) as book:
        cover = book.new_sheet(COVER)
        cover.writerow([_text(report.head.title)])
        cover.writerow([_text(report.head.council)])
        for words, says in cover_lines(report):
            cover.writerow([_text(words), _text(says)])
        for name, table in sheets(report):
            sheet = book.new_sheet(name)
            sheet.writerow([_text(column.title) for column in table.columns])
            for row in table.rows:
                sheet.writerow([_cell(cell) for cell in row])
            if not table.rows:
                sheet.writerow([_text(table.empty)])
    return _packed_anew(made)


def _text(text: str) -> str:
    """The text without what XML cannot hold."""
    return _NOT_IN_XML.sub("", text)


def _cell(cell: Cell) -> Any:
    if isinstance(cell, Percent):
        return str(cell) if cell.tenths is None else cell.tenths / 10
    if isinstance(cell, Points):
        return cell.tenths / 10
    if isinstance(cell, datetime):
        return cell.isoformat(timespec="minutes")
    if cell is None or isinstance(cell, int | date):
        return cell
    return _text(str(cell))


def _packed_anew(made: io.BytesIO) -> bytes:
    """The same files with no hour on them. The kind of the archive comes first and unpacked, as the format asks."""
    packed = io.BytesIO()
    with ZipFile(made) as before, ZipFile(packed, "w") as after:
        for name in before.namelist():
            info = ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            info.compress_type = ZIP_STORED if name == "mimetype" else ZIP_DEFLATED
            after.writestr(info, before.read(name))
    return packed.getvalue()
