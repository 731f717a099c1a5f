"""Who may give an account which permission, and taking it away (docs/security.md, "Permissions").

Learning and development gives a partner lead by itself. What opens everybody's record or all rules (learning, the
coordinator, an auditor) needs two of them: one asks, another grants. Nobody acts on their own account.
"""

from collections.abc import Iterable

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.facts import known, recorded, retract
from foundation.plain import plain
from foundation.stamp import Stamp
from people.domain import Account, Permission, Sector
from people.models import (
    AccountRow,
    OrganisationRow,
    OrganisationSectorRow,
    PermissionRequestRow,
    PermissionRow,
)
from people.services.granting.listing import AccountEntry
from people.services.sessions import end_sessions

NEEDS_TWO = frozenset({Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR})
"""Permissions for which a second person of learning and development has to agree."""
OWN = "This is your own account. Somebody else in your team must do this."
GONE = "Somebody changed this account while you were looking at it. Nothing was saved. Look at it again."


def give(
    session: Session,
    stamp: Stamp,
    account: Account,
    entry: AccountEntry,
    permission: Permission,
    organisation_id: int | None = None,
) -> bool:
    """Give a permission, or ask for one that needs two people; whether it holds now. Raises DomainError."""
    refuse_own(account, entry)
    _refuse_together(entry, permission)
    if permission in NEEDS_TWO:
        if any(asked.permission is permission for asked in entry.asked):
            raise DomainError(
                "This permission was asked for already. Somebody else in your team can grant it."
            )
        values = {"account_id": entry.id, "permission": permission.value, **recorded(stamp)}
        session.execute(insert(PermissionRequestRow).values(**values))
        audit.record(
            session, stamp, "permission.asked", f"account:{entry.public_id}", permission=permission.value
        )
        return False
    name = dict(partner_organisations(session)).get(organisation_id or 0)
    if name is None:
        raise DomainError("Choose the organisation that they lead.")
    if any(held.organisation == name for held in entry.held):
        raise DomainError(f"They are the partner lead of {name} already.")
    _grant(session, stamp, entry, permission, organisation_id)
    return True


def partner_organisations(session: Session) -> list[tuple[int, str]]:
    """The organisations that somebody may lead, by name: never the council, whose lead would see as much as others
    whom two people have to agree on.
    """
    rows = session.execute(
        select(OrganisationRow.id, OrganisationRow.name)
        .join(OrganisationSectorRow, OrganisationSectorRow.organisation_id == OrganisationRow.id)
        .where(known(OrganisationSectorRow, None), OrganisationSectorRow.sector != Sector.COUNCIL.value)
    )
    return sorted(((row.id, row.name) for row in rows), key=lambda one: plain(one[1]))


def agree(session: Session, stamp: Stamp, account: Account, entry: AccountEntry, fact_id: int) -> Permission:
    """Grant what a colleague asked for. Raises DomainError when it is one's own request, NotFound when it is gone."""
    refuse_own(account, entry)
    asked = next((one for one in entry.asked if one.fact_id == fact_id), None)
    if asked is None:
        raise NotFound("There is no such request.")
    if asked.by == stamp.actor:
        raise DomainError("You asked for this yourself. Somebody else in your team must grant it.")
    _refuse_together(entry, asked.permission)
    retract(session, PermissionRequestRow, [fact_id], stamp, "granted")
    _grant(session, stamp, entry, asked.permission, None)
    return asked.permission


def turn_down(session: Session, stamp: Stamp, account: Account, entry: AccountEntry, fact_id: int) -> None:
    """Refuse what was asked for, or take back what one asked for. Raises NotFound when it is gone."""
    asked = next((one for one in entry.asked if one.fact_id == fact_id), None)
    if asked is None:
        raise NotFound("There is no such request.")
    if asked.by != stamp.actor:
        refuse_own(account, entry)
    retract(session, PermissionRequestRow, [fact_id], stamp, "turned down")
    audit.record(
        session,
        stamp,
        "permission.turned_down",
        f"account:{entry.public_id}",
        permission=asked.permission.value,
    )


def take_away(session: Session, stamp: Stamp, account: Account, entry: AccountEntry, fact_id: int) -> None:
    """Take a permission away from the next request on; its browsers are signed out. Raises DomainError, NotFound.

    The last account of learning and development keeps it: nobody would be left to give it again.
    """
    refuse_own(account, entry)
    held = next((one for one in entry.held if one.fact_id == fact_id), None)
    if held is None:
        raise NotFound("There is no such permission.")
    if held.permission is Permission.LEARNING and other_learners(session, entry) == 0:
        raise DomainError(
            "This is the only account of learning and development. Give another one the permission first."
        )
    retract(session, PermissionRow, [fact_id], stamp, "taken away")
    end_sessions(session, stamp, entry.id)
    audit.record(
        session,
        stamp,
        "permission.taken_away",
        f"account:{entry.public_id}",
        permission=held.permission.value,
    )


def refuse_own(account: Account, entry: AccountEntry) -> None:
    """Nobody acts on their own account (promises 8, rule 1)."""
    if account.id == entry.id:
        raise DomainError(OWN)


def _refuse_together(entry: AccountEntry, permission: Permission) -> None:
    """An auditor reads and changes nothing, so holds nothing else (promises 8, rule 2). Raises DomainError."""
    held = {one.permission for one in entry.held}
    if permission in held and permission is not Permission.PARTNER_LEAD:
        raise DomainError("They hold this permission already.")
    pending: Iterable[Permission] = (
        one.permission for one in entry.asked if one.permission is not permission
    )
    others = (held | set(pending)) - {permission}
    if others and (permission is Permission.AUDITOR or Permission.AUDITOR in others):
        raise DomainError(
            "An auditor cannot hold another permission. Take the others away first, or use another account."
        )


def _grant(
    session: Session,
    stamp: Stamp,
    entry: AccountEntry,
    permission: Permission,
    organisation_id: int | None,
) -> None:
    session.execute(
        insert(PermissionRow).values(
            account_id=entry.id,
            permission=permission.value,
            organisation_id=organisation_id,
            **recorded(stamp),
        )
    )
    audit.record(
        session, stamp, "permission.granted", f"account:{entry.public_id}", permission=permission.value
    )


def other_learners(session: Session, entry: AccountEntry) -> int:
    """How many other accounts of learning and development can sign in."""
    return (
        session.scalar(
            select(func.count(func.distinct(PermissionRow.account_id)))
            .join(AccountRow, AccountRow.id == PermissionRow.account_id)
            .where(
                PermissionRow.permission == Permission.LEARNING.value,
                known(PermissionRow, None),
                AccountRow.id != entry.id,
                AccountRow.disabled_at.is_(None),
            )
        )
        or 0
    )
