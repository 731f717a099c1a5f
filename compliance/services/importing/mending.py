"""Rows that were set aside, to be mended one by one on a page and loaded as a small file of their own.

That file is the one that a command writes: it has the columns that say where each row stood and why, so the importers
know it for a part, and nothing that is missing from it ends.
"""

import io
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from compliance.services.importing.folder import PROBLEMS, RunFolder
from foundation.errors import Problem
from foundation.tables.columns import MENDING_COLUMNS, plain
from foundation.tables.writing import write_csv

AT_ONCE = 20
"""Rows on one page."""
LONGEST_CELL = 1000
"""A longer cell is cut where it is shown: it was set aside for its length, and nobody mends it by hand."""
_SAID = len(MENDING_COLUMNS)


@dataclass(frozen=True, slots=True)
class Cell:
    """One value of a row, and what is wrong with it."""

    position: int
    heading: str
    value: str
    error: str


@dataclass(frozen=True, slots=True)
class AsideRow:
    """One row that was set aside. `place` counts the rows of the file to mend, `line` those of the file it came in."""

    place: int
    line: int
    cells: tuple[Cell, ...]
    error: str
    """What is wrong with the row as a whole."""

    @property
    def wrong(self) -> list[Cell]:
        """The values with something wrong, or all of them where the row as a whole is wrong."""
        return [cell for cell in self.cells if cell.error or not self._is_named]

    @property
    def others(self) -> list[Cell]:
        return [cell for cell in self.cells if not cell.error and self._is_named]

    @property
    def _is_named(self) -> bool:
        return any(cell.error for cell in self.cells)

    @property
    def who(self) -> str:
        """By what the row is known: its first values."""
        return ", ".join(cell.value[:60] for cell in self.cells[:3] if cell.value)


def rows_aside(folder: RunFolder, first: int, most: int = AT_ONCE) -> list[AsideRow]:
    """Some of the rows that were set aside, with what has been typed over them."""
    headings, rows = folder.aside()
    headings, mended = headings[:-_SAID], folder.mended()
    chosen = list(enumerate(islice(rows, first, first + most), start=first))
    lines = {int(cells[-_SAID]) for _, cells in chosen}
    problems: dict[int, list[Problem]] = defaultdict(list)
    for problem in folder.read_problems(PROBLEMS):
        if problem.line in lines:
            problems[problem.line].append(problem)
    return [
        _row(place, headings, mended.get(place), cells, problems[int(cells[-_SAID])])
        for place, cells in chosen
    ]


def _row(
    place: int,
    headings: Sequence[str],
    typed: list[str] | None,
    cells: Sequence[str],
    problems: Sequence[Problem],
) -> AsideRow:
    values = typed if typed is not None else [cell[:LONGEST_CELL] for cell in cells[:-_SAID]]
    found: dict[str, list[str]] = defaultdict(list)
    named = {plain(heading) for heading in headings}
    for problem in problems:
        found[plain(problem.column) if plain(problem.column) in named else ""].append(
            problem.message
            if plain(problem.column) in named or not problem.column
            else f"{problem.column}: {problem.message}"
        )
    return AsideRow(
        place=place,
        line=int(cells[-_SAID]),
        cells=tuple(
            Cell(position, heading, value, " ".join(found[plain(heading)]))
            for position, (heading, value) in enumerate(zip(headings, values, strict=False))
        ),
        error=" ".join(found[""]),
    )


def keep_typed(folder: RunFolder, typed: Mapping[int, list[str]]) -> None:
    """Keep what was typed over some rows. Rows that are as they were are not kept."""
    mended = folder.mended()
    headings, rows = folder.aside()
    width = len(headings) - _SAID
    for place, cells in enumerate(rows):
        if place in typed and len(typed[place]) == width:
            as_shown = [cell[:LONGEST_CELL] for cell in cells[:-_SAID]]
            if typed[place] == as_shown:
                mended.pop(place, None)
            else:
                mended[place] = typed[place]
    folder.keep_mended(mended)


def mended_file(folder: RunFolder) -> bytes:
    """All rows that were set aside, as mended, as a file to load."""
    headings, rows = folder.aside()
    mended = folder.mended()
    stream = io.BytesIO()
    write_csv(
        ([*mended.get(place, cells[:-_SAID]), *cells[-_SAID:]] for place, cells in enumerate(rows)),
        headings,
        stream,
    )
    return stream.getvalue()
