"""Completions by hand: adding one for somebody, correcting one, taking one back, and saying that one counts no more.

Nobody does this to their own record (promises 8, rule 1). What was taken back does not come back with a file, as the
import of completions has it.
"""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from courses import store
from courses.domain import CompletionKey, Course, Evidence, Source, Told
from courses.imports.known_courses import load_courses
from courses.models import CompletionRow, CourseRow
from courses.services.evidence import senders
from courses.services.telling import refuse_day, refuse_told
from courses.store import OnRecord
from foundation import audit
from foundation.dates import FAR_DAY, add_months
from foundation.errors import DomainError, NotFound
from foundation.facts import known, touch
from foundation.formats import long_date
from foundation.stamp import Stamp
from people.services.records.standing import ChangedMeanwhile, Lines, ref_of, spell_facts

OLD_YEARS = 20
"""As in files: a completion longer ago deserves a second look."""
_AGAIN = "Recorded again"


class AlreadyRecorded(DomainError):  # noqa: N818 -- the name says what happened
    """The person has completed this course on this day already; `before` is what the record says."""

    def __init__(self, before: OnRecord) -> None:
        day = long_date(before.completed_on)
        super().__init__(f"This course, completed on {day}, is recorded for this person already.")
        self.before = before


def on_offer(session: Session, today: date, code: str = "") -> list[Course]:
    """The courses of the rule book today, and besides the one that a completion has, listed or not."""
    found = store.courses_on(session, today)
    return found if not code or code in {one.code for one in found} else [*found, Course(code)]


def standing(session: Session, key: CompletionKey, titles: Mapping[str, str]) -> OnRecord:
    """A completion as it stands. Raises ChangedMeanwhile where it stands no more, NotFound where it never did."""
    found = store.on_record(session, key.course, key.completed_on, [key.person_id]).get(key.person_id)
    return found if found is not None else _gone(session, key, titles)


def _same(session: Session, key: CompletionKey, fact_id: int, titles: Mapping[str, str]) -> OnRecord:
    """The completion as the form showed it (bad input G13)."""
    found = standing(session, key, titles)
    if found.id != fact_id:
        raise ChangedMeanwhile(found.recorded_at, found.recorded_by, said_of(found, titles))
    return found


def _gone(session: Session, key: CompletionKey, titles: Mapping[str, str]) -> OnRecord:
    last = (
        select(CompletionRow.retracted_at, CompletionRow.retracted_by)
        .join(CourseRow, CourseRow.id == CompletionRow.course_id)
        .where(
            CompletionRow.person_id == key.person_id,
            CourseRow.code == key.course,
            CompletionRow.completed_on == key.completed_on,
            CompletionRow.retracted_at.is_not(None),
        )
        .order_by(CompletionRow.retracted_at.desc(), CompletionRow.id.desc())
        .limit(1)
    )
    gone = session.execute(last).one_or_none()
    if gone is None:
        raise NotFound("There is no such completion.")
    instead = select(CompletionRow.id).where(
        CompletionRow.person_id == key.person_id,
        CompletionRow.recorded_at == gone.retracted_at,
        CompletionRow.recorded_by == gone.retracted_by,
        known(CompletionRow, None),
    )
    now: Lines = []
    for one in session.scalars(instead.order_by(CompletionRow.id)).all():
        found = store.completion_on_record(session, one)
        now += said_of(found, titles) if found is not None else []
    raise ChangedMeanwhile(gone.retracted_at, gone.retracted_by, now)


def said_of(found: OnRecord, titles: Mapping[str, str]) -> Lines:
    """What a completion says, as (name, value), for pages."""
    lines = [
        ("Course", titles.get(found.course) or found.course),
        ("Date completed", long_date(found.completed_on)),
        ("Who ran it", found.provider),
        ("Certificate number", found.reference),
        ("No longer counts from", long_date(found.revoked_on) if found.revoked_on else ""),
    ]
    return [one for one in lines if one[1]]


def add(session: Session, stamp: Stamp, person_id: int, told: Told, evidence: Evidence, today: date) -> None:
    """Record a completion, verified or to be checked by somebody else; one that was not accepted makes room for it.

    Raises AlreadyRecorded, and DomainError for what cannot be or is not this account's to say.
    """
    _refuse_own(session, stamp, person_id)
    course = refuse_told(session, told, today)
    key = CompletionKey(person_id, told.course, told.completed_on)
    before = store.on_record(session, key.course, key.completed_on, [person_id]).get(person_id)
    if before is not None and before.evidence != Evidence.REJECTED:
        raise AlreadyRecorded(before)
    if evidence is Evidence.VERIFIED and stamp.actor in senders(session, key):
        raise DomainError(
            "You cannot check what you sent in yourself. Say that somebody still has to check it."
        )
    if before is not None:
        store.retract_completion(session, stamp, before, _AGAIN, with_files=True)
    store.record_completion(
        session,
        stamp,
        key,
        evidence,
        provider=told.provider or course.provider,
        reference=told.reference,
        source=Source.BY_HAND.value,
    )
    _note(session, stamp, "completion.recorded", key, evidence=evidence.value)


