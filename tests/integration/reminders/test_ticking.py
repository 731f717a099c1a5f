"""A tick: who leads works, says that it is alive, and refuses while its clock cannot be right (promises R12, R13)."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from foundation.clock import london_day
from foundation.stamp import Stamp
from reminders.services import ticking
from reminders.services.beating import LATE_AFTER, health
from reminders.services.ticking import Clocks, Job, Ticked, Ticker, Turn
from reminders.store.beat import Beat, last_beat

NOON = datetime(2026, 5, 1, 12, 0, tzinfo=UTC)
TICK = timedelta(seconds=30)


@dataclass
class Time:
    """Time that passes when a test says so, and a clock that somebody may set."""

    now: datetime = NOON
    seconds: float = 0.0
    agreed: datetime | None = None

    def passes(self, time: timedelta) -> None:
        self.now += time
        self.seconds += time.total_seconds()

    def is_set(self, by: timedelta) -> None:
        self.now += by

    @property
    def clocks(self) -> Clocks:
        return Clocks(lambda: self.now, lambda: self.seconds, london_day, lambda: self.agreed)


@dataclass
class Lock:
    """A lock that the test hands out."""

    is_free: bool = True
    is_held: bool = False

    def take(self) -> bool:
        self.is_held = self.is_free
        return self.is_free

    def leave(self) -> None:
        self.is_held = False


@dataclass
class Work:
    """A job that counts its turns, and may do something else besides."""

    name: str = "counting"
    then: Callable[[Turn], None] = lambda _turn: None
    turns: int = 0

    def run(self, turn: Turn) -> None:
        self.turns += 1
        self.then(turn)


@dataclass
class Service:
    """A scheduler in pretended time."""

    session: Session
    time: Time = field(default_factory=Time)
    lock: Lock = field(default_factory=Lock)
    said: list[str] = field(default_factory=list)

    def start(self, *jobs: Job, i_know: bool = False, stop: Callable[[], bool] = lambda: False) -> Ticker:
        return Ticker(
            self.time.clocks,
            self.lock,
            jobs,
            lambda: Stamp("command:tests", self.time.now),
            self.said.append,
            stop,
            i_know,
        )

    def tick(self, ticker: Ticker, after: timedelta = TICK) -> Ticked:
        self.time.passes(after)
        return ticker.tick(self.session)

    @property
    def beat(self) -> Beat:
        self.session.rollback()
        found = last_beat(self.session)
        assert found is not None
        return found


@pytest.fixture
def service(session: Session) -> Service:
    return Service(session)


def test_after_a_pause_it_goes_on_by_itself_once_a_time_server_vouches_for_the_clock(
    service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the database has no clock of its own, as SQLite."""
    monkeypatch.setattr(ticking, "database_clock", lambda _session: None)
    work = Work()
    ticker = service.start(work)
    assert service.tick(ticker) is Ticked.WORKED
    service.time.is_set(by=timedelta(hours=5))
    assert service.tick(ticker) is Ticked.REFUSED
    service.time.agreed = service.time.now - timedelta(hours=5)
    assert service.tick(ticker) is Ticked.REFUSED
    service.time.agreed = service.time.now + TICK
    assert service.tick(ticker) is Ticked.WORKED
    assert service.tick(ticker) is Ticked.WORKED
    assert work.turns == 3


def test_a_leader_says_that_it_is_alive_at_every_tick_even_with_nothing_to_do(service: Service) -> None:
    ticker = service.start()
    for tick in (1, 2, 3):
        assert service.tick(ticker) is Ticked.WORKED
        assert service.beat.ticked_at == NOON + tick * TICK
    assert service.beat.started_at == NOON
    assert service.beat.leader == ticker.name
    assert service.said == ["This scheduler is running."]


def test_a_follower_does_nothing_and_says_so_once_until_it_takes_over(service: Service) -> None:
    work = Work()
    service.lock.is_free = False
    ticker = service.start(work)
    assert [service.tick(ticker) for _ in range(3)] == [Ticked.FOLLOWED] * 3
    assert work.turns == 0
    assert last_beat(service.session) is None
    service.lock.is_free = True
    assert service.tick(ticker) is Ticked.WORKED
    assert work.turns == 1
    assert [words.partition(".")[0] for words in service.said] == [
        "Another scheduler is running",
        "This scheduler is running",
    ]


@pytest.mark.parametrize("step", [timedelta(days=400), timedelta(hours=2), -timedelta(hours=2)])
def test_a_clock_that_jumps_stops_the_work_until_it_is_right_again(service: Service, step: timedelta) -> None:
    work = Work()
    ticker = service.start(work)
    service.tick(ticker)
    last = service.beat.ticked_at
    service.time.is_set(step)
    for _ in range(3):
        assert service.tick(ticker) is Ticked.REFUSED
    assert work.turns == 1
    assert service.beat.ticked_at == last, "a wrong time must not become the last tick"
    assert service.beat.problem.startswith("The clock says")
    assert not service.lock.is_held, "another machine's clock may be right"
    service.time.is_set(-step)
    assert service.tick(ticker) is Ticked.WORKED
    assert service.beat.problem == ""
    assert work.turns == 2
    assert service.said[0] == service.said[-1] == "This scheduler is running."
    assert "Reminders are not running. The clock says" in service.said[1]


