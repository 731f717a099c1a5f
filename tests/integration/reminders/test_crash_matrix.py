"""Death at every point, against a real mail server: nobody is left out, nobody gets more than two, and every message of
which two may have arrived can be named (promises R1, R2, R4; the matrix of docs/adr/0010)."""

import signal
import time
from collections import Counter
from collections.abc import Iterator

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.mail import OutgoingMessageRow
from reminders.domain.outbox import Terms
from reminders.services.outbox.points import Point
from reminders.store.outbox import possible_duplicates
from tests.integration.reminders.dying import (
    AFTER_SAVING,
    AT_DOT,
    AT_HALF,
    BEFORE_SAVING,
    POINTS,
    Clock,
    ended,
    forked,
    fresh_session,
    let_leases_end,
    send_all,
    write_down,
)
from tests.integration.reminders.sorting_office import SortingOffice, sorting_office

NAMES = [f"person{number:02}" for number in range(40)]
ADDRESSES = [f"{name}@council.example" for name in NAMES]
TERMS = Terms(batch=10)
FIFTH = 5
LEFT_CLAIMED = {Point.CLAIMED: 10, Point.SETTLED: 5}
"""How many messages the dead process leaves claimed: claims are of ten, and it dies with the fifth in hand."""
LEFT_SENDING = {Point.MARKED, AT_HALF, AT_DOT, Point.ANSWERED}
TWICE = {AT_DOT, Point.ANSWERED}
"""Where the message had arrived and nobody could know."""


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


def die(address: str, office: SortingOffice, clock: Clock, point: str) -> None:
    """A process plans and sends, and is killed on the way."""
    planner = forked(lambda: write_down(address, clock, NAMES, (point, 1)))
    if point in (BEFORE_SAVING, AFTER_SAVING):
        assert ended(planner) == -signal.SIGKILL
        return
    assert ended(planner) == 0
    # One claim is of ten messages.
    nth = 1 if point == Point.CLAIMED else FIFTH
    assert (
        ended(forked(lambda: send_all(address, office.port, clock, TERMS, (point, nth)))) == -signal.SIGKILL
    )


def states(session: Session) -> Counter[str]:
    found = Counter(session.scalars(select(OutgoingMessageRow.state)))
    session.rollback()
    return found


@pytest.mark.parametrize("point", POINTS)
def test_whoever_dies_there_loses_nothing_and_every_possible_second_copy_is_listed(
    address: str, office: SortingOffice, clock: Clock, outside: Session, point: str
) -> None:
    die(address, office, clock, point)
    left = states(outside)
    assert left["sending"] == (1 if point in LEFT_SENDING else 0)
    if point in LEFT_CLAIMED:
        assert left["claimed"] == LEFT_CLAIMED[Point(point)]
    assert left.total() == (0 if point == BEFORE_SAVING else 40)
    let_leases_end(outside)
    assert ended(forked(lambda: write_down(address, clock, NAMES))) == 0
    assert ended(forked(lambda: send_all(address, office.port, clock, TERMS))) == 0
    assert states(outside) == {"sent": 40}
    copies = office.copies()
    assert set(copies) == set(ADDRESSES), "somebody was left out"
    twice = [address for address, number in copies.items() if number > 1]
    assert len(twice) == (1 if point in TWICE else 0)
    assert max(copies.values()) <= 2
    listed = {one.public_id for one in possible_duplicates(outside)}
    named = set(
        outside.scalars(
            select(OutgoingMessageRow.address).where(OutgoingMessageRow.public_id.in_(sorted(listed)))
        )
    )
    assert set(twice) <= named, "a second copy that nobody could name"
    assert len(listed) == (1 if point in LEFT_SENDING else 0)
    digests = {one.digest for one in office.accepted()}
    assert len(digests) == 40, "a second copy was another message"


def test_without_a_death_everybody_gets_one_and_none_is_in_doubt(
    address: str, office: SortingOffice, clock: Clock, outside: Session
) -> None:
    write_down(address, clock, NAMES)
    assert ended(forked(lambda: send_all(address, office.port, clock, TERMS))) == 0
    assert office.copies() == dict.fromkeys(ADDRESSES, 1)
    assert possible_duplicates(outside) == ()


def test_four_schedulers_at_once_write_and_send_everything_once(
    address: str, office: SortingOffice, clock: Clock, outside: Session
) -> None:
    def schedule() -> None:
        write_down(address, clock, NAMES)
        send_all(address, office.port, clock, TERMS)

    assert [ended(child) for child in [forked(schedule) for _ in range(4)]] == [0, 0, 0, 0]
    assert office.copies() == dict.fromkeys(ADDRESSES, 1)
    assert states(outside) == {"sent": 40}
    assert possible_duplicates(outside) == ()
