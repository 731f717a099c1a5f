"""What keeps all mail from leaving: a halt, a file, a server that lets nobody in, the end of the process (R8, R9)."""

import socket
import threading
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.errors import DomainError
from reminders.domain.outbox import Terms
from reminders.mailers import smtp
from reminders.mailers.smtp import SmtpMailer
from reminders.services.outbox import deciding
from reminders.services.outbox.gate import halt_file
from reminders.services.outbox.points import Point
from reminders.store.outbox import gate
from tests.integration.reminders.outbox import BEGAN, Outbox, at
from tests.integration.reminders.post_office import STALL


def halt(outbox: Outbox) -> None:
    with transaction(outbox.session):
        deciding.halt(outbox.session, outbox.stamp(), "Wrong words in the reminder")


def resume(outbox: Outbox) -> None:
    with transaction(outbox.session):
        deciding.resume(outbox.session, outbox.stamp())


def test_while_mail_is_halted_nothing_leaves_and_then_everything_does(outbox: Outbox) -> None:
    outbox.put(3)
    halt(outbox)
    assert outbox.send().stopped == "Mail is halted: Wrong words in the reminder"
    assert outbox.states() == {"waiting": 3}
    resume(outbox)
    assert outbox.send().stopped == ""
    assert len(outbox.office.taken) == 3


@pytest.mark.parametrize("point", [Point.CLAIMED, Point.CONNECTED, Point.BEGUN])
def test_a_halt_in_the_middle_of_a_run_lets_nothing_more_leave(outbox: Outbox, point: Point) -> None:
    outbox.put(30)
    with at(point, lambda: halt(outbox), nth=2):
        tally = outbox.send(terms=Terms(batch=10))
    assert tally.stopped
    assert len(outbox.office.taken) == (10 if point is Point.CLAIMED else 1)
    assert set(outbox.states()) == {"waiting", "sent"}
    resume(outbox)
    outbox.send()
    assert outbox.states() == {"sent": 30}


def test_the_message_in_hand_is_finished_when_mail_is_halted(outbox: Outbox) -> None:
    outbox.put(3)
    with at(Point.MARKED, lambda: halt(outbox)):
        outbox.send()
    assert outbox.states() == {"sent": 1, "waiting": 2}


@pytest.mark.parametrize("point", [Point.CLAIMED, Point.BEGUN, Point.SETTLED])
def test_a_file_in_the_instance_folder_halts_mail_too(outbox: Outbox, tmp_path: Path, point: Point) -> None:
    outbox.put(3)
    place = halt_file(tmp_path)
    with at(point, place.touch):
        tally = outbox.send(halt_file=place)
    assert "halt-mail" in tally.stopped
    assert len(outbox.office.taken) == (1 if point is Point.SETTLED else 0)
    assert "halt-mail" in outbox.send(halt_file=place).stopped
    place.unlink()
    outbox.send(halt_file=place)
    assert outbox.states() == {"sent": 3}


def test_halting_is_audited_and_refused_where_it_is_done_already(outbox: Outbox) -> None:
    halt(outbox)
    with pytest.raises(DomainError):
        halt(outbox)
    found = gate(outbox.session)
    assert (found.halted_at, found.halted_by, found.why) == (
        BEGAN,
        "command:tests",
        "Wrong words in the reminder",
    )
    resume(outbox)
    with pytest.raises(DomainError):
        resume(outbox)
    events = outbox.session.scalars(select(AuditEventRow.event).order_by(AuditEventRow.id)).all()
    assert events[-2:] == ["mail.halted", "mail.resumed"]


