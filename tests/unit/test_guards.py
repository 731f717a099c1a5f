"""The guards of tests/unit/conftest.py bite."""

import socket

import pytest
from pytest_socket import SocketBlockedError
from sqlalchemy import create_engine

from foundation import clock


def test_a_unit_test_cannot_open_a_socket() -> None:
    with pytest.raises(SocketBlockedError):
        socket.socket()


@pytest.mark.parametrize("url", ["sqlite://", "postgresql+psycopg://postgres@127.0.0.1:5432/test"])
def test_a_unit_test_cannot_reach_a_database(url: str) -> None:
    with pytest.raises(AssertionError, match="may not reach a database"):
        create_engine(url).connect()


def test_a_unit_test_cannot_ask_the_clock() -> None:
    with pytest.raises(AssertionError, match="may not reach the clock"):
        clock.today()
    with pytest.raises(AssertionError, match="may not reach the clock"):
        clock.now()
