"""What a tick sees to, job by job: the plan of the day, mail, and sweeping up. Each looks at what is written down."""

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from compliance.domain.requirement import ReminderTerms
from compliance.services.importing.folder import ImportFolder
from compliance.services.importing.sweeping import sweep as sweep_imports
from compliance.store.rules import load_rules
from courses.services.holding import forget_old, sweep_files
from courses.services.workshops.tending import tend
from courses.uploads.keeping import EvidenceFolder
from foundation import audit
from foundation.db import transaction
from foundation.stamp import Stamp
from reminders.domain.letter import Mailer
from reminders.domain.outbox import Terms, Writer
from reminders.domain.workdays import closes_at, is_time, last_digest_day
from reminders.services.bank_holidays import is_working_day
from reminders.services.outbox.gate import halt_file
from reminders.services.outbox.notes import notes_folder, sweep_notes
from reminders.services.outbox.sending import Tally, send_waiting
from reminders.services.outbox.sweeping import sweep as sweep_outbox
from reminders.services.planning import terms_on, write_plan
from reminders.services.ticking import Job, SpokenError, Turn
from reminders.services.writing.work import KIND as WORK_DIGEST
from reminders.services.writing.work import queue_work_digests
from reminders.store import runs
from reports.services.issuing import issue_due

PORTION_SECONDS = 60.0
"""After so long mail says that it is alive, and looks again whether reminders may still leave."""
TRY_AGAIN_SECONDS = 3600.0
"""When something that is done once a day is tried again, should it have failed."""

log = logging.getLogger(__name__)


class NotAllPlannedError(SpokenError):
    """Some people could not be planned; the types of what kept them from it. The others have been."""


@dataclass(frozen=True, slots=True)
class Planning:
    """Plans the day, in the hours of a working day. A day that was missed is told with the next one."""

    name: str = "planning the day"

    def run(self, turn: Turn) -> None:
        if not may_leave(turn):
            return
        run = runs.run_of(turn.session, turn.day)
        turn.session.rollback()
        if run is None or run.finished_at is None:
            tally = write_plan(turn.session, turn.stamp, turn.day, stop=turn.stop)
            if tally.failed:
                raise NotAllPlannedError(", ".join(dict.fromkeys(tally.failed)))


@dataclass(slots=True)
class WorkDigest:
    """Tells learning and development once a week what waits, on the day of the weekly messages or the next after it."""

    name: str = "writing to learning and development"
    _done_on: date | None = field(default=None, init=False)

    def run(self, turn: Turn) -> None:
        day = turn.day
        if self._done_on == day:
            return
        if may_leave(turn) and tell_what_waits(turn.session, turn.stamp, day):
            self._done_on = day


def tell_what_waits(session: Session, stamp: Callable[[], Stamp], day: date) -> bool:
    """Write the weekly messages to learning and development down, if it is time and nobody did. Doubling is harmless.

    They belong to the run of the day; False where it has none, so that it is to be asked again. A week whose day was
    missed, or whose day was planned by a process that ended there, is told on the next day that is planned.
    """
    rules = load_rules(session)
    run = runs.run_of(session, day)
    since = last_digest_day(day, terms_on(rules.book, day), is_working_day)
    is_told = runs.has_kind_since(session, WORK_DIGEST, since)
    session.rollback()
    if run is None:
        return False
    if not is_told:
        with transaction(session):
            queue_work_digests(session, stamp(), day, run.id)
    return True


@dataclass(frozen=True, slots=True)
class Workshops:
    """Sees to workshops: offers that ran out at any hour, reminders and evaluation in the hours of a working day."""

    name: str = "seeing to workshops"

    def run(self, turn: Turn) -> None:
        tend(turn.session, turn.stamp, may_remind=may_leave(turn))


class NotAllIssuedError(SpokenError):
    """Some reports could not be kept and sent; the types of what kept them from it. The others have been."""


@dataclass(slots=True)
class ScheduledReports:
    """Keeps and sends the reports whose period is over, at any hour: their messages wait for the hours of mail.

    One that failed is left alone for an hour: a report of the whole council takes its time to make. Until it has gone
    it is said at every tick that it has not.
    """

    council: str
    name: str = "sending reports on schedule"
    _resting: dict[int, tuple[float, str]] = field(default_factory=dict, init=False)
    """By schedule, until when, and what went wrong."""

    def run(self, turn: Turn) -> None:
        now = turn.clocks.seconds()
        resting = {one: why for one, (until, why) in self._resting.items() if now < until}
        tally = issue_due(
            turn.session,
            turn.stamp,
            self.council,
            turn.day,
            resting=resting,
            stop=turn.stop,
            alive=turn.alive,
        )
        self._resting = {one: self._resting[one] for one in tally.rested}
        self._resting |= {one: (now + TRY_AGAIN_SECONDS, why) for one, why in tally.failed.items()}
        if self._resting:
            raise NotAllIssuedError(", ".join(dict.fromkeys(why for _, why in self._resting.values())))


