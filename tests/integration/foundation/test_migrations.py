"""The migrations give exactly the schema of the models, and go down and up again."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Engine, inspect

from foundation.db import Base, db

ROOT = Path(__file__).parents[3]


def test_the_pinned_head_is_the_only_head() -> None:
    heads = ScriptDirectory(str(ROOT / "migrations")).get_heads()
    assert heads == [(ROOT / "migrations" / ".current-alembic-head").read_text().strip()]


def test_the_migrated_schema_is_that_of_the_models(engine: Engine) -> None:
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, Base.metadata) == []


def test_down_and_up_again(app: Flask) -> None:
    wanted = set(inspect(db.engine).get_table_names())
    db.engine.dispose()
    downgrade(revision="base")
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    db.engine.dispose()
    upgrade()
    assert set(inspect(db.engine).get_table_names()) == wanted


def test_every_module_with_a_table_is_loaded_with_the_app(app: Flask) -> None:
    """Migrations see only what is imported (a table in a module that nobody imports would be missed)."""
    declared = {
        line.split('"')[1]
        for package in ("people", "courses", "compliance", "reports", "reminders", "foundation")
        for path in (ROOT / package).rglob("*.py")
        for line in path.read_text(encoding="utf-8").splitlines()
        if line.strip().startswith("__tablename__ =")
    }
    assert declared == set(Base.metadata.tables)
