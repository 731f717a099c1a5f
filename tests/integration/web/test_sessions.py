"""Sessions (promise S5, bad input G36): random, ended at once, never prepared by others, seen by their owner."""

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from app import create_app
from app.config import Settings
from foundation import clock
from foundation.audit import AuditEventRow
from foundation.db import db, transaction
from foundation.facts import retract
from foundation.stamp import Stamp
from people.models import AccountRow, AccountSessionRow, PermissionRow, SecondStepRow
from people.services import accounts, sessions
from tests.borough import PASSWORD, Borough, build, email_of
from tests.integration.conftest import KEY, close
from tests.pages import PageClient

SignIn = Callable[[str], PageClient]
WINDOWS = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/130.0.0.0 Safari/537.36"
TELEPHONE = "Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Mobile/15E148 Safari/604.1"
STAMP = Stamp("command:tests", clock.now())


def press(client: PageClient, page: str, action: str) -> TestResponse:
    """Send the form of a page that leads to this address."""
    form = client.page(page).select_one(f"form[action='{action}']")
    assert form is not None, f"{page} has no form for {action}"
    fields = {str(field["name"]): str(field.get("value", "")) for field in form.select("input[type=hidden]")}
    return client.post(action, data=fields)


def copy_of(client: PageClient) -> PageClient:
    """Another browser, with a copy of the session cookie."""
    cookie = client.get_cookie("tracker_session")
    assert cookie is not None
    thief = client.application.test_client()
    assert isinstance(thief, PageClient)
    thief.set_cookie("tracker_session", cookie.value)
    return thief


def is_in(client: PageClient) -> bool:
    """Whether a page about people opens."""
    answer = client.get("/account")
    if answer.status_code == 302:
        assert answer.headers["Location"].startswith("/sign-in")
    return answer.status_code == 200


# --- how a session ends


def test_after_signing_out_neither_the_browser_nor_a_copy_of_its_cookie_opens_anything(
    sign_in: SignIn,
) -> None:
    client = sign_in("staff")
    thief = copy_of(client)
    assert is_in(thief)
    answer = press(client, "/account", "/sign-out")
    assert answer.headers["Location"] == "/sign-in"
    assert not is_in(client)
    assert not is_in(thief)


def test_signing_out_clears_what_the_browser_keeps_of_our_pages_but_not_that_it_is_known(
    sign_in: SignIn,
) -> None:
    client = sign_in("staff")
    answer = press(client, "/account", "/sign-out")
    assert answer.headers["Clear-Site-Data"] == '"cache", "storage"'
    assert client.get_cookie("tracker_session") is None
    assert client.get_cookie("tracker_device") is not None


def test_signing_out_ends_this_browser_alone(sign_in: SignIn) -> None:
    here, there = sign_in("staff"), sign_in("staff")
    press(here, "/account", "/sign-out")
    assert is_in(there)


def test_a_session_without_use_ends_after_thirty_minutes(app: Flask, sign_in: SignIn) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        client = sign_in("staff")
        for _ in range(3):
            traveller.shift(timedelta(minutes=29))
            assert is_in(client)
        stale = copy_of(client)
        traveller.shift(timedelta(minutes=29))
        assert is_in(client)
        traveller.shift(timedelta(minutes=2))
        # The copy was not used for 31 minutes, the browser itself for two.
        assert not is_in(stale)
        assert is_in(client)
        traveller.shift(timedelta(minutes=31))
        assert not is_in(client)


def test_a_session_ends_after_twelve_hours_however_busy(sign_in: SignIn) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        client = sign_in("staff")
        for _ in range(12 * 3):
            traveller.shift(timedelta(minutes=20))
            assert is_in(client)
        traveller.shift(timedelta(minutes=1))
        assert not is_in(client)


def test_a_session_that_somebody_prepared_is_not_the_one_that_is_signed_in(
    app: Flask, anyone: PageClient
) -> None:
    anyone.get("/sign-in")
    prepared = copy_of(anyone)
    anyone.send("/sign-in", email=email_of("staff"), password=PASSWORD)
    assert is_in(anyone)
    assert not is_in(prepared)


def test_each_sign_in_has_a_token_of_its_own_of_which_we_keep_the_hash(
    sign_in: SignIn, session: Session
) -> None:
    tokens = set()
    for _ in range(3):
        with sign_in("staff").session_transaction() as held:
            tokens.add(held["_user_id"])
    session.rollback()
    hashes = session.scalars(select(AccountSessionRow.token_hash)).all()
    assert len(tokens) == len(set(hashes)) == 3
    assert all(len(token) >= 43 for token in tokens)
    assert not tokens & set(hashes)


