"""What every answer tells the browser (promise S18), and the proof of origin of forms (promise S4)."""

from collections.abc import Iterator

import pytest
from flask import Flask

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
        assert headers["Referrer-Policy"] == "no-referrer"
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
