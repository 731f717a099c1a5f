"""Counting tries (promise S7): in the database, by one writer at a time, over restarts, without a name."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app
from foundation.audit import AuditEventRow
from foundation.db import db, transaction
from foundation.stamp import Stamp
from people.models import AttemptRow
from people.services import limits
from people.services.limits import Limit, Subject, Taken
from tests.integration.conftest import close, settings_for

START = datetime(2026, 5, 3, 9, 0, tzinfo=UTC)
THREE = Limit("three", 3, timedelta(minutes=5))
FOUR = Limit("four", 4, timedelta(hours=1))
SAM, OLA = Subject("5" * 64), Subject("0" * 64)


def stamp_at(minutes: float) -> Stamp:
    return Stamp("anonymous", START + timedelta(minutes=minutes))


def take(session: Session, minutes: float, *tries: limits.Try) -> Taken:
    with transaction(session):
        return limits.take(session, stamp_at(minutes), tries or [(THREE, SAM)])


def rows(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(AttemptRow)) or 0


def test_so_many_tries_and_no_more_within_the_time(session: Session) -> None:
    assert [take(session, minute).wait for minute in (0, 1, 2)] == [None, None, None]
    assert take(session, 3).wait == timedelta(minutes=2)
    assert take(session, 4.5).wait == timedelta(seconds=30)
    # The first one is five minutes old: one more, and no more than one.
    assert take(session, 5).wait is None
    assert take(session, 5).wait == timedelta(minutes=1)


def test_what_is_refused_is_not_counted_so_nobody_prolongs_the_wait_of_others(session: Session) -> None:
    for minute in (0, 0, 0, 1, 2, 3, 4, 4.9):
        take(session, minute)
    assert rows(session) == 3
    assert take(session, 5).wait is None


def test_each_subject_and_each_limit_is_counted_by_itself(session: Session) -> None:
    for _ in range(4):
        take(session, 0)
    assert take(session, 0, (THREE, OLA)).wait is None
    assert take(session, 0, (FOUR, SAM)).wait is None


def test_a_try_that_one_limit_refuses_is_counted_against_none(session: Session) -> None:
    both = ((THREE, SAM), (FOUR, OLA))
    for _ in range(3):
        assert len(take(session, 0, *both).rows) == 2
    assert take(session, 1, *both) == Taken(timedelta(minutes=4))
    assert rows(session) == 6
    assert take(session, 1, (FOUR, OLA)).wait is None
    # Of several waits the longest counts.
    assert take(session, 2, *both).wait == timedelta(minutes=58)


def test_a_try_that_was_right_is_given_back_and_no_other(session: Session) -> None:
    take(session, 0)
    right = take(session, 0, (THREE, SAM), (FOUR, OLA))
    with transaction(session):
        limits.give_back(session, right)
        limits.give_back(session, Taken(timedelta(minutes=1)))
    assert rows(session) == 1


def test_asking_changes_nothing(session: Session) -> None:
    for _ in range(5):
        assert limits.spent(session, THREE, SAM, START) is None
    assert rows(session) == 0


def test_tries_of_yesterday_are_deleted_when_one_is_counted(session: Session) -> None:
    take(session, 0)
    take(session, 0, (FOUR, OLA))
    take(session, 24 * 60 - 1)
    assert rows(session) == 3
    take(session, 24 * 60 + 1)
    assert rows(session) == 2


def test_no_limit_looks_back_further_than_tries_are_kept() -> None:
    declared = [value for value in vars(limits).values() if isinstance(value, Limit)]
    assert len(declared) >= 8
    assert all(limit.within <= limits.KEPT and len(limit.kind) <= 20 for limit in declared)
    assert len({limit.kind for limit in declared}) == len(declared)


def test_the_limits_are_those_that_are_promised() -> None:
    five, hour = timedelta(minutes=5), timedelta(hours=1)
    assert Limit("sign_in.account", 10, five) == limits.SIGN_IN_ACCOUNT
    assert Limit("sign_in.device", 10, five) == limits.SIGN_IN_DEVICE
    assert Limit("sign_in.address", 100, hour) == limits.SIGN_IN_ADDRESS


def test_the_try_that_uses_a_limit_up_is_in_the_audit_trail_once(session: Session) -> None:
    for _ in range(6):
        take(session, 0)
    found = session.scalars(select(AuditEventRow)).all()
    assert [(row.event, row.subject, row.details) for row in found] == [("limit.reached", "limit:three", {})]


@pytest.fixture
def another(app: Flask, address: str, tmp_path: Path) -> Iterator[Flask]:
    """A second worker on the same database."""
    found = create_app(settings_for(address, tmp_path))
    yield found
    close(found)


def test_workers_count_together_and_a_restart_forgets_nothing(session: Session, another: Flask) -> None:
    take(session, 0)
    take(session, 0)
    with another.app_context():
        assert take(db.session(), 0).wait is None
        assert take(db.session(), 1).wait == timedelta(minutes=4)
    session.rollback()
    assert take(session, 1).wait == timedelta(minutes=4)


def test_tries_that_arrive_together_do_not_slip_through_together(app: Flask, session: Session) -> None:
    crowd = 8
    ready = Barrier(crowd)

    def knock(_: int) -> bool:
        with app.app_context():
            ready.wait(10)
            return take(db.session(), 0).wait is None

    with ThreadPoolExecutor(crowd) as threads:
        let_in = sum(threads.map(knock, range(crowd)))
    assert let_in == THREE.most
    assert rows(session) == THREE.most
