"""Each view says who may use it; one that says nothing is closed (promises S1, S10 and S23)."""

from dataclasses import replace

import pytest
from flask import Flask
from werkzeug.exceptions import Unauthorized

from people import auth
from people.auth import guards, identity
from people.domain import Account, Permission

STAFF = Account(1, "a1", "sam@council.example", person_id=1)
LEARNING = replace(STAFF, permissions=frozenset({Permission.LEARNING}))
MANAGER = replace(STAFF, is_manager=True)
WITH_APP = replace(STAFF, has_second_step=True)


def done(account: Account) -> Account:
    return replace(account, has_second_step=True, second_step_done=True)


def page() -> str:
    return "page"


def own_page() -> str:
    return auth.reader().email


def everybodys_page() -> str:
    return "for anybody"


@pytest.fixture
def app() -> Flask:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="for tests only", TWO_STEP="required")
    auth.install(app)
    app.add_url_rule("/bare", "bare", lambda: "secret")
    app.add_url_rule("/open", "open", auth.public(everybodys_page))
    app.add_url_rule("/closed", "closed", auth.signed_in(own_page))
    app.add_url_rule("/begun", "begun", auth.first_step(own_page))
    for endpoint in ("people.sign_in", "people.second_step_setup", "home"):
        app.add_url_rule(f"/{endpoint}", endpoint, auth.public(page))
    app.add_url_rule("/code", "people.second_step", auth.first_step(own_page))
    return app


@pytest.fixture
def held_by(monkeypatch: pytest.MonkeyPatch) -> list[Account | None]:
    """A list of one: whose browser it is, as the guards are told."""
    found: list[Account | None] = [None]
    for module in (identity, guards):
        monkeypatch.setattr(module, "holder", lambda: found[0])
    return found


def test_a_view_without_a_mark_is_closed_to_everybody(app: Flask, held_by: list[Account | None]) -> None:
    client = app.test_client()
    for who in (None, STAFF, done(LEARNING)):
        held_by[0] = who
        answer = client.get("/bare")
        assert answer.status_code == 403
        assert b"secret" not in answer.data


def test_a_page_that_is_not_there_and_a_static_file_need_no_mark(app: Flask) -> None:
    client = app.test_client()
    assert client.get("/nowhere").status_code == 404
    assert client.get("/static/nothing.css").status_code == 404
    assert client.post("/open").status_code == 405


def test_an_open_page_is_open(app: Flask) -> None:
    assert app.test_client().get("/open").data == b"for anybody"


@pytest.mark.parametrize("address", ["/closed", "/begun", "/code"])
def test_nobody_is_led_to_the_sign_in_page_and_back(
    app: Flask, held_by: list[Account | None], address: str
) -> None:
    answer = app.test_client().get(f"{address}?a=b")
    assert answer.status_code == 302
    assert answer.headers["Location"] == f"/people.sign_in?next={address}?a%3Db"


# who, then what /closed, /begun and /code answer: the address to which they lead, or None for the page itself
CODE, SETUP = "/code", "/people.second_step_setup"


@pytest.mark.parametrize(
    "who, closed, begun, code",
    [
        (STAFF, None, None, None),
        (WITH_APP, CODE, CODE, None),
        (done(STAFF), None, None, None),
        (LEARNING, SETUP, None, None),
        (MANAGER, SETUP, None, None),
        (replace(LEARNING, has_second_step=True), CODE, CODE, None),
        (done(LEARNING), None, None, None),
    ],
)
def test_a_password_alone_opens_the_second_step_and_nothing_else_where_one_is_needed(
    app: Flask,
    held_by: list[Account | None],
    who: Account,
    closed: str | None,
    begun: str | None,
    code: str | None,
) -> None:
    held_by[0] = who
    client = app.test_client()
    for address, leads in (("/closed", closed), ("/begun", begun), ("/code", code)):
        answer = client.get(address)
        if leads is None:
            assert answer.get_data(as_text=True) == who.email
        else:
            assert answer.headers["Location"] == f"{leads}?next={address}"
        assert client.post(address).status_code == 405


def test_where_the_policy_leaves_it_to_people_only_those_with_an_app_give_a_code(app: Flask) -> None:
    app.config["TWO_STEP"] = "optional"
    with app.app_context():
        assert not auth.lacks_second_step(LEARNING)
        assert auth.lacks_second_step(WITH_APP)
        assert not auth.lacks_second_step(replace(WITH_APP, second_step_done=True))


def test_a_service_without_a_policy_asks_for_both_steps() -> None:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="for tests only")
    auth.install(app)
    with app.app_context():
        assert auth.lacks_second_step(LEARNING)


def test_half_signed_in_is_nobody_where_data_is_shown(app: Flask, held_by: list[Account | None]) -> None:
    held_by[0] = WITH_APP
    with app.test_request_context("/closed"):
        assert identity.account() is None
        with pytest.raises(Unauthorized):
            auth.reader()
    with app.test_request_context("/open"), pytest.raises(Unauthorized):
        auth.reader()


@pytest.mark.parametrize(
    "who, wanted, leads",
    [
        (STAFF, "/closed?a=b", "/closed?a=b"),
        (STAFF, "//evil.example", "/home"),
        (STAFF, None, "/home"),
        (WITH_APP, "/closed", "/code?next=/closed"),
        (WITH_APP, "//evil.example", "/code"),
        (LEARNING, "/closed", "/people.second_step_setup?next=/closed"),
    ],
)
def test_a_step_of_signing_in_leads_on(app: Flask, who: Account, wanted: str | None, leads: str) -> None:
    with app.test_request_context("/people.sign_in", method="POST"):
        assert auth.goal(who, wanted).headers["Location"] == leads
    with app.test_request_context("/people.sign_in?next=/people.sign_in"):
        assert auth.goal(who, wanted).headers["Location"] == leads
