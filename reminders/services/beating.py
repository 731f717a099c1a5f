"""Whether reminders are running, for everybody who has to know: monitors, the page of learning and development."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy.orm import Session

from compliance.store.rules import load_rules
from foundation.dates import LONDON
from foundation.mail import State
from reminders.domain.due import Digest
from reminders.domain.guarding import SLACK
from reminders.domain.workdays import is_time
from reminders.services.bank_holidays import is_working_day
from reminders.services.planning import terms_on
from reminders.services.writing.work import KIND as WORK_DIGEST
from reminders.store.beat import Beat, counts, last_beat, oldest_due
from reminders.store.outbox import gate

REMINDERS = frozenset({Digest.PERSON.value, Digest.TEAM.value, WORK_DIGEST})
"""The kinds of message that leave in the hours of a working day alone."""

LATE_AFTER = timedelta(minutes=15)
"""Without a tick for so long the scheduler is not running (promise R13); REMINDERS_LATE_MINUTES says otherwise."""


@dataclass(frozen=True, slots=True)
class Health:
    """How reminders fare.

    `running`: the scheduler ticked lately. `problem`: what kept the last tick from some or all of its work; empty when
    nothing did.
    `oldest_unsent`: since when the oldest message that could leave has been due; None when none waits. `circuit`: no
    connection to the mail server is tried until then; None when it was fine when last asked.
    """

    running: bool
    ticked_at: datetime | None
    problem: str
    oldest_unsent: datetime | None
    uncertain: int
    failed: int
    halted: bool
    circuit: datetime | None


def health(
    session: Session, now: datetime, late_after: timedelta = LATE_AFTER, *, halted_by_file: bool = False
) -> Health:
    """How reminders fare now. `halted_by_file`: there is a file in the instance folder that halts all mail."""
    beat, kept_in, waiting = last_beat(session), gate(session), counts(session)
    circuit = kept_in.open_until
    return Health(
        running=is_running(beat, now, late_after),
        ticked_at=beat.ticked_at if beat else None,
        problem=beat.problem if beat else "",
        oldest_unsent=_oldest_unsent(session, now),
        uncertain=waiting.get(State.UNCERTAIN.value, 0),
        failed=waiting.get(State.FAILED.value, 0),
        halted=kept_in.halted_at is not None or halted_by_file,
        circuit=circuit if circuit is not None and circuit > now else None,
    )


def _oldest_unsent(session: Session, now: datetime) -> datetime | None:
    """Reminders count in the hours in which they may leave alone, and as due no earlier than these begin."""
    found = [oldest_due(session, now, REMINDERS, others=True)]
    reminders = oldest_due(session, now, REMINDERS, others=False)
    if reminders is not None:
        there = now.astimezone(LONDON)
        terms = terms_on(load_rules(session).book, there.date())
        if is_time(now, terms, is_working_day):
            opens = there.replace(hour=terms.from_hour, minute=0, second=0, microsecond=0)
            found.append(max(reminders, opens.astimezone(UTC)))
    return min((moment for moment in found if moment is not None), default=None)


def is_running(beat: Beat | None, now: datetime, late_after: timedelta) -> bool:
    """Whether the scheduler ticked lately. A tick that is to come is of a clock that was wrong, and says nothing."""
    return beat is not None and -SLACK <= now - beat.ticked_at <= late_after
