"""PDF pages that a screen reader can read: drawn by reportlab, tagged here.

reportlab knows nothing of tags: each block is drawn as marked content, and the tree of structure that points at the
marks is put beside the pages (WCAG 2.2, PDF/UA in what it asks of text and pictures). The same pages always give the
same bytes. The typeface is embedded, as the subset in use.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import IO, Any, Final

from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.pdfdoc import PDFArray, PDFDictionary, PDFName, PDFString
from reportlab.pdfbase.ttfonts import TTFont
from reportlab.pdfgen.canvas import Canvas

FONTS: Final = Path(__file__).resolve().parent / "fonts"
REGULAR, BOLD = "Letter", "Letter-Bold"
LANGUAGE: Final = "en-GB"
_LAST: Final = 0xFFFF


@cache
def register_fonts() -> None:
    """Fonts with the letters of everybody's name, as far as Latin, Greek and Cyrillic go; embedded, as a subset."""
    pdfmetrics.registerFont(TTFont(REGULAR, str(FONTS / "DejaVuSansCondensed.ttf")))
    pdfmetrics.registerFont(TTFont(BOLD, str(FONTS / "DejaVuSansCondensed-Bold.ttf")))


def new_canvas(out: IO[bytes], size: tuple[float, float], title: str, author: str) -> Canvas:
    """An empty document in British English, whose bytes follow from what is drawn and from nothing else."""
    register_fonts()
    canvas = Canvas(
        out,
        pagesize=size,
        pageCompression=1,
        invariant=1,
        pdfVersion=(1, 7),
        lang=LANGUAGE,
        initialFontName=REGULAR,
    )
    canvas.setTitle(title)
    canvas.setAuthor(author)
    return canvas


@dataclass(frozen=True, slots=True)
class Line:
    """A line of text in its place."""

    x: float
    y: float
    text: str
    font: str
    size: float

    def draw(self, canvas: Canvas) -> None:
        """Write it."""
        canvas.setFont(self.font, self.size)
        # The blank parts it from the next line for whoever listens.
        canvas.drawString(self.x, self.y, f"{self.text} ")


@dataclass(slots=True)
class Element:
    """A node of the structure: its kind, the page and mark it stands at, or the nodes below it.

    `alt` are the words that stand for a picture, `box` is where it is on the page. `scope` says of a heading of a table
    whether it is of its "Row" or its "Column"; `actual` is what a text says where that cannot all be shown.
    """

    kind: str
    page: int | None = None
    mark: int | None = None
    below: list["Element"] = field(default_factory=list)
    alt: str = ""
    box: tuple[float, float, float, float] | None = None
    scope: str = ""
    actual: str = ""


