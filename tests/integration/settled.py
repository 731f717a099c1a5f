"""What many tests begin with, built once for each kind of database and process and written down again after that.

What stands in a database once it was built through the use cases is kept as statements that put the very same rows
into an empty one, the numbers of the next rows included. That takes milliseconds, and every test still has a database
of its own.
"""

import sqlite3
from collections.abc import Callable, Hashable
from contextlib import closing
from copy import deepcopy
from datetime import date
from functools import partial
from typing import Any, TypeVar, cast

import psycopg
from psycopg import sql
from sqlalchemy import URL
from sqlalchemy.orm import Session

from people.services import passwords
from tests.borough import Borough, build

Told = TypeVar("Told")

_kept: dict[tuple[Hashable, ...], tuple[Any, str]] = {}
"""By name and kind of database: what the builder told of what it built, and the script that writes it down."""


def once(session: Session, name: Hashable, builder: Callable[[], Told]) -> Told:
    """Fill an empty database as `builder` does; whatever stands in the way is an error.

    All that the rows depend on belongs into the name: the day, if the builder asks for it.
    """
    url = session.get_bind().engine.url
    key = (name, url.get_backend_name())
    session.rollback()
    if key in _kept:
        _write(url, _kept[key][1])
    else:
        told = builder()
        session.rollback()
        _kept[key] = told, _read(url)
    return cast(Told, deepcopy(_kept[key][0]))


def settle(session: Session, today: date) -> Borough:
    """What `build` of tests/borough.py does. With passwords hashed in another way it is another borough."""
    hasher = passwords.HASHER
    name = ("borough", today, hasher.time_cost, hasher.memory_cost, hasher.parallelism)
    return once(session, name, partial(build, session, today))


def _read(url: URL) -> str:
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(url.database or "")) as file:
            rows = [line for line in file.iterdump() if line.startswith("INSERT INTO")]
        statements = [line for line in rows if not line.startswith('INSERT INTO "alembic_version"')]
        return "\n".join(["BEGIN;", *statements, "COMMIT;"])
    with _inside(url) as server:
        names = [row[0] for row in server.execute(_TABLES)]
        statements = [text for name in names for text in _rows(server, name)]
        statements += [row[0] for row in server.execute(_NUMBERS)]
    # The triggers and foreign keys of the tables rest in this role, as they do when a test's database is emptied.
    return ";\n".join(["BEGIN", "SET LOCAL session_replication_role = replica", *statements, "COMMIT"])


_TABLES = """
SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename <> 'alembic_version' ORDER BY tablename
"""
_NUMBERS = """
SELECT format('SELECT setval(%L, %s)', format('%I', sequencename), last_value)
FROM pg_sequences WHERE schemaname = 'public' AND last_value IS NOT NULL
"""
_ROWS = """
SELECT format(
  'INSERT INTO %I SELECT * FROM json_populate_recordset(NULL::%I, %L)', {literal}, {literal}, json_agg(fact)
)
FROM {table} AS fact HAVING count(*) > 0
"""


def _rows(server: psycopg.Connection[tuple[str]], table: str) -> list[str]:
    query = sql.SQL(_ROWS).format(literal=sql.Literal(table), table=sql.Identifier(table))
    return [row[0] for row in server.execute(query)]


def _write(url: URL, script: str) -> None:
    if url.get_backend_name() == "sqlite":
        with closing(sqlite3.connect(url.database or "")) as file:
            file.executescript(script)
    else:
        with _inside(url) as server:
            server.execute(script)


def _inside(url: URL) -> psycopg.Connection[tuple[str]]:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True)
