"""Tables in files: CSV and XLSX, read as other systems write them, written so that they are safe to open."""

from foundation.tables.cells import (
    CellError,
    choice_cell,
    codes_cell,
    email_cell,
    integer_cell,
    ref_cell,
    text_cell,
)
from foundation.tables.days import day_cell, day_or_moment_cell
from foundation.tables.reading import open_table, read_table
from foundation.tables.rows import Reading
from foundation.tables.table import COMMAND_LIMITS, Column, Limits, Row, Table
from foundation.tables.wording import display_name, shown
from foundation.tables.writing import csv_pieces, text_for_excel, write_csv, write_set_aside, write_xlsx

__all__ = [
    "COMMAND_LIMITS",
    "CellError",
    "Column",
    "Limits",
    "Reading",
    "Row",
    "Table",
    "choice_cell",
    "codes_cell",
    "csv_pieces",
    "day_cell",
    "day_or_moment_cell",
    "display_name",
    "email_cell",
    "integer_cell",
    "open_table",
    "read_table",
    "ref_cell",
    "shown",
    "text_cell",
    "text_for_excel",
    "write_csv",
    "write_set_aside",
    "write_xlsx",
]
