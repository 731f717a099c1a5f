"""The register of a workshop to print and to sign: A4 on its side, a line for each person and some for walk-ins.

Tagged, so that a screen reader reads it as a table (foundation/tagged_pdf.py). The same register gives the same bytes.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Final

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from foundation.tagged_pdf import BOLD, REGULAR, Element, Line, TaggedPages, fitted, new_canvas, wrapped

WIDTH, HEIGHT = landscape(A4)
LEFT, RIGHT, TOP, BOTTOM = 15 * mm, WIDTH - 15 * mm, HEIGHT - 18 * mm, 16 * mm
ROW: Final = 11 * mm
"""Room for a signature by hand."""
COLUMNS: Final = (
    ("", 9 * mm),
    ("Name", 72 * mm),
    ("Employer", 72 * mm),
    ("Note", 44 * mm),
    ("Signature", 70 * mm),
)
BLANK_ROWS: Final = 6
SIZE, HEAD_SIZE, TITLE_SIZE = 10.0, 9.0, 15.0
NOT_SHOWN: Final = " "


@dataclass(frozen=True, slots=True)
class SheetLine:
    """Somebody who is expected. `note`: in whose place they come."""

    name: str
    employer: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Sheet:
    """A register to sign. `about` are the lines below its title: when, where, who leads it."""

    title: str
    about: Sequence[str]
    lines: Sequence[SheetLine]
    council: str


def register_pdf(sheet: Sheet) -> bytes:
    """The register as a file to print."""
    out = BytesIO()
    canvas = new_canvas(out, (WIDTH, HEIGHT), f"Register: {sheet.title}", sheet.council)
    pages = TaggedPages(canvas, TOP)
    pages.begin_section()
    _put(pages, "H1", [f"Register: {sheet.title}"], BOLD, TITLE_SIZE)
    for words in sheet.about:
        _put(pages, "P", [words], REGULAR, SIZE)
    pages.y -= 4 * mm
    table = pages.group("Table")
    _head(pages, table)
    rows = [(one.name, one.employer, one.note) for one in sheet.lines]
    rows += [("", "", "")] * BLANK_ROWS
    for number, row in enumerate(rows, 1):
        if pages.y - ROW < BOTTOM:
            _foot(pages, sheet)
            pages.turn()
            pages.y = TOP
            _head(pages, table)
        _row(pages, table, (str(number), *row, ""))
    _foot(pages, sheet)
    canvas.showPage()
    pages.finish()
    canvas.save()
    return out.getvalue()


def _put(pages: TaggedPages, kind: str, lines: Sequence[str], font: str, size: float) -> None:
    found = []
    for text in (part for line in lines for part in wrapped(line, font, size, RIGHT - LEFT)):
        pages.y -= size * 1.4
        found.append(Line(LEFT, pages.y, text, font, size))
    pages.mark(kind, found)


def _head(pages: TaggedPages, table: Element) -> None:
    """The headings of the columns, at the head of every page."""
    row, x = pages.group("TR", table), LEFT
    pages.y -= 6 * mm
    for heading, width in COLUMNS:
        words = heading or "No."
        pages.mark("TH", [Line(x + 1 * mm, pages.y + 2 * mm, words, BOLD, HEAD_SIZE)], row)
        x += width
    pages.rule(LEFT, pages.y, x - LEFT)


def _row(pages: TaggedPages, table: Element, cells: Sequence[str]) -> None:
    row, x = pages.group("TR", table), LEFT
    pages.y -= ROW
    for text, (_, width) in zip(cells, COLUMNS, strict=True):
        words = fitted(text, REGULAR, SIZE, width - 3 * mm) if text else NOT_SHOWN
        pages.mark("TD", [Line(x + 1 * mm, pages.y + 3.5 * mm, words, REGULAR, SIZE)], row)
        x += width
    pages.rule(LEFT, pages.y, x - LEFT)


def _foot(pages: TaggedPages, sheet: Sheet) -> None:
    """What nobody needs read aloud on every page: whose paper this is."""

    def draw(canvas: Canvas) -> None:
        Line(LEFT, 9 * mm, f"{sheet.council}. {sheet.title}", REGULAR, 8.0).draw(canvas)

    pages.artifact(draw)
