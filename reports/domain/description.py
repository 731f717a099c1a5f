"""What a report is made of, whatever it is drawn as: a head, and sections of tables, charts and paragraphs. Pure.

Every rendering is made from this alone, without a look at the clock or the record: the same description gives the same
bytes, so that a report that was frozen can be drawn again years later.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from enum import StrEnum
from itertools import groupby, islice
from operator import itemgetter
from typing import overload

from foundation.formats import NO_ONE_COUNTED, long_date


class Format(StrEnum):
    """What a report is drawn as."""

    PDF = "pdf"
    CSV = "csv"
    XLSX = "xlsx"
    ODS = "ods"
    HTML = "html"


@dataclass(frozen=True, slots=True)
class Percent:
    """A percentage as the two whole numbers behind it: rounded down, so that it never flatters (counting rule 7)."""

    part: int
    whole: int

    @property
    def tenths(self) -> int | None:
        """The percentage in tenths of a percent; None where nobody is counted."""
        return 1000 * self.part // self.whole if self.whole else None

    def __str__(self) -> str:
        tenths = self.tenths
        return NO_ONE_COUNTED if tenths is None else f"{tenths // 10}.{tenths % 10}%"


@dataclass(frozen=True, slots=True)
class Points:
    """A difference of two percentages, in tenths of a percentage point."""

    tenths: int

    def __str__(self) -> str:
        sign = "+" if self.tenths > 0 else "\u2212" if self.tenths < 0 else ""
        return f"{sign}{abs(self.tenths) // 10}.{abs(self.tenths) % 10}"


class Withheld:
    """Stands where a number is held back, since it could point at somebody. There is one: `WITHHELD`."""

    __slots__ = ()

    def __str__(self) -> str:
        return "[c]"

    def __repr__(self) -> str:
        return "WITHHELD"


WITHHELD = Withheld()
Cell = str | int | date | datetime | Percent | Points | Withheld | None
Row = tuple[Cell, ...]


def text_of(cell: Cell) -> str:
    """A cell as people read it. An empty one is empty: nothing is not nought.

    >>> text_of(4026), text_of(date(2026, 12, 1)), text_of(Percent(87, 95)), text_of(None)
    ('4,026', '1 December 2026', '91.5%', '')
    """
    if cell is None:
        return ""
    if isinstance(cell, datetime):
        return moment_text(cell)
    if isinstance(cell, date):
        return long_date(cell)
    if isinstance(cell, int):
        return f"{cell:,}"
    return str(cell)


def moment_text(moment: datetime) -> str:
    """A moment as people read it, in the zone that it comes in.

    >>> moment_text(datetime(2026, 3, 31, 8, 5))
    '31 March 2026, 08:05'
    """
    return f"{long_date(moment.date())}, {moment:%H:%M}"


class Kind(StrEnum):
    """What a column holds: texts stand to the left, numbers to the right."""

    TEXT = "text"
    NUMBER = "number"
    DAY = "day"


class Says(StrEnum):
    """How near a column comes to somebody. What is published has columns of numbers and measures alone."""

    NUMBERS = "numbers"
    """Numbers of people, and words about places and rules."""
    MEASURE = "measure"
    """What is of nobody in particular but made from numbers of people: how many are missing to a target, a colour."""
    DETAIL = "detail"
    """Numbers of people that are small by nature, such as those exempt, and what they could be worked out from."""
    PERSON = "person"
    """A name, a staff number, an address: left out of what is published."""
    REFERENCE = "reference"
    """A payroll number: as PERSON, and left out for readers who do not see those on lists (docs/security.md)."""
    SENSITIVE = "sensitive"
    """Specified sites and posts, and what a school told of itself: left out of what is published, though it names
    nobody, and for readers who see some organisations alone."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column of a table: its key in files, its heading, what it holds, and how wide it is beside the others."""

    key: str
    title: str
    kind: Kind = Kind.TEXT
    width: int = 10
    says: Says = Says.NUMBERS


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture of columns of its table, which says the same: `value` and `target` are percentages by `label`.

    `is_line`: the labels are points in time, in order; a picture for each part: rows that begin alike, named by the
    table's `label`.
    """

    title: str
    label: str
    value: str
    target: str | None = None
    is_line: bool = False


BLOCK = 500
"""Rows that a writer holds at once."""


class Rows(Sequence[Row]):
    """Rows that are read anew whenever somebody goes through them, so that they never stand in memory all at once.

    To count them, or to ask for the last, reads all of them: whoever writes a file goes through them once instead.
    """

    __slots__ = ("_read",)

    def __init__(self, read: Callable[[], Iterable[Row]]) -> None:
        self._read = read

    def __iter__(self) -> Iterator[Row]:
        return iter(self._read())

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __bool__(self) -> bool:
        return any(True for _ in self)

    @overload
    def __getitem__(self, at: int) -> Row: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[Row]: ...
    def __getitem__(self, at: int | slice) -> Row | Sequence[Row]:
        if isinstance(at, slice) and not at.start and at.step is None and (at.stop or 0) > 0:
            return tuple(islice(self, at.stop))
        return tuple(self)[at]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings.

    `within`: the keys of columns that part the rows into groups, each of which adds up to a row of the table `whole`
    with the same values in these columns; `label` is the column that names the part. `whole` may also be the key of a
    table of another report, which says what all rows add up to. `inside`: pairs of columns, a number of people and a
    part of it, whose difference is a number of people too. All say what can be worked out from what
    (reports.domain.suppression). The rows of a long list are `Rows`.
    """

    key: str
    title: str
    columns: tuple[Column, ...]
    rows: Sequence[Row]
    note: str = ""
    empty: str = "There is nothing to show."
    chart: Chart | None = None
    within: tuple[str, ...] = ()
    whole: str | None = None
    label: str = ""
    inside: tuple[tuple[str, str], ...] = ()

    def __post_init__(self) -> None:
        for row in () if self.is_long else self.rows:
            if len(row) != len(self.columns):
                raise ValueError(f"{self.key}: a row has {len(row)} cells for {len(self.columns)} columns")

    @property
    def is_long(self) -> bool:
        """Whether its rows are read while they are written."""
        return isinstance(self.rows, Rows)

    def blocks(self) -> Iterator[list[Row]]:
        """The rows, some hundreds at a time, so that a writer looks at a column once for many cells."""
        rows = iter(self.rows)
        while some := list(islice(rows, BLOCK)):
            yield some

    def place(self, key: str) -> int:
        """Which column has this key. Raises KeyError."""
        for at, column in enumerate(self.columns):
            if column.key == key:
                return at
        raise KeyError(key)


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a report under a heading of its own."""

    title: str
    paragraphs: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True, slots=True)
class Head:
    """What every report says before its numbers (domain notes C): of when and of whom, against what, made by whom.

    `excluded` holds words and numbers of people who are required and not counted. `targets` says each target and where
    it comes from. Moments are in London's zone.
    """

    title: str
    council: str
    as_at: date
    known_at: datetime
    made_at: datetime
    made_by: str
    population: str
    excluded: tuple[tuple[str, Cell], ...] = ()
    targets: tuple[str, ...] = ()
    caveats: tuple[str, ...] = ()

    def lines(self) -> list[tuple[str, str]]:
        """The head as words and what they say, in the order in which every format shows it."""
        found = [
            ("As at", long_date(self.as_at)),
            ("As the record stood", moment_text(self.known_at)),
            ("Who is counted", self.population),
        ]
        found += [(f"Not counted: {words}", text_of(people)) for words, people in self.excluded]
        found += [("Target", target) for target in self.targets]
        found += [("Note", caveat) for caveat in self.caveats]
        return [*found, ("Made by", f"{self.made_by}, {moment_text(self.made_at)}")]

    def groups(self) -> list[tuple[str, list[str]]]:
        """The same with what stands under the same words together, such as several targets."""
        return [
            (words, [says for _, says in some]) for words, some in groupby(self.lines(), key=itemgetter(0))
        ]


@dataclass(frozen=True, slots=True)
class Report:
    """A report as data. `is_publishable`: made so that nothing in it points at anybody (reports.domain.suppression).

    `is_part`: it is of one part of the council (reports.domain.part), which its title names.
    """

    key: str
    head: Head
    sections: tuple[Section, ...]
    is_publishable: bool = False
    behind: tuple[Table, ...] = field(default=())
    """The people behind the numbers. Kept with a frozen report, for those who may see names; drawn nowhere else."""
    is_part: bool = False

    @property
    def tables(self) -> tuple[Table, ...]:
        """All tables in order."""
        return tuple(table for section in self.sections for table in section.tables)


def names_anybody(tables: Sequence[Table]) -> bool:
    """Whether a column of these says who somebody is."""
    return any(column.says in (Says.PERSON, Says.REFERENCE) for table in tables for column in table.columns)


def without(report: Report, hidden: Set[Says]) -> Report:
    """The report without the columns that come so near to somebody, for readers whom they are not for."""
    sections = tuple(
        replace(one, tables=tuple(_without(table, hidden) for table in one.tables)) for one in report.sections
    )
    return replace(
        report, sections=sections, behind=tuple(_without(table, hidden) for table in report.behind)
    )


def _without(table: Table, hidden: Set[Says]) -> Table:
    places = [at for at, column in enumerate(table.columns) if column.says not in hidden]
    if len(places) == len(table.columns):
        return table
    rows = table.rows

    def read() -> Iterator[Row]:
        return (tuple(row[at] for at in places) for row in rows)

    columns = tuple(table.columns[at] for at in places)
    return replace(table, columns=columns, rows=Rows(read) if table.is_long else tuple(read()))
