"""No storm of mail, and nothing that holds up the others: trials of runs, limits of a day, bad rows (R5, R7, R9)."""

import threading
from datetime import date
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.exc import DataError, DBAPIError, OperationalError
from sqlalchemy.orm import Session

from foundation import audit
from foundation.audit import AuditEventRow
from foundation.db import db, transaction
from foundation.errors import DomainError
from foundation.mail import OutgoingMessageRow
from reminders.domain.outbox import NoLonger, Terms, Words
from reminders.services.outbox import deciding
from reminders.services.outbox.limits import TOO_MANY_TO_ADDRESS, TOO_MANY_TO_ONE
from reminders.services.outbox.points import Point
from reminders.store.beat import oldest_due
from tests.integration.reminders.outbox import BEGAN, Outbox, Writer

NO = "550 5.1.1 not known here"
NOT_NOW = "451 4.3.0 not now"


@pytest.fixture
def writer(outbox: Outbox) -> Writer:
    made = Writer()
    outbox.writers = [made]
    return made


def test_a_run_whose_first_messages_fail_is_held_until_somebody_releases_it(
    outbox: Outbox, writer: Writer
) -> None:
    run_id = outbox.run()
    outbox.put(60, run_id, kind="reminder", body="")
    outbox.office.script["RCPT"] = [NO] * 60
    outbox.send()
    assert outbox.trial(run_id) == "held"
    tried = outbox.states()["failed"]
    assert tried <= 20
    outbox.office.script.clear()
    outbox.later(days=1)
    outbox.put(2)
    outbox.send()
    assert outbox.states() == {"failed": tried, "waiting": 60 - tried, "sent": 2}, (
        "others were held up, or it left"
    )
    assert oldest_due(outbox.session, outbox.now, (), others=True) is None, (
        "the run itself says that it is held"
    )
    with transaction(outbox.session):
        deciding.release_run(outbox.session, outbox.stamp(), run_id)
    outbox.send()
    assert outbox.states() == {"failed": tried, "sent": 62 - tried}
    events = set(outbox.session.scalars(select(AuditEventRow.event)))
    assert {"reminder_run.held", "reminder_run.released"} <= events
    outbox.session.rollback()
    with pytest.raises(DomainError), transaction(outbox.session):
        deciding.release_run(outbox.session, outbox.stamp(), run_id)


def test_a_few_bad_addresses_do_not_hold_a_run(outbox: Outbox, writer: Writer) -> None:
    run_id = outbox.run()
    outbox.put(50, run_id, kind="reminder", body="")
    outbox.office.script["RCPT"] = [NO] * 4
    outbox.send()
    assert outbox.trial(run_id) == "passed"
    assert outbox.states() == {"failed": 4, "sent": 46}


def test_no_more_than_twenty_are_on_their_way_before_the_trial_is_over(
    outbox: Outbox, writer: Writer
) -> None:
    run_id = outbox.run()
    outbox.put(50, run_id, kind="reminder", body="")
    for _ in range(2):  # processes that claim ten each, and die
        outbox.die_at(Point.CLAIMED, terms=Terms(batch=10))
    outbox.send()
    assert outbox.states() == {"claimed": 20, "waiting": 30}


def test_messages_that_are_put_off_neither_hold_a_run_nor_hold_it_up(outbox: Outbox, writer: Writer) -> None:
    run_id = outbox.run()
    outbox.put(50, run_id, kind="reminder", body="")
    outbox.office.script["RCPT"] = [NOT_NOW] * 25
    outbox.send()
    assert outbox.trial(run_id) == "passed"
    assert outbox.states() == {"waiting": 25, "sent": 25}


def test_a_small_run_has_passed_when_all_of_it_has_left(outbox: Outbox, writer: Writer) -> None:
    run_id = outbox.run()
    outbox.put(3, run_id, kind="reminder", body="")
    outbox.send()
    assert outbox.trial(run_id) == "passed"


def test_nobody_gets_more_reminders_on_a_day_than_one_may(outbox: Outbox, writer: Writer) -> None:
    run_id, person_id = outbox.run(), outbox.person()
    numbers = outbox.put(30, run_id, person_id, kind="reminder", body="")
    writer.addresses = dict.fromkeys(numbers, "sam@council.example")
    outbox.send()
    assert len(outbox.office.taken) == 2
    assert outbox.states() == {"sent": 2, "waiting": 28}
    assert outbox.row(numbers[-1]).problem == TOO_MANY_TO_ONE
    assert {outbox.row(number).tries for number in numbers[2:]} == {0}
    outbox.send()
    assert len(outbox.office.taken) == 2
    outbox.later(days=1)
    outbox.send(terms=Terms(most_a_day=3))
    assert len(outbox.office.taken) == 5


