"""Absences by hand. The kind is a closed list and so is every reason: there is no room for medical detail."""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from sqlalchemy import insert
from sqlalchemy.orm import Session

from foundation import audit
from foundation.errors import DomainError
from foundation.facts import recorded, retract, touch
from foundation.stamp import Stamp
from people.models import AbsenceRow
from people.services.records.standing import absence_fact, absence_facts, ref_of


class Why(StrEnum):
    """Why an absence is taken back."""

    OTHER_PERSON = "other_person"
    NEVER_TAKEN = "never_taken"
    TWICE = "twice"


WHY_WORDS = {
    Why.OTHER_PERSON: "It was recorded for the wrong person",
    Why.NEVER_TAKEN: "They were not away after all",
    Why.TWICE: "It is recorded twice",
}
_CORRECTED = "Corrected on the pages"


@dataclass(frozen=True, slots=True)
class Away:
    """Days away from work and their kind; an open end is FAR_DAY."""

    kind: str
    first_day: date
    last_day: date


def add_absence(session: Session, stamp: Stamp, person_id: int, said: Away) -> None:
    """Record an absence. Raises DomainError for days that will not do, or one that is recorded already."""
    _refuse(session, person_id, said)
    _record(session, stamp, person_id, said)
    _audit(session, stamp, "absence.added", person_id)


def correct_absence(session: Session, stamp: Stamp, person_id: int, fact_id: int, said: Away) -> None:
    """Say anew when and why somebody is away, or since when they are back. Raises ChangedMeanwhile and DomainError."""
    now = absence_fact(session, person_id, fact_id)
    if Away(now.kind, now.first_day, now.last_day) == said:
        raise DomainError("Nothing is different. Change something, or go back.")
    _refuse(session, person_id, said, but=fact_id)
    retract(session, AbsenceRow, [fact_id], stamp, _CORRECTED)
    _record(session, stamp, person_id, said)
    _audit(session, stamp, "absence.corrected", person_id, absence=fact_id)


def remove_absence(session: Session, stamp: Stamp, person_id: int, fact_id: int, why: Why) -> None:
    """An absence never was. Raises ChangedMeanwhile where it stands no more."""
    absence_fact(session, person_id, fact_id)
    retract(session, AbsenceRow, [fact_id], stamp, WHY_WORDS[why])
    touch(session, [person_id])
    _audit(session, stamp, "absence.removed", person_id, absence=fact_id)


def _refuse(session: Session, person_id: int, said: Away, but: int = 0) -> None:
    if said.last_day < said.first_day:
        raise DomainError("The last day is before the first day.")
    same = (one for one in absence_facts(session, person_id) if one.id != but)
    if any((one.kind, one.first_day) == (said.kind, said.first_day) for one in same):
        raise DomainError("An absence of this kind from this day on is recorded already. Correct that one.")


def _record(session: Session, stamp: Stamp, person_id: int, said: Away) -> None:
    session.execute(
        insert(AbsenceRow).values(
            person_id=person_id,
            kind=said.kind,
            first_day=said.first_day,
            last_day=said.last_day,
            **recorded(stamp),
        )
    )
    touch(session, [person_id])


def _audit(session: Session, stamp: Stamp, event: str, person_id: int, **details: int) -> None:
    audit.record(session, stamp, event, f"person:{ref_of(session, person_id)[0]}", **details)
