"""The folder of files on their way in: one folder for each run, random names, readable by the service alone.

The file of a run is written through to the disk before its row is committed. Beside it lie what was found in it (it
names people, so it lives as long as the file does) and how far the work has come: that is told by a file and not by the
database, where on SQLite the work itself holds the one lock for writing.
"""

import csv
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from secrets import token_hex
from typing import Any, TextIO, TypeVar

from foundation.errors import DomainError, Problem
from foundation.tables.guard import unguarded

FOLDER = "imports"
_NAME = re.compile(r"[0-9a-f]{32}")
_FILE, _PROGRESS, _MENDED = "file", "progress", "mended"
ASIDE, PROBLEMS, NOTICES, REFUSALS = "aside.csv", "problems", "notices", "refusals"
_STALE_AFTER = timedelta(hours=1)
"""A folder without a row is younger than this while a request is about to commit the row."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work has come, and whether the process that does it gave a sign of life lately."""

    phase: str
    done: int
    total: int
    seen_at: datetime


@dataclass(frozen=True, slots=True)
class RunFolder:
    """What is kept of one run."""

    path: Path

    # --- the file itself

    def content(self) -> bytes:
        """The file as it was sent. Raises DomainError where it is gone."""
        try:
            return (self.path / _FILE).read_bytes()
        except FileNotFoundError as error:
            raise DomainError("The file is no longer kept. Upload it again.") from error

    @property
    def has_file(self) -> bool:
        return (self.path / _FILE).exists()

    def remove_file(self) -> None:
        """Delete the file: it will not be loaded."""
        (self.path / _FILE).unlink(missing_ok=True)

    def remove(self) -> None:
        """Delete everything."""
        shutil.rmtree(self.path, ignore_errors=True)

    def keep_only_aside(self) -> None:
        """Delete the file and what was found in it, but for the rows that were set aside and have to be mended."""
        kept = {ASIDE, PROBLEMS}
        for path in self.path.glob("*"):
            if path.name not in kept:
                path.unlink(missing_ok=True)
        if not (self.path / ASIDE).exists():
            self.remove()

    # --- how far the work has come

    def tell(self, phase: str, done: int, total: int) -> None:
        """Say how far the work has come; in place at once, so that a reader never sees half of it."""
        text = json.dumps({"phase": phase, "done": done, "total": total})
        self._replace(_PROGRESS, lambda stream: stream.write(text))

    def give_sign(self) -> None:
        """Say that the process is alive."""
        try:
            os.utime(self.path / _PROGRESS)
        except FileNotFoundError:
            return

    def progress(self, zone: Any) -> Progress | None:
        """How far the work has come; None before it began. `zone` is that of the answer."""
        path = self.path / _PROGRESS
        try:
            said, seen = json.loads(path.read_text(encoding="utf-8")), path.stat().st_mtime
        except (FileNotFoundError, ValueError):
            return None
        return Progress(said["phase"], said["done"], said["total"], datetime.fromtimestamp(seen, zone))

    def forget_progress(self) -> None:
        """Begin anew."""
        (self.path / _PROGRESS).unlink(missing_ok=True)

    # --- what was found

    def forget_findings(self) -> None:
        """Delete what an earlier look has found."""
        for path in self.path.glob("*"):
            if path.name not in {_FILE, _PROGRESS}:
                path.unlink(missing_ok=True)

    def write_lines(self, name: str, lines: Iterable[Any]) -> None:
        """Keep a list, a line of JSON each."""
        self._replace(
            name, lambda stream: stream.writelines(f"{json.dumps(line, default=str)}\n" for line in lines)
        )

    def read_lines(self, name: str, first: int = 0, most: int | None = None) -> list[Any]:
        """A part of a list, from a line on; nothing where there is no such list."""
        if not (path := self.path / name).exists():
            return []
        with path.open(encoding="utf-8") as stream:
            last = None if most is None else first + most
            return [json.loads(line) for line in islice(stream, first, last)]

    def write_aside(self, write: Callable[[TextIO], Any]) -> None:
        """Keep the rows that were set aside, as the CSV file to mend."""
        self._replace(ASIDE, write, newline="")

    def aside(self) -> tuple[list[str], Iterator[list[str]]]:
        """The headings and the rows of the file to mend, guards taken off. Nothing where no row was set aside."""
        rows = self._aside_rows()
        headings = next(rows, [])
        return headings, rows

    def _aside_rows(self) -> Iterator[list[str]]:
        path = self.path / ASIDE
        if not path.exists():
            return
        with path.open(encoding="utf-8-sig", newline="") as stream:
            for row in csv.reader(stream):
                yield [unguarded(cell) for cell in row]

    def mended(self) -> dict[int, list[str]]:
        """What was typed over rows that were set aside, by their place in the file to mend."""
        found: dict[str, list[str]] = self._read(_MENDED, {})
        return {int(place): cells for place, cells in found.items()}

    def keep_mended(self, mended: dict[int, list[str]]) -> None:
        """Keep what was typed, until the rows are loaded."""
        self._replace(_MENDED, lambda stream: json.dump(mended, stream))

    def write_problems(self, name: str, problems: Sequence[Problem]) -> None:
        """Keep problems or notices."""
        self.write_lines(name, ([problem.line, problem.column, problem.message] for problem in problems))

    def read_problems(self, name: str, first: int = 0, most: int | None = None) -> list[Problem]:
        """Some of them."""
        return [
            Problem(message, "", line, column) for line, column, message in self.read_lines(name, first, most)
        ]

    def _read(self, name: str, otherwise: T) -> T:
        try:
            found: T = json.loads((self.path / name).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return otherwise
        return found

    def _replace(self, name: str, write: Callable[[TextIO], Any], newline: str | None = None) -> None:
        """Write a file aside and put it in place whole, readable by the service alone."""
        if not self.path.is_dir():  # it was removed meanwhile: nobody wants to know any more
            return
        unfinished = self.path / f".{name}-{token_hex(4)}"
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8", newline=newline) as stream:
            write(stream)
        unfinished.replace(self.path / name)


@dataclass(frozen=True, slots=True)
class ImportFolder:
    """Where the files of all runs are kept."""

    path: Path

    @classmethod
    def in_instance(cls, instance_path: str) -> "ImportFolder":
        """The folder of this service."""
        return cls(Path(instance_path) / FOLDER)

    def keep(self, content: bytes) -> str:
        """Keep a file and give the name of its folder. Raises DomainError where the disk is full or away."""
        name = token_hex(16)
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            (self.path / name).mkdir(mode=0o700)
            descriptor = os.open(self.path / name / _FILE, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
        except OSError as error:
            self.of(name).remove()
            raise DomainError("We could not save the file. Nothing was changed; try later.") from error
        return name

    def of(self, name: str) -> RunFolder:
        """The folder of one run."""
        if not _NAME.fullmatch(name):
            raise ValueError("no name of ours")
        return RunFolder(self.path / name)

    def names(self) -> list[str]:
        """The names of all folders of runs that lie there."""
        return sorted(path.name for path in self.path.glob("*") if _NAME.fullmatch(path.name))

    def remove(self, names: Iterable[str]) -> None:
        """Delete the folders of some runs."""
        for name in names:
            self.of(name).remove()

    def without_row(self, known: Iterable[str], now: datetime) -> list[str]:
        """The names of folders that no run has: a process was killed between the file and its row."""
        before, ours = (now - _STALE_AFTER).timestamp(), set(known)
        return sorted(
            path.name
            for path in self.path.glob("*")
            if _NAME.fullmatch(path.name) and path.name not in ours and path.stat().st_mtime < before
        )
