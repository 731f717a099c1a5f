"""A certificate on paper: one page of A4 on its side, in the council's look, tagged for screen readers.

Names and titles of any length fit: they are set smaller, then on several lines, and never cut. A letter that the
typeface lacks is shown as an empty box, a line says so, and whoever listens hears the letter. The same certificate in
the same look gives the same bytes.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from io import BytesIO
from typing import Any, Final

from reportlab.lib.colors import HexColor
from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.lib.utils import ImageReader
from reportlab.pdfbase.pdfdoc import PDFInfo, PDFString
from reportlab.pdfgen.canvas import Canvas

from courses.certificate import record
from courses.certificate.issuer import Look
from courses.certificate.qr import qr_path
from courses.domain.certificates import Certificate, day_of, printed
from foundation.formats import long_date
from foundation.tagged_pdf import (
    BOLD,
    REGULAR,
    Line,
    TaggedPages,
    fitted,
    has_letter,
    new_canvas,
    width_of,
    wrapped,
)

SIZE: Final = landscape(A4)
WIDTH, HEIGHT = SIZE
LEFT, RIGHT = 22 * mm, WIDTH - 22 * mm
BAND: Final = 28 * mm
QR_SIZE: Final = 40 * mm
LEADING: Final = 1.25
TEXT, QUIET_TEXT, WHITE = HexColor("#0b0c0c"), HexColor("#484949"), HexColor("#ffffff")
HEADING: Final = "Certificate of completion"
NO_END: Final = "Does not expire"
BOX: Final = "\u25a1"
LACKING: Final = (
    "An empty box stands for a letter that cannot be printed here. The register holds the name in full."
)


class Information(PDFInfo):  # type: ignore[misc]  # reportlab has no types
    """The document information, with the record of the certificate beside the title."""

    def __init__(self, record_of: str) -> None:
        super().__init__()
        self._record = record_of

    def format(self, document: Any) -> bytes:
        plain: bytes = super().format(document)
        end = plain.rindex(b">>")
        entry: bytes = PDFString(self._record).format(document)
        return plain[:end] + f"/{record.ENTRY} ".encode() + entry + b" " + plain[end:]


def drawn(certificate: Certificate, look: Look) -> bytes:
    """The certificate as a PDF without a signature."""
    out = BytesIO()
    canvas = _canvas(out, certificate)
    pages = TaggedPages(canvas, HEIGHT)
    _band(pages, certificate, look)
    _body(pages, certificate)
    _details(pages, certificate)
    _foot(pages, certificate, look)
    canvas.showPage()
    pages.finish()
    canvas.save()
    return out.getvalue()


def _canvas(out: BytesIO, certificate: Certificate) -> Canvas:
    title = f"{HEADING}: {_plain(certificate.name)}, {_plain(certificate.course_title)}"
    document_info = Information(record.written(certificate))
    canvas = new_canvas(out, SIZE, title, certificate.council)
    document_info.__dict__.update(canvas._doc.info.__dict__)
    canvas._doc.info = document_info
    canvas.setSubject(f"Certificate number {printed(certificate.number)}")
    canvas.setCreator(certificate.council)
    moment = certificate.issued_at
    canvas.setDateFormatter(lambda *_: f"D:{moment:%Y%m%d%H%M%S}Z")
    return canvas


def _band(pages: TaggedPages, certificate: Certificate, look: Look) -> None:
    """The council's colour across the page, with its logo or its name."""

    def ground(canvas: Canvas) -> None:
        canvas.setFillColor(HexColor(look.colour))
        canvas.rect(0, HEIGHT - BAND, WIDTH, BAND, stroke=0, fill=1)

    pages.artifact(ground)
    logo = _logo(look.logo) if look.logo else None
    if logo is None:
        pages.canvas.setFillColor(WHITE)
        size, lines = fit(certificate.council, BOLD, 22, 9, RIGHT - LEFT, 3)
        top = HEIGHT - BAND / 2 + (len(lines) * size * LEADING) / 2
        pages.mark("P", _lines(lines, BOLD, size, top))
    else:
        of_logo, wide, high = logo
        scale = min((BAND - 10 * mm) / high, (RIGHT - LEFT) / wide)
        x, y, width, height = LEFT, HEIGHT - BAND + 5 * mm, wide * scale, high * scale
        pages.figure(
            certificate.council,
            (x, y, x + width, y + height),
            lambda canvas: canvas.drawImage(of_logo, x, y, width, height, mask="auto"),
        )
    pages.canvas.setFillColor(TEXT)


@lru_cache(maxsize=4)
def _logo(content: bytes) -> tuple[ImageReader, float, float] | None:
    """The logo with its width and height; None where the file is damaged: the name stands in its place."""
    try:
        reader = ImageReader(BytesIO(content))
        wide, high = reader.getSize()
    except Exception:  # noqa: BLE001, RUF100 -- reportlab and Pillow raise whatever comes to them
        return None
    return reader, float(wide), float(high)


def _body(pages: TaggedPages, certificate: Certificate) -> None:
    """Who completed what."""
    pages.y = HEIGHT - BAND - 10 * mm
    _put(pages, "H1", HEADING, BOLD, 30, 30, 1)
    pages.y -= 5 * mm
    _say(pages, "This certificate was issued to")
    lacking = BOX in _shown(certificate.name)
    _put(pages, "P", certificate.name, BOLD, 34, 9, 5, actual=_plain(certificate.name) if lacking else "")
    if lacking:
        _say(pages, LACKING, 9)
    pages.y -= 3 * mm
    _say(pages, "who completed")
    _put(pages, "P", certificate.course_title, BOLD, 24, 11, 4)


