"""QR codes as one path of a PDF page: no picture, and little work.

Finding the best of the eight masks is most of the work of making a code, and any of them is read as well: one is fixed,
and so is the version that the length of the text asks for.
"""

from functools import cache
from typing import Final

import segno

QUIET: Final = 4
"""Blank modules that a reader needs around a code (ISO/IEC 18004)."""
_MASK: Final = 3
_ERROR: Final = "m"


@cache
def _version(length: int) -> int:
    """The smallest version for so many bytes, with 15 % of the code to spare for dirt."""
    return int(segno.make("x" * length, error=_ERROR, micro=False, boost_error=False, mode="byte").version)


def qr_path(text: str, x: float, y: float, size: float) -> str:
    """The operators that fill the dark modules of a code; `x`, `y` is its lower left corner, quiet zone included."""
    code = segno.make(
        text,
        error=_ERROR,
        version=_version(len(text.encode())),
        mask=_MASK,
        mode="byte",
        micro=False,
        boost_error=False,
    )
    count = len(code.matrix)
    module = size / (count + 2 * QUIET)
    parts = [f"q 0 g {module:.4f} 0 0 {module:.4f} {x + QUIET * module:.3f} {y + QUIET * module:.3f} cm"]
    for number, row in enumerate(code.matrix):
        bottom, start = count - 1 - number, -1
        for at, dark in enumerate((*row, 0)):
            if dark and start < 0:
                start = at
            elif not dark and start >= 0:
                parts.append(f"{start} {bottom} {at - start} 1 re")
                start = -1
    parts.append("f Q")
    return "\n".join(parts)