class TaggedPages:
    """The pages being drawn, and the structure of what is on them. `y` is where drawing has come to."""

    def __init__(self, canvas: Canvas, top: float) -> None:
        self.canvas = canvas
        self.y = top
        self._page = 0
        self._marks: list[list[Element]] = [[]]
        self._top = Element("Document")
        self._open = self._top

    def begin_section(self) -> None:
        """What follows belongs together."""
        self._open = Element("Sect")
        self._top.below.append(self._open)

    def turn(self) -> None:
        """Go on to the next page."""
        self.canvas.showPage()
        self._page += 1
        self._marks.append([])

    @property
    def number(self) -> int:
        """The page being drawn, from 1."""
        return self._page + 1

    def mark(
        self,
        kind: str,
        lines: Sequence[Line],
        inside: Element | None = None,
        scope: str = "",
        *,
        actual: str = "",
    ) -> None:
        """Draw lines as one element; `actual` is read aloud in their place."""
        element = self._marked(kind, inside)
        element.scope, element.actual = scope, actual
        for line in lines:
            self._draw(line.draw)
        self.code("EMC")

    def figure(
        self, alt: str, box: tuple[float, float, float, float], draw: Callable[[Canvas], None]
    ) -> None:
        """Draw a picture, which `alt` says in words; `box` is its left, lower, right and upper edge."""
        element = self._marked("Figure", None)
        element.alt, element.box = alt, box
        self._draw(draw)
        self.code("EMC")

    def group(self, kind: str, inside: Element | None = None) -> Element:
        """An element of elements."""
        element = Element(kind)
        (inside or self._open).below.append(element)
        return element

    def artifact(self, draw: Callable[[Canvas], None]) -> None:
        """Draw what says nothing, and what nothing reads aloud."""
        self.code("/Artifact BMC")
        self._draw(draw)
        self.code("EMC")

    def rule(self, x: float, y: float, width: float) -> None:
        """A line that only adorns."""

        def draw(canvas: Canvas) -> None:
            canvas.setLineWidth(0.4)
            canvas.line(x, y, x + width, y)

        self.artifact(draw)

    def code(self, operator: str) -> None:
        """Put an operator of PDF on the page; reportlab offers no way of its own to mark content."""
        self.canvas._code.append(operator)

    def finish(self) -> None:
        """Put the structure beside the pages."""
        document: Any = self.canvas._doc
        pages = document.Pages.pages
        root = PDFDictionary({"Type": PDFName("StructTreeRoot")})
        root_reference = document.Reference(root)
        parents: dict[tuple[int, int], Any] = {}
        top = self._written(document, self._top, root_reference, pages, parents)
        numbers: list[Any] = []
        for number, marks in enumerate(self._marks[: len(pages)]):
            numbers += [number, PDFArray([parents[number, place] for place in range(len(marks))])]
            page = pages[number]
            page.__NoDefault__ = [*page.__NoDefault__, "StructParents"]
            page.StructParents = number
            page.Tabs = PDFName("S")
        root.dict["K"] = PDFArray([top])
        root.dict["ParentTree"] = document.Reference(PDFDictionary({"Nums": PDFArray(numbers)}))
        root.dict["ParentTreeNextKey"] = len(pages)
        document.Catalog.StructTreeRoot = root
        document.Catalog.MarkInfo = PDFDictionary({"Marked": "true"})
        document.Catalog.ViewerPreferences = PDFDictionary({"DisplayDocTitle": "true"})

    def _draw(self, draw: Callable[[Canvas], None]) -> None:
        """All that is drawn goes through here and `code`, so that pages can also be counted alone."""
        draw(self.canvas)

    def _marked(self, kind: str, inside: Element | None) -> Element:
        here = self._marks[self._page]
        element = Element(kind, self._page, len(here))
        here.append(element)
        (inside or self._open).below.append(element)
        self.code(f"/{kind} <</MCID {element.mark}>> BDC")
        return element

    def _written(
        self,
        document: Any,
        element: Element,
        parent: Any,
        pages: Sequence[Any],
        parents: dict[tuple[int, int], Any],
    ) -> Any:
        written = PDFDictionary({"Type": PDFName("StructElem"), "S": PDFName(element.kind), "P": parent})
        reference = document.Reference(written)
        if element.alt:
            written.dict["Alt"] = PDFString(element.alt)
        if element.actual:
            written.dict["ActualText"] = PDFString(element.actual)
        if element.box is not None:
            layout = {"O": PDFName("Layout"), "Placement": PDFName("Block"), "BBox": PDFArray(element.box)}
            written.dict["A"] = PDFDictionary(layout)
        if element.scope:
            written.dict["A"] = PDFDictionary({"O": PDFName("Table"), "Scope": PDFName(element.scope)})
        if element.page is not None and element.mark is not None:
            written.dict["Pg"] = document.Reference(pages[element.page])
            written.dict["K"] = element.mark
            parents[element.page, element.mark] = reference
        else:
            below = [self._written(document, one, reference, pages, parents) for one in element.below]
            written.dict["K"] = PDFArray(below)
        return reference


def width_of(text: str, font: str, size: float) -> float:
    """How wide a text is."""
    width: float = pdfmetrics.stringWidth(text, font, size)
    return width


def wrapped(text: str, font: str, size: float, width: float) -> Iterator[str]:
    """Lines that are no wider; a word that is (an address) is cut where the line ends."""
    line = ""
    for word in text.split():
        longer = f"{line} {word}" if line else word
        if width_of(longer, font, size) <= width:
            line = longer
            continue
        if line:
            yield line
        line = word
        while width_of(line, font, size) > width:
            fits = _fitting(line, font, size, width)
            yield line[:fits]
            line = line[fits:]
    yield line


def fitted(text: str, font: str, size: float, width: float) -> str:
    """One line, cut where it would leave its place."""
    if width_of(text, font, size) <= width:
        return text
    fits = _fitting(text, font, size, width - width_of("\u2026", font, size))
    return f"{text[:fits].rstrip()}\u2026"


def has_letter(font: str, letter: str) -> bool:
    """Whether the typeface can show a letter, and reportlab can write which it is: not beyond `_LAST`."""
    register_fonts()
    return ord(letter) <= _LAST and ord(letter) in pdfmetrics.getFont(font).face.charToGlyph


def _fitting(word: str, font: str, size: float, width: float) -> int:
    """How many letters of a word fit; at least one."""
    fits = len(word)
    while fits > 1 and width_of(word[:fits], font, size) > width:
        fits -= 1
    return fits