def test_a_new_password_ends_the_sessions_of_the_account(sign_in: SignIn, session: Session) -> None:
    client, other = sign_in("staff"), sign_in("manager")
    with transaction(session):
        accounts.set_password(session, STAMP, email_of("staff"), "three geese, a kettle")
    assert not is_in(client)
    assert is_in(other)


def test_a_disabled_account_is_out_with_the_next_request_and_cannot_come_back(
    sign_in: SignIn, session: Session
) -> None:
    client = sign_in("staff")
    with transaction(session):
        accounts.disable_account(session, STAMP, email_of("staff"))
    assert not is_in(client)
    assert client.send("/sign-in", email=email_of("staff"), password=PASSWORD).status_code == 422


def test_a_permission_that_is_taken_away_opens_nothing_with_the_next_request(
    sign_in: SignIn, session: Session
) -> None:
    client = sign_in("coordinator")
    assert client.get("/people").status_code == 200
    with transaction(session):
        ids = session.scalars(select(PermissionRow.id).where(PermissionRow.permission == "coordinator")).all()
        retract(session, PermissionRow, ids, STAMP, "moved on")
    assert client.get("/people").status_code == 403


# --- the page on which one sees them


def test_the_page_lists_my_browsers_and_nobody_elses(app: Flask, anyone: PageClient, sign_in: SignIn) -> None:
    sign_in("manager")
    telephone = app.test_client()
    assert isinstance(telephone, PageClient)
    telephone.environ_base["HTTP_USER_AGENT"] = TELEPHONE
    anyone.environ_base["HTTP_USER_AGENT"] = WINDOWS
    with time_machine.travel("2026-05-03T09:02:00Z", tick=False) as traveller:
        telephone.send("/sign-in", email=email_of("staff"), password=PASSWORD)
        traveller.shift(timedelta(hours=1))
        anyone.send("/sign-in", email=email_of("staff"), password=PASSWORD)
        page = anyone.page("/account/sessions")
    rows = [" ".join(row.get_text(" ").split()) for row in page.select("main .govuk-summary-list__row")]
    earlier = "Safari on iPhone Signed in on 3 May 2026 at 10:02"
    assert rows == [
        "Chrome on Windows Signed in on 3 May 2026 at 11:02 This device",
        f"{earlier} Sign out of Safari on iPhone, signed in on 3 May 2026 at 10:02",
    ]


def test_i_end_one_session_and_the_others_stay(sign_in: SignIn, session: Session) -> None:
    here, lost, other = sign_in("staff"), sign_in("staff"), sign_in("staff")
    with lost.session_transaction() as held:
        hashed = sessions._hash(held["_user_id"])
    public_id = session.scalar(
        select(AccountSessionRow.public_id).where(AccountSessionRow.token_hash == hashed)
    )
    session.rollback()
    action = f"/account/sessions/{public_id}/end"
    answer = press(here, "/account/sessions", action)
    assert answer.status_code == 302
    assert "you are signed out there now" in here.page("/account/sessions").get_text()
    assert (is_in(here), is_in(lost), is_in(other)) == (True, False, True)
    assert not here.page("/account/sessions").select(f"form[action='{action}']")
    # Sent again, from a page that was open: nothing happens, and it says so.
    token = here.page("/account/sessions").select_one("main input[name=csrf_token]")
    assert token is not None
    assert here.post(action, data={"csrf_token": str(token["value"])}).status_code == 302
    assert "you are signed out there already" in here.page("/account/sessions").get_text()


def test_i_end_every_other_session_at_once(sign_in: SignIn, session: Session) -> None:
    here, there, elsewhere, manager = (
        sign_in("staff"), sign_in("staff"), sign_in("staff"), sign_in("manager"),
    )  # fmt: skip
    assert press(here, "/account/sessions", "/account/sessions/end-others").status_code == 302
    page = here.page("/account/sessions")
    assert "You are signed out in every other browser now." in page.get_text()
    assert "You are signed in nowhere else." in page.get_text()
    assert [is_in(client) for client in (here, there, elsewhere, manager)] == [True, False, False, True]
    session.rollback()
    trail = session.scalars(select(AuditEventRow).where(AuditEventRow.event == "sessions.ended")).all()
    assert [row.details for row in trail] == [{"count": 2}]


