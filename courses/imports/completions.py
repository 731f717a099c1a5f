"""The import of completions (interfaces, "Completions"). The key is person, course and day."""

from collections.abc import Iterator, Sequence
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.domain import Evidence, Source
from courses.imports.completion_doubts import Doubts
from courses.imports.completion_rows import CompletionsFile, Extras
from courses.imports.known_courses import KnownCourses, load_courses
from courses.imports.lead_rows import REJECTED, as_told, objection
from courses.models import CompletionRow
from foundation.facts import Progress, known
from foundation.stamp import Stamp
from foundation.tables import shown
from people.imports.account import Account, Change
from people.imports.keyed import FactPlan, account_of, each_once, tell_if_known, write
from people.imports.known_people import KnownPeople, KnownPerson, UnknownPersonError, employed, load_people
from people.imports.part import Lead

KIND = "completions"
KINDS = {"completion_added": "new completions", "completion_corrected": "completions corrected"}
_COLUMNS = (
    "person_id",
    "course_id",
    "completed_on",
    "provider",
    "reference",
    "source",
    "evidence",
    "revoked_on",
)
_PEOPLE_AT_ONCE = 500


class Key(NamedTuple):
    """What makes two rows the same completion. `course` is an id."""

    person_id: int
    course: int
    completed_on: date


class Recorded(NamedTuple):
    """A completion that stands on record."""

    id: int
    extras: Extras
    source: str


def prepare(
    session: Session, file: CompletionsFile, progress: Progress, lead: Lead | None = None
) -> tuple[FactPlan, Account]:
    """Compare a file with the record. Writes nothing. `lead`: who may speak of their own people alone.

    What a lead tells is recorded as theirs, whatever system they name: that stays with the batch.
    """
    plan = FactPlan(file.incoming.findings.copy())
    people, courses = load_people(session, lead.part if lead else None), load_courses(session)
    refs = {person.id: person.person_ref for person in people.by_ref.values()}
    rows = each_once(
        _resolved(file, people, courses, plan, is_told=lead is not None),
        plan.findings,
        "completed_on",
        together=_said_together,
    )
    doubts = Doubts()
    # Posts elsewhere, and why others took something back, are not for the lead of a partner to learn.
    employments = {} if lead else employed(session)
    withdrawn = _withdrawn(session, for_lead=lead is not None)
    source = Source.PARTNER_FILE.value if lead else file.source
    done = 0
    for chunk in _by_people(rows):
        record = _recorded(session, chunk[0][1].person_id, chunk[-1][1].person_id)
        for line, key, extras in chunk:
            if key not in record and key in withdrawn:
                plan.findings.leave_out([line], withdrawn[key], "completed_on")
                continue
            before = record.get(key)
            if lead is not None and before is not None:
                if problem := objection(extras, before.extras):
                    plan.findings.leave_out([line], problem, "completed_on")
                continue
            if before is None:
                doubts.note(
                    line,
                    key.completed_on,
                    employments.get(key.person_id),
                    courses.since[key.course],
                    file.today,
                )
            _plan_one(plan, key, extras, before, source, (refs[key.person_id], courses.codes[key.course]))
        done += len(chunk)
        progress("Comparing", done, len(rows))
    doubts.tell(plan.findings)
    tell_if_known(session, file.incoming, plan, KIND, lead.actor if lead else None)
    return plan, account_of(file.incoming, plan, KIND, KINDS)


def apply(
    session: Session, stamp: Stamp, file: CompletionsFile, progress: Progress, lead: Lead | None = None
) -> Account:
    """Compare and write. Call inside a transaction."""
    plan, account = prepare(session, file, progress, lead)
    return write(
        session,
        stamp,
        file.incoming,
        plan,
        account,
        CompletionRow,
        _COLUMNS,
        event="completions.imported",
        source=file.source,
        progress=progress,
    )


class CompletionSubject(NamedTuple):
    """The completion that a change is about, written out only when it is shown."""

    person_ref: str
    course: str
    completed_on: date

    def __str__(self) -> str:
        return f"{self.person_ref} / {self.course} / {self.completed_on.isoformat()}"


def merged(row: Extras, before: Extras | None) -> Extras:
    """What the record should say after a row: what is empty in the row erases nothing.

    Empty evidence means trusted for a new completion and for one that awaits a check; a decision that somebody made,
    verified or rejected, is only changed by a row that says so.
    """
    if before is None:
        return row if row.evidence else _trusted(row)
    evidence = row.evidence or before.evidence
    if not row.evidence and before.evidence == Evidence.AWAITING:
        evidence = Evidence.TRUSTED.value
    return Extras(
        row.provider or before.provider,
        row.reference or before.reference,
        evidence,
        row.revoked_on or before.revoked_on,
    )


