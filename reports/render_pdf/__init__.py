"""PDF: letters to print, and reports. Tagged, so that a screen reader reads them in order."""

from reports.render_pdf.letters import letters_pdf
from reports.render_pdf.report import MOST_ROWS, TOO_MANY_ROWS, pdf_of

__all__ = ["MOST_ROWS", "TOO_MANY_ROWS", "letters_pdf", "pdf_of"]
