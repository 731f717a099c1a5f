"""Keys and certificates for tests: made once for a process, since making a key takes as long as many tests."""

from datetime import UTC, date, datetime
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory

from courses.certificate.drawing import drawn
from courses.certificate.issuer import Issuer, Look
from courses.certificate.keys import KeyRing, SigningKey, certificate_keys
from courses.certificate.signing import signed
from courses.domain.certificates import Certificate

COUNCIL = "Example Borough Council"
ADDRESS = "https://training.example.gov.uk"
ISSUED_AT = datetime(2026, 11, 21, 23, 45, tzinfo=UTC)
LOOK = Look("#12436d", ADDRESS)


@cache
def _files(name: str) -> dict[str, bytes]:
    with TemporaryDirectory() as folder:
        for ring in _rings(Path(folder)):
            ring.signing(ISSUED_AT)
        return {
            str(path.relative_to(folder)): path.read_bytes() for path in sorted(Path(folder).rglob("*.pem"))
        }


def _rings(folder: Path) -> tuple[KeyRing, KeyRing]:
    issuer = Issuer(COUNCIL, ADDRESS, LOOK.colour, folder)
    return issuer.keys, issuer.badge_keys


def give_keys(instance_path: Path, name: str = "ours") -> None:
    """Put the keys of this name into an instance folder: the same in every test of a process."""
    for place, content in _files(name).items():
        path = instance_path / place
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(content)
        path.chmod(0o600)


@cache
def key(name: str = "ours") -> SigningKey:
    """A key that signs certificates."""
    with TemporaryDirectory() as folder:
        give_keys(Path(folder), name)
        return certificate_keys(Path(folder), COUNCIL).signing(ISSUED_AT)


def certificate(**said: object) -> Certificate:
    """A certificate, with what is said of it in place of what it says otherwise."""
    plain: dict[str, object] = {
        "number": "7ZQ4M2K9TC1B6XHD",
        "name": "Siân Ŵyn Llŷr-Ŷstwyth",
        "course": "WRAP",
        "course_title": "Workshop to raise awareness of Prevent",
        "provider": "Prevent team",
        "completed_on": date(2026, 11, 20),
        "valid_until": date(2028, 11, 20),
        "council": COUNCIL,
        "issued_at": ISSUED_AT,
        "key_id": key().key_id,
    }
    return Certificate(**{**plain, **said})  # type: ignore[arg-type]  # tests name what they change


def signed_pdf(of: Certificate | None = None, by: SigningKey | None = None) -> bytes:
    """A certificate as it is handed out."""
    return signed(drawn(of or certificate(), LOOK), by or key(), ISSUED_AT)
