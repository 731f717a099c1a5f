"""Databases of the benchmark's own, with the service on them and the bare driver beside it."""

import sqlite3
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from flask import Flask
from flask_migrate import upgrade
from pydantic import SecretStr
from sqlalchemy import Engine, create_engine, make_url, text

from app import create_app
from app.config import Settings
from foundation.db import db
from foundation.plain import plain_letters
from tests.services import postgres_url

KINDS = ("sqlite", "postgresql")


class Bare:
    """The database's own driver, without anything of ours in between."""

    def __init__(self, connection: Any) -> None:
        self.connection = connection
        self.is_sqlite = isinstance(connection, sqlite3.Connection)

    def rows(self, statement: str, values: Any = ()) -> list[Any]:
        """Run a statement and fetch everything. Marks are `:name` in SQLite and `%(name)s` in PostgreSQL."""
        cursor = self.connection.cursor()
        cursor.execute(statement, values)
        found: list[Any] = cursor.fetchall() if cursor.description else []
        cursor.close()
        return found

    def many(self, statement: str, rows: Sequence[Any]) -> None:
        """Run a statement once for each row."""
        cursor = self.connection.cursor()
        cursor.executemany(statement, rows)
        cursor.close()


@dataclass(frozen=True)
class Place:
    """A migrated database, the service on it, and a bare connection to it."""

    kind: str
    address: str
    app: Flask
    engine: Engine
    bare: Bare

    def analyse(self) -> None:
        """Give PostgreSQL the statistics that its housekeeping would soon gather; SQLite gathers none by itself."""
        if self.kind == "postgresql":
            self.bare.rows("VACUUM ANALYZE")


@contextmanager
def place(kind: str) -> Iterator[Place]:
    """A database made for this run and dropped at its end."""
    with (
        tempfile.TemporaryDirectory(prefix="tracker-bench-") as folder,
        _address(kind, Path(folder)) as address,
    ):
        app = create_app(settings_of(address, Path(folder)))
        with app.app_context():
            upgrade()
            engine = db.engine
        try:
            with closing(_connect(kind, address)) as connection:
                yield Place(kind, address, app, engine, Bare(connection))
        finally:
            engine.dispose()


def settings_of(address: str, folder: Path) -> Settings:
    """The settings of a service on a database."""
    return Settings(
        _env_file=None,
        database_url=address,
        instance_path=folder,
        secret_key=SecretStr("only-for-the-benchmark-0123456789-abcdefghijkl"),
        base_url="http://localhost",
    )


@contextmanager
def _address(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'tracker.db'}"
        return
    server = postgres_url()
    if server is None:
        raise SystemExit(
            "PostgreSQL did not answer. Name a server in TEST_DATABASE_URL, or --databases sqlite."
        )
    name = f"tracker_bench_{uuid4().hex[:8]}"
    _administer(server, f'CREATE DATABASE "{name}"')
    try:
        yield make_url(server).set(database=name).render_as_string(hide_password=False)
    finally:
        _administer(server, f'DROP DATABASE "{name}" WITH (FORCE)')


def _administer(server: str, statement: str) -> None:
    engine = create_engine(server, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _connect(kind: str, address: str) -> Any:
    """A connection of the bare driver with the same habits as the service's own."""
    url = make_url(address)
    if kind == "postgresql":
        bare = url.set(drivername="postgresql").render_as_string(hide_password=False)
        return psycopg.connect(bare, autocommit=True)
    connection = sqlite3.connect(url.database or "", isolation_level=None)
    for pragma in ("foreign_keys = ON", "journal_mode = WAL", "synchronous = FULL", "busy_timeout = 30000"):
        connection.execute(f"PRAGMA {pragma}")
    connection.create_function("plain_letters", 1, plain_letters, deterministic=True)
    return connection
