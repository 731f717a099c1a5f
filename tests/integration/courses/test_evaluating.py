"""Answers about workshops: once each, of nobody, and shown from five on."""

import logging
from datetime import date, timedelta

import pytest
from sqlalchemy import String, inspect, select, text
from sqlalchemy.orm import Session

from courses.domain.evaluation import STATEMENTS, When
from courses.domain.evaluation_windows import window
from courses.domain.workshops import Outcome
from courses.models.workshops import EvaluationAnswerRow, RegisterClosedRow
from courses.services.workshops import evaluating
from courses.services.workshops.evaluating import AnsweredError
from courses.services.workshops.house import house
from courses.services.workshops.tickets import Ticket, new_pair, pair_of, token_of
from courses.store import evaluations
from courses.store.workshops import Workshop
from foundation import clock
from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.errors import DomainError, NotFound
from foundation.facts import retract
from tests.borough import Borough
from tests.integration.courses.booking_desk import Desk
from tests.integration.courses.test_workshop_telling import called_off
from tests.integration.courses.test_workshop_tending import held
from tests.integration.settled import settle


@pytest.fixture
def borough(session: Session) -> Borough:
    return settle(session, clock.today())


@pytest.fixture
def desk(session: Session, borough: Borough) -> Desk:
    return Desk(session, borough)


def token(workshop: Workshop, when: When, pair: bytes | None = None) -> str:
    return token_of(house().keys[0], Ticket(workshop.id, when, pair or new_pair()))


def answered(
    session: Session, workshop: Workshop, when: When, *marks: int, day: date, pair: bytes | None = None
) -> None:
    """Somebody's answer: one mark for every statement, or one for each."""
    every = marks * len(STATEMENTS) if len(marks) == 1 else marks
    with transaction(session):
        evaluating.answer(session, token(workshop, when, pair), every, day)


def test_a_link_works_once(session: Session, desk: Desk) -> None:
    workshop = desk.plan()
    link = token(workshop, When.BEFORE)
    for _ in range(2):
        asked = evaluating.asked_by(session, link)
        assert not evaluating.has_answered(session, asked), "looking uses nothing up"
    with transaction(session):
        evaluating.answer(session, link, [3, 4, 5, 1, 2], clock.today())
    with pytest.raises(AnsweredError), transaction(session):
        evaluating.answer(session, link, [1, 1, 1, 1, 1], clock.today())
    row = session.scalars(select(EvaluationAnswerRow)).one()
    assert row.marks == [3, 4, 5, 1, 2]


def test_the_same_person_answers_at_each_moment(session: Session, desk: Desk) -> None:
    workshop, pair = desk.plan(in_days=1), new_pair()
    day = workshop.sitting.day
    answered(session, workshop, When.BEFORE, 2, day=day, pair=pair)
    answered(session, workshop, When.AFTER, 4, day=day, pair=pair)
    pairs = set(session.scalars(select(EvaluationAnswerRow.pair)))
    assert pairs == {Ticket(0, When.LATER, pair).pair_hash}


@pytest.mark.parametrize("marks", [(), (3,) * 4, (3,) * 6, (0, 3, 3, 3, 3), (6, 3, 3, 3, 3)])
def test_half_an_answer_is_none(session: Session, desk: Desk, marks: tuple[int, ...]) -> None:
    link = token(desk.plan(), When.BEFORE)
    with pytest.raises(DomainError), transaction(session):
        evaluating.answer(session, link, marks, clock.today())
    session.rollback()
    assert session.scalars(select(EvaluationAnswerRow)).all() == []


def test_the_numbers_of_answers_keep_no_order(session: Session, desk: Desk) -> None:
    workshop = desk.plan()
    ids: list[int] = []
    for _ in range(8):
        answered(session, workshop, When.BEFORE, 3, day=clock.today())
        ids += [one for one in session.scalars(select(EvaluationAnswerRow.id)) if one not in ids]
        session.rollback()
    assert ids != list(range(1, 9))
    assert max(ids) < 2**31, "a column of 32 bits holds it"
    assert ids not in (sorted(ids), sorted(ids, reverse=True)), "true of all but 1 in 20,000 drawings"


