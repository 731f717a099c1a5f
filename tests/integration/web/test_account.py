"""Your account, and a new password (promises S5 and S6, bad inputs G05, G12 and G14)."""

from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from foundation.audit import AuditEventRow
from foundation.facts import recorded
from foundation.mail import OutgoingMessageRow
from people.models import AccountLinkRow, AccountRow, DelegationRow
from people.services import accounts, passwords
from tests.borough import PASSWORD, Borough, email_of
from tests.integration.web.test_sessions import STAMP, is_in, press
from tests.pages import PageClient

SignIn = Callable[[str], PageClient]
NEW = "three geese, a kettle"
PAGE = "/account/password"


def links(client: PageClient) -> set[str]:
    return {str(link["href"]) for link in client.page("/account").select("main a")}


def test_the_account_page_leads_to_everything_that_belongs_to_it(sign_in: SignIn) -> None:
    everybody = {PAGE, "/account/two-step", "/account/sessions"}
    assert links(sign_in("coordinator")) == everybody
    assert links(sign_in("staff")) == everybody | {"/account/details"}
    assert links(sign_in("manager")) == everybody | {"/account/details", "/my-team/delegates"}


def test_whoever_only_looks_after_a_team_is_not_led_to_hand_it_on(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    session.add(
        DelegationRow(
            manager_id=borough.ids["Mo"],
            delegate_id=borough.ids["Sam"],
            first_day=borough.today,
            last_day=borough.today,
            **recorded(STAMP),
        )
    )
    session.commit()
    client = sign_in("staff")
    assert client.get("/my-team").status_code == 200
    assert "/my-team/delegates" not in links(client)


def test_every_page_leads_to_the_account(sign_in: SignIn) -> None:
    client = sign_in("staff")
    for address in ("/figures", "/account", "/account/sessions", "/nowhere"):
        page = client.page(address, status=404 if address == "/nowhere" else 200)
        assert [link["href"] for link in page.select(".app-account a")] == ["/account"]


def test_the_account_page_says_in_how_many_browsers_one_is_signed_in(sign_in: SignIn) -> None:
    client = sign_in("staff")
    assert "In this browser alone" in client.page("/account").get_text()
    sign_in("staff")
    assert "In 2 browsers" in client.page("/account").get_text()


def test_a_new_password_opens_the_account_and_the_old_one_does_not(
    sign_in: SignIn, anyone: PageClient, session: Session
) -> None:
    client, elsewhere, other = sign_in("staff"), sign_in("staff"), sign_in("manager")
    answer = client.send(PAGE, current=PASSWORD, new=NEW)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/account")
    assert "Your password has been changed." in client.page("/account").get_text()
    assert (is_in(client), is_in(elsewhere), is_in(other)) == (True, False, True)
    assert anyone.send("/sign-in", email=email_of("staff"), password=PASSWORD).status_code == 422
    assert anyone.send("/sign-in", email=email_of("staff"), password=NEW).status_code == 302
    session.rollback()
    events = session.scalars(select(AuditEventRow.event).order_by(AuditEventRow.id)).all()
    assert events.count("password.set") == 1


def test_the_owner_is_told_of_a_new_password(sign_in: SignIn, session: Session) -> None:
    sign_in("staff").send(PAGE, current=PASSWORD, new=NEW)
    session.rollback()
    (message,) = session.scalars(select(OutgoingMessageRow)).all()
    assert (message.kind, message.address) == ("password_changed", email_of("staff"))
    assert not message.is_secret, "it may be sent again"


def test_a_new_password_ends_every_link_that_would_set_another(sign_in: SignIn, session: Session) -> None:
    client = sign_in("staff")
    account_id = session.scalar(select(AccountRow.id).where(AccountRow.email == email_of("staff")))
    session.add(
        AccountLinkRow(
            account_id=account_id,
            kind="reset",
            token_hash="0" * 64,
            made_at=STAMP.at,
            made_by="anonymous",
            expires_at=STAMP.at,
        )
    )
    session.commit()
    client.send(PAGE, current=PASSWORD, new=NEW)
    session.rollback()
    assert session.scalars(select(AccountLinkRow.ended_at)).one() is not None


@pytest.mark.parametrize(
    "reader, fields, message",
    [
        ("staff", {"current": ""}, "Enter your current password"),
        ("staff", {"new": ""}, "Enter a new password"),
        ("staff", {"current": "not my password"}, "Current password is not right"),
        ("staff", {"current": "x" * 100_000}, "Current password is not right"),
        ("staff", {"new": "eleven char"}, "Password must be 12 characters or more"),
        ("manager", {"new": "x7$Kq9!vB2#m"}, "Password must be 15 characters or more, because you can see"),
        ("staff", {"new": "y" * 1001}, "Password must be 1,000 characters or fewer"),
        ("staff", {"new": "Prevent2026!"}, "not mainly the word &#34;prevent&#34;"),
        ("staff", {"new": "Example Borough 9"}, "not mainly the name of the council or of this service"),
        ("staff", {"new": "Liverpool2026!"}, "Choose a less common password"),
        ("staff", {"new": " " * 64}, "does not repeat or count"),
        ("learning", {"new": "learning learning"}, "not mainly your email address"),
        ("staff", {"new": PASSWORD}, "Choose a new password that is not your current one"),
        ("staff", {"once": ""}, "Open this page again and send it from there"),
        ("staff", {"once": "short"}, "Open this page again and send it from there"),
    ],
)
def test_a_password_that_will_not_do_is_refused_with_the_reason_and_changes_nothing(
    sign_in: SignIn, session: Session, reader: str, fields: dict[str, str], message: str
) -> None:
    query = select(AccountRow.password_hash).where(AccountRow.email == email_of(reader))
    before = session.scalar(query)
    session.rollback()
    client = sign_in(reader)
    answer = client.send(PAGE, **{"current": PASSWORD, "new": NEW, **fields})
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert text.count(message) >= 1
    assert "govuk-error-summary" in text
    assert NEW not in text
    assert PASSWORD not in text
    session.rollback()
    assert session.scalar(query) == before


def test_a_password_with_nul_is_refused(sign_in: SignIn) -> None:
    assert sign_in("staff").send(PAGE, current=PASSWORD, new="three geese\0 a kettle").status_code == 400


@pytest.mark.parametrize(
    "new", ["🦆 three geese 🦢", "   blanks   inside   ", "x" * 2 + "the heron waits " * 60]
)
def test_emoji_spaces_and_length_are_welcome(sign_in: SignIn, anyone: PageClient, new: str) -> None:
    assert sign_in("staff").send(PAGE, current=PASSWORD, new=new).status_code == 302
    assert anyone.send("/sign-in", email=email_of("staff"), password=new).status_code == 302


def test_guessing_the_current_password_is_slowed_down(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("staff")
    statuses = [client.send(PAGE, current="not my password", new=NEW).status_code for _ in range(11)]
    assert statuses == [422] * 10 + [429]
    monkeypatch.setattr(passwords, "HASHER", None)  # whoever hashes fails
    answer = client.send(PAGE, current=PASSWORD, new=NEW)
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 240
    assert is_in(client)


def test_a_right_current_password_uses_no_try_up(sign_in: SignIn) -> None:
    client, held = sign_in("staff"), PASSWORD
    for number in range(12):
        following = f"{NEW} number {number}"
        assert client.send(PAGE, current=held, new=following).status_code == 302
        held = following


def test_a_form_that_is_sent_twice_changes_the_password_once(sign_in: SignIn, session: Session) -> None:
    client = sign_in("staff")
    form = client.page(PAGE).select_one("main form")
    assert form is not None
    fields = {str(field["name"]): str(field.get("value", "")) for field in form.select("input[type=hidden]")}
    fields |= {"current": PASSWORD, "new": NEW}
    assert [client.post(PAGE, data=fields).status_code for _ in range(2)] == [302, 302]
    assert "This was saved already" in client.page("/account").get_text()
    session.rollback()
    assert len(session.scalars(select(AuditEventRow).where(AuditEventRow.event == "password.set")).all()) == 1


def test_extra_fields_change_nothing_else(sign_in: SignIn, session: Session) -> None:
    client = sign_in("staff")
    extra = {
        "account_id": "1",
        "email": email_of("learning"),
        "role": "admin",
        "public_id": "x",
        "person_id": "9",
    }
    assert client.send(PAGE, current=PASSWORD, new=NEW, **extra).status_code == 302
    assert client.get("/people").status_code == 403
    assert sign_in("learning").get("/people").status_code == 200


def test_whoever_was_slower_changes_nothing(
    sign_in: SignIn, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("staff")
    faster = passwords.hash_password("somebody was faster here")

    def hash_slowly(password: str) -> str:
        session.execute(
            update(AccountRow).where(AccountRow.email == email_of("staff")).values(password_hash=faster)
        )
        session.commit()
        return passwords.hash_password(password)

    monkeypatch.setattr("people.views.account.hash_password", hash_slowly)
    answer = client.send(PAGE, current=PASSWORD, new=NEW)
    assert answer.status_code == 422
    assert "changed somewhere else a moment ago" in answer.get_data(as_text=True)
    session.rollback()
    query = select(AccountRow.password_hash).where(AccountRow.email == email_of("staff"))
    assert session.scalar(query) == faster


def test_an_account_without_a_password_is_opened_by_none(
    app: Flask, anyone: PageClient, session: Session
) -> None:
    from foundation.db import transaction

    with transaction(session):
        accounts.create_account(session, STAMP, "new@council.example", None)
    for password in ("", "x", PASSWORD, "nobody has this password"):
        assert anyone.send("/sign-in", email="new@council.example", password=password).status_code == 422


def test_signing_out_from_the_account_page_works(sign_in: SignIn) -> None:
    client = sign_in("staff")
    press(client, "/account", "/sign-out")
    assert not is_in(client)
