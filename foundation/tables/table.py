"""The shapes of a table: the columns that are wanted, the limits, and the rows that were read."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from foundation.errors import Problem
from foundation.tables.cells import text_cell

MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is read before the file is refused. The defaults are for pages; a command may allow more."""

    size: int = 20 * MEGABYTE
    rows: int = 200_000
    columns: int = 100
    unpacked: int = 200 * MEGABYTE
    """What a workbook may hold inside: 2 MB can unpack to gigabytes."""
    grid: int = 6_000_000
    """Rows times columns of a worksheet. One stray cell in its last corner would otherwise cost gigabytes."""


COMMAND_LIMITS = Limits(size=200 * MEGABYTE, rows=1_000_000, unpacked=500 * MEGABYTE, grid=16_000_000)
"""For bulk work at the server: half a million completions are one file. Read those with open_table."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is wanted. `required`: the file must have it and every row must fill it.

    `parse` takes the text of a filled cell and gives its value or raises CellError; `blank` is the value of
    blank cells and of columns that the file has not got. Messages call the column by its label.
    """

    name: str
    required: bool = False
    label: str | None = None
    max_length: int = 200
    parse: Callable[[str], Any] = text_cell
    blank: Any = None

    @property
    def title(self) -> str:
        return self.label or self.name


@dataclass(frozen=True, slots=True)
class Layout:
    """What the rows of a table share: the file's name for messages, its used headers, the columns' titles."""

    file: str
    headers: tuple[str, ...]
    titles: dict[str, str]


@dataclass(slots=True)
class Row:
    """One row: its line in the file, its values by column name, its problems.

    A row with a problem keeps the values that could be read, the others blank: enough to say whose it was,
    never to apply it. The cells of unknown columns are kept nowhere: they may be personal data that nobody
    asked for.
    """

    line: int
    values: dict[str, Any]
    cells: tuple[str, ...]
    layout: Layout
    problems: list[Problem] = field(default_factory=list)

    @property
    def raw(self) -> dict[str, str]:
        """The cells as they stand in the file, by the headers as they stand in the file."""
        return dict(zip(self.layout.headers, self.cells, strict=False))

    def set_aside(self, message: str, column: str = "") -> Problem:
        """Mark the row, so that it is left out and handed back; `column` is the name of a column."""
        problem = Problem(message, self.layout.file, self.line, self.layout.titles.get(column, column))
        self.problems.append(problem)
        return problem


@dataclass(slots=True)
class Table:
    """A file that was read. Rows with problems are among the rows; the notices refuse nothing."""

    rows: list[Row]
    headers: tuple[str, ...]
    """All headings of the file, as typed."""
    columns: frozenset[str]
    """The names of the wanted columns that the file has."""
    unknown_columns: tuple[str, ...]
    notices: list[Problem]
    encoding: str
    delimiter: str
    """Empty for a workbook."""
    blank_rows: int
    sha256: str
    layout: Layout

    @property
    def problems(self) -> list[Problem]:
        return [problem for row in self.rows for problem in row.problems]

    @property
    def account(self) -> str:
        """What was read, in words."""
        blank = f", {self.blank_rows:,} blank rows ignored" if self.blank_rows else ""
        return f"{len(self.rows):,} rows read{blank}"
