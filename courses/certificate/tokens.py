"""Signed statements: what badges and passports share, JSON Web Signatures with ES256 (RFC 7515, RFC 7518).

One algorithm is spoken and no other: what a statement says about itself is never asked how it should be checked, and a
key inside a statement is never believed. Whoever checks brings the keys.
"""

import json
from base64 import urlsafe_b64decode
from binascii import Error as NotBase64
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from foundation.errors import DomainError

ALGORITHM = "ES256"
CURVE = "P-256"
LONGEST = 400_000
"""Characters of a statement that are looked at. A passport of a long life has some thousands."""

Jwk = Mapping[str, Any]
"""A public key as a JSON Web Key (RFC 7517); `iat` and `exp`, where it has them, say from when to when it may sign."""


class NotGenuine(DomainError):  # noqa: N818 -- the name says what was found
    """A statement that nobody whom we know has signed, or that was changed since."""


class UnknownKey(NotGenuine):
    """It may be genuine, but it was signed with a key that is not among those that were brought."""

    def __init__(self, message: str, key_id: str) -> None:
        super().__init__(message)
        self.key_id = key_id


@dataclass(frozen=True, slots=True)
class Statement:
    """What was signed, and with which key."""

    said: Mapping[str, Any]
    key_id: str


def signed(said: Mapping[str, Any], key: ECKey, kid: str, kind: str) -> str:
    """A statement in compact form: three parts with points between them. `kind` is its `typ`."""
    header = {"alg": ALGORITHM, "kid": kid, "typ": kind}
    payload = json.dumps(said, ensure_ascii=False, separators=(",", ":")).encode()
    return jws.serialize_compact(header, payload, key, algorithms=[ALGORITHM])


def checked(token: str, keys: Mapping[str, Jwk], kind: str) -> Statement:
    """What a statement says, once its signature was found to be right. `keys`: by id.

    Raises UnknownKey, and NotGenuine for all that is not a genuine statement of this kind.
    """
    header = _header(token)
    if header.get("alg") != ALGORITHM or header.get("typ") != kind or "crit" in header:
        raise NotGenuine("The file is not signed as it should be, so nothing in it can be believed.")
    key_id = str(header.get("kid", "")).rpartition("/")[2]
    if key_id not in keys:
        raise UnknownKey("The file was signed with a key that is not known here.", key_id)
    try:
        found = jws.deserialize_compact(token, public_key(keys[key_id]), algorithms=[ALGORITHM])
        said = json.loads(found.payload)
    except (JoseError, ValueError, RecursionError) as error:
        raise NotGenuine(
            "The signature does not fit: the file was changed, or somebody else signed it."
        ) from error
    if not isinstance(said, dict):
        raise NotGenuine("The file is signed, but says nothing that can be read.")
    return Statement(said, key_id)


def _header(token: str) -> Mapping[str, Any]:
    parts = token.split(".") if len(token) <= LONGEST else []
    try:
        first, _, _ = parts
        found = json.loads(urlsafe_b64decode(first + "=" * (-len(first) % 4)))
    except (ValueError, NotBase64, RecursionError) as error:
        raise NotGenuine("The file is not a signed statement, or a part of it is missing.") from error
    if not isinstance(found, dict):
        raise NotGenuine("The file is not a signed statement, or a part of it is missing.")
    return found


def public_key(jwk: Jwk) -> ECKey:
    """A key for checking. Raises NotGenuine for any that is not a public key on the one curve that is spoken."""
    plain = {name: jwk.get(name) for name in ("kty", "crv", "x", "y")}
    if (
        plain["kty"] != "EC"
        or plain["crv"] != CURVE
        or not all(isinstance(one, str) for one in plain.values())
    ):
        raise NotGenuine(f"The key is not a public key on the curve {CURVE}.")
    try:
        found = ECKey.import_key({name: str(value) for name, value in plain.items()})
        found.raw_value  # noqa: B018 -- a point that is not on the curve is found out when the key is made
    except (JoseError, ValueError) as error:
        raise NotGenuine(f"The key is not a public key on the curve {CURVE}.") from error
    return found


def key_id_of(jwk: Jwk) -> str:
    """By what a key is known everywhere: its thumbprint (RFC 7638)."""
    return public_key(jwk).thumbprint()


def published(
    key: ECKey, made_at: datetime | None = None, ended_at: datetime | None = None
) -> dict[str, Any]:
    """The public half of a key as it is handed out."""
    found: dict[str, Any] = {
        **{name: key.as_dict(private=False)[name] for name in ("kty", "crv", "x", "y")},
        "kid": key.thumbprint(),
        "alg": ALGORITHM,
        "use": "sig",
    }
    if made_at is not None:
        found["iat"] = int(made_at.timestamp())
    if ended_at is not None:
        found["exp"] = int(ended_at.timestamp())
    return found


def could_sign(jwk: Jwk, at: datetime) -> bool:
    """Whether a key could sign at a moment: not before it was made, and not after it was withdrawn."""
    when, begins, ends = at.timestamp(), jwk.get("iat"), jwk.get("exp")
    return (not isinstance(begins, int) or when >= begins) and (not isinstance(ends, int) or when < ends)


def keys_in(content: str) -> tuple[dict[str, Jwk], Mapping[str, Any]]:
    """The keys in a file (a JWK set, alone or with a name beside it, or one key) by id, and the file as it was read.

    Raises NotGenuine where there are none, or what should be one is none.
    """
    try:
        read = json.loads(content) if len(content) <= LONGEST else None
    except (ValueError, RecursionError) as error:
        raise NotGenuine("The file is not JSON. Ask for it again.") from error
    if not isinstance(read, dict):
        raise NotGenuine("The file holds no keys. Ask for it again.")
    listed = read.get("keys", [read] if "kty" in read else [])
    if not isinstance(listed, list) or not listed or len(listed) > 50:
        raise NotGenuine("The file holds no keys. Ask for it again.")
    found: dict[str, Jwk] = {}
    for one in listed:
        if not isinstance(one, dict) or "d" in one:
            raise NotGenuine(
                "The file holds a secret key, which nobody should hand out. Tell whoever sent it."
                if isinstance(one, dict)
                else "The file holds no keys. Ask for it again."
            )
        found[key_id_of(one)] = one
    return found, read
