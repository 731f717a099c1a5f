"""Signing in at the door: a code that rotates on the facilitator's screen, and whoever can read it is there.

The code is made of the workshop's secret and the minute; the one before is taken too, for whoever scanned it just in
time. Whoever signs in is answered alike, whether or not they are known: nobody learns who is booked.
"""

import hmac
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha256

from sqlalchemy.orm import Session

from courses.domain.certificates import ALPHABET
from courses.domain.registers import door_is_open, names_person
from courses.domain.workshops import How, Outcome
from courses.store import attendance, attenders, bookings
from courses.store.workshops import Workshop
from foundation import audit
from foundation.errors import DomainError
from foundation.plain import plain
from foundation.stamp import Stamp

SECONDS = 60
"""How long a code is shown."""
LENGTH = 6
"""Letters of 32: one guess in a thousand million, and guesses are counted."""
LOOKS_LIKE = str.maketrans("OIL", "011")
_LEADS = "You lead this workshop, so you do not sign in at its door."
_NOT_OPEN = "Signing in at the door is open from one hour before the workshop until one hour after it."


@dataclass(frozen=True, slots=True)
class SignedBy:
    """What somebody without an account types at the door."""

    name: str
    employer: str
    number: str


def code_at(secret: str, workshop: Workshop, moment: datetime, windows_ago: int = 0) -> str:
    """The code of a workshop at a moment, or so many windows before."""
    window = int(moment.astimezone(UTC).timestamp()) // SECONDS - windows_ago
    digest = hmac.new(secret.encode(), f"{workshop.public_id}:{window}".encode(), sha256).digest()
    number = int.from_bytes(digest[:8], "big")
    return "".join(ALPHABET[number >> 5 * place & 31] for place in range(LENGTH))


def seconds_left(moment: datetime) -> int:
    """How long the code of a moment is still the one that is shown; at least 1."""
    return SECONDS - int(moment.timestamp()) % SECONDS


def is_code(session: Session, workshop: Workshop, typed: str, now: datetime) -> bool:
    """Whether what was typed or scanned is the code of this minute or of the one before."""
    letters = "".join(letter for letter in typed.upper() if letter.isalnum()).translate(LOOKS_LIKE)
    secret = attendance.door_secret(session, workshop.id)
    # Every comparison is made, so that the time taken says nothing.
    same = [
        hmac.compare_digest(letters.encode(), code_at(secret, workshop, now, ago).encode()) for ago in (0, 1)
    ]
    return any(same)


def code_now(session: Session, workshop: Workshop, now: datetime) -> str:
    """The code to show."""
    return code_at(attendance.door_secret(session, workshop.id), workshop, now)


def refuse_shut(session: Session, workshop: Workshop, now: datetime) -> None:
    """Raise DomainError where nobody can sign in at the door: too early, too late, called off, register closed."""
    if workshop.sitting.is_cancelled:
        raise DomainError("This workshop was called off.")
    if attendance.closed(session, workshop.id) is not None:
        raise DomainError("The register of this workshop is closed. Speak to the facilitator.")
    if not door_is_open(workshop.sitting, now):
        raise DomainError(_NOT_OPEN)


def sign_in_person(session: Session, stamp: Stamp, workshop: Workshop, person_id: int) -> None:
    """Somebody whom their account names is here. What the facilitator wrote down stands; twice is once.

    Raises DomainError for whoever leads the workshop: the code is on their own screen, and nobody records their own
    training (promises 8, rule 1).
    """
    refuse_shut(session, workshop, stamp.at)
    if person_id in workshop.sitting.facilitator_ids:
        raise DomainError(_LEADS)
    if person_id in attendance.of_workshop(session, workshop.id):
        return
    attendance.record_attendance(session, stamp, workshop.id, person_id, Outcome.ATTENDED, How.DOOR, stamp.at)
    audit.record(session, stamp, "door.signed_in", f"workshop:{workshop.public_id}", person_id=person_id)


def sign_in_typed(session: Session, stamp: Stamp, workshop: Workshop, said: SignedBy) -> None:
    """Somebody without an account is here: whoever booked under this number or address and last name, else a guest."""
    refuse_shut(session, workshop, stamp.at)
    person_id = _booked(session, workshop, said)
    if person_id is not None:
        sign_in_person(session, stamp, workshop, person_id)
        return
    same = (plain(said.name), plain(said.employer), plain(said.number))
    for guest in attendance.guests(session, workshop.id):
        if (plain(guest.name), plain(guest.employer), plain(guest.number)) == same:
            return
    attendance.record_guest(session, stamp, workshop.id, said.name, said.employer, said.number)
    audit.record(session, stamp, "door.guest_signed_in", f"workshop:{workshop.public_id}")


def _booked(session: Session, workshop: Workshop, said: SignedBy) -> int | None:
    """The person with a booking here whose number or e-mail address, and last name, were typed; None: not one.

    Whoever leads the workshop is meant as well, booked or not: they are no guest.
    """
    if "@" in said.number:
        candidates = attenders.by_email(session, said.number.lower())
    else:
        one = attenders.by_ref(session, said.number) if said.number else None
        candidates = [one] if one else []
    booked = {one.person_id for one in bookings.of_workshop(session, workshop.id)}
    booked |= set(workshop.sitting.facilitator_ids)
    typed = plain(said.name)
    found = [one.id for one in candidates if one.id in booked and names_person(typed, plain(one.last_name))]
    return found[0] if len(found) == 1 else None
