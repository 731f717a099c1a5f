"""Where a sign-in may lead: to our own pages, however the address is dressed up (promise S12)."""

from collections.abc import Iterator

import pytest
from flask import Flask, redirect

from people.auth import safe_next

OWN = [
    "/",
    "/team",
    "/team?scope=everyone&unit=&as_at=2026-03-31",
    "/people/0123456789abcdef0123456789abcdef",
    "/people?unit=Homes%20%3E%20Repairs",
]
NOT_OWN = [
    "",
    " ",
    "team",
    "//evil.example",
    "///evil.example",
    "////evil.example",
    "//evil.example/team",
    "//evil.example/../team",
    "/\\evil.example",
    "\\\\evil.example",
    "\\/evil.example",
    "/\\/evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "/\r/evil.example",
    "\t//evil.example",
    "/\x0b/evil.example",
    "/\x00/evil.example",
    "/%09/evil.example",
    "/%0a/evil.example",
    "/%0d%0aSet-Cookie:a=b",
    "/%2f/evil.example",
    "/%2fevil.example",
    "/%5cevil.example",
    "/%5c%5cevil.example",
    "/team\r\nLocation: https://evil.example",
    "/team%0d%0aLocation:%20https://evil.example",
    "/team\\..\\..\\evil.example",
    "/team//evil.example",
    "/./team//evil.example",
    "/../team",
    "/team/../../evil",
    "http://evil.example",
    "https://evil.example",
    "HTTPS://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "https:///evil.example",
    "http:\\\\evil.example",
    "ftp://evil.example",
    "javascript:alert(1)",
    "JaVaScRiPt:alert(1)",
    "java\tscript:alert(1)",
    "data:text/html,x",
    "vbscript:x",
    "mailto:a@evil.example",
    "//user@evil.example",
    "https://localhost@evil.example",
    "https://localhost:pw@evil.example/",
    "//evil.example:80",
    "//[::1]/",
    "//127.0.0.1",
    "/@evil.example",
    "/team@evil.example",
    "/;@evil.example",
    "?next=//evil.example",
    "#//evil.example",
    "/team#//evil.example",
    "/\u2028/evil.example",
    "/\u3000/evil.example",
    "\uff0f\uff0fevil.example",
    "/unknown",
    "/save",
    "/team?a=\r\nb",
    "/team?a=<script>",
    "/" + "a" * 3000,
]


@pytest.fixture
def app() -> Iterator[Flask]:
    app = Flask(__name__)
    app.config.update(SECRET_KEY="for tests only")
    for rule in ("/", "/team", "/people", "/people/<public_id>"):
        app.add_url_rule(rule, rule, lambda **_: "page")
    app.add_url_rule("/save", "save", lambda: "saved", methods=["POST"])
    with app.test_request_context():
        yield app


@pytest.mark.parametrize("target", OWN)
def test_a_sign_in_may_lead_to_a_page_of_our_own(app: Flask, target: str) -> None:
    assert safe_next(target) == target
    assert redirect(target).headers["Location"] == target


@pytest.mark.parametrize("target", NOT_OWN)
def test_a_sign_in_leads_nowhere_else(app: Flask, target: str) -> None:
    assert safe_next(target) is None


def test_no_target_is_no_target(app: Flask) -> None:
    assert safe_next(None) is None
