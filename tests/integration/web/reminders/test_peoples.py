"""Reminders to a reader's people on pages: what was sent, sending one again, and having the overdue reminded now."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from compliance.store.rules import load_rules
from foundation import clock
from foundation.audit import AuditEventRow
from foundation.dates import LONDON
from foundation.db import db
from foundation.facts import recorded
from foundation.mail import OutgoingMessageRow, State
from people.models import AccountRow, PermissionRow
from reminders.services import by_hand
from reminders.views import peoples
from tests.borough import PARTNER, Borough
from tests.integration.web.checking import account_of
from tests.integration.web.reminders.looking import SignIn, main_text, rows
from tests.integration.web.reminders.post import Post
from tests.integration.web.staff import adding
from tests.pages import text_of

PEOPLE, SEND_NOW = "/reminders/people", "/reminders/send-now"


@pytest.fixture(autouse=True)
def working_day(monkeypatch: pytest.MonkeyPatch) -> Callable[[bool], None]:
    """Every day is one, or none is."""

    def is_working(value: bool) -> None:
        for module in (by_hand, peoples):
            monkeypatch.setattr(module, "is_working_day", lambda _day: value)

    is_working(True)
    return is_working


def to(row: list[str]) -> str:
    """The name that is seen in a row, without what is said to screen readers alone."""
    return row[0].partition(":")[0].strip()


# --- the list


def test_a_manager_reads_what_was_sent_to_the_team_and_never_what_it_says(
    post: Post, sign_in: SignIn
) -> None:
    run = post.run()
    post.message("Sam", run=run)
    post.message("Kit", State.FAILED, run=run)
    post.message("Uma", run=run)
    client = sign_in("manager")
    found = rows(client, PEOPLE, "messages")
    assert [(to(row), row[1]) for row in found] == [
        ("Kit Tester", "Reminder"),
        ("Sam Tester", "Reminder"),
    ]
    assert [to(row) for row in rows(client, f"{PEOPLE}?state=failed", "messages")] == ["Kit Tester"]
    text = main_text(client, PEOPLE)
    assert "A subject for" not in text
    assert "What is said" not in text
    assert "@" not in text
    assert "Send it again" not in text
    assert client.get(f"{PEOPLE}?state=lost").status_code == 404
    assert "No messages match" in main_text(client, f"{PEOPLE}?state=uncertain")


def test_a_partner_lead_reads_what_was_sent_to_the_organisation_and_sends_again_what_failed(
    post: Post, sign_in: SignIn, session: Session
) -> None:
    run = post.run()
    post.message("Sam", run=run)
    sent = post.message("Pam", run=run)
    failed = post.message("Pip", State.FAILED, run=run)
    others = post.message("Uma", State.FAILED, run=run)
    client = sign_in("partner")
    found = rows(client, PEOPLE, "messages")
    assert [to(row) for row in found] == ["Pip Tester", "Pam Tester"]
    again = f"{PEOPLE}/{failed}/send-again"
    links = [str(link["href"]) for link in client.page(PEOPLE).select("#messages a")]
    assert [link for link in links if "send-again" in link] == [again]
    assert client.send(again).status_code == 302
    assert post.state_of(failed) == "waiting"
    kept = session.scalars(select(AuditEventRow).where(AuditEventRow.event == "message.sent_again")).one()
    account = session.scalars(select(AccountRow).where(AccountRow.email == "partner@council.example")).one()
    assert kept.actor == f"account:{account.public_id}"
    session.rollback()
    assert client.send(f"{PEOPLE}/{sent}/send-again").status_code == 409
    for other in (others, "0" * 32):
        assert client.get(f"{PEOPLE}/{other}/send-again").status_code == 404
        assert client.send(again, f"{PEOPLE}/{other}/send-again").status_code == 404
    assert post.state_of(others) == "failed"


def test_a_partner_lead_does_not_decide_about_a_message_to_themselves(post: Post, sign_in: SignIn) -> None:
    run = post.run()
    own = post.message("Pip", State.FAILED, run=run, address="partner@council.example")
    text = main_text(sign_in("partner"), f"{PEOPLE}/{own}/send-again")
    assert "Ask a colleague" in text


def test_it_says_of_whom_the_list_is_also_to_who_leads_a_team_and_a_partner(
    post: Post, sign_in: SignIn, session: Session, borough: Borough
) -> None:
    team, partner = "everybody below you", "everybody who works in your organisation today"
    assert f"about training to {partner}, and whether" in main_text(sign_in("partner"), PEOPLE)
    assert f"about training to {team}, and whether" in main_text(sign_in("manager"), PEOPLE)
    with adding(session, borough) as builder:
        session.add(
            PermissionRow(
                account_id=account_of(session, "manager").id,
                permission="partner_lead",
                organisation_id=borough.organisations[PARTNER],
                **recorded(builder.stamp),
            )
        )
    assert f"about training to {team}, and to {partner}, and whether" in main_text(sign_in("manager"), PEOPLE)


def test_the_list_asks_as_many_questions_of_many_as_of_few(post: Post, sign_in: SignIn) -> None:
    client, run = sign_in("manager"), post.run()
    asked: list[int] = []
    seen: list[int] = []

    def count(*_: object) -> None:
        seen.append(1)

    for number in (1, 12):
        for _ in range(number):
            post.message("Sam", run=run)
        seen.clear()
        event.listen(db.engine, "before_cursor_execute", count)
        client.page(PEOPLE)
        event.remove(db.engine, "before_cursor_execute", count)
        asked.append(len(seen))
    assert asked[0] == asked[1]


# --- reminding now


def test_a_manager_sees_who_is_reminded_sends_once_and_is_told(
    post: Post, sign_in: SignIn, session: Session
) -> None:
    client = sign_in("manager")
    names = [row[0] for row in rows(client, SEND_NOW, "written")]
    assert names == ["Ola Tester", "Sam Tester"]
    assert "Leaflets and stalls: the last day was" in main_text(client, SEND_NOW)
    answer = client.send(SEND_NOW)
    assert (answer.status_code, answer.location) == (302, PEOPLE)
    said = re.search(r"Reminders to 2 people will be sent (.*)\.", client.page(PEOPLE).get_text())
    assert said is not None
    assert re.fullmatch(r"within a few minutes|from \d+[ap]m (today|on the next working day)", said[1])
    kinds = session.scalars(select(OutgoingMessageRow.kind)).all()
    session.rollback()
    assert kinds == ["reminder", "reminder"]
    left = rows(client, SEND_NOW, "left-out")
    assert [row[0] for row in left] == ["Ola Tester", "Sam Tester"]
    assert {row[2] for row in left} == {
        "Has had, or will get, as many messages today as we send to one person"
    }
    assert "There is nobody to remind" in main_text(client, SEND_NOW)
    history = sign_in("learning").page(f"/people/{post.borough.people['Sam']}/reminders").get_text()
    assert "Sam" in history


def test_what_has_changed_meanwhile_is_refused_in_plain_words(
    post: Post, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = sign_in("manager"), sign_in("manager")
    form = second.page(SEND_NOW)
    key = form.select_one("input[name=once]")
    assert key is not None
    first.send(SEND_NOW)
    answer = second.post(SEND_NOW, data={"csrf_token": _token(form), "once": str(key["value"])})
    assert answer.status_code == 409
    assert "There is nobody to remind any more" in answer.get_data(as_text=True)


def test_a_list_that_is_another_by_then_is_shown_again_and_nobody_is_written_to(
    post: Post, sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("manager")
    opened = client.page(SEND_NOW)
    with adding(session, borough) as builder:
        builder.completion("Ola", "BRIEF", 0)
    answer = client.post(SEND_NOW, data=_hidden(opened))
    assert answer.status_code == 409
    page = BeautifulSoup(answer.text, "html.parser")
    assert "The list has changed since you opened this page." in text_of(page)
    assert [text_of(row) for row in page.select("#written tbody th")] == ["Sam Tester"]
    assert session.scalars(select(OutgoingMessageRow)).all() == []
    session.rollback()
    assert client.post(SEND_NOW, data=_hidden(page) | {"shown": ""}).status_code == 409
    assert client.post(SEND_NOW, data=_hidden(page)).status_code == 302
    assert len(session.scalars(select(OutgoingMessageRow)).all()) == 1
    session.rollback()


def _hidden(page: BeautifulSoup) -> dict[str, str]:
    fields = page.select("main form[method=post] input[type=hidden]")
    return {str(field["name"]): str(field.get("value", "")) for field in fields}


@pytest.mark.parametrize(
    "now, works, says",
    [
        (datetime(2026, 5, 5, 7, 59, tzinfo=LONDON), True, "from 8am today"),
        (datetime(2026, 5, 5, 8, tzinfo=LONDON), True, "within a few minutes"),
        (datetime(2026, 5, 5, 22, tzinfo=LONDON), True, "from 8am on the next working day"),
        (datetime(2026, 5, 5, 7, 59, tzinfo=LONDON), False, "from 8am on the next working day"),
    ],
)
def test_when_they_leave_is_said_with_times_as_people_say_them(
    post: Post, working_day: Callable[[bool], None], now: datetime, works: bool, says: str
) -> None:
    working_day(works)
    assert peoples._when(post.session, now) == says
    post.session.rollback()


def _token(page: object) -> str:
    found = page.select_one("input[name=csrf_token]")  # type: ignore[attr-defined]  # a page of bs4
    return str(found["value"])


def test_on_a_day_without_mail_nothing_is_offered_and_nothing_is_sent(
    post: Post, sign_in: SignIn, session: Session, working_day: Callable[[bool], None]
) -> None:
    client = sign_in("manager")
    form = client.page(SEND_NOW)
    key = form.select_one("input[name=once]")
    assert key is not None
    working_day(False)
    page = client.page(SEND_NOW)
    assert "Reminders leave on working days only" in page.get_text()
    assert page.select("main form") == []
    answer = client.post(SEND_NOW, data={"csrf_token": _token(form), "once": str(key["value"])})
    assert answer.status_code == 409
    assert session.scalars(select(OutgoingMessageRow)).all() == []


def test_who_asked_is_said_with_the_reminder(
    post: Post, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What the plan has told already is told by a step of the day."""
    run = post.run(clock.today() - timedelta(days=1))
    cycle = _cycle_of(post, "Sam", clock.today())
    for duty, name in cycle.items():
        post.reminder("Sam", run, cycle=name, requirement_id=duty)
    client = sign_in("manager")
    client.send(SEND_NOW)
    text = main_text(sign_in("staff"), "/my-training/reminders")
    assert "Asked for by the manager" in text


def _cycle_of(post: Post, name: str, day: date) -> dict[int, str]:
    """The cycle of each duty of somebody, by requirement."""
    found = by_hand.overdue_in_team(post.session, post.borough.ids["Mo"], day)
    rules = load_rules(post.session)
    post.session.rollback()
    return {
        rules.requirement_ids[one.requirement]: one.cycle for one in found.overdue[post.borough.ids[name]]
    }
