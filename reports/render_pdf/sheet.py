"""The sheets of a report: A4 landscape, blocks of text from the left edge on, a foot with "Page x of y".

They are gone through twice, since the first of them already says how many there are: once to count, with everything
placed and nothing drawn, then to draw.
"""

from collections.abc import Callable, Iterator, Sequence
from typing import Final

from reportlab.lib.pagesizes import A4, landscape
from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from foundation.errors import DomainError
from foundation.tagged_pdf import BOLD, REGULAR, Element, Line, TaggedPages, fitted, width_of, wrapped
from reports.domain.description import Head

WIDTH, HEIGHT = landscape(A4)
LEFT, RIGHT = 15 * mm, WIDTH - 15 * mm
TOP, BOTTOM = HEIGHT - 15 * mm, 18 * mm
SPACE: Final = RIGHT - LEFT
LEADING: Final = 1.3
BODY, SMALL, SMALLEST = 9.5, 7.5, 6.5
KEY: Final = 55 * mm
FEW: Final = 6
"""Lines that stay together."""
MOST_PAGES: Final = 300
"""More than anybody prints or leafs through; to draw them keeps one waiting."""
TOO_LONG = f"A PDF of this report would have more than {MOST_PAGES} pages. Choose Excel (XLSX) or CSV."


class UndrawnPages(TaggedPages):
    """Pages that are only counted."""

    def code(self, operator: str) -> None:
        """Nothing."""

    def group(self, kind: str, inside: Element | None = None) -> Element:
        """An element that is in no tree."""
        return Element(kind)

    def turn(self) -> None:
        """Count a page."""
        self._page += 1

    def finish(self) -> None:
        """Nothing."""

    def _draw(self, draw: Callable[[Canvas], None]) -> None:
        """Nothing: whoever asks has placed it already."""

    def _marked(self, kind: str, inside: Element | None) -> Element:
        return Element(kind)


class Sheet:
    """The sheet being filled, and those after it. `of_pages`: how many there are; nought while they are counted."""

    def __init__(self, canvas: Canvas, head: Head, of_pages: int) -> None:
        self.canvas = canvas
        self.pages = TaggedPages(canvas, TOP) if of_pages else UndrawnPages(canvas, TOP)
        self._of_pages = of_pages
        self._about = f"{head.title}, {dict(head.lines())['As at']}"

    def bookmark(self, title: str, level: int) -> None:
        """Let the outline of the file lead here."""
        if not self._of_pages:
            return
        key = f"place-{level}-{self.pages.number}-{len(title)}-{self.pages.y:.0f}"
        self.canvas.bookmarkPage(key, fit="XYZ", left=LEFT, top=self.pages.y)
        self.canvas.addOutlineEntry(title, key, level, closed=0)

    def lines(self, kind: str, texts: Sequence[str], font: str, size: float) -> None:
        """A block of text; one of more than a few lines may go on on the next sheet."""
        lines = [line for text in texts for line in wrapped(text, font, size, SPACE)]
        while lines:
            fit = int((self.pages.y - BOTTOM) / (size * LEADING))
            some = lines[: max(fit, FEW)]
            self.room(len(some) * size * LEADING)
            self.pages.mark(kind, self._below(some, font, size, LEFT))
            lines = lines[len(some) :]
        self.pages.y -= size * 0.4

    def pair(self, words: str, says: str) -> None:
        """A line of the head: what it is about, and what it says."""
        of_words = list(wrapped(words, BOLD, BODY, KEY - 8))
        for lines in _in_sheets(list(wrapped(says, REGULAR, BODY, SPACE - KEY)), BODY):
            self.room(max(len(of_words), len(lines)) * BODY * LEADING)
            top = self.pages.y
            left = self._below(of_words, BOLD, BODY, LEFT)
            low = self.pages.y
            self.pages.y = top
            right = self._below(lines, REGULAR, BODY, LEFT + KEY)
            self.pages.mark("P", [*left, *right])
            self.pages.y = min(low, self.pages.y) - 2
            of_words = []

    def room(self, height: float) -> bool:
        """Turn the page where so much does not fit any more; whether it was turned."""
        if self.pages.y - height >= BOTTOM:
            return False
        self.foot()
        if self.pages.number >= MOST_PAGES:
            raise DomainError(TOO_LONG)
        self.pages.turn()
        self.pages.y = TOP
        return True

    def foot(self) -> None:
        """What stands below every page."""
        right = f"Page {self.pages.number} of {self._of_pages}"

        def draw(canvas: Canvas) -> None:
            left = fitted(self._about, REGULAR, SMALL, SPACE - width_of(right, REGULAR, SMALL) - 20)
            canvas.setFont(REGULAR, SMALL)
            canvas.drawString(LEFT, 9 * mm, left)
            canvas.drawRightString(RIGHT, 9 * mm, right)

        self.pages.artifact(draw)

    def rule(self, width: float) -> None:
        """A line from edge to edge."""
        y = self.pages.y

        def draw(canvas: Canvas) -> None:
            canvas.setLineWidth(width)
            canvas.line(LEFT, y, RIGHT, y)

        self.pages.artifact(draw)

    def _below(self, lines: Sequence[str], font: str, size: float, x: float) -> list[Line]:
        found = []
        for line in lines:
            self.pages.y -= size * LEADING
            found.append(Line(x, self.pages.y, line, font, size))
        return found


def _in_sheets(lines: Sequence[str], size: float) -> Iterator[Sequence[str]]:
    """Lines in parts that a sheet holds."""
    most = int((TOP - BOTTOM) / (size * LEADING))
    for first in range(0, len(lines), most):
        yield lines[first : first + most]
