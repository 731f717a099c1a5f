"""The keys of badges and passports as JSON Web Keys: those that sign, and those that are handed out for checking.

Every key that has ever signed stays published, so what it signed can be checked after another has taken its place. When
that was is said with it (`exp`): a key that is no longer in use signs nothing new, should somebody find it.
"""

from datetime import datetime, timedelta
from functools import lru_cache

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from joserfc.jwk import ECKey

from courses.certificate.keys import KeyRing, PrivateKey
from courses.certificate.tokens import Jwk, published
from foundation.errors import DomainError

_OVERLAP = timedelta(days=2)
"""Clocks differ, and the certificate of a key begins a day before the key was made."""


def signing_key(ring: KeyRing, at: datetime) -> tuple[str, ECKey]:
    """The key that signs now, and what the ring calls it."""
    found = ring.signing(at)
    return found.key_id, _private(found.private)


def kept_key(ring: KeyRing, key_id: str) -> ECKey:
    """The key that the ring calls so. Raises DomainError where it was lost."""
    found = ring.find(key_id)
    if found is None:
        raise DomainError(
            "The key with which this was signed is not here any more, so the file cannot be made again. "
            "Put the folder of keys back from a backup, or issue it anew."
        )
    return _private(found.private)


def published_keys(ring: KeyRing, at: datetime) -> dict[str, Jwk]:
    """The public half of every key by its id, the one that signs last; the very first key is made here."""
    ring.signing(at)
    return known_keys(ring)


def known_keys(ring: KeyRing) -> dict[str, Jwk]:
    """The same, and none before there is a key: whoever only looks makes none."""
    keys = ring.published()
    if not keys:
        return {}
    found: dict[str, Jwk] = {}
    for one, following in zip(keys, [*keys[1:], None], strict=True):
        public = one.certificate.public_key()
        assert isinstance(public, ec.EllipticCurvePublicKey)
        key = ECKey.import_key(public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
        ended = None if following is None else following.certificate.not_valid_before_utc + _OVERLAP
        jwk = published(key, one.certificate.not_valid_before_utc, ended)
        found[jwk["kid"]] = jwk
    return found


def _private(private: PrivateKey) -> ECKey:
    return _imported(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))


@lru_cache(maxsize=8)
def _imported(pem: bytes) -> ECKey:
    return ECKey.import_key(pem)
