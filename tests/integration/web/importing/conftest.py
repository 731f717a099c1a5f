"""A desk at which learning and development loads files on pages; the work is done when the test says so."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from compliance.services.importing import runs
from compliance.views.importing import launching
from tests.borough import Borough
from tests.integration.web.conftest import SignIn
from tests.integration.web.importing.page_desk import PageDesk


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The runs for which a process would have been started."""
    found: list[str] = []
    monkeypatch.setattr(launching, "start_process", lambda run, *_: found.append(run))
    # A slow machine is not taken for a dead process.
    monkeypatch.setattr(runs, "PATIENCE", timedelta(minutes=10))
    return found


@pytest.fixture
def desk(app: Flask, session: Session, borough: Borough, sign_in: SignIn, started: list[str]) -> PageDesk:
    return PageDesk(app, session, borough, sign_in("learning"), started)
