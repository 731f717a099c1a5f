"""Making everybody's timelines in a process of its own, so that its memory can be read.

`python -m tests.bench.building ADDRESS` rebuilds and prints seconds and the greatest memory in kilobytes.
"""

import json
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from compliance import timelines
from foundation.db import engine_options, transaction
from tests.bench.timing import seconds


@dataclass(frozen=True, slots=True)
class Built:
    """How long the rebuild took, and the most memory that the process held, before it and in all."""

    seconds: float
    start_mb: float
    memory_mb: float


def build(address: str) -> Built:
    """Rebuild in a process of its own."""
    command = [sys.executable, "-m", "tests.bench.building", address]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return Built(**json.loads(answer.stdout))


def memory_mb() -> float:
    """The greatest memory so far. Linux carries the maximum of `getrusage` over from the parent, so not that one."""
    status = Path("/proc/self/status")
    if status.exists():
        words = dict(
            line.split(":", 1) for line in status.read_text(encoding="ascii").splitlines() if ":" in line
        )
        return int(words["VmHWM"].split()[0]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(address: str) -> None:
    """The process."""
    engine = create_engine(address, **engine_options(address))

    def rebuild() -> None:
        with Session(engine) as session, transaction(session):
            timelines.rebuild(session)

    start = memory_mb()
    took = seconds(rebuild)
    print(json.dumps({"seconds": took, "start_mb": start, "memory_mb": memory_mb()}))
    engine.dispose()


if __name__ == "__main__":
    main(sys.argv[1])
