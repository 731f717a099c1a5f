"""One scheduler at a time leads, and another takes over when it ends, however it ends."""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, text

from reminders.services.leading import AdvisoryLock, FileLock, Leadership, leadership_of

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 200
"""Tenths of a second that a machine may take to notice that a process is gone."""

HOLDER = """
import sys, time
from pathlib import Path
from sqlalchemy import create_engine
from reminders.services.leading import leadership_of
lock = leadership_of(create_engine(sys.argv[1]), Path(sys.argv[2]))
print(lock.take(), flush=True)
time.sleep(600)
"""

Leader = Callable[[], Leadership]


@pytest.fixture
def leader(engine: Engine, tmp_path: Path) -> Iterator[Leader]:
    made: list[Leadership] = []

    def one() -> Leadership:
        made.append(leadership_of(engine, tmp_path))
        return made[-1]

    yield one
    for lock in made:
        lock.leave()


def taken_in_time(lock: Leadership) -> bool:
    for _ in range(PATIENCE):
        if lock.take():
            return True
        time.sleep(0.1)
    return False


def test_one_of_two_leads_and_goes_on_leading(leader: Leader) -> None:
    first, second = leader(), leader()
    assert [first.take(), second.take(), first.take(), second.take()] == [True, False, True, False]


def test_who_leaves_makes_room_and_may_come_back(leader: Leader) -> None:
    first, second = leader(), leader()
    assert first.take()
    first.leave()
    assert second.take()
    assert not first.take()
    second.leave()
    second.leave()
    assert first.take()


def test_each_kind_of_database_has_its_lock(engine: Engine, tmp_path: Path) -> None:
    kind = AdvisoryLock if engine.dialect.name == "postgresql" else FileLock
    assert isinstance(leadership_of(engine, tmp_path), kind)


def test_a_leader_that_is_killed_leaves_no_lock_behind(leader: Leader, address: str, tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLDER, address, str(tmp_path)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "True\n"
            assert not leader().take()
        finally:
            process.kill()
    assert taken_in_time(leader())


def test_a_leader_whose_connection_the_database_has_ended_leads_no_more_than_another(
    leader: Leader, engine: Engine
) -> None:
    if engine.dialect.name != "postgresql":
        pytest.skip("a file needs no connection")
    first, second = leader(), leader()
    assert first.take()
    with engine.connect() as connection:
        connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' "
                "AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
            )
        )
    assert taken_in_time(second)
    assert not first.take()
    assert second.take()


def test_a_reader_of_the_pool_never_gets_the_lock_with_its_connection(leader: Leader, engine: Engine) -> None:
    """Given back to the pool, the connection would keep the lock, and the process would lead without knowing it."""
    if engine.dialect.name != "postgresql":
        pytest.skip("a file needs no connection")
    first, second = leader(), leader()
    assert first.take()
    first.leave()
    with engine.connect() as connection:
        held = connection.scalar(
            text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()")
        )
    assert held == 0
    assert taken_in_time(second)
