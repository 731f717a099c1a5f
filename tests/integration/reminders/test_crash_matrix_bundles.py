"""Death in the middle of a bundle that was marked together: what had not begun is not lost and leaves no doubt, and
whatever may have arrived is listed by name (promises R1, R2, R4; the matrix of docs/adr/0010)."""

import os
import signal
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.mail import OutgoingMessageRow
from reminders.domain.outbox import Terms
from reminders.services.outbox import notes as notes_of
from reminders.services.outbox.points import Point
from reminders.store.outbox import possible_duplicates
from tests.integration.reminders.dying import (
    AT_DOT,
    AT_HALF,
    AT_RECIPIENT,
    Clock,
    ended,
    forked,
    fresh_session,
    let_leases_end,
    send_all,
    until_paused,
    write_down,
)
from tests.integration.reminders.sorting_office import SortingOffice, sorting_office

NAMES = [f"person{number:02}" for number in range(40)]
ADDRESSES = [f"{name}@council.example" for name in NAMES]
TERMS = Terms(batch=20, bundle=10)
IN_THE_SECOND = 15
"""The number of the message that is in hand: the fifth of the second bundle."""
DEATHS = {
    # Where, for the how-manieth time; how many are in doubt then, and how many of these had arrived.
    Point.CLAIMED: (2, 0, 0),
    Point.MARKED: (2, 0, 0),
    Point.BEGUN: (IN_THE_SECOND, 0, 0),
    AT_RECIPIENT: (IN_THE_SECOND, 0, 0),
    Point.NOTED: (IN_THE_SECOND, 1, 0),
    AT_HALF: (IN_THE_SECOND, 1, 0),
    AT_DOT: (IN_THE_SECOND, 1, 1),
    Point.ANSWERED: (IN_THE_SECOND, 1, 1),
    Point.ANSWER_NOTED: (IN_THE_SECOND, 0, 0),
    Point.SETTLED: (2, 0, 0),
}
NOTES_LOST = {Point.MARKED: 0, Point.BEGUN: 4, AT_DOT: 5, Point.ANSWER_NOTED: 5}
"""How many of the second bundle had arrived, where nothing but the database is left."""


@pytest.fixture(scope="module")
def big_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SortingOffice]:
    with sorting_office(tmp_path_factory.mktemp("office")) as found:
        yield found


@pytest.fixture
def office(big_office: SortingOffice) -> SortingOffice:
    big_office.forget()
    return big_office


@pytest.fixture
def clock() -> Clock:
    return Clock(time.time())


@pytest.fixture
def outside(address: str) -> Iterator[Session]:
    with fresh_session(address) as session:
        yield session


def rows(session: Session) -> list[OutgoingMessageRow]:
    found = list(session.scalars(select(OutgoingMessageRow).execution_options(populate_existing=True)))
    session.expunge_all()
    session.rollback()
    return found


def die(address: str, office: SortingOffice, clock: Clock, notes: Path, point: str) -> None:
    write_down(address, clock, NAMES)
    nth, _, _ = DEATHS[point]
    child = forked(lambda: send_all(address, office.port, clock, TERMS, (point, nth), notes=notes))
    assert ended(child) == -signal.SIGKILL


def go_on(address: str, office: SortingOffice, clock: Clock, outside: Session, notes: Path) -> None:
    """Another process sends what is left, and everybody has been written to, once or at most twice."""
    let_leases_end(outside)
    assert ended(forked(lambda: send_all(address, office.port, clock, TERMS, notes=notes))) == 0
    assert {row.state for row in rows(outside)} == {"sent"}
    copies = office.copies()
    assert set(copies) == set(ADDRESSES), "somebody was left out"
    assert max(copies.values()) <= 2
    assert len({one.digest for one in office.accepted()}) == 40, "a second copy was another message"


def twice_and_listed(office: SortingOffice, outside: Session) -> tuple[set[str], set[str]]:
    """Who got two copies, and who is listed."""
    listed = {one.address for one in possible_duplicates(outside)}
    return {to for to, number in office.copies().items() if number > 1}, listed


@pytest.mark.parametrize("point", DEATHS)
def test_only_the_message_in_hand_is_in_doubt_when_a_process_dies_in_a_bundle(
    address: str, office: SortingOffice, clock: Clock, outside: Session, tmp_path: Path, point: str
) -> None:
    notes = notes_of.notes_folder(tmp_path)
    die(address, office, clock, notes, point)
    left = Counter(row.state for row in rows(outside))
    in_bundle = point not in (Point.CLAIMED, Point.SETTLED)
    assert left["sending"] == (10 if in_bundle else 0), "it was not marked together"
    go_on(address, office, clock, outside, notes)
    twice, listed = twice_and_listed(office, outside)
    _, in_doubt, arrived = DEATHS[point]
    assert (len(twice), len(listed)) == (arrived, in_doubt)
    assert twice <= listed, "a second copy that nobody could name"
    # Who dies when all is settled cannot remove the notes any more.
    assert len(list(notes.iterdir())) == (1 if point == Point.SETTLED else 0), "notes were left behind"
    now = clock.stamp().at
    notes_of.sweep_notes(notes, now)
    assert len(list(notes.iterdir())) == (1 if point == Point.SETTLED else 0), "a sender may be writing them"
    notes_of.sweep_notes(notes, now + timedelta(days=2))
    assert list(notes.iterdir()) == []


@pytest.mark.parametrize("point", NOTES_LOST)
@pytest.mark.parametrize("how", ["gone", "restarted"])
def test_where_the_notes_cannot_be_believed_all_of_the_bundle_is_in_doubt_and_listed(
    address: str,
    office: SortingOffice,
    clock: Clock,
    outside: Session,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    point: str,
    how: str,
) -> None:
    """As after a power cut, which may take the last notes and leaves the older ones."""
    notes = notes_of.notes_folder(tmp_path)
    die(address, office, clock, notes, point)
    bundle = {row.address for row in rows(outside) if row.state == "sending"}
    if how == "gone":
        for place in notes.iterdir():
            place.unlink()
    else:
        started = tmp_path / "started"
        started.write_text("another-start\n")
        monkeypatch.setattr(notes_of, "_STARTED", started)
    go_on(address, office, clock, outside, notes)
    twice, listed = twice_and_listed(office, outside)
    assert listed == bundle
    assert len(bundle) == 10
    assert len(twice) == NOTES_LOST[point]
    assert twice <= listed


def test_notes_of_a_sender_that_lives_are_not_believed(
    address: str, office: SortingOffice, clock: Clock, outside: Session, tmp_path: Path
) -> None:
    """It was paused for longer than its claim holds, and may hand over the next message when it wakes."""
    notes = notes_of.notes_folder(tmp_path)
    write_down(address, clock, NAMES)
    pause = (Point.ANSWERED, IN_THE_SECOND)
    child = forked(
        lambda: send_all(address, office.port, clock, TERMS, pause, notes=notes, by=signal.SIGSTOP)
    )
    until_paused(child)
    bundle = {row.address for row in rows(outside) if row.state == "sending"}
    try:
        go_on(address, office, clock, outside, notes)
    finally:
        os.kill(child, signal.SIGCONT)
    assert ended(child) == 0
    twice, listed = twice_and_listed(office, outside)
    assert listed == bundle
    assert twice <= listed
    assert max(office.copies().values()) <= 2
