"""Delimited text to records. Decides the encoding and the separator; reads strictly and lazily.

Python's csv reader swallows the rest of a file after an unclosed quotation mark and takes a stray one as
text. Neither passes silently here.
"""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import TextIO

from foundation.errors import DomainError, Problem
from foundation.tables.recognise import UTF8_BOM, UTF16_BOMS

SEPARATORS = (",", ";", "\t")
_OTHER_SEPARATORS = ("|", ":")
_NOTHING = " \t\r\n,;\u00a0"
_SAMPLE_LETTERS = 256 * 1024
_SEPARATOR_LINE = re.compile(r'"?sep=([,;\t|])"?[,;\t|]*\s*\Z', re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Record:
    """The cells of one record and the line on which it begins, or what is wrong with it."""

    line: int
    cells: list[str]
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Encoding:
    """How the bytes become text; `notice` is for the reader of a file that was not UTF-8."""

    name: str
    skipped_bytes: int = 0
    notice: Problem | None = None


def encoding_of(content: bytes, file_name: str) -> Encoding:
    """UTF-16 by its mark, else UTF-8, else Windows-1252. Raises DomainError where the file is damaged.

    Text that is mostly good UTF-8 with a broken place is a damaged file, not Windows-1252: read as that,
    every accented name in it would be wrong.
    """
    if content.startswith(UTF16_BOMS):
        return Encoding(_checked(content, "utf-16", file_name))
    start = 0
    while content.startswith(UTF8_BOM, start):
        start += len(UTF8_BOM)
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = _line_at(content, error.start)
        if start or _mostly_utf8(content):
            message = f"The file is damaged here (byte 0x{content[error.start]:02X}). Export it again."
            raise DomainError(Problem(message, file_name, line)) from None
        notice = Problem(
            f"The file is not UTF-8 (byte 0x{content[error.start]:02X}) and was read as Windows-1252. "
            "Check names with accents, or save it as CSV UTF-8.",
            file_name,
            line,
        )
        return Encoding(_checked(content, "cp1252", file_name), notice=notice)
    return Encoding("utf-8", start)


def opened(content: bytes, encoding: Encoding) -> TextIO:
    """The text, decoded piece by piece; line ends (LF, CRLF or CR) as they are."""
    source = io.BytesIO(content)
    source.seek(encoding.skipped_bytes)
    return io.TextIOWrapper(source, encoding=encoding.name, newline="")


def separator_of(
    content: bytes, encoding: Encoding, known: Callable[[str], bool], file_name: str
) -> tuple[str, bool]:
    """The separator under which most headings are known, and whether Excel's line "sep=;" stands above them.

    Raises DomainError for a separator that is recognised only to say so.
    """
    text = opened(content, encoding)
    first = text.readline(_SAMPLE_LETTERS)
    named = _SEPARATOR_LINE.match(first)
    if named:
        return named[1], True
    sample = first + text.read(_SAMPLE_LETTERS)

    def rank(separator: str) -> tuple[int, int]:
        headings = _first_record(sample, separator)
        return sum(map(known, headings)), len(headings)

    best = max((*SEPARATORS, *_OTHER_SEPARATORS), key=rank)
    found, _ = rank(best)
    if best in _OTHER_SEPARATORS and found:
        raise DomainError(
            Problem(f'The columns are separated by "{best}". Save the file with commas.', file_name)
        )
    return max(SEPARATORS, key=rank), False


def records(
    content: bytes, encoding: Encoding, separator: str, skipped_lines: int, file_name: str
) -> Iterator[Record]:
    """The records in order, blank ones included. Raises DomainError where a quotation mark is never closed.

    A stray quotation mark spoils its own record only; an unclosed one hides where the next record begins.
    """
    csv.field_size_limit(
        max(csv.field_size_limit(), len(content))
    )  # one overlong cell is a problem of its row
    text = opened(content, encoding)
    for _ in range(skipped_lines):
        text.readline()
    if encoding.name != "utf-16" and b'"' not in content:
        reader = csv.reader(text, delimiter=separator, quoting=csv.QUOTE_NONE)
        for line, cells in enumerate(reader, start=skipped_lines + 1):
            yield Record(line, cells)
        return
    yield from _quoted_records(text, separator, skipped_lines, file_name)


def _quoted_records(text: TextIO, separator: str, skipped_lines: int, file_name: str) -> Iterator[Record]:
    taken: list[str] = []  # the lines of the record that is being read

    def lines() -> Iterator[str]:
        for line in text:
            taken.append(line)
            yield line

    reader = csv.reader(lines(), delimiter=separator, strict=True)
    well_quoted = _well_quoted(separator)
    line = skipped_lines + 1
    while True:
        problem, cells = "", []
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            if len(taken) != 1 or "unexpected end" in str(error):
                message = 'A quotation mark (") is not closed. Everything after it would be read as one cell.'
                raise DomainError(Problem(message, file_name, line)) from None
            problem = _STRAY
            cells = taken[0].rstrip("\r\n").split(separator)
        else:
            quoted = '"' in taken[0] or len(taken) > 1
            if quoted and '"' in "".join(cells) and not well_quoted("".join(taken)):
                problem = _STRAY
        yield Record(line, cells, problem)
        line += len(taken)
        taken.clear()


_STRAY = 'Stray quotation mark ("). Put the whole value in quotation marks and double those inside it.'


def _well_quoted(separator: str) -> Callable[[str], re.Match[str] | None]:
    """Whether every quotation mark of a record encloses a whole cell or is doubled inside one."""
    cell = rf'(?:"(?:[^"]|"")*+"|[^"{separator}\r\n]*+)'
    return re.compile(rf"{cell}(?:{separator}{cell})*+[\r\n]*\Z").match


def _first_record(sample: str, separator: str) -> list[str]:
    try:
        found = csv.reader(io.StringIO(sample, newline=""), delimiter=separator)
        return next((cells for cells in islice(found, 100) if "".join(cells).strip(_NOTHING)), [])
    except csv.Error:
        return []


def _checked(content: bytes, encoding: str, file_name: str) -> str:
    try:
        content.decode(encoding)
    except UnicodeDecodeError as error:
        line = (
            content.count("\n".encode("utf-16-le" if encoding == "utf-16" else "ascii"), 0, error.start) + 1
        )
        byte = f"byte 0x{content[error.start]:02X}"
        message = f"The file is damaged here ({byte}) or not UTF-8. Save it as CSV UTF-8."
        raise DomainError(Problem(message, file_name, line)) from None
    return encoding


def _line_at(content: bytes, position: int) -> int:
    before = content[:position]
    ends = before.count(b"\n") or before.count(b"\r")
    return ends + 1


def _mostly_utf8(content: bytes) -> bool:
    """More letters beyond ASCII are good UTF-8 than are not."""
    text = content.decode("utf-8", "surrogateescape")
    wrong = sum(map(len, re.findall("[\udc80-\udcff]+", text)))
    good = sum(map(len, re.findall("[\u0080-\ud7ff\ue000-\U0010ffff]+", text)))
    return good > wrong
