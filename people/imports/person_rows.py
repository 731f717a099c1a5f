"""The rows of a people file, read without a look at the record: their columns, and what contradicts itself."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from functools import partial
from typing import Any, NamedTuple

from foundation.dates import FAR_DAY, add_months
from foundation.errors import DomainError, Problem
from foundation.tables import (
    CellError,
    Column,
    Limits,
    Row,
    choice_cell,
    codes_cell,
    day_cell,
    email_cell,
    ref_cell,
    shown,
    text_cell,
)
from foundation.tables.table import MEGABYTE
from people.domain import UNIT_SEPARATOR, Category, Sector
from people.imports import maps
from people.imports.incoming import Findings, Incoming, Shape, column_maps
from people.imports.posts import PostRow

FILE_LIMITS = Limits(size=200 * MEGABYTE, rows=1_000_000)
"""A command may read more than a page: a whole region's workforce."""
_LONGEST_ROLES = 500
_MONTHS_AHEAD = 24
"""How far ahead a day may lie. Further ahead it is a slip of the keyboard."""


class Details(NamedTuple):
    """Who a person is. None: the file has no such column."""

    first_name: str
    last_name: str
    email: str | None
    category: str | None


class PersonPost(NamedTuple):
    """One row of the file."""

    person_ref: str
    post_ref: str
    details: Details
    sector: str | None
    post: PostRow


@dataclass
class PeopleFile:
    """A people file that was read: its good rows, and the clues to the rows that were not."""

    incoming: Incoming
    as_at: date
    rows: list[PersonPost]
    posts: frozenset[tuple[str, str]] = frozenset()
    """The posts that the file names, in rows set aside too."""
    incomplete: frozenset[tuple[str, str]] = frozenset()
    """The posts of which the file has a row that was set aside: their history is not whole."""
    unread: list[dict[str, Any]] = field(default_factory=list)
    """The values that could be read of rows that could not: they protect a post from being taken for missing."""


class _PeopleIncoming(Incoming):
    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.values_of_unread: list[dict[str, Any]] = []

    def unread(self, row: Row) -> None:
        self.values_of_unread.append(row.values)


def unit_path_cell(cell: str) -> str:
    """A path of units in its one spelling.

    >>> unit_path_cell(" Homes>Repairs  North > Team 1")
    'Homes > Repairs North > Team 1'
    """
    parts = [" ".join(part.split()) for part in text_cell(cell).split(UNIT_SEPARATOR.strip())]
    if not all(parts):
        raise CellError(
            f"{shown(cell)} has an empty part. Separate the units with ' > ', none before or after."
        )
    return UNIT_SEPARATOR.join(parts)


def one_line_cell(cell: str) -> str:
    """Text with single spaces: two spellings of one name must not become two organisations.

    >>> one_line_cell("Example  Council ")
    'Example Council'
    """
    return " ".join(text_cell(cell).split())


def _roles_cell(cell: str) -> str:
    roles = ";".join(codes_cell(cell))
    if len(roles) > _LONGEST_ROLES:
        raise CellError(f"The role codes are longer than {_LONGEST_ROLES} characters together.")
    return roles


def people_shape(as_at: date) -> Shape:
    """The columns of interfaces, "People". Days from 1940 to two years after the as-at date."""
    day = partial(day_cell, latest=add_months(as_at, _MONTHS_AHEAD))
    columns = (
        Column("person_ref", required=True, max_length=60, parse=ref_cell),
        Column("first_name", required=True),
        Column("last_name", required=True),
        Column("email", max_length=1000, parse=email_cell),
        Column("category", parse=choice_cell([category.value for category in Category])),
        Column("organisation", required=True, parse=one_line_cell),
        Column("sector", parse=choice_cell([sector.value for sector in Sector])),
        Column("unit", max_length=1000, parse=unit_path_cell),
        Column("post_ref", required=True, max_length=60, parse=ref_cell),
        Column("job_title"),
        Column("manager_ref", max_length=60, parse=ref_cell),
        Column("roles", max_length=2000, parse=_roles_cell),
        Column("post_start", parse=day),
        Column("post_end", parse=day),
        Column("changed_on", parse=day),
    )
    return Shape("people", columns, column_maps(maps), limits=FILE_LIMITS)