def test_a_session_of_somebody_else_looks_as_if_it_did_not_exist(sign_in: SignIn, session: Session) -> None:
    mine, theirs = sign_in("staff"), sign_in("manager")
    public_id = session.scalar(
        select(AccountSessionRow.public_id)
        .join(AccountRow, AccountRow.id == AccountSessionRow.account_id)
        .where(AccountRow.email == email_of("manager"))
    )
    session.rollback()
    token = mine.page("/account/sessions").select_one("input[name=csrf_token]")
    assert token is not None
    answers = [
        mine.post(f"/account/sessions/{wanted}/end", data={"csrf_token": str(token["value"])})
        for wanted in (public_id, "0" * 32, "9" * 40, "1", "..%2f..", "x" * 2000)
    ]
    assert {answer.status_code for answer in answers} == {404}
    pages = {re.sub(rb'value="[^"]+"', b"", answer.data) for answer in answers}
    assert len(pages) == 1
    assert is_in(theirs)


@pytest.mark.parametrize("action", ["/account/sessions/end-others", f"/account/sessions/{'0' * 32}/end"])
def test_ending_sessions_needs_a_form_of_ours_and_somebody_signed_in(
    anyone: PageClient, sign_in: SignIn, action: str
) -> None:
    assert sign_in("staff").post(action).status_code == 400
    token = anyone.page("/sign-in").select_one("main input[name=csrf_token]")
    assert token is not None
    answer = anyone.post(action, data={"csrf_token": str(token["value"])})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/sign-in")
    assert anyone.get(action).status_code == 405


def test_rows_of_sessions_that_ended_long_ago_are_deleted_at_the_next_sign_in(
    sign_in: SignIn, session: Session
) -> None:
    with time_machine.travel(clock.now(), tick=False) as traveller:
        sign_in("staff")
        sign_in("manager")
        press(sign_in("staff"), "/account", "/sign-out")
        traveller.shift(timedelta(days=29))
        sign_in("staff")
        session.rollback()
        assert len(session.scalars(select(AccountSessionRow.id)).all()) == 4
        traveller.shift(timedelta(days=2))
        sign_in("staff")
        session.rollback()
        # Two of staff are too old by now; the manager's is that too, and waits for the manager.
        assert len(session.scalars(select(AccountSessionRow.id)).all()) == 3


# --- half way in


@pytest.fixture
def with_app(borough: Borough, session: Session) -> None:
    """Everybody has set up an authenticator app."""
    for account_id in session.scalars(select(AccountRow.id)).all():
        session.add(
            SecondStepRow(
                account_id=account_id,
                secret="sealed",
                made_at=STAMP.at,
                confirmed_at=STAMP.at,
                last_step=None,
            )
        )
    session.commit()


