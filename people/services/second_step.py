"""Two-step sign-in: an authenticator app, asked after the password (promise S10, bad input G08; docs/security.md).

The app and the service share a secret and make the same six digits of it every 30 seconds (RFC 6238). Ours is kept
sealed with a key made from SECRET_KEY for this one account. A secret that no key of ours opens any more is no way in:
learning and development takes it away (`flask people reset-second-step`), and it is set up anew.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote

from pyotp import TOTP, random_base32
from pyotp.exceptions import OTPVerificationError
from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.orm import Session

from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp
from people.domain import Account
from people.models import AccountRow, AccountSessionRow, SecondStepRow
from people.services import recovery_codes, second_step_mail
from people.services.sealing import Seal
from people.services.sessions import end_sessions

SECRET_CHARACTERS = 32
"""Of five bits each: 160 bits, as long as the hash that the codes are made with."""
STEPS_EITHER_WAY = 1
"""So many steps of 30 seconds may the clocks of telephone and server differ, or the typing take."""
SET_UP_LASTS = timedelta(minutes=15)
"""How long a secret that is being set up waits for its first code, in the browser that asked for it."""


@dataclass(frozen=True, slots=True)
class SecondStep:
    """What the owner of an account may know of its two-step sign-in."""

    since: datetime
    codes_left: int
    is_readable: bool


def find_second_step(session: Session, seal: Seal, account: Account) -> SecondStep | None:
    """The two-step sign-in of an account; None when there is none."""
    row = _row(session, account.id)
    if row is None or row.confirmed_at is None:
        return None
    return SecondStep(
        since=row.confirmed_at,
        codes_left=recovery_codes.left(session, account.id),
        is_readable=seal.open(row.secret, _kept_for(account)) is not None,
    )


def new_secret(seal: Seal, account: Account, at: datetime) -> str:
    """A secret for an app to be set up with, sealed: the browser carries it until a code has proved the app."""
    return seal.close(random_base32(SECRET_CHARACTERS), _set_up_for(account), at)


def secret_being_set_up(seal: Seal, account: Account, sealed: str, at: datetime) -> str | None:
    """The secret to be shown, as text; None when it was made too long ago, or not for this account."""
    return seal.open(sealed, _set_up_for(account), at, SET_UP_LASTS)


def address_for_app(secret: str, account: Account, issuer: str) -> str:
    """What the QR code says to the app: the secret, and what to call it."""
    return f"otpauth://totp/{quote(issuer)}:{quote(account.email)}?secret={secret}&issuer={quote(issuer)}"


def in_groups(secret: str) -> str:
    """The secret as people type it.

    >>> in_groups("ABCDEFGHIJ")
    'ABCD EFGH IJ'
    """
    return " ".join(secret[start : start + 4] for start in range(0, len(secret), 4))


def first_code_is_right(secret: str, code: str, at: datetime) -> bool:
    """Whether the app that is being set up shows what it should."""
    return _step(secret, code, at) is not None


def set_up(
    session: Session, stamp: Stamp, seal: Seal, account: Account, secret: str, code: str, hashes: list[str]
) -> bool:
    """Take an app into use, in place of the one before, with new recovery codes. False: the code is not right.

    `hashes` are those of the recovery codes. Every session of the account ends: the caller begins the one that has done
    both steps.
    """
    step = _step(secret, code, stamp.at)
    if step is None or not hashes:
        _refused(session, stamp, account, "set_up")
        return False
    session.execute(delete(SecondStepRow).where(SecondStepRow.account_id == account.id))
    session.execute(
        insert(SecondStepRow).values(
            account_id=account.id,
            secret=seal.close(secret, _kept_for(account), stamp.at),
            made_at=stamp.at,
            confirmed_at=stamp.at,
            last_step=step,
        )
    )
    recovery_codes.keep(session, account.id, hashes)
    end_sessions(session, stamp, account.id)
    _done(session, stamp, account.public_id, "second_step.set_up", replaced=account.has_second_step)
    second_step_mail.tell(session, stamp, account.email, "set_up")
    return True


def pass_with_code(session: Session, stamp: Stamp, seal: Seal, account: Account, code: str) -> bool:
    """Whether this code opens the door now. It opens it once: neither it nor an earlier one does afterwards."""
    row = _row(session, account.id)
    secret = None if row is None else seal.open(row.secret, _kept_for(account))
    step = None if secret is None else _step(secret, code, stamp.at)
    if row is None or secret is None or step is None or not _take(session, account.id, step):
        _refused(session, stamp, account, "code")
        return False
    if not seal.is_current(row.secret, _kept_for(account)):
        # Sealed with an earlier key, which may be taken away once everybody has signed in.
        _keep_sealed(session, account, seal.close(secret, _kept_for(account), stamp.at))
    _done(session, stamp, account.public_id, "second_step.passed", by="code")
    return True


def pass_with_recovery_code(session: Session, stamp: Stamp, account: Account, hashed: str) -> bool:
    """Whether this recovery code opens the door. It opens it once, and the owner is told."""
    if not account.has_second_step or not recovery_codes.use(session, stamp, account.id, hashed):
        _refused(session, stamp, account, "recovery_code")
        return False
    left = recovery_codes.left(session, account.id)
    _done(session, stamp, account.public_id, "second_step.passed", by="recovery_code", left=left)
    second_step_mail.tell(session, stamp, account.email, "recovery_code_used")
    return True


def make_recovery_codes(session: Session, stamp: Stamp, account: Account, hashes: list[str]) -> None:
    """Put new recovery codes in the place of the old ones. Raises NotFound without two-step sign-in."""
    if not account.has_second_step:
        raise NotFound("There is no two-step sign-in.")
    recovery_codes.keep(session, account.id, hashes)
    _done(session, stamp, account.public_id, "second_step.recovery_codes_made")
    second_step_mail.tell(session, stamp, account.email, "recovery_codes_made")


def remove(session: Session, stamp: Stamp, account: Account, *, is_required: bool) -> None:
    """Take the two-step sign-in away, at its owner's wish; the other sessions end. Raises DomainError when required.

    This session has done one step from then on: should the account open other people's records later, the second is
    asked for again.
    """
    if is_required:
        raise DomainError(
            "Your account opens the records of other people, so it needs two-step sign-in. It cannot be turned off."
        )
    _take_away(session, account.id)
    end_sessions(session, stamp, account.id, but=account.session_id)
    session.execute(
        update(AccountSessionRow)
        .where(AccountSessionRow.id == account.session_id)
        .values(second_step_at=None)
    )
    _done(session, stamp, account.public_id, "second_step.removed")
    second_step_mail.tell(session, stamp, account.email, "removed")


def reset(session: Session, stamp: Stamp, email: str) -> None:
    """Take it away for somebody who has lost the telephone; every session ends. Raises NotFound, DomainError."""
    found = session.execute(
        select(AccountRow.id, AccountRow.public_id, AccountRow.email).where(
            AccountRow.email == email.strip().lower()
        )
    ).one_or_none()
    if found is None:
        raise NotFound(f"There is no account {email.strip().lower()}.")
    if _row(session, found.id) is None:
        raise DomainError(f"{found.email} has no two-step sign-in.")
    _take_away(session, found.id)
    end_sessions(session, stamp, found.id)
    _done(session, stamp, found.public_id, "second_step.reset")
    second_step_mail.tell(session, stamp, found.email, "reset")


def _step(secret: str, code: str, at: datetime) -> int | None:
    """The step of 30 seconds to which the code belongs; None when it is none of those around `at`."""
    try:
        return TOTP(secret).verify_and_get_timecode(code, for_time=at, valid_window=STEPS_EITHER_WAY)
    except OTPVerificationError:
        return None


def _take(session: Session, account_id: int, step: int) -> bool:
    """Use a step up, unless it or a later one was used: of two who try the same code, one is too late."""
    taken = session.execute(
        update(SecondStepRow)
        .where(
            SecondStepRow.account_id == account_id,
            SecondStepRow.confirmed_at.is_not(None),
            or_(SecondStepRow.last_step.is_(None), SecondStepRow.last_step < step),
        )
        .values(last_step=step)
        .returning(SecondStepRow.id)
    ).all()
    return bool(taken)


def _keep_sealed(session: Session, account: Account, sealed: str) -> None:
    session.execute(update(SecondStepRow).where(SecondStepRow.account_id == account.id).values(secret=sealed))


def _take_away(session: Session, account_id: int) -> None:
    session.execute(delete(SecondStepRow).where(SecondStepRow.account_id == account_id))
    recovery_codes.forget(session, account_id)


def _row(session: Session, account_id: int) -> SecondStepRow | None:
    return session.scalar(select(SecondStepRow).where(SecondStepRow.account_id == account_id))


def _refused(session: Session, stamp: Stamp, account: Account, by: str) -> None:
    audit.record(session, stamp, "second_step.refused", f"account:{account.public_id}", by=by)


def _done(session: Session, stamp: Stamp, public_id: str, event: str, **details: object) -> None:
    audit.record(session, stamp, event, f"account:{public_id}", **details)


def _kept_for(account: Account) -> str:
    return f"the second step of account {account.public_id}"


def _set_up_for(account: Account) -> str:
    return f"setting up the second step of account {account.public_id}"