def _said_together(one: Extras, other: Extras) -> Extras | None:
    """What two rows about one completion say together: empty evidence means trusted, so those two agree."""
    if one == other:
        return one
    spoken = one if one.evidence else other
    return spoken if _trusted(one) == _trusted(other) == spoken else None


@lru_cache(maxsize=65536)
def _trusted(row: Extras) -> Extras:
    return row._replace(evidence=Evidence.TRUSTED.value)


def _plan_one(
    plan: FactPlan,
    key: Key,
    row: Extras,
    before: Recorded | None,
    source: str,
    names: tuple[str, str],
) -> None:
    after = merged(row, before.extras if before else None)
    if before is not None and after == before.extras:
        return
    subject = CompletionSubject(*names, key.completed_on)
    if before is None:
        plan.changes.append(Change("completion_added", subject, None, after))
    else:
        plan.gone.append(before.id)
        plan.changes.append(Change("completion_corrected", subject, before.extras, after))
    plan.new.append(
        (*key, after.provider, after.reference, source or (before.source if before else ""), *after[2:])
    )
    plan.touched.add(key.person_id)


def _resolved(
    file: CompletionsFile, people: KnownPeople, courses: KnownCourses, plan: FactPlan, *, is_told: bool
) -> Iterator[tuple[int, Key, Extras]]:
    """The rows whose person and course are known; the others are set aside."""
    or_title = bool(file.incoming.map.name)
    for row in file.rows:
        if is_told and row.extras.evidence == Evidence.REJECTED:
            # Before the person is looked for: it says the same of everybody.
            plan.findings.leave_out([row.line], REJECTED, "evidence")
            continue
        person: KnownPerson | None = None
        try:
            person = people.named(row.person_ref, row.email)
        except UnknownPersonError as unknown:
            plan.findings.leave_out([row.line], unknown.message, unknown.column)
        course = courses.named(row.course, or_title=or_title)
        if course is None:
            plan.findings.leave_out([row.line], courses.unknown(row.course), "course_code")
        elif person is not None:
            extras = as_told(row.extras) if is_told else row.extras
            yield row.line, Key(person.id, course, row.completed_on), extras


def _by_people(
    rows: Sequence[tuple[int, Key, Extras]],
) -> Iterator[Sequence[tuple[int, Key, Extras]]]:
    """The rows, ordered by key, in parts that hold whole people: each part is compared with one query."""
    start, people, last = 0, 0, None
    for at, (_, key, _) in enumerate(rows):
        if key.person_id == last:
            continue
        if people == _PEOPLE_AT_ONCE:
            yield rows[start:at]
            start, people = at, 0
        people, last = people + 1, key.person_id
    if start < len(rows):
        yield rows[start:]


def _recorded(session: Session, first: int, last: int) -> dict[Key, Recorded]:
    """What stands on record of people in a range of ids."""
    query = (
        select(
            CompletionRow.id,
            CompletionRow.person_id,
            CompletionRow.course_id,
            CompletionRow.completed_on,
            CompletionRow.provider,
            CompletionRow.reference,
            CompletionRow.evidence,
            CompletionRow.revoked_on,
            CompletionRow.source,
        )
        .where(CompletionRow.person_id.between(first, last), known(CompletionRow, None))
        .order_by(CompletionRow.id)
    )
    return {
        Key(row.person_id, row.course_id, row.completed_on): Recorded(
            row.id, Extras(row.provider, row.reference, row.evidence, row.revoked_on), row.source
        )
        for row in session.execute(query)
    }


def _withdrawn(session: Session, *, for_lead: bool) -> dict[Key, str]:
    """Completions that somebody withdrew, and why. What a batch took back may come again; these may not."""
    ask = " Ask your training team if it should count." if for_lead else ""
    query = (
        select(
            CompletionRow.person_id,
            CompletionRow.course_id,
            CompletionRow.completed_on,
            CompletionRow.retracted_reason,
        )
        .where(CompletionRow.retracted_at.is_not(None), CompletionRow.retracted_batch_id.is_(None))
        .order_by(CompletionRow.id)
    )
    found: dict[Key, str] = {}
    for person, course, day, reason in session.execute(query):
        why = f" ({shown(reason)})" if reason and not for_lead else ""
        found[Key(person, course, day)] = f"This completion was withdrawn{why}. It was not restored.{ask}"
    return found
