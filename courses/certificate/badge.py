"""A certificate as an Open Badge 3.0: a verifiable credential that any wallet of badges takes.

Open Badges 3.0 rests on the Verifiable Credentials Data Model 2.0; the proof is the JSON Web Token form (Open Badges
8.2): the credential is the payload, and the registered claims repeat its dates and its issuer. Nobody's name or address
is in it: the recipient is known by a salted hash of the e-mail address, or of the name where there is no address.

No status can be asked for from the credential itself (`credentialStatus` is left out): a list of what was taken back
would tell strangers the numbers of certificates. The address that is its id says at once what holds now.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from hashlib import sha256
from typing import Any
from urllib.parse import quote

from joserfc.jwk import ECKey

from courses.certificate.tokens import Jwk, NotGenuine, checked, could_sign, signed
from courses.domain.certificates import Certificate, read_number
from foundation.dates import LONDON
from foundation.formats import long_date

KIND = "JWT"
CONTEXT = (
    "https://www.w3.org/ns/credentials/v2",
    "https://purl.imsglobal.org/spec/ob/v3p0/context-3.0.3.json",
)
_SALT_OF = "badge"


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the service answers about badges; `base` is its address without a stroke at the end."""

    base: str

    @property
    def issuer(self) -> str:
        return f"{self.base}/badges/issuer"

    def key(self, key_id: str) -> str:
        """Where a key is handed out."""
        return f"{self.base}/badges/keys/{key_id}"

    def achievement(self, course: str) -> str:
        """Where it stands what a course is."""
        return f"{self.base}/badges/courses/{quote(course, safe='')}"

    def certificate(self, number: str) -> str:
        """Where it stands what holds of a certificate now."""
        return f"{self.base}/verify/{number}"


def profile(addresses: Addresses, council: str) -> dict[str, Any]:
    """Who issues: the council."""
    return {"id": addresses.issuer, "type": ["Profile"], "name": council, "url": addresses.base}


def achievement(addresses: Addresses, course: str, title: str, provider: str) -> dict[str, Any]:
    """What was achieved: a course, and what it took to complete it."""
    given = f", given by {provider}" if provider else ""
    return {
        "id": addresses.achievement(course),
        "type": ["Achievement"],
        "achievementType": "Course",
        "name": title or course,
        "description": f"Completion of the course “{title or course}”{given}.",
        "criteria": {
            "narrative": (
                "The whole course was completed, and the completion was proved: by attendance that was recorded, by a "
                "certificate that somebody checked, or by the system on which the course was taken."
            )
        },
    }


def credential(certificate: Certificate, addresses: Addresses, email: str | None) -> dict[str, Any]:
    """The credential that says what a certificate says."""
    found: dict[str, Any] = {
        "@context": list(CONTEXT),
        "id": addresses.certificate(certificate.number),
        "type": ["VerifiableCredential", "OpenBadgeCredential"],
        "name": certificate.course_title,
        "issuer": profile(addresses, certificate.council),
        "validFrom": _begin(certificate.completed_on),
        "awardedDate": _moment(certificate.issued_at),
        "credentialSubject": {
            "type": ["AchievementSubject"],
            "identifier": [recipient(certificate, email)],
            "achievement": achievement(
                addresses, certificate.course, certificate.course_title, certificate.provider
            ),
        },
    }
    if certificate.valid_until is not None:
        found["validUntil"] = _end(certificate.valid_until)
    return found


def recipient(certificate: Certificate, email: str | None) -> dict[str, Any]:
    """Whose it is, for whoever knows the address (or the name) already and wants to compare.

    The salt comes of the number, so that the same certificate says the same however often it is fetched.
    """
    salt = sha256(f"{_SALT_OF} {certificate.number}".encode()).hexdigest()[:32]
    kind, known = ("emailAddress", email.strip().lower()) if email else ("name", certificate.name)
    return {
        "type": "IdentityObject",
        "hashed": True,
        "identityHash": f"sha256${sha256((known + salt).encode()).hexdigest()}",
        "identityType": kind,
        "salt": salt,
    }


def badge(
    certificate: Certificate,
    addresses: Addresses,
    email: str | None,
    key: ECKey,
    signed_at: datetime | None = None,
) -> str:
    """The signed credential: the text of a file that ends in .jwt.

    It is signed when it is asked for, perhaps long after the certificate was issued and with a newer key; so it says
    when (`iat`, RFC 7519). Without a moment it was signed when it was issued.
    """
    said = credential(certificate, addresses, email)
    claims: dict[str, Any] = {
        "iss": addresses.issuer,
        "jti": said["id"],
        "nbf": _seconds(said["validFrom"]),
        "iat": int((signed_at or certificate.issued_at).timestamp()),
    }
    if "validUntil" in said:
        claims["exp"] = _seconds(said["validUntil"])
    return signed({**said, **claims}, key, addresses.key(key.thumbprint()), KIND)


