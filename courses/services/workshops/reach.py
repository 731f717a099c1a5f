"""For whom an account may book, and whose bookings it may see (docs/workshops.md, "Who may book whom").

Worked out from today's record at every request, as `people.services.scope` does it for one person.
"""

from collections.abc import Collection
from datetime import date
from functools import cache

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from courses.store import booking_facts
from people.domain import Account, Permission
from people.store import Team, team_members


def writes_for_everybody(account: Account) -> bool:
    """Whether this account books whom it likes: learning and development. The coordinator sees, and books nobody."""
    return Permission.LEARNING in account.permissions and not account.only_reads


def books_several(account: Account) -> bool:
    """Whether the account books others at all, beyond a team: by their staff numbers or by search."""
    return writes_for_everybody(account) or (account.is_partner_lead and not account.only_reads)


def leads_team(account: Account) -> bool:
    """Whether the account leads a team, or looks after one, and may write."""
    return account.is_manager and account.person_id is not None and not account.only_reads


def may_book(session: Session, account: Account, person_ids: Collection[int], today: date) -> set[int]:
    """Those of these people for whom this account may book, cancel and answer: an auditor for nobody.

    Learning and development for everybody; a manager for everyone below and for handed-over teams; the lead of a
    partner organisation for whoever works there today; everybody for themselves.
    """
    if account.only_reads:
        return set()
    if writes_for_everybody(account):
        return set(person_ids)
    return _own_part_team(session, account, person_ids, today)


def may_see(session: Session, account: Account, person_ids: Collection[int], today: date) -> set[int]:
    """Those of these people whose bookings this account may see by name."""
    if account.sees_everybody:
        return set(person_ids)
    return _own_part_team(session, account, person_ids, today)


def leaders_named(
    session: Session, account: Account, leader_ids: Collection[int], today: date
) -> Collection[int]:
    """Those of the people who lead a workshop whose names this account may read.

    Whoever leads it too reads all of them, as who sees everybody does. Others read the names of people whom they may
    see, and of those who work in their own organisation today; of anybody else they learn only that somebody leads it.
    """
    if account.sees_everybody or account.person_id in leader_ids:
        return leader_ids
    found = may_see(session, account, leader_ids, today)
    if account.person_id is not None and set(leader_ids) - found:
        there = booking_facts.organisations_on(session, [*leader_ids, account.person_id], today)
        own = there.get(account.person_id, set())
        found |= {one for one in leader_ids if there.get(one, set()) & own}
    return found


def _own_part_team(session: Session, account: Account, person_ids: Collection[int], today: date) -> set[int]:
    wanted = set(person_ids)
    found = {one for one in wanted if one == account.person_id}
    if account.is_partner_lead and wanted - found:
        there = booking_facts.organisations_on(session, wanted, today)
        found |= {one for one in wanted if there.get(one, set()) & account.organisation_ids}
    if account.is_manager and account.person_id is not None and wanted - found:
        found |= in_team(session, account.person_id, wanted, today)
    return found


def in_team(session: Session, manager_id: int, person_ids: Collection[int], today: date) -> set[int]:
    """Those of these people who stand anywhere below a manager, or below one whose team was handed over."""
    values = {**Team(manager_id, today, below=True).values, "person_ids": sorted(person_ids)}
    return set(session.connection().execute(_in_team(), values).scalars())


@cache
def _in_team() -> Select[int]:
    members = team_members(below=True).subquery()
    among = members.c.person_id.in_(bindparam("person_ids", expanding=True))
    return select(members.c.person_id).where(among)