@pytest.mark.parametrize("step", [timedelta(days=46), -timedelta(minutes=6)])
def test_a_process_that_starts_with_a_wrong_clock_does_nothing_until_somebody_has_looked(
    service: Service, step: timedelta
) -> None:
    service.tick(service.start())
    service.time.passes(step) if step > timedelta() else service.time.is_set(step)
    work = Work()
    assert service.tick(service.start(work)) is Ticked.REFUSED
    assert work.turns == 0
    assert "--i-know" in service.said[-1]
    ticker = service.start(work, i_know=True)
    assert service.tick(ticker) is Ticked.WORKED
    assert service.beat.ticked_at == service.time.now
    assert service.tick(ticker) is Ticked.WORKED
    service.time.is_set(timedelta(days=400))
    assert service.tick(ticker) is Ticked.REFUSED, "the word is taken for the first tick alone"


def test_thirty_days_down_are_caught_up_without_help(service: Service) -> None:
    service.tick(service.start())
    service.time.passes(timedelta(days=30))
    work = Work()
    assert service.tick(service.start(work)) is Ticked.WORKED
    assert work.turns == 1


def test_clocks_that_are_set_a_little_each_day_add_up_to_no_jump(service: Service) -> None:
    ticker = service.start()
    for _ in range(10):
        service.time.is_set(timedelta(minutes=20))
        assert service.tick(ticker) is Ticked.WORKED


def test_a_job_that_fails_is_named_without_anybody_s_name_and_holds_up_no_other(
    service: Service, caplog: pytest.LogCaptureFixture
) -> None:
    def fail(turn: Turn) -> None:
        turn.session.execute(text("SELECT 1"))
        raise RuntimeError("Sam Tester <sam@council.example> has no such thing")

    def break_the_session(turn: Turn) -> None:
        turn.session.execute(text("SELECT * FROM nowhere"))

    failing, broken, sound = Work("planning", fail), Work("sending mail", break_the_session), Work()
    ticker = service.start(failing, broken, sound)
    caplog.set_level(logging.ERROR)
    assert service.tick(ticker) is Ticked.WORKED
    assert sound.turns == 1
    assert service.beat.problem == "Planning failed. Sending mail failed."
    assert "planning failed: RuntimeError at test_ticking.py" in caplog.text
    service.tick(ticker)
    assert caplog.text.count("planning failed") == 1, "twice a minute would bury everything else"
    assert "Tester" not in caplog.text
    assert "sam@" not in caplog.text
    failing.then = broken.then = lambda _turn: None
    assert service.tick(ticker) is Ticked.WORKED
    assert (failing.turns, broken.turns, sound.turns) == (3, 3, 3)
    assert service.beat.problem == ""


def test_what_failed_stays_said_while_it_is_tried_again(service: Service) -> None:
    seen: list[str] = []

    def fail(turn: Turn) -> None:
        turn.alive()
        seen.append(service.beat.problem)
        raise RuntimeError

    ticker = service.start(Work("planning", fail))
    service.tick(ticker)
    service.tick(ticker)
    assert seen == ["", "Planning failed."]


def test_long_work_goes_on_beating(service: Service) -> None:
    def take_long(turn: Turn) -> None:
        service.time.passes(timedelta(hours=1))
        turn.alive()

    service.tick(service.start(Work(then=take_long)))
    assert service.beat.ticked_at == service.time.now


def test_who_is_told_to_end_begins_nothing_new(service: Service) -> None:
    ending = False

    def end(_turn: Turn) -> None:
        nonlocal ending
        ending = True

    first, second = Work(then=end), Work()
    assert service.tick(service.start(first, second, stop=lambda: ending)) is Ticked.WORKED
    assert (first.turns, second.turns) == (1, 0)


def test_a_database_that_is_away_is_said_once_and_asked_again(
    service: Service, monkeypatch: pytest.MonkeyPatch, engine: Engine
) -> None:
    work = Work()
    ticker = service.start(work)
    engine_away = Session(bind=None)
    assert [ticker.tick(engine_away) for _ in range(2)] == [Ticked.FAILED] * 2
    assert service.tick(ticker) is Ticked.WORKED
    assert work.turns == 1
    assert len(service.said) == 2
    assert "cannot be used" in service.said[0]


def test_without_a_tick_for_a_quarter_of_an_hour_reminders_are_not_running(service: Service) -> None:
    assert not health(service.session, NOON).running
    service.tick(service.start())
    service.session.rollback()
    at = service.beat.ticked_at
    assert health(service.session, at + LATE_AFTER).running
    assert not health(service.session, at + LATE_AFTER + timedelta(seconds=1)).running
