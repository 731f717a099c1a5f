"""The scheduler as a process of its own: it works, ends when told, and another takes over when it is killed."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from aiosmtpd.smtp import SMTP
from apscheduler.triggers.interval import IntervalTrigger
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import transaction
from foundation.mail import OutgoingMessageRow, State
from reminders.jobs import Pulse, scheduler_of, serve, steady_seconds, wake
from reminders.services.beating import health
from reminders.store.beat import Beat, last_beat, write_beat
from tests.integration.reminders.post_office import PostOffice

ROOT = Path(__file__).resolve().parents[3]
EVERY = "0.1"
PATIENCE = 60.0
"""Seconds after which a test gives up; on an idle machine everything here takes a fraction of one."""
Queue = Callable[..., None]


class Cradle:
    """Where the schedulers come from (cradle.py)."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.integration.reminders.cradle"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, **command: object) -> int | None:
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(command) + "\n")
        self._process.stdin.flush()
        answer: int | None = json.loads(self._process.stdout.readline())
        return answer

    def close(self) -> None:
        with self._process:
            assert self._process.stdin is not None
            self._process.stdin.close()


class Scheduler:
    """`flask reminders scheduler` in a process of its own."""

    def __init__(self, cradle: Cradle, address: str, folder: Path, mail_url: str, *arguments: str) -> None:
        self._cradle = cradle
        self._said_in = folder / f"said-{time.monotonic_ns()}.txt"
        number = cradle.ask(
            address=address,
            folder=str(folder),
            mail_url=mail_url,
            said_in=str(self._said_in),
            arguments=["reminders", "scheduler", "--every", EVERY, *arguments],
        )
        assert number is not None
        self._number = number
        self._ended: int | None = None

    @property
    def said(self) -> str:
        return self._said_in.read_text(encoding="utf-8") if self._said_in.exists() else ""

    def has_ended(self) -> bool:
        if self._ended is None:
            self._ended = self._cradle.ask(poll=self._number)
        return self._ended is not None

    def says(self, words: str) -> None:
        until(lambda: words in self.said or self.has_ended())
        assert words in self.said

    def send(self, how: signal.Signals) -> None:
        if not self.has_ended():
            os.kill(self._number, how)

    def end(self, how: signal.Signals | None = None) -> int:
        if how is not None:
            self.send(how)
        until(self.has_ended)
        assert self._ended is not None
        return self._ended


def until(holds: Callable[[], bool]) -> None:
    """Wait for something that another process does."""
    last = time.monotonic() + PATIENCE
    while not holds():
        assert time.monotonic() < last, "it took too long"
        time.sleep(0.02)


def beat_of(engine: Engine) -> Beat | None:
    with Session(engine) as session:
        return last_beat(session)


def states(engine: Engine) -> list[str]:
    with Session(engine) as session:
        return list(session.scalars(select(OutgoingMessageRow.state).order_by(OutgoingMessageRow.id)))


Start = Callable[..., Scheduler]


@pytest.fixture(scope="module")
def cradle() -> Iterator[Cradle]:
    found = Cradle()
    yield found
    found.close()


@pytest.fixture
def start(cradle: Cradle, address: str, tmp_path: Path, office: PostOffice) -> Iterator[Start]:
    started: list[Scheduler] = []

    def one(*arguments: str) -> Scheduler:
        started.append(Scheduler(cradle, address, tmp_path, office.url, *arguments))
        return started[-1]

    yield one
    for scheduler in started:
        scheduler.end(signal.SIGKILL)


def test_two_schedulers_send_each_message_once_and_the_second_takes_over_from_a_first_that_is_killed(
    start: Start, write: Queue, office: PostOffice, engine: Engine
) -> None:
    first = start()
    first.says("This scheduler is running.")
    second = start()
    second.says("Another scheduler is running.")
    write("sam", "ola", "kim")
    until(lambda: states(engine) == [State.SENT] * 3)
    assert sorted(taken.to for taken in office.taken) == [
        (f"{name}@council.example",) for name in ("kim", "ola", "sam")
    ]
    leader = beat_of(engine)
    assert first.end(signal.SIGKILL) == -signal.SIGKILL
    second.says("This scheduler is running.")
    write("eve")
    until(lambda: states(engine) == [State.SENT] * 4)
    assert len(office.taken) == 4
    found = beat_of(engine)
    assert leader is not None
    assert found is not None
    assert leader.leader != found.leader
    with Session(engine) as session:
        assert health(session, clock.now()).running
    assert second.end(signal.SIGTERM) == 0
    assert "The scheduler has ended." in second.said
    words = first.said + second.said
    assert words.startswith("Database: ")
    assert "Mail: smtp.\nReminders are planned and leave from 8:00 to 18:00 on working days" in words
    assert not any(name in words for name in ("@", "Traceback", "sam", "127.0.0.1"))


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_told_to_end_it_finishes_the_message_in_hand_and_begins_no_other(
    start: Start, write: Queue, office: PostOffice, engine: Engine, how: signal.Signals
) -> None:
    in_hand, go_on = threading.Event(), threading.Event()

    def dawdle() -> None:
        in_hand.set()
        assert go_on.wait(PATIENCE)

    with slow(office, dawdle):
        write("sam", "ola", "kim")
        scheduler = start()
        assert in_hand.wait(PATIENCE)
        scheduler.send(how)
        go_on.set()
        assert scheduler.end() == 0, scheduler.said
    assert sorted(states(engine)) == [State.SENT, State.WAITING, State.WAITING]
    assert len(office.taken) == 1
    assert scheduler.said.endswith("The scheduler has ended. Nothing is left half done.\n")


