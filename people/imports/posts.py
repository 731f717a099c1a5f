"""Posts as files and the record speak of them: spells, rows, and what becomes of a post. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Literal

from foundation.dates import FAR_DAY
from foundation.formats import long_date

What = Literal[
    "unchanged", "added", "changed", "ended", "missing", "reopened", "returned", "corrected", "planned_end"
]


@dataclass(frozen=True, slots=True)
class Duties:
    """What a spell says besides its days. An empty string: none."""

    organisation: str
    unit: str
    job_title: str = ""
    manager_ref: str = ""
    roles: str = ""

    def __str__(self) -> str:
        parts = [f"{self.organisation} > {self.unit}" if self.unit else self.organisation, self.job_title]
        if self.manager_ref:
            parts.append(f"manager {self.manager_ref}")
        if self.roles:
            parts.append(f"roles {self.roles}")
        return ", ".join(part for part in parts if part)


@dataclass(frozen=True, slots=True)
class PostSpell:
    """Days on which a post had the same duties; an open end is FAR_DAY."""

    first_day: date
    last_day: date
    duties: Duties

    def holds_on(self, day: date) -> bool:
        return self.first_day <= day <= self.last_day

    def __str__(self) -> str:
        return f"{self.duties}, {days_in_words(self.first_day, self.last_day)}"


@dataclass(frozen=True, slots=True)
class PostRow:
    """What one row says about a post. None: the row does not say; for text, because the file has no such column.

    `post_end` is FAR_DAY where the cell is blank, and None only where the file has no such column.
    """

    line: int
    organisation: str
    unit: str | None = None
    job_title: str | None = None
    manager_ref: str | None = None
    roles: str | None = None
    post_start: date | None = None
    post_end: date | None = None
    changed_on: date | None = None

    def duties(self, recorded: Duties | None) -> Duties:
        """The duties of the row; what it does not say is taken from the record."""
        if recorded is None:
            recorded = Duties(self.organisation, "")
        if self.unit is not None:
            unit = self.unit
        else:
            unit = recorded.unit if recorded.organisation == self.organisation else ""
        return Duties(
            self.organisation,
            unit,
            recorded.job_title if self.job_title is None else self.job_title,
            recorded.manager_ref if self.manager_ref is None else self.manager_ref,
            recorded.roles if self.roles is None else self.roles,
        )


@dataclass(frozen=True, slots=True)
class Outcome:
    """The history that the post should have, what kind of change that is, and what to tell about it."""

    spells: tuple[PostSpell, ...]
    what: What
    notice: str = ""


class RowRefused(Exception):  # noqa: N818 -- it is an outcome of reading, like CellError's, not a failure
    """This row cannot apply: why, and the column to look at."""

    def __init__(self, message: str, column: str) -> None:
        super().__init__(message)
        self.message = message
        self.column = column


def days_in_words(first_day: date, last_day: date) -> str:
    """A period as people read it.

    >>> days_in_words(date(2026, 4, 1), FAR_DAY)
    'from 1 April 2026'
    """
    if last_day == FAR_DAY:
        return f"from {long_date(first_day)}"
    return f"{long_date(first_day)} to {long_date(last_day)}"


def overlap(spells: Iterable[PostSpell]) -> bool:
    """Whether two of the spells share a day."""
    ordered = sorted(spells, key=by_days)
    return any(after.first_day <= before.last_day for before, after in pairwise(ordered))


def by_days(spell: PostSpell) -> tuple[date, date]:
    """The order of spells."""
    return spell.first_day, spell.last_day
