"""Telling us about training one has done: a completion that waits for a check, with the certificate if there is one."""

from datetime import date

from sqlalchemy.orm import Session

from courses import store
from courses.domain import (
    CompletionKey,
    Concern,
    Course,
    Evidence,
    Purpose,
    Source,
    Told,
    earliest_completion,
)
from courses.services.holding import Held, concerns_about, find_held, mark_sent
from courses.store import OnRecord
from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.facts import touch
from foundation.formats import long_date
from foundation.stamp import Stamp
from people import store as people
from people.domain import Account
from people.store import Some


class AlreadyOnRecordError(DomainError):
    """This very completion stands in the record; `before` is what it says."""

    def __init__(self, before: OnRecord) -> None:
        super().__init__("You told us already.")
        self.before = before


def refuse_day(day: date, today: date) -> str:
    """Why a course cannot have been completed on a day; empty where it can."""
    if day > today:
        return "must be today or in the past"
    if day < earliest_completion(today):
        return f"must be on or after {long_date(earliest_completion(today))}"
    return ""


def refuse_told(session: Session, told: Told, today: date) -> Course:
    """The course that was completed. Raises DomainError for a day or a course that cannot be."""
    problem = refuse_day(told.completed_on, today)
    if problem:
        raise DomainError(f"The date {problem}.")
    course = next((one for one in store.courses_on(session, today) if one.code == told.course), None)
    if course is None:
        raise DomainError("There is no such course in the programme any more. Choose another.")
    return course


def standing(session: Session, person_id: int, told: Told) -> OnRecord | None:
    """The completion on record that hinders this one from being told; one that was not accepted may be told again."""
    before = store.on_record(session, told.course, told.completed_on, [person_id]).get(person_id)
    return None if before is None or before.evidence == Evidence.REJECTED else before


def concerns_of(session: Session, held: Held, told: Told, person_id: int) -> list[Concern]:
    """What makes one wonder about this completion and its file."""
    before = [one.person_id for one in store.sent_for(session, [held.file.sha256])] if held.file else []
    found = concerns_about(held, told, person_id, before)
    key = CompletionKey(person_id, told.course, told.completed_on)
    return [*found, *([Concern.REJECTED_BEFORE] if store.was_rejected(session, key) else [])]


def tell(session: Session, stamp: Stamp, account: Account, held_id: str, today: date) -> None:
    """Record what somebody told us, waiting for a check. Told before, it is not told again.

    Raises NotFound where the sending is not theirs, AlreadyOnRecordError and DomainError where it is refused.
    """
    held = find_held(session, account.id, held_id, Purpose.CERTIFICATE, stamp.at)
    if held.sent_at is not None:
        return
    if held.told is None or account.person_id is None:
        raise NotFound("There is nothing to send.")
    course = refuse_told(session, held.told, today)
    before = standing(session, account.person_id, held.told)
    if before is not None:
        raise AlreadyOnRecordError(before)
    concerns = concerns_of(session, held, held.told, account.person_id)
    record_told(session, stamp, held, account.person_id, course, Source.SELF, concerns)
    mark_sent(session, stamp, held, [account.person_id])


def record_told(
    session: Session,
    stamp: Stamp,
    held: Held,
    person_id: int,
    course: Course,
    source: Source,
    concerns: list[Concern],
) -> None:
    """Record one completion that waits for a check, and its file; what was not accepted before makes room for it."""
    assert held.told is not None
    key = CompletionKey(person_id, held.told.course, held.told.completed_on)
    rejected = store.on_record(session, key.course, key.completed_on, [person_id]).get(person_id)
    if rejected is not None:
        store.retract_completion(session, stamp, rejected, "Sent again", with_files=True)
    store.record_completion(
        session,
        stamp,
        key,
        Evidence.AWAITING,
        provider=held.told.provider or course.provider,
        reference=held.told.reference,
        source=source.value,
    )
    if held.file is not None:
        store.record_evidence_file(
            session,
            stamp,
            key,
            purpose=held.purpose.value,
            kind=held.file.kind,
            size=held.file.size,
            sha256=held.file.sha256,
            stored_as=held.file.stored_as,
            concerns=[concern.value for concern in concerns],
        )
    touch(session, [person_id])
    audit.record(
        session,
        stamp,
        "completion.told",
        f"person:{people.names(session, Some([person_id]))[person_id][0]}",
        course=key.course,
        completed_on=key.completed_on.isoformat(),
        source=source.value,
        concerns=[concern.value for concern in concerns],
    )
