"""What waits for somebody because a message came to nothing, or because nobody can be written to. Numbers only."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Date, Select, and_, bindparam, distinct, func, select
from sqlalchemy.orm import Session, aliased

from compliance.models import StatusSpanRow
from foundation.facts import known
from foundation.mail import OutgoingMessageRow, State
from people.models import PersonDetailRow, PersonRow, PostSpellRow
from reminders.domain.due import SPOKEN_TO, Channel, Outcome
from reminders.models import ReminderRow

LATELY = timedelta(days=7)
"""For so long a message that failed is told of."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many messages and people somebody has to look at. `letters`: people for whom one is to be printed."""

    failed: int
    uncertain: int
    letters: int
    unreached: int

    @property
    def anything(self) -> bool:
        """Whether anything waits."""
        return bool(self.failed or self.uncertain or self.letters or self.unreached)


def waiting(session: Session, now: datetime, day: date, requirement_ids: Collection[int]) -> Waiting:
    """What waits. `unreached`: people with something to do in these duties, without an e-mail address and without a
    manager who holds a post and has one."""
    connection = session.connection()
    values = {"day": day, "requirement_ids": sorted(requirement_ids)}
    return Waiting(
        failed=connection.execute(_FAILED, {"since": now - LATELY}).scalar_one(),
        uncertain=connection.execute(_UNCERTAIN).scalar_one(),
        letters=connection.execute(_LETTERS).scalar_one(),
        unreached=connection.execute(_UNREACHED, values).scalar_one(),
    )


_COUNT = select(func.count(OutgoingMessageRow.id))
_FAILED = _COUNT.where(
    OutgoingMessageRow.state == State.FAILED.value,
    OutgoingMessageRow.made_at >= bindparam("since", type_=OutgoingMessageRow.made_at.type),
)
_UNCERTAIN = _COUNT.where(OutgoingMessageRow.state == State.UNCERTAIN.value)
_LETTERS = select(func.count(distinct(ReminderRow.recipient_id))).where(
    ReminderRow.channel == Channel.LETTER.value,
    ReminderRow.outcome == Outcome.PLANNED.value,
    ReminderRow.letter_run_id.is_(None),
)


def _unreached() -> Select[int]:
    day = bindparam("day", type_=Date)
    manager, of_manager, held = aliased(PersonRow), aliased(PersonDetailRow), aliased(PostSpellRow)
    # As the plan has it (`reminders.store.dues.reachable`): the address of who has left may be somebody else's.
    manager_is_here = (
        select(held.id)
        .where(held.person_id == manager.id, known(held, None), held.first_day <= day, held.last_day >= day)
        .exists()
    )
    manager_with_email: Any = (
        select(PostSpellRow.id)
        .join(manager, manager.person_ref == PostSpellRow.manager_ref)
        .join(of_manager, and_(of_manager.person_id == manager.id, known(of_manager, None)))
        .where(
            PostSpellRow.person_id == StatusSpanRow.person_id,
            manager.id != StatusSpanRow.person_id,
            known(PostSpellRow, None),
            PostSpellRow.first_day <= day,
            PostSpellRow.last_day >= day,
            func.coalesce(of_manager.email, "") != "",
            manager_is_here,
        )
        .exists()
    )
    return (
        select(func.count(distinct(StatusSpanRow.person_id)))
        .join(
            PersonDetailRow,
            and_(PersonDetailRow.person_id == StatusSpanRow.person_id, known(PersonDetailRow, None)),
        )
        .where(
            StatusSpanRow.requirement_id.in_(bindparam("requirement_ids", expanding=True)),
            StatusSpanRow.status.in_(sorted(status.value for status in SPOKEN_TO)),
            StatusSpanRow.first_day <= day,
            StatusSpanRow.last_day >= day,
            func.coalesce(PersonDetailRow.email, "") == "",
            ~manager_with_email,
        )
    )


_UNREACHED = _unreached()
