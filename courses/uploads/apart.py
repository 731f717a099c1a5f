"""Has a file read in a process of its own (`courses.uploads.reading`): a hostile one costs nothing (promise E10)."""

import json
import os
import subprocess
import sys
from pathlib import Path
from threading import BoundedSemaphore

from courses.uploads.kinds import Kind
from foundation.errors import DomainError

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 20.0
"""Seconds until the process is ended in any case. It is ended after 4 of work, for which a busy server needs longer."""
_AT_ONCE = BoundedSemaphore(2)
"""Files read at the same time: each may take half a gigabyte."""
_TOO_MUCH = (
    "The file takes too long to be checked: it is very large inside, or damaged. "
    "Take a picture or a scan of the certificate and upload that."
)


def read_apart(kind: Kind, content: bytes) -> tuple[str, bytes]:
    """The words in a file, and what is to be kept of it. Raises DomainError where it is refused."""
    try:
        with _AT_ONCE:
            done = subprocess.run(  # noqa: S603 -- our own program, and none of the words come from outside
                [sys.executable, "-m", "courses.uploads.reading", kind.value],
                input=content,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                cwd=ROOT,
                env=_environment(),
                timeout=PATIENCE,
                check=False,
            )
    except subprocess.TimeoutExpired as error:
        raise DomainError(_TOO_MUCH) from error
    said, _, kept = done.stdout.partition(b"\n")
    if done.returncode != 0 or not said:
        raise DomainError(_TOO_MUCH)
    answer = json.loads(said)
    if "refused" in answer:
        raise DomainError(answer["refused"])
    return answer["words"], kept or content


def _environment() -> dict[str, str]:
    """What the process needs to start; no secret and no address of ours is among it."""
    wanted = ("PATH", "LANG", "LC_ALL", "SYSTEMROOT", "VIRTUAL_ENV")
    return {name: os.environ[name] for name in wanted if name in os.environ}
