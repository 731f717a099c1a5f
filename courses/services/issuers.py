"""Issuers whose training passports are believed: other services of this kind, by their public keys.

To trust an issuer is a decision of people: learning and development compare the fingerprint with what the issuer says
on the phone, and only then believe what its key signs. What was accepted before an issuer was withdrawn stays.
"""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from courses.certificate.issuer import Issuer
from courses.certificate.tokens import Jwk, keys_in
from courses.store.passports import TrustedIssuer, record_issuer, trusted_issuers, withdraw_issuer
from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp

FORMAT = "training-passport-issuer/1"
LONGEST_NAME, LONGEST_ADDRESS = 200, 300
_KEPT = ("kty", "crv", "x", "y", "alg", "use", "iat", "exp")


@dataclass(frozen=True, slots=True)
class OfferedKey:
    """A key in an issuer's file. `is_trusted`: it is believed already; `is_ours`: it is our own."""

    key_id: str
    jwk: Jwk
    is_trusted: bool
    is_ours: bool


@dataclass(frozen=True, slots=True)
class Offered:
    """What an issuer's file says: who it is, and its keys. Nothing of it is proved by the file itself."""

    name: str
    address: str
    keys: tuple[OfferedKey, ...]

    @property
    def new(self) -> tuple[OfferedKey, ...]:
        """The keys that would be believed from now on."""
        return tuple(one for one in self.keys if not one.is_trusted and not one.is_ours)


def issuer_file(council: str, address: str, keys: Mapping[str, Jwk]) -> dict[str, Any]:
    """Our own file, for others to trust us."""
    return {"format": FORMAT, "name": council, "url": address, "keys": list(keys.values())}


def shown_fingerprint(key_id: str) -> str:
    """A fingerprint as people compare it by phone: no capitals, and in groups of four.

    >>> shown_fingerprint("YogJmOWjADo")
    '6288 0998 e5a3 003a'
    """
    digits = urlsafe_b64decode(key_id + "=" * (-len(key_id) % 4)).hex()
    return " ".join(digits[at : at + 4] for at in range(0, len(digits), 4))


def key_id_typed(fingerprint: str) -> str:
    """The id of the key with a fingerprint that somebody typed, with or without its blanks; an id stays as it is.

    >>> key_id_typed("6288 0998 E5A3 003A")
    'YogJmOWjADo'
    """
    typed = "".join(fingerprint.split())
    try:
        return urlsafe_b64encode(bytes.fromhex(typed)).rstrip(b"=").decode()
    except ValueError:
        return typed


def read_offer(session: Session, content: bytes, own: Mapping[str, Jwk]) -> Offered:
    """What an issuer's file offers. `own`: our own keys. Raises DomainError with the reason where it is none."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DomainError("The file is not JSON. Ask for it again.") from error
    keys, said = keys_in(text)
    name, address = _said(said, "name", LONGEST_NAME), _said(said, "url", LONGEST_ADDRESS)
    if said.get("format") != FORMAT or not name or not address:
        raise DomainError(
            "The file is not an issuer's file: it does not say whose keys these are. "
            "Ask the other council for the file that its service offers at /badges/issuer-file."
        )
    if not address.startswith(("https://", "http://")):
        raise DomainError("The web address of the issuer does not begin with https://.")
    trusted = {one.key_id for one in trusted_issuers(session)}
    offered = [
        OfferedKey(
            key_id, {part: jwk[part] for part in _KEPT if part in jwk}, key_id in trusted, key_id in own
        )
        for key_id, jwk in keys.items()
    ]
    return Offered(name, address, tuple(offered))


def trust(session: Session, stamp: Stamp, offered: Offered) -> int:
    """Believe the new keys of an offer from now on; gives how many. Raises DomainError where there is nothing new."""
    if not offered.new:
        ours = any(one.is_ours for one in offered.keys)
        raise DomainError(
            "These are this service's own keys, which it believes anyway."
            if ours
            else "These keys are trusted already. Nothing was changed."
        )
    for one in offered.new:
        public = json.dumps(dict(one.jwk), sort_keys=True)
        record_issuer(session, stamp, one.key_id, offered.name, offered.address, public)
        audit.record(session, stamp, "issuer.trusted", f"key:{one.key_id}", name=offered.name)
    return len(offered.new)


def find_issuer(session: Session, key_id: str) -> TrustedIssuer:
    """The issuer with this key. Raises NotFound where none is trusted."""
    found = next((one for one in trusted_issuers(session) if one.key_id == key_id), None)
    if found is None:
        raise NotFound("No issuer with this key is trusted.")
    return found


def withdraw(session: Session, stamp: Stamp, key_id: str, reason: str) -> None:
    """Believe a key no longer. Raises NotFound where it is not believed, DomainError without a reason."""
    if not reason.strip():
        raise DomainError("Enter why this issuer is no longer trusted.")
    withdraw_issuer(session, stamp, find_issuer(session, key_id), reason.strip())
    audit.record(session, stamp, "issuer.withdrawn", f"key:{key_id}")


def own_file(issuer: Issuer, keys: Mapping[str, Jwk]) -> dict[str, Any]:
    """The file of this very service."""
    return issuer_file(issuer.council, issuer.base_url, keys)


def believed(issuers: Sequence[TrustedIssuer]) -> dict[str, Jwk]:
    """The keys of those who are trusted, by id."""
    return {one.key_id: one.public_key for one in issuers}


def _said(said: Mapping[str, Any], name: str, longest: int) -> str:
    value = said.get(name)
    if not isinstance(value, str):
        return ""
    value = " ".join(value.split())
    return value if len(value) <= longest and value.isprintable() else ""
