"""The texts of messages that are done with are not kept for ever."""

from datetime import datetime

from sqlalchemy import and_, select, update
from sqlalchemy.orm import Session

from foundation.db import transaction
from foundation.mail import OutgoingMessageRow as Row
from foundation.mail import State
from reminders.domain.outbox import KEPT

AT_A_TIME = 500
_DONE = (State.SENT, State.FAILED, State.SUPERSEDED, State.CANCELLED)


def sweep(session: Session, now: datetime) -> int:
    """Remove the texts of messages that ended and were written more than 90 days ago; how many. Saves by itself, a few
    at a time. That they were sent, and what about, stays."""
    old = and_(Row.body != "", Row.made_at < now - KEPT, Row.state.in_([state.value for state in _DONE]))
    swept = 0
    while True:
        found = session.scalars(select(Row.id).where(old).order_by(Row.id).limit(AT_A_TIME)).all()
        session.rollback()
        if not found:
            return swept
        with transaction(session):
            session.execute(
                update(Row).where(Row.id.in_(found), old).values(body="", content=None, calendar=None)
            )
        swept += len(found)
