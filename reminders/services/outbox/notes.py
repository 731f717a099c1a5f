"""What a sender notes down of a bundle, message by message, without a wait for the disk (docs/adr/0010).

A bundle is marked as leaving in one transaction, so that after a death the database knows only that any of it may have
left. The notes know which had begun: a small file of the instance folder, which outlives a process that is killed. They
are believed only where they are sure to be whole: the machine has not been started anew since, and whoever wrote them
is gone, because the system takes a lock from those who died and from nobody else.
"""

import os
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

FOLDER = "mail-notes"
_STARTED = Path("/proc/sys/kernel/random/boot_id")
_KEPT = timedelta(days=1)
"""Claims run out long before."""


class Note(StrEnum):
    """How far a message of a bundle has come. What has no note has not begun."""

    BEGUN = "begun"
    """It is being handed over: it may arrive."""
    TAKEN = "taken"
    NOT_TAKEN = "not-taken"
    """It is sure not to have arrived."""


def notes_folder(instance: Path) -> Path:
    """Where the notes of all senders lie."""
    return instance / FOLDER


@dataclass(slots=True)
class Notes:
    """The notes of one bundle, locked for as long as its sender lives."""

    _place: Path
    _file: int

    def begun(self, number: int) -> bool:
        """Note that a message is about to be handed over. False: it could not be noted, so nothing of it may leave."""
        try:
            return _write(self._file, f"{Note.BEGUN.value} {number}\n")
        except OSError:
            return False

    def answered(self, number: int, *, taken: bool) -> None:
        """Note what came of it. Where that fails the message is in doubt should the sender die now, and no more."""
        with suppress(OSError):
            _write(self._file, f"{(Note.TAKEN if taken else Note.NOT_TAKEN).value} {number}\n")

    def forget(self) -> None:
        """The database knows all of it by now."""
        self._place.unlink(missing_ok=True)

    def close(self) -> None:
        """Give up the lock. What is not forgotten is there for whoever looks after the bundle next."""
        os.close(self._file)


def take_notes(folder: Path, token: str) -> Notes | None:
    """A sheet for the bundle of a claim; None where notes could not be believed, or written."""
    started = _when_started()
    if not started or sys.platform == "win32":
        return None
    import fcntl

    place = folder / token
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
        file = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND, 0o600)
    except OSError:
        return None
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        is_whole = _write(file, f"{started}\n")
    except OSError:
        is_whole = False
    if not is_whole:
        os.close(file)
        place.unlink(missing_ok=True)
        return None
    return Notes(place, file)


def read_notes(folder: Path | None, token: str) -> Mapping[int, Note] | None:
    """What is noted of the bundle of a claim, by message; None where there is nothing to believe."""
    if folder is None or sys.platform == "win32" or not token.isalnum():
        return None
    import fcntl

    found: dict[int, Note] = {}
    try:
        with (folder / token).open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)  # else its writer lives, and may go on
            started, *lines = file.read().decode("ascii").split("\n")
        for line in lines[:-1]:  # what no new line ends was not written whole
            word, _, number = line.partition(" ")
            found[int(number)] = Note(word)
    except (OSError, ValueError):
        return None
    return found if started and started == _when_started() else None


def forget_notes(folder: Path, token: str) -> None:
    """Remove what has been read."""
    with suppress(OSError):
        (folder / token).unlink()


def sweep_notes(folder: Path, now: datetime) -> None:
    """Remove notes that are a day old: of senders that died when their bundle was settled, and these were left over."""
    if not folder.is_dir():
        return
    for place in folder.iterdir():
        with suppress(OSError):
            if place.stat().st_mtime < (now - _KEPT).timestamp():
                place.unlink()


def _when_started() -> str:
    """A random word that the system draws when the machine is started; empty where it draws none."""
    try:
        return _STARTED.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


def _write(file: int, line: str) -> bool:
    content = line.encode("ascii")
    return os.write(file, content) == len(content)
