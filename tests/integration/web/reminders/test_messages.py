"""The messages of the outbox on pages: who sees what of them, what can be decided."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from compliance.domain.requirement import ReminderStep
from foundation import clock
from foundation.audit import AuditEventRow
from foundation.db import db
from foundation.mail import State
from tests.borough import AWARE
from tests.integration.web.reminders.looking import MESSAGES, SignIn, file_rows, main_text, rows
from tests.integration.web.reminders.post import STEPS, Post, write_steps

# --- the list


def test_the_list_is_narrowed_by_state_kind_and_day_and_so_is_its_file(post: Post, sign_in: SignIn) -> None:
    run = post.run()
    post.message("Sam", run=run)
    post.message("Mo", State.UNCERTAIN, "team_digest", run=run, ambiguous=1)
    post.invitation("new")
    client = sign_in("learning")
    assert len(rows(client, MESSAGES, "messages")) == 3
    (uncertain,) = rows(client, f"{MESSAGES}?state=uncertain", "messages")
    assert uncertain[0].startswith("Mo Tester")
    assert uncertain[2] == "Uncertain"
    assert [row["kind"] for row in file_rows(client, f"{MESSAGES}.csv?state=uncertain")] == ["team_digest"]
    assert [row[1] for row in rows(client, f"{MESSAGES}?kind=invitation", "messages")] == [
        "Invitation Come in"
    ]
    today, tomorrow = clock.today(), clock.today() + timedelta(days=1)
    assert len(rows(client, f"{MESSAGES}?day={today}", "messages")) == 3
    assert "Choose other filters" in main_text(client, f"{MESSAGES}?day={tomorrow}")
    assert client.get(f"{MESSAGES}?state=lost").status_code == 404


def test_the_day_on_which_a_message_was_written_is_that_of_london_whatever_it_is(
    post: Post, sign_in: SignIn
) -> None:
    first = datetime(2026, 6, 2, 23, 0, tzinfo=UTC)  # midnight in London
    run = post.run()
    for name, at in (
        ("Sam", first - timedelta(seconds=1)),
        ("Mo", first),
        ("Ola", first + timedelta(days=1)),
    ):
        post.message(name, run=run, made_at=at)
    post.message("Kit", kind="invitation", made_at=first)
    client = sign_in("learning")

    def found(filters: str) -> list[str]:
        return [row["address"].partition("@")[0] for row in file_rows(client, f"{MESSAGES}.csv?{filters}")]

    assert found("day=2026-06-03") == ["kit", "mo"]
    assert found("day=2026-06-02") == ["sam"]
    assert found("since=2026-06-03") == ["kit", "ola", "mo"]
    assert found("day=2026-06-03&since=2026-06-04") == []


def test_a_date_that_is_none_is_said_beside_its_boxes(post: Post, sign_in: SignIn) -> None:
    page = sign_in("learning").page(f"{MESSAGES}?day-day=31&day-month=6&day-year=2026", status=422)
    assert "Day must be a real date" in page.get_text()
    page = sign_in("learning").page(f"{MESSAGES}?since=soon", status=422)
    assert "First day must be a real date" in page.get_text()


def test_addresses_are_masked_for_an_auditor(post: Post, sign_in: SignIn) -> None:
    post.message("Sam", run=post.run())
    post.invitation("somebody.else")
    for address in (MESSAGES, f"{MESSAGES}.csv"):
        text = sign_in("auditor").get(address).get_data(as_text=True)
        assert "s************@council.example" in text
        assert "somebody.else@" not in text
        assert "sam@" not in text
        assert "somebody.else@" in sign_in("coordinator").get(address).get_data(as_text=True)


def test_the_file_of_messages_is_written_into_the_audit_trail(
    post: Post, sign_in: SignIn, session: Session
) -> None:
    post.message("Sam", run=post.run())
    file_rows(sign_in("learning"), f"{MESSAGES}.csv?state=sent")
    found = session.execute(
        select(AuditEventRow.subject, AuditEventRow.details).where(AuditEventRow.event == "export.made")
    ).one()
    assert found.subject == "reminders.messages_csv"
    assert (found.details["lines"], found.details["filters"]) == (1, {"state": "sent"})


def test_the_list_takes_as_many_statements_for_fifty_messages_as_for_one(
    post: Post, sign_in: SignIn, app: Flask
) -> None:
    client, run = sign_in("learning"), post.run()
    post.message("Sam", run=run)

    def statements() -> int:
        found: list[str] = []

        def note(_c: object, _u: object, statement: str, *_: object) -> None:
            found.append(statement)

        event.listen(db.engine, "before_cursor_execute", note)
        client.page(MESSAGES)
        event.remove(db.engine, "before_cursor_execute", note)
        return len(found)

    statements()
    few = statements()
    for name in ("Mo", "Ola", "Kit", "Ash", "Bo", "Cy") * 3:
        post.message(name, run=run)
    assert statements() == few


# --- one message


def test_learning_reads_what_a_message_said_and_nobody_else_does(post: Post, sign_in: SignIn) -> None:
    run = post.run()
    message = post.message("Sam", run=run)
    post.reminder("Sam", run, message)
    post.happened(message, "message.sent")
    client = sign_in("learning")
    text = main_text(client, f"{MESSAGES}/{message}")
    assert "What is said. And how to do it." in text
    assert rows(client, f"{MESSAGES}/{message}", "about")[0][:2] == [
        "Sam Tester",
        "Prevent awareness for everybody",
    ]
    assert [row[1:] for row in rows(client, f"{MESSAGES}/{message}", "events")] == [["Sent", "The service"]]
    for reader in ("coordinator", "auditor"):
        assert "What is said." not in main_text(sign_in(reader), f"{MESSAGES}/{message}")
    for reader in ("staff", "manager", "partner"):
        assert sign_in(reader).get(f"{MESSAGES}/{message}").status_code == 403


def test_a_link_that_acts_is_shown_to_nobody(post: Post, sign_in: SignIn) -> None:
    message = post.message("Sam", State.FAILED, "reset", is_secret=True, body="https://x.example/secret")
    client = sign_in("learning")
    text = main_text(client, f"{MESSAGES}/{message}")
    assert "secret" not in text
    assert "It holds a link that acts" in text
    assert "Send this message again" not in text


@pytest.mark.parametrize(
    "values, said",
    [
        ({"state": State.WAITING, "tries": 0}, "It is written when it leaves"),
        ({"state": State.SENT, "handed_at": clock.now()}, "Texts are kept for 90 days from when"),
        ({"state": State.CANCELLED}, "There is no text: it did not leave"),
    ],
)
def test_why_there_is_no_text_is_true_of_each_message(
    values: dict[str, Any], said: str, post: Post, sign_in: SignIn
) -> None:
    message = post.message("Sam", run=post.run(), body="", **values)
    assert said in main_text(sign_in("learning"), f"{MESSAGES}/{message}")


@pytest.mark.parametrize(
    "state, tries, is_said", [(State.WAITING, 0, True), (State.WAITING, 1, False), (State.SENT, 1, False)]
)
def test_only_of_what_nobody_has_tried_to_send_the_page_says_so(
    state: State, tries: int, is_said: bool, post: Post, sign_in: SignIn
) -> None:
    message = post.message("Sam", state, tries=tries)
    text = main_text(sign_in("learning"), f"{MESSAGES}/{message}")
    assert ("nobody has tried to send it yet" in text) is is_said


def test_what_the_provider_reported_is_said_in_words(post: Post, sign_in: SignIn) -> None:
    message = post.message("Sam", State.FAILED, receipt="permanent-failure", receipt_at=clock.now())
    post.happened(message, "message.reported", receipt="permanent-failure")
    client = sign_in("learning")
    said = "Not delivered: the address does not exist, or takes no mail"
    assert f"What the provider reported {said} on" in main_text(client, f"{MESSAGES}/{message}")
    ((_, what, _),) = rows(client, f"{MESSAGES}/{message}", "events")
    assert what == f"The provider reported what became of it {said}"


def test_why_a_message_was_not_sent_is_no_fault_and_no_key(post: Post, sign_in: SignIn) -> None:
    message = post.message("Sam", State.CANCELLED, problem="up_to_date")
    text = main_text(sign_in("learning"), f"{MESSAGES}/{message}")
    assert "Why Up to date" in text
    assert "What went wrong" not in text


def test_the_step_in_a_message_is_that_of_the_very_duty_on_the_day_of_the_plan(
    post: Post, sign_in: SignIn, session: Session
) -> None:
    own = ReminderStep("overdue_1", "overdue", 14, requirement=AWARE)
    ended = replace(own, days=90, last_day=clock.today() - timedelta(days=1))
    other = ReminderStep("overdue_1", "overdue", 60, requirement="STALLS")
    write_steps(session, clock.today(), (*STEPS, ended, replace(own, first_day=clock.today()), other))
    run = post.run()
    message = post.message("Sam", run=run)
    post.reminder("Sam", run, message)
    ((_, _, why, _),) = rows(sign_in("learning"), f"{MESSAGES}/{message}", "about")
    assert why == "14 days after the last day"
    assert "14 days after the last day" in sign_in("staff").page("/my-training/reminders").get_text()


# --- nobody decides about their own


@pytest.mark.parametrize("whose", ["to them", "about them", "to their address"])
@pytest.mark.parametrize("act", ["send-again", "mark-sent", "give-up"])
def test_nobody_decides_about_a_message_to_them_or_about_them(
    act: str, whose: str, post: Post, sign_in: SignIn, session: Session
) -> None:
    if whose == "to their address":
        message = post.message("learning", State.UNCERTAIN, "evidence_rejected")
    else:
        to, run = "Uma" if whose == "to them" else "Mo", post.run()
        message = post.message(to, State.UNCERTAIN, run=run)
        post.reminder("Uma" if whose == "about them" else "Sam", run, message, to=to)
    client = sign_in("learning")
    page = client.page(f"{MESSAGES}/{message}")
    assert page.select_one(f"a[href='{MESSAGES}/{message}/{act}']") is None
    assert "so a colleague decides about it" in page.get_text()
    assert "Ask a colleague" in client.page(f"{MESSAGES}/{message}/{act}").get_text()
    assert client.send(f"{MESSAGES}/{other(post)}/{act}", f"{MESSAGES}/{message}/{act}").status_code == 422
    assert post.state_of(message) == State.UNCERTAIN


def other(post: Post) -> str:
    """A message about which learning and development may decide: its form has what a form needs."""
    return post.message("Sam", State.UNCERTAIN, run=None)


def test_what_giving_up_means_is_said_where_it_tells_of_duties(post: Post, sign_in: SignIn) -> None:
    run = post.run()
    told, plain = (
        post.message("Sam", State.WAITING, run=run),
        post.message("Kit", State.WAITING, "invitation"),
    )
    post.reminder("Sam", run, told)
    client = sign_in("learning")
    assert "It is not told again" in main_text(client, f"{MESSAGES}/{told}/give-up")
    assert "It is not told again" not in main_text(client, f"{MESSAGES}/{plain}/give-up")
    client.send(f"{MESSAGES}/{told}/give-up")
    assert "Somebody decided not to send it" in main_text(client, f"{MESSAGES}/{told}")


def test_html_in_a_message_is_shown_as_text(post: Post, sign_in: SignIn) -> None:
    message = post.message("Sam", body="<script>alert(1)</script><b>x</b>\n")
    page = sign_in("learning").page(f"{MESSAGES}/{message}")
    shown = page.select_one("pre")
    assert shown is not None
    assert shown.get_text() == "<script>alert(1)</script><b>x</b>\n"
    assert not shown.find_all(True)


@pytest.mark.parametrize(
    "act, before, after, said",
    [
        ("send-again", State.UNCERTAIN, State.WAITING, "message.sent_again"),
        ("send-again", State.FAILED, State.WAITING, "message.sent_again"),
        ("mark-sent", State.UNCERTAIN, State.SENT, "message.marked_sent"),
        ("give-up", State.WAITING, State.CANCELLED, "message.given_up"),
    ],
)
def test_a_message_is_decided_about_once_and_the_trail_says_by_whom(
    act: str, before: State, after: State, said: str, post: Post, sign_in: SignIn, session: Session
) -> None:
    message = post.message("Sam", before, run=post.run())
    client = sign_in("learning")
    address = f"{MESSAGES}/{message}/{act}"
    assert client.page(f"{MESSAGES}/{message}").select_one(f"a[href='{address}']") is not None
    answer = client.send(address)
    assert answer.status_code == 302
    assert post.state_of(message) == after
    events = rows(client, f"{MESSAGES}/{message}", "events")
    assert [row[2] for row in events] == ["Uma Tester"]
    found = session.scalars(select(AuditEventRow.event).where(AuditEventRow.subject.like("message:%"))).all()
    assert found == [said]


def test_a_form_that_is_sent_twice_acts_once(post: Post, sign_in: SignIn, session: Session) -> None:
    message = post.message("Sam", State.UNCERTAIN, run=post.run())
    client = sign_in("learning")
    address = f"{MESSAGES}/{message}/send-again"
    form = client.page(address).select_one("main form")
    assert form is not None
    fields = {str(one["name"]): str(one.get("value", "")) for one in form.select("input")}
    assert [client.post(address, data=fields).status_code for _ in range(2)] == [302, 302]
    found = session.scalars(select(AuditEventRow.id).where(AuditEventRow.event == "message.sent_again")).all()
    assert len(found) == 1


def test_what_has_changed_meanwhile_is_refused_politely(
    post: Post, sign_in: SignIn, session: Session
) -> None:
    message = post.message("Sam", State.UNCERTAIN, run=post.run())
    client = sign_in("learning")
    address = f"{MESSAGES}/{message}/send-again"
    client.send(f"{MESSAGES}/{message}/mark-sent")
    answer = client.send(address)
    assert answer.status_code == 409
    assert "This message has changed meanwhile" in answer.get_data(as_text=True)
    assert post.state_of(message) == State.SENT


def test_there_is_no_other_act(post: Post, sign_in: SignIn) -> None:
    message = post.message("Sam", State.UNCERTAIN, run=post.run())
    assert sign_in("learning").get(f"{MESSAGES}/{message}/delete").status_code == 404


# --- two copies


def test_everybody_who_may_have_had_two_copies_is_named_and_nobody_else(post: Post, sign_in: SignIn) -> None:
    run = post.run()
    post.message("Sam", run=run, ambiguous=1, handed_at=clock.now())
    post.message("Mo", run=run)
    for reader in ("learning", "coordinator", "auditor"):
        client = sign_in(reader)
        (row,) = rows(client, "/reminders/twice", "twice")
        assert row[0].startswith("Sam Tester")
        assert [one["name"] for one in file_rows(client, "/reminders/twice.csv")] == ["Sam Tester"]


def test_the_list_says_to_whom_and_how_many_copies_may_have_arrived(post: Post, sign_in: SignIn) -> None:
    now, run = clock.now(), post.run()
    post.message("Sam", run=run, ambiguous=1, handed_at=now, stage="answered")
    post.message("Mo", State.WAITING, run=run, ambiguous=1, handed_at=now, stage="handed_over")
    post.message("Ash", State.SENT, run=run, ambiguous=1, handed_at=now, stage="handed_over")
    post.message(
        "new.one",
        State.UNCERTAIN,
        "invitation",
        ambiguous=1,
        handed_at=now,
        stage="handed_over",
        is_secret=True,
    )
    for reader, address in (
        ("coordinator", "new.one@council.example"),
        ("auditor", "n******@council.example"),
    ):
        client = sign_in(reader)
        found = {
            row[0].partition(",")[0].strip(): row[3] for row in rows(client, "/reminders/twice", "twice")
        }
        said = {name: what.partition("Last handed over on")[0].strip() for name, what in found.items()}
        assert said == {
            "Sam Tester": "Up to 2 copies",
            "Mo Tester": "Handed over once, no answer. It is sent once more",
            "Ash Tester": "Handed over once, no answer",
            address: "Handed over once, no answer",
        }
        (secret,) = (one for one in file_rows(client, "/reminders/twice.csv") if not one["name"])
        assert (secret["address"], secret["may_have_arrived"]) == (address, "Handed over once, no answer")


def test_without_any_the_page_says_so(post: Post, sign_in: SignIn) -> None:
    assert "so nobody had two copies" in main_text(sign_in("learning"), "/reminders/twice")
