"""The rows of a completions file, read without a look at the record."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import NamedTuple

from courses.domain import Evidence, is_reserved
from courses.imports import maps
from foundation.dates import add_months
from foundation.errors import DomainError
from foundation.formats import long_date
from foundation.tables import (
    Column,
    Limits,
    Row,
    choice_cell,
    day_cell,
    day_or_moment_cell,
    email_cell,
    ref_cell,
    text_cell,
)
from foundation.tables.table import MEGABYTE
from people.imports.incoming import Findings, Incoming, Shape, column_maps

OLDEST_YEARS = 60
RESERVED = "“{}” is a word that this service uses itself. Give the name of the system that the completions come from."
FILE_LIMITS = Limits(size=400 * MEGABYTE, rows=2_000_000)
"""A command may read more than a page: a learning system's whole history."""
_FIRST_READABLE = date(1800, 1, 1)
_LAST_READABLE = date(2999, 12, 31)


class Extras(NamedTuple):
    """What a row says about a completion besides its key. Empty: it does not say."""

    provider: str
    reference: str
    evidence: str
    revoked_on: date | None

    def __str__(self) -> str:
        parts = [self.evidence, self.provider, self.reference]
        if self.revoked_on is not None:
            parts.append(f"revoked on {long_date(self.revoked_on)}")
        return ", ".join(part for part in parts if part)


class CompletionRow(NamedTuple):
    """One row of the file."""

    line: int
    person_ref: str
    email: str
    course: str
    completed_on: date
    extras: Extras


@dataclass
class CompletionsFile:
    """A completions file that was read. `source` is the system that it comes from."""

    incoming: Incoming
    rows: list[CompletionRow]
    source: str
    today: date


def completions_shape(today: date) -> Shape:
    """The columns of interfaces, "Completions"."""
    columns = (
        Column("person_ref", max_length=60, parse=ref_cell),
        Column("email", max_length=1000, parse=email_cell),
        Column("course_code", required=True, parse=text_cell),
        # Wider than what is accepted: a day that is too late or too early gets its own message.
        Column(
            "completed_on",
            required=True,
            parse=partial(day_or_moment_cell, earliest=_FIRST_READABLE, latest=_LAST_READABLE),
        ),
        Column("provider"),
        Column("reference"),
        Column("evidence", parse=choice_cell([evidence.value for evidence in Evidence])),
        Column("revoked_on", parse=partial(day_cell, latest=add_months(today, 24))),
    )
    return Shape(
        "completions", columns, column_maps(maps), one_of=[["person_ref", "email"]], limits=FILE_LIMITS
    )


def read_completions(
    content: bytes, file_name: str, today: date, source: str = "", map_name: str | None = None
) -> CompletionsFile:
    """Read and check a completions file by itself. Raises DomainError where the whole file is refused.

    `source` is another system's name, and none of our own keys (`courses.domain.Source`).
    """
    if is_reserved(source):
        raise DomainError(RESERVED.format(source.strip()))
    incoming = Incoming(content, file_name, completions_shape(today), map_name)
    kept: dict[Extras, Extras] = {}  # one tuple for the many rows that say the same: memory
    rows = [row for row in _rows(incoming.rows(), kept) if _is_possible(row, today, incoming.findings)]
    return CompletionsFile(incoming, rows, source or incoming.map.title, today)


def _rows(rows: Iterable[Row], kept: dict[Extras, Extras]) -> Iterable[CompletionRow]:
    for row in rows:
        values = row.values
        extras = Extras(
            values["provider"] or "",
            values["reference"] or "",
            values["evidence"] or "",
            values["revoked_on"],
        )
        yield CompletionRow(
            row.line,
            values["person_ref"] or "",
            values["email"] or "",
            values["course_code"],
            values["completed_on"],
            kept.setdefault(extras, extras) if len(kept) < 100_000 else extras,
        )


def _is_possible(row: CompletionRow, today: date, found: Findings) -> bool:
    """Set aside what cannot be: in the future, more than 60 years ago, revoked before it was completed."""
    day = row.completed_on
    if day > today:
        found.leave_out([row.line], f"{long_date(day)} is in the future.", "completed_on")
    elif day < add_months(today, -12 * OLDEST_YEARS):
        found.leave_out(
            [row.line], f"{long_date(day)} is more than {OLDEST_YEARS} years ago.", "completed_on"
        )
    elif row.extras.revoked_on is not None and row.extras.revoked_on < day:
        found.leave_out([row.line], "revoked_on is before completed_on.", "revoked_on")
    else:
        return True
    return False