@pytest.mark.usefixtures("with_app")
def test_the_password_alone_opens_no_page_but_the_one_for_the_code(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("learning")
    asked = 0
    for rule in app.url_map.iter_rules():
        mark = getattr(app.view_functions[rule.endpoint], "open_to", "static")
        if (
            mark in ("public", "static")
            or rule.endpoint == "people.second_step"
            or "GET" not in (rule.methods or ())
        ):
            continue
        address = re.sub(r"<[^>]+>", "0" * 32, rule.rule)
        answer = client.get(address)
        assert (answer.status_code, answer.headers["Location"].partition("?")[0]) == (302, "/sign-in/code"), (
            address
        )
        asked += 1
    assert asked >= 20


@pytest.mark.usefixtures("with_app")
def test_half_signed_in_the_frame_offers_the_way_out_and_nothing_else(sign_in: SignIn) -> None:
    client = sign_in("learning")
    page = client.page("/sign-in/code")
    assert not page.select("header nav a[href^='/f'], header nav a[href^='/my'], header nav li")
    assert page.select_one(".app-account a") is None
    assert press(client, "/sign-in/code", "/sign-out").headers["Location"] == "/sign-in"
    assert client.get("/sign-in/code").headers["Location"].startswith("/sign-in?")


@pytest.mark.usefixtures("with_app")
def test_a_browser_is_known_only_once_every_step_is_done(sign_in: SignIn) -> None:
    assert sign_in("staff").get_cookie("tracker_device") is None


@pytest.mark.usefixtures("with_app")
def test_the_page_that_was_asked_for_is_remembered_over_both_steps(anyone: PageClient) -> None:
    asked = anyone.get("/figures?by=unit").headers["Location"]
    answer = anyone.send(asked, email=email_of("learning"), password=PASSWORD)
    assert answer.headers["Location"] == "/sign-in/code?next=/figures?by%3Dunit"
    assert anyone.get("/sign-in").headers["Location"] == "/sign-in/code"


def test_whoever_sees_others_is_led_to_set_two_step_sign_in_up_where_it_is_required(
    app: Flask, sign_in: SignIn
) -> None:
    app.config["TWO_STEP"] = "required"
    assert sign_in("manager").get("/my-team").headers["Location"] == "/account/two-step?next=/my-team"
    assert is_in(sign_in("staff"))


def test_a_browser_in_which_only_the_password_was_given_is_shown_as_such(
    sign_in: SignIn, session: Session
) -> None:
    whole, _half = sign_in("staff"), sign_in("staff")
    account_id = session.scalar(select(AccountRow.id).where(AccountRow.email == email_of("staff")))
    first = session.scalar(select(AccountSessionRow.id).order_by(AccountSessionRow.id))
    session.add(
        SecondStepRow(account_id=account_id, secret="sealed", made_at=STAMP.at, confirmed_at=STAMP.at)
    )
    session.execute(
        update(AccountSessionRow).where(AccountSessionRow.id == first).values(second_step_at=STAMP.at)
    )
    session.commit()
    rows = [row.get_text(" ") for row in whole.page("/account/sessions").select(".govuk-summary-list__row")]
    assert ["security code not yet" in row for row in rows] == [True, False]


# --- cookies


def test_behind_https_the_cookies_belong_to_this_host_and_to_encrypted_connections(
    address: str, tmp_path: Path
) -> None:
    settings = Settings(
        _env_file=None,
        database_url=address,
        instance_path=tmp_path,
        secret_key=KEY,
        base_url="https://localhost",
    )
    app = create_app(settings)
    app.test_client_class = PageClient
    with app.app_context():
        build(db.session(), clock.today())
    client = app.test_client()
    page = client.get("/sign-in", base_url="https://localhost").get_data(as_text=True)
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert token is not None
    answer = client.post(
        "/sign-in",
        base_url="https://localhost",
        headers={"Referer": "https://localhost/sign-in"},
        data={"csrf_token": token[1], "email": email_of("staff"), "password": PASSWORD},
    )
    assert answer.status_code == 302
    cookies = {line.partition("=")[0]: line for line in answer.headers.getlist("Set-Cookie")}
    assert set(cookies) == {"__Host-tracker_session", "__Host-tracker_device"}
    for line in cookies.values():
        attributes = {part.strip().partition("=")[0].lower() for part in line.split(";")[1:]}
        assert {"secure", "httponly", "path", "samesite"} <= attributes
        assert "domain" not in attributes
        assert "Path=/" in line.replace("path=/", "Path=/")
        assert "SameSite=Lax" in line
    close(app)


@pytest.mark.parametrize("name", ["tracker_session", "tracker_device"])
@pytest.mark.parametrize(
    "value",
    [
        "",
        "x",
        "a.b.c",
        "eyJfdXNlcl9pZCI6IjEifQ.aaaaaa.bbbbbb",
        "\u00e4\u00f6",
        ".",
        "=" * 50,
        "%00",
        "a" * 100_000,
        "W10.aaaa.bbbb",
    ],
)
def test_a_broken_cookie_is_no_cookie(anyone: PageClient, name: str, value: str) -> None:
    answer = anyone.get("/account", headers={"Cookie": f"{name}={value}"})
    assert answer.status_code in (302, 400)
    answer = anyone.get("/sign-in", headers={"Cookie": f"{name}={value}"})
    assert answer.status_code in (200, 400)
    assert anyone.send("/sign-in", email=email_of("staff"), password=PASSWORD).status_code == 302


def test_two_hundred_cookies_are_borne(anyone: PageClient) -> None:
    cookies = "; ".join(f"tracker_{number}=x" for number in range(200))
    assert anyone.get("/sign-in", headers={"Cookie": cookies}).status_code == 200


def test_a_device_cookie_is_no_session_and_a_session_no_device(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("staff")
    device, signed = client.get_cookie("tracker_device"), client.get_cookie("tracker_session")
    assert device is not None
    assert signed is not None
    swapped = app.test_client()
    assert isinstance(swapped, PageClient)
    swapped.set_cookie("tracker_session", device.value)
    swapped.set_cookie("tracker_device", signed.value)
    assert not is_in(swapped)
    assert swapped.send("/sign-in", email=email_of("staff"), password=PASSWORD).status_code == 302


def test_a_session_is_kept_over_a_change_of_the_key(app: Flask, sign_in: SignIn) -> None:
    client = sign_in("staff")
    app.config["SECRET_KEY_FALLBACKS"] = [KEY.get_secret_value()]
    app.config["SECRET_KEY"] = SecretStr("the next key, long enough for a service").get_secret_value()
    assert is_in(client)
    client.delete_cookie("tracker_session")
    assert client.send("/sign-in", email=email_of("staff"), password=PASSWORD).status_code == 302
