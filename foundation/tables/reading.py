"""Reading a table: one pass over the records, each distinct cell of a column understood once.

A problem of the whole file refuses it (DomainError). A problem of one row marks that row only.
"""

import hashlib
from collections.abc import Mapping, Sequence

from foundation.errors import DomainError
from foundation.tables import delimited, doubts
from foundation.tables.columns import names_of, plain
from foundation.tables.recognise import UTF16_BOMS, Kind, recognise
from foundation.tables.rows import Reading, Source
from foundation.tables.table import Column, Limits, Table
from foundation.tables.wording import display_name
from foundation.tables.workbook import first_visible_sheet


def read_table(
    content: bytes,
    file_name: str,
    columns: Sequence[Column],
    *,
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    aliases: Mapping[str, str] | None = None,
    subject: str = "people",
    one_of: Sequence[Sequence[str]] = (),
) -> Table:
    """Read a whole CSV or XLSX file.

    `aliases` gives the column name for other systems' headings; of each group in `one_of` the file must have
    a column and every row a value; `subject` is what the rows are, for the messages. Raises DomainError, with
    the place, the reason and the remedy, for a file that is refused; rows with problems are in the table,
    marked.
    """
    reading = open_table(
        content, file_name, columns, limits=limits, aliases=aliases, subject=subject, one_of=one_of
    )
    rows = list(reading)
    return Table(
        rows=rows,
        headers=reading.headers,
        columns=reading.columns,
        unknown_columns=reading.unknown_columns,
        notices=reading.notices,
        encoding=reading.encoding,
        delimiter=reading.delimiter,
        blank_rows=reading.blank_rows,
        sha256=reading.sha256,
        layout=reading.layout,
    )


def open_table(
    content: bytes,
    file_name: str,
    columns: Sequence[Column],
    *,
    limits: Limits = Limits(),  # noqa: B008  (frozen)
    aliases: Mapping[str, str] | None = None,
    subject: str = "people",
    one_of: Sequence[Sequence[str]] = (),
) -> Reading:
    """As read_table, but iterating gives the rows, once; notices and counts are complete at the end."""
    if not content and not file_name:
        raise DomainError("Choose a CSV or XLSX file.")
    name = display_name(file_name)
    known = names_of(columns, aliases or {})
    source = (
        _workbook(content, name, limits)
        if recognise(content, name, limits) is Kind.WORKBOOK
        else _text(content, name, known)
    )
    source.sha256 = hashlib.sha256(content).hexdigest()
    return Reading(source, columns, known, one_of, limits, subject)


def _workbook(content: bytes, file_name: str, limits: Limits) -> Source:
    sheet = first_visible_sheet(content, file_name, limits)
    return Source(file_name, sheet.records, "xlsx", numeric_columns=sheet.numeric_columns, doubtful=True)


def _text(content: bytes, file_name: str, known: Mapping[str, str]) -> Source:
    encoding = delimited.encoding_of(content, file_name)
    separator, announced = delimited.separator_of(
        content, encoding, lambda heading: plain(heading) in known, file_name
    )
    utf16 = content.startswith(UTF16_BOMS)
    return Source(
        file_name,
        delimited.records(content, encoding, separator, int(announced), file_name),
        encoding.name,
        separator,
        notices=[encoding.notice] if encoding.notice else [],
        doubtful=utf16 or bool(doubts.DOUBLE_ENCODED_BYTES.search(content)),
        may_hold_nul=utf16 or b"\0" in content,
    )
