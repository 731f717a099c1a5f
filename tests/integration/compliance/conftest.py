"""A product that can start again from an empty database many times in one test."""

import pytest
from flask import Flask

from tests.integration.compliance.product import Product
from tests.integration.databases import Template


@pytest.fixture
def product(request: pytest.FixtureRequest, app: Flask, address: str) -> Product:
    """The service of the test, on SQLite and on PostgreSQL in turn."""
    kind = "sqlite" if address.startswith("sqlite") else "postgresql"
    template: Template = request.getfixturevalue(f"{kind}_template")
    return Product(app, address, template.address)
