"""What time brings to workshops: reminders before, requests for an evaluation, offers that run out."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from courses.domain.evaluation import When
from courses.domain.workshops import How, Outcome
from courses.services.workshops import asking, evaluating, telling, tending
from courses.services.workshops.booking import settle as settle_one
from courses.services.workshops.tending import NotAllTendedError, Tended, steps, tend
from courses.store import attendance
from courses.store.bookings import Booking
from courses.store.workshops import Workshop
from foundation import clock
from foundation.dates import LONDON, add_months
from foundation.db import transaction
from foundation.mail import OutgoingMessageRow, State, written_at
from foundation.stamp import Stamp
from tests.borough import Borough
from tests.integration.courses.booking_desk import Desk
from tests.integration.courses.test_workshop_telling import all_left, called_off, moved, told, without_email
from tests.integration.settled import settle
from tests.integration.web.teams import end_posts


@pytest.fixture
def borough(session: Session) -> Borough:
    return settle(session, clock.today())


@pytest.fixture
def desk(session: Session, borough: Borough) -> Desk:
    return Desk(session, borough)


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=LONDON)


def tended(desk: Desk, day: date, *, may_remind: bool = True, hour: int = 9) -> Tended:
    return tend(desk.session, lambda: Stamp("command:tests", at(day, hour)), may_remind=may_remind)


def reminders(session: Session) -> list[str]:
    return [who for kind, who in told(session) if kind == "reminder"]


def asked(session: Session) -> list[str]:
    return [who for kind, who in told(session) if kind == "evaluation"]


def held(desk: Desk, workshop: Workshop, outcomes: dict[str, Outcome], day: date) -> None:
    """The register is closed on a day."""
    stamp = Stamp("command:tests", at(day, 17))
    with transaction(desk.session) as session:
        for name, outcome in outcomes.items():
            attendance.record_attendance(
                session, stamp, workshop.id, desk.borough.ids[name], outcome, How.REGISTER
            )
        attendance.record_closed(session, stamp, workshop.id)


def test_whoever_comes_is_reminded_a_week_and_two_working_days_before(session: Session, desk: Desk) -> None:
    workshop = desk.plan(in_days=40)
    desk.book(workshop, "Sam", "Ola", "Kit")
    all_left(session)
    week, soon = steps(workshop.sitting.day)
    tended(desk, week - timedelta(days=1))
    assert told(session) == []
    for _ in range(2):
        tended(desk, week)
        assert reminders(session) == ["sam", "ola"], "Kit waits for a place"
    all_left(session)
    tended(desk, soon - timedelta(days=1))
    assert reminders(session) == []
    for _ in range(2):
        tended(desk, soon)
        assert reminders(session) == ["sam", "ola"]
    all_left(session)
    tended(desk, workshop.sitting.day, hour=8)
    assert told(session) == []


def test_a_reminder_that_was_missed_is_overtaken_by_the_next(session: Session, desk: Desk) -> None:
    workshop = desk.plan(in_days=40)
    desk.book(workshop, "Sam")
    all_left(session)
    tended(desk, steps(workshop.sitting.day)[1])
    assert reminders(session) == ["sam"]
    all_left(session)
    tended(desk, workshop.sitting.day, hour=8)
    assert reminders(session) == []


def test_whoever_books_late_is_not_reminded_of_what_they_know(session: Session, desk: Desk) -> None:
    workshop = desk.plan(in_days=40)
    week, soon = steps(workshop.sitting.day)
    desk.now = at(week, 8)
    desk.book(workshop, "Sam")
    all_left(session)
    tended(desk, week)
    assert reminders(session) == []
    tended(desk, soon)
    assert reminders(session) == ["sam"]


def test_nothing_that_nobody_asked_for_leaves_out_of_hours(session: Session, desk: Desk) -> None:
    workshop = desk.plan(in_days=40)
    desk.book(workshop, "Sam")
    all_left(session)
    assert tended(desk, steps(workshop.sitting.day)[0], may_remind=False) == Tended()
    assert told(session) == []


def test_an_offer_that_ran_out_goes_to_the_next_at_any_hour_and_once(session: Session, desk: Desk) -> None:
    workshop = desk.plan(places=1, in_days=40, offer_lasts=timedelta(hours=6))
    desk.book(workshop, "Sam", "Ola", "Kit")
    desk.act("cancel", workshop, "Sam")
    all_left(session)
    day = clock.today() + timedelta(days=2)
    assert tended(desk, day, may_remind=False, hour=3).settled == 2
    assert told(session) == [("cancelled", "ola"), ("offered", "kit")]
    assert tended(desk, day, may_remind=False, hour=3).settled == 0
    assert desk.states(workshop) == {"Sam": "cancelled", "Ola": "declined", "Kit": "offered"}


def test_nobody_is_reminded_of_a_workshop_that_was_called_off_or_after_they_left(
    session: Session, desk: Desk, borough: Borough
) -> None:
    workshop, other = desk.plan(in_days=40), desk.plan(in_days=41)
    desk.book(workshop, "Sam", "Ola")
    desk.book(other, "Ash")
    called_off(desk, other)
    end_posts(session, borough, "Ola")
    all_left(session)
    tended(desk, steps(workshop.sitting.day)[1])
    assert reminders(session) == ["sam"]
    assert asked(session) == ["sam"]


def test_managers_are_reminded_of_people_without_email(
    session: Session, desk: Desk, borough: Borough
) -> None:
    without_email(session, borough, "Sam", "Ola")
    workshop = desk.plan(in_days=40)
    desk.book(workshop, "Sam", "Ola")
    all_left(session)
    for _ in range(2):
        tended(desk, steps(workshop.sitting.day)[0])
        assert told(session) == [("team", "mo")]


def test_people_are_asked_before_after_and_six_months_later_each_once(session: Session, desk: Desk) -> None:
    workshop = desk.plan(places=9, in_days=40)
    day = workshop.sitting.day
    desk.book(workshop, "Sam", "Ola", "Kit", "Ash")
    all_left(session)
    for _ in range(2):
        tended(desk, steps(day)[0])
        assert asked(session) == ["sam", "ola", "kit", "ash"]
    all_left(session)
    tended(desk, day + timedelta(days=1))
    assert asked(session) == [], "the register is open"
    outcomes = {"Sam": Outcome.ATTENDED, "Ola": Outcome.PARTIAL, "Kit": Outcome.DID_NOT_ATTEND}
    held(desk, workshop, {**outcomes, "Ash": Outcome.LATE_CANCELLED}, day + timedelta(days=1))
    for _ in range(2):
        tended(desk, day + timedelta(days=2))
        assert asked(session) == ["sam", "ola"]
    all_left(session)
    tended(desk, add_months(day, 6) - timedelta(days=1))
    assert asked(session) == []
    for _ in range(2):
        tended(desk, add_months(day, 6))
        assert asked(session) == ["sam", "ola"]
    all_left(session)
    tended(desk, add_months(day, 6) + timedelta(days=27))
    tended(desk, add_months(day, 8))
    assert asked(session) == []


def test_whoever_books_again_is_asked_again_only_if_the_request_had_not_left(
    session: Session, desk: Desk
) -> None:
    workshop = desk.plan(places=9, in_days=40)
    day = steps(workshop.sitting.day)[0]
    desk.book(workshop, "Sam", "Ola")
    all_left(session)
    desk.now = at(day, 9)
    tended(desk, day)
    with transaction(session):
        ola = OutgoingMessageRow.address.like("ola@%"), OutgoingMessageRow.kind == "workshop_evaluation"
        session.execute(update(OutgoingMessageRow).where(*ola).values(state=State.SENT.value))
    for name in ("Sam", "Ola"):
        desk.act("cancel", workshop, name)
    assert asked(session) == [], "Sam's was withdrawn"
    desk.book(workshop, "Sam", "Ola")
    for _ in range(2):
        tended(desk, day, hour=11)
        assert asked(session) == ["sam"], "Ola has hers already"


def test_a_request_holds_a_link_that_works_and_counts_as_a_secret(session: Session, desk: Desk) -> None:
    workshop = desk.plan(places=9, in_days=40)
    desk.book(workshop, "Sam")
    all_left(session)
    tended(desk, steps(workshop.sitting.day)[0])
    row = session.scalars(
        select(OutgoingMessageRow).where(OutgoingMessageRow.kind == "workshop_evaluation")
    ).one()
    assert row.is_secret, "its text is wiped once it has left"
    token = row.body.split("/evaluation/")[1].split()[0]
    found = evaluating.asked_by(session, token)
    assert (found.workshop.id, found.ticket.when) == (workshop.id, When.BEFORE)
    assert desk.borough.people["Sam"] not in token
    assert token not in str(row.dedupe_key)


def test_whoever_cancels_before_the_request_left_is_not_asked(session: Session, desk: Desk) -> None:
    workshop = desk.plan(places=9, in_days=40)
    desk.book(workshop, "Sam")
    all_left(session)
    tended(desk, steps(workshop.sitting.day)[0])
    assert asked(session) == ["sam"]
    desk.now = at(steps(workshop.sitting.day)[0], 12)
    desk.act("cancel", workshop, "Sam")
    assert told(session) == [("cancelled", "sam")]


def test_what_waits_for_a_person_is_written_once_also_when_it_failed(session: Session, desk: Desk) -> None:
    workshop = desk.plan(in_days=40)
    desk.book(workshop, "Sam")
    all_left(session)
    week = steps(workshop.sitting.day)[0]
    tended(desk, week)
    with transaction(session):
        session.execute(
            update(OutgoingMessageRow)
            .where(OutgoingMessageRow.state == State.WAITING.value)
            .values(state=State.FAILED.value)
        )
    tended(desk, week)
    assert told(session) == []


def test_whoever_has_left_is_not_asked_what_they_thought(
    session: Session, desk: Desk, borough: Borough
) -> None:
    workshop = desk.plan(places=9, in_days=40)
    day = workshop.sitting.day
    desk.book(workshop, "Sam", "Ola")
    held(desk, workshop, {"Sam": Outcome.ATTENDED, "Ola": Outcome.ATTENDED}, day)
    end_posts(session, borough, "Ola")
    all_left(session)
    tended(desk, day + timedelta(days=1))
    assert asked(session) == ["sam"]
    all_left(session)
    tended(desk, add_months(day, 6))
    assert asked(session) == ["sam"]


def test_managers_are_not_reminded_again_of_what_they_were_told_of_since(
    session: Session, desk: Desk, borough: Borough
) -> None:
    without_email(session, borough, "Sam")
    workshop = desk.plan(in_days=40)
    desk.book(workshop, "Sam")
    week, soon = steps(workshop.sitting.day)
    all_left(session)
    tended(desk, week)
    assert told(session) == [("team", "mo")]
    all_left(session)
    desk.now = at(week, 11)
    workshop = desk.change(workshop, capacity=5)
    tended(desk, week, hour=12)
    assert told(session) == [], "another version, and the reminder was told"
    desk.now = at(soon, 8)
    workshop = moved(desk, workshop, place="The other hall")
    all_left(session)
    tended(desk, soon)
    assert told(session) == [], "the managers were told on that very day"


def test_a_workshop_that_cannot_be_seen_to_keeps_no_other_waiting(
    session: Session, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad, good = desk.plan(in_days=40), desk.plan(in_days=40)
    desk.book(bad, "Sam")
    desk.book(good, "Ola")
    all_left(session)
    remind, ask = telling.remind, asking.ask

    def reminding(session: Session, stamp: Stamp, workshop: Workshop, *rest: Any) -> None:
        remind(session, stamp, workshop, *rest)
        if workshop.id == bad.id:
            raise RuntimeError("a name that nobody should read")

    def asking_of(session: Session, stamp: Stamp, workshop: Workshop, *rest: Any) -> int:
        if workshop.id == bad.id:
            raise RuntimeError("a name that nobody should read")
        return ask(session, stamp, workshop, *rest)

    monkeypatch.setattr(telling, "remind", reminding)
    monkeypatch.setattr(asking, "ask", asking_of)
    with pytest.raises(NotAllTendedError, match=r"^RuntimeError$"):
        tended(desk, steps(good.sitting.day)[0])
    assert reminders(session) == ["ola"]
    all_left(session)
    day = good.sitting.day
    held(desk, bad, {"Sam": Outcome.ATTENDED}, day)
    held(desk, good, {"Ola": Outcome.ATTENDED}, day)
    with pytest.raises(NotAllTendedError):
        tended(desk, day + timedelta(days=1))
    assert asked(session) == ["ola"]


def test_an_offer_of_one_workshop_goes_on_where_another_cannot_be_settled(
    session: Session, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    both = [desk.plan(places=1, in_days=days, offer_lasts=timedelta(hours=6)) for days in (40, 41)]
    for workshop in both:
        desk.book(workshop, "Sam", "Ola", "Kit")
        desk.act("cancel", workshop, "Sam")
    all_left(session)

    def settling(session: Session, stamp: Stamp, workshop: Workshop) -> list[Booking]:
        if workshop.id == both[0].id:
            raise RuntimeError
        return settle_one(session, stamp, workshop)

    monkeypatch.setattr(tending, "settle", settling)
    with pytest.raises(NotAllTendedError):
        tended(desk, clock.today() + timedelta(days=2))
    assert [desk.states(one)["Kit"] for one in both] == ["waiting", "offered"]


def test_what_an_idle_tick_asks_the_outbox_does_not_grow_with_the_bookings(
    session: Session, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop = desk.plan(places=9, in_days=40)
    desk.book(workshop, "Sam", "Ola", "Kit", "Ash")
    all_left(session)
    week = steps(workshop.sitting.day)[0]
    tended(desk, week)
    all_left(session)
    asked_for: list[int] = []

    def counted(session: Session, keys: Collection[str]) -> dict[str, tuple[datetime, bool]]:
        asked_for.append(len(keys))
        return written_at(session, keys)

    monkeypatch.setattr(tending, "written_at", counted)
    tended(desk, week)
    assert len(asked_for) == 1
