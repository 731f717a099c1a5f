"""What was typed survives a page that was open too long and a session that ended (promises G11 and G42, never S4)."""

from base64 import urlsafe_b64decode
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO

import pytest
from bs4 import BeautifulSoup
from flask import Flask, redirect, render_template_string, request, url_for
from sqlalchemy import update
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response
from wtforms import BooleanField, FileField, PasswordField, SelectMultipleField, StringField, TextAreaField
from wtforms.fields import SelectChoice
from wtforms.validators import DataRequired

from app import kept
from foundation import clock
from people import auth
from people.forms.once import OnceForm
from people.forms.page_form import PageForm
from people.models import AccountSessionRow
from people.services.sealing import Seal
from tests.borough import PASSWORD, email_of
from tests.pages import PageClient, text_of
from tests.telephone import CODE, STEP, Hands, set_up

SignIn = Callable[[str], PageClient]
OURS = {"Sec-Fetch-Site": "same-origin"}
NOTHING_SENT = "You were signed out. Nothing was sent."
TYPED = {
    "suggested_by": "Sam <b>",
    "what": "line one\r\nline two",
    "agreed": "y",
    "held_on-day": "3",
    "held_on-month": "5",
    "held_on-year": "2026",
}

PAGE = """{% extends "layouts/base.html" %}{% block title %}A form{% endblock %}{% block content %}
<form method="post" action="/a-form" novalidate enctype="multipart/form-data">{{ form.csrf_token(id="csrf_token") }}
{{ form.once() }}</form>{% endblock %}"""


class AForm(OnceForm):
    """A form as any page has it."""

    suggested_by = StringField("Suggested by", [DataRequired("Enter who suggested it")])
    what = TextAreaField("What you suggest")
    agreed = BooleanField("They agree")
    ways = SelectMultipleField("Ways", choices=[SelectChoice("a", "By air"), SelectChoice("b", "By boat")])
    file = FileField("Certificate")


class NewPasswordForm(PageForm):
    """A form with something that is never kept."""

    new_one = PasswordField("New password")
    name_of_it = StringField("Name of it")


@pytest.fixture
def sent(app: Flask) -> list[dict[str, list[str]]]:
    """Two pages more for everybody who is signed in; what reaches them."""
    found: list[dict[str, list[str]]] = []

    @auth.signed_in
    def a_form() -> str | Response:
        form = AForm()
        if form.validate_on_submit():
            found.append({name: values for name, values in request.form.lists() if name != "csrf_token"})
            return redirect(url_for("help"))
        return render_template_string(PAGE, form=form)

    @auth.signed_in
    def a_password() -> str | Response:
        return render_template_string(PAGE, form=AForm())

    @auth.public
    def for_anybody() -> str | Response:
        return render_template_string(PAGE, form=AForm())

    views: dict[str, Callable[[], str | Response]] = {
        "/a-form": a_form,
        "/a-password": a_password,
        "/for-anybody": for_anybody,
    }
    for address, view in views.items():
        app.add_url_rule(address, view.__name__, view, methods=["GET", "POST"])
    return found


def fields_of(client: PageClient, address: str = "/a-form") -> dict[str, str]:
    """What the form sends besides what is typed: its token and its key."""
    form = client.page(address).select_one("main form")
    assert form is not None
    return {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}


def leave_alone(client: PageClient) -> None:
    """The idle time passes: the browser drops the cookie."""
    client.delete_cookie("tracker_session")


def hidden_in(html: str, selector: str = "main form") -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for field in BeautifulSoup(html, "html.parser").select(f"{selector} input[type=hidden]"):
        found.setdefault(str(field["name"]), []).append(str(field["value"]))
    return found


def test_a_form_sent_after_the_session_ended_is_given_back_after_signing_in(
    sign_in: SignIn, sent: list[dict[str, list[str]]]
) -> None:
    client = sign_in("staff")
    hidden = fields_of(client)
    leave_alone(client)
    answer = client.post("/a-form", data={**hidden, **TYPED, "ways": ["a", "b"]}, headers=OURS)
    assert answer.status_code == 401
    assert "What you typed is kept: sign in" in answer.text
    # A wrong password does not lose it.
    answer = client.post(
        "/sign-in", data={**hidden_in(answer.text), "email": email_of("staff"), "password": "wrong"}
    )
    assert answer.status_code == 422
    answer = client.post(
        "/sign-in", data={**hidden_in(answer.text), "email": email_of("staff"), "password": PASSWORD}
    )
    assert answer.status_code == 200
    assert "You are signed in again" in answer.text
    page = BeautifulSoup(answer.text, "html.parser")
    rows = {
        text_of(row.select_one("dt")): text_of(row.select_one("dd"))  # type: ignore[arg-type]  # every row has both
        for row in page.select("main dl > div")
    }
    assert rows == {
        "Suggested by": "Sam <b>",
        "What you suggest": "line one line two",
        "They agree": "Yes",
        "Held on": "3 5 2026",
        "Ways": "By air By boat",
    }
    assert not sent
    again = hidden_in(answer.text)
    assert client.post("/a-form", data=again, headers=OURS).status_code == 302
    assert sent == [
        {**{name: [value] for name, value in TYPED.items()}, "ways": ["a", "b"], "once": [hidden["once"]]}
    ]


