"""What monitors are told: whether the service lives, can serve, and whether reminders are running (promise R13)."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import transaction
from foundation.mail import Message, OutgoingMessageRow, State, queue, take_queued
from foundation.stamp import Stamp
from reminders.services.beating import health
from reminders.services.outbox import gate
from reminders.store.beat import Beat, write_beat

LATE = timedelta(minutes=16)
Beats = Callable[..., None]


@pytest.fixture
def beats(session: Session) -> Beats:
    """Writes a tick down, some time ago."""

    def beat(ago: timedelta = timedelta(), problem: str = "") -> None:
        with transaction(session):
            now = clock.now()
            write_beat(session, Beat(now - timedelta(days=1), now - ago, "leader", problem))

    return beat


def asked(app: Flask, path: str = "/healthz/reminders") -> tuple[int, list[str]]:
    answer = app.test_client().get(path)
    assert answer.mimetype == "text/plain"
    return answer.status_code, answer.text.splitlines()


def test_a_service_that_never_had_a_scheduler_serves_and_says_that_reminders_are_not_running(
    app: Flask,
) -> None:
    assert asked(app, "/healthz") == (200, ["alive"])
    assert asked(app, "/readyz") == (200, ["ready", "reminders: not running"])
    status, lines = asked(app)
    assert status == 503
    assert lines[:3] == ["reminders: not running", "last tick: never", "problem: none"]


def test_while_all_is_well_monitors_are_told_so(app: Flask, beats: Beats) -> None:
    beats(timedelta(minutes=14))
    assert asked(app, "/readyz") == (200, ["ready", "reminders: running"])
    status, lines = asked(app)
    assert status == 200
    assert lines[0] == "reminders: running"
    assert lines[2:] == [
        "problem: none",
        "mail halted: no",
        "mail server not tried until: it can be used",
        "oldest message that is due since: none",
        "uncertain messages: 0",
        "failed messages: 0",
    ]


def test_a_scheduler_that_has_died_is_an_alarm_after_a_quarter_of_an_hour(app: Flask, beats: Beats) -> None:
    beats(LATE)
    assert asked(app, "/readyz") == (200, ["ready", "reminders: not running"])
    assert asked(app)[0] == 503


def test_the_setting_says_how_late_is_late(app: Flask, beats: Beats) -> None:
    app.config["REMINDERS_LATE_AFTER"] = timedelta(minutes=20)
    beats(LATE)
    assert asked(app)[0] == 200
    assert asked(app, "/readyz")[1] == ["ready", "reminders: running"]


def test_what_keeps_the_scheduler_from_its_work_is_said_at_once(app: Flask, beats: Beats) -> None:
    beats(problem="The clock says 2027-01-01 09:00 UTC.")
    status, lines = asked(app)
    assert status == 503
    assert "problem: The clock says 2027-01-01 09:00 UTC." in lines
    assert asked(app, "/readyz")[0] == 200


def test_a_message_that_should_have_left_is_an_alarm_and_names_nobody(
    app: Flask, session: Session, beats: Beats
) -> None:
    beats()
    with transaction(session):
        stamp = Stamp("command:tests", clock.now())
        queue(session, stamp, Message("invitation", "sam@council.example", "For Sam Tester", "Hello\n"))
    take_queued(session)  # no page has written it, which would send it now
    assert asked(app)[0] == 200, "it has only just been written"
    with transaction(session):
        session.execute(update(OutgoingMessageRow).values(next_try_at=clock.now() - LATE))
    status, lines = asked(app)
    assert status == 503
    assert "oldest message that is due since: none" not in lines
    assert "sam" not in "".join(lines).lower()
    with transaction(session):
        session.execute(update(OutgoingMessageRow).values(state=State.UNCERTAIN.value))
    status, lines = asked(app)
    assert status == 200, "it waits for a person, whom the page tells"
    assert "uncertain messages: 1" in lines


NOON, EVENING = datetime(2026, 5, 5, 11, tzinfo=UTC), datetime(2026, 5, 5, 19, tzinfo=UTC)
NEXT_MORNING = datetime(2026, 5, 6, 7, tzinfo=UTC)
"""Noon, eight in the evening, and the eight in the morning of the day after, of working days in London."""


@pytest.mark.parametrize(
    "kind, now, since",
    [
        ("reminder", NOON, NOON - LATE),
        ("team_digest", NOON, NOON - LATE),
        ("reminder", EVENING, None),
        ("reminder", NEXT_MORNING, NEXT_MORNING),
        ("invitation", EVENING, NOON - LATE),
    ],
)
def test_reminders_that_wait_for_the_morning_are_not_late(
    session: Session, kind: str, now: datetime, since: datetime | None
) -> None:
    with transaction(session):
        queue(
            session, Stamp("command:tests", NOON - LATE), Message(kind, "sam@council.example", "Hi", "Hi\n")
        )
    take_queued(session)
    assert health(session, now).oldest_unsent == since


def test_halted_mail_is_an_alarm_lest_it_be_forgotten(
    app: Flask, session: Session, beats: Beats, tmp_path: Path
) -> None:
    beats()
    with transaction(session):
        gate.keep(session, halted_at=clock.now(), halted_by="account:x")
    assert asked(app)[0] == 503
    assert "mail halted: yes" in asked(app)[1]
    with transaction(session):
        gate.keep(session, halted_at=None)
    assert asked(app)[0] == 200
    gate.halt_file(tmp_path).touch()
    assert asked(app)[0] == 503


def test_a_mail_server_that_lets_nobody_in_is_an_alarm_while_it_is_left_alone(
    app: Flask, session: Session, beats: Beats
) -> None:
    beats()
    for minutes, status in ((5, 503), (-5, 200)):
        with transaction(session):
            gate.keep(session, open_until=clock.now() + timedelta(minutes=minutes))
        assert asked(app)[0] == status
