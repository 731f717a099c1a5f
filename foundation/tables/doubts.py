"""What looks wrong in a table that is read all the same. Each doubt is told once, at its first place."""

import re
from collections.abc import Iterable, Sequence

DOUBLE_ENCODED_BYTES = re.compile(
    rb"\xc3[\x80-\xbf](?:\xc2[\x80-\xbf]|\xc5[\x92-\xbe]|\xc6\x92|\xcb[\x86-\x9c]|\xe2[\x80-\x84])"
)
"""May be double-encoded text: two letters that stand for one. A quick look at a whole file."""
_DOUBLE_ENCODED = re.compile("[\u00c2-\u00f4][\u0080-\u00bf\u0152-\u017e\u0192\u02c6\u02dc\u2013-\u2122]")
_FORMULA = ("=", "+", "-", "@", "\uff1d")

_SLASHED = re.compile(r"\s*(\d{1,2})[/-](\d{1,2})[/-]\d{4}\s*\Z", re.ASCII)
_FOOTER = re.compile(
    r"((sub|grand)[ -]?)?totals?\b"
    r"|(report|run|printed|generated|exported|produced|page|end of|records?|rows?|count)\b",
    re.IGNORECASE,
)
_ENOUGH_DATES = 20
_ENOUGH_DAYS = 6  # many columns hold only the first and the fifteenth of months


def double_encoded(text: str) -> bool:
    """Whether the text is UTF-8 that was read as Windows-1252 and saved again.

    >>> double_encoded("Zo\\u00c3\\u00ab"), double_encoded("Zo\\u00eb")
    (True, False)
    """
    if not _DOUBLE_ENCODED.search(text):
        return False
    try:
        return text.encode("cp1252").decode("utf-8") != text
    except UnicodeError:
        return False


def looks_like_formula(text: str) -> bool:
    """Whether a spreadsheet would take the text for a formula."""
    return text.startswith(_FORMULA)


def all_may_be_month_first(cells: Iterable[str]) -> bool:
    """Whether many different dates all have a day of 12 or less, as those of a month-first column may have.

    >>> all_may_be_month_first(f"{day}/{month}/2026" for day in range(1, 13) for month in (1, 2))
    True
    """
    days, dates = set(), 0
    for cell in cells:
        found = _SLASHED.match(cell)
        if found:
            dates += 1
            days.add(int(found[1]))
    return dates >= _ENOUGH_DATES and len(days) >= _ENOUGH_DAYS and max(days) <= 12


def zeros_may_be_lost(references: Iterable[str], numeric: bool) -> bool:
    """Whether Excel may have eaten leading zeros of references of several lengths.

    `numeric`: the sheet holds numbers in the column, not text.

    >>> zeros_may_be_lost(["00123", "456"], numeric=False), zeros_may_be_lost(["9", "456"], numeric=False)
    (True, False)
    """
    numbers = [text for text in map(str.strip, references) if text.isdigit()]
    if len({len(text) for text in numbers}) < 2:
        return False
    longest = max(map(len, numbers))
    return numeric or any(text[0] == "0" and len(text) == longest for text in numbers)


def looks_like_footer(cells: Sequence[str]) -> bool:
    """Whether a row that lacks what every row must have is a total or a footer of a report.

    >>> looks_like_footer(["Total", "", "4026"]), looks_like_footer(["", "Ann", "Khan"])
    (True, False)
    """
    filled = [cell.strip() for cell in cells if cell.strip()]
    return bool(filled) and (len(filled) == 1 < len(cells) or bool(_FOOTER.match(filled[0])))