def test_a_session_that_was_ended_elsewhere_loses_nothing_either(
    sign_in: SignIn, session: Session, sent: list[dict[str, list[str]]]
) -> None:
    client = sign_in("staff")
    hidden = fields_of(client)
    session.execute(update(AccountSessionRow).values(ended_at=clock.now()))
    session.commit()
    answer = client.post("/a-form", data={**hidden, **TYPED}, headers=OURS)
    assert answer.status_code == 401
    answer = client.post(
        "/sign-in", data={**hidden_in(answer.text), "email": email_of("staff"), "password": PASSWORD}
    )
    assert "You are signed in again" in answer.text


def test_the_second_step_of_signing_in_loses_nothing_either(
    sign_in: SignIn, sent: list[dict[str, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    hands = Hands(clock.now())
    monkeypatch.setattr(clock, "now", hands)
    client = sign_in("staff")
    telephone, _ = set_up(client, hands)
    hidden = fields_of(client)
    leave_alone(client)
    answer = client.post("/a-form", data={**hidden, **TYPED}, headers=OURS)
    answer = client.post(
        "/sign-in", data={**hidden_in(answer.text), "email": email_of("staff"), "password": PASSWORD}
    )
    assert "Enter your security code" in answer.text
    assert "Sam &lt;b&gt;" not in answer.text
    answer = client.post(CODE, data={**hidden_in(answer.text), "code": telephone.wrong_code()})
    assert answer.status_code == 422
    hands.forward(STEP)
    answer = client.post(CODE, data={**hidden_in(answer.text), "code": telephone.code()})
    assert "You are signed in again" in answer.text
    assert client.post("/a-form", data=hidden_in(answer.text), headers=OURS).status_code == 302
    assert [found["suggested_by"] for found in sent] == [["Sam <b>"]]


def test_a_page_that_was_open_too_long_is_given_back_with_a_fresh_proof(
    sign_in: SignIn, sent: list[dict[str, list[str]]]
) -> None:
    client = sign_in("staff")
    hidden = {**fields_of(client), "csrf_token": "of another session"}
    answer = client.post("/a-form", data={**hidden, **TYPED}, headers=OURS)
    assert answer.status_code == 400
    assert "The page was too old to be sent, so nothing was saved." in answer.text
    assert "What you typed is kept: check it and send it again." in answer.text
    assert client.post("/a-form", data=hidden_in(answer.text), headers=OURS).status_code == 302
    assert len(sent) == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "none"},
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
    ],
)
@pytest.mark.parametrize("signed_in", [True, False])
def test_a_form_that_another_site_sends_gets_none_of_this(
    sign_in: SignIn,
    anyone: PageClient,
    sent: list[dict[str, list[str]]],
    headers: dict[str, str],
    signed_in: bool,
) -> None:
    client = sign_in("staff") if signed_in else anyone
    for token in ({}, {"csrf_token": "made up"}):
        answer = client.post("/a-form", data={**TYPED, **token}, headers=headers)
        assert answer.status_code in (302, 400)
        assert "Sam" not in answer.text
        assert "kept" not in answer.text
    assert not sent