def test_a_number_that_is_taken_is_drawn_again(
    session: Session, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    drawn = iter([6, 6, 8])
    monkeypatch.setattr(evaluations, "randbelow", lambda _: next(drawn))
    workshop = desk.plan()
    for _ in range(2):
        answered(session, workshop, When.BEFORE, 3, day=clock.today())
    assert set(session.scalars(select(EvaluationAnswerRow.id))) == {7, 9}


def test_nobody_answers_before_or_after_its_days(session: Session, desk: Desk) -> None:
    workshop = desk.plan(in_days=3)
    day = workshop.sitting.day
    held(desk, workshop, {}, day + timedelta(days=2))
    after, later = (window(when, day, day + timedelta(days=2)) for when in (When.AFTER, When.LATER))
    assert after.last_day == day + timedelta(days=16)
    outside = [
        (When.BEFORE, day + timedelta(days=1)),
        (When.AFTER, day - timedelta(days=1)),
        (When.AFTER, after.last_day + timedelta(days=1)),
        (When.LATER, later.first_day - timedelta(days=1)),
        (When.LATER, later.last_day + timedelta(days=1)),
    ]
    for when, on in outside:
        with pytest.raises(DomainError):
            answered(session, workshop, when, 3, day=on)
        session.rollback()
    for when, on in ((When.BEFORE, day), (When.AFTER, after.last_day), (When.LATER, later.last_day)):
        answered(session, workshop, when, 3, day=on)


def test_a_link_of_another_service_or_of_a_workshop_that_was_called_off_is_none(
    session: Session, desk: Desk
) -> None:
    workshop = desk.plan()
    with pytest.raises(NotFound):
        evaluating.asked_by(session, token_of("another key", Ticket(workshop.id, When.BEFORE, new_pair())))
    link = token(workshop, When.BEFORE)
    called_off(desk, workshop)
    with pytest.raises(NotFound):
        evaluating.asked_by(session, link)


def test_results_are_shown_once_nobody_can_answer_any_more_and_from_five_answers_on(
    session: Session, desk: Desk
) -> None:
    workshop, other = desk.plan(in_days=3), desk.plan(in_days=4)
    day = workshop.sitting.day
    pairs = [new_pair() for _ in range(6)]
    for pair in pairs:
        answered(session, workshop, When.BEFORE, 2, day=day, pair=pair)
        answered(session, workshop, When.AFTER, 4, day=day, pair=pair)
    for _ in range(4):
        answered(session, other, When.BEFORE, 5, day=day)
    names = ("Sam", "Ola", "Kit", "Uma", "Ash", "Bo", "Vic")
    held(desk, workshop, dict.fromkeys(names, Outcome.ATTENDED), day)
    (found,) = evaluating.evaluations_of(session, [workshop], day)
    assert found.results.sums == {}
    (found,) = evaluating.evaluations_of(session, [workshop], day + timedelta(days=1))
    assert found.results.sums.keys() == {When.BEFORE}
    last = found.windows[When.AFTER].last_day
    both = evaluating.evaluations_of(session, [workshop, other], last + timedelta(days=1))
    assert both[0].results.sums.keys() == {When.BEFORE, When.AFTER}
    assert both[0].results.changes[When.AFTER].totals == (12,) * len(STATEMENTS)
    assert both[0].attended == len(names)
    assert both[1].results.sums == {}
    assert set(both[1].results.too_few) == {When.BEFORE}
    (course,) = evaluating.by_course(both)
    assert course.held == 2
    assert course.counted == {When.BEFORE: 1, When.AFTER: 1, When.LATER: 0}
    assert course.results.sums[When.BEFORE].people == 6, "the four of the other workshop are in no figure"
    assert course.attended[When.AFTER] == len(names)


def test_closing_a_register_again_opens_nothing(session: Session, desk: Desk) -> None:
    workshop = desk.plan(in_days=3)
    day = workshop.sitting.day
    held(desk, workshop, {}, day)
    with transaction(session):
        closed = session.scalars(select(RegisterClosedRow.id)).all()
        retract(session, RegisterClosedRow, closed, desk.stamp, "Opened again")
    held(desk, workshop, {}, day + timedelta(days=40))
    assert evaluating.windows_of(session, [workshop])[workshop.id][When.AFTER].last_day == day + timedelta(
        days=14
    )


def test_no_row_says_who_answered(
    session: Session, desk: Desk, borough: Borough, caplog: pytest.LogCaptureFixture
) -> None:
    """Every column of every table, and the log, before and after an answer of Sam."""
    workshop = desk.plan()
    desk.book(workshop, "Sam")
    pair = pair_of(house().keys[0], workshop.public_id, borough.people["Sam"])
    link = token(workshop, When.BEFORE, pair)
    before = everything(session)
    with caplog.at_level(logging.DEBUG):
        answered(session, workshop, When.BEFORE, 3, day=clock.today(), pair=pair)
    new = {
        table: rows - before[table] for table, rows in everything(session).items() if rows != before[table]
    }
    assert new.keys() == {"evaluation_answer"}, "no audit event, no attempt, no message"
    ((row),) = new["evaluation_answer"]
    for word in ("Sam", "sam@", borough.people["Sam"], link, pair.hex(), "account:"):
        assert word not in row
        assert word not in caplog.text
    columns = {column.name: column.type for column in inspect(EvaluationAnswerRow).columns}
    assert columns.keys() == {"id", "workshop_id", "asked", "pair", "marks", "answered_on"}
    assert isinstance(columns["pair"], String)
    assert ":" not in str(session.scalars(select(EvaluationAnswerRow.answered_on)).one()), "a day, no time"


def everything(session: Session) -> dict[str, set[str]]:
    session.rollback()
    found = {}
    for table in inspect(session.connection()).get_table_names():
        rows = session.execute(text(f'SELECT * FROM "{table}"')).all()
        found[table] = {repr(tuple(row)) for row in rows}
    session.rollback()
    return found


def test_slips_are_random_kept_nowhere_and_their_number_is_on_record(session: Session, desk: Desk) -> None:
    workshop = desk.plan()
    before = everything(session)
    with transaction(session):
        made = evaluating.slips(session, desk.stamp, workshop, 12)
    changed = [table for table, rows in everything(session).items() if rows != before[table]]
    assert changed == ["audit_event"]
    event = session.scalars(select(AuditEventRow).order_by(AuditEventRow.id.desc()).limit(1)).one()
    assert (event.event, event.details) == ("evaluation.slips_made", {"slips": 12})
    links = [link for slip in made for link in slip.values()]
    assert len(set(links)) == 36
    for link in links[:3]:
        asked = evaluating.asked_by(session, link.rpartition("/")[2])
        assert asked.workshop.id == workshop.id
    one = {evaluating.asked_by(session, link.rpartition("/")[2]).ticket.pair for link in made[0].values()}
    assert len(one) == 1, "the three links of a slip belong together"
    for many in (0, 101, -1):
        with pytest.raises(DomainError), transaction(session):
            evaluating.slips(session, desk.stamp, workshop, many)
