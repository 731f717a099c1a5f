"""Several schedulers are killed again and again while the mail server plays tricks: promises R1, R2 and R4 hold.

RANDOM_KILLS says how many are killed on each database, RANDOM_SEED repeats a run: who dies where is drawn from it. How
the processes get in each other's way is not, so that a repeated run is alike, and not the same. `make soak` runs long.
"""

import os
import random
import signal
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.mail import OutgoingMessageRow
from reminders.domain.outbox import Terms
from reminders.services.outbox.notes import notes_folder
from reminders.services.outbox.points import Point
from reminders.store.outbox import possible_duplicates
from tests.integration.reminders.dying import (
    AT_DOT,
    AT_HALF,
    AT_RECIPIENT,
    NEVER,
    Clock,
    forked,
    fresh_session,
    is_all_done,
    send_all,
    write_down,
)
from tests.integration.reminders.sorting_office import SortingOffice, sorting_office

KILLS = int(os.environ.get("RANDOM_KILLS", "50"))
SEED = os.environ.get("RANDOM_SEED", "")
SCHEDULERS = 3
MESSAGES_A_KILL = 4
FAULTS = 0.04
"""How often the server says "not now", hangs up, or takes a message and hangs up before it says so; each."""
TERMS = Terms(lease=timedelta(seconds=1), batch=5)
SPEED = 3000.0
"""Waits are of five minutes and more."""
LONGEST = 60 + 3 * KILLS
PLACES = (
    *(Point.CLAIMED, Point.CONNECTED, AT_RECIPIENT, Point.BEGUN),
    *(Point.MARKED, Point.NOTED, AT_HALF, AT_DOT, Point.ANSWERED, Point.ANSWER_NOTED, Point.SETTLED),
)


def schedule(
    address: str, port: int, clock: Clock, names: list[str], notes: Path, death: tuple[str, int]
) -> None:
    """What a scheduler does for as long as it lives, and there is something to do."""
    write_down(address, clock, names)
    with fresh_session(address) as session:
        while not is_all_done(session):
            send_all(address, port, clock, TERMS, death, notes=notes)
            time.sleep(0.02)


class Schedulers:
    """So many processes at a time; whoever is killed is replaced, until enough have been."""

    def __init__(self, chance: random.Random, start: "Start") -> None:
        self.chance, self.start = chance, start
        self.alive: set[int] = set()
        self.killed = 0

    def run(self, kills: int) -> None:
        until = time.monotonic() + LONGEST
        try:
            while self.killed < kills:
                assert time.monotonic() < until, f"only {self.killed} were killed in time"
                while len(self.alive) < SCHEDULERS:
                    self.alive.add(self.start(self._death()))
                if self.chance.random() < 0.02:  # most die by themselves, at a point; some anywhere
                    os.kill(self.chance.choice(sorted(self.alive)), signal.SIGKILL)
                self._reap()
                time.sleep(0.01)
            for child in self.alive:
                os.kill(child, signal.SIGKILL)
            while self.alive:
                self._reap()
                time.sleep(0.01)
            self.alive = {self.start(NEVER) for _ in range(SCHEDULERS)}
            while self.alive:
                assert time.monotonic() < until, "the last schedulers did not come to an end"
                self._reap()
                time.sleep(0.02)
        finally:
            for child in self.alive:
                os.kill(child, signal.SIGKILL)
                os.waitpid(child, 0)

    def _death(self) -> tuple[str, int]:
        return self.chance.choice(PLACES), self.chance.randint(1, 2 * MESSAGES_A_KILL)

    def _reap(self) -> None:
        for child in sorted(self.alive):
            pid, status = os.waitpid(child, os.WNOHANG)
            if pid:
                self.alive.remove(child)
                code = os.waitstatus_to_exitcode(status)
                assert code in (0, -signal.SIGKILL), "a scheduler failed: its words are above"
                self.killed += code != 0


class Start:
    """Starts a scheduler that dies in this way."""

    def __init__(
        self, address: str, office: SortingOffice, clock: Clock, names: list[str], notes: Path
    ) -> None:
        self.address, self.office, self.clock, self.names, self.notes = address, office, clock, names, notes

    def __call__(self, death: tuple[str, int]) -> int:
        work = (self.address, self.office.port, self.clock, self.names, self.notes, death)
        return forked(lambda: schedule(*work))


@pytest.mark.slow
def test_schedulers_that_are_killed_and_a_server_that_fails_leave_nobody_out(
    address: str, tmp_path: Path
) -> None:
    seed = SEED or str(random.SystemRandom().randrange(10**9))
    sys.stdout.write(f"RANDOM_SEED={seed} RANDOM_KILLS={KILLS}\n")  # shown when the test fails
    names = [f"person{number:05}" for number in range(KILLS * MESSAGES_A_KILL)]
    with sorting_office(tmp_path, FAULTS, seed) as office:
        clock = Clock(time.time(), SPEED)
        notes = notes_folder(tmp_path)
        schedulers = Schedulers(random.Random(seed), Start(address, office, clock, names, notes))
        schedulers.run(KILLS)
        with fresh_session(address) as session:
            judge(session, office, names)


def judge(session: Session, office: SortingOffice, names: list[str]) -> None:
    rows = {row.address: row for row in session.scalars(select(OutgoingMessageRow))}
    copies = office.copies()
    listed = {one.public_id for one in possible_duplicates(session)}
    expected = {f"{name}@council.example" for name in names}
    assert set(rows) == expected, "one row for each, however many wrote it down"
    assert {row.state for row in rows.values()} <= {"sent", "uncertain", "failed"}
    lost = [to for to, row in rows.items() if not copies[to] and row.state == "sent"]
    assert lost == [], "it is said to be sent and never arrived"
    assert [to for to, row in rows.items() if row.state == "failed" and copies[to] > row.ambiguous] == []
    assert max(copies.values()) <= 2
    twice = {to for to, number in copies.items() if number > 1}
    unlisted = {to for to in twice if rows[to].public_id not in listed}
    assert unlisted == set(), "a second copy that nobody could name"
    assert all(copies[to] <= 1 + row.ambiguous for to, row in rows.items())
    digests: dict[str, set[str]] = {}
    for one in office.accepted():
        digests.setdefault(one.to, set()).add(one.digest)
    assert {len(found) for found in digests.values()} == {1}, "a second copy was another message"
    states = [row.state for row in rows.values()]
    sys.stdout.write(
        f"{len(rows)} messages, {len(twice)} twice of {len(listed)} listed, {states.count('uncertain')} uncertain, "
        f"{states.count('failed')} failed, {states.count('sent')} sent\n"
    )
