"""The import of what schools are (docs/imports.md, "Schools"). The key is the school's name, as the people file has it.

A column that is missing leaves what is known as it is; an empty cell empties it, as in people files.
"""

import difflib
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy.orm import Session

from foundation.facts import Progress
from foundation.formats import long_date
from foundation.stamp import Stamp
from foundation.tables import (
    CellError,
    Column,
    choice_cell,
    day_cell,
    integer_cell,
    ref_cell,
    shown,
    text_cell,
)
from people.domain import Phase, SchoolDetails
from people.imports.account import Account, Change
from people.imports.incoming import Findings, Incoming, Shape
from people.imports.keyed import FactPlan, account_of, each_once, tell_if_known, write
from people.imports.person_rows import FILE_LIMITS, in_a_row
from people.models import SchoolDetailRow
from people.services.schools import (
    COLUMNS,
    SchoolFact,
    lines_of,
    problems_of,
    school_facts,
    schools,
)
from people.wording import PHASE_WORDS

KIND = "schools"
KINDS = {"school_added": "schools described for the first time", "school_corrected": "schools described anew"}
_COLUMNS = ("organisation_id", *COLUMNS)
_URN_DIGITS = 6
_Said = tuple[tuple[str, Any], ...]
"""The values of a row, by column, for the columns that the file has."""


@dataclass
class SchoolsFile:
    """A file of schools that was read: line, name of the school, and what is said of it."""

    incoming: Incoming
    rows: list[tuple[int, str, _Said]]
    today: date


@dataclass(frozen=True, slots=True)
class _Row:
    line: int
    name: str
    said: SchoolDetails


def read_schools(content: bytes, file_name: str, today: date) -> SchoolsFile:
    """Read and check a file of schools by itself. Raises DomainError where the whole file is refused."""
    day = partial(_past_day, today=today)
    words = {title: phase.value for phase, title in PHASE_WORDS.items()}
    columns = (
        Column("school", required=True, max_length=200, parse=text_cell),
        Column("phase", required=True, parse=choice_cell([phase.value for phase in Phase], words)),
        Column("urn", parse=_urn_cell),
        Column("headcount", parse=integer_cell),
        Column("headcount_on", parse=day),
        Column("audit_on", parse=day),
        Column("audit_gaps", parse=integer_cell),
    )
    incoming = Incoming(content, file_name, Shape(KIND, columns, {}, limits=FILE_LIMITS))
    given = [name for name in COLUMNS if name in incoming.columns]
    rows = [
        (row.line, row.values["school"], tuple((name, row.values[name]) for name in given))
        for row in incoming.rows()
    ]
    return SchoolsFile(incoming, each_once(rows, incoming.findings, "school"), today)


def _urn_cell(cell: str) -> str:
    text = ref_cell(cell)
    if len(text) != _URN_DIGITS or not (text.isascii() and text.isdigit()):
        raise CellError(f"{shown(text)} is not a URN: 6 digits, like 900123.")
    return text


def _past_day(cell: str, today: date) -> date:
    day = day_cell(cell)
    if day > today:
        raise CellError(f"{long_date(day)} is in the future.")
    return day


def prepare(session: Session, file: SchoolsFile) -> tuple[FactPlan, Account]:
    """Compare a file with the record. Writes nothing."""
    plan = FactPlan(file.incoming.findings.copy())
    known, facts = schools(session), school_facts(session)
    rows: dict[int, _Row] = {}
    for line, name, values in file.rows:
        if name not in known:
            plan.findings.leave_out([line], _unknown(name, known), "school")
            continue
        before = facts.get(known[name])
        said = replace(before.details if before else SchoolDetails(""), **dict(values))
        wrong = list(problems_of(said, file.today))
        for column, words in wrong:
            plan.findings.leave_out([line], words, column)
        if not wrong:
            rows[known[name]] = _Row(line, name, said)
    _leave_out_shared_urns(rows, facts, plan.findings)
    for organisation_id, row in sorted(rows.items()):
        before = facts.get(organisation_id)
        if before is not None and before.details == row.said:
            continue
        what = "school_corrected" if before else "school_added"
        was = _in_words(before.details) if before else None
        plan.changes.append(Change(what, row.name, was, _in_words(row.said)))
        if before is not None:
            plan.gone.append(before.id)
        plan.new.append((organisation_id, *(getattr(row.said, name) for name in COLUMNS)))
    tell_if_known(session, file.incoming, plan, KIND)
    return plan, account_of(file.incoming, plan, KIND, KINDS)


def _unknown(name: str, known: Mapping[str, int]) -> str:
    near = difflib.get_close_matches(name, known, n=1, cutoff=0.8)
    hint = f" Did you mean {shown(near[0])}?" if near else " Load the people file first."
    return f"There is no school {shown(name)}.{hint}"


def _leave_out_shared_urns(rows: dict[int, _Row], facts: Mapping[int, SchoolFact], found: Findings) -> None:
    """Set aside rows after which two organisations would have one URN, until no two have.

    A row set aside leaves the record as it is, and what that holds may be in the way of another row.
    """
    while True:
        holders: dict[str, list[int]] = defaultdict(list)
        for organisation_id in sorted({*rows, *facts}):
            row = rows.get(organisation_id)
            urn = row.said.urn if row else facts[organisation_id].details.urn
            if urn is not None:
                holders[urn].append(organisation_id)
        shared = {urn: some for urn, some in holders.items() if len(some) > 1}
        if not shared:
            return
        for urn, some in shared.items():
            lines = sorted(rows[number].line for number in some if number in rows)
            if len(lines) > 1:
                words = f"Rows {in_a_row(lines)} give the same URN, {urn}. Correct them."
            else:
                words = f"URN {urn} belongs to another school already."
            found.leave_out(lines, words, "urn")
            for number in some:
                rows.pop(number, None)


def _in_words(details: SchoolDetails) -> str:
    return ", ".join(f"{name}: {value}" for name, value in lines_of(details) if value)


def apply(session: Session, stamp: Stamp, file: SchoolsFile, progress: Progress) -> Account:
    """Compare and write. Call inside a transaction."""
    plan, account = prepare(session, file)
    return write(
        session,
        stamp,
        file.incoming,
        plan,
        account,
        SchoolDetailRow,
        _COLUMNS,
        event="schools.imported",
        progress=progress,
    )
