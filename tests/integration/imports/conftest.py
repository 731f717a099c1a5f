"""A desk and a shell on a service of the test's own."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.integration.imports.desk import Desk, Shell


@pytest.fixture
def desk(session: Session) -> Desk:
    return Desk(session)


@pytest.fixture
def shell(app: Flask, tmp_path: Path) -> Shell:
    return Shell(app, tmp_path)
