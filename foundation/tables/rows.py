"""The pass over the records of a table: which are rows, which are blank, and what is wrong with which."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from operator import getitem, itemgetter
from typing import Any

from foundation.errors import DomainError, Problem
from foundation.tables import doubts
from foundation.tables.cells import CellError, ref_cell
from foundation.tables.columns import match, mending_names, plain
from foundation.tables.days import MonthFirstError, day_cell, day_or_moment_cell
from foundation.tables.delimited import Record
from foundation.tables.table import Column, Layout, Limits, Row
from foundation.tables.values import MISSING, Values, blank
from foundation.tables.wording import one_of_them

_MOST_CELL_NOTICES = 100
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


@dataclass(slots=True)
class Source:
    """The records of a file, whatever kind of file it was, and what is known of it."""

    file_name: str
    records: Iterator[Record]
    encoding: str
    delimiter: str = ""
    notices: list[Problem] = field(default_factory=list)
    doubtful: bool = False
    """May hold double-encoded text."""
    may_hold_nul: bool = False
    numeric_columns: set[int] = field(default_factory=set)
    sha256: str = ""


class Reading:
    """A table that is being read: iterate over it once for its rows. Its headings have been accepted."""

    def __init__(
        self,
        source: Source,
        columns: Sequence[Column],
        known: Mapping[str, str],
        one_of: Sequence[Sequence[str]],
        limits: Limits,
        subject: str,
    ) -> None:
        self.encoding, self.delimiter, self.sha256 = source.encoding, source.delimiter, source.sha256
        self.notices, self.blank_rows = source.notices, 0
        self._source, self._limits, self._subject = source, limits, subject
        self._file = source.file_name
        self._blank_headings = 0
        self.headers, line = self._headings()
        found = match(self.headers, columns, known, one_of, file_name=self._file, line=line)
        self.notices += found.notices
        self.unknown_columns = found.unknown
        self.columns = frozenset(column.name for _, column in found.used)
        self._positions = [position for position, _ in found.used]
        self._names = [column.name for _, column in found.used]
        self._absent = {column.name: column.blank for column in columns if column.name not in self.columns}
        self._one_of = [[name for name in group if name in self.columns] for group in one_of]
        self._noticed: list[tuple[Column, str]] = []
        self._values = [Values(column, source.doubtful, self._noticed) for _, column in found.used]
        self.layout = Layout(
            self._file,
            tuple(self.headers[position] for position in self._positions),
            {column.name: column.title for column in columns} | self._other_titles(found.used),
        )
        self.is_mended = set(map(plain, mending_names(list(self.layout.titles)))) <= set(
            map(plain, self.headers)
        )
        """Whether the file holds rows that were set aside from another one."""
        self._month_first: dict[str, int] = {}
        self._gaps: dict[str, list[int]] = {}

    def __iter__(self) -> Iterator[Row]:
        width, names, values_of, layout = len(self.headers), self._names, self._values, self.layout
        pick, first_heading = _picker(self._positions), self.headers[0]
        may_hold_nul, absent, one_of = self._source.may_hold_nul, self._absent, self._one_of
        spare = width + self._blank_headings
        count = 0
        for record in self._source.records:
            cells = record.cells
            if not (cells and cells[0]) and all(map(blank, cells)):
                self.blank_rows += 1
                continue
            if width < len(cells) <= spare and not any(cells[width:]):
                del cells[width:]
            plainly = len(cells) == width and not record.problem and cells[0] != first_heading
            if plainly and not (may_hold_nul and "\0" in "".join(cells)):
                picked = pick(cells)
                try:
                    values = dict(zip(names, map(getitem, values_of, picked), strict=True))
                except CellError:
                    row = self._examined(record)
                else:
                    if absent:
                        values.update(absent)
                    row = Row(record.line, values, picked, layout)
                    if one_of:
                        self._check_one_of(row)
            else:
                row = self._examined(record)
            if row is None:
                self.blank_rows += 1
                continue
            count += 1
            if count > self._limits.rows:
                message = f"The file has more than {self._limits.rows:,} rows. Split it."
                raise DomainError(Problem(message, self._file, record.line))
            if self._noticed:
                self._tell(record.line)
            yield row
        if not count:
            message = f"The file has headings but no {self._subject}. Nothing was changed."
            raise DomainError(Problem(message, self._file))
        self._doubt_columns(count)

    def _other_titles(self, used: Sequence[tuple[int, Column]]) -> dict[str, str]:
        """The columns that this file calls by an alias: messages must name what stands in the file."""
        headings = ((column, self.headers[position].strip()) for position, column in used)
        return {
            column.name: heading
            for column, heading in headings
            if plain(heading) not in (plain(column.title), plain(column.name))
        }

    def _headings(self) -> tuple[tuple[str, ...], int]:
        """The first record that is not blank, and its line. Raises DomainError when it cannot be headings."""
        for record in self._source.records:
            if all(map(blank, record.cells)):
                self.blank_rows += 1
                continue
            headings = list(record.cells)
            while blank(headings[-1]):
                headings.pop()
                self._blank_headings += 1
            if record.problem:
                raise DomainError(Problem(record.problem, self._file, record.line))
            if _CONTROL.search("".join(headings)):
                message = "This is not a CSV file. Export the list again as CSV or XLSX."
                raise DomainError(Problem(message, self._file))
            if len(headings) > self._limits.columns:
                message = f"The file has {len(headings):,} columns; the limit is {self._limits.columns}."
                raise DomainError(Problem(message, self._file))
            return tuple(headings), record.line
        raise DomainError(Problem("The file is empty. Export it again from the source system.", self._file))

    def _examined(self, record: Record) -> Row | None:
        """The row of a record that is not plainly good, with all its problems; None when it is blank."""
        width = len(self.headers)
        cells = record.cells
        if width < len(cells) <= width + self._blank_headings and all(map(blank, cells[width:])):
            cells = cells[:width]
        if all(map(blank, cells)):
            return None
        aligned = [cells[position] if position < len(cells) else "" for position in self._positions]
        row = Row(record.line, dict(self._absent), tuple(aligned), self.layout)
        whole = self._whole_problem(record, cells, aligned)
        for values, cell in zip(self._values, aligned, strict=True):
            column = values.column
            row.values[column.name] = column.blank
            try:
                row.values[column.name] = values[cell]
            except CellError as error:
                if whole:
                    continue
                row.set_aside(error.message, column.name)
                self._count(column.name, error, record.line)
        if whole:
            row.set_aside(whole)
        else:
            self._check_one_of(row)
        return row

    def _whole_problem(self, record: Record, cells: list[str], aligned: list[str]) -> str:
        """What is wrong with the row as a whole, before its cells are looked at."""
        width = len(self.headers)
        if record.problem:
            return record.problem
        if any("\0" in cell for cell in cells):
            return "This row contains a character that is not allowed (NUL)."
        if list(map(plain, cells)) == list(map(plain, self.headers)):
            return "This row repeats the headings. Remove it."
        lacking = any(
            values.column.required and blank(cell) for values, cell in zip(self._values, aligned, strict=True)
        )
        if lacking and width > 1 and doubts.looks_like_footer(cells if len(cells) > 1 else [*cells, ""]):
            return (
                f"This row does not look like {one_of_them(self._subject)}: a total or a footer? Remove it."
            )
        if len(cells) != width:
            surplus = (
                " A value with a comma in it must stand in quotation marks." if len(cells) > width else ""
            )
            return f"This row has {len(cells):,} values, {width} expected.{surplus}"
        return ""

    def _check_one_of(self, row: Row) -> None:
        for names in self._one_of:
            failed = {problem.column for problem in row.problems}
            titles = [self.layout.titles[name] for name in names]
            if not any(row.values[name] for name in names) and not failed.intersection(titles):
                row.set_aside(MISSING if len(names) == 1 else f"Fill in {' or '.join(titles)}.", names[0])

    def _count(self, name: str, error: CellError, line: int) -> None:
        if isinstance(error, MonthFirstError):
            self._month_first[name] = self._month_first.get(name, 0) + 1
        if error.message == MISSING:
            gap = self._gaps.setdefault(name, [line, line])
            if line == gap[1] + 1:
                gap[1] = line
            elif gap[0] == gap[1]:
                self._gaps[name] = [line, line]

    def _tell(self, line: int) -> None:
        for column, message in self._noticed:
            if len(self.notices) < _MOST_CELL_NOTICES:
                self.notices.append(Problem(message, self._file, line, self.layout.titles[column.name]))
        self._noticed.clear()

    def _doubt_columns(self, count: int) -> None:
        def tell(column: Column, message: str, line: int = 0) -> None:
            self.notices.append(Problem(message, self._file, line, self.layout.titles[column.name]))

        for position, values in zip(self._positions, self._values, strict=True):
            column, parse = values.column, _bare(values.column.parse)
            wrong = self._month_first.get(column.name, 0)
            if wrong:
                tell(
                    column,
                    f"The dates may be month first: {wrong:,} of {count:,} look wrong. Read day first.",
                )
            elif parse in (day_cell, day_or_moment_cell) and doubts.all_may_be_month_first(values):
                tell(
                    column, "The dates may be month first: every day is 12 or less. They were read day first."
                )
            if parse is ref_cell and doubts.zeros_may_be_lost(
                values, position in self._source.numeric_columns
            ):
                tell(
                    column,
                    "Excel may have removed leading zeros. Format the column as Text and export again.",
                )
            first, last = self._gaps.get(column.name, (0, 0))
            if last > first:
                tell(
                    column,
                    f"The value is missing in rows {first:,} to {last:,}. Merged cells in Excel?",
                    first,
                )


def _picker(positions: list[int]) -> Callable[[list[str]], tuple[str, ...]]:
    if len(positions) == 1:
        only = positions[0]
        return lambda cells: (cells[only],)
    return itemgetter(*positions)


def _bare(parse: Callable[[str], Any]) -> Callable[..., Any]:
    return parse.func if isinstance(parse, partial) else parse