@dataclass(slots=True)
class Sending:
    """Sends what is due. Links and invitations leave at any hour, reminders in the hours of a working day alone."""

    mailer: Mailer
    sender: tuple[str, str]
    writers: Iterable[Writer]
    instance: Path
    reply_to: str = ""
    name: str = "sending mail"
    _stopped: str = field(default="", init=False)

    def run(self, turn: Turn) -> None:
        while not turn.stop():
            terms = terms_of(turn)
            now, until = turn.clocks.now(), turn.clocks.seconds() + PORTION_SECONDS
            reminders_too = is_time(now, terms, is_working_day)
            closes = closes_at(now, terms)

            def is_over(
                until: float = until, closes: datetime = closes, reminders_too: bool = reminders_too
            ) -> bool:
                if turn.stop() or turn.clocks.seconds() > until:
                    return True
                return reminders_too and turn.clocks.now() >= closes

            tally = send_waiting(
                turn.session,
                turn.stamp,
                self.mailer,
                self.sender,
                writers=self.writers if reminders_too else (),
                stop=is_over,
                halt_file=halt_file(self.instance),
                notes=notes_folder(self.instance),
                terms=Terms(most_a_day=terms.most_a_day),
                reply_to=self.reply_to,
            )
            self._tell(tally)
            if not is_over() or tally.stopped:
                return
            turn.alive()

    def _tell(self, tally: Tally) -> None:
        """Into the log: numbers of messages and what servers said; why nothing leaves, once."""
        for problem in tally.problems:
            log.warning("mail: %s", problem)
        if tally.stopped and tally.stopped != self._stopped:
            log.warning("mail: %s", tally.stopped)
        self._stopped = tally.stopped


@dataclass(slots=True)
class Daily:
    """Does something once each London day, and once when the process has begun."""

    name: str
    do: Callable[[Turn], None]
    _done_on: date | None = field(default=None, init=False)
    _not_before: float = field(default=0.0, init=False)

    def run(self, turn: Turn) -> None:
        day, now = turn.day, turn.clocks.seconds()
        if self._done_on == day or now < self._not_before:
            return
        self._not_before = now + TRY_AGAIN_SECONDS
        self.do(turn)
        self._done_on, self._not_before = day, 0.0


def terms_of(turn: Turn) -> ReminderTerms:
    """The hours and limits that the rule book has for today."""
    terms = terms_on(load_rules(turn.session).book, turn.day)
    turn.session.rollback()
    return terms


def may_leave(turn: Turn, terms: ReminderTerms | None = None) -> bool:
    """Whether reminders may be planned and leave now."""
    return is_time(turn.clocks.now(), terms or terms_of(turn), is_working_day)


def sweeps(instance: Path) -> list[Job]:
    """What is deleted each day because it was kept for long enough, each by itself: one that fails holds up none."""

    def texts(turn: Turn) -> None:
        sweep_outbox(turn.session, turn.stamp().at)
        sweep_notes(notes_folder(instance), turn.clocks.now())

    def imports(turn: Turn) -> None:
        folder = ImportFolder.in_instance(str(instance))
        with transaction(turn.session) as session:
            _, over = sweep_imports(session, turn.stamp(), folder)
        folder.remove(over)

    def evidence(turn: Turn) -> None:
        with transaction(turn.session) as session:
            stamp = turn.stamp()
            forms = forget_old(session, stamp.at)
            if forms:
                audit.record(session, stamp, "evidence.swept", forms=forms)
        _sweep_evidence_files(turn.session, EvidenceFolder.in_instance(str(instance)), turn)

    return [
        Daily("sweeping the texts of old messages", texts),
        Daily("sweeping imports", imports),
        Daily("sweeping evidence", evidence),
    ]


def _sweep_evidence_files(session: Session, folder: EvidenceFolder, turn: Turn) -> None:
    sweep_files(session, folder, turn.clocks.now())
    session.rollback()
