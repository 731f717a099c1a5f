"""The host of a link is that of the settings, whatever host was asked for (promise S9, bad input G10)."""

from contextvars import Context

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy.orm import Session
from werkzeug.test import EnvironBuilder, run_wsgi_app

from tests.borough import email_of
from tests.integration.web.links.letterbox import LINK, messages
from tests.pages import PageClient


@pytest.mark.parametrize(
    "headers, status",
    [
        ({"Host": "evil.example"}, 400),
        ({"Host": "localhost@evil.example"}, 400),
        ({"Host": "evil.example@localhost"}, 400),
        ({"Host": "localhost.evil.example"}, 400),
        ({"Host": "evil.example:80"}, 400),
        ({"Host": "localhost:6666"}, 302),
        ({"Host": "127.0.0.1"}, 302),
        ({"X-Forwarded-Host": "evil.example"}, 302),
        (
            {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Host": "evil.example"},
            302,
        ),
        ({"X-Original-URL": "http://evil.example/", "Referer": "http://evil.example/"}, 302),
    ],
)
def test_the_host_of_a_link_is_that_of_the_settings_whatever_was_asked_for(
    anyone: PageClient, session: Session, headers: dict[str, str], status: int
) -> None:
    form = anyone.page("/get-link").select_one("main form")
    assert form is not None
    data = {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}
    cookie = anyone.get_cookie("tracker_session")
    assert cookie is not None
    host = headers.get("Host", "localhost").partition(":")[0]
    if status == 302:
        anyone.set_cookie("tracker_session", cookie.value, domain=host)
    answer = FlaskOpen(anyone).post("/get-link", {**data, "email": email_of("staff")}, headers)
    assert answer == status
    assert [LINK.search(row.body) is not None for row in messages(session)] == (
        [True] if status == 302 else []
    )
    assert all("evil" not in row.body and "6666" not in row.body for row in messages(session))


class FlaskOpen:
    """Sends a request without the inspection of pages: a host that is not ours gets a bare page."""

    def __init__(self, client: PageClient) -> None:
        self.client = client

    def post(self, path: str, data: dict[str, str], headers: dict[str, str]) -> int:
        return Context().run(
            lambda: FlaskClient.open(self.client, path, method="POST", data=data, headers=headers).status_code
        )


def test_two_hosts_are_none(anyone: PageClient, session: Session, app: Flask) -> None:
    environ = EnvironBuilder("/get-link").get_environ()
    environ["HTTP_HOST"] = "localhost,evil.example"
    _, status, _ = run_wsgi_app(app.wsgi_app, environ)
    assert status.startswith("400")
