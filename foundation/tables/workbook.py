"""XLSX to records: the first visible sheet, every cell as the text that a CSV export of it would hold.

The archive is unpacked once, in pieces that are thrown away, before calamine sees it: a small file can hold
gigabytes, its directory can lie about them, and one cell in the last corner of a sheet makes calamine reserve
the whole grid.
"""

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime
from html import unescape
from typing import Any

import python_calamine

from foundation.errors import DomainError, Problem
from foundation.tables.delimited import Record
from foundation.tables.table import MEGABYTE, Limits

_PIECE = 1 << 20
_BITE = 1 << 16
_LONGEST_CELL = 1 << 16  # a formula is at most 8,192 letters
_LONGEST_PREFIX = 32
_END_OF_DIRECTORY = b"PK\x05\x06"
_END_LENGTH = 22
_MOST_MEMBERS = 2_000
_LOCAL_HEADER = 30
_EXACT_WHOLE_NUMBER = 1e15  # above it Excel has already put noughts in place of digits
_DAMAGED = "The workbook is damaged and cannot be read. Open it in Excel and save it again."
_NO_PLACES = "The workbook does not say where its cells belong. Open it in Excel and save it again."
_NO_WORKBOOK = "This is a ZIP archive, not a CSV file or a workbook. Unzip it and choose the table inside."

_FILLED_CELL = re.compile(rb"<(?:\w+:)?c\s(?:[^<>]*?\s)?r\s*=\s*[\"']([A-Za-z]+)(\d+)[\"'][^<>]*(?<!/)>")
_CELL_WITHOUT_PLACE = re.compile(rb"<(?:\w+:)?c(?=[\s>])(?![^<>]*?\sr\s*=)[^<>]*(?<!/)>")
_ERROR_CELL = re.compile(
    rb"<c\s(?=[^<>]*\bt=\"e\")(?:[^<>]*?\s)?r=\"([A-Z]+)(\d+)\"[^<>]*>(?:<f[^<>]*/>|<f[^<>]*>[^<]*</f>)?<v>([^<]{1,20})</v>"
)
_SHEET = re.compile(r"<(?:\w+:)?sheet\s[^<>]*>")
_RELATION = re.compile(r"<(?:\w+:)?Relationship\s[^<>]*>")
_ATTRIBUTE = re.compile(r"([\w:]+)\s*=\s*(?:\"([^\"]*)\"|'([^']*)')")


@dataclass(slots=True)
class Extent:
    """How far the filled cells of one part of the archive reach, and the broken formulas among them."""

    rows: int = 0
    columns: int = 0
    without_place: bool = False
    """A cell that does not say where it belongs: what it makes calamine reserve cannot be told."""
    errors: dict[tuple[int, int], str] = field(default_factory=dict)
    """By row and column, both from 1. calamine gives such cells as blank, which would lose them silently."""


@dataclass(slots=True)
class Sheet:
    """The rows of the first visible sheet; `numeric_columns` fills while they are read (positions from 0)."""

    records: Iterator[Record]
    numeric_columns: set[int]


def first_visible_sheet(content: bytes, file_name: str, limits: Limits) -> Sheet:
    """The rows of the first visible sheet. Raises DomainError for no XLSX, a damaged one or a trap."""
    extents = _safe_extents(content, file_name, limits)
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        visible = [
            sheet.name
            for sheet in book.sheets_metadata
            if sheet.visible == python_calamine.SheetVisibleEnum.Visible
            and sheet.typ == python_calamine.SheetTypeEnum.WorkSheet
        ]
        if not visible:
            raise DomainError(
                Problem("The workbook has no visible sheet. Show the sheet with the list.", file_name)
            )
        sheet = book.get_sheet_by_name(visible[0])
        first_column = sheet.start[1] if sheet.start else 0
        rows = sheet.iter_rows()
        errors = _broken_formulas(content, visible[0], extents)
    except DomainError:
        raise
    except (
        BaseException
    ) as error:  # the parser is not ours and the file is hostile: even its panics are "damaged"
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":
            raise
        raise DomainError(Problem(_DAMAGED, file_name)) from None
    numeric: set[int] = set()
    return Sheet(_records(rows, errors, first_column, numeric), numeric)


