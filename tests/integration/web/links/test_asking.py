"""Asking for a link to set a password: who gets one, and that nobody learns who (promise S8, bad input G06)."""

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine, event, select
from sqlalchemy.orm import Session

from foundation.db import db, transaction
from foundation.facts import recorded, retract
from people.models import (
    AccountLinkRow,
    AccountRow,
    PersonDetailRow,
)
from people.services import accounts, limits, links
from tests.borough import Borough, email_of
from tests.integration.web.links.letterbox import NEW, messages, stamp, waiting
from tests.pages import PageClient


def test_whoever_has_an_account_gets_a_reset(
    anyone: PageClient, ask: Callable[[str], str], session: Session
) -> None:
    ask(f" {email_of('staff').upper()} ")
    assert waiting(session) == [("reset", email_of("staff"))]
    link = session.scalars(select(AccountLinkRow)).one()
    assert link.expires_at - link.made_at == timedelta(minutes=60)


def test_a_new_starter_needs_nobody(
    anyone: PageClient, ask: Callable[[str], str], session: Session, borough: Borough
) -> None:
    path = ask("kit@council.example")
    assert waiting(session) == [("invitation", "kit@council.example")]
    account = session.scalars(select(AccountRow).where(AccountRow.email == "kit@council.example")).one()
    assert account.person_id == borough.ids["Kit"]
    assert account.password_hash == ""
    link = session.scalars(select(AccountLinkRow)).one()
    assert link.expires_at - link.made_at == timedelta(days=7)
    session.rollback()
    assert anyone.send(path, password=NEW).headers["Location"] == "/sign-in"
    answer = anyone.send("/sign-in", email="kit@council.example", password=NEW)
    assert answer.status_code == 302
    assert anyone.page("/my-training")


NOBODY = ["unknown@council.example", email_of("leaver"), "lee@council.example"]


@pytest.mark.parametrize("email", NOBODY)
def test_nobody_else_gets_anything(anyone: PageClient, session: Session, email: str) -> None:
    before = session.scalars(select(AccountRow.id)).all()
    session.rollback()
    assert anyone.send("/get-link", email=email).status_code == 302
    assert messages(session) == []
    assert session.scalars(select(AccountLinkRow)).all() == []
    assert session.scalars(select(AccountRow.id)).all() == before


def test_a_disabled_account_gets_nothing(anyone: PageClient, session: Session) -> None:
    with transaction(session):
        accounts.disable_account(session, stamp(), email_of("staff"))
    anyone.send("/get-link", email=email_of("staff"))
    assert messages(session) == []


def test_a_person_whose_account_is_disabled_gets_no_other_by_another_address(
    anyone: PageClient, session: Session
) -> None:
    with transaction(session):
        accounts.disable_account(session, stamp(), email_of("staff"))
    anyone.send("/get-link", email="sam@council.example")
    assert messages(session) == []
    assert session.scalar(select(AccountRow.id).where(AccountRow.email == "sam@council.example")) is None


def share_email(session: Session, borough: Borough, name: str, email: str) -> None:
    with transaction(session):
        details = session.scalars(
            select(PersonDetailRow).where(PersonDetailRow.person_id == borough.ids[name])
        ).one()
        retract(session, PersonDetailRow, [details.id], stamp(), "tests")
        session.add(
            PersonDetailRow(
                person_id=details.person_id,
                first_name=name,
                last_name="Tester",
                email=email,
                category="employee",
                **recorded(stamp()),
            )
        )


def test_two_people_with_one_address_get_nothing(
    anyone: PageClient, session: Session, borough: Borough
) -> None:
    share_email(session, borough, "Ola", "kit@council.example")
    anyone.send("/get-link", email="kit@council.example")
    assert messages(session) == []


def test_an_address_that_is_somebody_elses_by_now_opens_no_account(
    anyone: PageClient, session: Session, borough: Borough
) -> None:
    share_email(session, borough, "Kit", email_of("staff"))
    anyone.send("/get-link", email=email_of("staff"))
    assert messages(session) == []


def test_an_address_shared_with_somebody_who_has_left_is_ones_own(
    anyone: PageClient, session: Session, borough: Borough
) -> None:
    share_email(session, borough, "Lee", "kit@council.example")
    anyone.send("/get-link", email="kit@council.example")
    assert waiting(session) == [("invitation", "kit@council.example")]


