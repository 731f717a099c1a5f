"""What is written down again is what was built, and nothing is written over what is there."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import engine_options
from people.models import PersonRow
from tests.borough import Borough, build
from tests.integration.databases import Template, give_back
from tests.integration.imports.desk import everything
from tests.integration.settled import once


@pytest.fixture
def other(request: pytest.FixtureRequest, address: str, tmp_path: Path) -> Iterator[Session]:
    """A session on another empty database of the same kind."""
    kind = "sqlite" if address.startswith("sqlite") else "postgresql"
    template: Template = request.getfixturevalue(f"{kind}_template")
    folder = tmp_path / "other"
    folder.mkdir()
    found = template.copy(folder)
    engine = create_engine(found, **engine_options(found))
    with Session(engine) as session:
        yield session
    engine.dispose()
    give_back(found)


def not_again() -> Borough:
    raise AssertionError("it was built a second time")


def test_what_is_written_down_again_is_what_was_built(session: Session, other: Session) -> None:
    name = uuid4()
    built = once(session, name, lambda: build(session, clock.today()))
    again = once(other, name, not_again)
    assert again == built
    assert again.people is not built.people
    assert everything(other) == everything(session)
    assert len(built.people) == other.scalar(select(func.count()).select_from(PersonRow))


def test_the_next_row_has_the_next_number(session: Session, other: Session) -> None:
    name = uuid4()
    once(session, name, lambda: build(session, clock.today()))
    once(other, name, not_again)
    numbers = []
    for one in (session, other):
        row = PersonRow(person_ref="next")
        one.add(row)
        one.flush()
        numbers.append(row.id)
        one.rollback()
    assert numbers[0] == numbers[1]


def test_nothing_is_written_over_what_is_there(session: Session) -> None:
    name = uuid4()
    once(session, name, lambda: build(session, clock.today()))
    before = everything(session)
    with pytest.raises((sqlite3.IntegrityError, psycopg.errors.UniqueViolation)):
        once(session, name, not_again)
    assert everything(session) == before
