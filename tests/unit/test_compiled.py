"""What services share of what they compile, and what they never share."""

from sqlalchemy import create_engine, select, text
from sqlalchemy.sql.compiler import Compiled

SERVER = "postgresql+psycopg://nobody@127.0.0.1:1/none"


def test_engines_of_one_kind_share_their_statements_and_those_of_two_kinds_do_not() -> None:
    first, second, other = create_engine("sqlite://"), create_engine("sqlite://"), create_engine(SERVER)
    found: list[Compiled] = []
    for engine in (first, second, other):
        statements = engine._compiled_cache
        assert statements is not None
        key = ("a test of what is shared", engine.dialect)
        found.append(statements.setdefault(key, select(text("1")).compile(engine)))
    assert found[0] is found[1]
    assert found[0] is not found[2]
    assert found[2].dialect is other.dialect
