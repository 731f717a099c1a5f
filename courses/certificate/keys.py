"""The keys that sign certificates and badges: made on first use, never replaced by stealth, kept for ever.

Each ring is a folder of numbered PEM files, each with a private key and its self-signed X.509 certificate. The newest
signs. Older ones stay: what they signed is made again from them byte for byte, and their certificates stay published.
RSA with PKCS#1 v1.5 signs the same bytes in the same way each time, which ECDSA does not; badges want P-256
(Open Badges 3.0, ES256). Who steals a key forges certificates: the folder is the service's alone.
"""

import logging
import os
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12
from cryptography.x509.oid import NameOID

from courses.certificate.numbered import NumberedFiles
from foundation.errors import DomainError


class KeyFault(DomainError):  # noqa: N818 -- the name says what it is
    """A key of ours cannot be read or written: nothing can be signed or checked until somebody mends that."""


log = logging.getLogger(__name__)

RSA_BITS: Final = 3072
"""128 bits of strength: what the NCSC asks of signatures that must hold beyond 2030."""
LEAST_RSA_BITS: Final = 2048
NO_END: Final = datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC)
"""RFC 5280, 4.1.2.5: a certificate without a known end. A paper from 2026 must still be checked in 2046."""
_LEEWAY: Final = timedelta(days=1)

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


@dataclass(frozen=True, slots=True)
class PublishedKey:
    """What everybody may know of a key: its certificate, and those above it where another authority gave it out."""

    key_id: str
    certificate: x509.Certificate
    chain: tuple[x509.Certificate, ...] = ()

    @property
    def pem(self) -> bytes:
        """The certificate and those above it, as a file."""
        return b"".join(one.public_bytes(Encoding.PEM) for one in (self.certificate, *self.chain))


@dataclass(frozen=True, slots=True)
class SigningKey:
    """A key that signs. `number` is its place in the ring, 0 for one that comes from outside."""

    private: PrivateKey
    published: PublishedKey
    number: int = 0

    @property
    def key_id(self) -> str:
        return self.published.key_id


def fingerprint(certificate: x509.Certificate) -> str:
    """What a key is known by: the SHA-256 of its public half, as 64 hexadecimal digits."""
    spki = certificate.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return sha256(spki).hexdigest()


def read_published(content: bytes) -> PublishedKey:
    """A key from a file of certificates, its own first. Raises DomainError where that is no such file."""
    try:
        first, *above = x509.load_pem_x509_certificates(content)
    except ValueError as error:
        raise DomainError("This is no file of certificates (PEM).") from error
    return PublishedKey(fingerprint(first), first, tuple(above))


@dataclass(frozen=True, slots=True)
class KeyRing:
    """The keys of one purpose. `owner` is the council; `from_file` a PKCS#12 file that signs in place of the newest."""

    folder: Path
    purpose: str
    owner: str
    is_rsa: bool = True
    from_file: Path | None = None
    password: str = ""

    def signing(self, at: datetime) -> SigningKey:
        """The key that signs now; the very first is made here, and the log says so."""
        if self.from_file is not None:
            return self._outside()
        numbers = self._files.numbers()
        if not numbers:
            self._make(1, at)
            numbers = self._files.numbers()
        return self._kept(numbers[-1])

    def renew(self, at: datetime) -> SigningKey:
        """Make another key, which signs from now on. Raises DomainError where the key comes from outside."""
        if self.from_file is not None:
            raise DomainError(
                "CERTIFICATE_KEY_FILE names the key that signs: a new one is a new file, named there."
            )
        number = max(self._files.numbers(), default=0) + 1
        if not self._make(number, at):
            raise DomainError("Somebody else has just made a new key. Nothing was changed.")
        return self._kept(number)

    def find(self, key_id: str) -> SigningKey | None:
        """The key with a fingerprint; None where its private half is not here."""
        return next((one for one in self.all() if one.key_id == key_id), None)

    def all(self) -> list[SigningKey]:
        """Every key whose private half is here, the one that signs last."""
        kept = [self._kept(number) for number in self._files.numbers()]
        return [*kept, self._outside()] if self.from_file is not None else kept

    def published(self) -> list[PublishedKey]:
        """Every key that signs or has signed, the one that signs last. What they signed is genuine."""
        public = NumberedFiles(self.folder / "public", ".pem")
        here = [one.published for one in self.all()]
        gone = [_read_public(public.path(number)) for number in public.numbers()]
        ids = {one.key_id for one in here}
        return [*(one for one in gone if one.key_id not in ids), *here]

    @property
    def _files(self) -> NumberedFiles:
        return NumberedFiles(self.folder, ".pem")

    def _kept(self, number: int) -> SigningKey:
        path = self._files.path(number)
        found = _read(path, _seen(path))
        return SigningKey(found.private, found.published, number)

    def _make(self, number: int, at: datetime) -> bool:
        """Whether the key with this number was made here, rather than by another process at the same time."""
        private: PrivateKey = (
            rsa.generate_private_key(public_exponent=65537, key_size=RSA_BITS)
            if self.is_rsa
            else ec.generate_private_key(ec.SECP256R1())
        )
        certificate = _self_signed(private, f"{self.owner}: {self.purpose}"[:64], self.owner[:64], at)
        content = private.private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        ) + certificate.public_bytes(Encoding.PEM)
        if not _added(self._files, number, content):
            return False
        log.warning(
            "A new key for %s was made: %s, fingerprint %s. Keep the folder in your backups: without it what it "
            "signed can be checked, but not made again.",
            self.purpose,
            self._files.path(number),
            fingerprint(certificate),
        )
        return True

    def _outside(self) -> SigningKey:
        assert self.from_file is not None
        try:
            found = _read_pkcs12(self.from_file, self.password, self.from_file.stat().st_mtime_ns)
        except OSError as error:
            raise KeyFault(f"CERTIFICATE_KEY_FILE cannot be read ({error.strerror}).") from error
        self._keep_public(found.published)
        return found

    def _keep_public(self, key: PublishedKey) -> None:
        """What a key from outside signed can still be checked when another has taken its place."""
        public = NumberedFiles(self.folder / "public", ".pem")
        while all(_bytes_of(public.path(number)) != key.pem for number in public.numbers()):
            _added(public, max(public.numbers(), default=0) + 1, key.pem)