@contextmanager
def slow(office: PostOffice, dawdle: Callable[[], None]) -> Iterator[None]:
    """A mail server that takes its time over the end of a message."""
    plain = office._answer

    async def answer(command: str, server: SMTP) -> str:
        if command == "DOT":
            dawdle()
        return await plain(command, server)

    office._answer = answer  # type: ignore[method-assign]  # a server of the test's own
    try:
        yield
    finally:
        del office._answer


def test_a_clock_that_cannot_be_right_is_said_and_somebody_who_has_looked_is_believed(
    start: Start, session: Session, write: Queue, engine: Engine
) -> None:
    later = clock.now() + timedelta(days=400)
    with transaction(session):
        write_beat(session, Beat(later, later, "leader", ""))
    write("sam")
    refusing = start()
    refusing.says("Reminders are not running. The clock says")
    refusing.says("--i-know")
    assert refusing.end(signal.SIGTERM) == 0
    assert states(engine) == [State.WAITING]
    found = beat_of(engine)
    assert found is not None
    assert found.ticked_at == later
    assert found.problem.startswith("The clock says")
    start("--i-know").says("This scheduler is running.")
    until(lambda: states(engine) == [State.SENT])


def test_without_a_schema_it_says_what_to_do(cradle: Cradle, tmp_path: Path) -> None:
    scheduler = Scheduler(cradle, f"sqlite:///{tmp_path}/empty.db", tmp_path, "console:")
    assert scheduler.end() == 1
    assert "flask db upgrade" in scheduler.said


# --- the clock of apscheduler


def test_a_tick_that_fails_is_followed_by_the_next(caplog: pytest.LogCaptureFixture) -> None:
    ticks, ending = [], threading.Event()

    def fail() -> None:
        ticks.append(threading.get_ident())
        if len(ticks) == 3:
            ending.set()
        raise RuntimeError("sam@council.example")

    serve(fail, ending, 0.05)
    assert len(ticks) >= 3
    assert "a tick failed: RuntimeError" in caplog.text
    assert "sam@" not in caplog.text
    assert threading.get_ident() not in ticks


def test_a_scheduler_that_waits_for_a_time_that_will_not_come_is_woken(app: Flask) -> None:
    """It waits by the time of day: put back by two hours, it would not tick for two hours (promise R12)."""
    seconds = 0.0
    ticks: list[float] = []
    pulse = Pulse(lambda: ticks.append(seconds), lambda: seconds)
    scheduler = scheduler_of(pulse, 30.0)
    scheduler.start()
    try:
        until(lambda: len(ticks) == 1)
        in_two_hours = datetime.now(UTC) + timedelta(hours=2)
        scheduler.modify_job("tick", next_run_time=in_two_hours)
        seconds = 44.0
        assert not wake(scheduler, pulse, 30.0)
        seconds = 46.0
        assert wake(scheduler, pulse, 30.0)
        until(lambda: len(ticks) == 2)
        assert ticks == [0.0, 46.0]
        pulse.goes_on = True
        seconds = 500.0
        assert not wake(scheduler, pulse, 30.0), "a long tick is no missing one"
    finally:
        scheduler.shutdown()


def test_the_job_is_an_interval_in_utc_that_misses_nothing_and_never_doubles() -> None:
    scheduler = scheduler_of(Pulse(lambda: None), 30.0)
    scheduler.start(paused=True)
    try:
        [job] = scheduler.get_jobs()
        assert isinstance(job.trigger, IntervalTrigger)
        assert job.trigger.interval == timedelta(seconds=30)
        assert job.trigger.timezone is UTC
        assert (job.coalesce, job.max_instances, job.misfire_grace_time) == (True, 1, None)
        assert job.next_run_time <= clock.now(), "it catches up at once"
    finally:
        scheduler.shutdown()


def test_seconds_go_on_by_themselves() -> None:
    first = steady_seconds()
    assert first <= steady_seconds()
