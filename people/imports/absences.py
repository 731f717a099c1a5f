"""The import of absences (interfaces, "Absences"). The key is person, kind and first day."""

from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.dates import FAR_DAY, add_months
from foundation.facts import Progress, known
from foundation.stamp import Stamp
from foundation.tables import Column, choice_cell, day_cell, ref_cell
from people.domain import AbsenceKind
from people.imports.account import Account, Change
from people.imports.incoming import Incoming, Shape
from people.imports.keyed import FactPlan, account_of, each_once, tell_if_known, write
from people.imports.known_people import UnknownPersonError, load_people
from people.imports.person_rows import FILE_LIMITS
from people.imports.posts import days_in_words
from people.models import AbsenceRow

KIND = "absences"
KINDS = {"absence_added": "new absences", "absence_corrected": "absences with another last day"}
_COLUMNS = ("person_id", "kind", "first_day", "last_day")


class Key(NamedTuple):
    """What makes two rows the same absence."""

    person_ref: str
    kind: str
    first_day: date


@dataclass
class AbsencesFile:
    """A file of absences that was read: line, key and last day; None where the file has no such column."""

    incoming: Incoming
    rows: list[tuple[int, Key, date | None]]


def read_absences(content: bytes, file_name: str, today: date) -> AbsencesFile:
    """Read and check a file of absences by itself. Raises DomainError where the whole file is refused."""
    day = partial(day_cell, latest=add_months(today, 24))
    columns = (
        Column("person_ref", required=True, max_length=60, parse=ref_cell),
        Column("kind", required=True, parse=choice_cell([kind.value for kind in AbsenceKind])),
        Column("first_day", required=True, parse=day),
        Column("last_day", parse=day),
    )
    incoming = Incoming(content, file_name, Shape("absences", columns, {}, limits=FILE_LIMITS))
    open_end = FAR_DAY if "last_day" in incoming.columns else None
    rows = []
    for row in incoming.rows():
        key = Key(row.values["person_ref"], row.values["kind"], row.values["first_day"])
        last_day = row.values["last_day"] or open_end
        if last_day is not None and last_day < key.first_day:
            incoming.findings.leave_out([row.line], "last_day is before first_day.", "last_day")
            continue
        rows.append((row.line, key, last_day))
    return AbsencesFile(incoming, each_once(rows, incoming.findings, "first_day"))


def prepare(session: Session, file: AbsencesFile) -> tuple[FactPlan, Account]:
    """Compare a file with the record. Writes nothing."""
    plan = FactPlan(file.incoming.findings.copy())
    people = load_people(session)
    record = _recorded(session)
    for line, key, said in sorted(file.rows, key=lambda row: row[1]):
        try:
            person = people.named(key.person_ref)
        except UnknownPersonError as unknown:
            plan.findings.leave_out([line], unknown.message, unknown.column)
            continue
        subject = f"{key.person_ref} / {key.kind}"
        before = record.get((person.id, key.kind, key.first_day))
        last_day = said or (before[1] if before else FAR_DAY)
        after = days_in_words(key.first_day, last_day)
        if before is None:
            plan.changes.append(Change("absence_added", subject, None, after))
        elif before[1] == last_day:
            continue
        else:
            plan.gone.append(before[0])
            plan.changes.append(
                Change("absence_corrected", subject, days_in_words(key.first_day, before[1]), after)
            )
        plan.new.append((person.id, key.kind, key.first_day, last_day))
        plan.touched.add(person.id)
    plan.new.sort()
    tell_if_known(session, file.incoming, plan, KIND)
    return plan, account_of(file.incoming, plan, KIND, KINDS)


def apply(session: Session, stamp: Stamp, file: AbsencesFile, progress: Progress) -> Account:
    """Compare and write. Call inside a transaction."""
    plan, account = prepare(session, file)
    return write(
        session,
        stamp,
        file.incoming,
        plan,
        account,
        AbsenceRow,
        _COLUMNS,
        event="absences.imported",
        progress=progress,
    )


def _recorded(session: Session) -> dict[tuple[int, str, date], tuple[int, date]]:
    query = (
        select(
            AbsenceRow.id, AbsenceRow.person_id, AbsenceRow.kind, AbsenceRow.first_day, AbsenceRow.last_day
        )
        .where(known(AbsenceRow, None))
        .order_by(AbsenceRow.id)
    )
    return {
        (person_id, kind, first_day): (fact_id, last_day)
        for fact_id, person_id, kind, first_day, last_day in session.execute(query)
    }
