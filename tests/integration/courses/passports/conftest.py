"""Two installations: this one, and another that hands out passports."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from app import create_app
from courses.certificate.badge_keys import published_keys
from courses.services import issuers
from foundation import clock
from foundation.db import db, transaction
from tests.borough import Borough
from tests.integration.conftest import close, settings_for
from tests.integration.courses.passports.elsewhere import Elsewhere, issuer, stamp
from tests.integration.databases import Template, give_back
from tests.integration.settled import settle


@pytest.fixture
def elsewhere(
    request: pytest.FixtureRequest, address: str, tmp_path: Path, borough: Borough
) -> Iterator[Elsewhere]:
    """The same borough in another database of the same kind, with another folder and so with other keys."""
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    kind = "sqlite" if address.startswith("sqlite") else "postgresql"
    template: Template = request.getfixturevalue(f"{kind}_template")
    other = template.copy(folder)
    app = create_app(settings_for(other, folder))
    app.config["TESTING"] = True
    with app.app_context():
        settle(db.session(), clock.today())
        db.session.remove()
    yield Elsewhere(app)
    close(app)
    give_back(other)


@pytest.fixture
def borough(session: Session) -> Borough:
    return settle(session, clock.today())


@pytest.fixture
def trusted(app: Flask, session: Session, elsewhere: Elsewhere) -> Elsewhere:
    """The other installation, believed by this one."""
    own = published_keys(issuer(app).badge_keys, clock.now())
    with transaction(session):
        issuers.trust(session, stamp(), issuers.read_offer(session, elsewhere.file(), own))
    return elsewhere
