"""Whether the process lives, and whether it can serve. For monitors: no sign-in, no detail."""

from pathlib import Path

from alembic.runtime.migration import MigrationContext
from flask import Blueprint, Flask, Response
from sqlalchemy.exc import SQLAlchemyError

from foundation.db import db
from people import auth

blueprint = Blueprint("health", __name__)

HEAD_FILE = Path(__file__).resolve().parent.parent / "migrations" / ".current-alembic-head"


def install(app: Flask) -> None:
    """Add /healthz and /readyz."""
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
@auth.public
def healthz() -> Response:
    """The process answers. The database is not asked, so that its restart does not restart us too."""
    return _answer("alive", 200)


@blueprint.get("/readyz")
@auth.public
def readyz() -> Response:
    """The database answers and has the schema that this code was written for."""
    try:
        with db.engine.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
    except SQLAlchemyError:
        return _answer("no database", 503)
    if revision != HEAD_FILE.read_text(encoding="utf-8").strip():
        return _answer("another schema", 503)
    return _answer("ready", 200)


def _answer(word: str, status: int) -> Response:
    return Response(f"{word}\n", status=status, mimetype="text/plain")
