"""Signs of life of the processes at work on drafts: an empty file for each, touched every few seconds.

Files and not the database, where on SQLite the work itself holds the one lock for writing.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

FOLDER = "drafts"
SIGN_SECONDS = 2.0
PATIENCE = timedelta(minutes=1)
"""Without a sign of life for so long, the process that was at a draft is taken for dead."""


@dataclass(frozen=True, slots=True)
class Signs:
    """Where the signs of life of all drafts are."""

    path: Path

    @classmethod
    def in_instance(cls, instance_path: str) -> "Signs":
        """Those of this service."""
        return cls(Path(instance_path) / FOLDER)

    def last(self, draft: str) -> datetime | None:
        """When a draft, by its public id, last had one; None where no process has begun, or it ended well."""
        try:
            return datetime.fromtimestamp((self.path / draft).stat().st_mtime, UTC)
        except FileNotFoundError:
            return None

    @contextmanager
    def alive(self, draft: str) -> Iterator[None]:
        """Give signs of life, however long a single step takes."""
        over = threading.Event()

        def give_signs() -> None:
            while not over.wait(SIGN_SECONDS):
                self._give(draft)

        self._give(draft)
        signs = threading.Thread(target=give_signs, name="signs of life", daemon=True)
        signs.start()
        try:
            yield
        finally:
            over.set()
            signs.join()
            (self.path / draft).unlink(missing_ok=True)

    def _give(self, draft: str) -> None:
        # A full disk is no reason to stop: the work is then taken for dead, and what it does is whole all the same.
        with suppress(OSError):
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.path / draft).touch(mode=0o600)

    def forget(self, draft: str) -> None:
        """Delete what a process has left that was killed."""
        (self.path / draft).unlink(missing_ok=True)
