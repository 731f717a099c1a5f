"""A served service with the borough of tests/borough.py, and the browser of this machine; both once for all tests."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from copy import deepcopy
from datetime import date
from pathlib import Path
from typing import Any, Protocol

import pytest
from flask import Flask
from flask_migrate import upgrade
from playwright.sync_api import Browser, Page, sync_playwright
from pydantic import SecretStr

from app import create_app
from app.config import Settings
from compliance.views import own_process
from foundation import clock
from foundation.db import db
from tests.borough import PASSWORD, Borough, build, email_of
from tests.e2e.browser import WIDE, Scheme, Watched, launch, window
from tests.e2e.server import served

KEY = "only-for-tests-0123456789-abcdefghijklmnop"


class Open(Protocol):
    """Opens a window of the browser, signed in as a reader or as nobody."""

    def __call__(
        self, reader: str | None = None, scheme: Scheme = "light", width: int = WIDE, *, scripts: bool = True
    ) -> AbstractContextManager[Watched]: ...


_kept: dict[date, tuple[Borough, bytes]] = {}
"""By day: the borough, and the file of the database in which it was built."""


def settle(app: Flask) -> Borough:
    """Migrate the database of a service and build the borough in it; done once, and copied after that."""
    today = clock.today()
    with app.app_context():
        file = Path(db.engine.url.database or "")
        if today in _kept:
            file.write_bytes(_kept[today][1])
        else:
            upgrade()
            borough = build(db.session(), today)
            db.session.remove()
            db.engine.dispose()  # what was written ahead goes into the file
            _kept[today] = borough, file.read_bytes()
    return deepcopy(_kept[today][0])


@contextmanager
def new_service(folder: Path, **settings: Any) -> Iterator[tuple[Flask, str, Borough]]:
    """A service with a borough of its own: the app, its address, the borough."""
    app = create_app(
        Settings(
            _env_file=None,
            instance_path=folder,
            secret_key=SecretStr(KEY),
            base_url="http://127.0.0.1:8000",
            **settings,
        )
    )
    borough = settle(app)
    with served(app) as address:
        yield app, address, borough
    for process in own_process.started:
        process.wait(120)  # what a page began works on the files of this service
    with app.app_context():
        db.engine.dispose()


def enter(page: Page, reader: str) -> None:
    """Sign a reader in, by the page."""
    page.goto("/sign-in")
    page.get_by_label("Email address").fill(email_of(reader))
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Sign out").wait_for()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Borough]]:
    """The address of the service, and the borough in it."""
    with new_service(tmp_path_factory.mktemp("served")) as (_, address, borough):
        yield address, borough


@pytest.fixture(scope="session")
def borough(service: tuple[str, Borough]) -> Borough:
    return service[1]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        found = launch(playwright)
        yield found
        found.close()


@pytest.fixture
def open_as(browser: Browser, service: tuple[str, Borough]) -> Open:
    @contextmanager
    def opened(
        reader: str | None = None, scheme: Scheme = "light", width: int = WIDE, *, scripts: bool = True
    ) -> Iterator[Watched]:
        with window(browser, service[0], scheme, width, scripts) as watched:
            if reader is not None:
                enter(watched.page, reader)
            yield watched

    return opened
