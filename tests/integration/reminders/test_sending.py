"""Messages leave once each, whatever the mail server says and whoever dies (promises R1, R2, R7, R8 and section 4)."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.audit import AuditEventRow
from foundation.db import db, transaction
from foundation.mail import Message, OutgoingMessageRow, queue
from foundation.stamp import Stamp
from reminders.domain.letter import Letter
from reminders.mailers.smtp import SmtpMailer
from reminders.services.outbox.sending import send_waiting
from reminders.services.providers import find_mailer
from tests.integration.imports.desk import Shell
from tests.integration.reminders.post_office import HANG_UP, PostOffice

Queue = Callable[..., None]
SENDER = ("Prevent training", "no-reply@council.example")


def stamp() -> Stamp:
    return Stamp("command:tests", clock.now())


def rows(engine: Engine) -> list[OutgoingMessageRow]:
    with Session(engine, expire_on_commit=False) as session:
        return list(session.scalars(select(OutgoingMessageRow).order_by(OutgoingMessageRow.id)))


def states(engine: Engine) -> list[str]:
    return [row.state for row in rows(engine)]


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[timedelta], None]:
    """Lets time pass."""
    start, passed = clock.now(), [timedelta()]
    monkeypatch.setattr(clock, "now", lambda: start + passed[0])

    def pass_by(time: timedelta) -> None:
        passed[0] += time

    return pass_by


def test_what_waits_is_sent_once_and_its_text_is_forgotten(
    shell: Shell, office: PostOffice, write: Queue, engine: Engine
) -> None:
    write("sam", "ola", body="A link that opens an account\n")
    result = shell.run("reminders", "send")
    assert result.exit_code == 0, result.stderr
    assert "2  sent" in result.stdout
    assert [taken.to for taken in office.taken] == [("sam@council.example",), ("ola@council.example",)]
    assert shell.json("reminders", "send")["sent"] == 0
    assert len(office.taken) == 2
    assert [(row.state, row.body, row.tries) for row in rows(engine)] == [("sent", "", 1)] * 2
    assert all(row.sent_at is not None for row in rows(engine))


def test_a_message_has_one_recipient_and_a_fixed_set_of_headers(
    shell: Shell, office: PostOffice, write: Queue
) -> None:
    write("sam", body="Grüße, and a line of its own:\n.\nFrom here on\n")
    assert shell.run("reminders", "send").exit_code == 0
    [taken] = office.taken
    assert taken.sender == "no-reply@council.example"
    headers = dict(taken.read.items())
    assert set(headers) == {
        "From", "Reply-To", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "X-Auto-Response-Suppress",
        "MIME-Version", "Content-Type", "Content-Transfer-Encoding",
    }  # fmt: skip
    assert headers["From"] == "Prevent training <no-reply@council.example>"
    assert headers["Reply-To"] == "help@borough.example"
    assert headers["To"] == "sam@council.example"
    assert headers["Subject"] == "About sam"
    assert headers["Auto-Submitted"] == "auto-generated"
    assert headers["Message-ID"].endswith("@council.example>")
    assert headers["Content-Type"] == 'text/plain; charset="utf-8"'
    assert taken.text.replace("\r\n", "\n") == "Grüße, and a line of its own:\n.\nFrom here on\n"


def test_nothing_is_sent_of_what_was_rolled_back(
    shell: Shell, office: PostOffice, session: Session, engine: Engine
) -> None:
    def write_and_fail() -> None:
        with transaction(session):
            queue(session, stamp(), Message("invitation", "sam@council.example", "Hello", "Hello\n"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        write_and_fail()
    assert shell.run("reminders", "send").exit_code == 0
    assert office.taken == []
    assert rows(engine) == []


@pytest.mark.parametrize("at", ["RCPT", "DOT"])
@pytest.mark.parametrize("code", [550, 552, 553, 554])
def test_a_message_refused_for_good_has_failed_and_holds_up_no_other(
    shell: Shell, office: PostOffice, write: Queue, engine: Engine, at: str, code: int
) -> None:
    office.script[at] = [f"{code} 5.1.1 <sam@council.example> is not known here"]
    write("sam", "ola")
    result = shell.run("reminders", "send")
    assert result.exit_code == 3
    assert states(engine) == ["failed", "sent"]
    assert rows(engine)[0].body == ""
    assert rows(engine)[0].problem == f"{code} 5.1.1 <(address)> is not known here"
    assert "sam@" not in result.stdout + result.stderr
    assert [taken.to for taken in office.taken] == [("ola@council.example",)]


@pytest.mark.parametrize("at", ["MAIL", "RCPT", "DOT"])
@pytest.mark.parametrize("code", [421, 450, 451, 452])
def test_a_message_not_taken_now_is_tried_again_later(
    shell: Shell,
    office: PostOffice,
    write: Queue,
    engine: Engine,
    later: Callable[[timedelta], None],
    at: str,
    code: int,
) -> None:
    office.script[at] = [f"{code} 4.2.0 not now"]
    write("sam", "ola")
    assert shell.run("reminders", "send").exit_code == 3
    assert states(engine) == ["waiting", "sent"]
    assert shell.run("reminders", "send").exit_code == 0
    assert states(engine) == ["waiting", "sent"], "it was tried again at once"
    later(timedelta(minutes=5))
    assert shell.run("reminders", "send").exit_code == 0
    assert states(engine) == ["sent", "sent"]
    assert len(office.taken) == 2


def test_it_is_tried_seven_times_with_longer_and_longer_waits(
    shell: Shell,
    office: PostOffice,
    write: Queue,
    engine: Engine,
    later: Callable[[timedelta], None],
) -> None:
    office.script["RCPT"] = ["451 not now"] * 10
    write("sam")
    for minutes in (5, 15, 60, 4 * 60, 12 * 60, 24 * 60):
        assert shell.json("reminders", "send")["put_off"] == 1
        later(timedelta(minutes=minutes) - timedelta(seconds=1))
        assert shell.json("reminders", "send")["put_off"] == 0
        later(timedelta(seconds=1))
    assert shell.json("reminders", "send")["failed"] == 1
    assert [(row.state, row.tries, row.body) for row in rows(engine)] == [("failed", 7, "")]
    later(timedelta(days=30))
    assert shell.json("reminders", "send") == {
        "sent": 0, "put_off": 0, "failed": 0, "uncertain": 0, "stopped": None,
    }  # fmt: skip


def test_a_second_try_is_the_same_message_to_the_byte(
    shell: Shell,
    office: PostOffice,
    write: Queue,
    session: Session,
    later: Callable[[timedelta], None],
) -> None:
    seen: list[bytes] = []
    finish = SmtpMailer.finish

    def look(self: SmtpMailer, letter: Letter) -> None:
        seen.append(letter.content)
        finish(self, letter)

    office.script["DOT"] = ["451 not now"]
    write("sam")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(SmtpMailer, "finish", look)
        shell.run("reminders", "send")
        later(timedelta(minutes=6))
        shell.run("reminders", "send")
    assert len(seen) == 2
    assert seen[0] == seen[1]


@pytest.mark.parametrize("at", ["MAIL", "RCPT"])
def test_a_connection_that_is_lost_before_the_end_puts_the_message_off(
    shell: Shell, office: PostOffice, write: Queue, engine: Engine, at: str
) -> None:
    office.script[at] = [HANG_UP]
    write("sam", "ola")
    assert shell.run("reminders", "send").exit_code == 3
    assert states(engine) == ["waiting", "sent"]
    assert [taken.to for taken in office.taken] == [("ola@council.example",)]


def test_a_connection_that_is_lost_after_the_end_leaves_it_open_whether_the_message_arrived(
    shell: Shell,
    office: PostOffice,
    write: Queue,
    engine: Engine,
    later: Callable[[timedelta], None],
) -> None:
    office.script["DOT"] = [HANG_UP]
    write("sam")
    result = shell.run("reminders", "send")
    assert result.exit_code == 3
    assert "uncertain" in result.stderr
    assert len(office.taken) == 1
    later(timedelta(days=1))
    assert shell.run("reminders", "send").exit_code == 0
    assert len(office.taken) == 1, "it was sent again"
    assert [(row.state, row.body) for row in rows(engine)] == [("uncertain", "")]


def test_a_server_that_ends_every_connection_silently_gets_every_message(
    shell: Shell, office: PostOffice, write: Queue, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = SmtpMailer.finish

    def send_and_cut(self: SmtpMailer, letter: Letter) -> None:
        finish(self, letter)
        assert self._server is not None
        assert self._server.sock is not None
        self._server.sock.shutdown(2)

    monkeypatch.setattr(SmtpMailer, "finish", send_and_cut)
    write("sam", "ola", "kit")
    assert shell.run("reminders", "send").exit_code == 0
    assert len(office.taken) == 3


def test_a_server_that_is_away_uses_up_no_tries(
    app: Flask, shell: Shell, office: PostOffice, write: Queue, engine: Engine
) -> None:
    app.config["MAIL_URL"] = "smtp://127.0.0.1:1"
    write("sam")
    for _ in range(7):
        result = shell.run("reminders", "send")
        assert result.exit_code == 1
        assert "The mail server cannot be reached" in result.stderr
    app.config["MAIL_URL"] = office.url
    assert shell.run("reminders", "send").exit_code == 0
    assert states(engine) == ["sent"]


def test_two_runs_at_once_send_every_message_once(
    app: Flask, office: PostOffice, write: Queue, engine: Engine
) -> None:
    names = [f"person{number}" for number in range(12)]
    write(*names)
    db.session.remove()
    together, faults = threading.Barrier(3), []

    def run() -> None:
        with app.app_context():
            together.wait()
            try:
                send_waiting(db.session(), stamp, find_mailer(office.url), SENDER)
            except Exception as error:
                faults.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert faults == []
    assert sorted(taken.to[0] for taken in office.taken) == sorted(
        f"{name}@council.example" for name in names
    )
    assert set(states(engine)) == {"sent"}


def test_an_address_that_is_none_fails_and_holds_up_no_other(
    shell: Shell, office: PostOffice, session: Session, write: Queue, engine: Engine
) -> None:
    for address in (
        "sam@council.example, eve@evil.example",
        "sam@council.example\r\nBcc: x@y.example",
        "sam",
        "é@b.example",
    ):
        with transaction(session):
            queue(session, stamp(), Message("invitation", address, "Hello", "Hello\n"))
    write("ola")
    assert shell.run("reminders", "send").exit_code == 3
    assert states(engine) == ["failed"] * 4 + ["sent"]
    assert [taken.to for taken in office.taken] == [("ola@council.example",)]


def test_every_end_of_a_message_is_in_the_audit_trail_without_its_address(
    shell: Shell, office: PostOffice, write: Queue, session: Session
) -> None:
    office.script["RCPT"] = ["550 unknown", "250 OK", "250 OK"]
    office.script["DOT"] = ["250 OK", HANG_UP]
    write("sam", "ola", "kit")
    shell.run("reminders", "send")
    found = session.scalars(
        select(AuditEventRow).where(AuditEventRow.event.like("message.%")).order_by(AuditEventRow.id)
    ).all()
    assert [(row.event, row.subject) for row in found] == [
        ("message.failed", "message:1"),
        ("message.sent", "message:2"),
        ("message.uncertain", "message:3"),
    ]
    assert "council.example" not in "".join(f"{row.actor}{row.subject}{row.details}" for row in found)


def test_a_run_may_be_told_how_many_to_send(session: Session, office: PostOffice, write: Queue) -> None:
    write("sam", "ola", "kit")
    tally = send_waiting(session, stamp, find_mailer(office.url), SENDER, most=2)
    assert len(office.taken) == 2
    assert tally.stopped == ""


def test_the_longest_waiting_goes_first(
    shell: Shell, office: PostOffice, write: Queue, later: Callable[[timedelta], None]
) -> None:
    write("first")
    later(timedelta(seconds=1))
    write("second")
    shell.run("reminders", "send")
    assert [taken.to[0].partition("@")[0] for taken in office.taken] == ["first", "second"]


def test_counts_come_as_csv_and_json_too(shell: Shell, write: Queue, office: PostOffice) -> None:
    write("sam")
    result = shell.run("reminders", "send", "--format", "csv")
    assert result.stdout == "sent,put_off,failed,uncertain\n1,0,0,0\n"
