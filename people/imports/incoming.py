"""A file on its way in: which column is which, which rows were set aside and why, what there is to tell."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import ModuleType
from typing import Any, TextIO

from foundation.errors import DomainError, Problem
from foundation.formats import count_noun
from foundation.registry import modules
from foundation.tables import Column, Limits, Reading, Row, Table, open_table, write_set_aside

Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """How another system's headings and words become ours. One module each in a `maps` folder, found by itself.

    `aliases` gives our column for their heading. `parsers` replace how a column is read, `extra` are columns that only
    `convert` reads. `convert` turns the values of a row into ours: None leaves the row out, as not what is imported.
    """

    name: str
    title: str
    aliases: Mapping[str, str]
    parsers: Mapping[str, Callable[[str], Any]] = field(default_factory=dict)
    extra: tuple[Column, ...] = ()
    optional: frozenset[str] = frozenset()
    """Columns of ours that this system's file need not have."""
    one_of: Sequence[Sequence[str]] | None = None
    """Replaces ours, where the file names people in a way of its own."""
    convert: Callable[[Values], Values | None] | None = None
    left_out: str = ""
    """What the rows are that `convert` leaves out, for the account."""

    def columns(self, ours: Sequence[Column]) -> list[Column]:
        """Our columns under their headings, so that messages name what stands in the file."""
        heading = {name: alias for alias, name in reversed(list(self.aliases.items()))}
        return [
            replace(
                column,
                label=heading.get(column.name),
                parse=self.parsers.get(column.name, column.parse),
                required=column.required and column.name not in self.optional,
            )
            for column in ours
        ] + list(self.extra)


OURS = ColumnMap("", "", {})
"""The columns of docs/imports.md themselves."""


def column_maps(package: ModuleType) -> dict[str, ColumnMap]:
    """The column maps of a folder by name."""
    found = [module.MAP for module in modules(package)]
    return {column_map.name: column_map for column_map in found}


@dataclass(frozen=True, slots=True)
class Shape:
    """What the rows of an import are: its columns, its limits, and the other systems whose headings it knows."""

    subject: str
    columns: Sequence[Column]
    maps: Mapping[str, ColumnMap]
    one_of: Sequence[Sequence[str]] = ()
    limits: Limits = Limits()  # noqa: RUF009  (frozen)


@dataclass
class Findings:
    """What was found out about the rows of a file: the ones set aside, by line, and the notices."""

    file: str
    titles: Mapping[str, str]
    set_aside: dict[int, list[Problem]] = field(default_factory=dict)
    notices: list[Problem] = field(default_factory=list)

    def copy(self) -> "Findings":
        return Findings(
            self.file,
            self.titles,
            {line: list(all_of) for line, all_of in self.set_aside.items()},
            list(self.notices),
        )

    def leave_out(self, lines: Iterable[int], message: str, column: str = "") -> None:
        """Set rows aside."""
        for line in lines:
            problem = Problem(message, self.file, line, self.titles.get(column, column))
            self.set_aside.setdefault(line, []).append(problem)

    def tell(self, message: str, line: int = 0, column: str = "") -> None:
        """Add a notice: it changes nothing."""
        self.notices.append(Problem(message, self.file, line, self.titles.get(column, column)))

    @property
    def problems(self) -> list[Problem]:
        return [problem for line in sorted(self.set_aside) for problem in self.set_aside[line]]


class Incoming:
    """One file: its rows in our words, and what was found while reading them."""

    def __init__(self, content: bytes, file_name: str, shape: Shape, map_name: str | None = None) -> None:
        self._content, self._name, self._shape = content, file_name, shape
        self.map, self._reading = self._opened(map_name)
        self.file = self._reading.layout.file
        self.columns = self._reading.columns
        self.sha256 = self._reading.sha256
        self.is_mended = self._reading.is_mended
        self.findings = Findings(self.file, self._reading.layout.titles)
        self.rows_read, self.blank_rows, self.left_out = 0, 0, 0
        self._required = [column for column in shape.columns if column.required]

    def rows(self) -> Iterator[Row]:
        """The rows that could be read, their values in our words, once; the others are among the findings."""
        convert = self.map.convert
        for row in self._reading:
            self.rows_read += 1
            if row.problems:
                if convert is not None and self._is_left_out(row, convert):
                    self.left_out += 1
                else:
                    self.findings.set_aside[row.line] = row.problems
                    self.unread(row)
                continue
            if convert is not None:
                values = convert(row.values)
                if values is None:
                    self.left_out += 1
                    continue
                row.values = values
                lacking = [column.name for column in self._required if values.get(column.name) is None]
                if lacking:
                    self.findings.leave_out([row.line], "The value is missing.", lacking[0])
                    continue
            yield row
        self.blank_rows = self._reading.blank_rows
        self.findings.notices[:0] = self._reading.notices
        if self.left_out:
            rows = count_noun(self.left_out, "row is", "rows are")
            self.findings.tell(f"{rows} {self.map.left_out}: counted, and left out.")

    def unread(self, row: Row) -> None:
        """Hears of each row that could not be read."""

    @staticmethod
    def _is_left_out(row: Row, convert: Callable[[Values], Values | None]) -> bool:
        """A row that is not imported anyway, such as one in progress, need not be complete."""
        try:
            return convert(row.values) is None
        except (TypeError, AttributeError):  # a value that could not be read is None here
            return False

    def write_set_aside(self, findings: Findings, stream: TextIO) -> None:
        """Write the rows that were set aside as a CSV file to mend and load again. Reads the file a second time."""
        _, reading = self._opened(self.map.name or None)
        table = Table([], reading.headers, reading.columns, (), [], "", "", 0, "", reading.layout)
        write_set_aside(table, stream, _marked(reading, findings.set_aside))

    def _opened(self, map_name: str | None) -> tuple[ColumnMap, Reading]:
        """The file read with the named map; else with our columns; else with the first map whose headings fit."""
        if map_name is not None and map_name not in self._shape.maps:
            known = ", ".join(sorted(self._shape.maps)) or "none"
            raise DomainError(f"There is no column map {map_name}. Known: {known}.")
        if map_name is not None:
            return self._with(self._shape.maps[map_name])
        try:
            return self._with(OURS)
        except DomainError as error:
            for column_map in self._shape.maps.values():
                try:
                    return self._with(column_map)
                except DomainError:
                    continue
            raise error

    def _with(self, column_map: ColumnMap) -> tuple[ColumnMap, Reading]:
        reading = open_table(
            self._content,
            self._name,
            column_map.columns(self._shape.columns),
            limits=self._shape.limits,
            aliases=column_map.aliases,
            subject=self._shape.subject,
            one_of=self._shape.one_of if column_map.one_of is None else column_map.one_of,
        )
        return column_map, reading


def _marked(rows: Iterable[Row], set_aside: Mapping[int, list[Problem]]) -> Iterator[Row]:
    for row in rows:
        problems = set_aside.get(row.line)
        if problems:
            row.problems = problems
            yield row
