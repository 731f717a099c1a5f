"""Guessing at passwords (promise S7, bad inputs G03 and G04): slow for strangers, and nobody is locked out by them.

A thousand guesses are made by the page itself, with a clock that is moved by hand.
"""

from collections import Counter
from collections.abc import Callable
from contextvars import Context
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Literal

import pytest
from argon2 import PasswordHasher
from bs4 import BeautifulSoup
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app
from foundation import clock
from foundation.audit import AuditEventRow
from people.models import AttemptRow
from people.services import limits, passwords
from people.services.limits import Limit
from tests.borough import PASSWORD, Borough, email_of
from tests.integration.conftest import close, settings_for
from tests.pages import PageClient

SignIn = Callable[[str], PageClient]
WRONG = "this is not the one"
TOO_MANY = "Too many tries. Wait 5 minutes, or set a new password."


class Hand:
    """A clock that is moved by hand."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def forward(self, **by: float) -> None:
        self.now += timedelta(**by)


@pytest.fixture
def hand(monkeypatch: pytest.MonkeyPatch) -> Hand:
    found = Hand(datetime.now(UTC))
    monkeypatch.setattr(clock, "now", lambda: found.now)
    return found


class Guesser:
    """A program that guesses: it fetches the form once, and does not look at the pages."""

    def __init__(self, app: Flask) -> None:
        self.client = FlaskClient(app, app.response_class, use_cookies=True)
        page = BeautifulSoup(Context().run(self.client.get, "/sign-in").get_data(as_text=True), "html.parser")
        found = page.select_one("main input[name=csrf_token]")
        assert found is not None
        self.token = str(found["value"])

    def guess(self, email: str, password: str = WRONG, address: str = "192.0.2.1") -> TestResponse:
        send = partial(
            self.client.post,
            "/sign-in",
            data={"csrf_token": self.token, "email": email, "password": password},
            environ_base={"REMOTE_ADDR": address},
        )
        # A context of its own, as in tests/pages.py.
        return Context().run(send)


@pytest.fixture
def guesser(app: Flask, borough: Borough) -> Guesser:
    return Guesser(app)


def network(number: int) -> str:
    return f"198.51.{number // 250}.{number % 250}"


def test_a_thousand_guesses_at_one_account_from_everywhere_are_ten_in_five_minutes(
    guesser: Guesser, hand: Hand, sign_in: SignIn
) -> None:
    owner = sign_in("staff")
    page = owner.page("/account").select_one(".app-account input[name=csrf_token]")
    assert page is not None
    owner.post("/sign-out", data={"csrf_token": str(page["value"])})
    started, heard = hand.now, []
    for number in range(1000):
        answer = guesser.guess(email_of("staff"), address=network(number))
        heard.append((hand.now - started, answer.status_code))
        hand.forward(seconds=1.5)
    tried = [moment for moment, status in heard if status == 422]
    assert Counter(status for _, status in heard) == {422: len(tried), 429: 1000 - len(tried)}
    for moment in tried:
        assert sum(moment <= other < moment + timedelta(minutes=5) for other in tried) <= 10
    assert len(tried) == 50  # 25 minutes of it
    # The owner, at the browser that is known, is let in while all that goes on.
    for number in range(10):
        guesser.guess(email_of("staff"), address=network(number))
    assert guesser.guess(email_of("staff"), PASSWORD).status_code == 429
    assert owner.send("/sign-in", email=email_of("staff"), password=PASSWORD).status_code == 302


def test_a_thousand_guesses_from_one_address_at_every_account_are_a_hundred_in_an_hour(
    guesser: Guesser, hand: Hand, sign_in: SignIn
) -> None:
    statuses: Counter[int] = Counter()
    for number in range(1000):
        statuses[guesser.guess(f"person{number}@council.example").status_code] += 1
        hand.forward(seconds=3)
    assert statuses == {422: 100, 429: 900}
    # Somebody else, somewhere else, notices nothing.
    assert guesser.guess(email_of("staff"), PASSWORD, address="203.0.113.9").status_code == 302


def test_guesses_from_everywhere_at_everybody_have_a_limit_of_their_own(
    guesser: Guesser, hand: Hand, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = sign_in("manager")
    monkeypatch.setattr(limits, "SIGN_IN_TOTAL", Limit("sign_in.total", 40, timedelta(minutes=5)))
    statuses = Counter(
        guesser.guess(f"person{number}@council.example", address=network(number)).status_code
        for number in range(60)
    )
    assert statuses == {422: 40, 429: 20}
    known = owner.get_cookie("tracker_device")
    assert known is not None
    guesser.client.set_cookie("tracker_device", known.value)
    assert guesser.guess(email_of("manager"), PASSWORD).status_code == 302


def test_the_total_keeps_a_flood_below_one_core() -> None:
    seconds_for_one = 0.066  # promises.md S6, measured
    per_second = limits.SIGN_IN_TOTAL.most / limits.SIGN_IN_TOTAL.within.total_seconds()
    assert per_second * seconds_for_one < 1


def test_the_owner_waits_five_minutes_at_a_new_browser_and_no_longer(guesser: Guesser, hand: Hand) -> None:
    for number in range(10):
        assert guesser.guess(email_of("staff"), address=network(number)).status_code == 422
    for _ in range(4):
        assert guesser.guess(email_of("staff"), PASSWORD, address="203.0.113.9").status_code == 429
        hand.forward(minutes=1)
    hand.forward(seconds=61)
    assert guesser.guess(email_of("staff"), PASSWORD, address="203.0.113.9").status_code == 302


def test_a_known_browser_is_slowed_down_by_itself(
    app: Flask, guesser: Guesser, sign_in: SignIn, hand: Hand
) -> None:
    cookie = sign_in("staff").get_cookie("tracker_device")
    assert cookie is not None
    guesser.client.set_cookie("tracker_device", cookie.value)
    statuses = [guesser.guess(email_of("staff"), address=network(number)).status_code for number in range(12)]
    assert statuses == [422] * 10 + [429] * 2
    # At another account it is a browser like any other, and what it did there is counted there.
    assert guesser.guess(email_of("manager")).status_code == 422
    elsewhere = Guesser(app)
    assert elsewhere.guess(email_of("staff"), PASSWORD).status_code == 302


@pytest.mark.parametrize("change", ["tampered", "empty", "of another account", "too old"])
def test_a_cookie_that_is_not_ours_makes_no_browser_known(
    guesser: Guesser, sign_in: SignIn, hand: Hand, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    reader = "manager" if change == "of another account" else "staff"
    if change == "too old":
        monkeypatch.setattr("people.auth.browsers.KNOWN_FOR", -1)
    cookie = sign_in(reader).get_cookie("tracker_device")
    value = cookie.value if cookie is not None else ""
    value = {"tampered": "x" + value, "empty": ""}.get(change, value)
    for number in range(10):
        guesser.guess(email_of("staff"), address=network(number))
    guesser.client.set_cookie("tracker_device", value)
    assert guesser.guess(email_of("staff"), PASSWORD).status_code == 429


def test_several_owners_of_one_browser_are_known_in_it(app: Flask, anyone: PageClient, hand: Hand) -> None:
    for reader in ("staff", "learning", "manager"):
        assert anyone.send("/sign-in", email=email_of(reader), password=PASSWORD).status_code == 302
        token = anyone.page("/account").select_one(".app-account input[name=csrf_token]")
        assert token is not None
        anyone.post("/sign-out", data={"csrf_token": str(token["value"])})
    stranger = Guesser(app)
    for reader in ("staff", "learning", "manager"):
        for number in range(10):
            stranger.guess(email_of(reader), address=network(number))
    assert stranger.guess(email_of("staff"), PASSWORD).status_code == 429
    assert anyone.send("/sign-in", email=email_of("staff"), password=PASSWORD).status_code == 302


def test_too_many_tries_say_so_on_the_page_and_when_to_come_back(anyone: PageClient, hand: Hand) -> None:
    for _ in range(10):
        assert anyone.send("/sign-in", email=email_of("staff"), password=WRONG).status_code == 422
    answer = anyone.send("/sign-in", email=email_of("staff"), password=WRONG)
    assert answer.status_code == 429
    assert answer.headers["Retry-After"] == "300"
    page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    summary = page.select_one(".govuk-error-summary a")
    assert summary is not None
    assert summary.get_text() == TOO_MANY
    assert page.select_one("main a[href='/get-link']") is not None
    assert email_of("staff") in str(page.select_one("#email"))
    hand.forward(minutes=4, seconds=5)
    answer = anyone.send("/sign-in", email=email_of("staff"), password=WRONG)
    assert answer.headers["Retry-After"] == "55"
    assert "Wait 1 minute, or set a new password" in answer.get_data(as_text=True)


def test_an_unknown_address_is_counted_like_a_known_one(guesser: Guesser, hand: Hand) -> None:
    for email in (email_of("staff"), "nobody@council.example", email_of("leaver")):
        answers = [guesser.guess(email, address=network(number)) for number in range(12)]
        assert [answer.status_code for answer in answers] == [422] * 10 + [429] * 2
    # Capital letters and blanks make no other account of it.
    assert guesser.guess(f" {email_of('staff').upper()} ").status_code == 429


def test_a_right_password_uses_no_try_up(app: Flask, borough: Borough, hand: Hand, session: Session) -> None:
    for _ in range(15):
        assert Guesser(app).guess(email_of("staff"), PASSWORD).status_code == 302
    session.rollback()
    assert session.scalars(select(AttemptRow.id)).all() == []


def test_nothing_is_hashed_for_whoever_has_tried_too_often(
    guesser: Guesser, hand: Hand, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(10):
        guesser.guess(email_of("staff"), address=network(number))
    monkeypatch.setattr(passwords, "HASHER", None)  # whoever hashes fails
    assert guesser.guess(email_of("staff"), PASSWORD).status_code == 429


def test_a_try_is_counted_before_it_is_made(
    guesser: Guesser, hand: Hand, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    counted: list[int] = []

    class Looking(PasswordHasher):
        def verify(self, hash: str | bytes, password: str | bytes) -> Literal[True]:  # noqa: A002 -- as argon2 names it
            session.rollback()
            counted.append(len(session.scalars(select(AttemptRow.id)).all()))
            return super().verify(hash, password)

    monkeypatch.setattr(passwords, "HASHER", Looking(time_cost=1, memory_cost=8, parallelism=1))
    guesser.guess(email_of("staff"))
    assert counted == [3]  # of the account, of the network address, of all


def test_one_subscriber_has_one_address_however_many_they_use(guesser: Guesser, hand: Hand) -> None:
    for number in range(100):
        assert (
            guesser.guess(f"p{number}@council.example", address=f"2001:db8:7:7::{number:x}").status_code
            == 422
        )
    assert guesser.guess("p@council.example", address="2001:db8:7:7:ffff::1").status_code == 429
    assert guesser.guess("p@council.example", address="2001:db8:7:8::1").status_code == 422


def test_workers_share_what_they_have_counted(
    guesser: Guesser, hand: Hand, address: str, tmp_path: Path
) -> None:
    other = create_app(settings_for(address, tmp_path))
    another = Guesser(other)
    for number in range(5):
        assert guesser.guess(email_of("staff"), address=f"198.51.100.{number}").status_code == 422
        assert another.guess(email_of("staff"), address=f"198.51.101.{number}").status_code == 422
    assert guesser.guess(email_of("staff"), PASSWORD).status_code == 429
    assert another.guess(email_of("staff"), PASSWORD).status_code == 429
    close(other)


def test_neither_addresses_nor_guesses_are_kept_in_plain(
    guesser: Guesser, hand: Hand, session: Session
) -> None:
    for _ in range(11):
        guesser.guess(email_of("staff"), address="203.0.113.77")
    session.rollback()
    found = session.execute(select(AttemptRow.kind, AttemptRow.subject)).all()
    assert len(found) == 30
    assert all(len(row.subject) == 64 and set(row.subject) <= set("0123456789abcdef") for row in found)
    trail = session.scalars(select(AuditEventRow).where(AuditEventRow.event == "limit.reached")).all()
    assert [row.subject for row in trail] == ["limit:sign_in.account"]
    text = "".join(f"{row.actor}{row.subject}{row.details}" for row in trail)
    assert "203.0.113" not in text
    assert "council.example" not in text


def test_the_keyed_subjects_of_another_service_are_others(
    app: Flask, guesser: Guesser, session: Session
) -> None:
    guesser.guess(email_of("staff"))
    app.config["SECRET_KEY"] = "another key of another service, long enough"
    Guesser(app).guess(email_of("staff"))
    session.rollback()
    subjects = session.scalars(
        select(AttemptRow.subject).where(AttemptRow.kind == limits.SIGN_IN_ACCOUNT.kind)
    ).all()
    assert len(set(subjects)) == 2
