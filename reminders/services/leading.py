"""Which of several schedulers works. For thrift, not for safety: a tick that is doubled does no harm.

Both locks vanish with the process that holds them, however it dies; nothing is left that somebody would have to clear.
"""

import os
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any, Protocol

from sqlalchemy import Engine

SCHEDULER_LOCK = (
    5_070_2016  # any fixed number other than that of foundation.db; PostgreSQL keeps it for each database
)
LOCK_FILE = "scheduler.lock"


class Leadership(Protocol):
    """The lock that one scheduler at a time holds."""

    def take(self) -> bool:
        """Whether this process leads: it holds the lock, or has got it now. Asked at every tick."""

    def leave(self) -> None:
        """Let another lead. Never raises."""


class AdvisoryLock:
    """A lock that PostgreSQL keeps for as long as one connection lives, which is used for nothing else."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._connection: Any = None  # the driver's: it belongs to no pool, and to no transaction

    def take(self) -> bool:
        error: type[Exception] = self._engine.dialect.loaded_dbapi.Error
        if self._connection is not None:
            with suppress(error):
                return self._asks("SELECT true")
            self.leave()  # the database was restarted: the lock is gone with the connection
        pooled = self._engine.raw_connection()
        self._connection = pooled.driver_connection
        # Never given back to the pool, where the lock would live on with nobody who knows of it.
        pooled.detach()
        is_ours = False
        try:
            self._connection.autocommit = True
            is_ours = self._asks(f"SELECT pg_try_advisory_lock({SCHEDULER_LOCK})")
        finally:
            if not is_ours:
                self.leave()
        return is_ours

    def _asks(self, question: str) -> bool:
        return bool(self._connection.execute(question).fetchone()[0])

    def leave(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()


class FileLock:
    """A lock on a file of the instance folder, which the system gives up when the process ends.

    On Windows, which has no such locks, everybody leads.
    """

    def __init__(self, folder: Path) -> None:
        self._path = folder / LOCK_FILE
        self._file: int | None = None

    def take(self) -> bool:
        if sys.platform == "win32" or self._file is not None:
            return True
        import fcntl

        file = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(file)
            return False
        except BaseException:
            os.close(file)
            raise
        self._file = file
        return True

    def leave(self) -> None:
        if self._file is not None:
            file, self._file = self._file, None
            os.close(file)


def leadership_of(engine: Engine, folder: Path) -> Leadership:
    """The lock that goes with a database. `folder`: the instance folder."""
    return AdvisoryLock(engine) if engine.dialect.name == "postgresql" else FileLock(folder)
