"""Roles given to one person by hand: on whose word, from when to when, and when somebody asks again (counting rule 2).

A role by hand is a fact beside posts and role rules. It holds in every post that the person holds on its days, so
without a post it asks for nothing. The day of its review does not end it: it only puts it on the list of what to do.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from foundation import audit
from foundation.dates import FAR_DAY, add_months
from foundation.errors import DomainError, NotFound, Problem
from foundation.facts import recorded, retract, touch
from foundation.formats import long_date
from foundation.stamp import Stamp
from people.domain import is_named
from people.models import PersonRow, RoleGrantRow
from people.services import record
from people.services.by_hand import (
    RoleByHand,
    grants_to_review,
    role_by_hand,
    role_titles,
    roles_by_hand,
    roles_to_give,
    was_by_hand,
)

__all__ = [
    "EndedMeanwhile",
    "NewRole",
    "RoleByHand",
    "end_role",
    "give_role",
    "grants_to_review",
    "last_review_day",
    "problems_with",
    "problems_with_end",
    "review_role",
    "role_by_hand",
    "role_titles",
    "roles_by_hand",
    "roles_to_give",
    "was_by_hand",
]

REVIEW_MONTHS = 12
"""Within so many months of its first day, or of today, somebody asks again whether a role by hand is still right."""
LONGEST_REASON = 500
LONGEST_NAME = 200


class EndedMeanwhile(DomainError):  # noqa: N818 -- says what happened, not that something failed
    """What the form showed stands no more: somebody else changed or ended it."""


@dataclass(frozen=True, slots=True)
class NewRole:
    """A role that is to be given by hand; without an end, `last_day` is FAR_DAY."""

    role: str
    first_day: date
    last_day: date
    approved_by: str
    review_on: date
    reason: str


def problems_with(session: Session, person_id: int, new: NewRole, today: date) -> list[Problem]:
    """What stands against giving this role; `column` names what is wrong. Nothing: it may be given."""
    found = []
    if new.role not in dict(roles_to_give(session, today)):
        found.append(Problem("Choose a role of the rule book", column="role"))
    if new.last_day < new.first_day:
        found.append(Problem("Last day must be the same as or after the first day", column="last_day"))
    found += _problems_with_review(session, person_id, new.approved_by, new.review_on, new.first_day, today)
    if not new.reason.strip():
        found.append(Problem("Enter why this person has the role", column="reason"))
    same = _overlapping(roles_by_hand(session, person_id), new)
    if same is not None:
        end = f" to {long_date(same.last_day)}" if same.last_day != FAR_DAY else ""
        message = f"They have this role by hand already, from {long_date(same.first_day)}{end}"
        found.append(Problem(message, column="role"))
    return found


def give_role(
    session: Session, stamp: Stamp, person_id: int, new: NewRole, today: date, giver_id: int | None = None
) -> None:
    """Give a role by hand. `giver_id` is the person behind the account, if any: nobody gives one to themselves.

    Raises DomainError with all that stands against it, NotFound for somebody who is not in the record.
    """
    public_id = _public_id(session, person_id)
    _not_oneself(person_id, giver_id)
    found = problems_with(session, person_id, new, today)
    if found:
        raise DomainError(*found)
    _record(session, stamp, person_id, new)
    _tell(session, stamp, "role_grant.recorded", public_id, new)


def review_role(
    session: Session,
    stamp: Stamp,
    person_id: int,
    fact_id: int,
    approved_by: str,
    review_on: date,
    today: date,
    giver_id: int | None = None,
) -> None:
    """Say that a role by hand is still right, on somebody's word, and when it is asked again.

    Raises EndedMeanwhile where it stands no more, DomainError for what will not do.
    """
    _not_oneself(person_id, giver_id)
    standing = _standing(session, person_id, fact_id)
    found = _problems_with_review(session, person_id, approved_by, review_on, today, today)
    if found:
        raise DomainError(*found)
    retract(session, RoleGrantRow, [fact_id], stamp, "reviewed")
    days = standing.first_day, standing.last_day
    new = NewRole(standing.role, *days, approved_by.strip(), review_on, standing.reason)
    _record(session, stamp, person_id, new)
    _tell(session, stamp, "role_grant.reviewed", standing.public_id, new)


def end_role(
    session: Session,
    stamp: Stamp,
    person_id: int,
    fact_id: int,
    last_day: date | None,
    reason: str,
    giver_id: int | None = None,
) -> None:
    """End a role by hand with a day; None: it was given by mistake and never held.

    Raises EndedMeanwhile where it stands no more, DomainError for what will not do.
    """
    _not_oneself(person_id, giver_id)
    standing = _standing(session, person_id, fact_id)
    found = problems_with_end(standing, last_day, reason)
    if found:
        raise DomainError(*found)
    retract(session, RoleGrantRow, [fact_id], stamp, reason.strip()[:200])
    if last_day is None:
        touch(session, [person_id])
        _tell(session, stamp, "role_grant.withdrawn", standing.public_id, None, role=standing.role)
        return
    new = NewRole(
        standing.role,
        standing.first_day,
        last_day,
        standing.approved_by,
        standing.review_on,
        standing.reason,
    )
    _record(session, stamp, person_id, new)
    _tell(session, stamp, "role_grant.ended", standing.public_id, new)


def problems_with_end(standing: RoleByHand, last_day: date | None, reason: str) -> list[Problem]:
    """What stands against ending a role by hand like that; `column` names what is wrong."""
    found = []
    if not reason.strip():
        found.append(Problem("Enter why", column="reason"))
    if last_day is not None and not standing.first_day <= last_day <= standing.last_day:
        latest = "" if standing.last_day == FAR_DAY else f" and not after {long_date(standing.last_day)}"
        message = f"Last day must not be before {long_date(standing.first_day)}{latest}"
        found.append(Problem(message, column="last_day"))
    return found


def _not_oneself(person_id: int, giver_id: int | None) -> None:
    if person_id == giver_id:
        raise DomainError("Nobody gives, changes or ends a role of their own. Ask a colleague.")


def _problems_with_review(
    session: Session, person_id: int, approved_by: str, review_on: date, first_day: date, today: date
) -> list[Problem]:
    found = []
    who = record.details(session, person_id)
    if not approved_by.strip():
        found.append(Problem("Enter who approved it", column="approved_by"))
    elif is_named(who.person_ref, who.first_name, who.last_name, who.email, approved_by):
        found.append(Problem("Nobody approves a role of their own", column="approved_by"))
    latest = last_review_day(first_day, today)
    if review_on <= today:
        found.append(Problem("Review date must be in the future", column="review_on"))
    elif review_on > latest:
        message = f"Review date must be on or before {long_date(latest)}"
        found.append(Problem(message, column="review_on"))
    return found


def last_review_day(first_day: date, today: date) -> date:
    """The latest day on which a role by hand may be reviewed next.

    >>> last_review_day(date(2026, 3, 1), date(2026, 11, 21))
    datetime.date(2027, 11, 21)
    """
    return add_months(max(first_day, today), REVIEW_MONTHS)


def _overlapping(standing: Iterable[RoleByHand], new: NewRole) -> RoleByHand | None:
    for one in standing:
        if one.role == new.role and one.first_day <= new.last_day and new.first_day <= one.last_day:
            return one
    return None


def _standing(session: Session, person_id: int, fact_id: int) -> RoleByHand:
    found = role_by_hand(session, person_id, fact_id)
    if found is None:
        if not was_by_hand(session, person_id, fact_id):
            raise NotFound("There is no such role.")
        raise EndedMeanwhile("Somebody else changed or ended this role meanwhile. Nothing was saved.")
    return found


def _record(session: Session, stamp: Stamp, person_id: int, new: NewRole) -> None:
    session.execute(
        insert(RoleGrantRow).values(
            person_id=person_id,
            role=new.role,
            first_day=new.first_day,
            last_day=new.last_day,
            approved_by=" ".join(new.approved_by.split()),
            review_on=new.review_on,
            reason=new.reason.strip(),
            **recorded(stamp),
        )
    )
    touch(session, [person_id])


def _tell(
    session: Session, stamp: Stamp, event: str, public_id: str, new: NewRole | None, **more: str
) -> None:
    details: dict[str, str] = dict(more)
    if new is not None:
        details |= {
            "role": new.role,
            "first_day": new.first_day.isoformat(),
            "last_day": new.last_day.isoformat(),
            "review_on": new.review_on.isoformat(),
        }
    audit.record(session, stamp, event, f"person:{public_id}", **details)


def _public_id(session: Session, person_id: int) -> str:
    found = session.scalar(select(PersonRow.public_id).where(PersonRow.id == person_id))
    if found is None:
        raise NotFound("There is no such person.")
    return found
