"""How often somebody is written to: as things fall due, or once a week except for what is urgent.

Nobody can ask to be told nothing: a duty is the council's to ask for. What is urgent is the plan's to say
(`reminders.domain.planning`).
"""

from sqlalchemy import delete, insert
from sqlalchemy.orm import Session

from foundation import audit
from foundation.stamp import Stamp
from reminders.models import ReminderChoiceRow
from reminders.store.told import is_weekly


def choose(session: Session, stamp: Stamp, person_id: int, public_id: str, *, weekly: bool) -> bool:
    """Keep what somebody chose for themselves; whether that changed anything. From the next plan on it holds."""
    if is_weekly(session, person_id) == weekly:
        return False
    session.execute(delete(ReminderChoiceRow).where(ReminderChoiceRow.person_id == person_id))
    if weekly:
        values = {"person_id": person_id, "weekly": True, "changed_at": stamp.at}
        session.execute(insert(ReminderChoiceRow).values(values))
    audit.record(session, stamp, "reminder_frequency.chosen", f"person:{public_id}", weekly=weekly)
    return True
