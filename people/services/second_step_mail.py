"""What the owner of an account is told when its two-step sign-in changes (ASVS 6.3.7). No code, no link, no name."""

from collections.abc import Mapping
from typing import Literal

from sqlalchemy.orm import Session

from foundation.mail import Message, queue
from foundation.stamp import Stamp

What = Literal["set_up", "removed", "reset", "recovery_codes_made", "recovery_code_used"]

_SUBJECTS: Mapping[What, str] = {
    "set_up": "Two-step sign-in was set up",
    "removed": "Two-step sign-in was turned off",
    "reset": "Two-step sign-in was reset",
    "recovery_codes_made": "New recovery codes were made",
    "recovery_code_used": "A recovery code was used to sign in",
}
_BODIES: Mapping[What, str] = {
    "set_up": (
        "Two-step sign-in was set up for your account. From now on you need a security code from your authenticator "
        "app to sign in."
    ),
    "removed": (
        "Two-step sign-in was turned off for your account. From now on your password alone is enough to sign in."
    ),
    "reset": (
        "Two-step sign-in was removed from your account because somebody told us that the phone or app is lost. "
        "You have been signed out everywhere. If your account needs two-step sign-in, you are asked to set it up the "
        "next time you sign in."
    ),
    "recovery_codes_made": (
        "New recovery codes were made for your account. The earlier ones no longer work."
    ),
    "recovery_code_used": (
        "Somebody signed in to your account with one of its recovery codes. It cannot be used again."
    ),
}
_IF_NOT_YOU = (
    "If this was you, you need do nothing. "
    "If it was not, tell your training team at once, and change your password."
)


def tell(session: Session, stamp: Stamp, email: str, what: What) -> None:
    """Write a message to the owner down, in the transaction of what it tells of."""
    body = f"{_BODIES[what]}\n\n{_IF_NOT_YOU}\n"
    queue(session, stamp, Message(f"second_step_{what}", email, _SUBJECTS[what], body, is_secret=False))