def _details(pages: TaggedPages, certificate: Certificate) -> None:
    """Provider, days and number, each under what it is."""
    pages.y = min(pages.y - 6 * mm, 94 * mm)
    _labelled(pages, [("Provider", certificate.provider)], RIGHT - LEFT)
    valid_until = long_date(certificate.valid_until) if certificate.valid_until else NO_END
    facts = [
        ("Completed on", long_date(certificate.completed_on)),
        ("Valid until", valid_until),
        ("Certificate number", printed(certificate.number)),
    ]
    _labelled(pages, facts, (RIGHT - QR_SIZE - 6 * mm - LEFT) / 3)


def _labelled(pages: TaggedPages, facts: Sequence[tuple[str, str]], width: float) -> None:
    """Facts side by side; each is read aloud as one."""
    pages.y -= 3 * mm
    top, lowest = pages.y, pages.y
    for number, (label, value) in enumerate(facts):
        x = LEFT + number * width
        pages.y = top
        size, lines = fit(value, BOLD, 14, 8, width - 3 * mm, 3)
        label_line = _lines([f"{label}:"], REGULAR, 11, top, x)
        below = top - 11 * LEADING
        pages.mark("P", [*label_line, *_lines(lines, BOLD, size, below, x)])
        lowest = min(lowest, below - len(lines) * size * LEADING)
    pages.y = lowest


def _foot(pages: TaggedPages, certificate: Certificate, look: Look) -> None:
    """Where to ask whether it still holds: in words, and as a code for a telephone."""
    address = look.address(certificate.number)
    x, y = RIGHT - QR_SIZE, 14 * mm
    pages.figure(
        f"QR code. It opens {address}",
        (x, y, x + QR_SIZE, y + QR_SIZE),
        lambda _canvas: pages.code(qr_path(address, x, y, QR_SIZE)),
    )
    width = x - 6 * mm - LEFT
    pages.y = 36 * mm
    _say(pages, "Check that this certificate still holds:", 11, width)
    pages.canvas.setFillColor(TEXT)
    size, lines = fit(address, BOLD, 11, 7, width, 2)
    pages.mark("P", _lines(lines, BOLD, size, pages.y))
    pages.y -= len(lines) * size * LEADING
    day = long_date(day_of(certificate.issued_at))
    issued = f"Issued by {_shown(certificate.council)} on {day}. Signed electronically."
    size, lines = fit(issued, REGULAR, 10, 7, width, 2)
    pages.canvas.setFillColor(QUIET_TEXT)
    pages.mark("P", _lines(lines, REGULAR, size, pages.y - 2 * mm))
    pages.canvas.setFillColor(TEXT)


def _say(pages: TaggedPages, text: str, size: float = 12, width: float = RIGHT - LEFT) -> None:
    pages.canvas.setFillColor(QUIET_TEXT)
    pages.mark("P", _lines([fitted(text, REGULAR, size, width)], REGULAR, size, pages.y))
    pages.canvas.setFillColor(TEXT)
    pages.y -= size * LEADING


def _put(
    pages: TaggedPages,
    kind: str,
    text: str,
    font: str,
    largest: float,
    smallest: float,
    most_lines: int,
    actual: str = "",
) -> None:
    size, lines = fit(text, font, largest, smallest, RIGHT - LEFT, most_lines)
    pages.mark(kind, _lines(lines, font, size, pages.y), actual=actual)
    pages.y -= len(lines) * size * LEADING


def _lines(lines: Sequence[str], font: str, size: float, top: float, x: float = LEFT) -> list[Line]:
    return [Line(x, top - (number + 1) * size * LEADING + 0.3 * size, line, font, size)
            for number, line in enumerate(lines)]  # fmt: skip


def fit(
    text: str, font: str, largest: float, smallest: float, width: float, most_lines: int
) -> tuple[float, list[str]]:
    """A size and the lines of a text in it: the fewest lines first, and of those the largest size.

    A single line shrinks to six tenths before the text takes a second one. What fits in no way is set in the smallest
    size on as many lines as it takes: nothing is ever cut.
    """
    text = _shown(text)
    for count in range(1, most_lines + 1):
        size = largest / count**0.5
        least = max(smallest, 0.6 * size) if count < most_lines else smallest
        while size >= least:
            # Lines of a text are never wider than the text: what is too long in sum is not worth the breaking.
            if width_of(text, font, size) <= count * width:
                lines = list(wrapped(text, font, size, width))
                if len(lines) <= count:
                    return size, lines
            size -= 1
    return smallest, list(wrapped(text, font, smallest, width))


def _shown(text: str) -> str:
    """A text as it can be printed."""
    return "".join(letter if has_letter(BOLD, letter) else BOX for letter in _plain(text))


def _plain(text: str) -> str:
    """A text on one line: letters put together, and without what steers how others are shown.

    A checker finds the place of the signature by its entry, which no name may spell (checking.py).
    """
    together = unicodedata.normalize("NFC", text).replace("/ByteRange", "/ ByteRange")
    kept = (" " if letter.isspace() else letter for letter in together)
    return " ".join("".join(one for one in kept if unicodedata.category(one)[0] != "C").split())
