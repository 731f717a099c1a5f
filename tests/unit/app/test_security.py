"""What every answer tells the browser (promise S18), and the proof of origin of forms (promise S4)."""

from collections.abc import Iterator

import pytest
from flask import Flask
from flask_wtf.csrf import generate_csrf

from app import security


@pytest.fixture
def app() -> Iterator[Flask]:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="for tests only")
    for rule in ("/", "/team", "/people", "/people/<public_id>"):
        app.add_url_rule(rule, rule, lambda **_: "page")
    app.add_url_rule("/save", "save", lambda: "saved", methods=["POST"])
    security.install(app)
    with app.test_request_context():
        yield app


def test_every_answer_carries_the_browser_policy(app: Flask) -> None:
    for address in ("/", "/nowhere", "/save"):
        headers = app.test_client().get(address).headers
        assert "default-src 'none'" in headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
        assert headers["X-Content-Type-Options"] == "nosniff"
        assert headers["Referrer-Policy"] == "same-origin"
        assert headers["Cross-Origin-Opener-Policy"] == "same-origin"
        assert headers["Cache-Control"] == "no-store"


def test_only_an_encrypted_answer_asks_for_encryption_from_now_on(app: Flask) -> None:
    client = app.test_client()
    assert "Strict-Transport-Security" not in client.get("/", base_url="http://localhost").headers
    assert (
        "max-age=31536000"
        in client.get("/", base_url="https://localhost").headers["Strict-Transport-Security"]
    )


def test_a_post_without_its_proof_of_origin_is_refused(app: Flask) -> None:
    assert app.test_client().post("/save").status_code == 400


OURS, THEIRS = "https://localhost", "https://evil.example"


@pytest.mark.parametrize(
    "headers, ours",
    [
        ({"Sec-Fetch-Site": "same-origin"}, True),
        ({"Sec-Fetch-Site": "same-origin", "Origin": "null"}, True),
        ({"Origin": OURS}, True),
        ({"Origin": "http://localhost"}, True),
        ({}, None),
        ({"Origin": "null"}, None),
        ({"Sec-Fetch-Site": "none"}, None),
        ({"Sec-Fetch-Site": "cross-site"}, False),
        ({"Sec-Fetch-Site": "cross-site", "Origin": OURS}, False),
        ({"Sec-Fetch-Site": "same-site"}, False),
        ({"Sec-Fetch-Site": "anything"}, False),
        ({"Origin": THEIRS}, False),
        ({"Origin": "https://localhost.evil.example"}, False),
        ({"Origin": "https://localhost@evil.example"}, False),
        ({"Origin": "https://localhost:8443"}, False),
        ({"Origin": "https://["}, False),
    ],
)
def test_which_site_sent_a_form_is_known_from_what_no_script_can_forge(
    app: Flask, headers: dict[str, str], ours: bool | None
) -> None:
    with app.test_request_context("/save", method="POST", base_url=OURS, headers=headers):
        assert security.sent_from_here() is ours


@pytest.mark.parametrize("headers", [{"Sec-Fetch-Site": "cross-site"}, {"Origin": THEIRS}])
def test_a_form_of_another_site_is_refused_even_with_a_good_token(
    app: Flask, headers: dict[str, str]
) -> None:
    app.add_url_rule("/token", "token", generate_csrf)
    client = app.test_client()
    token = client.get("/token", base_url=OURS).get_data(as_text=True)
    sent = {"csrf_token": token}
    assert client.post("/save", data=sent, base_url=OURS, headers=headers).status_code == 400
    # A browser that says nothing, not even a Referer, is judged by the token alone.
    assert client.post("/save", data=sent, base_url=OURS).status_code == 200
