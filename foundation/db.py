"""The database: base class, connection habits and the one way to write.

SQLite and PostgreSQL behave alike here (docs/adr/0003): a read works on one snapshot, one writer at a time
holds the write lock for its whole transaction, and whoever waits too long is told so in plain words.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Connection, DateTime, Dialect, Engine, MetaData, event, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import DeclarativeBase, registry
from sqlalchemy.orm import Session as Session  # noqa: PLC0414 -- pages name its type and import no SQL themselves
from sqlalchemy.types import TypeDecorator

from foundation import facts
from foundation.errors import DomainError, Problem

WRITE_LOCK = 5_070_2015  # any fixed number; the key of PostgreSQL's advisory lock for the one writer
LOCK_WAIT_SECONDS = 30
LOCK_NOT_AVAILABLE = "55P03"  # PostgreSQL's code for a lock_timeout that ran out


class UTCDateTime(TypeDecorator[datetime]):
    """A moment. Refuses naive values, keeps UTC, gives aware values back on both databases."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}
"""Constraints are named, so that a migration can find them."""


class Base(DeclarativeBase):
    """Every table of the service."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMES), type_annotation_map={datetime: UTCDateTime}
    )


db = SQLAlchemy(model_class=Base)


def engine_options(url: str) -> dict[str, Any]:
    """What `create_engine` needs for this database.

    PostgreSQL reads at REPEATABLE READ: the figures of one page come from one snapshot, as SQLite's do anyway.
    Errors do not repeat the values of a statement: they are logged, and the values are names, addresses and hashes.
    """
    if url.startswith("sqlite"):
        return {"connect_args": {"timeout": LOCK_WAIT_SECONDS}, "hide_parameters": True}
    return {"isolation_level": "REPEATABLE READ", "pool_pre_ping": True, "hide_parameters": True}


@event.listens_for(Engine, "connect")
def _prepare_connection(connection: Any, _record: Any) -> None:
    if not hasattr(connection, "create_function"):  # not SQLite
        return
    # The driver must not open transactions of its own, or savepoints and BEGIN IMMEDIATE are not honoured.
    connection.isolation_level = None
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.execute("PRAGMA journal_mode = WAL")
    # A completion is evidence: a committed one survives a power cut.
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute(f"PRAGMA busy_timeout = {LOCK_WAIT_SECONDS * 1000}")
    cursor.close()


@event.listens_for(Engine, "begin")
def _begin(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        # A deferred transaction that reads and then writes fails at once when another writer got in between.
        options = connection.get_execution_options()
        _wait_for_disk(connection, really=options.get("durable", True))
        if not options.get("write", False):
            _begin_reading(connection)
            return
        wait = options.get("wait_seconds", LOCK_WAIT_SECONDS)
        if wait != LOCK_WAIT_SECONDS:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {wait * 1000}")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            if wait != LOCK_WAIT_SECONDS:
                connection.exec_driver_sql(f"PRAGMA busy_timeout = {LOCK_WAIT_SECONDS * 1000}")


def _begin_reading(connection: Connection) -> None:
    """Begin as every page does. It waits for nobody, so there is nothing that could go wrong to be told in our words.

    Given straight to the driver: the way through SQLAlchemy takes many times as long as SQLite does.
    """
    driver: Any = connection.connection.driver_connection
    driver.execute("BEGIN")


def _wait_for_disk(connection: Connection, *, really: bool) -> None:
    """Have commits of this SQLite connection wait for the disk, or leave that to the next one that does."""
    if connection.info.get("durable", True) != really:
        connection.exec_driver_sql(f"PRAGMA synchronous = {'FULL' if really else 'NORMAL'}")
        connection.info["durable"] = really


@event.listens_for(Engine, "rollback")
def _keep_prepared_statements(connection: Connection) -> None:
    """End a transaction without forgetting how its questions are answered.

    A read ends in a rollback, and psycopg then throws away the statements that the server has prepared: the next page
    would have each of its questions parsed and planned anew, which costs twice as much as answering them. The same
    ROLLBACK sent underneath it leaves psycopg nothing to do. It forgets them lest a table was dropped in between;
    tables change in migrations alone.
    """
    if connection.dialect.name != "postgresql" or connection.invalidated:
        return
    driver: Any = connection.connection.driver_connection
    if not driver.closed and driver.info.transaction_status in _IN_TRANSACTION:
        driver.pgconn.exec_(b"ROLLBACK")


_IN_TRANSACTION = (2, 3)  # libpq: in a transaction, and in one that failed


@contextmanager
def transaction(
    session: Session,
    progress: facts.Progress = facts.no_progress,
    *,
    wait_seconds: int = LOCK_WAIT_SECONDS,
    durable: bool = True,
) -> Iterator[Session]:
    """One write, whole or not at all: take the write lock, run the block, refresh timelines, commit.

    The people whose facts the block touched are handed to the listener of `foundation.facts` just before the commit,
    so facts and timelines are saved together (counting rule 9); `progress` is told how that gets on. Any exception
    rolls everything back.

    `durable=False`: a power cut may undo this write, though no process that dies does. Only where that does no harm, or
    where what is missing is known to be in doubt (docs/adr/0010).

    Raises DomainError when another writer held the lock for more than `wait_seconds`.
    """
    if session.new or session.dirty or session.deleted:
        raise RuntimeError(
            "changes were made outside a transaction; make them inside `with transaction(...)`"
        )
    session.rollback()  # end the reading transaction, if any: a write starts from the newest state
    facts.forget(session)
    try:
        _take_write_lock(session, wait_seconds, durable=durable)
        facts.touched(session).progress = progress
        yield session
        session.flush()
        facts.announce(session)
        session.commit()
    except BaseException:
        session.rollback()
        facts.forget(session)
        raise


def _take_write_lock(session: Session, wait_seconds: int, *, durable: bool) -> None:
    postgresql = session.get_bind().dialect.name == "postgresql"
    # PostgreSQL writes at READ COMMITTED: at REPEATABLE READ the snapshot would date from before the wait for the lock.
    options: dict[str, Any] = {"isolation_level": "READ COMMITTED"} if postgresql else {"write": True}
    options |= {"wait_seconds": wait_seconds, "durable": durable}
    try:
        session.connection(execution_options=options)
        if postgresql:
            session.connection().execute(_LOCK[durable], {"wait": f"{wait_seconds}s", "key": WRITE_LOCK})
    except OperationalError as error:
        if not _waited_too_long(error):
            raise
        raise DomainError(
            Problem(
                "Somebody else is saving a large change, such as an import. "
                "Nothing of yours was changed. Wait a minute and try again."
            )
        ) from error


_LOCK = {
    # In one question, from left to right: every one is a wait for the server.
    True: text("SELECT set_config('lock_timeout', :wait, true), pg_advisory_xact_lock(:key)"),
    False: text(
        "SELECT set_config('synchronous_commit', 'off', true), set_config('lock_timeout', :wait, true),"
        " pg_advisory_xact_lock(:key)"
    ),
}
"""PostgreSQL's write lock, by whether the transaction is durable; the settings end with it."""


def _waited_too_long(error: OperationalError) -> bool:
    """Whether the lock was the trouble, and not the database itself."""
    return getattr(error.orig, "sqlstate", "") == LOCK_NOT_AVAILABLE or "locked" in str(error.orig)
