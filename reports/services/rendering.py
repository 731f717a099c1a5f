"""A report in the format asked for: bytes, their media type, and a name for the file.

A report with a long list (`Rows`) is written as CSV or XLSX while it is read. The other formats are made as a whole in
memory, so they refuse where it is too long for them.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

from foundation.errors import DomainError
from reports.domain.description import Format, Report, Row, Rows, Table
from reports.render_csv import csv_of
from reports.render_ods import MOST_CELLS, ods_of
from reports.render_ods import TOO_LONG as TOO_LONG_FOR_ODS
from reports.render_page import html_of
from reports.render_pdf import MOST_ROWS as MOST_ROWS_IN_PDF
from reports.render_pdf import TOO_MANY_ROWS as TOO_LONG_FOR_PDF
from reports.render_pdf import pdf_of
from reports.render_xlsx import write_xlsx, xlsx_of

MEDIA_TYPES = {
    Format.PDF: "application/pdf",
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.ODS: "application/vnd.oasis.opendocument.spreadsheet",
    Format.HTML: "text/html; charset=utf-8",
}
MOST_ROWS_ON_A_PAGE = 20_000
"""Of a long list, in a file of HTML: more than a browser shows without a long wait."""
_PIECE = 1 << 16
_RENDERERS: dict[Format, Callable[[Report], bytes]] = {
    Format.PDF: pdf_of,
    Format.CSV: lambda report: "".join(csv_of(report)).encode(),
    Format.XLSX: xlsx_of,
    Format.ODS: ods_of,
    Format.HTML: lambda report: html_of(report).encode(),
}


def rendered(report: Report, form: Format) -> bytes:
    """The report as a file, the same bytes every time. Raises DomainError where it does not fit the format."""
    if form not in (Format.CSV, Format.XLSX):
        report = _read(report, form)
    return _RENDERERS[form](report)


def is_long(report: Report) -> bool:
    """Whether it has a list that is read while it is written."""
    return any(table.is_long for table in report.tables)


class Written:
    """A report being written as a file, in pieces. `lines`: how many rows of its tables were written so far."""

    def __init__(self, report: Report, form: Format) -> None:
        self.form = form
        self.lines = sum(len(table.rows) for table in report.tables if not table.is_long)
        self.report = _with_tables(report, self._counted)

    def pieces(self) -> Iterator[bytes]:
        """The file, once. Of a long list as CSV or XLSX no more than a block of rows is in memory."""
        if self.form is Format.CSV:
            yield from (piece.encode() for piece in csv_of(self.report))
        elif self.form is Format.XLSX:
            with self.in_a_file() as file:
                yield from pieces_of(file)
        else:
            yield rendered(self.report, self.form)

    def in_a_file(self) -> IO[bytes]:
        """CSV or a workbook in a file that goes when it is closed; no more than a block of rows is in memory."""
        file = TemporaryFile(prefix="report-")  # noqa: SIM115 -- whoever asked for it closes it
        try:
            if self.form is Format.XLSX:
                write_xlsx(self.report, file)
            else:
                file.writelines(piece.encode() for piece in csv_of(self.report))
        except BaseException:
            file.close()
            raise
        file.seek(0)
        return file

    def _counted(self, table: Table) -> Table:
        def rows() -> Iterator[Row]:
            for row in table.rows:
                self.lines += 1
                yield row

        return replace(table, rows=Rows(rows)) if table.is_long else table


def pieces_of(file: IO[bytes]) -> Iterator[bytes]:
    """What is left of a file, in pieces of some size."""
    while piece := file.read(_PIECE):
        yield piece


def write_file(report: Report, form: Format, path: Path) -> int:
    """Write the report as a file; how many bytes it took. Raises DomainError where it does not fit the format.

    What stood there before is replaced once there is something to replace it with: a refusal leaves it alone.
    """
    pieces = Written(report, form).pieces()
    first = next(pieces, b"")
    with path.open("wb") as out:
        return out.write(first) + sum(map(out.write, pieces))


def _read(report: Report, form: Format) -> Report:
    """The report with the rows of long lists read. Raises DomainError where there are too many for the format."""

    def read(table: Table) -> Table:
        if not table.is_long:
            return table
        most, refusal = {
            Format.PDF: (MOST_ROWS_IN_PDF, TOO_LONG_FOR_PDF),
            Format.ODS: (MOST_CELLS // len(table.columns), TOO_LONG_FOR_ODS),
        }.get(
            form, (MOST_ROWS_ON_A_PAGE, "This report is too long for a web page. Choose Excel (XLSX) or CSV.")
        )
        rows = table.rows[: most + 1]
        if len(rows) > most:
            raise DomainError(refusal)
        return replace(table, rows=rows)

    return _with_tables(report, read)


def _with_tables(report: Report, of: Callable[[Table], Table]) -> Report:
    """The report with something done to each of its tables."""
    sections = tuple(replace(one, tables=tuple(map(of, one.tables))) for one in report.sections)
    return replace(report, sections=sections)


def file_name(report: Report, form: Format) -> str:
    """A name for the file: the report and its day, and whether it is of a part of the council or for the public.

    It holds no name of anybody, so that it may stand in an address or a log.
    """
    public = "-public" if report.is_publishable else ""
    part = "-part" if report.is_part else ""
    return f"{report.key}{part}{public}-{report.head.as_at.isoformat()}.{form.value}"
