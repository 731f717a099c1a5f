"""A migrated database for each test: a copied file on SQLite; on PostgreSQL one that was emptied after the last test.

To create and drop a database makes PostgreSQL write everything it holds to the disk, seconds on a busy machine. So a
test gives its database back, and the next one in the same process finds it empty, its numbers beginning at 1 again. A
test that changed the schema is the exception: its database is thrown away. Nor does a commit wait for the disk here.
"""

import gc
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from sqlalchemy import create_engine, make_url, text

from tests.services import postgres_url

_EMPTY = """
DO $$
DECLARE name text;
BEGIN
  FOR name IN SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('DELETE FROM %I', name);
  END LOOP;
  FOR name IN SELECT sequencename FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL LOOP
    PERFORM setval(quote_ident(name)::regclass, 1, false);
  END LOOP;
END $$
"""
_OTHERS = "FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()"
_SHAPE = """
SELECT md5(string_agg(mark, ';' ORDER BY mark)) FROM (
  SELECT format('%s %s %s', attrelid, attname, xmin) AS mark FROM pg_attribute
    WHERE attrelid IN (SELECT oid FROM pg_class WHERE relnamespace = 'public'::regnamespace)
  UNION ALL SELECT format('%s %s %s', oid, tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
  UNION ALL SELECT format('%s %s', oid, proname) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT version_num FROM alembic_version
) AS marks
"""
"""What differs once a table, a trigger or a function was made anew, changed or taken away."""


@dataclass(frozen=True)
class Template:
    """A migrated database to copy."""

    address: str

    def copy(self, folder: Path) -> str:
        """The address of a database that is as good as a fresh copy."""
        if self.address.startswith("sqlite"):
            path = folder / "tracker.db"
            shutil.copy(make_url(self.address).database or "", path)
            return f"sqlite:///{path}"
        if _spare:
            return _spare.pop()
        url = make_url(self.address)
        name = f"tracker_{uuid4().hex[:12]}"
        administer(f'CREATE DATABASE "{name}" TEMPLATE "{url.database}"')
        administer(f'ALTER DATABASE "{name}" SET synchronous_commit = off')
        address = url.set(database=name).render_as_string(hide_password=False)
        with _inside(address) as connection:
            _shapes[address] = _shape(connection)
        return address


_spare: list[str] = []
"""Empty databases that no test uses, of this process."""
_shapes: dict[str, str] = {}
"""The schema of each database as it was made."""


def give_back(address: str) -> None:
    """Empty a database for the next test, or throw it away; a file goes with its folder."""
    if address.startswith("sqlite"):
        return
    with _inside(address) as connection:
        if connection.execute(f"SELECT pid {_OTHERS}").fetchone() is not None:
            # A connection that a test left behind is closed here and now, not in the middle of some later test.
            gc.collect()
            connection.execute(f"SELECT pg_terminate_backend(pid) {_OTHERS}")
        is_ours = _shape(connection) == _shapes[address]
        if is_ours:
            _empty(connection)
    if is_ours:
        _spare.append(address)
    else:
        throw_away(address)


def empty(address: str) -> None:
    """Make a database on PostgreSQL as good as a fresh copy, while a test has it."""
    with _inside(address) as connection:
        _empty(connection)


def _empty(connection: psycopg.Connection[Any]) -> None:
    # Facts are guarded by triggers, which rest in this role; it takes a superuser, as to drop a database.
    connection.execute("SET session_replication_role = replica")
    connection.execute(_EMPTY)


def throw_away_spare() -> None:
    """Leave nothing behind."""
    while _spare:
        throw_away(_spare.pop())


def throw_away(address: str) -> None:
    """Drop a database."""
    administer(f'DROP DATABASE "{make_url(address).database}" WITH (FORCE)')


def administer(statement: str) -> None:
    """Have the server do something that is no part of a transaction."""
    address = postgres_url()
    assert address is not None
    engine = create_engine(address, isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(statement))
    engine.dispose()


def _inside(address: str) -> psycopg.Connection[Any]:
    url = make_url(address).set(drivername="postgresql")
    return psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)


def _shape(connection: psycopg.Connection[Any]) -> str:
    row = connection.execute(_SHAPE).fetchone()
    assert row is not None
    return str(row[0])
