"""Handing a team over to somebody until a day, and taking it back. Both are told.

A change retracts the fact and records another, so what was open to whom on a day can always be read.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from foundation import audit
from foundation.dates import Period, add_months
from foundation.errors import DomainError, NotFound
from foundation.facts import recorded, retract
from foundation.mail import Message, queue
from foundation.stamp import Stamp
from people.models import DelegationRow, PersonRow
from people.services.delegation import (
    Delegation,
    Somebody,
    delegate_known_as,
    delegations,
    find_delegation,
    has_own_team,
    only_reads,
    overlapping,
    person_known_as,
)

LONGEST_MONTHS = 12
"""For so long at most; after that somebody should think about it again."""


ONLY_READS = "is an auditor, who can look at records but not change them, so cannot look after a team"


class ChangedMeanwhile(DomainError):  # noqa: N818 -- the name says what happened
    """What the form showed is no longer so (bad input G13). `now` is what stands instead; None when it was ended."""

    def __init__(self, at: datetime, now: Delegation | None) -> None:
        super().__init__("This was changed meanwhile.")
        self.at = at
        self.now = now


@dataclass(frozen=True, slots=True)
class Told:
    """What a message says, to the delegate or to the manager. `what`: "given", "changed" or "ended"."""

    what: str
    to_delegate: bool
    manager: str
    delegate: str
    days: Period


Words = Callable[[Told], tuple[str, str]]
"""Writes the subject and the body of a message."""


@dataclass(frozen=True, slots=True)
class Shown:
    """A delegation as a form showed it: the manager's, to whom, from which day, and the id of the fact."""

    manager_id: int
    delegate: str
    first_day: date
    fact_id: int


def last_possible_day(first_day: date) -> date:
    """The latest day on which a delegation that begins on a day may end.

    >>> last_possible_day(date(2026, 11, 21))
    datetime.date(2027, 11, 21)
    """
    return add_months(first_day, LONGEST_MONTHS)


def hand_over(
    session: Session, stamp: Stamp, manager_id: int, delegate: str, days: Period, today: date, words: Words
) -> None:
    """Let somebody, by the public id, look after a manager's team from a day to a day.

    Raises NotFound when it may not be this person; DomainError for an auditor and for days that will not do.
    """
    found = delegate_known_as(session, manager_id, delegate, today)
    if found is None or not has_own_team(session, manager_id, today):
        raise NotFound("There is no such person.")
    if only_reads(session, found):
        raise DomainError(f"{found.name} {ONLY_READS}.")
    if days.first < today:
        raise DomainError("The first day must be today or in the future.")
    _check(session, manager_id, delegate, days)
    _record(session, stamp, manager_id, found, days)
    _tell(session, stamp, "given", manager_id, found, days, words)


def change_last_day(
    session: Session, stamp: Stamp, shown: Shown, last_day: date, today: date, words: Words
) -> None:
    """Give a delegation another end.

    Raises ChangedMeanwhile when what was shown is no longer so, NotFound when there never was one, DomainError for a
    day that will not do.
    """
    standing = _standing(session, shown)
    if standing.is_over(today):
        raise DomainError("This has ended already.")
    if last_day < today:
        raise DomainError("The last day must be today or in the future.")
    if last_day == standing.days.last:
        return
    days = Period(shown.first_day, last_day)
    _check(session, shown.manager_id, shown.delegate, days, but=standing.id)
    retract(session, DelegationRow, [standing.id], stamp, "end changed")
    _record(session, stamp, shown.manager_id, standing.delegate, days)
    _tell(session, stamp, "changed", shown.manager_id, standing.delegate, days, words)


def end_delegation(session: Session, stamp: Stamp, shown: Shown, today: date, words: Words) -> None:
    """End a delegation: with the next request nothing of the team is seen. Raises as `change_last_day` does.

    The days that have been are kept: those until yesterday are recorded instead. One without such days is taken back.
    """
    standing = _standing(session, shown)
    if standing.is_over(today):
        raise DomainError("This has ended already.")
    retract(session, DelegationRow, [standing.id], stamp, "ended")
    yesterday = today - timedelta(days=1)
    if shown.first_day <= yesterday:
        _record(session, stamp, shown.manager_id, standing.delegate, Period(shown.first_day, yesterday))
    _audit(session, stamp, "delegation.ended", shown.manager_id, standing.delegate, standing.days)
    _tell(session, stamp, "ended", shown.manager_id, standing.delegate, standing.days, words)


def _standing(session: Session, shown: Shown) -> Delegation:
    standing = find_delegation(session, shown.manager_id, shown.delegate, shown.first_day)
    if standing is None:
        raise ChangedMeanwhile(_retracted_at(session, shown), None)
    if standing.id != shown.fact_id:
        raise ChangedMeanwhile(standing.recorded_at, standing)
    return standing


def _retracted_at(session: Session, shown: Shown) -> datetime:
    """When the fact that the form showed left the record. Raises NotFound when it was never this manager's."""
    query = (
        select(DelegationRow.retracted_at)
        .join(PersonRow, PersonRow.id == DelegationRow.delegate_id)
        .where(
            DelegationRow.id == shown.fact_id,
            DelegationRow.manager_id == shown.manager_id,
            PersonRow.public_id == shown.delegate,
        )
    )
    at = session.scalar(query)
    if at is None:
        raise NotFound("There is no such delegation.")
    return at


def _check(session: Session, manager_id: int, delegate: str, days: Period, but: int = 0) -> None:
    if not days.first <= days.last <= last_possible_day(days.first):
        raise DomainError(f"The last day must be within {LONGEST_MONTHS} months of the first.")
    if overlapping(delegations(session, manager_id), delegate, days, but) is not None:
        raise DomainError("This person looks after your team on some of these days already.")


def _record(session: Session, stamp: Stamp, manager_id: int, delegate: Somebody, days: Period) -> None:
    session.execute(
        insert(DelegationRow).values(
            manager_id=manager_id,
            delegate_id=delegate.person_id,
            first_day=days.first,
            last_day=days.last,
            **recorded(stamp),
        )
    )
    _audit(session, stamp, "delegation.recorded", manager_id, delegate, days)


def _audit(
    session: Session, stamp: Stamp, event: str, manager_id: int, delegate: Somebody, days: Period
) -> None:
    audit.record(
        session,
        stamp,
        event,
        f"person:{person_known_as(session, manager_id).public_id}",
        delegate=delegate.public_id,
        first_day=days.first.isoformat(),
        last_day=days.last.isoformat(),
    )


def _tell(
    session: Session,
    stamp: Stamp,
    what: str,
    manager_id: int,
    delegate: Somebody,
    days: Period,
    words: Words,
) -> None:
    manager = person_known_as(session, manager_id)
    told = Told(what, True, manager.name, delegate.name, days)
    for to, message in ((delegate, told), (manager, replace(told, to_delegate=False))):
        if to.email:
            saying = words(message)
            queue(session, stamp, Message(f"delegation_{what}", to.email, *saying, is_secret=False))
