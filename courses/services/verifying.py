"""What the register says of a certificate or a passport to whoever asks by its number (promise S17).

The register is the truth, whatever a paper says. Strangers read initials, the course, its days and what holds now; the
full name only once they have typed the surname. Of a certificate that was replaced nobody learns the new number, and of
one that was taken back nobody learns why.
"""

from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from hmac import compare_digest

from sqlalchemy.orm import Session

from courses.domain import ACCEPTED_EVIDENCE
from courses.domain.certificates import Certificate, Standing
from courses.domain.passports import Entry
from courses.store import certificates as register
from courses.store import passports as kept
from courses.store.certificates import Issued
from courses.store.passports import IssuedPassport
from foundation.plain import plain


@dataclass(frozen=True, slots=True)
class EntryNow:
    """A course that a passport names, and what the register says of it today."""

    entry: Entry
    standing: Standing


@dataclass(frozen=True, slots=True)
class Truth:
    """What the register says of one number. `ended_at`: when it was taken back; None where that is not known.

    `certificate` is empty for a passport and for an unknown number, `entries` for a certificate and an unknown number.
    """

    number: str
    standing: Standing
    name: str = ""
    council: str = ""
    issued_at: datetime | None = None
    certificate: Certificate | None = None
    ended_at: datetime | None = None
    ended_on: date | None = None
    entries: tuple[EntryNow, ...] = ()

    @property
    def is_passport(self) -> bool:
        return self.certificate is None and self.issued_at is not None

    @property
    def initials(self) -> str:
        """All that strangers read of the name."""
        return initials(self.name)


def truth_of(session: Session, number: str, today: date) -> Truth:
    """What holds today of the certificate or passport with a number, as `read_number` gives it.

    The same is asked of the database whether or not there is one.
    """
    issued, passport = register.find(session, number), kept.find_passport(session, number)
    if issued is not None:
        return _of_certificate(issued, today)
    if passport is not None:
        return _of_passport(session, passport, today)
    return Truth(number, Standing.UNKNOWN)


def _of_certificate(issued: Issued, today: date) -> Truth:
    said = issued.certificate
    return Truth(
        said.number,
        issued.standing(today),
        name=said.name,
        council=said.council,
        issued_at=said.issued_at,
        certificate=said,
        ended_at=issued.end.ended_at if issued.end is not None else None,
        ended_on=issued.revoked_on if issued.end is None else None,
    )


def _of_passport(session: Session, issued: IssuedPassport, today: date) -> Truth:
    stands = {
        (one.course, one.completed_on)
        for one, _ in kept.completed_with_provider(session, issued.person_id)
        if one.evidence in ACCEPTED_EVIDENCE and (one.revoked_on is None or today < one.revoked_on)
    }
    said = issued.passport
    entries = tuple(
        EntryNow(entry, _standing(entry, (entry.course, entry.completed_on) in stands, today))
        for entry in said.entries
    )
    holds = any(one.standing is Standing.CURRENT for one in entries)
    return Truth(
        said.number,
        Standing.CURRENT if holds else Standing.EXPIRED,
        name=said.name,
        council=said.council,
        issued_at=said.issued_at,
        entries=entries,
    )


def _standing(entry: Entry, stands: bool, today: date) -> Standing:
    if not stands:
        return Standing.REVOKED
    return Standing.CURRENT if entry.is_in_date(today) else Standing.EXPIRED


def initials(name: str) -> str:
    """The first letter of each part of a name.

    >>> initials("Siân Fernwood-Hall")
    'S. F.'
    """
    return " ".join(f"{word[0].upper()}." for word in name.split() if word[0].isalnum())


def is_surname(name: str, typed: str) -> bool:
    r"""Whether somebody who typed this knows the surname: any last words of the name, as surnames may have several.

    Accents, capitals and hyphens do not matter. It takes as long for a wrong one as for a right one, and as long where
    there is nobody.

    >>> is_surname("Anna van der Berg", "Van der  BERG"), is_surname("Anna van der Berg", "Berg")
    (True, True)
    >>> is_surname("Anna van der Berg", "Anna"), is_surname("Anna", "Anna"), is_surname("", "")
    (False, True, False)
    >>> is_surname("Anna Berg", "-"), is_surname("Anna Berg", "\u0301"), is_surname("", " - ")
    (False, False, False)
    """
    words = _plain(name)
    known = [" ".join(words[at:]) for at in range(1, len(words))] or [" ".join(words)]
    known = [*known[-_MOST_WORDS:], *[""] * (_MOST_WORDS - len(known))]
    said = " ".join(_plain(typed))
    wanted = _hash(said)
    found = False
    for one in known:
        found = compare_digest(_hash(one), wanted) or found
    # A hyphen alone is no name, though nothing is left of it.
    return found and bool(said)


_MOST_WORDS = 6


def _plain(name: str) -> list[str]:
    return plain(name.replace("-", " ")).split()


def _hash(text: str) -> bytes:
    return sha256(text.encode("utf-8", "replace")).digest()
