"""Triggers that keep facts and the audit trail append-only, whoever writes (docs/adr/0001).

A fact may be retracted once: its `retracted_…` columns go from nothing to something and nothing else moves. Any other
update, and every delete, is refused by the database itself. A later migration that changes such a table on SQLite
makes it anew and must call `guard` again.
"""

from alembic import op
from sqlalchemy import Connection, inspect

RETRACTION = ("retracted_at", "retracted_by", "retracted_reason", "retracted_batch_id")
MESSAGE = "facts are never changed or deleted: retract this one and record another"

POSTGRESQL_FUNCTION = f"""
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF TG_OP = 'UPDATE' AND TG_ARGV[0] = 'retractable' THEN
    IF OLD.retracted_at IS NULL AND NEW.retracted_at IS NOT NULL
       AND to_jsonb(NEW) - ARRAY{list(RETRACTION)!r} = to_jsonb(OLD) - ARRAY{list(RETRACTION)!r} THEN
      RETURN NEW;
    END IF;
  END IF;
  RAISE EXCEPTION '{MESSAGE}';
END $$
"""


def guard(table: str) -> None:
    """Refuse updates and deletes on a table; one with `retracted_at` may have it set once."""
    connection = op.get_bind()
    columns = [column["name"] for column in inspect(connection).get_columns(table)]
    if connection.dialect.name == "postgresql":
        _guard_postgresql(connection, table, "retracted_at" in columns)
    else:
        _guard_sqlite(connection, table, columns)


def guard_anew(table: str) -> None:
    """Guard a table whose columns changed: SQLite's triggers name each of them, PostgreSQL's look at whole rows."""
    connection = op.get_bind()
    if connection.dialect.name == "sqlite":
        for trigger in ("no_update", "no_delete"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS {table}_{trigger}")
        guard(table)


def _guard_postgresql(connection: Connection, table: str, retractable: bool) -> None:
    connection.exec_driver_sql(POSTGRESQL_FUNCTION)
    kind = "retractable" if retractable else "fixed"
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION refuse_change('{kind}')"
    )
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_no_truncate BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION refuse_change('fixed')"
    )


def _guard_sqlite(connection: Connection, table: str, columns: list[str]) -> None:
    allowed = "0"
    if "retracted_at" in columns:
        same = " AND ".join(f'NEW."{name}" IS OLD."{name}"' for name in columns if name not in RETRACTION)
        allowed = f"OLD.retracted_at IS NULL AND NEW.retracted_at IS NOT NULL AND {same}"
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} WHEN NOT ({allowed}) "
        f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    )
    connection.exec_driver_sql(
        f"CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END"
    )
