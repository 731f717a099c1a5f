"""A report as a PDF: tagged, with bookmarks. The same report gives the same bytes."""

from io import BytesIO
from typing import Final

from reportlab.graphics import renderPDF
from reportlab.pdfgen.canvas import Canvas

from foundation.errors import DomainError
from foundation.tagged_pdf import BOLD, REGULAR, new_canvas
from reports.domain.description import Report, Table
from reports.render_pdf.pictures import Picture, first_height, pictures_of
from reports.render_pdf.sheet import (
    BODY,
    HEIGHT,
    LEFT,
    RIGHT,
    SMALL,
    WIDTH,
    Sheet,
)
from reports.render_pdf.tables import draw_table

MOST_ROWS: Final = 5_000
"""In all tables together. To draw more takes many seconds, in which the process draws nothing for anybody else."""
TOO_MANY_ROWS: Final = (
    f"A PDF of this report would have more than {MOST_ROWS:,} rows. Choose Excel (XLSX) or CSV."
)


def pdf_of(report: Report) -> bytes:
    """The report as a file. Raises DomainError where it would have more than `MOST_ROWS` rows or `MOST_PAGES` pages."""
    if sum(len(table.rows) for table in report.tables) > MOST_ROWS:
        raise DomainError(TOO_MANY_ROWS)
    pages = _drawn(report, BytesIO(), 0)
    out = BytesIO()
    _drawn(report, out, pages)
    return out.getvalue()


def _drawn(report: Report, out: BytesIO, of_pages: int) -> int:
    """Go through all of it and say how many pages it took; nothing is drawn while `of_pages` is nought."""
    canvas = new_canvas(out, (WIDTH, HEIGHT), report.head.title, report.head.council)
    canvas.showOutline()
    sheet = Sheet(canvas, report.head, of_pages)
    _draw(sheet, report)
    sheet.foot()
    drawn = sheet.pages.number
    if of_pages:
        sheet.pages.turn()
        sheet.pages.finish()
        canvas.save()
    return drawn


def _draw(sheet: Sheet, report: Report) -> None:
    head = report.head
    sheet.pages.begin_section()
    sheet.lines("P", [head.council], REGULAR, BODY)
    sheet.lines("H1", [head.title], BOLD, 18)
    sheet.bookmark(head.title, 0)
    sheet.pages.y -= 4
    for words, says in head.lines():
        sheet.pair(words, says)
    for section in report.sections:
        sheet.pages.begin_section()
        sheet.pages.y -= 10
        sheet.room(60 + max(map(first_height, section.tables[:1]), default=0))
        sheet.bookmark(section.title, 1)
        sheet.lines("H2", [section.title], BOLD, 14)
        for paragraph in section.paragraphs:
            sheet.lines("P", [paragraph], REGULAR, BODY)
        for table in section.tables:
            _draw_table(sheet, table, alone=len(section.tables) == 1 and table.title == section.title)


def _draw_table(sheet: Sheet, table: Table, *, alone: bool) -> None:
    for picture in pictures_of(table):
        _draw_picture(sheet, picture)
    if not alone:
        sheet.room(50)
        sheet.lines("H3", [table.title], BOLD, 11)
    if table.note:
        sheet.lines("P", [table.note], REGULAR, SMALL)
    if table.rows:
        draw_table(sheet, table)
    else:
        sheet.lines("P", [table.empty], REGULAR, BODY)


def _draw_picture(sheet: Sheet, picture: Picture) -> None:
    sheet.room(picture.height + 24)
    sheet.lines("H3", [picture.title], BOLD, 11)
    y = sheet.pages.y - picture.height

    def draw(canvas: Canvas) -> None:
        renderPDF.draw(picture.drawing, canvas, LEFT, y)

    sheet.pages.figure(f"{picture.title}: {picture.words}.", (LEFT, y, RIGHT, y + picture.height), draw)
    sheet.pages.y = y - 8