def read_people(content: bytes, file_name: str, as_at: date, map_name: str | None = None) -> PeopleFile:
    """Read and check a people file by itself. Raises DomainError where the whole file is refused."""
    incoming = _PeopleIncoming(content, file_name, people_shape(as_at), map_name)
    has = incoming.columns
    rows = [_person_post(row, has) for row in incoming.rows()]
    _refuse_two_sectors(rows, incoming.file)
    posts = frozenset((row.person_ref, row.post_ref) for row in rows)
    found = incoming.findings
    rows = _without_disagreement(_each_once(rows, found), found)
    _set_aside_own_managers(rows, found)
    lost: list[tuple[Any, Any]] = [
        (row.person_ref, row.post_ref) for row in rows if row.post.line in found.set_aside
    ]
    lost += [(values.get("person_ref"), values.get("post_ref")) for values in incoming.values_of_unread]
    rows = [row for row in rows if row.post.line not in found.set_aside]
    return PeopleFile(incoming, as_at, rows, posts, frozenset(lost), incoming.values_of_unread)


def _person_post(row: Row, has: frozenset[str]) -> PersonPost:
    values = row.values

    def text(name: str) -> str | None:
        return (values[name] or "") if name in has else None

    post_end = (values["post_end"] or FAR_DAY) if "post_end" in has else None
    category = (values["category"] or Category.EMPLOYEE.value) if "category" in has else None
    return PersonPost(
        values["person_ref"],
        values["post_ref"],
        Details(values["first_name"], values["last_name"], text("email"), category),
        values["sector"],
        PostRow(
            row.line,
            values["organisation"],
            text("unit"),
            text("job_title"),
            text("manager_ref"),
            text("roles"),
            values["post_start"],
            post_end,
            values["changed_on"],
        ),
    )


def lines_of(rows: Iterable[PersonPost]) -> list[int]:
    """The lines of some rows, in order."""
    return sorted(row.post.line for row in rows)


def in_a_row(lines: Iterable[int]) -> str:
    """Line numbers in words.

    >>> in_a_row([2, 9, 11])
    '2, 9 and 11'
    """
    words = [f"{line:,}" for line in lines]
    if len(words) > 10:
        words = [*words[:10], f"{len(words) - 10:,} more"]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def _each_once(rows: list[PersonPost], found: Findings) -> list[PersonPost]:
    """Rows that say the very same are counted once."""
    seen: dict[tuple[Any, ...], int] = {}
    kept = []
    for row in rows:
        key = (*row[:4], *_without_line(row.post))
        first = seen.setdefault(key, row.post.line)
        if first == row.post.line:
            kept.append(row)
        else:
            found.tell(f"Rows {first:,} and {row.post.line:,} are the same; they count once.", row.post.line)
    return kept


def _without_line(post: PostRow) -> tuple[Any, ...]:
    return (
        post.organisation,
        post.unit,
        post.job_title,
        post.manager_ref,
        post.roles,
        post.post_start,
        post.post_end,
        post.changed_on,
    )


def _without_disagreement(rows: list[PersonPost], found: Findings) -> list[PersonPost]:
    """All rows of a person whose rows disagree on who that is are set aside."""
    of_person: dict[str, list[PersonPost]] = defaultdict(list)
    for row in rows:
        of_person[row.person_ref].append(row)
    kept = []
    for row in rows:
        group = of_person[row.person_ref]
        differ = _differing(group) if len(group) > 1 else []
        if differ:
            found.leave_out(
                [row.post.line],
                f"Rows {in_a_row(lines_of(group))} have the same person_ref {shown(row.person_ref)} but different "
                f"{' and '.join(differ)}. Correct them.",
                "person_ref",
            )
        else:
            kept.append(row)
    return kept


def _differing(rows: Iterable[PersonPost]) -> list[str]:
    """What the rows of one person disagree on, in words."""
    details = {row.details for row in rows}
    parts = (
        ("names", {(said.first_name, said.last_name) for said in details}),
        ("email addresses", {said.email for said in details}),
        ("categories", {said.category for said in details}),
    )
    return [words for words, values in parts if len(values) > 1]


def _set_aside_own_managers(rows: Iterable[PersonPost], found: Findings) -> None:
    for row in rows:
        if row.post.manager_ref and row.post.manager_ref == row.person_ref:
            found.leave_out([row.post.line], "A person cannot manage themselves.", "manager_ref")


def _refuse_two_sectors(rows: Iterable[PersonPost], file: str) -> None:
    """Raises DomainError where one organisation has two sectors: which one is meant changes who is required."""
    lines: dict[str, dict[str, int]] = defaultdict(dict)
    for row in rows:
        if row.sector:
            lines[row.post.organisation].setdefault(row.sector, row.post.line)
    problems = [
        Problem(
            f"{shown(name)} has two sectors: "
            + ", ".join(f"{sector} in line {line:,}" for sector, line in of_name.items())
            + ". Nothing was changed. Correct the lines.",
            file,
            max(of_name.values()),
            "sector",
        )
        for name, of_name in lines.items()
        if len(of_name) > 1
    ]
    if problems:
        raise DomainError(*problems)
