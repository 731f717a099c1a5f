"""Without a mail server, in development, a message leaves with the request that queued it; in production never."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy import select

from app import create_app
from foundation import clock
from foundation.db import db
from foundation.mail import OutgoingMessageRow
from tests.integration.conftest import close, settings_for
from tests.integration.settled import settle
from tests.pages import PageClient

Serve = Callable[..., PageClient]


@contextmanager
def service(address: str, folder: Path, **changes: object) -> Iterator[Flask]:
    app = create_app(settings_for(address, folder).model_copy(update=changes))
    app.test_client_class = PageClient
    with app.app_context():
        settle(db.session(), clock.today())
        db.session.remove()
        yield app
    close(app)


@pytest.fixture
def serve(address: str, tmp_path: Path) -> Iterator[Serve]:
    with ExitStack() as stack:

        def served(**changes: object) -> PageClient:
            client = stack.enter_context(service(address, tmp_path, **changes)).test_client()
            assert isinstance(client, PageClient)
            return client

        yield served


def state() -> tuple[str, str]:
    row = db.session().scalars(select(OutgoingMessageRow)).one()
    db.session.rollback()
    return row.state, row.body


def test_the_console_shows_the_link_at_once(serve: Serve, capfd: pytest.CaptureFixture[str]) -> None:
    client = serve()
    assert client.send("/get-link", email="kit@council.example").status_code == 302
    assert "http://localhost/set-password/" in capfd.readouterr().out
    assert state() == ("sent", "")
    client.send("/get-link", email="unknown@council.example")
    assert capfd.readouterr().out == ""


def test_a_folder_gets_the_message_at_once(serve: Serve, tmp_path: Path) -> None:
    serve(mail_url=SecretStr(f"file:{tmp_path}/out")).send("/get-link", email="kit@council.example")
    assert [place.suffix for place in (tmp_path / "out").iterdir()] == [".eml"]
    assert state() == ("sent", "")


def test_a_message_that_cannot_leave_waits_and_the_page_is_served(serve: Serve, tmp_path: Path) -> None:
    (tmp_path / "a file").touch()
    client = serve(mail_url=SecretStr(f"file:{tmp_path}/a%20file/out"))
    assert client.send("/get-link", email="kit@council.example").status_code == 302
    assert state()[0] == "waiting"


@pytest.mark.parametrize(
    "changes", [{"environment": "production"}, {"mail_url": SecretStr("smtp://127.0.0.1:1")}]
)
def test_in_production_and_with_a_mail_server_no_page_waits_for_mail_and_none_is_printed(
    serve: Serve, capfd: pytest.CaptureFixture[str], changes: dict[str, object]
) -> None:
    assert serve(**changes).send("/get-link", email="kit@council.example").status_code == 302
    assert "set-password" not in capfd.readouterr().out
    assert state()[0] == "waiting"
