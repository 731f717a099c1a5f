"""Numbers of rows, as addresses and hidden fields of forms carry them."""

from typing import Final

LARGEST_ID: Final = 2**31 - 1
_MOST_DIGITS: Final = 100  # zeros in front included


def row_number(text: str) -> int | None:
    """The number, or None for what no row can have.

    Its length is looked at before it is read: Python refuses to read thousands of digits.

    >>> [row_number(text) for text in ("7", "007", "", "-1", "x", "²", "9" * 30, "9" * 5000)]
    [7, 7, None, None, None, None, None, None]
    """
    if not (text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS):
        return None
    number = int(text)
    return number if number <= LARGEST_ID else None
