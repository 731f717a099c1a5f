"""What still waits of an earlier day gives way to today's message of the same recipient.

So a mail server that was away for days is followed by one message to each, not by one for each of these days.
"""

from collections.abc import Collection, Iterable, Mapping
from typing import Any

from sqlalchemy import bindparam, select, update
from sqlalchemy.orm import Session

from foundation.mail import OutgoingMessageRow, State
from reminders.domain.due import Digest, Outcome, PlannedMessage
from reminders.domain.outbox import Trial
from reminders.models import ReminderMessageRow, ReminderRow, ReminderRunRow


def take_place(
    session: Session,
    requirement_ids: Mapping[str, int],
    ids: Mapping[str, int],
    messages: Collection[PlannedMessage],
) -> None:
    """Move the reminders of older messages that still wait into the new ones. `ids` of the new ones by dedupe key.

    A reminder that something more urgent about the same duty has overtaken is superseded. Call inside a transaction.
    The same number of statements however many messages there are.
    """
    by_recipient: dict[tuple[int | None, str], PlannedMessage] = {
        (message.recipient_id, message.digest.value): message for message in messages
    }
    if not by_recipient:
        return
    connection = session.connection()
    waiting = connection.execute(
        _WAITING,
        {
            "person_ids": sorted({message.recipient_id for message in messages}),
            "new_ids": sorted(ids.values()),
            "kinds": [digest.value for digest in Digest],
        },
    ).all()
    successors = {
        message_id: message
        for message_id, recipient_id, kind in waiting
        if (message := by_recipient.get((recipient_id, kind))) is not None
    }
    if not successors:
        return
    # What another process is about to send by now does not give way.
    given = connection.execute(_GIVE_WAY, {"ids": sorted(successors)}).scalars().all()
    told = {
        message.dedupe_key: {
            (item.person_id, requirement_ids[item.requirement], item.cycle) for item in message.items
        }
        for message in successors.values()
    }
    overtaken: list[int] = []
    moved: list[dict[str, int]] = []
    standing: Iterable[Any] = connection.execute(_STANDING_IN, {"ids": sorted(given)}).all()
    for reminder_id, message_id, *about in standing:
        key = successors[message_id].dedupe_key
        if tuple(about) in told[key]:
            overtaken.append(reminder_id)
        else:
            moved.append({"reminder": reminder_id, "to": ids[key]})
    if overtaken:
        connection.execute(_OVERTAKEN, {"ids": overtaken})
    if moved:
        connection.execute(_MOVED, moved)


_WAITING = (
    select(OutgoingMessageRow.id, ReminderMessageRow.recipient_id, OutgoingMessageRow.kind)
    .join(ReminderMessageRow, ReminderMessageRow.message_id == OutgoingMessageRow.id)
    .join(ReminderRunRow, ReminderRunRow.id == ReminderMessageRow.run_id)
    .where(
        # What is held leaves when somebody has released it, and not by way of the run of another day.
        ReminderRunRow.trial != Trial.HELD.value,
        ReminderMessageRow.recipient_id.in_(bindparam("person_ids", expanding=True)),
        OutgoingMessageRow.state == State.WAITING.value,
        # Of a message that was handed over, a copy may have arrived: it is sent again as it is, or not at all.
        OutgoingMessageRow.ambiguous == 0,
        OutgoingMessageRow.kind.in_(bindparam("kinds", expanding=True)),
        OutgoingMessageRow.id.not_in(bindparam("new_ids", expanding=True)),
    )
    .order_by(OutgoingMessageRow.id)
)
_GIVE_WAY = (
    update(OutgoingMessageRow)
    .where(
        OutgoingMessageRow.id.in_(bindparam("ids", expanding=True)),
        OutgoingMessageRow.state == State.WAITING.value,
    )
    .values(state=State.SUPERSEDED.value)
    .returning(OutgoingMessageRow.id)
)
_STANDING_IN = (
    select(
        ReminderRow.id,
        ReminderRow.message_id,
        ReminderRow.person_id,
        ReminderRow.requirement_id,
        ReminderRow.cycle,
    )
    .where(
        ReminderRow.message_id.in_(bindparam("ids", expanding=True)),
        ReminderRow.outcome == Outcome.PLANNED.value,
    )
    .order_by(ReminderRow.id)
)
_OVERTAKEN = (
    update(ReminderRow)
    .where(ReminderRow.id.in_(bindparam("ids", expanding=True)))
    .values(outcome=Outcome.SUPERSEDED.value, message_id=None)
)
_MOVED = update(ReminderRow).where(ReminderRow.id == bindparam("reminder")).values(message_id=bindparam("to"))
