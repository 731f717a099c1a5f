"""Writing many rows at once, by the fastest way each database has.

The derived tables hold a million rows at 50,000 people. SQLAlchemy's own insert costs several times the database's
work there, so SQLite gets one prepared statement over tuples and PostgreSQL gets COPY or whole columns at a time. They
write exactly what the ordinary insert would write for strings, whole numbers, booleans and days; other types are not
for this module.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import Date, Table
from sqlalchemy.orm import Session

Row = Sequence[str | int | bool | date | None]
COLUMNS_AT_ONCE = 5000
"""Rows in one statement where PostgreSQL takes them column by column."""


def insert_rows(session: Session, table: Table, columns: Sequence[str], rows: Iterable[Row]) -> None:
    """Insert rows given as tuples in the order of `columns`."""
    connection = session.connection()
    names = _quoted(columns)
    cursor: Any = connection.connection.cursor()
    try:
        if connection.dialect.name == "postgresql":
            with cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
                for row in rows:
                    copy.write_row(row)
        else:
            cursor.executemany(_sqlite_insert(table, columns), _for_sqlite(table, columns, rows))
    finally:
        cursor.close()


def add_rows(
    session: Session, table: Table, keys: Sequence[str], counts: Sequence[str], rows: Iterable[Row]
) -> None:
    """Add counts to the rows with these keys, and insert the rows that are not there yet."""
    connection = session.connection()
    columns = (*keys, *counts)
    added = ", ".join(f'"{name}" = "{table.name}"."{name}" + excluded."{name}"' for name in counts)
    conflict = f"ON CONFLICT ({_quoted(keys)}) DO UPDATE SET {added}"
    cursor: Any = connection.connection.cursor()
    try:
        if connection.dialect.name == "postgresql":
            kinds = ", ".join(f"%s::{table.c[name].type.compile(connection.dialect)}[]" for name in columns)
            insert = (
                f'INSERT INTO "{table.name}" ({_quoted(columns)}) SELECT * FROM unnest({kinds}) {conflict}'  # noqa: S608 -- names come from our own models
            )
            remaining = iter(rows)
            while some := list(islice(remaining, COLUMNS_AT_ONCE)):
                cursor.execute(insert, [list(column) for column in zip(*some, strict=True)])
        else:
            insert = f"{_sqlite_insert(table, columns)} {conflict}"
            cursor.executemany(insert, _for_sqlite(table, columns, rows))
    finally:
        cursor.close()


def _quoted(columns: Iterable[str]) -> str:
    return ", ".join(f'"{name}"' for name in columns)


def _sqlite_insert(table: Table, columns: Sequence[str]) -> str:
    marks = ", ".join("?" * len(columns))
    return f'INSERT INTO "{table.name}" ({_quoted(columns)}) VALUES ({marks})'  # noqa: S608 -- names come from our own models


class _Text(dict[date | None, str | None]):
    """The text of a day, as SQLite keeps it. The same few thousand days come again and again."""

    def __missing__(self, day: date | None) -> str | None:
        text = self[day] = None if day is None else day.isoformat()
        return text


_TEXT = _Text()


def _for_sqlite(table: Table, columns: Sequence[str], rows: Iterable[Row]) -> Iterator[Sequence[Any]]:
    places = [place for place, name in enumerate(columns) if isinstance(table.c[name].type, Date)]
    for row in rows:
        cells: list[Any] = list(row)
        for place in places:
            cells[place] = _TEXT[cells[place]]
        yield cells
