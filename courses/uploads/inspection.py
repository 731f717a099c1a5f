"""What becomes of a file that was sent: judged, scanned, read apart and made harmless (promises 9.4)."""

from dataclasses import dataclass
from hashlib import sha256

from courses.uploads.apart import read_apart
from courses.uploads.kinds import Kind, kind_of
from courses.uploads.scanner import Verdict, scan
from foundation.errors import DomainError


@dataclass(frozen=True, slots=True)
class Inspected:
    """A file that may be kept. `sha256` is of what was sent, `content` is what is left of it."""

    kind: Kind
    content: bytes
    sha256: str
    words: str
    verdict: Verdict


def inspect_upload(file_name: str, content: bytes, limit: int, clamd_socket: str = "") -> Inspected:
    """Look a file over. Raises DomainError, saying what is wrong and how to mend it, where it is refused."""
    kind = kind_of(file_name, content, limit)
    verdict = scan(clamd_socket, content)
    if verdict is Verdict.HARMFUL:
        raise DomainError(
            "The virus check found something harmful in the file, so it was not kept. "
            "Do not open it again, and tell your IT service."
        )
    words, kept = read_apart(kind, content)
    return Inspected(kind, kept, sha256(content).hexdigest(), words, verdict)
