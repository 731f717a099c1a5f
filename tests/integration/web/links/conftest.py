"""A service behind a mail server, and a way to ask it for links."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from flask import Flask
from pydantic import SecretStr
from sqlalchemy.orm import Session

from app import create_app
from tests.integration.conftest import close, settings_for
from tests.integration.web.links.letterbox import newest_link
from tests.pages import PageClient


@pytest.fixture
def app(address: str, tmp_path: Path) -> Iterator[Flask]:
    """The service as it stands behind a mail server: nothing leaves while a page is made."""
    settings = settings_for(address, tmp_path).model_copy(
        update={"mail_url": SecretStr("smtp://127.0.0.1:1")}
    )
    found = create_app(settings)
    found.config["TESTING"] = True
    with found.app_context():
        yield found
    close(found)


@pytest.fixture
def ask(anyone: PageClient, session: Session) -> Callable[[str], str]:
    """Asks for a link by the page, and gives back where it leads."""

    def asked(email: str) -> str:
        answer = anyone.send("/get-link", email=email)
        assert (answer.status_code, answer.headers["Location"]) == (302, "/get-link/sent")
        return newest_link(session)

    return asked
