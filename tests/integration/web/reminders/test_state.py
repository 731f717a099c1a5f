"""The page that says how reminders fare, and what halts them."""

from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.audit import AuditEventRow
from foundation.formats import long_date
from foundation.mail import MailGateRow, OutgoingMessageRow, State
from reminders.models import ReminderRunRow
from reminders.services.outbox.gate import HALT_FILE
from reminders.views.lists import begin_of
from tests.integration.web.reminders.looking import MESSAGES, STATE, SignIn, main_text, rows
from tests.integration.web.reminders.post import Post
from tests.pages import text_of


def test_the_page_says_plainly_when_reminders_were_never_started(post: Post, sign_in: SignIn) -> None:
    text = main_text(sign_in("learning"), STATE)
    assert "Reminders are not running: they have never been started" in text


def test_the_page_says_when_the_last_sign_of_life_was(post: Post, sign_in: SignIn) -> None:
    at = clock.now() - timedelta(hours=3)
    post.beat(at)
    text = main_text(sign_in("auditor"), STATE)
    assert "Reminders are not running: the last sign of life was on" in text
    assert long_date(clock.london_day(at)) in text


def test_while_they_run_nothing_is_in_the_way_of_the_numbers(post: Post, sign_in: SignIn) -> None:
    post.beat(clock.now())
    run = post.run()
    post.message("Sam", run=run)
    post.message("Mo", State.FAILED, run=run)
    client = sign_in("learning")
    assert "Reminders are running." in main_text(client, STATE)
    assert rows(client, STATE, "numbers") == [["Sent", "1 Sent"], ["Failed", "1 Failed"]]
    assert rows(client, STATE, "runs")[0][1:3] == ["3", "2"]
    assert "Planned: 3 reminders in 2 messages." in main_text(client, STATE)


def test_each_number_opens_the_list_of_exactly_these_messages(post: Post, sign_in: SignIn) -> None:
    first = begin_of(clock.today() - timedelta(days=29))
    post.message("Sam", State.FAILED, made_at=first - timedelta(microseconds=1))
    post.message("Mo", State.FAILED, made_at=first)
    post.message("Ola", State.FAILED)
    client = sign_in("learning")
    (link,) = client.page(STATE).select("#numbers a")
    assert text_of(link) == "2 Failed"
    assert len(rows(client, str(link["href"]), "messages")) == 2


def test_what_kept_the_last_round_from_its_work_is_said(post: Post, sign_in: SignIn) -> None:
    post.beat(clock.now(), "Sending mail failed.")
    assert "Sending mail failed." in main_text(sign_in("learning"), STATE)


def halted(session: Session) -> bool:
    found = session.scalar(select(MailGateRow.halted_at)) is not None
    session.rollback()
    return found


@pytest.mark.parametrize("reader", ["learning", "coordinator"])
def test_all_mail_is_halted_with_a_reason_and_learning_lets_it_leave_again(
    reader: str, post: Post, sign_in: SignIn, session: Session
) -> None:
    client = sign_in(reader)
    refused = client.send("/reminders/halt", why="")
    assert refused.status_code == 422
    assert "Enter why" in refused.get_data(as_text=True)
    assert not halted(session)
    assert client.send("/reminders/halt", why="A wrong file of people").status_code == 302
    assert halted(session)
    text = main_text(client, STATE)
    assert "All mail is halted" in text
    assert "A wrong file of people" in text
    assert client.page(STATE).select_one("a[href='/reminders/halt']") is None
    again = client.send("/reminders/halt", why="Once more")
    assert again.status_code == 409
    assert (client.get("/reminders/resume").status_code == 200) is (reader == "learning")
    assert sign_in("learning").send("/reminders/resume").status_code == 302
    assert not halted(session)
    events = select(AuditEventRow.event).where(AuditEventRow.event.like("mail.%")).order_by(AuditEventRow.id)
    assert session.scalars(events).all() == ["mail.halted", "mail.resumed"]


def test_a_halt_at_the_machine_is_said_and_not_offered_to_be_ended(
    post: Post, sign_in: SignIn, app: Flask
) -> None:
    (Path(app.instance_path) / HALT_FILE).touch()
    page = sign_in("learning").page(STATE)
    assert "All mail is halted at the machine" in page.get_text()
    assert page.select_one("a[href='/reminders/resume']") is None


def test_a_mail_server_that_lets_nobody_in_is_said(post: Post, sign_in: SignIn, session: Session) -> None:
    session.add(
        MailGateRow(
            id=1, why="", open_until=clock.now() + timedelta(minutes=5), failures=1, problem="Wrong password."
        )
    )
    session.commit()
    text = main_text(sign_in("learning"), STATE)
    assert "The mail server lets nobody in Wrong password. It is asked again on" in text


def test_a_run_that_is_held_goes_on_when_learning_lets_it(
    post: Post, sign_in: SignIn, session: Session
) -> None:
    post.beat(clock.now())
    day = clock.today()
    post.run(day, "held")
    client = sign_in("learning")
    address = f"/reminders/runs/{day}/release"
    assert client.page(STATE).select_one(f"a[href='{address}']") is not None
    assert sign_in("coordinator").get(address).status_code == 403
    assert client.send(address).status_code == 302
    assert session.scalars(select(ReminderRunRow.trial)).all() == ["passed"]
    session.rollback()
    assert client.send(address).status_code == 409
    assert client.get("/reminders/runs/2001-01-01/release").status_code == 404
    assert client.get("/reminders/runs/soon/release").status_code == 404


def test_nothing_is_decided_by_looking(post: Post, sign_in: SignIn, session: Session) -> None:
    message = post.message("Sam", State.UNCERTAIN, run=post.run())
    client = sign_in("learning")
    for address in (STATE, MESSAGES, f"{MESSAGES}/{message}/send-again", "/reminders/halt"):
        client.page(address)
    assert session.scalars(select(OutgoingMessageRow.state)).all() == [State.UNCERTAIN]
