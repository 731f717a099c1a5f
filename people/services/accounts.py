"""Accounts: making them, signing in, and ending their sessions (docs/security.md)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import bindparam, exists, select, update
from sqlalchemy.orm import Session

from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.facts import known, recorded
from foundation.stamp import Stamp
from people.domain import Account, Permission
from people.models import AccountRow, PermissionRow, PersonRow, PostSpellRow

SHORTEST_PASSWORD = 12
LONGEST_PASSWORD = 1000
"""More is refused without hashing it, so that nobody can keep the server busy with megabytes."""

# OWASP's choice for argon2id with one lane; 46 MiB each, so no more than two at once.
HASHER = PasswordHasher(time_cost=1, memory_cost=47_104, parallelism=1)
_HASHING = BoundedSemaphore(2)


def create_account(
    session: Session,
    stamp: Stamp,
    email: str,
    password: str,
    *,
    person_ref: str | None = None,
    permissions: Collection[Permission] = (),
    organisation_id: int | None = None,
) -> str:
    """Make an account and give back its public id. `organisation_id` is where a partner lead leads.

    Raises DomainError when the e-mail is taken, the person is not known, the password is too short or the
    permissions may not meet: an auditor holds no other.
    """
    email = normal_email(email)
    _check(email, password, permissions, organisation_id)
    if session.scalar(select(exists().where(AccountRow.email == email))):
        raise DomainError(f"{email} already has an account.")
    row = AccountRow(
        email=email,
        password_hash=_hash(password),
        person_id=_person_id(session, person_ref),
        session_epoch=0,
        created_at=stamp.at,
        disabled_at=None,
    )
    session.add(row)
    session.flush()
    for permission in sorted(set(permissions)):
        leads = organisation_id if permission is Permission.PARTNER_LEAD else None
        session.add(
            PermissionRow(
                account_id=row.id, permission=permission.value, organisation_id=leads, **recorded(stamp)
            )
        )
    session.flush()
    audit.record(
        session, stamp, "account.created", f"account:{row.public_id}", permissions=sorted(set(permissions))
    )
    return row.public_id


def _check(
    email: str, password: str, permissions: Collection[Permission], organisation_id: int | None
) -> None:
    if "@" not in email or len(email) > 254:
        raise DomainError(f"{email!r} is not an e-mail address.")
    _check_password(password)
    if Permission.AUDITOR in permissions and len(set(permissions)) > 1:
        raise DomainError("An auditor cannot hold another permission.")
    if (Permission.PARTNER_LEAD in permissions) != (organisation_id is not None):
        raise DomainError("A partner lead needs an organisation, and nobody else may have one.")


def _person_id(session: Session, person_ref: str | None) -> int | None:
    if person_ref is None:
        return None
    person_id = session.scalar(select(PersonRow.id).where(PersonRow.person_ref == person_ref))
    if person_id is None:
        raise DomainError(f"There is no person {person_ref!r}.")
    return person_id


def normal_email(email: str) -> str:
    """An e-mail address as accounts are known by: nobody is kept out by a capital letter or a blank."""
    return email.strip().lower()


@dataclass(frozen=True, slots=True)
class Checked:
    """What came of a password: the account it opens, or None; and what the record keeps of the attempt."""

    account: Account | None
    subject: str
    new_hash: str | None = None


def check_password(session: Session, email: str, password: str, today: date) -> Checked:
    """See which account these words open: unknown, wrong, disabled and left look and cost the same.

    Only reads: hashing takes a twentieth of a second, too long to keep other writers waiting.
    """
    row = session.scalar(select(AccountRow).where(AccountRow.email == normal_email(email)))
    right = _verify(row.password_hash if row else _hash_of_nothing(), password)
    account = find_account(session, row.public_id, today) if row and right else None
    subject = f"account:{row.public_id}" if row else "account:unknown"
    outdated = account is not None and row is not None and HASHER.check_needs_rehash(row.password_hash)
    return Checked(account, subject, _hash(password) if outdated else None)


def record_sign_in(session: Session, stamp: Stamp, checked: Checked) -> None:
    """Keep the attempt in the audit trail, and the new hash where the old one was made with weaker settings."""
    if checked.account is None:
        audit.record(session, stamp, "sign_in.refused", checked.subject)
        return
    if checked.new_hash is not None:
        session.execute(
            update(AccountRow)
            .where(AccountRow.id == checked.account.id)
            .values(password_hash=checked.new_hash)
        )
    audit.record(session, stamp, "sign_in.accepted", checked.subject)


def find_account(session: Session, public_id: str, today: date) -> Account | None:
    """The account as it stands now, in two queries; None when unknown, disabled, or its person has left."""
    found = session.execute(_ACCOUNT, {"public_id": public_id, "today": today}).one_or_none()
    if found is None:
        return None
    row, has_post, is_manager = found
    if row.person_id is not None and not has_post:
        return None
    held = session.execute(_PERMISSIONS, {"account_id": row.id}).all()
    return Account(
        id=row.id,
        public_id=row.public_id,
        email=row.email,
        session_epoch=row.session_epoch,
        person_id=row.person_id,
        permissions=frozenset(Permission(permission) for permission, _ in held),
        organisation_ids=frozenset(led for _, led in held if led is not None),
        is_manager=bool(is_manager),
    )


# Asked at every request, so built once: building them takes several times as long as the database's answer.
_RUNNING_POST = select(PostSpellRow.id).where(
    known(PostSpellRow, None),
    PostSpellRow.first_day <= bindparam("today"),
    PostSpellRow.last_day >= bindparam("today"),
)
_ACCOUNT = (
    select(
        AccountRow,
        _RUNNING_POST.where(PostSpellRow.person_id == AccountRow.person_id).exists(),
        # Whoever is named as their own manager manages nobody by that.
        _RUNNING_POST.where(
            PostSpellRow.manager_ref == PersonRow.person_ref, PostSpellRow.person_id != PersonRow.id
        ).exists(),
    )
    .outerjoin(PersonRow, PersonRow.id == AccountRow.person_id)
    .where(AccountRow.public_id == bindparam("public_id"), AccountRow.disabled_at.is_(None))
)
_PERMISSIONS = (
    select(PermissionRow.permission, PermissionRow.organisation_id)
    .where(PermissionRow.account_id == bindparam("account_id"), known(PermissionRow, None))
    .order_by(PermissionRow.id)
)


def end_sessions(session: Session, stamp: Stamp, account: Account) -> None:
    """End every session of an account, on every device: a copied cookie opens nothing afterwards."""
    session.execute(
        update(AccountRow)
        .where(AccountRow.id == account.id)
        .values(session_epoch=AccountRow.session_epoch + 1)
    )
    audit.record(session, stamp, "sessions.ended", f"account:{account.public_id}")


def _hash(password: str) -> str:
    with _HASHING:
        return HASHER.hash(password)


def _verify(password_hash: str, password: str) -> bool:
    if len(password) > LONGEST_PASSWORD:
        return False
    with _HASHING:
        try:
            return HASHER.verify(password_hash, password)
        except (VerificationError, InvalidHashError):
            return False


@cache
def _hash_of_nothing() -> str:
    """What an unknown e-mail is checked against, so that it takes as long as a known one."""
    return _hash("nobody has this password")


def set_password(session: Session, stamp: Stamp, email: str, password: str) -> None:
    """Give an account a new password and end its sessions. Raises NotFound; DomainError when it is short."""
    row = _row(session, email)
    _check_password(password)
    row.password_hash = _hash(password)
    row.session_epoch += 1
    session.flush()
    audit.record(session, stamp, "password.set", f"account:{row.public_id}")


def disable_account(session: Session, stamp: Stamp, email: str) -> None:
    """Lock an account out from the next request on. Raises NotFound."""
    row = _row(session, email)
    if row.disabled_at is None:
        row.disabled_at = stamp.at
        row.session_epoch += 1
        session.flush()
        audit.record(session, stamp, "account.disabled", f"account:{row.public_id}")


def _row(session: Session, email: str) -> AccountRow:
    row = session.scalar(select(AccountRow).where(AccountRow.email == normal_email(email)))
    if row is None:
        raise NotFound(f"There is no account {normal_email(email)}.")
    return row


def _check_password(password: str) -> None:
    if not SHORTEST_PASSWORD <= len(password) <= LONGEST_PASSWORD or "\0" in password:
        raise DomainError(f"A password needs {SHORTEST_PASSWORD} to {LONGEST_PASSWORD} characters.")
