"""Planning at the same moment: every workshop has its own reference, and one of two changes wins."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from threading import Barrier

from flask import Flask
from sqlalchemy.orm import Session

from courses.domain.workshops import Sitting
from courses.models.workshops import WorkshopRow
from courses.services.workshops import planning
from courses.services.workshops.planning import Meanwhile
from courses.store.workshops import between
from foundation import clock
from foundation.dates import FAR_DAY, FIRST_DAY
from foundation.db import db, transaction
from foundation.stamp import Stamp
from tests.borough import build

AT_ONCE = 8


def sitting(number: int = 0) -> Sitting:
    start = datetime(clock.today().year + 1, 5, 1, 9, tzinfo=UTC) + timedelta(days=number)
    return Sitting("BRIEF", start, start + timedelta(hours=2), 10, place=f"Room {number}")


def at_once(app: Flask, act: Callable[[Session, Stamp, int], str]) -> list[str]:
    """Do it in as many threads, all let go at the same moment; what each came to."""
    barrier = Barrier(AT_ONCE)

    def one(number: int) -> str:
        with app.app_context():
            barrier.wait(timeout=30)
            try:
                with transaction(db.session()) as session:
                    return act(session, Stamp("command:tests", clock.now()), number)
            except Meanwhile as changed:
                return str(changed)
            finally:
                db.session.remove()

    with ThreadPoolExecutor(AT_ONCE) as pool:
        return list(pool.map(one, range(AT_ONCE)))


def test_no_two_workshops_have_the_same_reference(app: Flask, session: Session) -> None:
    build(session, clock.today())
    session.rollback()
    found = at_once(
        app, lambda session, stamp, number: planning.plan(session, stamp, sitting(number)).reference
    )
    year = clock.today().year + 1
    assert sorted(found) == [f"W-{year}-{number:03}" for number in range(1, AT_ONCE + 1)]


def test_of_changes_made_at_once_one_is_saved_and_the_others_are_told(app: Flask, session: Session) -> None:
    build(session, clock.today())
    with transaction(session):
        made = planning.plan(session, Stamp("command:tests", clock.now()), sitting())
    session.rollback()

    def change(session: Session, stamp: Stamp, number: int) -> str:
        other = replace(sitting(), place=f"Hall {number}")
        return planning.change(session, stamp, made.public_id, 0, other).sitting.place

    found = at_once(app, change)
    session.rollback()
    (stands,) = between(session, FIRST_DAY, FAR_DAY)
    assert stands.sitting.sequence == 1
    assert [one for one in found if one.startswith("Hall")] == [stands.sitting.place]
    assert found.count("This workshop was changed meanwhile.") == AT_ONCE - 1


def test_the_thousandth_of_a_year_is_not_the_last(session: Session) -> None:
    build(session, clock.today())
    with transaction(session):
        stamp = Stamp("command:tests", clock.now())
        made = planning.plan(session, stamp, sitting())
        row = session.get(WorkshopRow, made.id)
        assert row is not None
        row.reference = made.reference.replace("-001", "-999")
        session.flush()
        following = [planning.plan(session, stamp, sitting(number)).reference[-5:] for number in (1, 2)]
    assert following == ["-1000", "-1001"]


def test_a_workshop_belongs_to_the_day_in_london(session: Session) -> None:
    build(session, clock.today())
    year = clock.today().year + 1
    late = datetime(year, 6, 30, 23, 30, tzinfo=UTC)
    with transaction(session):
        plan = replace(sitting(), starts_at=late, ends_at=late + timedelta(hours=1))
        planning.plan(session, Stamp("command:tests", clock.now()), plan)
    session.rollback()
    first = date(year, 7, 1)
    assert [one.sitting.day for one in between(session, first, first)] == [first]
    assert between(session, first - timedelta(days=1), first - timedelta(days=1)) == []
