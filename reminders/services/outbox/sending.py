"""Sending what is due, each message once, whatever dies on the way (docs/adr/0010).

A run claims a few messages at a time, sends them in bundles (handing.py), and looks before each of them whether it is
to stop.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from foundation.db import transaction
from foundation.errors import DomainError
from foundation.mail import State
from foundation.stamp import Stamp
from reminders.domain.letter import Mailer, MailerUnusableError
from reminders.domain.outbox import CLAIM_SECONDS, Terms, Writer
from reminders.services.outbox import gate, points
from reminders.services.outbox.claiming import Claimed, claim, is_any_due, release
from reminders.services.outbox.handing import Handing
from reminders.services.outbox.marking import HaltedError, House
from reminders.services.outbox.points import Point
from reminders.services.outbox.recovering import is_any_lost, recover
from reminders.store.outbox import gate as read_gate


@dataclass(slots=True)
class Tally:
    """What came of a run. `put_off`: tried again later. `stopped`: why no more could leave, if that is so."""

    counts: Counter[State] = field(default_factory=Counter)
    problems: list[str] = field(default_factory=list)
    stopped: str = ""

    @property
    def put_off(self) -> int:
        return self.counts[State.WAITING]

    def note(self, number: int, state: State, problem: str) -> None:
        self.counts[state] += 1
        if problem and state is not State.CANCELLED:
            words = "tried again later" if state is State.WAITING else state.value
            self.problems.append(f"Message {number}: {words}: {problem}")


def send_waiting(
    session: Session,
    stamp: Callable[[], Stamp],
    mailer: Mailer,
    sender: tuple[str, str],
    most: int | None = None,
    *,
    writers: Iterable[Writer] = (),
    stop: Callable[[], bool] = lambda: False,
    halt_file: Path | None = None,
    notes: Path | None = None,
    terms: Terms = Terms(),  # noqa: B008 -- it is frozen
    reply_to: str = "",
) -> Tally:
    """Send every message that is due, at most `most`, and say what came of it. `stamp` is asked in each transaction.

    `writers` write the kinds of message that say what holds when they leave; without them those messages wait. `stop`
    is asked between messages: whoever ends the process lets it finish the one in hand. `halt_file`: see gate.py.
    `notes`: a folder for what notes.py says; without one each message is marked by itself, which takes longer.

    When the mailer cannot send at all, the run stops and leaves the messages as they were: a wrong password or a server
    that is away uses up nobody's tries.
    """
    by_kind = {kind: writer for writer in writers for kind in writer.kinds}
    tally = Tally()
    handing = Handing(
        session, stamp, mailer, House(sender, reply_to), by_kind, stop, halt_file, notes, terms, tally.note
    )
    run = _Run(handing, tally)
    try:
        run.send(most)
    except DomainError as error:  # somebody is saving a large change; what is claimed is given back in time
        tally.stopped = str(error)
    finally:
        mailer.close()
    return tally


@dataclass(slots=True)
class _Run:
    handing: Handing
    tally: Tally

    def send(self, most: int | None) -> None:
        batch = self.handing.terms.batch
        left = batch if most is None else most
        self._recover()
        goes_on = False
        while left > 0 and not self.handing.stop():
            # A claim takes the write lock, so it is asked without it first whether there is anything to claim.
            if not goes_on and (self._is_shut() or not self._is_any_due()):
                break
            wanted = min(batch, left)
            claimed = self._claim(wanted)
            if not claimed:
                break  # another run was faster, or mail was halted
            goes_on = len(claimed) == wanted
            had = self._send_all(claimed)
            if self.tally.stopped:
                break
            left -= 0 if most is None else had
            # No more than leave in the time of a claim.
            batch = min(self.handing.terms.batch, max(1, 2 * had))
        self.handing.session.rollback()

    def _recover(self) -> None:
        session = self.handing.session
        if is_any_lost(session):
            for one in recover(session, self.handing.stamp(), self.handing.notes):
                self.tally.note(one.id, one.state, one.problem)

    def _is_any_due(self) -> bool:
        return is_any_due(self.handing.session, self.handing.stamp().at, self.handing.writers)

    def _is_shut(self) -> bool:
        found = read_gate(self.handing.session)
        self.handing.had_trouble = bool(found.problem)
        is_halted = gate.is_halted_by_file(self.handing.halt_file)
        self.tally.stopped = gate.BY_FILE if is_halted else gate.in_the_way(found, self.handing.stamp().at)
        return bool(self.tally.stopped)

    def _claim(self, wanted: int) -> list[Claimed]:
        """It does not wait for the disk: what a power cut undoes had not begun to leave."""
        handing = self.handing
        with transaction(handing.session, durable=False):
            if self._is_shut():
                return []
            batch = claim(handing.session, handing.stamp(), handing.terms, wanted, handing.writers)
        points.reached(Point.CLAIMED)
        return batch

    def _send_all(self, claimed: list[Claimed]) -> int:
        """Send what is claimed, and give back what is left when the run is to stop, or after a time: a link that came
        in meanwhile goes before them. How many have had their turn."""
        handing, batch, began = self.handing, list(claimed), time.monotonic()
        while batch and not handing.stop():
            if gate.is_halted_by_file(handing.halt_file):
                self.tally.stopped = gate.BY_FILE
                break
            try:
                had = handing.send(handing.next_of(batch))
            except MailerUnusableError as error:
                self.tally.stopped = str(error)
                with transaction(handing.session):
                    gate.note_trouble(handing.session, handing.stamp(), error)
                    release(handing.session, batch)
                return 0
            except HaltedError:
                is_halted = gate.is_halted_by_file(handing.halt_file)
                self.tally.stopped = gate.BY_FILE if is_halted else "Mail is halted."
                break
            except (DBAPIError, DomainError):
                self._let_go(batch)
                raise
            del batch[:had]
            if time.monotonic() - began > CLAIM_SECONDS:
                break
        if batch:
            with transaction(handing.session, durable=False):
                release(handing.session, batch)
        return len(claimed) - len(batch)

    def _let_go(self, batch: list[Claimed]) -> None:
        """Give claims back where the database makes trouble; if it takes not even that, they run out by themselves."""
        session = self.handing.session
        session.rollback()
        with suppress(DBAPIError, DomainError), transaction(session):
            release(session, batch)