def test_messages_about_work_hold_up_no_reminder_of_their_reader_and_none_holds_them_up(
    outbox: Outbox, writer: Writer
) -> None:
    writer.kinds = frozenset({"reminder", "team_digest", "work_digest"})
    run_id, person_id = outbox.run(), outbox.person()

    def put(kind: str) -> int:
        [number] = outbox.put(1, run_id, person_id, kind=kind, body="")
        writer.addresses[number] = "lee@council.example"
        outbox.later(seconds=1)
        return number

    numbers = [put(kind) for kind in ("work_digest", "team_digest", "reminder", "work_digest", "reminder")]
    outbox.send()
    assert [outbox.row(number).state for number in numbers] == ["sent", "sent", "sent", "sent", "waiting"]
    assert outbox.row(numbers[-1]).problem == TOO_MANY_TO_ONE


def test_ten_thousand_messages_to_one_address_are_not_ten_thousand_mails(outbox: Outbox) -> None:
    numbers = outbox.put(10_000, address="all@council.example")
    outbox.put(5)
    outbox.send()
    assert outbox.states() == {"sent": 45, "waiting": 9_960}
    assert outbox.row(numbers[-1]).problem == TOO_MANY_TO_ADDRESS
    assert len(outbox.office.taken) == 45


def test_more_reminders_than_one_mailbox_may_get_hold_up_no_other(outbox: Outbox, writer: Writer) -> None:
    """Their rows have no address yet: it is the writer's to say."""
    shared = outbox.put(50, kind="reminder", body="", address="")
    writer.addresses = dict.fromkeys(shared, "depot@council.example")
    outbox.later(seconds=1)
    [other] = outbox.put(kind="reminder", body="", address="")
    outbox.send(most=60)
    assert outbox.row(other).state == "sent"
    assert outbox.states() == {"sent": 41, "waiting": 10}
    assert outbox.row(shared[-1]).problem == TOO_MANY_TO_ADDRESS
    asked = len(writer.asked)
    outbox.send(most=60)
    assert len(writer.asked) == asked, "they were looked at again on the same day"
    outbox.later(days=1)
    outbox.send(most=60)
    assert outbox.states() == {"sent": 51}


def test_what_a_wrong_clock_sent_tomorrow_does_not_count_today(outbox: Outbox) -> None:
    outbox.later(days=400)
    outbox.put(40, address="all@council.example")
    outbox.send()
    outbox.later(days=-400)
    outbox.put(3, address="all@council.example")
    outbox.send()
    assert outbox.states() == {"sent": 43}


def test_bad_rows_hold_up_no_other_and_are_not_looked_at_again(outbox: Outbox, writer: Writer) -> None:
    outbox.put(40, kind="reminder", body="", address="")
    nowhere = outbox.put(30, kind="reminder", body="")
    bad = outbox.put(20, kind="reminder", body="")
    failing = outbox.put(10, kind="reminder", body="")
    good = outbox.put(25, kind="reminder", body="")
    writer.addresses = dict.fromkeys(nowhere, "") | dict.fromkeys(bad, "sam at council")
    writer.failing = set(failing)
    outbox.send()
    assert {outbox.row(number).state for number in good} == {"sent"}
    assert {outbox.row(number).state for number in [*nowhere, *bad]} == {"failed"}
    assert {outbox.row(number).problem for number in failing} == {"It could not be written: KeyError."}
    asked = len(writer.asked)
    outbox.send()
    assert len(writer.asked) == asked, "a second pass looked at them again"


class Broken(Writer):
    """Has the database refuse one message: what the writer asked of it, or everything."""

    error: type[DBAPIError] = DataError

    def write(self, session: Any, stamp: Any, message_id: int, again: bool) -> Words | NoLonger:
        if message_id in self.failing:
            raise self.error("SELECT 1", {}, Exception("a name that must not stand in the log"))
        return super().write(session, stamp, message_id, again)


def test_what_the_database_refuses_of_one_message_costs_that_one_a_try_and_no_other(
    outbox: Outbox, caplog: pytest.LogCaptureFixture
) -> None:
    outbox.writers = [writer := Broken()]
    first, *others = outbox.put(12, kind="reminder", body="")
    writer.failing = {first}
    outbox.send()
    assert {outbox.row(number).state for number in others} == {"sent"}
    row = outbox.row(first)
    assert (row.state, row.tries, row.problem) == ("waiting", 1, "It could not be written: DataError.")
    assert row.next_try_at > outbox.now
    assert "a name that must not" not in caplog.text


