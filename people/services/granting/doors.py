"""Opening and closing the door of somebody else's account: disable, enable, sign out, a new link, a lost phone."""

from sqlalchemy import exists, select, update
from sqlalchemy.orm import Session

from foundation import audit
from foundation.errors import DomainError
from foundation.stamp import Stamp
from people.domain import Account, Permission
from people.models import AccountRow, PersonRow
from people.services import accounts, second_step
from people.services.granting.listing import AccountEntry, State
from people.services.granting.permissions import other_learners, refuse_own
from people.services.links import Words, invite
from people.services.sessions import end_sessions


def disable(session: Session, stamp: Stamp, account: Account, entry: AccountEntry) -> None:
    """Lock the account out from its next request on. Raises DomainError for one's own, and for the last of L&D."""
    refuse_own(account, entry)
    learner = any(held.permission is Permission.LEARNING for held in entry.held)
    if learner and other_learners(session, entry) == 0:
        raise DomainError("This is the only account of learning and development. It cannot be disabled.")
    accounts.disable_account(session, stamp, entry.email)


def enable(session: Session, stamp: Stamp, account: Account, entry: AccountEntry) -> None:
    """Let a disabled account in again; its password and second step are as they were. Raises DomainError."""
    refuse_own(account, entry)
    if entry.state is not State.DISABLED:
        raise DomainError("This account is not disabled.")
    session.execute(update(AccountRow).where(AccountRow.id == entry.id).values(disabled_at=None))
    audit.record(session, stamp, "account.enabled", f"account:{entry.public_id}")


def sign_out(session: Session, stamp: Stamp, entry: AccountEntry) -> int:
    """End every session of the account; how many there were."""
    ended = end_sessions(session, stamp, entry.id)
    audit.record(session, stamp, "account.signed_out", f"account:{entry.public_id}", sessions=ended)
    return ended


def reset_second_step(session: Session, stamp: Stamp, account: Account, entry: AccountEntry) -> None:
    """Take two-step sign-in away for somebody who lost the phone; they are told by email. Raises DomainError."""
    refuse_own(account, entry)
    second_step.reset(session, stamp, entry.email)


def invite_again(session: Session, stamp: Stamp, entry: AccountEntry, words: Words) -> None:
    """Send a new link to somebody who has not set a password yet. Raises DomainError when they have."""
    invite(session, stamp, entry.email, words)


def invite_new(session: Session, stamp: Stamp, email: str, person_ref: str | None, words: Words) -> str:
    """Make an account, send its owner a link to set a password, and give back its public id. Raises DomainError."""
    address = accounts.normal_email(email)
    if session.scalar(select(exists().where(AccountRow.email == address))):
        raise DomainError(f"{address} has an account already. Find it in the list of accounts.")
    has_one = exists().where(AccountRow.person_id == PersonRow.id, PersonRow.person_ref == person_ref)
    if person_ref and session.scalar(select(has_one)):
        raise DomainError(
            f"The person with the number {person_ref} has an account under another email address."
        )
    invite(session, stamp, address, words, person_ref=person_ref)
    return session.scalars(select(AccountRow.public_id).where(AccountRow.email == address)).one()
