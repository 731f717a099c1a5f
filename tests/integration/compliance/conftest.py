"""A product that can start again from an empty database many times in one test."""

from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import create_engine

from tests.integration.compliance.product import Product
from tests.services import postgres_url


@pytest.fixture
def product(request: pytest.FixtureRequest, app: Flask, address: str) -> Iterator[Product]:
    """The service of the test, on SQLite and on PostgreSQL in turn."""
    kind = "sqlite" if address.startswith("sqlite") else "postgresql"
    template = request.getfixturevalue(f"{kind}_template")
    if kind == "sqlite":
        yield Product(app, address, template.address)
        return
    engine = create_engine(postgres_url() or "", isolation_level="AUTOCOMMIT")
    with engine.connect() as administer:
        yield Product(app, address, template.address, administer)
    engine.dispose()
