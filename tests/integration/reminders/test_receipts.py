"""What GOV.UK Notify reports of a message is kept, by whoever knows the token, and opens nothing again."""

import json
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import Engine, select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.mail import OutgoingMessageRow, State
from reminders.services.receipts import NO_SUCH_ADDRESS

TOKEN = "a token of chance, 32 characters long or more"
Queue = Callable[..., None]
Report = Callable[..., TestResponse]


@pytest.fixture
def report(app: Flask) -> Report:
    """Posts as Notify does."""
    app.config["NOTIFY_RECEIPTS_TOKEN"] = TOKEN
    client = app.test_client()

    def post(content: object, token: str | None = f"Bearer {TOKEN}", **more: object) -> TestResponse:
        headers = {"Content-Type": "application/json"} | ({"Authorization": token} if token else {})
        data = content if isinstance(content, (str, bytes)) else json.dumps(content)
        return client.post("/mail/notify-receipts", data=data, headers=headers)

    return post


@pytest.fixture
def sent(write: Queue, session: Session) -> str:
    """The public id of a message that was sent."""
    write("sam")
    with transaction(session):
        session.execute(update(OutgoingMessageRow).values(state=State.SENT.value, body=""))
    return session.scalars(select(OutgoingMessageRow.public_id)).one()


def about(reference: str, status: str) -> dict[str, object]:
    """A report as Notify writes it."""
    return {
        "id": "740e5834-3a29-46b4-9a6f-16142fde533a",
        "reference": reference,
        "to": "sam@council.example",
        "status": status,
        "created_at": "2026-05-14T12:15:30.000000Z",
        "completed_at": "2026-05-14T12:16:30.000000Z",
        "sent_at": None,
        "notification_type": "email",
        "template_id": "f33517ff-2a88-4f6e-b855-c550268ce08a",
        "template_version": 1,
    }


def kept(engine: Engine) -> tuple[str, str, str, bool]:
    with Session(engine) as session:
        row = session.scalars(select(OutgoingMessageRow)).one()
        return row.state, row.receipt, row.problem, row.receipt_at is not None


@pytest.mark.parametrize(
    "status, state, problem",
    [
        ("delivered", "sent", ""),
        ("temporary-failure", "sent", ""),
        ("technical-failure", "sent", ""),
        ("permanent-failure", "failed", NO_SUCH_ADDRESS),
    ],
)
def test_a_report_is_kept_and_a_missing_mailbox_is_a_failure(
    report: Report, sent: str, engine: Engine, session: Session, status: str, state: str, problem: str
) -> None:
    answer = report(about(sent, status))
    assert (answer.status_code, answer.text) == (200, "Kept.\n")
    assert kept(engine) == (state, status, problem, True)
    session.rollback()
    event = session.scalars(select(AuditEventRow).where(AuditEventRow.event == "message.reported")).one()
    assert event.actor == "provider:notify"
    assert event.details == {"kind": "invitation", "receipt": status}
    assert report(about(sent, status)).status_code == 200
    events = session.scalars(select(AuditEventRow).where(AuditEventRow.event == "message.reported"))
    assert len(events.all()) == 1, "what is known already is no news"


@pytest.mark.parametrize("state", [state for state in State if state is not State.SENT])
def test_a_report_moves_no_message_but_one_that_was_sent(
    report: Report, sent: str, engine: Engine, session: Session, state: State
) -> None:
    with transaction(session):
        session.execute(update(OutgoingMessageRow).values(state=state.value, problem="as it was"))
    assert report(about(sent, "permanent-failure")).status_code == 200
    assert kept(engine) == (state.value, "permanent-failure", "as it was", True)


def test_a_copy_that_arrived_counts_whatever_became_of_the_other(
    report: Report, sent: str, engine: Engine
) -> None:
    report(about(sent, "temporary-failure"))
    report(about(sent, "delivered"))
    report(about(sent, "permanent-failure"))
    assert kept(engine) == ("sent", "delivered", "", True)


@pytest.mark.parametrize("between", [[], ["temporary-failure"]], ids=["at once", "after another"])
def test_what_was_delivered_after_all_is_sent_and_has_no_problem(
    report: Report, sent: str, engine: Engine, between: list[str]
) -> None:
    for status in ("permanent-failure", *between, "delivered"):
        report(about(sent, status))
    assert kept(engine) == ("sent", "delivered", "", True)


def test_a_delivery_moves_no_message_that_failed_otherwise(
    report: Report, sent: str, engine: Engine, session: Session
) -> None:
    with transaction(session):
        session.execute(update(OutgoingMessageRow).values(state=State.FAILED.value, problem="as it was"))
    report(about(sent, "delivered"))
    assert kept(engine) == ("failed", "delivered", "as it was", True)


@pytest.mark.parametrize("reference", ["0" * 32, "", None, "réf", "\ud800"])
def test_a_message_that_is_not_ours_is_nobody_s_fault(
    report: Report, sent: str, engine: Engine, reference: str | None
) -> None:
    answer = report({"reference": reference, "status": "delivered"})
    assert (answer.status_code, answer.text) == (200, "No message of ours has this reference.\n")
    assert kept(engine) == ("sent", "", "", False)


@pytest.mark.parametrize(
    "token",
    [None, "", "Bearer", "Bearer ", "Bearer wrong", TOKEN, f"Basic {TOKEN}", f"Bearer {TOKEN}x", "Bearer é"],
)
def test_whoever_does_not_know_the_token_is_refused(
    report: Report, sent: str, engine: Engine, token: str | None
) -> None:
    answer = report(about(sent, "permanent-failure"), token)
    assert (answer.status_code, answer.text) == (403, "Only GOV.UK Notify may report here.\n")
    assert kept(engine) == ("sent", "", "", False)


@pytest.mark.parametrize("token", ["Bearer ", "Bearer", None])
def test_without_the_setting_nobody_is_believed(
    app: Flask, report: Report, sent: str, token: str | None
) -> None:
    app.config["NOTIFY_RECEIPTS_TOKEN"] = ""
    assert report(about(sent, "delivered"), token).status_code == 403


@pytest.mark.parametrize(
    "content, words",
    [
        ("", "Expected JSON."),
        ("not json", "Expected JSON."),
        (b"\xff\xfe\xff", "Expected JSON."),
        ("[" * 5_000, "Expected JSON."),
        ("[]", "Expected a JSON object."),
        ({"status": "delivered", "reference": 7}, "`reference` is no text."),
        ({"status": "delivered", "reference": "a\0"}, "`reference` is no text."),
        ({"reference": "0"}, "`status` is none of delivered,"),
        ({"reference": "0", "status": "lost"}, "`status` is none of delivered,"),
        ({"reference": "0", "status": ["delivered"]}, "`status` is none of delivered,"),
    ],
)
def test_what_is_no_report_is_explained(report: Report, sent: str, content: object, words: str) -> None:
    answer = report(content)
    assert answer.status_code == 400
    assert answer.text.startswith(words)
    assert answer.mimetype == "text/plain"


def test_what_is_too_long_for_a_report_is_not_read(report: Report, sent: str) -> None:
    assert report({**about(sent, "delivered"), "more": "x" * 10_000}).status_code == 413
