"""What of the ledger has left: the reminders about people that were sent, or printed and handed out, up to a moment."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from compliance.models import RequirementRow
from foundation.dates import london_day
from foundation.mail import OutgoingMessageRow, State
from people.store import in_chunks
from reminders.domain.due import Outcome
from reminders.models import LetterRunRow, ReminderRow, ReminderRunRow


@dataclass(frozen=True, slots=True)
class Left:
    """One reminder that has left. `planned_on` is the day of the plan, `left_on` that of the sending or printing."""

    person_id: int
    requirement: str
    cycle: str
    step: str
    is_to_person: bool
    planned_on: date
    left_on: date


_LEFT = (
    select(
        ReminderRow.person_id,
        RequirementRow.code,
        ReminderRow.cycle,
        ReminderRow.step,
        ReminderRow.recipient_id,
        ReminderRunRow.day,
        OutgoingMessageRow.sent_at,
        LetterRunRow.day.label("printed_on"),
    )
    .select_from(ReminderRow)
    .join(RequirementRow, RequirementRow.id == ReminderRow.requirement_id)
    .join(ReminderRunRow, ReminderRunRow.id == ReminderRow.run_id)
    .outerjoin(
        OutgoingMessageRow,
        and_(OutgoingMessageRow.id == ReminderRow.message_id, OutgoingMessageRow.state == State.SENT.value),
    )
    .outerjoin(LetterRunRow, LetterRunRow.id == ReminderRow.letter_run_id)
    .where(
        ReminderRow.person_id.in_(bindparam("person_ids", expanding=True)),
        ReminderRow.outcome == Outcome.PLANNED.value,
        or_(OutgoingMessageRow.sent_at.is_not(None), LetterRunRow.id.is_not(None)),
    )
    .order_by(ReminderRow.person_id, ReminderRow.id)
)


def left_about(session: Session, person_ids: Iterable[int], day: date) -> list[Left]:
    """Every reminder about these people that was planned and has left by the end of a day."""
    found: list[Left] = []
    for some in in_chunks(session, sorted(set(person_ids))):
        for row in session.connection().execute(_LEFT, {"person_ids": list(some.ids)}):
            person_id, code, cycle, step, recipient_id, planned_on, sent_at, printed_on = row
            left_on = _left_on(sent_at, printed_on)
            if max(left_on, planned_on) <= day:
                found.append(
                    Left(person_id, code, cycle, step, recipient_id == person_id, planned_on, left_on)
                )
    return found


def _left_on(sent_at: datetime | None, printed_on: date | None) -> date:
    if printed_on is not None:
        return printed_on
    assert sent_at is not None
    return london_day(sent_at)
