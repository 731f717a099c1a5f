"""Declaring numbers without names: who may, what is refused, correcting and withdrawing (docs/security.md)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy.orm import Session

from compliance.domain.headcount import Declared, DeclaredKind
from compliance.models import DeclaredCountRow
from compliance.store import declared as store
from foundation import audit
from foundation.dates import Period
from foundation.errors import DomainError, NotFound
from foundation.facts import retract
from foundation.formats import long_date
from foundation.stamp import Stamp
from people.domain import Account, Permission, Sector
from people.models import new_public_id

MOST_PEOPLE = 100_000
"""More than any partner has: a slip of the keyboard, not a number."""
_DECLARERS = frozenset({Permission.LEARNING, Permission.COORDINATOR})


def reach_of(account: Account) -> Collection[int] | None:
    """The organisations whose numbers an account sees; None for those of everybody."""
    return None if account.sees_everybody else account.organisation_ids


def may_declare(account: Account) -> bool:
    """Whether an account declares numbers at all: whoever runs the training, and partner leads for their own."""
    return account.is_partner_lead or declares_for_all(account)


def declares_for_all(account: Account) -> bool:
    """Whether it does so for any organisation, for whole sectors, and brings starting numbers forward."""
    return not _DECLARERS.isdisjoint(account.permissions)


@dataclass(frozen=True, slots=True)
class Telling:
    """What somebody declares. `organisation_id` is None for a whole sector, which then is named."""

    kind: DeclaredKind
    organisation_id: int | None
    sector: str
    course: str
    days: Period
    people: int
    declared_by: str
    source: str = ""


def declare(session: Session, stamp: Stamp, account: Account, told: Telling, today: date) -> str:
    """Record a number; inside a transaction. Gives back its public id. Raises DomainError, NotFound."""
    _refuse(session, account, told, today, instead="")
    return _record(session, stamp, told, "headcount.declared")


def correct(
    session: Session, stamp: Stamp, account: Account, public_id: str, told: Telling, today: date
) -> str:
    """Put another number, or another period or course, in the place of one. Raises DomainError, NotFound."""
    fact_id = _standing(session, account, public_id)
    _refuse(session, account, told, today, instead=public_id)
    retract(session, DeclaredCountRow, [fact_id], stamp, "corrected")
    return _record(session, stamp, told, "headcount.corrected", instead_of=public_id)


def withdraw(session: Session, stamp: Stamp, account: Account, public_id: str) -> None:
    """Take a number out of the record from now on. Raises DomainError when somebody was quicker, NotFound."""
    fact_id = _standing(session, account, public_id)
    retract(session, DeclaredCountRow, [fact_id], stamp, "withdrawn")
    audit.record(session, stamp, "headcount.withdrawn", f"declared:{public_id}")


def find(session: Session, account: Account, public_id: str) -> Declared:
    """A number that the account may change. Raises NotFound, also for one that was changed or withdrawn."""
    found = store.fact_of(session, public_id)
    if found is None or found[2] is not None or not _owns(account, found[1]):
        raise NotFound("There is no such number.")
    return found[1]


def refuse_unknown(session: Session, account: Account, public_id: str) -> None:
    """Raise NotFound where there never was such a number, or it is not the account's to change."""
    found = store.fact_of(session, public_id)
    if found is None or not _owns(account, found[1]):
        raise NotFound("There is no such number.")


def _standing(session: Session, account: Account, public_id: str) -> int:
    found = store.fact_of(session, public_id)
    if found is None or not _owns(account, found[1]):
        raise NotFound("There is no such number.")
    fact_id, _, gone_at = found
    if gone_at is not None:
        raise DomainError(
            "Somebody changed or withdrew this number while you were looking at it. Nothing was saved. "
            "Go back to the list and look at it again."
        )
    return fact_id


def _owns(account: Account, declared: Declared) -> bool:
    return declares_for_all(account) or (
        account.is_partner_lead
        and declared.kind is DeclaredKind.PERIOD
        and declared.organisation_id in account.organisation_ids
    )


def may_change(account: Account, declared: Declared) -> bool:
    """Whether an account may correct or withdraw a number: a starting number is not a partner lead's."""
    return _owns(account, declared)


def _refuse(session: Session, account: Account, told: Telling, today: date, instead: str) -> None:
    if not declares_for_all(account) and (
        told.organisation_id not in account.organisation_ids or told.kind is not DeclaredKind.PERIOD
    ):
        raise NotFound("There is no such organisation.")
    if told.organisation_id is None and told.sector not in set(Sector):
        raise DomainError("Choose an organisation or a sector.")
    if told.days.last > today:
        raise DomainError("The last day must be today or in the past.")
    if told.days.first > told.days.last:
        raise DomainError("The last day must be the same as or after the first day.")
    if not 0 <= told.people <= MOST_PEOPLE:
        raise DomainError(f"The number of people must be between 0 and {MOST_PEOPLE:,}.")
    _refuse_twice(session, told, instead)


def _refuse_twice(session: Session, told: Telling, instead: str) -> None:
    """The same people must not be told twice: one number for each organisation (or sector), course and day."""
    for one in store.declared_counts(session):
        same = (one.kind, one.organisation_id, one.course) == (told.kind, told.organisation_id, told.course)
        sector = told.organisation_id is not None or one.sector == told.sector
        if one.public_id != instead and same and sector and one.days.meet(told.days):
            days = f"{long_date(one.days.first)} to {long_date(one.days.last)}"
            raise DomainError(
                f"There is a number for these days already: {one.people:,} people, {days}. Correct that one instead."
            )


def _record(session: Session, stamp: Stamp, told: Telling, event: str, **more: str) -> str:
    public_id = new_public_id()
    sector = told.sector if told.organisation_id is None else store.sector_of(session, told.organisation_id)
    store.add_declared(
        session,
        stamp,
        Declared(
            public_id=public_id,
            kind=told.kind,
            sector=sector,
            organisation="",
            organisation_id=told.organisation_id,
            course=told.course,
            course_title="",
            days=told.days,
            people=told.people,
            declared_by=told.declared_by,
            source=told.source,
            recorded_at=stamp.at,
        ),
    )
    audit.record(session, stamp, event, f"declared:{public_id}", people=told.people, **more)
    return public_id
