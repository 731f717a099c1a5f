"""A whole service on a migrated database of its own for each test, once on SQLite and once on PostgreSQL.

The migrations run once for each kind of database and worker; every test gets a copy, so commits are real commits.
"""

from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask_migrate import upgrade
from pydantic import SecretStr
from sqlalchemy import Engine, make_url
from sqlalchemy.orm import Session

from app import create_app
from app.config import Settings
from compliance.views import own_process
from foundation.db import db
from tests.integration.databases import Template, administer, give_back, throw_away, throw_away_spare
from tests.services import postgres_url

_PATIENCE = 120  # seconds
KEY = SecretStr("only-for-tests-0123456789-abcdefghijklmnop")


def settings_for(address: str, folder: Path) -> Settings:
    """Settings of a service under test."""
    return Settings(
        _env_file=None,
        database_url=address,
        instance_path=folder,
        secret_key=KEY,
        base_url="http://localhost",
        support_email="help@borough.example",
    )


def close(app: Flask) -> None:
    """Give back the connections of a service, once the processes that its pages started have ended."""
    for process in own_process.started:
        process.wait(_PATIENCE)
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def _migrate(address: str, folder: Path) -> Template:
    app = create_app(settings_for(address, folder))
    with app.app_context():
        upgrade()
    close(app)
    return Template(address)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Template:
    folder = tmp_path_factory.mktemp("sqlite")
    return _migrate(f"sqlite:///{folder / 'template.db'}", folder)


@pytest.fixture(scope="session")
def postgresql_template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    address = postgres_url()
    assert address is not None
    name = f"tracker_{uuid4().hex[:12]}"
    administer(f'CREATE DATABASE "{name}"')
    made = make_url(address).set(database=name).render_as_string(hide_password=False)
    yield _migrate(made, tmp_path_factory.mktemp("postgresql"))
    throw_away_spare()
    throw_away(made)


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database of the test's own."""
    template: Template = request.getfixturevalue(f"{request.param}_template")
    found = template.copy(tmp_path)
    yield found
    give_back(found)


@pytest.fixture
def app(address: str, tmp_path: Path) -> Iterator[Flask]:
    """The service, inside its application context."""
    found = create_app(settings_for(address, tmp_path))
    found.config["TESTING"] = True
    with found.app_context():
        yield found
    close(found)


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    """The session that commands and pages use.

    A command puts it away when it ends; a test that asks it something afterwards has it give its connection back here.
    """
    found = db.session()
    yield found
    found.close()


@pytest.fixture
def engine(app: Flask) -> Engine:
    """The engine behind the session, for looking at the database from outside it."""
    return db.engine