def _records(
    rows: Iterator[list[Any]], errors: dict[tuple[int, int], str], first_column: int, numeric: set[int]
) -> Iterator[Record]:
    broken_rows = {row for row, _ in errors}
    for line, values in enumerate(rows, start=1):
        cells = [value if value.__class__ is str else _text_of(value) for value in values]
        for position, value in enumerate(values):
            if value.__class__ is float:
                numeric.add(position)
        if line in broken_rows:
            for (row, column), text in errors.items():
                if row == line and 0 <= column - 1 - first_column < len(cells):
                    cells[column - 1 - first_column] = text
        yield Record(line, cells)


def _text_of(value: Any) -> str:
    """A typed cell as text: a whole number without the decimal point of Excel, a day as YYYY-MM-DD."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        if value.is_integer():
            return str(int(value)) if abs(value) < _EXACT_WHOLE_NUMBER else f"{value:.2E}"
        return repr(value)
    if isinstance(value, datetime):
        return (
            value.isoformat(sep=" ", timespec="seconds")
            if value.time() != datetime.min.time()
            else str(value.date())
        )
    return value.isoformat() if isinstance(value, date) else str(value)


def _safe_extents(content: bytes, file_name: str, limits: Limits) -> dict[str, Extent]:
    """Unpack every part within the limits and say how far its cells reach."""
    damaged = DomainError(Problem(_DAMAGED, file_name))
    try:
        members = zipfile.ZipFile(io.BytesIO(content)).infolist()
    except Exception:  # zipfile raises a dozen kinds of error for damaged directories
        raise damaged from None
    if not _one_directory(content):
        raise damaged
    names = {member.filename.lower() for member in members}
    if "[content_types].xml" not in names or not any(name.endswith("workbook.xml") for name in names):
        raise DomainError(Problem(_what_else(names), file_name))
    too_big = DomainError(
        Problem(
            f"The workbook holds more than {limits.unpacked // MEGABYTE} MB inside. Save it as CSV UTF-8.",
            file_name,
        )
    )
    if len(members) > _MOST_MEMBERS or sum(member.file_size for member in members) > limits.unpacked:
        raise too_big
    extents = {}
    left = limits.unpacked
    try:
        for member in members:
            extent = Extent()
            size = _measure(content, member, extent, left)
            left -= size
            if left < 0:
                raise too_big
            if size != member.file_size:
                raise damaged
            if extent.without_place:
                raise DomainError(Problem(_NO_PLACES, file_name))
            if extent.rows * extent.columns > limits.grid:
                message = (
                    f"A sheet spans {extent.rows:,} rows and {extent.columns:,} columns, most of them empty. "
                    "Delete the stray cells far from the list, or save the sheet as CSV UTF-8."
                )
                raise DomainError(Problem(message, file_name))
            extents[member.filename.lower()] = extent
    except (zlib.error, ValueError, IndexError):
        raise damaged from None
    return extents


def _one_directory(content: bytes) -> bool:
    """The directory stands at the very end, right after the parts: every ZIP reader finds this same one."""
    end = content[-_END_LENGTH:]
    size, offset, comment = (int.from_bytes(end[a:b], "little") for a, b in ((12, 16), (16, 20), (20, 22)))
    return end.startswith(_END_OF_DIRECTORY) and comment == 0 and offset + size + _END_LENGTH == len(content)


def _measure(content: bytes, member: zipfile.ZipInfo, extent: Extent, most: int) -> int:
    """The true size of a part, counted while unpacking; stops soon after `most`. Fills in the extent."""
    size, tail = 0, b""
    for piece in _pieces(content, member):
        size += len(piece)
        if size > most:
            break
        window = tail + piece
        _stretch(extent, window)
        end = window[
            -_LONGEST_CELL:
        ]  # no cell is cut in two: what follows the last start tag is looked at again
        cut = max(end.rfind(b"<c "), end.rfind(b":c ")) if b"c " in end else end.rfind(b"<")
        tail = end[max(cut - _LONGEST_PREFIX, 0) :]
    return size


def _pieces(content: bytes, member: zipfile.ZipInfo) -> Iterator[bytes]:
    start = member.header_offset
    name_length, extra_length = (
        int.from_bytes(content[start + at : start + at + 2], "little") for at in (26, 28)
    )
    start += _LOCAL_HEADER + name_length + extra_length
    end = start + member.compress_size
    if member.flag_bits & 1 or end > len(content):
        raise ValueError(member.filename)
    if member.compress_type == zipfile.ZIP_STORED:
        yield from (content[at : min(at + _PIECE, end)] for at in range(start, end, _PIECE))
        return
    if member.compress_type != zipfile.ZIP_DEFLATED:
        raise ValueError(member.filename)
    unpacker = zlib.decompressobj(-zlib.MAX_WBITS)
    for at in range(start, end, _BITE):
        waiting = content[at : min(at + _BITE, end)]
        while waiting and not unpacker.eof:
            piece = unpacker.decompress(waiting, _PIECE)
            waiting = unpacker.unconsumed_tail
            yield piece
    yield unpacker.flush()


def _stretch(extent: Extent, window: bytes) -> None:
    places = _FILLED_CELL.findall(window)
    if places:
        extent.rows = max(extent.rows, *(int(row[:8]) for row in {row for _, row in places}))
        extent.columns = max(extent.columns, *map(_column_number, {letters for letters, _ in places}))
    if _CELL_WITHOUT_PLACE.search(window):
        extent.without_place = True
    if b't="e"' in window:
        for letters, row, text in _ERROR_CELL.findall(window):
            extent.errors[int(row), _column_number(letters)] = unescape(text.decode("utf-8", "replace"))


def _column_number(letters: bytes) -> int:
    number = 0
    for letter in letters[:8].upper():
        number = number * 26 + letter - 64
    return number


def _broken_formulas(
    content: bytes, sheet_name: str, extents: dict[str, Extent]
) -> dict[tuple[int, int], str]:
    """The broken formulas of a sheet; none where it cannot be told which part of the archive holds it."""
    if not any(extent.errors for extent in extents.values()):
        return {}
    archive = zipfile.ZipFile(io.BytesIO(content))
    book = archive.read("xl/workbook.xml").decode("utf-8", "replace")
    relations = archive.read("xl/_rels/workbook.xml.rels").decode("utf-8", "replace")
    targets = {
        found.get("Id"): found.get("Target", "") for found in map(_attributes, _RELATION.findall(relations))
    }
    for found in map(_attributes, _SHEET.findall(book)):
        if found.get("name") == sheet_name:
            target = targets.get(next((found[key] for key in found if key.endswith(":id")), ""), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            return extents.get(part.lower(), Extent()).errors
    return {}


def _attributes(tag: str) -> dict[str, str]:
    return {name: unescape(double or single) for name, double, single in _ATTRIBUTE.findall(tag)}


def _what_else(names: set[str]) -> str:
    if "mimetype" in names and "content.xml" in names:
        return "This is an OpenDocument file. Save it as CSV UTF-8 or Excel Workbook (XLSX)."
    if "xl/workbook.bin" in names:
        return "This is a binary Excel workbook (XLSB). Save it as CSV UTF-8 or Excel Workbook (XLSX)."
    if "word/document.xml" in names:
        return "This is a Word document, not a CSV file. Export the list again as CSV or XLSX."
    return _NO_WORKBOOK
