"""One tick of the scheduler: whether this process leads, whether its clock can be right, and then the work.

Every tick may be doubled, late or missing: each job looks at what is written down and does what is left. A job that
fails is named in the beat and in the log, and keeps no other from its turn.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import uuid4

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from foundation.db import transaction
from foundation.errors import DomainError
from foundation.stamp import Stamp
from reminders.domain.guarding import Reading, why_not_to_tick
from reminders.services.leading import Leadership
from reminders.store.beat import Beat, database_clock, last_beat, write_beat

LONGEST_PROBLEM = 300
LIBRARIES, MOST_PLACES = "site-packages", 5

log = logging.getLogger(__name__)


class SpokenError(Exception):
    """A failure of a job whose words name nobody, so that they may stand in the beat."""


class Ticked(StrEnum):
    """What came of a tick."""

    WORKED = "worked"
    FOLLOWED = "followed"
    """Another scheduler leads."""
    REFUSED = "refused"
    """The clock cannot be right."""
    FAILED = "failed"
    """The database could not be used."""


@dataclass(frozen=True, slots=True)
class Clocks:
    """What a tick knows of the time. `seconds` only ever go on, whatever becomes of the time of day."""

    now: Callable[[], datetime]
    seconds: Callable[[], float]
    day_of: Callable[[datetime], date]
    agreed: Callable[[], datetime | None] = lambda: None
    """What the machine's clock says while a time server vouches for it; None where none does."""

    def read(self) -> Reading:
        """What both say at this moment."""
        return Reading(self.now(), self.seconds())


@dataclass(frozen=True, slots=True)
class Turn:
    """What a job is given. `stop`: whether to end after what is in hand. `alive` keeps the beat going in long work."""

    session: Session
    clocks: Clocks
    stamp: Callable[[], Stamp]
    stop: Callable[[], bool]
    alive: Callable[[], None]

    @property
    def day(self) -> date:
        """The London day."""
        return self.clocks.day_of(self.clocks.now())


class Job(Protocol):
    """Something that a tick sees to. It raises what it likes."""

    @property
    def name(self) -> str:
        """As the log and the beat call it: "sending mail"."""

    def run(self, turn: Turn) -> None:
        """Do what is due."""


@dataclass(slots=True)
class Ticker:
    """What one process keeps between its ticks.

    `say` tells whoever looks after the machine; it is called when something changes, not at every tick. `i_know`:
    somebody has looked at the clock, and for the first tick it is right whatever speaks against it.
    """

    clocks: Clocks
    leadership: Leadership
    jobs: Sequence[Job]
    stamp: Callable[[], Stamp]
    say: Callable[[str], None]
    stop: Callable[[], bool] = lambda: False
    i_know: bool = False
    name: str = field(default_factory=lambda: uuid4().hex)
    _before: Reading = field(init=False)
    _started_at: datetime = field(init=False)
    _has_ticked: bool = field(default=False, init=False)
    _failed: list[str] = field(default_factory=list, init=False)
    _seen: dict[str, str] = field(default_factory=dict, init=False)
    _said: str = field(default="", init=False)

    def __post_init__(self) -> None:
        self._before = self.clocks.read()
        self._started_at = self._before.now

    def tick(self, session: Session) -> Ticked:
        """Do what is due, if this process leads and its clock can be right. Never raises for what a job did."""
        try:
            if not self.leadership.take():
                self._tell("Another scheduler is running. This one waits, and takes over when that one ends.")
                return Ticked.FOLLOWED
            session.rollback()  # what is read from here on is the newest
            if self._refuse(session):
                return Ticked.REFUSED
            self._beat(session)
        except (SQLAlchemyError, DomainError, OSError) as error:
            self._give_up(session, error)
            return Ticked.FAILED
        self._work(session)
        return Ticked.WORKED

    def _refuse(self, session: Session) -> str:
        """Why nothing may be done now, kept where a page can read it; the last tick stays the last."""
        reading, beat = self.clocks.read(), last_beat(session)
        why = why_not_to_tick(
            self._before,
            reading,
            beat.ticked_at if beat else None,
            first=not self._has_ticked,
            i_know=self.i_know,
            elsewhere=database_clock(session) or self.clocks.agreed(),
        )
        if why:
            self._tell(f"Reminders are not running. {why}")
            if beat is not None and beat.problem != why:
                with transaction(session):
                    write_beat(
                        session, Beat(beat.started_at, beat.ticked_at, beat.leader, why[:LONGEST_PROBLEM])
                    )
            self.leadership.leave()  # another machine's clock may be right
        else:
            self._before, self._has_ticked = reading, True
            self._tell("This scheduler is running.")
        return why

    def _beat(self, session: Session) -> None:
        """Say that this process is alive. What failed last stays said until it has been tried again."""
        problem = " ".join(self._failed)[:LONGEST_PROBLEM]
        with transaction(session):
            write_beat(session, Beat(self._started_at, self.clocks.now(), self.name, problem))

    def _work(self, session: Session) -> None:
        failed: list[str] = []
        seen: dict[str, str] = {}
        for job in self.jobs:
            if self.stop():
                return
            try:
                job.run(Turn(session, self.clocks, self.stamp, self.stop, lambda: self._beat(session)))
            except Exception as error:  # whatever it was, the other jobs have their turn
                session.rollback()
                why = f" ({error})" if isinstance(error, SpokenError) else ""
                failed.append(f"{job.name[:1].upper()}{job.name[1:]} failed{why}.")
                seen[job.name] = _where(error)
                if self._seen.get(job.name) != seen[job.name]:  # else it would be said twice a minute
                    log.error("reminders: %s failed: %s", job.name, seen[job.name])
        self._seen = seen
        if failed != self._failed:
            self._failed = failed
            try:
                self._beat(session)
            except (SQLAlchemyError, DomainError) as error:
                self._give_up(session, error)

    def _give_up(self, session: Session, error: Exception) -> None:
        session.rollback()
        self._tell(
            f"Reminders are not running: the database or the instance folder cannot be used ({_kind(error)})."
        )

    def _tell(self, words: str) -> None:
        if words != self._said:
            self._said = words
            self.say(words)


def _where(error: Exception) -> str:
    """What failed and where in our code; never the words of the error, which may hold somebody's name."""
    places = []
    trace = error.__traceback__
    while trace is not None:
        file = trace.tb_frame.f_code.co_filename
        if LIBRARIES not in file:
            places.append(f"{file.rpartition('/')[2]}:{trace.tb_lineno}")
        trace = trace.tb_next
    return f"{_kind(error)} at {' < '.join(reversed(places[-MOST_PLACES:]))}"


def _kind(error: Exception) -> str:
    return type(error).__name__
