"""To whom a message about reminders goes, and the names that stand in it; as the record is when the message leaves.

Statements are built once and run on the connection (`people.store`): each is run for every few messages.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Date, bindparam, select
from sqlalchemy.orm import Session

from compliance.models import RequirementRow, StatusSpanRow
from foundation.facts import known
from people.models import PersonDetailRow
from reminders.domain.due import Outcome
from reminders.models import ReminderMessageRow, ReminderRow


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody as a message names them. `email` is empty where there is none."""

    person_id: int
    first_name: str
    last_name: str
    email: str

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first_name} {self.last_name}".strip()


_DETAILS = (
    PersonDetailRow.person_id,
    PersonDetailRow.first_name,
    PersonDetailRow.last_name,
    PersonDetailRow.email,
)
_RECIPIENT = select(*_DETAILS).where(
    # One id, then one row by it: a join may be read the other way round where the tables are new.
    PersonDetailRow.person_id
    == select(ReminderMessageRow.recipient_id)
    .where(ReminderMessageRow.message_id == bindparam("message_id"))
    .scalar_subquery(),
    known(PersonDetailRow, None),
)
_RECIPIENT_IDS = select(ReminderMessageRow.message_id, ReminderMessageRow.recipient_id).where(
    ReminderMessageRow.message_id.in_(bindparam("message_ids", expanding=True))
)
_NAMED = select(*_DETAILS).where(
    PersonDetailRow.person_id.in_(bindparam("person_ids", expanding=True)), known(PersonDetailRow, None)
)
_ROLES = (
    select(StatusSpanRow.person_id, RequirementRow.code, StatusSpanRow.role)
    .join(RequirementRow, RequirementRow.id == StatusSpanRow.requirement_id)
    .where(
        StatusSpanRow.person_id.in_(bindparam("person_ids", expanding=True)),
        StatusSpanRow.last_day >= bindparam("day", type_=Date),
        StatusSpanRow.first_day <= bindparam("day", type_=Date),
    )
)
_TOLD_ABOUT = (
    select(ReminderRow.person_id)
    .where(
        ReminderRow.recipient_id == bindparam("recipient_id"),
        ReminderRow.person_id != bindparam("recipient_id"),
        ReminderRow.outcome == Outcome.PLANNED.value,
        ReminderRow.why == "",
        ReminderRow.message_id.is_not(None),
        ReminderRow.message_id < bindparam("message_id"),
    )
    .distinct()
)


def recipient_of(session: Session, message_id: int) -> Named | None:
    """Whose message it is; None where it is nobody's that we know. Whether they may still be written to is asked of the
    day on which it leaves (`reminders.store.dues.reachable`)."""
    row = session.connection().execute(_RECIPIENT, {"message_id": message_id}).first()
    return None if row is None else Named(*row[:3], row[3] or "")


def recipients_of(session: Session, message_ids: Sequence[int]) -> dict[int, Named]:
    """The same of several messages; those that are nobody's that we know are left out."""
    asked = {"message_ids": message_ids}
    rows = session.connection().execute(_RECIPIENT_IDS, asked)
    ids: dict[int, int] = {row[0]: row[1] for row in rows if row[1] is not None}
    people = named(session, ids.values())
    return {message_id: people[person_id] for message_id, person_id in ids.items() if person_id in people}


def named(session: Session, person_ids: Iterable[int]) -> dict[int, Named]:
    """The names of these people."""
    wanted = sorted(set(person_ids))
    rows = session.connection().execute(_NAMED, {"person_ids": wanted}) if wanted else ()
    return {row[0]: Named(*row[:3], row[3] or "") for row in rows}


def roles_asking(session: Session, person_ids: Iterable[int], day: date) -> dict[int, dict[str, str]]:
    """For each of these people, and each requirement of theirs on a day, the role that asks for it."""
    found: dict[int, dict[str, str]] = defaultdict(dict)
    wanted = sorted(set(person_ids))
    if wanted:
        rows = session.connection().execute(_ROLES, {"person_ids": wanted, "day": day})
        for person_id, code, role in rows:
            found[person_id][code] = role
    return found


def told_about_before(session: Session, recipient_id: int, message_id: int) -> set[int]:
    """The others of whom somebody was told in an earlier message; not in one that was given up."""
    values = {"recipient_id": recipient_id, "message_id": message_id}
    return set(session.connection().execute(_TOLD_ABOUT, values).scalars())
