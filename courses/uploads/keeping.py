"""The folder of evidence files: random names, readable by the service alone, never reached by an address.

A file is written through to the disk before its row is committed. So a row always has its file, and a file without a
row (the process was killed, the transaction was undone) lies about unlisted until it is swept.
"""

import os
import re
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from secrets import token_hex

from foundation.errors import DomainError

FOLDER = "evidence"
DAY = timedelta(days=1)
_NAME = re.compile(r"[0-9a-f]{32}")
_UNFINISHED = ".part-"
_SWEPT = ".swept"


@dataclass(frozen=True, slots=True)
class EvidenceFolder:
    """Where evidence files are kept."""

    path: Path

    @classmethod
    def in_instance(cls, instance_path: str) -> "EvidenceFolder":
        """The folder of this service."""
        return cls(Path(instance_path) / FOLDER)

    def keep(self, content: bytes) -> str:
        """Keep a file and give back its name. Raises DomainError where the disk is full or away (promise E33)."""
        name = token_hex(16)
        unfinished = self.path / f"{_UNFINISHED}{name}"
        try:
            self._make()
            self._write(unfinished, content)
            unfinished.replace(self.path / name)
            self._write_through()
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink(missing_ok=True)
            raise DomainError("We could not save the file. Nothing was lost; try later.") from error
        return name

    def read(self, name: str) -> bytes | None:
        """A file's content; None where there is no such file."""
        if not _NAME.fullmatch(name):
            return None
        try:
            return (self.path / name).read_bytes()
        except FileNotFoundError:
            return None

    def remove(self, names: Collection[str]) -> None:
        """Delete files that nothing refers to any more."""
        for name in names:
            if _NAME.fullmatch(name):
                (self.path / name).unlink(missing_ok=True)

    def older_than_a_day(self, now: datetime) -> list[str]:
        """The names of the files kept for longer than a day: nobody is about to commit a row for one of these."""
        kept = [path for path in self.path.glob("*") if _NAME.fullmatch(path.name)]
        return sorted(path.name for path in kept if _is_old(path, now))

    def remove_unfinished(self, now: datetime) -> int:
        """Delete what was never written to its end; gives how many."""
        old = [path for path in self.path.glob(f"{_UNFINISHED}*") if _is_old(path, now)]
        for path in old:
            path.unlink(missing_ok=True)
        return len(old)

    def is_due(self, now: datetime) -> bool:
        """Whether the last sweep is a day ago; if so, this one counts as done."""
        mark = self.path / _SWEPT
        if not self.path.is_dir() or (mark.exists() and not _is_old(mark, now)):
            return False
        mark.touch(mode=0o600)
        os.utime(mark, (now.timestamp(), now.timestamp()))
        return True

    def _make(self) -> None:
        self.path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def _write(self, path: Path, content: bytes) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())

    def _write_through(self) -> None:
        """Have the folder remember the new name even if the power fails now. Windows cannot open folders."""
        if os.name == "nt":
            return
        descriptor = os.open(self.path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _is_old(path: Path, now: datetime) -> bool:
    try:
        return path.stat().st_mtime < (now - DAY).timestamp()
    except FileNotFoundError:
        return False
