"""The import of a people file: compare, say what changes, write it (interfaces, "People")."""

from dataclasses import dataclass

from sqlalchemy import insert
from sqlalchemy.orm import Session

from foundation import audit
from foundation.facts import Progress, no_progress, retract, touch
from foundation.formats import long_date
from foundation.stamp import Stamp
from people.imports import batches
from people.imports.account import Account, ImportRefused
from people.imports.brake import refusals
from people.imports.doubts import tell_doubts
from people.imports.person_rows import PeopleFile
from people.imports.plan import KINDS, Plan, make_plan
from people.imports.recording import record_facts
from people.imports.state import Recorded, batches_applied, load_recorded, person_ids, role_codes
from people.imports.units import add_organisations, add_units, number_units, record_sectors, unit_ids
from people.models import OrganisationSectorRow, PersonDetailRow, PersonRow, PostSpellRow

KIND = "people"
_REASON = "Corrected by a people file"
_SPELL_COLUMNS = (
    "person_id",
    "post_ref",
    "unit_id",
    "job_title",
    "manager_ref",
    "roles",
    "first_day",
    "last_day",
)


@dataclass(frozen=True, slots=True)
class Options:
    """How a people file is meant: `part` of the workforce, or all of it; how many posts are expected to end."""

    part: bool = False
    expect_leavers: int | None = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """A file compared with the record."""

    plan: Plan
    recorded: Recorded
    account: Account


def prepare(
    session: Session, file: PeopleFile, options: Options, progress: Progress = no_progress
) -> Prepared:
    """Compare a file with the record and say what would change. Writes nothing."""
    progress("Reading the record", 0, 3)
    record = load_recorded(session)
    progress("Comparing", 1, 3)
    mended = file.incoming.is_mended
    plan = make_plan(file, record, part=options.part or mended)
    if mended and not options.part:
        plan.findings.tell(
            "These rows were set aside from another file, so they are taken as a part of the workforce: "
            "nothing missing from them ends."
        )
    tell_doubts(plan, file, record, role_codes(session))
    _tell_of_earlier_files(session, plan, file)
    progress("Comparing", 3, 3)
    return Prepared(plan, record, _account(plan, file, options))


def apply(
    session: Session, stamp: Stamp, file: PeopleFile, prepared: Prepared, progress: Progress
) -> Account:
    """Write the difference as one batch. Call inside the transaction in which the file was compared.

    Raises ImportRefused where the brake for leavers holds the file back. A file that changes nothing makes no batch.
    """
    plan, account = prepared.plan, prepared.account
    if account.refusals:
        raise ImportRefused(account)
    if plan.is_empty:
        return account
    stamp = batches.open_batch(
        session,
        stamp,
        kind=KIND,
        file_name=account.file,
        sha256=file.incoming.sha256,
        counts={**account.counts, "rows": account.rows, "set_aside_rows": account.set_aside_rows}
        | {"as_at": file.as_at.isoformat()},
    )
    account.batch = stamp.batch_id
    progress("Saving", 0, 4)
    _write_places(session, stamp, prepared)
    progress("Saving", 1, 4)
    ids = _write_people(session, stamp, prepared)
    progress("Saving", 2, 4)
    _write_posts(session, stamp, prepared, ids)
    progress("Saving", 4, 4)
    audit.record(
        session, stamp, "people.imported", f"batch:{stamp.batch_id}", file=account.file, **account.counts
    )
    touch(session, (ids[ref] for ref in plan.touched))
    return account


def _account(plan: Plan, file: PeopleFile, options: Options) -> Account:
    problems = plan.findings.problems
    return Account(
        kind=KIND,
        file=file.incoming.file,
        kinds=KINDS,
        rows=file.incoming.rows_read,
        blank_rows=file.incoming.blank_rows,
        as_at=file.as_at,
        set_aside=problems,
        set_aside_rows=len(plan.findings.set_aside),
        notices=plan.findings.notices,
        changes=plan.changes,
        refusals=refusals(plan.moves, options.expect_leavers, file.incoming.file),
        mend=lambda stream: file.incoming.write_set_aside(plan.findings, stream),
    )


def _tell_of_earlier_files(session: Session, plan: Plan, file: PeopleFile) -> None:
    applied = batches_applied(session, KIND)
    same = [batch for batch in applied if batch.sha256 == file.incoming.sha256]
    if same:
        plan.findings.tell(f"This exact file was imported before, as batch {same[-1].id}.")
    days = [batch.counts.get("as_at", "") for batch in applied]
    if days and file.as_at.isoformat() < max(days):
        last = applied[days.index(max(days))]
        plan.findings.tell(
            f"The as-at date {long_date(file.as_at)} is earlier than that of batch {last.id}. "
            "An older file may take back newer changes."
        )


def _write_places(session: Session, stamp: Stamp, prepared: Prepared) -> None:
    plan, record = prepared.plan, prepared.recorded
    add_organisations(session, plan.new_organisations)
    if plan.new_units:
        add_units(session, plan.new_units)
    if plan.new_units or plan.new_organisations:
        number_units(session)
    facts = (
        record.organisations[name].sector_fact_id for name in plan.sectors if name in record.organisations
    )
    retract(session, OrganisationSectorRow, (fact for fact in facts if fact is not None), stamp, _REASON)
    record_sectors(session, stamp, plan.sectors)


def _write_people(session: Session, stamp: Stamp, prepared: Prepared) -> dict[str, int]:
    plan, record = prepared.plan, prepared.recorded
    if plan.new_people:
        session.execute(insert(PersonRow), [{"person_ref": ref} for ref in sorted(plan.new_people)])
    ids = person_ids(session)
    corrected = (record.people[ref].detail_fact_id for ref in plan.details if ref in record.people)
    retract(session, PersonDetailRow, (fact for fact in corrected if fact is not None), stamp, _REASON)
    record_facts(
        session,
        stamp,
        PersonDetailRow,
        ("person_id", "first_name", "last_name", "email", "category"),
        (
            (ids[ref], said.first_name, said.last_name, said.email or None, said.category)
            for ref, said in sorted(plan.details.items())
        ),
    )
    return ids


def _write_posts(session: Session, stamp: Stamp, prepared: Prepared, ids: dict[str, int]) -> None:
    plan = prepared.plan
    retract(session, PostSpellRow, plan.spells_gone, stamp, _REASON)
    if not plan.spells_new:
        return
    units = unit_ids(session)
    spells = sorted(plan.spells_new, key=lambda item: (ids[item[0][0]], item[0][1], item[1].first_day))
    record_facts(
        session,
        stamp,
        PostSpellRow,
        _SPELL_COLUMNS,
        (
            (
                ids[person_ref],
                post_ref,
                units[spell.duties.organisation, spell.duties.unit],
                spell.duties.job_title,
                spell.duties.manager_ref or None,
                spell.duties.roles,
                spell.first_day,
                spell.last_day,
            )
            for (person_ref, post_ref), spell in spells
        ),
    )
