"""Accounts: making them, checking passwords, locking them (docs/security.md)."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.facts import recorded
from foundation.mail import Message, queue
from foundation.stamp import Stamp
from people.domain import Account, Permission
from people.models import AccountLinkRow, AccountRow, PermissionRow, PersonRow
from people.services.passwords import check_new_password, hash_password, is_outdated, verify_password
from people.services.sessions import end_sessions, find_account

CHANGED_SUBJECT = "Your password was changed"
CHANGED_BODY = """The password of your account was changed.

If this was you, you need do nothing. If it was not, tell your training team at once, and set a new password: choose
"First time here, or forgotten your password?" on the sign-in page.
"""


def create_account(
    session: Session,
    stamp: Stamp,
    email: str,
    password: str | None,
    *,
    person_ref: str | None = None,
    permissions: Collection[Permission] = (),
    organisation_id: int | None = None,
) -> str:
    """Make an account and give back its public id. `organisation_id` is where a partner lead leads.

    Without a password it opens nothing until its owner has set one with a link. Raises DomainError when the e-mail is
    taken, the person is not known, the password will not do or the permissions may not meet: an auditor holds no other.
    """
    email = normal_email(email)
    _check(email, password, permissions, organisation_id)
    if session.scalar(select(exists().where(AccountRow.email == email))):
        raise DomainError(f"{email} already has an account.")
    row = AccountRow(
        email=email,
        password_hash="" if password is None else hash_password(password),
        person_id=_person_id(session, person_ref),
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
    email: str, password: str | None, permissions: Collection[Permission], organisation_id: int | None
) -> None:
    if "@" not in email or len(email) > 254:
        raise DomainError(f"{email!r} is not an email address.")
    if password is not None:
        check_new_password(password, email=email, sees_others=bool(permissions))
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
    """See which account these words open: unknown, wrong, disabled, left, none set yet look and cost the same.

    Only reads: hashing takes a twentieth of a second, too long to keep other writers waiting.
    """
    row = session.scalar(select(AccountRow).where(AccountRow.email == normal_email(email)))
    right = verify_password(row.password_hash if row else "", password)
    account = find_account(session, row.public_id, today) if row and right else None
    subject = f"account:{row.public_id}" if row else "account:unknown"
    outdated = account is not None and row is not None and is_outdated(row.password_hash)
    return Checked(account, subject, hash_password(password) if outdated else None)


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


def current_hash(session: Session, account: Account, password: str) -> str | None:
    """The hash that is kept for the account, if this is its password; else None. Only reads, and takes its time."""
    kept = session.scalar(select(AccountRow.password_hash).where(AccountRow.id == account.id)) or ""
    return kept if verify_password(kept, password) else None


def change_password(session: Session, stamp: Stamp, account: Account, old_hash: str, new_hash: str) -> int:
    """Replace the password that its owner has just shown, from a browser that stays signed in; the others are out.

    Gives back how many sessions were ended. Raises DomainError when somebody was faster.
    """
    kept = session.scalar(select(AccountRow.password_hash).where(AccountRow.id == account.id))
    if kept != old_hash:
        raise DomainError("Your password was changed somewhere else a moment ago. Nothing was changed now.")
    return keep_password(session, stamp, account.id, account.public_id, new_hash, but=account.session_id)


def keep_password(
    session: Session, stamp: Stamp, account_id: int, public_id: str, new_hash: str, *, but: int = 0
) -> int:
    """Give an account its new password; end its sessions but one, and every link to set another.

    Whoever sets a password for lack of the old one proves with that that the account is theirs: nobody who got in
    before stays in (promise S5). Its owner is told by e-mail, unless it is the first one (ASVS 6.3.7). Gives back how
    many sessions were ended.
    """
    had_one = session.scalar(
        select(AccountRow.email).where(AccountRow.id == account_id, AccountRow.password_hash != "")
    )
    if had_one is not None:
        message = Message("password_changed", had_one, CHANGED_SUBJECT, CHANGED_BODY, is_secret=False)
        queue(session, stamp, message)
    session.execute(update(AccountRow).where(AccountRow.id == account_id).values(password_hash=new_hash))
    session.execute(
        update(AccountLinkRow)
        .where(AccountLinkRow.account_id == account_id, AccountLinkRow.ended_at.is_(None))
        .values(ended_at=stamp.at)
    )
    ended = end_sessions(session, stamp, account_id, but=but)
    audit.record(session, stamp, "password.set", f"account:{public_id}")
    return ended


def set_password(session: Session, stamp: Stamp, email: str, password: str) -> None:
    """Give an account a new password and end its sessions. Raises NotFound; DomainError when it will not do."""
    row = _row(session, email)
    check_new_password(password, email=row.email)
    keep_password(session, stamp, row.id, row.public_id, hash_password(password))


def disable_account(session: Session, stamp: Stamp, email: str) -> None:
    """Lock an account out from the next request on. Raises NotFound."""
    row = _row(session, email)
    if row.disabled_at is None:
        row.disabled_at = stamp.at
        end_sessions(session, stamp, row.id)
        session.flush()
        audit.record(session, stamp, "account.disabled", f"account:{row.public_id}")


def _row(session: Session, email: str) -> AccountRow:
    row = session.scalar(select(AccountRow).where(AccountRow.email == normal_email(email)))
    if row is None:
        raise NotFound(f"There is no account {normal_email(email)}.")
    return row
