"""The tables of a report on its sheets: headings again on every further page, and nothing cut off.

What is repeated for the eye is no part of what is read aloud. A table with more columns than a sheet has room for is
drawn in parts, each beginning with the first column; a row that is higher than a sheet goes on on the next.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate, pairwise
from typing import Final

from reportlab.lib.units import mm
from reportlab.pdfgen.canvas import Canvas

from foundation.tagged_pdf import BOLD, REGULAR, Element, Line, width_of, wrapped
from reports.domain.description import Column, Kind, Table, text_of
from reports.render_pdf.sheet import BOTTOM, LEADING, LEFT, SMALL, SMALLEST, SPACE, TOP, Sheet

PADDING: Final = 5.0
GUTTER: Final = 8.0
"""Between columns: a number to the right stands beside a text to the left."""
WIDE: Final = 12
"""A table of more columns is set smaller."""
NARROWEST: Final[float] = 14 * mm
"""A narrower column would be cut after every few letters."""
WIDEST_WORD: Final[float] = 30 * mm
"""A longer word, such as an address, may be cut."""
LOOKED_AT: Final = 50
"""Rows whose words decide how wide the columns are."""
_COLUMN, _ROW = "Column", "Row"
_Cells = Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class _Part:
    """Columns of a table that stand beside each other: their places in a row, and their edges on the sheet."""

    columns: tuple[Column, ...]
    places: tuple[int, ...]
    edges: tuple[float, ...]
    size: float

    @property
    def widths(self) -> tuple[float, ...]:
        """How much a cell of each may take."""
        return tuple(right - left - GUTTER for left, right in pairwise(self.edges))

    def wrapped(self, texts: Sequence[str], font: str) -> list[tuple[str, ...]]:
        """Texts of a row in lines."""
        return [
            _wrapped(texts[place], font, self.size, width)
            for place, width in zip(self.places, self.widths, strict=True)
        ]

    def height(self, cells: _Cells) -> float:
        """How high a row is."""
        return max(map(len, cells)) * self.size * LEADING + PADDING

    def placed(self, cells: _Cells, y: float, font: str) -> Iterator[list[Line]]:
        """The lines of each cell in their places, numbers to the right."""
        y -= PADDING / 2
        for at, cell in enumerate(cells):
            left, right = self.edges[at], self.edges[at + 1] - GUTTER
            numeric = self.columns[at].kind is Kind.NUMBER
            yield [
                Line(
                    right - width_of(text, font, self.size) if numeric else left,
                    y - number * self.size * LEADING,
                    text,
                    font,
                    self.size,
                )
                for number, text in enumerate(cell, start=1)
            ]


def draw_table(sheet: Sheet, table: Table) -> None:
    """Draw all of its rows, below its title and note."""
    parts = _parts(table)
    for number, part in enumerate(parts, start=1):
        if len(parts) > 1:
            sheet.room(60)
            sheet.lines("P", [f"Columns, part {number} of {len(parts)}"], BOLD, SMALL)
        _draw_part(sheet, table, part)
        sheet.pages.y -= 8


def _draw_part(sheet: Sheet, table: Table, part: _Part) -> None:
    pages = sheet.pages
    element = pages.group("Table")
    headings = part.wrapped([column.title for column in table.columns], BOLD)
    sheet.room(part.height(headings) + 3 * part.size * LEADING)
    _draw_headings(sheet, part, headings, pages.group("TR", pages.group("THead", element)))
    body = pages.group("TBody", element)
    most = int((TOP - BOTTOM - part.height(headings) - PADDING) / (part.size * LEADING))
    for row in table.rows:
        whole = part.wrapped([text_of(cell) for cell in row], REGULAR)
        for cells in _in_sheets(whole, most):
            if sheet.room(part.height(cells)):
                _draw_headings(sheet, part, headings, None)
            tr = pages.group("TR", body)
            for at, lines in enumerate(part.placed(cells, pages.y, REGULAR)):
                pages.mark("TD" if at else "TH", lines, tr, "" if at else _ROW)
            pages.y -= part.height(cells)
            sheet.rule(0.25)


def _draw_headings(sheet: Sheet, part: _Part, cells: _Cells, row: Element | None) -> None:
    """The headings; `row` None: again, for the eye alone."""
    placed = list(part.placed(cells, sheet.pages.y, BOLD))
    if row is None:

        def draw(canvas: Canvas) -> None:
            for lines in placed:
                for line in lines:
                    line.draw(canvas)

        sheet.pages.artifact(draw)
    else:
        for lines in placed:
            sheet.pages.mark("TH", lines, row, _COLUMN)
    sheet.pages.y -= part.height(cells)
    sheet.rule(0.8)


def _in_sheets(cells: _Cells, most: int) -> Iterator[_Cells]:
    """A row in parts that a sheet holds: nearly always one."""
    longest = max(map(len, cells))
    if longest <= most:
        yield cells
        return
    for first in range(0, longest, most):
        yield [cell[first : first + most] for cell in cells]


def _parts(table: Table) -> list[_Part]:
    """The columns in as few parts as leave every heading whole; the first column begins each part."""
    rooms = [_need(column.title, (), SMALLEST) for column in table.columns]
    if sum(rooms) <= SPACE:
        return [_part(table, range(len(rooms)))]
    rooms = [max(room, NARROWEST) for room in rooms]
    groups: list[list[int]] = [[0]]
    for at in range(1, len(rooms)):
        if sum(rooms[place] for place in groups[-1]) + rooms[at] > SPACE and len(groups[-1]) > 1:
            groups.append([0])
        groups[-1].append(at)
    return [_part(table, group) for group in groups]


def _part(table: Table, places: Sequence[int]) -> _Part:
    columns = tuple(table.columns[place] for place in places)
    size = SMALLEST if len(columns) > WIDE else SMALL
    rows = table.rows[:LOOKED_AT]
    needs = [
        _need(column.title, [text_of(row[place]) for row in rows], size)
        for column, place in zip(columns, places, strict=True)
    ]
    if sum(needs) > SPACE:
        needs = [_need(column.title, (), size) for column in columns]
    edges = tuple(accumulate(_widths([column.width for column in columns], needs), initial=LEFT))
    return _Part(columns, tuple(places), edges, size)


def _need(title: str, texts: Iterable[str], size: float) -> float:
    """What a column takes so that no word of its heading, and of these texts, is cut."""
    headings = [width_of(word, BOLD, size) for word in title.split()]
    words = [width_of(word, REGULAR, size) for word in {word for text in texts for word in text.split()}]
    return min(max([*headings, *words], default=0) + GUTTER + 0.1, WIDEST_WORD)


def _widths(shares: Sequence[int], needs: Sequence[float]) -> list[float]:
    """Each column's share of the sheet; who has more than it needs gives to who has less."""
    whole = sum(shares)
    widths = [SPACE * share / whole for share in shares]
    if sum(needs) > SPACE:
        return widths
    wider = [max(width, need) for width, need in zip(widths, needs, strict=True)]
    spare = sum(wider) - sum(needs)
    taken = (sum(wider) - SPACE) / spare if spare else 0
    return [width - (width - need) * taken for width, need in zip(wider, needs, strict=True)]


@lru_cache(maxsize=65536)
def _wrapped(text: str, font: str, size: float, width: float) -> tuple[str, ...]:
    return tuple(wrapped(text, font, size, width))