def test_whatever_is_asked_for_the_answer_is_the_same_to_the_byte(app: Flask, anyone: PageClient) -> None:
    with transaction(db.session()) as session:
        accounts.disable_account(session, stamp(), email_of("coordinator"))
    db.session.remove()
    answers = []
    for email in [email_of("staff"), "kit@council.example", email_of("coordinator"), *NOBODY]:
        client = app.test_client()
        assert isinstance(client, PageClient)
        answer = client.send("/get-link", email=email)
        page = client.get(answer.headers["Location"])
        names = sorted(name for name, _ in answer.headers)
        answers.append((answer.status_code, names, answer.data, page.status_code, page.data))
    assert all(answer == answers[0] for answer in answers)


def test_whatever_is_asked_for_the_work_is_the_same(
    app: Flask, anyone: PageClient, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    with transaction(db.session()) as session:
        accounts.disable_account(session, stamp(), email_of("coordinator"))
    db.session.remove()
    statements: list[str] = []
    hashed: list[str] = []
    really = links._hash

    def hash_and_tell(token: str) -> str:
        hashed.append(token)
        return really(token)

    monkeypatch.setattr(links, "_hash", hash_and_tell)

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        statements.append(re.sub(r"\s+", " ", statement))

    work = []
    for email in [
        "warm@up.example",
        email_of("staff"),
        "kit@council.example",
        email_of("coordinator"),
        *NOBODY,
    ]:
        form = anyone.page("/get-link").select_one("main form")
        assert form is not None
        hidden = {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}
        event.listen(engine, "before_cursor_execute", hear)
        try:
            anyone.post("/get-link", data={**hidden, "email": email})
        finally:
            event.remove(engine, "before_cursor_execute", hear)
        work.append((tuple(statements), len(hashed)))
        statements.clear()
        hashed.clear()
    assert len(work[0][0]) > 10
    assert [number for _, number in work] == [1] * len(work)
    assert all(said == work[0][0] for said, _ in work), "some answers take more statements than others"


@pytest.mark.parametrize(
    "email, message",
    [
        ("", "Enter your work email address"),
        ("sam", "Enter an email address in the correct format, like name@example.com"),
        ("sam @council.example", "Enter an email address in the correct format, like name@example.com"),
        ("x" * 250 + "@council.example", "Enter a shorter email address"),
    ],
)
def test_what_is_no_address_is_named_and_stays(
    anyone: PageClient, session: Session, email: str, message: str
) -> None:
    answer = anyone.send("/get-link", email=email)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert message in text
    assert email in text


def test_a_double_click_sends_one_message(anyone: PageClient, session: Session) -> None:
    form = anyone.page("/get-link").select_one("main form")
    assert form is not None
    hidden = {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}
    for _ in range(2):
        assert anyone.post("/get-link", data={**hidden, "email": email_of("staff")}).status_code == 302
    assert len(messages(session)) == 1


@pytest.mark.parametrize("email", [email_of("staff"), "unknown@council.example"])
def test_asking_too_often_is_refused_for_known_and_unknown_alike(
    anyone: PageClient, session: Session, email: str
) -> None:
    for _ in range(limits.LINK_ACCOUNT.most):
        assert anyone.send("/get-link", email=email).status_code == 302
    sent = len(messages(session))
    answer = anyone.send("/get-link", email=email.upper())
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert len(messages(session)) == sent
    assert anyone.send("/get-link", email="somebody@else.example").status_code == 302


def test_asking_for_many_addresses_is_refused_to_one_network_address(
    app: Flask, anyone: PageClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LINK_ADDRESS", replace(limits.LINK_ADDRESS, most=3))
    for number in range(3):
        assert anyone.send("/get-link", email=f"p{number}@council.example").status_code == 302
    assert anyone.send("/get-link", email="p4@council.example").status_code == 429
    other = app.test_client()
    assert isinstance(other, PageClient)
    other.environ_base["REMOTE_ADDR"] = "192.0.2.9"
    assert other.send("/get-link", email="p5@council.example").status_code == 302


def test_a_newer_link_takes_the_place_of_an_older_one_and_of_its_message(
    anyone: PageClient, ask: Callable[[str], str], session: Session
) -> None:
    older = ask(email_of("staff"))
    newer = ask(email_of("staff"))
    assert [(row.state, bool(row.body)) for row in messages(session)] == [
        ("superseded", False),
        ("waiting", True),
    ]
    assert anyone.get(older).status_code == 410
    assert anyone.get(newer).status_code == 200
