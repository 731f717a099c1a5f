"""Whether the process lives, can serve, and whether reminders are running. For monitors: no sign-in, no detail."""

from datetime import datetime, timedelta
from pathlib import Path

from alembic.runtime.migration import MigrationContext
from flask import Blueprint, Flask, Response, current_app
from sqlalchemy.exc import SQLAlchemyError

from foundation import clock
from foundation.db import db
from people import auth
from reminders.services.beating import Health, health, is_running
from reminders.services.outbox.gate import halt_file, is_halted_by_file
from reminders.store.beat import last_beat

blueprint = Blueprint("health", __name__)

HEAD_FILE = Path(__file__).resolve().parent.parent / "migrations" / ".current-alembic-head"


def install(app: Flask) -> None:
    """Add /healthz, /readyz and /healthz/reminders."""
    app.register_blueprint(blueprint)


@blueprint.get("/healthz")
@auth.public
def healthz() -> Response:
    """The process answers. The database is not asked, so that its restart does not restart us too."""
    return _answer("alive", 200)


@blueprint.get("/readyz")
@auth.public
def readyz() -> Response:
    """The database answers and has the schema that this code was written for.

    Pages can be served while reminders are not running, so that is said and does not count.
    """
    try:
        with db.engine.connect() as connection:
            revision = MigrationContext.configure(connection).get_current_revision()
        if revision != HEAD_FILE.read_text(encoding="utf-8").strip():
            return _answer("another schema", 503)
        are_running = is_running(last_beat(db.session()), clock.now(), _late_after())
    except SQLAlchemyError:
        return _answer("no database", 503)
    return _answer(f"ready\nreminders: {'running' if are_running else 'not running'}", 200)


@blueprint.get("/healthz/reminders")
@auth.public
def reminders() -> Response:
    """Reminders are running, and mail leaves. Numbers and times; nothing about anybody."""
    try:
        found = _asked()
    except SQLAlchemyError:
        return _answer("no database", 503)
    late = found.oldest_unsent is not None and clock.now() - found.oldest_unsent > _late_after()
    is_well = found.running and not (found.problem or found.halted or found.circuit or late)
    return _answer("\n".join(_lines(found)), 200 if is_well else 503)


def _asked() -> Health:
    is_halted = is_halted_by_file(halt_file(Path(current_app.instance_path)))
    return health(db.session(), clock.now(), _late_after(), halted_by_file=is_halted)


def _late_after() -> timedelta:
    after: timedelta = current_app.config["REMINDERS_LATE_AFTER"]
    return after


def _lines(found: Health) -> list[str]:
    return [
        f"reminders: {'running' if found.running else 'not running'}",
        f"last tick: {_shown(found.ticked_at, 'never')}",
        f"problem: {found.problem or 'none'}",
        f"mail halted: {'yes' if found.halted else 'no'}",
        f"mail server not tried until: {_shown(found.circuit, 'it can be used')}",
        f"oldest message that is due since: {_shown(found.oldest_unsent, 'none')}",
        f"uncertain messages: {found.uncertain}",
        f"failed messages: {found.failed}",
    ]


def _shown(moment: datetime | None, otherwise: str) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}" if moment else otherwise


def _answer(word: str, status: int) -> Response:
    return Response(f"{word}\n", status=status, mimetype="text/plain")
