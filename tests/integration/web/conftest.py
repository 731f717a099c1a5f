"""The borough of tests/borough.py in a migrated database, and a client for each kind of reader."""

from collections.abc import Callable

import pytest
from argon2 import PasswordHasher
from flask import Flask
from sqlalchemy.orm import Session

from foundation import clock
from people.services import passwords
from tests.borough import PASSWORD, Borough, email_of
from tests.integration.settled import settle
from tests.pages import PageClient

SignIn = Callable[[str], PageClient]


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Hashes that take no time: how slow they are in earnest is no matter of these tests."""
    cheap = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", cheap)
    monkeypatch.setattr(passwords, "HASH_OF_NOTHING", cheap.hash("nobody has this password"))


@pytest.fixture
def borough(session: Session) -> Borough:
    return settle(session, clock.today())


@pytest.fixture
def anyone(app: Flask, borough: Borough) -> PageClient:
    """A client that nobody has signed in with."""
    app.test_client_class = PageClient
    client = app.test_client()
    assert isinstance(client, PageClient)
    return client


@pytest.fixture
def sign_in(app: Flask, anyone: PageClient) -> SignIn:
    """Signs a reader in, by the page, in a client of their own."""

    def as_reader(reader: str) -> PageClient:
        client = app.test_client()
        assert isinstance(client, PageClient)
        response = client.send("/sign-in", email=email_of(reader), password=PASSWORD)
        assert response.status_code == 302, f"{reader} could not sign in"
        return client

    return as_reader
