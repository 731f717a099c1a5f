"""The import of exemptions (interfaces, "Exemptions"). The key is person, requirement and first day."""

import re
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.models import ExemptionRow, RequirementRow
from foundation.facts import Progress, known
from foundation.stamp import Stamp
from foundation.tables import Column, day_cell, ref_cell, shown, text_cell
from people.domain import is_named
from people.imports.account import Account, Change
from people.imports.incoming import Incoming, Shape
from people.imports.keyed import FactPlan, account_of, each_once, tell_if_known, tell_some, write
from people.imports.known_people import KnownPerson, UnknownPersonError, did_you_mean, load_people
from people.imports.person_rows import FILE_LIMITS
from people.imports.posts import days_in_words

KIND = "exemptions"
KINDS = {"exemption_added": "new exemptions", "exemption_corrected": "exemptions corrected"}
ALL = "*"
"""Stands for every requirement."""
NOT_HERE = "Do not record health or personal circumstances here."
_COLUMNS = ("person_id", "requirement_id", "reason", "approved_by", "first_day", "last_day")
_PERSONAL = re.compile(
    r"\b(sick|illness|cancer|surgery|hospital|pregnan\w*|mental|depress\w*|anxiety|disab\w*|channel)\b",
    re.IGNORECASE,
)


class Key(NamedTuple):
    """What makes two rows the same exemption."""

    person_ref: str
    requirement: str
    first_day: date


class Decision(NamedTuple):
    """What was decided."""

    reason: str
    approved_by: str
    last_day: date


@dataclass
class ExemptionsFile:
    """A file of exemptions that was read: line, key and decision."""

    incoming: Incoming
    rows: list[tuple[int, Key, Decision]]


def read_exemptions(content: bytes, file_name: str) -> ExemptionsFile:
    """Read and check a file of exemptions by itself. Raises DomainError where the whole file is refused."""
    columns = (
        Column("person_ref", required=True, max_length=60, parse=ref_cell),
        Column("requirement", required=True, max_length=60, parse=text_cell),
        Column("reason", required=True, max_length=500),
        Column("approved_by", required=True),
        Column("first_day", required=True, parse=day_cell),
        Column("last_day", required=True, parse=day_cell),
    )
    incoming = Incoming(content, file_name, Shape("exemptions", columns, {}, limits=FILE_LIMITS))
    rows = []
    personal = []
    for row in incoming.rows():
        values = row.values
        key = Key(values["person_ref"], values["requirement"], values["first_day"])
        decision = Decision(values["reason"], values["approved_by"], values["last_day"])
        if decision.last_day < key.first_day:
            incoming.findings.leave_out([row.line], "last_day is before first_day.", "last_day")
            continue
        if may_be_personal(decision.reason):
            personal.append((row.line, NOT_HERE))
        rows.append((row.line, key, decision))
    tell_some(incoming.findings, personal, "reason", "the reason may tell of personal circumstances.")
    return ExemptionsFile(incoming, rows)


def prepare(session: Session, file: ExemptionsFile) -> tuple[FactPlan, Account]:
    """Compare a file with the record. Writes nothing."""
    plan = FactPlan(file.incoming.findings.copy())
    people = load_people(session)
    requirements = _requirements(session)
    official = {code.casefold(): code for code in requirements}
    record = _recorded(session)
    good = []
    for line, key, decision in file.rows:
        try:
            person = people.named(key.person_ref)
        except UnknownPersonError as unknown:
            plan.findings.leave_out([line], unknown.message, unknown.column)
            continue
        code = official.get(key.requirement.casefold())
        if code is None:
            hint = did_you_mean(key.requirement, requirements)
            message = f"Requirement {shown(key.requirement)} is not known.{hint}"
            plan.findings.leave_out([line], message, "requirement")
        elif is_own_approval(person, decision.approved_by):
            plan.findings.leave_out([line], "Nobody approves their own exemption.", "approved_by")
        else:
            good.append((line, key._replace(requirement=code), decision))
    for _, key, decision in each_once(good, plan.findings, "requirement"):
        person_id, requirement_id = people.by_ref[key.person_ref].id, requirements[key.requirement]
        before = record.get((person_id, requirement_id, key.first_day))
        if before is not None and before[1] == decision:
            continue
        plan.changes.append(
            Change(
                "exemption_corrected" if before else "exemption_added",
                f"{key.person_ref} / {key.requirement}",
                _words(key, before[1]) if before else None,
                _words(key, decision),
            )
        )
        if before is not None:
            plan.gone.append(before[0])
        said = (decision.reason, decision.approved_by, key.first_day, decision.last_day)
        plan.new.append((person_id, requirement_id, *said))
        plan.touched.add(person_id)
    tell_if_known(session, file.incoming, plan, KIND)
    return plan, account_of(file.incoming, plan, KIND, KINDS)


def apply(session: Session, stamp: Stamp, file: ExemptionsFile, progress: Progress) -> Account:
    """Compare and write. Call inside a transaction."""
    plan, account = prepare(session, file)
    return write(
        session,
        stamp,
        file.incoming,
        plan,
        account,
        ExemptionRow,
        _COLUMNS,
        event="exemptions.imported",
        progress=progress,
    )


def may_be_personal(reason: str) -> bool:
    """Whether a reason may tell of health or personal circumstances, which have no place in the record."""
    return _PERSONAL.search(reason) is not None


def is_own_approval(person: KnownPerson, approved_by: str) -> bool:
    """Whether the approver is the person: by reference, name or e-mail address, case ignored."""
    return is_named(person.person_ref, person.first_name, person.last_name, person.email, approved_by)


def _words(key: Key, decision: Decision) -> str:
    days = days_in_words(key.first_day, decision.last_day)
    return f"{days}, {decision.reason}, approved by {decision.approved_by}"


def _requirements(session: Session) -> dict[str, int | None]:
    query = select(RequirementRow.code, RequirementRow.id).order_by(RequirementRow.id)
    return {ALL: None, **dict(session.execute(query).all())}


def _recorded(session: Session) -> dict[tuple[int, int | None, date], tuple[int, Decision]]:
    query = (
        select(
            ExemptionRow.id,
            ExemptionRow.person_id,
            ExemptionRow.requirement_id,
            ExemptionRow.first_day,
            ExemptionRow.reason,
            ExemptionRow.approved_by,
            ExemptionRow.last_day,
        )
        .where(known(ExemptionRow, None))
        .order_by(ExemptionRow.id)
    )
    return {
        (person_id, requirement_id, first_day): (fact_id, Decision(reason, approved_by, last_day))
        for fact_id, person_id, requirement_id, first_day, reason, approved_by, last_day in session.execute(
            query
        )
    }