def certificate_keys(
    instance_path: Path, council: str, from_file: Path | None = None, password: str = ""
) -> KeyRing:
    """The keys that sign certificates and passports as PDF."""
    folder = instance_path / "keys" / "certificates"
    return KeyRing(folder, "training certificates", council, from_file=from_file, password=password)


def badge_keys(instance_path: Path, council: str) -> KeyRing:
    """The keys that sign Open Badges credentials: P-256."""
    return KeyRing(instance_path / "keys" / "badges", "training badges", council, is_rsa=False)


def _place(path: Path) -> str:
    """Where a key lies in the instance folder: pages may say that, but not where the folder is."""
    return "/".join(path.parts[path.parts.index("keys") :] if "keys" in path.parts else path.parts[-1:])


def _seen(path: Path) -> int:
    """When a private key was last written. Raises KeyFault where others on the machine can read it (promise S21)."""
    try:
        found = path.stat()
    except OSError as error:
        raise KeyFault(f"The key {_place(path)} cannot be read ({error.strerror}).") from error
    if os.name != "nt" and found.st_mode & 0o077:
        raise KeyFault(
            f"The key {_place(path)} can be read by others on this machine, so it is not used. "
            f"Run: chmod 600 {_place(path)} in the instance folder. If somebody may have read it, make a new key."
        )
    return found.st_mtime_ns


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise KeyFault(f"The key {_place(path)} cannot be read ({error.strerror}).") from error


def _read_public(path: Path) -> PublishedKey:
    content = _bytes_of(path)
    try:
        return read_published(content)
    except DomainError as error:
        raise KeyFault(f"The key {_place(path)} is damaged. Put it back from a backup.") from error


def _added(files: NumberedFiles, number: int, content: bytes) -> bool:
    try:
        return files.add(number, content)
    except DomainError as error:
        log.error("%s", error)  # with the whole path, which stays off pages
        raise KeyFault(
            f"The folder {_place(files.folder)} cannot be written to. Nothing was changed."
        ) from error


@lru_cache(maxsize=32)
def _read(path: Path, _changed: int) -> SigningKey:
    content = _bytes_of(path)
    try:
        private = load_pem_private_key(content, password=None)
        published = read_published(content)
    except (ValueError, DomainError) as error:
        raise KeyFault(f"The key {_place(path)} is damaged. Put it back from a backup.") from error
    assert isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey)
    return SigningKey(private, published)


@lru_cache(maxsize=4)
def _read_pkcs12(path: Path, password: str, _changed: int) -> SigningKey:
    try:
        found = load_pkcs12(path.read_bytes(), password.encode() or None)
    except ValueError as error:
        raise KeyFault(
            "CERTIFICATE_KEY_FILE is no PKCS#12 file, or CERTIFICATE_KEY_PASSWORD does not open it."
        ) from error
    is_fit = isinstance(found.key, rsa.RSAPrivateKey) and found.key.key_size >= LEAST_RSA_BITS
    if found.cert is None or not is_fit:
        raise KeyFault(
            f"CERTIFICATE_KEY_FILE must hold an RSA key of {LEAST_RSA_BITS} bits or more and its certificate."
        )
    assert isinstance(found.key, rsa.RSAPrivateKey)
    above = tuple(one.certificate for one in found.additional_certs)
    own = found.cert.certificate
    return SigningKey(found.key, PublishedKey(fingerprint(own), own, above))


def _self_signed(private: PrivateKey, name: str, owner: str, at: datetime) -> x509.Certificate:
    subject = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "GB"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, owner),
            x509.NameAttribute(NameOID.COMMON_NAME, name),
        ]
    )
    public = private.public_key()
    extensions: Sequence[tuple[x509.ExtensionType, bool]] = (
        (x509.BasicConstraints(ca=False, path_length=None), True),
        (x509.KeyUsage(True, True, False, False, False, False, False, False, False), True),
        (x509.SubjectKeyIdentifier.from_public_key(public), False),
    )
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        # The clock of another machine that shares the folder may be a little behind.
        .not_valid_before(at - _LEEWAY)
        .not_valid_after(NO_END)
    )
    for extension, is_critical in extensions:
        builder = builder.add_extension(extension, critical=is_critical)
    return builder.sign(private, hashes.SHA256())