def test_a_database_that_cannot_be_used_leaves_nothing_claimed_and_uses_up_no_try(outbox: Outbox) -> None:
    outbox.writers = [writer := Broken()]
    first, *others = outbox.put(12, kind="reminder", body="")
    writer.failing, writer.error = {others[0]}, OperationalError
    with pytest.raises(OperationalError):
        outbox.send()
    assert outbox.states() == {"sent": 1, "waiting": 11}
    assert outbox.row(others[0]).tries == 0
    assert outbox.row(first).state == "sent"


def test_what_a_writer_failed_with_is_not_in_the_log(
    outbox: Outbox, writer: Writer, caplog: pytest.LogCaptureFixture
) -> None:
    writer.failing = set(outbox.put(kind="reminder", body=""))
    outbox.send()
    assert "KeyError" in caplog.text
    assert "a name that must not" not in caplog.text


def test_reminders_wait_for_somebody_who_can_write_them(outbox: Outbox) -> None:
    run_id = outbox.run()
    outbox.put(2, run_id, kind="reminder", body="")
    outbox.put(1, run_id, kind="reminder", body="Words of an earlier attempt\n")
    outbox.send()
    assert outbox.states() == {"waiting": 3}


def test_a_message_that_no_longer_applies_is_cancelled_with_the_reason(
    outbox: Outbox, writer: Writer
) -> None:
    one, other = outbox.put(2, kind="reminder", body="")
    writer.no_longer = {one}
    tally = outbox.send()
    assert (outbox.row(one).state, outbox.row(one).problem, outbox.row(one).handed_at) == (
        "cancelled", "completed", None,
    )  # fmt: skip
    assert outbox.row(other).state == "sent"
    assert tally.problems == []


def test_a_link_that_somebody_waits_for_goes_before_reminders(outbox: Outbox) -> None:
    outbox.put(15)
    outbox.later(minutes=1)
    outbox.put(1, is_secret=True, address="first@council.example")
    outbox.send()
    assert outbox.office.taken[0].to == ("first@council.example",)


class Completions:
    """A writer that asks a table, as the real ones do, whether somebody has done what the reminder is about."""

    kinds = frozenset({"reminder"})

    def address_of(self, session: Session, message_id: int) -> str | None:
        return f"person{message_id}@council.example"

    def write(self, session: Session, stamp: object, message_id: int, again: bool) -> Words | NoLonger:
        done = select(func.count()).where(AuditEventRow.subject == f"done:{message_id}")
        if session.scalars(done).one():
            return NoLonger("completed")
        return Words(f"person{message_id}@council.example", "Your training", "Please do it.\n")


RACES = 120


def test_who_completes_the_training_before_the_mark_is_not_written_to(app: Flask, outbox: Outbox) -> None:
    """At the last moment before the mark a completion and the mark go for the write lock together, over and over."""
    outbox.writers = [Completions()]  # type: ignore[list-item]  # another writer than the usual one
    numbers = outbox.put(RACES, kind="reminder", body="")
    gate, before_mark, faults = threading.Barrier(2), set[int](), list[Exception]()

    def complete() -> None:
        with app.app_context():
            session = db.session()
            try:
                for number in numbers:
                    gate.wait(60)
                    with transaction(session):
                        row = session.get(OutgoingMessageRow, number, populate_existing=True)
                        assert row is not None
                        if row.state == "claimed":
                            before_mark.add(number)
                        audit.record(session, outbox.stamp(), "test.completed", f"done:{number}")
            except Exception as error:
                faults.append(error)
                gate.abort()
            finally:
                db.session.remove()

    def now(point: Point) -> None:
        if point is Point.BEGUN:
            gate.wait(60)

    thread = threading.Thread(target=complete)
    thread.start()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("reminders.services.outbox.points.reached", now)
        outbox.send()
    thread.join(60)
    assert faults == []
    sent = {int(taken.to[0].removeprefix("person").partition("@")[0]) for taken in outbox.office.taken}
    assert sent & before_mark == set(), "a mail left after a completion that was saved before the mark"
    assert sent | before_mark == set(numbers)


def test_two_days_are_tried_apart(outbox: Outbox, writer: Writer) -> None:
    first, second = outbox.run(), outbox.run(date(2026, 5, 5))
    outbox.put(30, first, kind="reminder", body="")
    outbox.office.script["RCPT"] = [NO] * 20
    outbox.send()
    outbox.office.script.clear()
    outbox.put(30, second, kind="reminder", body="")
    outbox.send()
    assert (outbox.trial(first), outbox.trial(second)) == ("held", "passed")
    assert outbox.states()["sent"] == 30
    assert outbox.now == BEGAN
