"""Reads one file that a stranger sent, in a process of its own: `python -m courses.uploads.reading pdf < file`.

Whatever the file does here, it has little time and memory, may write no file, and ends with the process. The answer is
a line of JSON, then the bytes to keep.
"""

import json
import logging
import sys

from courses.uploads.kinds import Kind
from foundation.errors import DomainError

SECONDS = 4
"""Of the processor; waiting does not count."""
MEMORY = 512 * 1024 * 1024


def limit_itself() -> None:
    """Give up what this process does not need. Windows has no such limits: there the time of `apart` alone holds."""
    if sys.platform == "win32":
        return
    import resource

    limits = {
        resource.RLIMIT_CPU: SECONDS,
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_FSIZE: 0,
        resource.RLIMIT_CORE: 0,
    }
    for limit, most in limits.items():
        resource.setrlimit(limit, (most, most))


def read(kind: Kind, content: bytes) -> tuple[str, bytes]:
    """The words in a file, and what is to be kept of it. Raises DomainError where it is refused."""
    if kind is Kind.PDF:
        from courses.uploads.pdf import read_pdf

        return read_pdf(content), content
    from courses.uploads.pictures import draw_anew

    return "", draw_anew(content, kind)


def answer_to(kind: Kind, content: bytes) -> bytes:
    """What this process says of a file."""
    try:
        words, kept = read(kind, content)
        said = {"words": words}
    except DomainError as refusal:
        said, kept = {"refused": str(refusal)}, b""
    # A certificate's words may hold halves of characters.
    return json.dumps(said).encode("ascii") + b"\n" + (b"" if kept is content else kept)


def main() -> None:
    """Read the file on standard input."""
    logging.disable(logging.CRITICAL)
    limit_itself()
    sys.stdout.buffer.write(answer_to(Kind(sys.argv[1]), sys.stdin.buffer.read()))


if __name__ == "__main__":
    main()