def test_what_another_site_has_sealed_somewhere_is_not_given_back(
    sign_in: SignIn, sent: list[dict[str, list[str]]]
) -> None:
    """Without its own token the sign-in form takes nothing, and then the browser of the victim holds none of it."""
    hidden = fields_of(attacker := sign_in("manager"))
    leave_alone(attacker)
    answer = attacker.post("/a-form", data={**hidden, **TYPED}, headers=OURS)
    sealed = hidden_in(answer.text)["kept"][0]
    victim = sign_in("staff")
    answer = victim.post("/sign-in", data={"kept": sealed}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 400
    assert "Sam" not in answer.text


@pytest.mark.parametrize("change", ["late", "changed", "of another key", "nonsense", "many"])
def test_what_is_carried_is_taken_only_as_we_sealed_it_and_within_the_hour(
    sign_in: SignIn,
    sent: list[dict[str, list[str]]],
    monkeypatch: pytest.MonkeyPatch,
    change: str,
) -> None:
    client = sign_in("staff")
    own = fields_of(client)
    leave_alone(client)
    answer = client.post("/a-form", data={**own, **TYPED}, headers=OURS)
    hidden = {name: values[0] for name, values in hidden_in(answer.text).items()}
    if change == "late":
        monkeypatch.setattr("app.kept.HOUR", timedelta(seconds=-1))
    elif change == "of another key":
        hidden["kept"] = str(
            Seal(["another key"]).close('["/a-form", [["a", "b"]], false, ""]', kept.PURPOSE, clock.now())
        )
    else:
        hidden["kept"] = (
            {"changed": hidden["kept"][1:], "nonsense": "\udcff", "many": "x" * 100_000}.get(change, "")
            .encode("utf-8", "replace")
            .decode()
        )
    answer = client.post("/sign-in", data={**hidden, "email": email_of("staff"), "password": PASSWORD})
    assert answer.status_code == 302
    assert "Sam" not in answer.text


@pytest.mark.parametrize(
    "place, fields",
    [
        ("/a-password", {"new_one": "a secret of 20 letters", "name_of_it": "workplace"}),
        ("/a-password", {"password_again": "a secret of 20 letters", "name_of_it": "workplace"}),
        ("/for-anybody", TYPED),
        ("/nowhere", TYPED),
        ("/help", TYPED),
        ("/a-form", {"suggested_by": "  "}),
        ("/a-form", {"suggested_by": "x" * 20_001}),
        ("/sign-out", TYPED),
    ],
)
def test_secrets_strange_addresses_and_too_much_are_not_kept(
    anyone: PageClient, sent: list[dict[str, list[str]]], place: str, fields: dict[str, str]
) -> None:
    answer = anyone.post(place, data=fields, headers=OURS)
    assert answer.status_code in (302, 400, 404, 405)
    assert "a secret" not in answer.text
    assert "kept" not in answer.text
    assert not any(typed in answer.text for typed in ("Sam &lt;", "line one", "xxxx", "workplace"))


def test_a_file_is_not_kept_and_the_page_says_so(sign_in: SignIn, sent: list[dict[str, list[str]]]) -> None:
    client = sign_in("staff")
    answer = client.post(
        "/a-form",
        data={**TYPED, "file": (BytesIO(b"%PDF-1.7 secret"), "certificate.pdf")},
        headers=OURS,
        content_type="multipart/form-data",
    )
    assert answer.status_code == 400
    assert "A file cannot be kept: you will be asked to choose it again." in answer.text
    assert "secret" not in answer.text
    assert "certificate.pdf" not in answer.text


# --- a computer that people share


def test_whoever_signs_in_next_in_the_same_browser_gets_nothing_of_it(
    sign_in: SignIn, sent: list[dict[str, list[str]]]
) -> None:
    client = sign_in("staff")
    hidden = fields_of(client)
    leave_alone(client)
    answer = client.post("/a-form", data={**hidden, **TYPED}, headers=OURS)
    assert "What you typed is kept" in answer.text
    left_open = hidden_in(answer.text)
    answer = client.post("/sign-in", data={**left_open, "email": email_of("learning"), "password": PASSWORD})
    assert answer.status_code == 302
    page = client.page("/a-form")
    assert "Sam" not in page.text
    assert not page.select("input[name=kept]")
    assert not sent


def test_the_page_that_carries_it_does_not_tell_it_to_whoever_reads_its_source(
    sign_in: SignIn, sent: list[dict[str, list[str]]]
) -> None:
    client = sign_in("staff")
    hidden = fields_of(client)
    leave_alone(client)
    answer = client.post("/a-form", data={**hidden, **TYPED}, headers=OURS)
    sealed = hidden_in(answer.text)["kept"][0]
    assert b"suggested" not in urlsafe_b64decode(sealed + "==")
    assert "line one" not in answer.text


def test_a_page_of_somebody_who_signed_out_gives_its_text_to_nobody_else(
    sign_in: SignIn, sent: list[dict[str, list[str]]]
) -> None:
    client = sign_in("staff")
    hidden = fields_of(client)
    leave_alone(client)
    assert client.send("/sign-in", email=email_of("learning"), password=PASSWORD).status_code == 302
    answer = client.post("/a-form", data={**hidden, **TYPED}, headers=OURS)
    assert answer.status_code == 400
    assert "Somebody else has signed in" in answer.text
    assert "Sam" not in answer.text
    assert not sent


def test_a_page_from_before_one_signed_in_again_gives_the_text_back(
    sign_in: SignIn, sent: list[dict[str, list[str]]]
) -> None:
    client = sign_in("staff")
    hidden = fields_of(client)
    leave_alone(client)
    assert client.send("/sign-in", email=email_of("staff"), password=PASSWORD).status_code == 302
    answer = client.post("/a-form", data={**hidden, **TYPED}, headers=OURS)
    assert answer.status_code == 400
    assert "You have signed in again since you opened the page" in answer.text
    assert client.post("/a-form", data=hidden_in(answer.text), headers=OURS).status_code == 302
    assert len(sent) == 1


def test_text_of_nobody_known_is_not_carried(anyone: PageClient, sent: list[dict[str, list[str]]]) -> None:
    answer = anyone.post("/a-form", data=TYPED, headers=OURS)
    assert answer.headers["Location"] == "/sign-in?next=/a-form"
    assert NOTHING_SENT in text_of(anyone.page(answer.headers["Location"]))


def test_what_was_typed_is_known_again_after_a_change_of_the_key(
    app: Flask, sign_in: SignIn, session: Session, sent: list[dict[str, list[str]]]
) -> None:
    """The session is older than the key; the page is not."""
    client = sign_in("staff")
    app.config["SECRET_KEY_FALLBACKS"] = [app.config["SECRET_KEY"]]
    app.config["SECRET_KEY"] = "the next key, long enough for a service"
    hidden = fields_of(client)
    leave_alone(client)
    answer = client.post("/a-form", data={**hidden, **TYPED}, headers=OURS)
    answer = client.post(
        "/sign-in", data={**hidden_in(answer.text), "email": email_of("staff"), "password": PASSWORD}
    )
    assert "You are signed in again" in answer.text


# --- where there is nothing to keep


@pytest.mark.parametrize("ended", ["idle", "elsewhere"])
@pytest.mark.parametrize("with_file", [True, False])
def test_a_form_without_words_says_that_nothing_was_sent_and_leads_back_to_its_page(
    sign_in: SignIn, session: Session, sent: list[dict[str, list[str]]], ended: str, with_file: bool
) -> None:
    client = sign_in("staff")
    fields: dict[str, object] = {**fields_of(client)}
    if with_file:
        fields["file"] = (BytesIO(b"%PDF-1.7"), "certificate.pdf")
    if ended == "idle":
        leave_alone(client)
    else:
        session.execute(update(AccountSessionRow).values(ended_at=clock.now()))
        session.commit()
    answer = client.post("/a-form", data=fields, headers=OURS, content_type="multipart/form-data")
    assert answer.headers["Location"] == "/sign-in?next=/a-form"
    page = client.page(answer.headers["Location"])
    assert NOTHING_SENT in text_of(page)
    token = page.select_one("input[name=csrf_token]")
    assert token is not None
    signed_in = {"csrf_token": str(token["value"]), "email": email_of("staff"), "password": PASSWORD}
    answer = client.post("/sign-in", data={**signed_in, "next": "/a-form"})
    assert answer.headers["Location"] == "/a-form"
    assert not sent


@pytest.mark.parametrize(
    "before, led_to",
    [
        ("http://localhost/account/sessions", "/sign-in?next=/account/sessions"),
        ("http://localhost/account/sessions?a=b", "/sign-in?next=/account/sessions?a%3Db"),
        ("http://localhost/nowhere", "/sign-in"),
        ("http://evil.example/account/sessions", "/sign-in"),
        ("http://[", "/sign-in"),
        ("", "/sign-in"),
    ],
)
def test_an_address_that_takes_forms_alone_leads_back_to_the_page_of_ours_that_sent_it(
    anyone: PageClient, before: str, led_to: str
) -> None:
    headers = {**OURS, "Referer": before}
    answer = anyone.post("/account/sessions/end-others", headers=headers)
    assert answer.headers["Location"] == led_to
    assert NOTHING_SENT in text_of(anyone.page("/sign-in"))


def test_whoever_owes_the_second_step_is_told_that_nothing_was_sent(
    sign_in: SignIn, sent: list[dict[str, list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    hands = Hands(clock.now())
    monkeypatch.setattr(clock, "now", hands)
    client = sign_in("staff")
    set_up(client, hands)
    leave_alone(client)
    client.send("/sign-in", email=email_of("staff"), password=PASSWORD)
    answer = client.post("/a-form", data={"once": "x"}, headers=OURS)
    assert answer.headers["Location"] == f"{CODE}?next=/a-form"
    assert "Nothing was sent. Sign in with two steps" in text_of(client.page(CODE))


def test_a_browser_that_sends_no_cookie_is_told_so(anyone: PageClient) -> None:
    for headers in (OURS, {}):
        answer = anyone.post("/sign-in", data={"email": email_of("staff")}, headers=headers)
        assert answer.status_code == 400
        assert "Your browser did not send our cookie" in answer.text
        assert "30 minutes" in answer.text
        assert 'href="/sign-in">Open the page again' in answer.text
