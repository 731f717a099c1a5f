"""The plan that pages show is kept while mail is sent, and worked out again once anything can have changed it."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import audit
from foundation.db import transaction
from reminders.domain.due import Reason
from reminders.models import ReminderRow
from reminders.services import narrowing
from reminders.services.narrowing import Wanted, narrowed
from reminders.services.planning import plan_for
from reminders.store.ledger import cancel
from tests.integration.reminders.steps import MONDAY, borough_with_steps, run, stamp_on
from tests.integration.reminders.test_writing import act

TUESDAY = MONDAY + timedelta(days=1)


@pytest.fixture
def worked_out(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """A plan for each time that one was worked out."""
    found: list[object] = []
    plain = plan_for

    def counting(*args: object) -> object:
        found.append(plain(*args))  # type: ignore[arg-type]  # handed through
        return found[-1]

    monkeypatch.setattr(narrowing, "plan_for", counting)
    return found


def look(session: Session) -> int:
    found = len(narrowed(session, TUESDAY, Wanted()).messages)
    session.rollback()
    return found


def test_a_plan_is_kept_while_mail_is_sent(session: Session, worked_out: list[object]) -> None:
    borough_with_steps(session)
    run(session, MONDAY)
    look(session)
    for event in ("message.sent", "message.unanswered", "message.uncertain", "message.failed"):
        with transaction(session):
            audit.record(session, stamp_on(TUESDAY)(), event, "message:1")
        look(session)
    assert len(worked_out) == 1


def test_a_plan_is_worked_out_again_when_somebody_is_trained_or_the_ledger_changes(
    session: Session, worked_out: list[object]
) -> None:
    borough = borough_with_steps(session)
    look(session)
    before = run(session, MONDAY).messages
    assert look(session) < before
    assert len(worked_out) == 2
    with transaction(session):
        ids = session.scalars(select(ReminderRow.id).where(ReminderRow.person_id == borough.ids["Uma"]))
        cancel(session, ids.all(), Reason.CHANGED)
    again = look(session)
    assert len(worked_out) == 3
    act(session, "Uma", borough, lambda builder: builder.completion("Uma", "PREV", 0))
    with transaction(session):
        audit.record(session, stamp_on(TUESDAY)(), "completion.recorded")
    assert look(session) == again - 1
    assert len(worked_out) == 4
