"""Letters as one PDF to print: A4, one page a person, the address where a window envelope shows it.

The file is tagged, so that a screen reader reads it in order, and names its title and language
(foundation/tagged_pdf.py). The same letters always give the same bytes.
"""

from collections.abc import Sequence
from io import BytesIO
from typing import Final

from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm

from foundation.tagged_pdf import BOLD, REGULAR, Line, TaggedPages, fitted, new_canvas, wrapped
from reports.document import Block, Bullets, Heading, Paragraph, PrintedLetter

WIDTH, HEIGHT = A4
LEFT, RIGHT, BOTTOM = 25 * mm, WIDTH - 22 * mm, 15 * mm
WINDOW_TOP: Final = HEIGHT - 52 * mm
"""A DL or C5 window begins some 50 mm below the upper edge of a letter folded in three, and is 35 mm high."""
BODY_TOP: Final = HEIGHT - 94 * mm
FOLD: Final = HEIGHT - 99 * mm
SIZES: Final = (12.0, 11.0)
"""The larger one that fits on the page; what fits at neither goes on to a second page."""
LEADING, GAP, INDENT = 1.35, 0.7, 5 * mm
_MOST_ADDRESS_LINES: Final = 6


def letters_pdf(title: str, letters: Sequence[PrintedLetter]) -> bytes:
    """All letters as one file, in their order."""
    out = BytesIO()
    canvas = new_canvas(out, A4, title, letters[0].sender[0] if letters else "")
    pages = TaggedPages(canvas, HEIGHT)
    for letter in letters:
        _draw(pages, letter)
    pages.finish()
    canvas.save()
    return out.getvalue()


def _draw(pages: TaggedPages, letter: PrintedLetter) -> None:
    pages.begin_section()
    _draw_head(pages, letter)
    size = next((size for size in SIZES if _height(letter, size) <= BODY_TOP - BOTTOM), SIZES[-1])
    pages.y = BODY_TOP
    _put(pages, "H1", letter.subject, BOLD, size + 1)
    for block in letter.blocks:
        _draw_block(pages, block, size)
    pages.turn()


def _draw_head(pages: TaggedPages, letter: PrintedLetter) -> None:
    """Who writes, to whom and when."""
    top, *others = letter.sender
    y = HEIGHT - 22 * mm
    pages.mark("P", [Line(LEFT, y, fitted(top, BOLD, 14, RIGHT - LEFT), BOLD, 14)])
    for line in others:
        y -= 14 * LEADING
        pages.mark("P", [Line(LEFT, y, fitted(line, REGULAR, 11, RIGHT - LEFT), REGULAR, 11)])
    lines = [
        Line(LEFT, WINDOW_TOP - number * 5 * mm, fitted(line, REGULAR, 11, 85 * mm), REGULAR, 11)
        for number, line in enumerate(letter.address[:_MOST_ADDRESS_LINES])
    ]
    pages.mark("P", lines)
    pages.mark("P", [Line(LEFT, WINDOW_TOP - 38 * mm, letter.date, REGULAR, 11)])
    pages.rule(5 * mm, FOLD, 5 * mm)


def _draw_block(pages: TaggedPages, block: Block, size: float) -> None:
    if isinstance(block, Heading):
        _put(pages, "H2", block.text, BOLD, size)
    elif isinstance(block, Bullets):
        _draw_list(pages, block, size)
    else:
        _put(pages, "P", block.lines, REGULAR, size)


def _draw_list(pages: TaggedPages, block: Bullets, size: float) -> None:
    of_list = pages.group("L")
    pages.y -= GAP * size
    for text in block.items:
        lines = list(wrapped(text, REGULAR, size, RIGHT - LEFT - INDENT))
        item = pages.group("LI", of_list)
        _room(pages, len(lines), size)
        first = pages.y - size * LEADING
        pages.mark("Lbl", [Line(LEFT, first, "\u2022", REGULAR, size)], item)
        pages.mark("LBody", _below(pages, lines, REGULAR, size, LEFT + INDENT), item)


def _put(pages: TaggedPages, kind: str, text: str | Sequence[str], font: str, size: float) -> None:
    """A block from the left edge on."""
    parts = (text,) if isinstance(text, str) else text
    lines = [line for one in parts for line in wrapped(one, font, size, RIGHT - LEFT)]
    pages.y -= GAP * size
    _room(pages, len(lines), size)
    pages.mark(kind, _below(pages, lines, font, size, LEFT))


def _below(pages: TaggedPages, lines: Sequence[str], font: str, size: float, x: float) -> list[Line]:
    found = []
    for line in lines:
        pages.y -= size * LEADING
        found.append(Line(x, pages.y, line, font, size))
    return found


def _room(pages: TaggedPages, lines: int, size: float) -> None:
    """Turn the page where so many lines do not fit any more."""
    if pages.y - lines * size * LEADING < BOTTOM:
        pages.turn()
        pages.y = HEIGHT - 22 * mm


def _height(letter: PrintedLetter, size: float) -> float:
    """How much of a page the subject and the blocks take."""
    width = RIGHT - LEFT
    subject = list(wrapped(letter.subject, BOLD, size + 1, width))
    found = (GAP + len(subject) * LEADING) * (size + 1)
    for block in letter.blocks:
        if isinstance(block, Bullets):
            lines = [line for one in block.items for line in wrapped(one, REGULAR, size, width - INDENT)]
        elif isinstance(block, Paragraph):
            lines = [line for one in block.lines for line in wrapped(one, REGULAR, size, width)]
        else:
            lines = list(wrapped(block.text, BOLD, size, width))
        found += GAP * size + len(lines) * size * LEADING
    return found
