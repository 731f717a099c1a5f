"""Signing in and out (promises S4 to S9 as far as built, bad inputs G01, G02, G09 and G11)."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation import clock
from foundation.audit import AuditEventRow
from people.models import AccountRow, PostSpellRow
from tests.borough import PASSWORD, Borough, email_of
from tests.pages import PageClient

SignIn = Callable[[str], PageClient]
NOT_RIGHT = "Email address or password is not right"


def test_a_reader_comes_to_the_page_that_was_asked_for(anyone: PageClient) -> None:
    answer = anyone.get("/figures?by=unit&requirement=AWARE")
    form = answer.headers["Location"]
    assert form == "/sign-in?next=/figures?by%3Dunit%26requirement%3DAWARE"
    answer = anyone.send(form, email=email_of("learning"), password=PASSWORD)
    assert answer.headers["Location"] == "/figures?by=unit&requirement=AWARE"


def test_a_target_elsewhere_leads_to_the_start_page(anyone: PageClient) -> None:
    answer = anyone.send("/sign-in?next=//evil.example/team", email=email_of("learning"), password=PASSWORD)
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize(
    "field, message", [("email", "Enter your email address"), ("password", "Enter your password")]
)
def test_an_empty_field_is_named_and_what_was_typed_stays(
    anyone: PageClient, field: str, message: str
) -> None:
    fields = {"email": "sam@council.example", "password": "something", field: ""}
    answer = anyone.send("/sign-in", **fields)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert text.count(message) == 2
    assert ("sam@council.example" in text) == (field != "email")
    assert "something" not in text


@pytest.mark.parametrize(
    "email, password",
    [
        (email_of("staff"), "not the password"),
        ("unknown@council.example", PASSWORD),
        (email_of("leaver"), PASSWORD),
        (email_of("staff"), "x" * 2000),
        (email_of("staff"), PASSWORD.upper()),
    ],
)
def test_whatever_is_wrong_gets_one_answer(anyone: PageClient, email: str, password: str) -> None:
    answer = anyone.send("/sign-in", email=email, password=password)
    assert answer.status_code == 422
    assert NOT_RIGHT in answer.get_data(as_text=True)
    assert anyone.get("/figures").status_code == 302


def test_a_capital_letter_or_a_blank_keeps_nobody_out(anyone: PageClient) -> None:
    answer = anyone.send("/sign-in", email=f" {email_of('staff').title()} ", password=PASSWORD)
    assert answer.status_code == 302


def test_a_disabled_account_is_out_with_the_next_request(sign_in: SignIn, session: Session) -> None:
    client = sign_in("staff")
    session.execute(update(AccountRow).values(disabled_at=clock.now()))
    session.commit()
    assert client.get("/account").status_code == 302


def test_whoever_leaves_is_out_with_the_next_request(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("staff")
    posts = select(PostSpellRow.id).where(PostSpellRow.person_id == borough.ids["Sam"])
    from foundation.facts import retract
    from foundation.stamp import Stamp

    retract(session, PostSpellRow, session.scalars(posts).all(), Stamp("command:tests", clock.now()), "left")
    session.commit()
    assert client.get("/account").status_code == 302


def test_a_copied_cookie_opens_nothing_after_signing_out(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("staff")
    cookie = client.get_cookie("tracker_session")
    assert cookie is not None
    page = client.page("/account")
    token = page.select_one(".app-account input[name=csrf_token]")
    assert token is not None
    answer = client.post("/sign-out", data={"csrf_token": str(token["value"])})
    assert answer.headers["Location"] == "/sign-in"
    thief = app.test_client()
    thief.set_cookie("tracker_session", cookie.value)
    assert thief.get("/account").status_code == 302


def test_a_session_ends_after_its_longest_time_however_busy(
    app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("staff")
    longest = app.config["SESSION_LONGEST"]
    now = clock.now()
    monkeypatch.setattr(clock, "now", lambda: now + longest - timedelta(minutes=5))
    assert client.get("/account").status_code == 200
    monkeypatch.setattr(clock, "now", lambda: now + longest + timedelta(minutes=5))
    assert client.get("/account").status_code == 302


def test_a_form_without_its_token_says_that_the_page_is_too_old(anyone: PageClient) -> None:
    anyone.page("/sign-in")
    answer = anyone.post("/sign-in", data={"email": email_of("staff"), "password": PASSWORD})
    assert answer.status_code == 400
    assert "The page is too old to be sent" in answer.get_data(as_text=True)


def test_a_token_of_another_session_is_refused(app: Flask, anyone: PageClient, sign_in: SignIn) -> None:
    other = sign_in("manager").page("/figures").select_one("input[name=csrf_token]")
    assert other is not None
    answer = anyone.post(
        "/sign-in",
        data={"csrf_token": str(other["value"]), "email": email_of("staff"), "password": PASSWORD},
    )
    assert answer.status_code == 400


def test_extra_fields_of_a_form_change_nothing(anyone: PageClient) -> None:
    extra = {"person_id": "9", "permissions": "learning", "disabled_at": ""}
    anyone.send("/sign-in", email=email_of("staff"), password=PASSWORD, **extra)
    assert anyone.get("/people").status_code == 403


def test_whoever_prepares_a_session_does_not_share_it(app: Flask, anyone: PageClient) -> None:
    anyone.get("/sign-in")
    before = anyone.get_cookie("tracker_session")
    anyone.send("/sign-in", email=email_of("staff"), password=PASSWORD)
    after = anyone.get_cookie("tracker_session")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    with anyone.session_transaction() as held:
        assert held["_user_id"] not in before.value


def test_every_try_leaves_an_audit_event_without_names(anyone: PageClient, session: Session) -> None:
    anyone.send("/sign-in", email="unknown@council.example", password=PASSWORD)
    anyone.send("/sign-in", email=email_of("staff"), password="wrong wrong wrong")
    anyone.send("/sign-in", email=email_of("staff"), password=PASSWORD)
    session.rollback()
    query = select(AuditEventRow).where(AuditEventRow.event.like("sign_in.%")).order_by(AuditEventRow.id)
    rows = session.scalars(query).all()
    assert [row.event for row in rows] == ["sign_in.refused", "sign_in.refused", "sign_in.accepted"]
    assert rows[0].subject == "account:unknown"
    assert rows[1].subject == rows[2].subject
    assert all("council.example" not in f"{row.subject}{row.details}{row.actor}" for row in rows)