@dataclass(frozen=True, slots=True)
class Badge:
    """A genuine badge, as it was signed. `valid_until` is the last moment; None: no end."""

    number: str
    course_title: str
    council: str
    awarded_at: datetime
    valid_from: datetime
    valid_until: datetime | None
    key_id: str

    def problem(self, now: datetime) -> str:
        """Why it does not hold at a moment, though it is genuine; empty where it does."""
        if now < self.valid_from:
            return f"It is valid only from {long_date(self.valid_from.astimezone(LONDON).date())} on."
        if self.valid_until is not None and now > self.valid_until:
            return f"It expired: it was valid until {long_date(self.valid_until.astimezone(LONDON).date())}."
        return ""


def read_badge(token: str, keys: Mapping[str, Jwk]) -> Badge:
    """Check a badge without any network: only the keys of the issuer are needed. Raises NotGenuine with the reason."""
    found = checked(token.strip(), keys, KIND)
    said = found.said
    problem = shape_problem(said)
    if problem:
        raise NotGenuine(f"The file is signed, but it is no Open Badge 3.0: {problem}.")
    awarded = _read(said["awardedDate"]) if "awardedDate" in said else _read(said["validFrom"])
    if not could_sign(keys[found.key_id], _signed_at(said, awarded)):
        raise NotGenuine("The key with which the file was signed was not in use when it was signed.")
    number = read_number(str(said["id"]).rpartition("/")[2])
    if number is None:
        raise NotGenuine("The file is signed, but it is not one of this service's: it has no number.")
    return Badge(
        number=number,
        course_title=said["credentialSubject"]["achievement"]["name"],
        council=str(said["issuer"].get("name", "")),
        awarded_at=awarded,
        valid_from=_read(said["validFrom"]),
        valid_until=_read(said["validUntil"]) if "validUntil" in said else None,
        key_id=found.key_id,
    )


def _signed_at(said: Mapping[str, Any], awarded: datetime) -> datetime:
    """When a badge says that it was signed; one that does not say was signed when it was awarded."""
    at = said.get("iat")
    try:
        return datetime.fromtimestamp(at, UTC) if isinstance(at, int) else awarded
    except (ValueError, OverflowError, OSError) as error:
        raise NotGenuine("The file is signed, but it does not say when.") from error


def shape_problem(said: Mapping[str, Any]) -> str:
    """What a credential lacks of what the standard asks for; empty where it lacks nothing."""
    subject, issuer = said.get("credentialSubject"), said.get("issuer")
    if list(said.get("@context", []))[:1] != [CONTEXT[0]]:
        return "its context is not that of Verifiable Credentials 2.0"
    kinds = said.get("type")
    if not isinstance(kinds, list) or not {"VerifiableCredential", "OpenBadgeCredential"} <= set(
        map(str, kinds)
    ):
        return "its type is another"
    if not isinstance(issuer, dict) or not str(issuer.get("id", "")).startswith(("https://", "http://")):
        return "it names no issuer"
    if not isinstance(subject, dict) or not isinstance(subject.get("achievement"), dict):
        return "it names no achievement"
    achieved = subject["achievement"]
    if not all(achieved.get(name) for name in ("id", "type", "name", "description", "criteria")):
        return "its achievement is not described"
    if not subject.get("id") and not subject.get("identifier"):
        return "it names no recipient"
    if said.get("iss") != issuer["id"] or said.get("jti") != said.get("id"):
        return "its claims and the credential differ"
    try:
        same = said.get("nbf") == _seconds(said["validFrom"])
        same = same and said.get("exp") == (_seconds(said["validUntil"]) if "validUntil" in said else None)
    except (KeyError, TypeError, ValueError):
        return "its dates cannot be read"
    return "" if same else "its claims and the credential differ"


def _begin(day: date) -> str:
    return _moment(datetime.combine(day, time.min, LONDON))


def _end(day: date) -> str:
    """The last second of a day: a last day is part of the time for which something holds."""
    return _moment(datetime.combine(day, time(23, 59, 59), LONDON))


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _seconds(text: str) -> int:
    return int(_read(text).timestamp())
