"""Writing the name list of a whole council in a process of its own, so that its memory can be read.

`python -m tests.bench.listing ADDRESS DAY WHAT FILE` writes the list as "csv" or "xlsx", or makes a report of figures
ready to be kept ("kept"), and prints what that took. The idle service is loaded first, and has asked for a figure.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from app import create_app
from foundation.db import db, transaction
from foundation.stamp import Stamp
from reports.domain.description import Format
from reports.services.building import build
from reports.services.freezing import keep, make_ready
from reports.services.rendering import write_file
from reports.services.sources.record import Record
from tests.bench import building
from tests.bench.council import write_council
from tests.bench.databases import place, settings_of
from tests.bench.timing import seconds

WHAT = ("csv", "xlsx", "kept")
MOMENT = datetime(2026, 4, 7, 8, 5, tzinfo=UTC)
STAMP = Stamp("command:bench", MOMENT)


@dataclass(frozen=True, slots=True)
class Taken:
    """Seconds, the most memory of the idle service and of the same while it wrote, and the seconds of the lock."""

    seconds: float
    idle_mb: float
    memory_mb: float
    locked_seconds: float = 0.0

    @property
    def more_mb(self) -> float:
        """What writing takes beside the idle service."""
        return self.memory_mb - self.idle_mb


def of_people(kind: str, people: int, day: date) -> Iterator[tuple[str, Taken]]:
    """What each takes for a council of so many people."""
    with place(kind) as found, tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder:
        with Session(found.engine) as session:
            write_council(session, people, day, Stamp("command:bench", datetime(2026, 1, 1, tzinfo=UTC)))
        building.build(found.address)
        found.analyse()
        for what in WHAT:
            words = (found.address, day.isoformat(), what, str(Path(folder) / f"people.{what}"))
            command = [sys.executable, "-m", "tests.bench.listing", *words]
            answer = subprocess.run(command, check=True, capture_output=True, text=True)
            yield what, Taken(**json.loads(answer.stdout))


def main(address: str, day: date, what: str, path: Path) -> None:
    """The process."""
    app = create_app(settings_of(address, path.parent))
    with app.app_context():
        session, locked = db.session(), 0.0
        Record(session).figures(day)
        session.rollback()
        idle = building.memory_mb()
        if what == "kept":
            ready = []
            took = seconds(
                lambda: ready.append(make_ready(session, MOMENT, "directorates", day, "bench", "Bench"))
            )

            def write() -> None:
                with transaction(session):
                    keep(session, STAMP, ready[0])

            locked = seconds(write)
        else:
            took = seconds(
                lambda: write_file(
                    build(session, "people", day, MOMENT, "bench", "Bench"), Format(what), path
                )
            )
        taken = {
            "seconds": took,
            "idle_mb": idle,
            "memory_mb": building.memory_mb(),
            "locked_seconds": locked,
        }
        print(json.dumps(taken))


if __name__ == "__main__":
    main(sys.argv[1], date.fromisoformat(sys.argv[2]), sys.argv[3], Path(sys.argv[4]))
