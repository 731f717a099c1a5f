"""A QR code to be drawn by a template: no image is fetched, and no style is written into the page."""

from dataclasses import dataclass
from itertools import groupby

import segno

QUIET_ZONE = 4
"""White squares around the code, without which telephones do not find it."""


@dataclass(frozen=True, slots=True)
class QrCode:
    """The path of its dark squares, in a drawing of `size` by `size` squares."""

    size: int
    path: str


def qr_code(text: str) -> QrCode:
    """The QR code that says `text`."""
    matrix = segno.make_qr(text, error="m").matrix
    runs = []
    for y, row in enumerate(matrix):
        x = 0
        for is_dark, squares in groupby(row):
            width = len(list(squares))
            if is_dark:
                runs.append(f"M{x + QUIET_ZONE} {y + QUIET_ZONE}h{width}v1h-{width}z")
            x += width
    return QrCode(len(matrix) + 2 * QUIET_ZONE, "".join(runs))
