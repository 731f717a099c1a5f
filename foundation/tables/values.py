"""Understanding the cells of a column, each distinct cell once."""

from typing import Any

from foundation.tables import doubts
from foundation.tables.cells import ZERO_WIDTH, CellError
from foundation.tables.guard import unguarded
from foundation.tables.table import Column
from foundation.tables.wording import shown

MISSING = "The value is missing."
_DISTINCT_CELLS_KEPT = 65_536


class Values(dict[str, Any]):
    """The values of a column's distinct cells, each understood when it is first met."""

    __slots__ = ("column", "doubtful", "errors", "noticed")

    def __init__(self, column: Column, doubtful: bool, noticed: list[tuple[Column, str]]) -> None:
        super().__init__()
        self.column = column
        self.doubtful = doubtful
        self.noticed = noticed
        self.errors: dict[str, CellError] = {}

    def __missing__(self, cell: str) -> Any:
        error = self.errors.get(cell)
        if error:
            raise type(error)(error.message)
        try:
            value = self._understood(cell)
        except CellError as new:
            if len(self.errors) < _DISTINCT_CELLS_KEPT:
                self.errors[cell] = type(new)(new.message)
            raise
        if len(self) < _DISTINCT_CELLS_KEPT:
            self[cell] = value
        return value

    def _understood(self, cell: str) -> Any:
        column = self.column
        if blank(cell):
            if column.required:
                raise CellError(MISSING)
            return column.blank
        text = unguarded(cell)
        if len(text) > column.max_length and len(text.strip()) > column.max_length:
            raise CellError(f"This is longer than {column.max_length:,} characters.")
        value = column.parse(text)
        if doubts.looks_like_formula(text) and isinstance(value, str):
            self.noticed.append((column, f"{shown(text)} looks like a formula. It is kept as text."))
        if self.doubtful and not text.isascii() and doubts.double_encoded(text):
            self.noticed.append((column, f"{shown(text)} looks double-encoded. Check before applying."))
        return value


def blank(cell: str) -> bool:
    """Whether there is nothing in the cell but spaces of some kind."""
    if cell.isascii():
        return not cell or cell.isspace()
    return not cell.translate(ZERO_WIDTH).strip()
