"""The scheduler in the foreground: ticks at even intervals until it is told to end. The only reader of apscheduler.

Jobs live in memory and are declared here, so that nothing is left behind by a process that dies. Intervals alone are
counted, in UTC; what may be done at which hour in London is decided inside the tick, where no clock change can skip it.
"""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC
from types import FrameType

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.jobstores.memory import MemoryJobStore
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.triggers.interval import IntervalTrigger

from foundation import clock

EVERY_SECONDS = 30.0
_TICK = "tick"
_MISSED, _LOOKS = 1.5, 3
"""After so many intervals without a tick it is called by hand; so many times in an interval somebody looks. Together
they are less than the minute in which work goes on once a clock is right again (promise R12)."""

log = logging.getLogger(__name__)


def steady_seconds() -> float:
    """Seconds that only ever go on, those in which the machine slept included where the system counts them."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime(time.CLOCK_BOOTTIME)
    return time.monotonic()


@contextmanager
def told_to_end() -> Iterator[threading.Event]:
    """An event that SIGTERM and SIGINT (Ctrl+C) set. What is in hand is finished; nobody is interrupted."""
    ending = threading.Event()

    def end(_signal: int, _frame: FrameType | None) -> None:
        ending.set()

    before = {one: signal.signal(one, end) for one in (signal.SIGTERM, signal.SIGINT)}
    try:
        yield ending
    finally:
        for one, handler in before.items():
            signal.signal(one, handler)


@dataclass(slots=True)
class Pulse:
    """When the last tick began, and whether it still goes on."""

    tick: Callable[[], object]
    seconds: Callable[[], float] = time.monotonic
    last: float = field(init=False)
    goes_on: bool = field(default=False, init=False)

    def __post_init__(self) -> None:
        self.last = self.seconds()

    def __call__(self) -> None:
        """Tick."""
        self.last, self.goes_on = self.seconds(), True
        try:
            self.tick()
        except Exception as error:
            # A fault of ours, whose words may name somebody. The next tick tries again.
            log.error("reminders: a tick failed: %s", type(error).__name__)
        finally:
            self.goes_on = False

    def is_missing(self, every: float) -> bool:
        """Whether no tick has begun for too long, although none goes on."""
        return not self.goes_on and self.seconds() - self.last > _MISSED * every


def serve(tick: Callable[[], object], ending: threading.Event, every: float = EVERY_SECONDS) -> None:
    """Tick at once and every so many seconds, one tick at a time, until `ending` is set; then wait for the last one."""
    # A long tick makes it say, at each interval, that it skips the next one.
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    pulse = Pulse(tick)
    scheduler = scheduler_of(pulse, every)
    scheduler.start()
    try:
        while not ending.wait(every / _LOOKS):
            wake(scheduler, pulse, every)
    finally:
        scheduler.shutdown(wait=True)


def scheduler_of(pulse: Pulse, every: float) -> BackgroundScheduler:
    """The scheduler with its one job, not started."""
    scheduler = BackgroundScheduler(
        jobstores={"default": MemoryJobStore()},
        executors={"default": ThreadPoolExecutor(1)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        timezone=UTC,
    )
    scheduler.add_job(
        pulse, IntervalTrigger(seconds=every, timezone=UTC), id=_TICK, name=_TICK, next_run_time=clock.now()
    )
    return scheduler


def wake(scheduler: BackgroundScheduler, pulse: Pulse, every: float) -> bool:
    """Have it tick now if it has not for too long. It waits by the time of day, and would wait out a clock put back."""
    if not pulse.is_missing(every):
        return False
    scheduler.modify_job(_TICK, next_run_time=clock.now())
    return True