def correct(
    session: Session,
    stamp: Stamp,
    key: CompletionKey,
    fact_id: int,
    told: Told,
    reason: str,
    today: date,
    titles: Mapping[str, str],
) -> None:
    """Say a completion anew; its evidence stays as it was, and its files go with it.

    Raises ChangedMeanwhile, AlreadyRecorded, NotFound, and DomainError for what cannot be.
    """
    _refuse_own(session, stamp, key.person_id)
    before = _same(session, key, fact_id, titles)
    if told == Told(before.course, before.completed_on, before.provider, before.reference):
        raise DomainError("Nothing is different. Change something, or go back.")
    if before.evidence == Evidence.REJECTED:
        # Why it was not accepted is said beside this course and day alone.
        raise DomainError("This was not accepted. Add what is right, and take this one back.")
    if told.course != before.course:
        refuse_told(session, told, today)
    elif problem := refuse_day(told.completed_on, today):
        raise DomainError(f"The date {problem}.")
    if before.revoked_on is not None and before.revoked_on < told.completed_on:
        raise DomainError(
            f"It no longer counts from {long_date(before.revoked_on)}, which is before this date."
        )
    after = CompletionKey(key.person_id, told.course, told.completed_on)
    if after != key:
        other = store.on_record(session, after.course, after.completed_on, [key.person_id])
        if other:
            raise AlreadyRecorded(other[key.person_id])
    files = store.evidence_files(session, [key.person_id]).get(key, [])
    store.retract_completion(session, stamp, before, reason, with_files=after != key)
    store.record_completion(
        session,
        stamp,
        after,
        Evidence(before.evidence),
        provider=told.provider,
        reference=told.reference,
        source=before.source,
        revoked_on=before.revoked_on,
    )
    for file in files if after != key else ():
        store.record_evidence_file(
            session,
            stamp,
            after,
            purpose=file.purpose,
            kind=file.kind,
            size=file.size,
            sha256=file.sha256,
            stored_as=file.stored_as,
            concerns=[concern.value for concern in file.concerns],
        )
    _note(session, stamp, "completion.corrected", after, was=f"{key.course} {key.completed_on.isoformat()}")


def take_back(
    session: Session, stamp: Stamp, key: CompletionKey, fact_id: int, reason: str, titles: Mapping[str, str]
) -> None:
    """A completion never was: it leaves the record with its files. Raises ChangedMeanwhile and NotFound."""
    _refuse_own(session, stamp, key.person_id)
    before = _same(session, key, fact_id, titles)
    store.retract_completion(session, stamp, before, reason, with_files=True)
    _note(session, stamp, "completion.taken_back", key)


def revoke(
    session: Session,
    stamp: Stamp,
    key: CompletionKey,
    fact_id: int,
    day: date,
    reason: str,
    titles: Mapping[str, str],
) -> None:
    """A completion was, and counts no more from a day on (counting rule 5). Raises as `correct` does."""
    _refuse_own(session, stamp, key.person_id)
    before = _same(session, key, fact_id, titles)
    if day < key.completed_on:
        raise DomainError("The day from which it no longer counts is before the date completed.")
    if day == before.revoked_on:
        raise DomainError("Nothing is different. Change something, or go back.")
    store.retract_completion(session, stamp, before, reason)
    after = replace(before, revoked_on=day)
    store.record_completion(
        session,
        stamp,
        key,
        Evidence(after.evidence),
        provider=after.provider,
        reference=after.reference,
        source=after.source,
        revoked_on=after.revoked_on,
    )
    _note(session, stamp, "completion.revoked", key, revoked_on=day.isoformat())


def doubts(session: Session, person_id: int, told: Told, today: date, *, with_posts: bool) -> list[str]:
    """What deserves a second look, as the import of completions says it. `with_posts`: the reader sees every post."""
    found, day = [], told.completed_on
    spells = [one.spell for one in spell_facts(session, person_id)] if with_posts else []
    first = min((spell.first_day for spell in spells), default=date.min)
    last = max((spell.last_day for spell in spells), default=FAR_DAY)
    if last < today:
        found.append(f"The person left on {long_date(last)}.")
    if day < first:
        found.append(f"Completed before the person's start on {long_date(first)}: prior learning.")
    if day < add_months(today, -12 * OLD_YEARS):
        found.append(f"{long_date(day)} is more than {OLD_YEARS} years ago.")
    courses = load_courses(session)
    since = courses.since.get(courses.by_code.get(told.course, 0), date.min)
    if day < since:
        found.append(f"The course started on {long_date(since)}.")
    return found


def _refuse_own(session: Session, stamp: Stamp, person_id: int) -> None:
    kind, _, public_id = stamp.actor.partition(":")
    if kind == "account" and store.person_of_account(session, public_id) == person_id:
        raise DomainError("Nobody changes their own record. Ask somebody else to do it.")


def _note(session: Session, stamp: Stamp, event: str, key: CompletionKey, **more: str) -> None:
    touch(session, [key.person_id])
    audit.record(
        session,
        stamp,
        event,
        f"person:{ref_of(session, key.person_id)[0]}",
        course=key.course,
        completed_on=key.completed_on.isoformat(),
        **more,
    )
