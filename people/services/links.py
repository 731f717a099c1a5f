"""Links with which the owner of an account sets a password: an invitation, or a reset (promise S9, bad input G07).

A link holds a token of chance of which only the hash is kept. It works once, for a short time, and only until a newer
one is made. Nothing that asking for a link answers may tell whether there is an account: what is known, unknown,
disabled and left costs the same statements of the database and gets the same answer (promise S8).
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from secrets import token_urlsafe
from typing import Any

from sqlalchemy import bindparam, insert, literal, null, select, update
from sqlalchemy.orm import Session, aliased

from foundation import audit
from foundation.errors import DomainError
from foundation.facts import known
from foundation.mail import Message, queue, withdraw
from foundation.stamp import Stamp
from people.domain import Account, Permission
from people.models import AccountLinkRow, AccountRow, PersonDetailRow, PersonRow, PostSpellRow, new_public_id
from people.services.accounts import create_account, keep_password, normal_email
from people.services.sessions import find_account

NO_ROW = 0
"""The id of no row: what the statements are given when there is nobody to make a link for."""


class Kind(StrEnum):
    """Why there is a link. The key also names the words of the message, templates/emails/<kind>."""

    INVITATION = "invitation"
    RESET = "reset"


VALID = {Kind.INVITATION: timedelta(days=7), Kind.RESET: timedelta(minutes=60)}

Words = Callable[[Kind, str, datetime], tuple[str, str]]
"""Writes a message: from the kind, the token and the moment at which the link ends, its subject and body."""


@dataclass(frozen=True, slots=True)
class Link:
    """A link that works now, and the account whose password it sets."""

    kind: Kind
    account: Account


@dataclass(frozen=True, slots=True)
class Invitation:
    """A link that was made, for whoever hands it over by another way than e-mail."""

    token: str
    expires_at: datetime


def invite(
    session: Session,
    stamp: Stamp,
    email: str,
    words: Words,
    *,
    person_ref: str | None = None,
    permissions: Collection[Permission] = (),
    organisation_id: int | None = None,
) -> Invitation:
    """Make an account without a password, and a link to set one; or a new link where no password was set yet.

    Raises DomainError as `create_account` does, and when the account has a password, is disabled, or was to be given
    other permissions than it has: an invitation changes no account.
    """
    email = normal_email(email)
    row = session.scalar(select(AccountRow).where(AccountRow.email == email))
    if row is None:
        create_account(
            session,
            stamp,
            email,
            None,
            person_ref=person_ref,
            permissions=permissions,
            organisation_id=organisation_id,
        )
        row = session.scalars(select(AccountRow).where(AccountRow.email == email)).one()
    elif row.disabled_at is not None:
        raise DomainError(f"The account {email} is disabled.")
    elif row.password_hash:
        raise DomainError(
            f"{email} already has an account with a password. Its owner can ask for a new link."
        )
    elif person_ref is not None or permissions:
        raise DomainError(f"{email} was invited already. Invite again with --email alone, for a new link.")
    return _make_link(session, stamp, Kind.INVITATION, email, row.id, row.public_id, words)


def ask_for_link(session: Session, stamp: Stamp, email: str, today: date, words: Words) -> None:
    """Send a link to whoever asks with the e-mail of an account, or of exactly one person in the record.

    The account's owner gets a reset. A person with a running post who has no account yet is made one and invited: a new
    starter needs nobody. Everybody else gets nothing: unknown, disabled, left, an e-mail that two people share, one
    that by now is somebody else's, a person who has an account under another e-mail.
    """
    email = normal_email(email)
    values = {"email": email, "today": today}
    account = session.connection().execute(_ACCOUNT, values).one_or_none()
    people = session.connection().execute(_PEOPLE, values).all()
    person_id = NO_ROW
    if account is None and len(people) == 1 and not people[0].has_account:
        person_id = people[0].id
    account_id = account.id if account is not None and _may_enter(account, people) else NO_ROW
    session.connection().execute(
        _MAKE_ACCOUNT,
        {"known_as": email, "shown_id": new_public_id(), "now": stamp.at, "newcomer": person_id},
    )
    found = (
        session.connection()
        .execute(_RECEIVER, {"account_id": account_id, "person_id": person_id, "email": email})
        .one_or_none()
    )
    subject = f"account:{found.public_id}" if found else "account:unknown"
    made = "account.created" if person_id else "link.made" if account_id else "link.refused"
    audit.record(session, stamp, "link.asked", subject)
    audit.record(session, stamp, made, subject)
    kind = Kind.INVITATION if person_id else Kind.RESET
    _write_link(session, stamp, kind, email, found.id if found else NO_ROW, words)


def _may_enter(account: Any, people: Sequence[Any]) -> bool:
    """Whether the account may be opened, and the mailbox is still its owner's."""
    if account.disabled_at is not None or (account.person_id is not None and not account.has_post):
        return False
    return account.person_id is None or not people or account.person_id in {person.id for person in people}


def _make_link(
    session: Session, stamp: Stamp, kind: Kind, email: str, account_id: int, public_id: str, words: Words
) -> Invitation:
    audit.record(session, stamp, "link.made", f"account:{public_id}", kind=kind.value)
    return _write_link(session, stamp, kind, email, account_id, words)


