"""Bundles that are marked together: one at a time where it matters, and every one of them can still be stopped."""

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import DataError

from foundation.audit import AuditEventRow
from foundation.db import transaction
from reminders.domain.outbox import NoLonger, Terms, Words
from reminders.services.outbox import deciding, handing, marking, points
from reminders.services.outbox import notes as notes_of
from reminders.services.outbox.gate import halt_file
from reminders.services.outbox.points import Point
from reminders.store.outbox import possible_duplicates
from tests.integration.reminders.outbox import Outbox, Writer, at
from tests.integration.reminders.post_office import HANG_UP

TERMS = Terms(batch=20, bundle=10)


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    return notes_of.notes_folder(tmp_path)


@pytest.fixture
def send(outbox: Outbox, notes: Path) -> Callable[..., Any]:
    def sent(**more: Any) -> Any:
        return outbox.send(**{"notes": notes, "terms": TERMS, **more})

    return sent


@pytest.fixture
def marks(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """How many messages were marked together, mark by mark."""
    found: list[int] = []

    def mark(*arguments: Any) -> Any:
        marked = marking.mark(*arguments)
        found.append(len(marked.letters))
        return marked

    monkeypatch.setattr(handing, "mark", mark)
    return found


def test_most_messages_leave_in_bundles_each_with_its_own_answer(
    outbox: Outbox, send: Callable[..., Any], marks: list[int], notes: Path
) -> None:
    numbers = outbox.put(25)
    outbox.office.script["RCPT"] = ["250 OK", "250 OK", "550 unknown", "250 OK", "451 not now"]
    outbox.office.script["DOT"] = ["250 OK", "250 OK", "552 too large", HANG_UP]
    tally = send()
    assert marks == [10, 10, 5]
    rows = [outbox.row(number) for number in numbers]
    assert [row.state for row in rows[:6]] == ["sent", "sent", "failed", "failed", "waiting", "waiting"]
    assert [(row.stage, row.ambiguous) for row in rows[2:6]] == [
        ("asked", 0), ("answered", 0), ("asked", 0), ("handed_over", 1),
    ]  # fmt: skip
    assert {row.state for row in rows[6:]} == {"sent"}
    assert {row.tries for row in rows} == {1}
    assert len(tally.problems) == 4
    assert [one.public_id for one in possible_duplicates(outbox.session)] == [rows[5].public_id]
    assert list(notes.iterdir()) == []
    events = Counter(outbox.session.scalars(select(AuditEventRow.event)))
    assert events == {"message.sent": 21, "message.failed": 2, "message.unanswered": 1}


def test_links_trials_and_second_copies_go_alone(
    outbox: Outbox, send: Callable[..., Any], marks: list[int]
) -> None:
    run_id = outbox.run()
    outbox.writers = [Writer()]
    outbox.put(3, is_secret=True)
    send()
    outbox.put(22, run_id, kind="reminder", body="")
    send()
    # The trial has passed when 16 have been sent; on a slow machine the others of its claim are given back by then.
    assert marks[: 3 + 16] == [1] * (3 + 16)
    assert sum(marks) == 3 + 22
    doubtful = outbox.put(2)
    for number in doubtful:
        outbox.change(number, ambiguous=1)
    send()
    assert marks[-2:] == [1, 1]


@pytest.mark.parametrize("by_file", [True, False])
def test_a_halt_in_a_bundle_stops_the_next_message_and_leaves_no_doubt(
    outbox: Outbox, send: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, by_file: bool
) -> None:
    monkeypatch.setattr(handing, "HALT_SECONDS", 0.0)
    numbers = outbox.put(20)

    def halt() -> None:
        if by_file:
            halt_file(tmp_path).touch()
        else:
            with transaction(outbox.session):
                deciding.halt(outbox.session, outbox.stamp(), "Wrong words")

    with at(Point.ANSWERED, halt, nth=3):
        tally = send(halt_file=halt_file(tmp_path))
    assert "halted" in tally.stopped
    assert outbox.states() == {"sent": 3, "waiting": 17}
    for number in numbers[3:]:
        row = outbox.row(number)
        assert (row.ambiguous, row.tries, row.handed_at, row.stage) == (0, 0, None, "")


def test_whoever_is_told_to_end_in_a_bundle_finishes_the_message_in_hand(
    outbox: Outbox, send: Callable[..., Any]
) -> None:
    outbox.put(20)
    told: list[int] = []
    with at(Point.NOTED, lambda: told.append(1), nth=3):
        send(stop=lambda: bool(told))
    assert outbox.states() == {"sent": 3, "waiting": 17}
    send()
    assert outbox.states() == {"sent": 20}
    assert len(outbox.office.taken) == 20


def test_what_was_asked_too_long_ago_is_asked_anew_before_it_leaves(
    outbox: Outbox, send: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    outbox.writers = [writer := Writer()]
    first, second = outbox.put(2, kind="reminder", body="")
    monkeypatch.setattr(handing, "BUNDLE_SECONDS", 0.0)
    with at(Point.ANSWERED, lambda: writer.no_longer.add(second)):
        send()
    assert (outbox.row(first).state, outbox.row(second).state) == ("sent", "cancelled")
    assert writer.asked == [(first, False), (second, False), (second, False)]


def test_a_server_that_goes_away_in_a_bundle_uses_up_no_try(outbox: Outbox, send: Callable[..., Any]) -> None:
    numbers = outbox.put(20)
    outbox.office.script["MAIL"] = ["250 OK", "250 OK", "535 wrong password"]
    tally = send()
    assert "wrong password" in tally.stopped
    assert outbox.states() == {"sent": 2, "waiting": 18}
    assert {outbox.row(number).tries for number in numbers[2:]} == {0}


class Failing(Writer):
    """Has a template fail, or the database refuse what was asked of it."""

    error: Exception = KeyError("a name")

    def write(self, session: Any, stamp: Any, message_id: int, again: bool) -> Words | NoLonger:
        if message_id in self.failing:
            raise self.error
        return super().write(session, stamp, message_id, again)


@pytest.mark.parametrize("error", [KeyError("a name"), DataError("SELECT 1", {}, Exception("a name"))])
def test_one_that_cannot_be_written_costs_no_other_of_its_bundle_a_try(
    outbox: Outbox, send: Callable[..., Any], marks: list[int], error: Exception
) -> None:
    outbox.writers = [writer := Failing()]
    writer.error = error
    numbers = outbox.put(15, kind="reminder", body="")
    writer.failing = {numbers[4]}
    send()
    assert outbox.states() == {"sent": 14, "waiting": 1}
    row = outbox.row(numbers[4])
    assert (row.tries, row.problem) == (1, f"It could not be written: {type(error).__name__}.")
    assert {outbox.row(number).tries for number in numbers} == {1}
    assert marks == [1] * 9 + [5]


def test_no_more_than_one_may_have_leave_in_one_bundle_either(
    outbox: Outbox, send: Callable[..., Any], marks: list[int]
) -> None:
    outbox.put(60, address="all@council.example")
    send()
    assert outbox.states() == {"sent": 40, "waiting": 20}


def test_what_another_has_by_now_is_left_out_of_a_bundle(
    outbox: Outbox, send: Callable[..., Any], marks: list[int]
) -> None:
    numbers = outbox.put(4)
    with at(Point.BEGUN, lambda: outbox.change(numbers[2], claim_token="another")):
        send()
    assert marks == [3]
    assert outbox.row(numbers[2]).claim_token == "another"
    assert len(outbox.office.taken) == 3


def test_without_a_place_for_notes_every_message_goes_alone(
    outbox: Outbox, send: Callable[..., Any], marks: list[int], notes: Path
) -> None:
    notes.write_text("in the way of the folder")
    outbox.put(4)
    send()
    assert outbox.states() == {"sent": 4}
    assert marks == [1, 1, 1, 1]


def test_where_it_cannot_be_noted_that_a_message_begins_it_does_not(
    outbox: Outbox, send: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """As on a disk that is full."""
    real, failed = notes_of.Notes.begun, list[int]()

    def begun(self: notes_of.Notes, number: int) -> bool:
        if not failed and number == numbers[2]:
            failed.append(number)
            return False
        return real(self, number)

    monkeypatch.setattr(notes_of.Notes, "begun", begun)
    numbers = outbox.put(4)
    send(most=4)
    assert failed == [numbers[2]]
    assert outbox.states() == {"sent": 2, "waiting": 2}
    assert {outbox.row(number).tries for number in numbers[2:]} == {0}
    send()
    assert outbox.states() == {"sent": 4}
    assert len(outbox.office.taken) == 4


def test_a_sender_that_died_leaves_what_is_known_of_each_message(
    outbox: Outbox, send: Callable[..., Any], notes: Path
) -> None:
    numbers = outbox.put(6)
    outbox.office.script["RCPT"] = ["250 OK", "550 unknown"]
    outbox.office.script["DOT"] = ["250 OK", "451 not now"]
    outbox.die_at(Point.NOTED, 4, notes=notes, terms=TERMS)
    assert outbox.states() == {"sending": 6}
    outbox.end_leases()
    seen: dict[int, tuple[str, int]] = {}

    def look(point: Point) -> None:
        if point is Point.CLAIMED and not seen:
            seen.update({one: (outbox.row(one).stage, outbox.row(one).ambiguous) for one in numbers})

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(points, "reached", look)
        tally = send()
    assert seen == {
        numbers[0]: ("answered", 0),  # taken: it is sent
        numbers[1]: ("", 0),  # refused: it is asked about again
        numbers[2]: ("", 0),  # not taken now: the same
        numbers[3]: ("answered", 0),
        numbers[4]: ("handed_over", 1),  # it was in hand
        numbers[5]: ("", 0),
    }
    assert outbox.states() == {"sent": 6}
    assert len(outbox.office.taken) == 6
    assert [problem for problem in tally.problems if "before it could say" in problem]
