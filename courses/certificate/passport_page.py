"""A training passport on paper: A4 upright, in the council's look, a table of all that is in date, tagged.

What another service takes over is the signed statement in the document information (`courses.certificate.passport`);
the pages are for people, and the signature of the PDF covers both.
"""

from io import BytesIO
from typing import Final

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from courses.certificate.drawing import LEADING, NO_END, QUIET_TEXT, TEXT, WHITE, Information, fit
from courses.certificate.issuer import Look
from courses.certificate.passport import record_of
from courses.certificate.qr import qr_path
from courses.domain.certificates import day_of, printed
from courses.domain.passports import Passport
from foundation.formats import long_date
from foundation.tagged_pdf import BOLD, REGULAR, Element, Line, TaggedPages, new_canvas

WIDTH, HEIGHT = A4
LEFT, RIGHT = 18 * mm, WIDTH - 18 * mm
BAND: Final = 24 * mm
QR_SIZE: Final = 34 * mm
BOTTOM: Final = 20 * mm
HEADING: Final = "Training passport"
COLUMNS: Final = (
    ("Course", 74 * mm),
    ("Provider", 40 * mm),
    ("Completed on", 30 * mm),
    ("Valid until", 30 * mm),
)
SIZE, SMALLEST = 10, 9


def drawn(passport: Passport, look: Look, token: str) -> bytes:
    """The passport as a PDF without a signature. `token`: the signed statement that goes with it."""
    out = BytesIO()
    canvas = new_canvas(out, A4, f"{HEADING}: {passport.name}", passport.council)
    information = Information(record_of(passport, token))
    information.__dict__.update(canvas._doc.info.__dict__)
    canvas._doc.info = information
    canvas.setSubject(f"Training passport number {printed(passport.number)}")
    canvas.setCreator(passport.council)
    moment = passport.issued_at
    canvas.setDateFormatter(lambda *_: f"D:{moment:%Y%m%d%H%M%S}Z")
    pages = TaggedPages(canvas, HEIGHT)
    _head(pages, passport, look)
    _table(pages, passport)
    canvas.showPage()
    pages.finish()
    canvas.save()
    return out.getvalue()


def _head(pages: TaggedPages, passport: Passport, look: Look) -> None:
    def ground(canvas: Canvas) -> None:
        canvas.setFillColor(HexColor(look.colour))
        canvas.rect(0, HEIGHT - BAND, WIDTH, BAND, stroke=0, fill=1)

    pages.artifact(ground)
    pages.canvas.setFillColor(WHITE)
    size, lines = fit(passport.council, BOLD, 18, 8, RIGHT - LEFT, 3)
    _write(pages, "P", lines, BOLD, size, HEIGHT - BAND / 2 + len(lines) * size * LEADING / 2)
    pages.canvas.setFillColor(TEXT)
    pages.y = HEIGHT - BAND - 8 * mm
    width = RIGHT - QR_SIZE - 6 * mm - LEFT
    _put(pages, "H1", HEADING, BOLD, 24, width, 1)
    pages.y -= 2 * mm
    _put(pages, "P", passport.name, BOLD, 18, width, 4)
    pages.y -= 2 * mm
    address = look.address(passport.number)
    for text in (
        f"Passport number: {printed(passport.number)}",
        f"Issued by {passport.council} on {long_date(day_of(passport.issued_at))}. Signed electronically.",
        "It lists the training that was in date on that day.",
        f"Check what still holds: {address}",
    ):
        _put(pages, "P", text, REGULAR, 10, width, 4)
    x, y = RIGHT - QR_SIZE, HEIGHT - BAND - 8 * mm - QR_SIZE
    pages.figure(
        f"QR code. It opens {address}",
        (x, y, x + QR_SIZE, y + QR_SIZE),
        lambda _canvas: pages.code(qr_path(address, x, y, QR_SIZE)),
    )
    pages.y = min(pages.y, y) - 8 * mm


def _table(pages: TaggedPages, passport: Passport) -> None:
    of_table = pages.group("Table")
    _row(pages, of_table, [heading for heading, _ in COLUMNS], is_head=True)
    for one in passport.entries:
        last = long_date(one.valid_until) if one.valid_until else NO_END
        cells = [one.title or one.course, one.provider, long_date(one.completed_on), last]
        _row(pages, of_table, cells, is_head=False)


def _row(pages: TaggedPages, of_table: Element, cells: list[str], *, is_head: bool) -> None:
    """A row of the table; the first cell of every row names it. One that does not fit begins a new page."""
    font = BOLD if is_head else REGULAR
    fitting = [
        fit(cell, font, SIZE, SMALLEST, width - 3 * mm, 6)
        for cell, (_, width) in zip(cells, COLUMNS, strict=True)
    ]
    height = max(len(lines) * size * LEADING for size, lines in fitting) + 3 * mm
    if pages.y - height < BOTTOM:
        pages.turn()
        pages.y = HEIGHT - BOTTOM
        pages.canvas.setFillColor(TEXT)
    row, x = pages.group("TR", of_table), LEFT
    for at, ((size, lines), (_, width)) in enumerate(zip(fitting, COLUMNS, strict=True)):
        _write(pages, "TH" if is_head or at == 0 else "TD", lines, font, size, pages.y, x, row)
        x += width
    pages.y -= height
    pages.canvas.setStrokeColor(QUIET_TEXT)
    pages.rule(LEFT, pages.y + 1.5 * mm, RIGHT - LEFT)


def _put(
    pages: TaggedPages, kind: str, text: str, font: str, largest: float, width: float, most_lines: int
) -> None:
    size, lines = fit(text, font, largest, SMALLEST, width, most_lines)
    _write(pages, kind, lines, font, size, pages.y)
    pages.y -= len(lines) * size * LEADING


def _write(
    pages: TaggedPages,
    kind: str,
    lines: list[str],
    font: str,
    size: float,
    top: float,
    x: float = LEFT,
    inside: Element | None = None,
) -> None:
    placed = [
        Line(x, top - (number + 1) * size * LEADING + 0.3 * size, line, font, size)
        for number, line in enumerate(lines)
    ]
    pages.mark(kind, placed, inside)
