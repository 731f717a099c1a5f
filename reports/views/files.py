"""A report as a file that is sent to the browser, and noted in the trail as every file that leaves."""

import os
from collections.abc import Collection
from dataclasses import replace

from flask import Response, render_template, stream_with_context

from foundation.errors import DomainError, NotFound
from people.views.exports import recorded_file, recorded_pieces
from reports.domain.asking import Of
from reports.domain.description import Format, Report, Table
from reports.services.catalogue import find
from reports.services.rendering import MEDIA_TYPES, Written, file_name, is_long, pieces_of, rendered

MOST_ROWS = 500
"""Rows of one table shown on a page."""
FORMAT_WORDS = {
    Format.PDF: "PDF",
    Format.XLSX: "Excel (XLSX)",
    Format.ODS: "OpenDocument (ODS)",
    Format.CSV: "CSV",
    Format.HTML: "Web page (HTML)",
}


def file_of(report: Report, form: Format, *, is_chosen: bool = True) -> Response:
    """The report as a download. Whoever opens it stands in the trail, with how many lines it holds.

    `is_chosen`: the address says of whom it is, by a random id that was looked up, so the trail keeps that id. Where
    the report does not fit the format, a page says so.
    """
    ids = ("of",) if is_chosen and _is_of_one(report) else ()
    try:
        if is_long(report) and form in (Format.CSV, Format.XLSX):
            answer = _long_file(report, form, ids)
        else:
            made = rendered(report, form)
            lines = sum(len(table.rows) for table in report.tables)
            answer = Response(stream_with_context(recorded_file(made, _name(report), lines, ids)))
            answer.headers["Content-Length"] = str(len(made))
    except NotFound:
        raise
    except DomainError as error:
        return Response(render_template("reports/not_made.html", problems=error.problems), 422)
    answer.headers["Content-Type"] = MEDIA_TYPES[form]
    answer.headers["Content-Disposition"] = f'attachment; filename="{file_name(report, form)}"'
    return answer


def _long_file(report: Report, form: Format, ids: Collection[str]) -> Response:
    """A file that nobody holds in memory: written to the disk, and sent from there.

    It is written before the request ends: its rows are read in the transaction in which its head was counted.
    """
    written = Written(report, form)
    file = written.in_a_file()
    pieces = recorded_pieces(pieces_of(file), _name(report), written.lines, ids)
    answer = Response(stream_with_context(pieces))
    answer.headers["Content-Length"] = str(os.fstat(file.fileno()).st_size)
    answer.call_on_close(file.close)
    return answer


def _is_of_one(report: Report) -> bool:
    """Whether it is of one person, team or workshop."""
    definition = find(report.key)
    return definition is not None and definition.of is not Of.ALL


def _name(report: Report) -> str:
    return f"report:{report.key}"


def on_page(report: Report) -> Report:
    """The report with no more rows than a page bears; a table that was cut says so, and the files hold all."""
    sections = tuple(
        replace(one, tables=tuple(_cut(table) for table in one.tables)) for one in report.sections
    )
    return replace(report, sections=sections)


def _cut(table: Table) -> Table:
    rows = table.rows[: MOST_ROWS + 1]
    if len(rows) <= MOST_ROWS:
        return replace(table, rows=rows)
    every = "" if table.is_long else f" of {len(table.rows):,}"
    note = f"The first {MOST_ROWS}{every} rows. Download the report for all of them."
    return replace(table, rows=rows[:MOST_ROWS], note=" ".join(filter(None, (table.note, note))))


def format_of(text: str) -> Format | None:
    """The format that an address names; None where there is no such."""
    return next((form for form in Format if form.value == text), None)
