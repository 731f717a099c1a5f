"""The trial of a run of reminders: its first messages leave, and the others only once these have (promise R9)."""

from sqlalchemy import Integer, bindparam, func, select, update
from sqlalchemy.orm import Session

from foundation import audit
from foundation.mail import OutgoingMessageRow as Row
from foundation.mail import State
from foundation.stamp import Stamp
from reminders.domain.outbox import TRIED_FIRST, Trial, verdict
from reminders.models import ReminderMessageRow, ReminderRunRow

_TRIED = frozenset({State.CLAIMED, State.SENDING, State.SENT, State.FAILED, State.UNCERTAIN})
"""Not those that were put off: a server that takes nothing now would hold up the run, and a full mailbox too."""
_UNSENT = frozenset({State.WAITING, State.CLAIMED, State.SENDING})
_OPEN = (
    select(ReminderRunRow.id, ReminderRunRow.trial)
    .where(
        ReminderRunRow.trial != Trial.PASSED.value,
        select(ReminderMessageRow.message_id)
        .join(Row, Row.id == ReminderMessageRow.message_id)
        .where(ReminderMessageRow.run_id == ReminderRunRow.id, Row.state == State.WAITING.value)
        .exists(),
    )
    .order_by(ReminderRunRow.id)
)


def slots(session: Session) -> dict[int, int]:
    """The runs whose messages may not simply leave, and how many of each may be sent at present."""
    found = session.connection().execute(_OPEN).all()
    return {
        run_id: max(0, TRIED_FIRST - sum(_states(session, run_id).get(state, 0) for state in _TRIED))
        if state == Trial.TRYING.value
        else 0
        for run_id, state in found
    }


def judge(session: Session, stamp: Stamp, run_id: int) -> None:
    """Hold a run on trial, or let it go on, should its messages that have ended say so already."""
    row = session.connection().execute(_RUN, {"run": run_id}).one()
    if row.trial != Trial.TRYING.value:
        return
    states = _states(session, run_id)
    bad = states.get(State.FAILED, 0) + states.get(State.UNCERTAIN, 0)
    found = verdict(states.get(State.SENT, 0), bad)
    if found is Trial.TRYING and row.finished_at is not None and not _UNSENT & states.keys():
        found = Trial.PASSED  # a small run: there are no others to hold
    if found is Trial.TRYING:
        return
    session.connection().execute(
        update(ReminderRunRow).where(ReminderRunRow.id == run_id).values(trial=found.value)
    )
    if found is Trial.HELD:
        audit.record(session, stamp, "reminder_run.held", f"reminder_run:{run_id}", failed=bad)


def _states(session: Session, run_id: int) -> dict[State, int]:
    found = session.connection().execute(_STATES, {"run": run_id})
    return {State(state): number for state, number in found}


_of_run = bindparam("run", type_=Integer)
_RUN = select(ReminderRunRow.trial, ReminderRunRow.finished_at).where(ReminderRunRow.id == _of_run)
_STATES = (
    select(Row.state, func.count())
    .join(ReminderMessageRow, ReminderMessageRow.message_id == Row.id)
    .where(ReminderMessageRow.run_id == _of_run)
    .group_by(Row.state)
)
