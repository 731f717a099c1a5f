"""What keeps all mail from leaving: somebody's halt, in the database or as a file, and a server that lets nobody in."""

from datetime import datetime
from pathlib import Path

from sqlalchemy import insert, update
from sqlalchemy.orm import Session

from foundation import audit
from foundation.mail import MailGateRow
from foundation.stamp import Stamp
from reminders.domain.letter import LockedOutError, MailerUnusableError
from reminders.domain.outbox import Gate, shut_for
from reminders.store.outbox import GATE, gate

HALT_FILE = "halt-mail"
"""In the instance folder. Works when the pages and the database do not: `touch halt-mail`, and nothing leaves."""
BY_FILE = f"Mail is halted: there is a file {HALT_FILE} in the instance folder."


def halt_file(folder: Path) -> Path:
    """The file that halts all mail while it is there."""
    return folder / HALT_FILE


def is_halted_by_file(place: Path | None) -> bool:
    """Whether the file is there."""
    return place is not None and place.exists()


def in_the_way(found: Gate, now: datetime) -> str:
    """Why nothing may leave, in words; empty when something may."""
    if found.halted_at is not None:
        return f"Mail is halted: {found.why}" if found.why else "Mail is halted."
    if found.open_until is not None and now < found.open_until:
        return f"The mail server is not asked before {found.open_until:%d %B %Y %H:%M} UTC: {found.problem}"
    return ""


def note_trouble(session: Session, stamp: Stamp, error: MailerUnusableError) -> None:
    """Write down that the mail server could not be used. One that locks us out is left alone for longer and longer."""
    found = gate(session)
    values: dict[str, object] = {"problem": str(error)[:200]}
    if isinstance(error, LockedOutError):
        failures = found.failures + 1
        values |= {"failures": failures, "open_until": stamp.at + shut_for(failures)}
        audit.record(session, stamp, "mail.shut", failures=failures)
    keep(session, **values)


def keep(session: Session, **values: object) -> None:
    """Change the one row, and make it where there is none."""
    changed = session.connection().execute(update(MailGateRow).where(MailGateRow.id == GATE).values(**values))
    if not changed.rowcount:
        empty = {"id": GATE, "why": "", "failures": 0, "problem": ""}
        session.connection().execute(insert(MailGateRow).values(**{**empty, **values}))


def clear_trouble(session: Session) -> None:
    """The mail server has answered: whatever was wrong is over."""
    keep(session, open_until=None, failures=0, problem="")
