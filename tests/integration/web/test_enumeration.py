"""Whether an account exists cannot be learned by signing in (promise S8, input G02); where a sign-in leads (S12)."""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from foundation.db import db, transaction
from people.services import accounts, passwords
from tests.borough import PASSWORD, Borough, email_of
from tests.integration.web.test_sessions import STAMP, press
from tests.pages import PageClient
from tests.unit.people.test_safe_next import NOT_OWN

SignIn = Callable[[str], PageClient]
KINDS = ("known, wrong password", "unknown", "disabled", "left", "no password yet")


@pytest.fixture
def tries(session: Session, borough: Borough) -> dict[str, tuple[str, str]]:
    """A try of each kind that must be refused: e-mail and password."""
    with transaction(session):
        accounts.create_account(session, STAMP, "new@council.example", None)
        accounts.disable_account(session, STAMP, email_of("auditor"))
    found = {
        "known, wrong password": (email_of("staff"), "x" + PASSWORD),
        "unknown": ("nobody@council.example", PASSWORD),
        "disabled": (email_of("auditor"), PASSWORD),
        "left": (email_of("leaver"), PASSWORD),
        "no password yet": ("new@council.example", PASSWORD),
    }
    assert tuple(found) == KINDS
    return found


@dataclass
class Counted:
    """A hasher that counts what it is asked for."""

    hasher: PasswordHasher
    verified: list[str] = field(default_factory=list)
    hashed: int = 0

    def verify(self, kept: str, password: str) -> bool:
        self.verified.append(kept.rpartition("$")[0].rpartition("$")[0])
        return self.hasher.verify(kept, password)

    def hash(self, password: str) -> str:
        self.hashed += 1
        return self.hasher.hash(password)

    def check_needs_rehash(self, kept: str) -> bool:
        return self.hasher.check_needs_rehash(kept)


def comparable(answer: TestResponse, email: str) -> tuple[int, str, list[tuple[str, str]]]:
    """Status, page and headers, without the tokens and the address that was typed."""
    text = re.sub(r'(name="csrf_token"[^>]*value=")[^"]+', r"\1", answer.get_data(as_text=True))
    headers = [
        (name, value.partition("=")[0] if name == "Set-Cookie" else value)
        for name, value in answer.headers
        if name != "Content-Length"
    ]
    return answer.status_code, text.replace(email, "E-MAIL"), headers


def test_every_refusal_is_the_same_to_the_byte(anyone: PageClient, tries: dict[str, tuple[str, str]]) -> None:
    answers = {
        kind: comparable(anyone.send("/sign-in", email=email, password=password), email)
        for kind, (email, password) in tries.items()
    }
    first = answers["known, wrong password"]
    assert first[0] == 422
    assert "Email address or password is not right" in first[1]
    assert all(answer == first for answer in answers.values())


def test_every_refusal_is_the_same_when_there_were_too_many_tries(
    anyone: PageClient, tries: dict[str, tuple[str, str]]
) -> None:
    answers = set()
    for email, password in tries.values():
        for _ in range(10):
            anyone.send("/sign-in", email=email, password=password)
        status, text, headers = comparable(anyone.send("/sign-in", email=email, password=password), email)
        assert status == 429
        answers.add((text, tuple(name for name, _ in headers)))
    assert len(answers) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_every_refusal_costs_one_hash_of_the_same_strength(
    anyone: PageClient, tries: dict[str, tuple[str, str]], kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    counted = Counted(cheap)
    monkeypatch.setattr(passwords, "HASHER", counted)
    email, password = tries[kind]
    assert anyone.send("/sign-in", email=email, password=password).status_code == 422
    assert counted.verified == ["$argon2id$v=19$m=8,t=1,p=1"]
    assert counted.hashed == 0


def test_known_and_unknown_ask_the_database_the_same(
    app: Flask, anyone: PageClient, tries: dict[str, tuple[str, str]]
) -> None:
    asked: list[str] = []

    def hear(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        asked.append(re.sub(r"\s+", " ", statement))

    event.listen(db.engine, "before_cursor_execute", hear)
    try:
        heard = {}
        for kind in ("known, wrong password", "unknown", "no password yet"):
            email, password = tries[kind]
            form = anyone.page("/sign-in").select_one("main input[name=csrf_token]")
            assert form is not None
            asked.clear()
            data = {"csrf_token": str(form["value"]), "email": email, "password": password}
            anyone.post("/sign-in", data=data)
            heard[kind] = list(asked)
    finally:
        event.remove(db.engine, "before_cursor_execute", hear)
    assert heard["known, wrong password"] == heard["unknown"] == heard["no password yet"]


@pytest.mark.parametrize("field_name", ["email", "password"])
def test_a_field_that_comes_twice_or_as_something_else_opens_nothing(
    anyone: PageClient, field_name: str
) -> None:
    token = anyone.page("/sign-in").select_one("main input[name=csrf_token]")
    assert token is not None
    fields = {"csrf_token": str(token["value"]), "email": email_of("staff"), "password": PASSWORD}
    value = fields.pop(field_name)
    assert anyone.post("/sign-in", data={**fields, f"{field_name}[]": value}).status_code in (400, 422)
    assert anyone.post("/sign-in", json={**fields, field_name: value}).status_code in (400, 415, 422)
    wrong_first = anyone.post("/sign-in", data={**fields, field_name: ["x", value]})
    assert wrong_first.status_code in (400, 422)
    assert anyone.get("/account").status_code == 302


def test_a_target_that_is_not_ours_leads_to_a_page_of_ours(app: Flask, anyone: PageClient) -> None:
    assert len(NOT_OWN) >= 60
    for target in NOT_OWN:
        if "\0" in target:
            assert anyone.get("/sign-in", query_string={"next": target}).status_code == 400
            continue
        form = anyone.get("/sign-in", query_string={"next": target})
        token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', form.get_data(as_text=True))
        assert token is not None
        answer = anyone.post(
            "/sign-in",
            data={
                "csrf_token": token[1],
                "email": email_of("learning"),
                "password": PASSWORD,
                "next": target,
            },
        )
        leads = answer.headers["Location"]
        parts = urlsplit(leads)
        assert (answer.status_code, parts.scheme, parts.netloc) == (302, "", ""), target
        assert app.url_map.bind("localhost").match(parts.path, method="GET"), target
        assert leads == "/", target
        # Somebody who is signed in already is led on by the same rule.
        again = anyone.get("/sign-in", query_string={"next": target})
        assert again.headers["Location"] == "/", target
        press(anyone, "/account", "/sign-out")
