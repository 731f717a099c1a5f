"""The rows of a register that comes as a file, read without a look at the record."""

from dataclasses import dataclass
from typing import NamedTuple

from courses.domain.workshops import Outcome
from foundation.tables import Column, Limits, choice_cell, email_cell, ref_cell, text_cell
from people.imports.incoming import ColumnMap, Incoming, Shape

MOST_ROWS = 5_000
"""A workshop has at most a thousand places; whoever sends more has sent another file."""
_WORDS = {
    "y": Outcome.ATTENDED,
    "yes": Outcome.ATTENDED,
    "true": Outcome.ATTENDED,
    "1": Outcome.ATTENDED,
    "present": Outcome.ATTENDED,
    "n": Outcome.DID_NOT_ATTEND,
    "no": Outcome.DID_NOT_ATTEND,
    "false": Outcome.DID_NOT_ATTEND,
    "0": Outcome.DID_NOT_ATTEND,
    "absent": Outcome.DID_NOT_ATTEND,
    "dna": Outcome.DID_NOT_ATTEND,
    "no show": Outcome.DID_NOT_ATTEND,
    "part": Outcome.PARTIAL,
    "cancelled late": Outcome.LATE_CANCELLED,
    "late cancel": Outcome.LATE_CANCELLED,
}
_ALIASES = {
    "attendee": "name",
    "attendee name": "name",
    "full name": "name",
    "participant": "name",
    "organisation": "employer",
    "e-mail": "email",
    "email address": "email",
    "e-mail address": "email",
    "payroll no": "person_ref",
    "payroll no.": "person_ref",
    "payroll number": "person_ref",
    "payroll": "person_ref",
    "staff number": "person_ref",
    "staff no": "person_ref",
    "employee number": "person_ref",
    "outcome": "attended",
    "attendance": "attended",
}
USUAL = "usual"
_SESSION = ("session", "session ref", "session reference", "workshop", "workshop reference")
"""What registers call the workshop; a row of another one is set aside."""


class RegisterRow(NamedTuple):
    """One row of the file. Number and address may be empty, not both."""

    line: int
    name: str
    employer: str
    email: str
    person_ref: str
    session: str
    outcome: Outcome


@dataclass
class RegisterFile:
    """A register that was read."""

    incoming: Incoming
    rows: list[RegisterRow]


def _shape() -> Shape:
    """Ours, and what workshop registers usually call these columns (domain notes 7.4)."""
    columns = (
        Column("name", required=True, parse=text_cell),
        Column("employer", parse=text_cell),
        Column("email", max_length=1000, parse=email_cell),
        Column("person_ref", max_length=60, parse=ref_cell),
        Column("session", parse=text_cell),
        Column("attended", required=True, parse=choice_cell([one.value for one in Outcome], _WORDS)),
    )
    ours = {column.name: column.name for column in columns}  # first, so that messages use these
    aliases = {**ours, **_ALIASES, **dict.fromkeys(_SESSION, "session")}
    usual = ColumnMap(USUAL, "A register of a workshop", aliases)
    return Shape(
        "people", columns, {USUAL: usual}, one_of=[["person_ref", "email"]], limits=Limits(rows=MOST_ROWS)
    )


def read_register(content: bytes, file_name: str) -> RegisterFile:
    """Read and check a register by itself. Raises DomainError where the whole file is refused."""
    incoming = Incoming(content, file_name, _shape(), USUAL)
    rows = [
        RegisterRow(
            row.line,
            row.values["name"],
            row.values["employer"] or "",
            row.values["email"] or "",
            row.values["person_ref"] or "",
            row.values["session"] or "",
            Outcome(row.values["attended"]),
        )
        for row in incoming.rows()
    ]
    return RegisterFile(incoming, rows)