@pytest.mark.parametrize(
    "said", ["530 5.7.0 sign in first", "535 5.7.8 wrong password", "550 not this sender"]
)
def test_a_server_that_lets_us_in_no_more_is_left_alone_for_longer_and_longer(
    outbox: Outbox, said: str
) -> None:
    outbox.put(15)
    for failures, minutes in enumerate((5, 10, 20, 40, 60, 60), 1):
        outbox.office.script["MAIL"] = [said]
        tally = outbox.send()
        assert said in tally.stopped
        found = gate(outbox.session)
        assert (found.failures, found.open_until) == (failures, outbox.now + timedelta(minutes=minutes))
        assert said in found.problem
        assert outbox.states() == {"waiting": 15}
        outbox.office.script.clear()
        outbox.later(minutes=minutes, seconds=-1)
        assert "not asked before" in outbox.send().stopped
        assert outbox.office.taken == []
        outbox.later(seconds=1)
    assert {outbox.row(number).tries for number in range(1, 16)} == {0}, "a try was used up"
    outbox.send()
    assert outbox.states() == {"sent": 15}
    found = gate(outbox.session)
    assert (found.failures, found.open_until, found.problem) == (0, None, "")


def test_somebody_who_mended_it_need_not_wait(outbox: Outbox) -> None:
    outbox.put()
    outbox.office.script["MAIL"] = ["535 wrong password"]
    outbox.send()
    resume(outbox)
    outbox.send()
    assert outbox.states() == {"sent": 1}


def test_a_server_that_is_away_is_asked_again_at_once_and_shown(outbox: Outbox) -> None:
    outbox.put()
    tally = outbox.send(mailer=SmtpMailer("127.0.0.1", 1, encrypted=False))
    assert "cannot be reached" in tally.stopped
    assert (gate(outbox.session).open_until, gate(outbox.session).failures) == (None, 0)
    assert "cannot be reached" in gate(outbox.session).problem
    outbox.send()
    assert outbox.states() == {"sent": 1}
    assert gate(outbox.session).problem == ""


@contextmanager
def rude_server(greeting: bytes | None) -> Iterator[int]:
    """Takes connections, says this and hangs up; None: says nothing at all."""
    with closing(socket.create_server(("127.0.0.1", 0))) as server:
        kept: list[socket.socket] = []

        def serve() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                if greeting is None:
                    kept.append(connection)
                else:
                    connection.sendall(greeting)
                    connection.close()

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
    thread.join()
    for connection in kept:
        connection.close()


@pytest.mark.parametrize("greeting", [b"", b"421 too busy\r\n", b"554 no service\r\n", None])
def test_a_server_that_hangs_up_or_is_silent_before_its_banner_uses_up_no_try(
    outbox: Outbox, greeting: bytes | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp, "ANSWER_SECONDS", 0.2)
    [number] = outbox.put()
    with rude_server(greeting) as port:
        tally = outbox.send(mailer=SmtpMailer("127.0.0.1", port, encrypted=False))
    assert tally.stopped
    assert (outbox.row(number).state, outbox.row(number).tries) == ("waiting", 0)


@pytest.mark.parametrize("where, state", [("MAIL", "waiting"), ("RCPT", "waiting"), ("DOT", "waiting")])
def test_a_server_that_falls_silent_is_not_waited_for_for_ever(
    outbox: Outbox, monkeypatch: pytest.MonkeyPatch, where: str, state: str
) -> None:
    monkeypatch.setattr(smtp, "ANSWER_SECONDS", 0.3)
    monkeypatch.setattr(smtp, "FINAL_ANSWER_SECONDS", 0.3)
    outbox.office.script[where] = [STALL]
    first, _ = outbox.put(2)
    outbox.send()
    row = outbox.row(first)
    assert (row.state, row.tries, row.ambiguous) == (state, 1, where == "DOT")
    assert outbox.states() == {"waiting": 1, "sent": 1}


def test_whoever_is_told_to_end_finishes_the_message_in_hand_and_gives_the_others_back(
    outbox: Outbox,
) -> None:
    outbox.put(20)
    told = threading.Event()
    with at(Point.MARKED, told.set, nth=3):
        tally = outbox.send(stop=told.is_set)
    assert tally.stopped == ""
    assert outbox.states() == {"sent": 3, "waiting": 17}
    outbox.send()
    assert outbox.states() == {"sent": 20}
    assert {outbox.row(number).tries for number in range(1, 21)} == {1}
