"""Using a link to set a password: once, for its owner, and one answer for every other (promise S9, bad input G07)."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import db, transaction
from foundation.facts import retract
from people.models import (
    AccountLinkRow,
    AccountRow,
    AccountSessionRow,
    PostSpellRow,
    SecondStepRow,
)
from people.services import accounts, limits, links, passwords
from tests.borough import PASSWORD, Borough, email_of
from tests.integration.web.links.letterbox import NEW, SignIn, stamp
from tests.pages import PageClient


def test_a_link_sets_the_password_ends_every_session_and_leads_to_the_sign_in(
    app: Flask, sign_in: SignIn, ask: Callable[[str], str], session: Session
) -> None:
    elsewhere = sign_in("staff")
    path = ask(email_of("staff"))
    owner = app.test_client()
    assert isinstance(owner, PageClient)
    answer = owner.send(path, password=NEW)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in")
    assert "Your password is set. Sign in with it." in owner.page("/sign-in").get_text()
    assert elsewhere.get("/my-training").status_code == 302, "another browser stayed signed in"
    assert owner.send("/sign-in", email=email_of("staff"), password=PASSWORD).status_code == 422
    assert owner.send("/sign-in", email=email_of("staff"), password=NEW).status_code == 302


def test_a_link_keeps_the_second_step(
    anyone: PageClient, ask: Callable[[str], str], session: Session
) -> None:
    with transaction(session):
        account = session.scalars(select(AccountRow).where(AccountRow.email == email_of("staff"))).one()
        account_id = account.id
        session.add(
            SecondStepRow(
                account_id=account_id,
                secret="sealed",
                made_at=clock.now(),
                confirmed_at=clock.now(),
                last_step=None,
            )
        )
    assert anyone.send(ask(email_of("staff")), password=NEW).status_code == 302
    session.rollback()
    step = session.scalars(select(SecondStepRow).where(SecondStepRow.account_id == account_id)).one()
    assert step.confirmed_at is not None


def test_whoever_is_signed_in_here_as_somebody_else_signs_in_anew(
    sign_in: SignIn, ask: Callable[[str], str], session: Session
) -> None:
    colleague = sign_in("manager")
    path = ask(email_of("staff"))
    assert colleague.send(path, password=NEW).headers["Location"] == "/sign-in"
    assert colleague.get("/sign-in").status_code == 200
    session.rollback()
    assert (
        session.scalars(select(AccountSessionRow.id).where(AccountSessionRow.ended_at.is_(None))).all() == []
    )


def test_the_page_says_nothing_of_the_account_and_looking_uses_nothing_up(
    anyone: PageClient, ask: Callable[[str], str]
) -> None:
    path = ask(email_of("staff"))
    for _ in range(3):
        text = anyone.page(path).get_text()
        assert "council.example" not in text
        assert "Sam" not in text
    assert anyone.get(path).headers["Referrer-Policy"] == "no-referrer"


def bad_links(anyone: PageClient, ask: Callable[[str], str], session: Session) -> dict[str, str]:
    used = ask(email_of("staff"))
    anyone.send(used, password=NEW)
    superseded, left = ask(email_of("learning")), ask(email_of("auditor"))
    ask(email_of("learning"))
    disabled = ask(email_of("partner"))
    by_command = ask(email_of("coordinator"))
    expired = ask(email_of("manager"))
    with transaction(session):
        accounts.disable_account(session, stamp(), email_of("partner"))
        accounts.set_password(session, stamp(), email_of("coordinator"), NEW)
        accounts.disable_account(session, stamp(), email_of("auditor"))
        ids = session.scalars(select(AccountRow.id).where(AccountRow.email == email_of("manager"))).all()
        session.execute(
            update(AccountLinkRow)
            .where(AccountLinkRow.account_id.in_(ids))
            .values(expires_at=clock.now() - timedelta(seconds=1))
        )
    return {
        "used": used,
        "superseded": superseded,
        "disabled": disabled,
        "left": left,
        "ended by a password set by command": by_command,
        "expired": expired,
        "changed": used[:-1] + ("A" if used[-1] != "A" else "B"),
        "the hash itself": f"/set-password/{'0' * 64}",
        "unknown": "/set-password/unknown",
        "long": f"/set-password/{'x' * 5000}",
        "not ASCII": "/set-password/%C3%A9%ED%A0%80",
        "a quotation mark": "/set-password/'%20or%201=1",
    }


def test_every_link_that_does_not_work_gets_one_answer(
    anyone: PageClient, ask: Callable[[str], str], session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "LINK_ACCOUNT", replace(limits.LINK_ACCOUNT, most=100))
    found = bad_links(anyone, ask, session)
    hashed: list[str] = []
    monkeypatch.setattr(passwords, "hash_password", hashed.append)
    token = anyone.page("/get-link").select_one("input[name=csrf_token]")
    assert token is not None
    pages = set()
    for path in found.values():
        for answer in (
            anyone.get(path),
            anyone.post(path, data={"csrf_token": str(token["value"]), "password": NEW}),
            anyone.post(path, data={"csrf_token": str(token["value"]), "password": ""}),
        ):
            pages.add((answer.status_code, answer.data))
    assert len(pages) == 1
    [(status, page)] = pages
    assert status == 410
    assert b"This link has expired" in page
    assert b'href="/get-link">Ask for a new one</a>' in page
    assert hashed == []


def test_a_leavers_link_does_not_work(
    anyone: PageClient, ask: Callable[[str], str], session: Session, borough: Borough
) -> None:
    path = ask(email_of("staff"))
    posts = select(PostSpellRow.id).where(PostSpellRow.person_id == borough.ids["Sam"])
    with transaction(session):
        retract(session, PostSpellRow, session.scalars(posts).all(), stamp(), "left")
    assert anyone.get(path).status_code == 410


@pytest.mark.parametrize(
    "password, message",
    [
        ("", "Enter a new password"),
        ("eleven char", "Password must be 12 characters or more"),
        ("Prevent2026!", "not mainly the word"),
        ("council.staff", "Choose a password"),
        ("PreventTraining", "Choose a password"),
        ("x" * 1001, "1,000 characters or fewer"),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_the_reason_and_the_link_still_works(
    anyone: PageClient, ask: Callable[[str], str], password: str, message: str
) -> None:
    path = ask(email_of("staff"))
    answer = anyone.send(path, password=password)
    assert answer.status_code == 422
    assert message in answer.get_data(as_text=True)
    assert not password or password not in answer.get_data(as_text=True)
    assert anyone.send(path, password=NEW).status_code == 302


def test_whoever_sees_others_needs_a_longer_one(anyone: PageClient, ask: Callable[[str], str]) -> None:
    answer = anyone.send(ask(email_of("learning")), password="geese & kettle")
    assert answer.status_code == 422
    assert "15 characters or more" in answer.get_data(as_text=True)


def test_of_two_at_once_one_sets_the_password(
    app: Flask, ask: Callable[[str], str], session: Session
) -> None:
    token = ask(email_of("staff")).rpartition("/")[2]
    db.session.remove()
    together, outcomes = threading.Barrier(4), []

    def use(number: int) -> None:
        with app.app_context():
            own = db.session()
            assert links.find_link(own, token, clock.now(), clock.today()) is not None
            together.wait()
            with transaction(own):
                outcomes.append(
                    (links.use_link(own, stamp(), token, f"hash {number}", clock.today()), number)
                )
            db.session.remove()

    threads = [threading.Thread(target=use, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    winners = [number for won, number in outcomes if won]
    assert len(outcomes) == 4
    assert len(winners) == 1
    kept = session.scalar(select(AccountRow.password_hash).where(AccountRow.email == email_of("staff")))
    assert kept == f"hash {winners[0]}"
