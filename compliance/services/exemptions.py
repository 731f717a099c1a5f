"""Exemptions on pages: recording one, ending one early, taking a mistaken one back (counting rule 6, `exempt`).

What is refused is what a file of exemptions is refused for (`compliance.imports.exemptions`), and one thing more: an
exemption is never longer than two years (bad input G28), and nobody has to do with one of their own.
"""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from compliance.domain.timeline import Exemption
from compliance.models import ExemptionRow, RequirementRow
from compliance.store.exemptions import (
    RecordedExemption,
    exemptions_of_person,
    was_exemption,
)
from foundation import audit
from foundation.dates import add_months, day_before
from foundation.errors import DomainError, NotFound, Problem
from foundation.facts import recorded, retract, touch
from foundation.formats import long_date
from foundation.stamp import Stamp
from people.domain import is_named
from people.services import record

__all__ = [
    "LONGEST_MONTHS",
    "ChangedMeanwhile",
    "NewExemption",
    "add_exemption",
    "end_exemption",
    "exemption_of",
    "exemptions_of_person",
    "last_possible_day",
    "problems_with",
    "problems_with_end",
]

LONGEST_MONTHS = 24
LONGEST_REASON = 500


class ChangedMeanwhile(DomainError):  # noqa: N818 -- says what happened, not that something failed
    """What the form showed stands no more: somebody else, or a file, changed or ended it."""


@dataclass(frozen=True, slots=True)
class NewExemption:
    """An exemption that is to be recorded; `requirement` None: from all of them."""

    requirement: str | None
    first_day: date
    last_day: date
    approved_by: str
    reason: str

    @property
    def counted(self) -> Exemption:
        """As the counting rules read it."""
        return Exemption(self.requirement, self.first_day, self.last_day)


def last_possible_day(first_day: date) -> date:
    """The latest day with which an exemption may end that begins on a day.

    >>> last_possible_day(date(2026, 3, 1))
    datetime.date(2028, 2, 29)
    """
    return day_before(add_months(first_day, LONGEST_MONTHS))


def problems_with(session: Session, person_id: int, new: NewExemption) -> list[Problem]:
    """What stands against recording this; `column` names what is wrong. Nothing: it may be recorded."""
    found = []
    who = record.details(session, person_id)
    if new.requirement is not None and _requirement_id(session, new.requirement) is None:
        found.append(Problem("Choose a requirement, or all of them", column="requirement"))
    if new.last_day < new.first_day:
        found.append(Problem("Last day must be the same as or after the first day", column="last_day"))
    elif new.last_day > last_possible_day(new.first_day):
        until = long_date(last_possible_day(new.first_day))
        message = f"Last day must be within {LONGEST_MONTHS} months: on or before {until}"
        found.append(Problem(message, column="last_day"))
    if not new.approved_by.strip():
        found.append(Problem("Enter who approved it", column="approved_by"))
    elif is_named(who.person_ref, who.first_name, who.last_name, who.email, new.approved_by):
        found.append(Problem("Nobody approves their own exemption", column="approved_by"))
    if not new.reason.strip():
        found.append(Problem("Enter the reason", column="reason"))
    for one in exemptions_of_person(session, person_id):
        if (one.requirement, one.first_day) == (new.requirement, new.first_day):
            message = f"They have this exemption already, until {long_date(one.last_day)}. End that one first"
            found.append(Problem(message, column="requirement"))
    return found


def add_exemption(
    session: Session, stamp: Stamp, person_id: int, new: NewExemption, giver_id: int | None = None
) -> None:
    """Record an exemption. `giver_id` is the person behind the account, if any: nobody records their own.

    Raises DomainError with all that stands against it.
    """
    _not_oneself(person_id, giver_id)
    found = problems_with(session, person_id, new)
    if found:
        raise DomainError(*found)
    _record(session, stamp, person_id, new)
    _tell(session, stamp, "exemption.recorded", person_id, new)


def end_exemption(
    session: Session,
    stamp: Stamp,
    person_id: int,
    fact_id: int,
    last_day: date | None,
    reason: str,
    giver_id: int | None = None,
) -> None:
    """End an exemption early, with a day; None: it was recorded by mistake and never held.

    Raises ChangedMeanwhile where it stands no more, DomainError for what will not do, NotFound where it never was.
    """
    _not_oneself(person_id, giver_id)
    standing = exemption_of(session, person_id, fact_id)
    if standing is None:
        raise ChangedMeanwhile("Somebody else changed or ended this exemption meanwhile. Nothing was saved.")
    found = problems_with_end(standing, last_day, reason)
    if found:
        raise DomainError(*found)
    retract(session, ExemptionRow, [fact_id], stamp, reason.strip()[:200])
    touch(session, [person_id])
    ends = standing.last_day if last_day is None else last_day
    new = NewExemption(standing.requirement, standing.first_day, ends, standing.approved_by, standing.reason)
    if last_day is not None:
        _record(session, stamp, person_id, new)
    event = "exemption.withdrawn" if last_day is None else "exemption.ended"
    _tell(session, stamp, event, person_id, new)


def problems_with_end(standing: RecordedExemption, last_day: date | None, reason: str) -> list[Problem]:
    """What stands against ending an exemption like that; `column` names what is wrong."""
    found = []
    if not reason.strip():
        found.append(Problem("Enter why", column="reason"))
    if last_day is not None and not standing.first_day <= last_day < standing.last_day:
        message = f"Last day must not be before {long_date(standing.first_day)}"
        message += f", and before {long_date(standing.last_day)}, when it ends anyhow"
        found.append(Problem(message, column="last_day"))
    return found


def exemption_of(session: Session, person_id: int, fact_id: int) -> RecordedExemption | None:
    """An exemption of a person, None where it stands no more. Raises NotFound where it never was one of theirs."""
    found = next((one for one in exemptions_of_person(session, person_id) if one.id == fact_id), None)
    if found is None and not was_exemption(session, person_id, fact_id):
        raise NotFound("There is no such exemption.")
    return found


def _not_oneself(person_id: int, giver_id: int | None) -> None:
    if person_id == giver_id:
        raise DomainError("Nobody records or ends an exemption of their own. Ask a colleague.")


def _requirement_id(session: Session, code: str) -> int | None:
    return session.scalar(select(RequirementRow.id).where(RequirementRow.code == code))


def _record(session: Session, stamp: Stamp, person_id: int, new: NewExemption) -> None:
    session.execute(
        insert(ExemptionRow).values(
            person_id=person_id,
            requirement_id=None if new.requirement is None else _requirement_id(session, new.requirement),
            reason=new.reason.strip(),
            approved_by=" ".join(new.approved_by.split()),
            first_day=new.first_day,
            last_day=new.last_day,
            **recorded(stamp),
        )
    )
    touch(session, [person_id])


def _tell(session: Session, stamp: Stamp, event: str, person_id: int, new: NewExemption) -> None:
    public_id = record.details(session, person_id).public_id
    audit.record(
        session,
        stamp,
        event,
        f"person:{public_id}",
        requirement=new.requirement or "*",
        first_day=new.first_day.isoformat(),
        last_day=new.last_day.isoformat(),
    )
