"""Who is signed in where: a row for each browser, read at every request and ended at once (docs/security.md).

The browser holds a random token in its signed cookie; the table holds the token's hash. Ending a row shuts out every
copy of the cookie with the next request.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import bindparam, delete, insert, literal, null, or_, select, update
from sqlalchemy.orm import Session, aliased

from foundation import audit
from foundation.errors import NotFound
from foundation.facts import known
from foundation.stamp import Stamp
from people.domain import Account, Permission
from people.models import (
    AccountRow,
    AccountSessionRow,
    DelegationRow,
    PermissionRow,
    PersonRow,
    PostSpellRow,
    SecondStepRow,
)


@dataclass(frozen=True, slots=True)
class OpenSession:
    """A browser that is signed in, as its owner sees it listed. `is_half`: the security code was not given yet."""

    public_id: str
    device: str
    began_at: datetime
    is_this: bool
    is_half: bool = False


def begin_session(
    session: Session, stamp: Stamp, account_id: int, device: str, *, second_step: bool = False
) -> str:
    """Sign a browser in and give back the token it is to hold. `second_step`: both steps of signing in are done."""
    token = token_urlsafe(32)
    session.execute(
        insert(AccountSessionRow).values(
            account_id=account_id,
            token_hash=_hash(token),
            device=device[:80],
            began_at=stamp.at,
            second_step_at=stamp.at if second_step else None,
            ended_at=None,
        )
    )
    return token


def find_signed_in(session: Session, token: str, today: date, oldest: datetime) -> Account | None:
    """Whose browser this is, as the account stands now; None when the session ended or began before `oldest`."""
    values = {"token_hash": _hash(token), "today": today, "oldest": oldest}
    return _account(session.connection().execute(_SIGNED_IN, values).all())


def find_account(session: Session, public_id: str, today: date) -> Account | None:
    """The account as it stands now; None when unknown, disabled, or its person has left."""
    values = {"public_id": public_id, "today": today}
    return _account(session.connection().execute(_ACCOUNT, values).all())


def _account(rows: Sequence[Any]) -> Account | None:
    """The account that rows of `_SIGNED_IN` or `_ACCOUNT` describe: one for each permission, or one without any."""
    if not rows or (rows[0].person_id is not None and not rows[0].has_post):
        return None
    found = rows[0]
    return Account(
        id=found.id,
        public_id=found.public_id,
        email=found.email,
        person_id=found.person_id,
        permissions=frozenset(Permission(row.permission) for row in rows if row.permission is not None),
        organisation_ids=frozenset(row.organisation_id for row in rows if row.organisation_id is not None),
        is_manager=bool(found.is_manager),
        session_id=found.session_id,
        has_second_step=bool(found.has_second_step),
        second_step_done=found.second_step_at is not None,
    )


# Asked at every request, so built once: building them takes several times as long as the database's answer.
_RUNNING_POST = select(PostSpellRow.id).where(
    known(PostSpellRow, None),
    PostSpellRow.first_day <= bindparam("today"),
    PostSpellRow.last_day >= bindparam("today"),
)
_own = aliased(PersonRow)
_delegator_post = aliased(PostSpellRow)
_HAS_POST = _RUNNING_POST.where(PostSpellRow.person_id == AccountRow.person_id).exists()
_IS_MANAGER = or_(
    # Whoever is named as their own manager manages nobody by that.
    _RUNNING_POST.where(
        PostSpellRow.manager_ref == _own.person_ref, PostSpellRow.person_id != _own.id
    ).exists(),
    # A team that was handed over; it lapses when the manager who handed it over leaves.
    select(DelegationRow.id)
    .join(_delegator_post, _delegator_post.person_id == DelegationRow.manager_id)
    .where(
        DelegationRow.delegate_id == AccountRow.person_id,
        known(DelegationRow, None),
        DelegationRow.first_day <= bindparam("today"),
        DelegationRow.last_day >= bindparam("today"),
        _delegator_post.retracted_at.is_(None),
        _delegator_post.first_day <= bindparam("today"),
        _delegator_post.last_day >= bindparam("today"),
    )
    .exists(),
)
_HAS_SECOND_STEP = (
    select(SecondStepRow.id)
    .where(SecondStepRow.account_id == AccountRow.id, SecondStepRow.confirmed_at.is_not(None))
    .exists()
)
_WHO = (
    AccountRow.id,
    AccountRow.public_id,
    AccountRow.email,
    AccountRow.person_id,
    _HAS_POST.label("has_post"),
    _IS_MANAGER.label("is_manager"),
    _HAS_SECOND_STEP.label("has_second_step"),
    PermissionRow.permission,
    PermissionRow.organisation_id,
)
_PERMISSION_HELD = (PermissionRow.account_id == AccountRow.id) & known(PermissionRow, None)
_SIGNED_IN = (
    select(*_WHO, AccountSessionRow.id.label("session_id"), AccountSessionRow.second_step_at)
    .join(AccountSessionRow, AccountSessionRow.account_id == AccountRow.id)
    .outerjoin(_own, _own.id == AccountRow.person_id)
    .outerjoin(PermissionRow, _PERMISSION_HELD)
    .where(
        AccountSessionRow.token_hash == bindparam("token_hash"),
        AccountSessionRow.ended_at.is_(None),
        AccountSessionRow.began_at >= bindparam("oldest", type_=AccountSessionRow.began_at.type),
        AccountRow.disabled_at.is_(None),
    )
)
_ACCOUNT = (
    select(*_WHO, literal(0).label("session_id"), null().label("second_step_at"))
    .outerjoin(_own, _own.id == AccountRow.person_id)
    .outerjoin(PermissionRow, _PERMISSION_HELD)
    .where(AccountRow.public_id == bindparam("public_id"), AccountRow.disabled_at.is_(None))
)


def open_sessions(session: Session, account: Account, oldest: datetime) -> list[OpenSession]:
    """The browsers in which an account is signed in, the newest first."""
    rows = session.execute(
        select(
            AccountSessionRow.id,
            AccountSessionRow.public_id,
            AccountSessionRow.device,
            AccountSessionRow.began_at,
            AccountSessionRow.second_step_at,
        )
        .where(
            AccountSessionRow.account_id == account.id,
            AccountSessionRow.ended_at.is_(None),
            AccountSessionRow.began_at >= oldest,
        )
        .order_by(AccountSessionRow.began_at.desc(), AccountSessionRow.id.desc())
    )
    return [
        OpenSession(
            row.public_id,
            row.device,
            row.began_at,
            is_this=row.id == account.session_id,
            is_half=account.has_second_step and row.second_step_at is None,
        )
        for row in rows
    ]


def device_of(session: Session, account: Account, public_id: str) -> str:
    """The browser of one of the account's sessions, open or ended. Raises NotFound for anybody else's."""
    device = session.scalar(
        select(AccountSessionRow.device).where(
            AccountSessionRow.public_id == public_id, AccountSessionRow.account_id == account.id
        )
    )
    if device is None:
        raise NotFound("There is no such session.")
    return device


KEPT_AFTERWARDS = timedelta(days=30)
"""For so long we can still say in which browsers somebody was signed in when a misuse comes to light. After that only
the audit trail tells when sessions began and ended, and no longer on which device."""


def forget_old_sessions(session: Session, stamp: Stamp, account_id: int, oldest: datetime) -> int:
    """Delete the rows of sessions that opened nothing for `KEPT_AFTERWARDS`; how many. For when the account signs in.

    `oldest` is when the oldest session that still holds began.
    """
    deleted = session.execute(
        delete(AccountSessionRow)
        .where(
            AccountSessionRow.account_id == account_id,
            or_(
                AccountSessionRow.ended_at < stamp.at - KEPT_AFTERWARDS,
                AccountSessionRow.began_at < oldest - KEPT_AFTERWARDS,
            ),
        )
        .returning(AccountSessionRow.id)
    ).all()
    return len(deleted)


def end_session(session: Session, stamp: Stamp, account: Account, public_id: str | None = None) -> bool:
    """End one session of an account: the one behind this request, or the one named. Whether there was one to end."""
    which = (
        AccountSessionRow.id == account.session_id
        if public_id is None
        else AccountSessionRow.public_id == public_id
    )
    ended = session.execute(
        update(AccountSessionRow)
        .where(which, AccountSessionRow.account_id == account.id, AccountSessionRow.ended_at.is_(None))
        .values(ended_at=stamp.at)
        .returning(AccountSessionRow.id)
    ).all()
    if ended:
        audit.record(session, stamp, "session.ended", f"account:{account.public_id}")
    return bool(ended)


def end_sessions(session: Session, stamp: Stamp, account_id: int, *, but: int = 0) -> int:
    """End every session of an account but one; how many were ended."""
    ended = session.execute(
        update(AccountSessionRow)
        .where(
            AccountSessionRow.account_id == account_id,
            AccountSessionRow.id != but,
            AccountSessionRow.ended_at.is_(None),
        )
        .values(ended_at=stamp.at)
        .returning(AccountSessionRow.id)
    ).all()
    return len(ended)


def end_other_sessions(session: Session, stamp: Stamp, account: Account) -> int:
    """End every session of an account but the one behind this request; how many were ended."""
    ended = end_sessions(session, stamp, account.id, but=account.session_id)
    if ended:
        audit.record(session, stamp, "sessions.ended", f"account:{account.public_id}", count=ended)
    return ended


def _hash(token: str) -> str:
    return sha256(token.encode()).hexdigest()
