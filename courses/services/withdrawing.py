"""Withdrawing what one told us by mistake, while nobody has checked it yet."""

from datetime import date

from sqlalchemy.orm import Session

from courses import store
from courses.domain import Evidence, Source
from courses.store import OnRecord
from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.facts import touch
from foundation.stamp import Stamp
from people import store as people
from people.store import Some


def told(session: Session, person_id: int, course: str, completed_on: date) -> OnRecord | None:
    """What this person told us of a course and day, if it still waits for a check; None for all that others said."""
    found = store.on_record(session, course, completed_on, [person_id]).get(person_id)
    return found if found is not None and can_be_withdrawn(found.source, found.evidence) else None


def can_be_withdrawn(source: str, evidence: str) -> bool:
    """Whether the person may take a completion back: told by themselves, and waiting for a check."""
    return source == Source.SELF.value and evidence == Evidence.AWAITING.value


def withdraw(session: Session, stamp: Stamp, person_id: int, course: str, completed_on: date) -> None:
    """Take one's own completion and its files out of the record.

    Raises NotFound where this person told us no such thing, DomainError where it has been checked meanwhile.
    """
    before = store.on_record(session, course, completed_on, [person_id]).get(person_id)
    if before is None or before.source != Source.SELF.value:
        raise NotFound("There is no such training.")
    if not can_be_withdrawn(before.source, before.evidence):
        raise DomainError("This has been checked meanwhile, so it can no longer be withdrawn.")
    store.retract_completion(session, stamp, before, store.WITHDRAWN, with_files=True)
    touch(session, [person_id])
    audit.record(
        session,
        stamp,
        "completion.withdrawn",
        f"person:{people.names(session, Some([person_id]))[person_id][0]}",
        course=course,
        completed_on=completed_on.isoformat(),
    )