def _write_link(
    session: Session, stamp: Stamp, kind: Kind, email: str, account_id: int, words: Words
) -> Invitation:
    """End earlier links, make one and queue its message. With NO_ROW the same statements change nothing."""
    token, expires_at = token_urlsafe(32), stamp.at + VALID[kind]
    session.connection().execute(_END_LINKS, {"receiver": account_id, "now": stamp.at})
    session.connection().execute(
        _MAKE_LINK,
        {
            "receiver": account_id,
            "of_kind": kind.value,
            "hashed": _hash(token),
            "now": stamp.at,
            "actor": stamp.actor,
            "until": expires_at,
        },
    )
    withdraw(session, email if account_id else "", list(Kind), "A newer link was made.")
    message = Message(kind.value, email, *words(kind, token, expires_at))
    queue(session, stamp, message, really=bool(account_id))
    return Invitation(token, expires_at)


def find_link(session: Session, token: str, now: datetime, today: date) -> Link | None:
    """The link with this token; None when it was used, ended, expired, changed, or its account may not enter."""
    row = session.connection().execute(_LINK, {"hashed": _hash(token), "now": now}).one_or_none()
    account = find_account(session, row.public_id, today) if row else None
    return Link(Kind(row.kind), account) if row and account else None


def use_link(session: Session, stamp: Stamp, token: str, new_hash: str, today: date) -> bool:
    """Set the password to which this hash belongs, if the link still works; whether it did.

    The link is ended by the statement that asks whether it holds, so that of two at once one sets a password. Every
    session and every other link of the account ends; its second step stays (ASVS 6.4.3).
    """
    link = find_link(session, token, stamp.at, today)
    if link is None:
        return False
    used = session.connection().execute(_USE_LINK, {"hashed": _hash(token), "now": stamp.at}).one_or_none()
    if used is None:
        return False
    audit.record(session, stamp, "link.used", f"account:{link.account.public_id}", kind=link.kind.value)
    keep_password(session, stamp, link.account.id, link.account.public_id, new_hash)
    return True


def _hash(token: str) -> str:
    return sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


_NOT_ENDED = AccountLinkRow.ended_at.is_(None)
_now = bindparam("now", type_=AccountLinkRow.made_at.type)
_LINK = (
    select(AccountLinkRow.kind, AccountRow.public_id)
    .join(AccountRow, AccountRow.id == AccountLinkRow.account_id)
    .where(AccountLinkRow.token_hash == bindparam("hashed"), _NOT_ENDED, AccountLinkRow.expires_at > _now)
)
_USE_LINK = (
    update(AccountLinkRow)
    .where(AccountLinkRow.token_hash == bindparam("hashed"), _NOT_ENDED, AccountLinkRow.expires_at > _now)
    .values(ended_at=_now)
    .returning(AccountLinkRow.id)
)
_END_LINKS = (
    update(AccountLinkRow)
    .where(AccountLinkRow.account_id == bindparam("receiver"), _NOT_ENDED)
    .values(ended_at=_now)
)
_MAKE_LINK = insert(AccountLinkRow).from_select(
    ["account_id", "kind", "token_hash", "made_at", "made_by", "expires_at"],
    select(
        AccountRow.id,
        bindparam("of_kind", type_=AccountLinkRow.kind.type),
        bindparam("hashed", type_=AccountLinkRow.token_hash.type),
        _now,
        bindparam("actor", type_=AccountLinkRow.made_by.type),
        bindparam("until", type_=AccountLinkRow.expires_at.type),
    ).where(AccountRow.id == bindparam("receiver")),
    include_defaults=False,
)

_running_post = aliased(PostSpellRow)
_RUNNING = (
    known(_running_post, None),
    _running_post.first_day <= bindparam("today"),
    _running_post.last_day >= bindparam("today"),
)
_ACCOUNT = select(
    AccountRow.id,
    AccountRow.person_id,
    AccountRow.disabled_at,
    select(_running_post.id)
    .where(_running_post.person_id == AccountRow.person_id, *_RUNNING)
    .exists()
    .label("has_post"),
).where(AccountRow.email == bindparam("email"))
_HAS_ACCOUNT = select(AccountRow.id).where(AccountRow.person_id == PersonDetailRow.person_id).exists()
_PEOPLE = (
    select(PersonDetailRow.person_id.label("id"), _HAS_ACCOUNT.label("has_account"))
    .where(
        PersonDetailRow.email == bindparam("email"),
        known(PersonDetailRow, None),
        select(_running_post.id)
        .where(_running_post.person_id == PersonDetailRow.person_id, *_RUNNING)
        .exists(),
    )
    .order_by(PersonDetailRow.person_id)
)
_MAKE_ACCOUNT = insert(AccountRow).from_select(
    ["public_id", "email", "password_hash", "person_id", "created_at", "disabled_at"],
    select(
        bindparam("shown_id", type_=AccountRow.public_id.type),
        bindparam("known_as", type_=AccountRow.email.type),
        literal("", type_=AccountRow.password_hash.type),
        PersonRow.id,
        _now,
        null(),
    ).where(PersonRow.id == bindparam("newcomer")),
    include_defaults=False,
)
_RECEIVER = select(AccountRow.id, AccountRow.public_id).where(
    AccountRow.email == bindparam("email"),
    (AccountRow.id == bindparam("account_id")) | (AccountRow.person_id == bindparam("person_id")),
)
