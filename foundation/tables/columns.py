"""Which column of the file is which: headings are matched without case, spaces and underscores."""

import difflib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from foundation.errors import DomainError, Problem
from foundation.tables.cells import ZERO_WIDTH
from foundation.tables.table import Column
from foundation.tables.wording import in_words, shown

MENDING_COLUMNS = ("line", "column", "reason")
"""What a file of rows set aside holds besides the original columns; ignored when it is loaded again."""


@dataclass(frozen=True, slots=True)
class Headings:
    """The headings of a file: place and column of each that is used, the unknown ones, what to tell."""

    used: tuple[tuple[int, Column], ...]
    unknown: tuple[str, ...]
    notices: tuple[Problem, ...]


def plain(heading: str) -> str:
    """A heading as it is compared.

    >>> plain(" Person_Ref ") == plain("person ref") == "personref"
    True
    """
    return "".join(heading.translate(ZERO_WIDTH).replace("_", "").split()).casefold()


def names_of(columns: Sequence[Column], aliases: Mapping[str, str]) -> dict[str, str]:
    """The column name that each comparable heading stands for."""
    known = {plain(alias): name for alias, name in aliases.items()}
    known.update({plain(column.label): column.name for column in columns if column.label})
    known.update({plain(column.name): column.name for column in columns})
    return known


def mending_names(names: Sequence[str]) -> tuple[str, ...]:
    """The headings of the mending columns of a table, which must not meet a column of its own.

    >>> mending_names(["person_ref", "reason"])
    ('line', 'column', 'set_aside_reason')
    """
    own = set(map(plain, names))
    return tuple(f"set_aside_{name}" if plain(name) in own else name for name in MENDING_COLUMNS)


def match(
    headings: Sequence[str],
    columns: Sequence[Column],
    known: Mapping[str, str],
    one_of: Sequence[Sequence[str]],
    *,
    file_name: str,
    line: int,
) -> Headings:
    """Find the columns. Raises DomainError with a problem for each that is missing or stands there twice."""
    by_name = {column.name: column for column in columns}
    mending = set(map(plain, mending_names(list(by_name))))
    positions: dict[str, int] = {}
    problems, unknown, notices = [], [], []
    for position, heading in enumerate(headings):
        name = known.get(plain(heading))
        if name is not None and name in positions:
            other = headings[positions[name]]
            twice = f"Column {shown(by_name[name].title)} appears twice"
            if other.strip() != heading.strip():
                twice += f", as {shown(other)} and {shown(heading)}"
            problems.append(Problem(f"{twice}. Remove one of them.", file_name, line))
        elif name is not None:
            positions[name] = position
        elif not plain(heading):
            notices.append(
                Problem(f"Column {position + 1} has no heading and was not used.", file_name, line)
            )
        elif plain(heading) not in mending:
            unknown.append(heading.strip())
    absent = {word: by_name[name] for word, name in known.items() if name not in positions}
    notices += [
        Problem(
            f"Column {shown(heading)} is not used and was not stored.{_meant(heading, absent)}",
            file_name,
            line,
        )
        for heading in dict.fromkeys(unknown)
    ]
    lacking = [[column] for column in columns if column.required and column.name not in positions]
    lacking += [[by_name[name] for name in group] for group in one_of if positions.keys().isdisjoint(group)]
    problems += [_missing(wanted, headings, known, file_name, line) for wanted in lacking]
    if problems:
        raise DomainError(*problems)
    used = tuple(sorted((position, by_name[name]) for name, position in positions.items()))
    return Headings(used, tuple(dict.fromkeys(unknown)), tuple(notices))


def _meant(heading: str, absent: Mapping[str, Column]) -> str:
    """A hint where a heading that is not used looks like a column that the file could have and has not."""
    near = difflib.get_close_matches(plain(heading), absent, n=1, cutoff=0.8)
    return f" Did you mean {shown(absent[near[0]].title)}?" if near else ""


def _missing(
    wanted: list[Column], headings: Sequence[str], known: Mapping[str, str], file_name: str, line: int
) -> Problem:
    unused = {plain(heading): heading.strip() for heading in headings if plain(heading) not in known}
    names = {word for word, name in known.items() for column in wanted if name == column.name}
    near = [hit for name in sorted(names) for hit in difflib.get_close_matches(name, unused, n=1, cutoff=0.6)]
    hint = f" Did you mean {shown(unused[near[0]])}?" if near else ""
    title = " or ".join(shown(column.title) for column in wanted)
    found = in_words([heading.strip() for heading in headings if heading.strip()])
    return Problem(f"Column {title} is missing. Found: {found or 'no headings'}.{hint}", file_name, line)
