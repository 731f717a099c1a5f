"""The plain letters of a column (`foundation.plain`), as the database itself makes them: to search and to sort by."""

from typing import Any

from sqlalchemy import ColumnElement, Engine, String, event, func
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.orm import InstrumentedAttribute
from sqlalchemy.sql.compiler import SQLCompiler
from sqlalchemy.sql.functions import FunctionElement

from foundation.plain import UNDECOMPOSED, plain_letters

_ACCENTS = "".join(map(chr, range(0x0300, 0x0370)))
_CAPITALS = {letter.upper(): bare for letter, bare in UNDECOMPOSED.items() if letter.upper() != letter}
_LETTERS = UNDECOMPOSED | _CAPITALS | {"\u00df": "ss", "\u1e9e": "ss"}


def plain_of(column: ColumnElement[Any] | InstrumentedAttribute[Any]) -> ColumnElement[str]:
    """A text column in plain letters, for conditions and orders; an empty text where it is empty.

    Blanks stay as they are recorded. Most names have no accent: they cost no more than to be written in small letters.
    """
    return _Plain(func.coalesce(column, ""))


class _Plain(FunctionElement[str]):
    type = String()
    inherit_cache = True
    name = "plain"


@compiles(_Plain, "sqlite")
def _by_ourselves(element: _Plain, compiler: SQLCompiler, **options: Any) -> str:
    text = compiler.process(element.clauses, **options)
    has_no_accent = f"length({text}) = length(CAST({text} AS BLOB))"
    return f"CASE WHEN {has_no_accent} THEN lower({text}) ELSE plain_letters({text}) END"


@compiles(_Plain, "postgresql")
def _by_postgresql(element: _Plain, compiler: SQLCompiler, **options: Any) -> str:
    """It takes letters and accents apart, but has to be told each letter that is no plain one with an accent."""
    text = compiler.process(element.clauses, **options)
    single = {letter: bare for letter, bare in _LETTERS.items() if len(bare) == 1}
    # The acute accent that stands alone comes first: NFKD takes it for a blank with an accent.
    found = f"normalize(replace({text}, '\u00b4', ''''), NFKD)"
    for letter in sorted(_LETTERS.keys() - single.keys()):
        found = f"replace({found}, '{letter}', '{_LETTERS[letter]}')"
    bare = "".join(single.values()).replace("'", "''")
    # What has no letter to become, the accents, is left out.
    found = f"lower(translate({found}, '{''.join(single)}{_ACCENTS}', '{bare}'))"
    chosen = f"CASE WHEN octet_length({text}) = length({text}) THEN lower({text}) ELSE {found} END"
    return f'({chosen}) COLLATE "C"'  # the order is then that of SQLite, whatever the language of the server


@event.listens_for(Engine, "connect")
def _teach_sqlite(connection: Any, _record: Any) -> None:
    if hasattr(connection, "create_function"):
        connection.create_function("plain_letters", 1, plain_letters, deterministic=True)
