"""Brings a database to the current schema. Reached through `flask db …`; the database is that of the app."""

from typing import Any

from alembic import context
from flask import current_app
from sqlalchemy import Connection, text
from sqlalchemy.types import TypeDecorator

from foundation.db import WRITE_LOCK, db

target_metadata = db.metadata


def render_item(kind: str, item: Any, _autogen_context: Any) -> str | bool:
    """Write our own column types as the plain ones beneath, so that a migration imports nothing of ours."""
    if kind == "type" and isinstance(item, TypeDecorator):
        return f"sa.{item.impl_instance!r}"
    return False


def run(connection: Connection) -> None:
    """Run the migrations in one transaction; of two at once, one waits."""
    sqlite = connection.dialect.name == "sqlite"
    if sqlite:
        # A batch change drops and renames tables; foreign keys must be off before its transaction begins.
        connection.exec_driver_sql("PRAGMA foreign_keys = OFF")
        connection.commit()
    context.configure(
        connection=connection,
        target_metadata=target_metadata,
        render_as_batch=True,
        render_item=render_item,
        compare_type=True,
    )
    with context.begin_transaction():
        if not sqlite:
            connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": WRITE_LOCK})
        context.run_migrations()
        if sqlite and connection.exec_driver_sql("PRAGMA foreign_key_check").first():
            raise RuntimeError("the migration left rows that point at nothing")
    if sqlite:
        connection.commit()
        connection.exec_driver_sql("PRAGMA foreign_keys = ON")


with current_app.app_context(), db.engine.execution_options(write=True).connect() as found:
    run(found)
    found.commit()
