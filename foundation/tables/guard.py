"""Cells that a spreadsheet would run are written with an apostrophe before them, and read without it.

A cell is dangerous by its first letter, also by the first letter after a separator or a line break inside
it: a spreadsheet that splits the line at another separator begins a new cell there.
"""

import re
from collections.abc import Sequence
from typing import Any

_BEGINNING = "=+\\-@\t\r\n\uff1d\uff0b\uff0d\uff20"  # the full-width forms run in some spreadsheets too
_TO_GUARD = re.compile(rf"(^|[,;\t\r\n])(\"*)(?='*[{_BEGINNING}])")
_GUARDED = re.compile(rf"(^|[,;\t\r\n])(\"*)'(?='*[{_BEGINNING}])")
_DANGEROUS_PLACE = re.compile("[=+\\-@\uff1d\uff0b\uff0d\uff20](?<=[,;\r\n\"'].)")
_DANGEROUS = re.compile(rf"[{_BEGINNING}]")


def guarded(text: str) -> str:
    """The text as it may stand in a CSV file.

    >>> guarded("=1+1"), guarded("'=1+1"), guarded("O'Brien-Ng")
    ("'=1+1", "''=1+1", "O'Brien-Ng")
    """
    return _TO_GUARD.sub(r"\1\2'", text) if _DANGEROUS.search(text) else text


def unguarded(text: str) -> str:
    """The text before it was guarded.

    >>> unguarded("'=1+1"), unguarded("'Ann")
    ('=1+1', "'Ann")
    """
    return _GUARDED.sub(r"\1\2", text) if "'" in text else text


def may_run(piece: str, rows: int) -> bool:
    """Whether written CSV of so many rows may hold a dangerous cell: a quick look that errs on the safe side.

    >>> may_run("Ann Khan,O'Brien-Ng" + chr(13) + chr(10), 1), may_run("Ann,=1+1" + chr(13) + chr(10), 1)
    (False, True)
    """
    return (
        bool(_DANGEROUS_PLACE.search(piece))
        or piece.startswith(("=", "+", "-", "@"))
        or "\t" in piece
        or piece.count("\n") != rows
        or piece.count("\r") != rows
    )


def guarded_row(row: Sequence[Any]) -> list[Any]:
    """A row with its texts guarded; numbers and days cannot run."""
    return [guarded(cell) if isinstance(cell, str) else cell for cell in row]
