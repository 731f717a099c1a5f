"""A whole service on a migrated database of its own for each test, once on SQLite and once on PostgreSQL.

The migrations run once for each kind of database and worker; every test gets a copy, so commits are real commits.
"""

import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest
from flask import Flask
from flask_migrate import upgrade
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine, make_url, text
from sqlalchemy.orm import Session

from app import create_app
from app.config import Settings
from foundation.db import db
from tests.services import postgres_url

KEY = SecretStr("only-for-tests-0123456789-abcdefghijklmnop")


@dataclass(frozen=True)
class Template:
    """A migrated database to copy."""

    address: str

    def copy(self, folder: Path) -> str:
        """The address of a fresh copy."""
        if self.address.startswith("sqlite"):
            path = folder / "tracker.db"
            shutil.copy(make_url(self.address).database or "", path)
            return f"sqlite:///{path}"
        url = make_url(self.address)
        name = f"tracker_{uuid4().hex[:12]}"
        _administer(f'CREATE DATABASE "{name}" TEMPLATE "{url.database}"')
        return url.set(database=name).render_as_string(hide_password=False)


def settings_for(address: str, folder: Path) -> Settings:
    """Settings of a service under test."""
    return Settings(
        _env_file=None,
        database_url=address,
        instance_path=folder,
        secret_key=KEY,
        base_url="http://localhost",
    )


def close(app: Flask) -> None:
    """Give back the connections of a service."""
    with app.app_context():
        db.session.remove()
        for engine in db.engines.values():
            engine.dispose()


def _administer(statement: str) -> None:
    address = postgres_url()
    assert address is not None
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
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
    _administer(f'CREATE DATABASE "{name}"')
    yield _migrate(
        make_url(address).set(database=name).render_as_string(hide_password=False),
        tmp_path_factory.mktemp("postgresql"),
    )
    _administer(f'DROP DATABASE "{name}" WITH (FORCE)')


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a migrated, empty database of the test's own."""
    template: Template = request.getfixturevalue(f"{request.param}_template")
    found = template.copy(tmp_path)
    yield found
    if request.param == "postgresql":
        _administer(f'DROP DATABASE "{make_url(found).database}" WITH (FORCE)')


@pytest.fixture
def app(address: str, tmp_path: Path) -> Iterator[Flask]:
    """The service, inside its application context."""
    found = create_app(settings_for(address, tmp_path))
    found.config["TESTING"] = True
    with found.app_context():
        yield found
    close(found)


@pytest.fixture
def session(app: Flask) -> Session:
    """The session that commands and pages use."""
    return db.session()


@pytest.fixture
def engine(app: Flask) -> Engine:
    """The engine behind the session, for looking at the database from outside it."""
    return db.engine
