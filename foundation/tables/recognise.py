"""What a file is, by its content alone: its name and the type that a browser states are only claims.

Everything that is not a table is refused here in words that say what it is and what to do instead.
"""

import re
from enum import Enum

from foundation.errors import DomainError, Problem
from foundation.tables.table import MEGABYTE, Limits

UTF8_BOM = b"\xef\xbb\xbf"
UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_UTF32_BOMS = (b"\xff\xfe\x00\x00", b"\x00\x00\xfe\xff")
_SAMPLE = 4096

_NOT_A_TABLE = "This is not a CSV file but {what}. Export the list again as CSV or XLSX."
_BEGINNINGS = (
    (b"%PDF", "a PDF document"),
    (b"\x89PNG", "a picture (PNG)"),
    (b"\xff\xd8\xff", "a picture (JPEG)"),
    (b"GIF8", "a picture (GIF)"),
    (b"\x7fELF", "a program"),
    (b"MZ\x90", "a program"),
    (b"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"),
    (b"Rar!\x1a\x07", "a RAR archive"),
    (b"SQLite format 3\x00", "a database"),
    (b"{\\rtf", "a word processor document"),
)
_COMPRESSED = (b"\x1f\x8b", b"BZh", b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_WORKBOOK = "EncryptedPackage".encode("utf-16-le")
_JSON = re.compile(rb"[\[{]\s*[\[{\"\]}]")
_WEB_PAGE = re.compile(rb"<(!doctype\s+html|html|head|body|script|meta|title|div|!--)", re.IGNORECASE)


class Kind(Enum):
    """The two kinds of table that are read."""

    TEXT = "text"
    WORKBOOK = "workbook"


def recognise(content: bytes, file_name: str, limits: Limits) -> Kind:
    """Say which reader the content is for. Raises DomainError for anything that is not a table."""

    def refuse(message: str) -> DomainError:
        return DomainError(Problem(message, file_name))

    if len(content) > limits.size:
        megabytes = -(-len(content) // MEGABYTE)
        limit = f"{limits.size // MEGABYTE} MB" if limits.size >= MEGABYTE else f"{limits.size:,} bytes"
        raise refuse(f"The file is {megabytes} MB; the limit is {limit}. Split it.")
    if not content.removeprefix(UTF8_BOM).strip() or content in UTF16_BOMS:
        raise refuse("The file is empty. Export it again from the source system.")
    if content.startswith(b"PK\x03\x04"):
        return Kind.WORKBOOK
    if content.startswith(b"PK"):
        raise refuse("This is a ZIP archive, not a CSV file. Unzip it and choose the table inside.")
    if content.startswith(_COMPRESSED):
        raise refuse("This is a compressed file. Unzip it first.")
    if content.startswith(_OLD_OFFICE):
        if _ENCRYPTED_WORKBOOK in content:
            raise refuse("The workbook is protected by a password. Remove the password and save it again.")
        raise refuse(
            "This is an Excel workbook of the old kind (XLS), which is not read here. "
            "In Excel choose Save as, then CSV UTF-8 or Excel Workbook (XLSX)."
        )
    for beginning, what in _BEGINNINGS:
        if content.startswith(beginning):
            raise refuse(_NOT_A_TABLE.format(what=what))
    if content.startswith(_UTF32_BOMS):
        raise refuse("The file is not UTF-8 but UTF-32. Save it as CSV UTF-8.")
    if not content.startswith(UTF16_BOMS):
        _refuse_other_text(content, file_name)
    return Kind.TEXT


def _refuse_other_text(content: bytes, file_name: str) -> None:
    sample = content[:_SAMPLE].removeprefix(UTF8_BOM).lstrip()
    if _looks_like_utf16(content[:_SAMPLE]):
        message = "The file is not UTF-8: it looks like UTF-16 without its mark. Save it as CSV UTF-8."
    elif _WEB_PAGE.match(sample):
        message = "This is a web page. The export may have signed you out. Sign in and export again."
    elif sample.startswith((b"<?xml", b"<")):
        message = _NOT_A_TABLE.format(what="an XML document")
    elif _JSON.match(sample):
        message = _NOT_A_TABLE.format(what="JSON")
    else:
        return
    raise DomainError(Problem(message, file_name))


def _looks_like_utf16(sample: bytes) -> bool:
    """Every second byte is NUL: text in a Western language written two bytes a letter."""
    half = len(sample) // 2
    return half > 1 and max(sample[0::2].count(0), sample[1::2].count(0)) > 0.6 * half
