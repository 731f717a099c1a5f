"""A file that is sent while it is made gives its connection to the database back when it ends, or is broken off."""

import gc
from collections.abc import Callable, Iterator
from contextvars import Context

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine
from sqlalchemy.pool import QueuePool

from tests.pages import PageClient

SignIn = Callable[[str], PageClient]
FILES = [("learning", "/people.csv"), ("manager", "/my-team.csv"), ("staff", "/my-training/history.csv")]


@pytest.fixture
def no_collector() -> Iterator[None]:
    """Whatever is given back is given back on purpose, and not because garbage was collected."""
    gc.collect()
    gc.disable()
    yield
    gc.enable()


def held(engine: Engine) -> int:
    assert isinstance(engine.pool, QueuePool)
    return engine.pool.checkedout()


@pytest.mark.usefixtures("no_collector")
def test_a_file_gives_its_connection_back(sign_in: SignIn, engine: Engine) -> None:
    for reader, file in FILES:
        client = sign_in(reader)
        before = held(engine)
        answer = client.get(file)
        assert answer.data.count(b"\n") > 1
        assert held(engine) == before, file


@pytest.mark.usefixtures("no_collector")
def test_a_file_that_is_broken_off_gives_its_connection_back(sign_in: SignIn, engine: Engine) -> None:
    client = sign_in("learning")
    before = held(engine)

    def break_off() -> int:
        answer = FlaskClient.open(client, "/people.csv", buffered=False)
        next(answer.iter_encoded())
        meanwhile = held(engine)
        answer.close()
        return meanwhile

    assert Context().run(break_off) == before + 1
    assert held(engine) == before
