"""Processes that send, and die: by SIGKILL, which nobody can catch, at a point that is named.

They are forked from the test, so that a hundred of them cost less than one start of the service.
"""

import gc
import os
import signal
import sys
import time
import traceback
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from sqlalchemy import create_engine, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from foundation.db import engine_options, transaction
from foundation.mail import OutgoingMessageRow, State, waiting_row
from foundation.stamp import Stamp
from reminders.domain.letter import ANSWER_SECONDS, NotNowError, RefusedError
from reminders.domain.outbox import Terms
from reminders.mailers.smtp import SmtpMailer
from reminders.services.outbox import points
from reminders.services.outbox.points import Point
from reminders.services.outbox.sending import Tally, send_waiting

SENDER = ("Prevent training", "no-reply@council.example")
AT_RECIPIENT, AT_HALF, AT_DOT = "W3", "W6", "W7"
"""Inside the dialogue with the mail server: after RCPT; half the text said; all said, and the answer not read."""
BEFORE_SAVING, AFTER_SAVING = "S0", "S1"
POINTS = (
    *(BEFORE_SAVING, AFTER_SAVING),
    *(Point.CLAIMED, Point.CONNECTED, AT_RECIPIENT, Point.BEGUN),
    *(Point.MARKED, AT_HALF, AT_DOT, Point.ANSWERED, Point.SETTLED),
)
_UNSENT = (State.WAITING.value, State.CLAIMED.value, State.SENDING.value)


@dataclass(frozen=True)
class Clock:
    """The application's clock, which may run faster, so that a wait of hours is over in a second."""

    began: float
    speed: float = 1.0

    def stamp(self) -> Stamp:
        passed = (time.time() - self.began) * self.speed
        return Stamp("command:tests", datetime.fromtimestamp(self.began, UTC) + timedelta(seconds=passed))


@dataclass
class Death:
    """The end of this process, when it comes by a point for the n-th time; or, by another signal, its pause."""

    point: str
    nth: int
    by: signal.Signals = signal.SIGKILL

    def comes(self, point: str) -> None:
        if point == self.point:
            self.nth -= 1
            if self.nth == 0:
                os.kill(os.getpid(), self.by)

    def would_come(self, point: str) -> bool:
        return point == self.point and self.nth <= 1


NEVER = ("", 0)


class DyingMailer(SmtpMailer):
    """Has a death of its own inside the dialogue."""

    death: Death

    def _ask(
        self, command: str, wanted: int = 250, seconds: int = ANSWER_SECONDS
    ) -> RefusedError | NotNowError | None:
        if command == "." and self.death.would_come(AT_DOT):
            self._connection.send(b".\r\n")
        if command == ".":
            self.death.comes(AT_DOT)
        answer = SmtpMailer._ask(self, command, wanted, seconds)
        if command.startswith("RCPT"):
            self.death.comes(AT_RECIPIENT)
        return answer

    def _say_text(self, content: bytes) -> None:
        if self.death.would_come(AT_HALF):
            self._connection.send(content[: len(content) // 2])
        self.death.comes(AT_HALF)
        SmtpMailer._say_text(self, content)


def forked(work: Callable[[], object]) -> int:
    """The number of a process that does this and ends."""
    sys.stdout.flush()
    sys.stderr.flush()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # newer Pythons warn of forks beside threads
        child = os.fork()
    if child:
        return child
    gc.disable()  # what belongs to the parent is not to be tidied up here
    try:
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def ended(child: int) -> int:
    """Wait for a process: 0 when it did its work, the negative number of the signal that ended it."""
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def until_paused(child: int) -> None:
    """Wait until a process has been stopped; it goes on when it is told to."""
    _, status = os.waitpid(child, os.WUNTRACED)
    assert os.WIFSTOPPED(status), "it ended instead"


@contextmanager
def fresh_session(address: str) -> Iterator[Session]:
    """A session with connections of this process's own."""
    engine = create_engine(address, **engine_options(address))
    with Session(engine) as session:
        yield session
    engine.dispose()


def send_all(
    address: str,
    port: int,
    clock: Clock,
    terms: Terms,
    death: tuple[str, int] = NEVER,
    *,
    notes: Path | None = None,
    by: signal.Signals = signal.SIGKILL,
) -> Tally:
    """Send what is due; die on the way if so it is to be. With a folder for notes, in bundles."""
    end = Death(*death, by)
    points.reached = end.comes  # type: ignore[assignment]  # this process is a child and will not be used again
    mailer = DyingMailer("127.0.0.1", port, encrypted=False)
    mailer.death = end
    with fresh_session(address) as session:
        return send_waiting(session, clock.stamp, mailer, SENDER, terms=terms, notes=notes)


def write_down(address: str, clock: Clock, names: list[str], death: tuple[str, int] = NEVER) -> None:
    """What a scheduler does: a message for everybody, and none where there is one already."""
    end = Death(*death)
    make = sqlite.insert if address.startswith("sqlite") else postgresql.insert
    with fresh_session(address) as session:
        with transaction(session):
            at = clock.stamp().at
            for name in names:
                session.execute(
                    make(OutgoingMessageRow)
                    .values(
                        **waiting_row(
                            "notice",
                            at,
                            address=f"{name}@council.example",
                            subject=f"About {name}",
                            body="Your training ends soon.\n" * 20,
                            dedupe_key=f"notice:{name}",
                        )
                    )
                    .on_conflict_do_nothing(index_elements=["dedupe_key"])
                )
            end.comes(BEFORE_SAVING)
        end.comes(AFTER_SAVING)


def let_leases_end(session: Session) -> None:
    """As if the time of every claim were over."""
    with transaction(session):
        session.execute(
            text("UPDATE outgoing_message SET lease_until = :then WHERE lease_until IS NOT NULL"),
            {"then": "2020-01-01 00:00:00.000000"},
        )


def is_all_done(session: Session) -> bool:
    """Whether no message is on its way any more."""
    query = select(OutgoingMessageRow.id).where(OutgoingMessageRow.state.in_(_UNSENT)).limit(1)
    found = session.execute(query).first() is None
    session.rollback()
    return found
