"""The ledger of reminders: who was told what, whatever became of it. One row for each key.

The key is (person, requirement, cycle, step, recipient, channel). A row is written before anything leaves; one that was
cancelled, or that stood for one that was, is taken up again when it is planned again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from compliance.models import RequirementRow
from compliance.store.rules import Rules, load_rules
from reminders.domain.due import Channel, Due, Item, Outcome, Reason, Told
from reminders.domain.still import why_no_longer
from reminders.models import ReminderRow, ReminderRunRow
from reminders.store.dues import dues_on, heads_above, managers_of


@dataclass(frozen=True, slots=True)
class Entry:
    """One row of the ledger. `on` is the day of the plan that wrote it."""

    id: int
    person_id: int
    requirement: str
    cycle: str
    step: str
    recipient_id: int
    channel: Channel
    outcome: Outcome
    triggered_on: date
    deadline: date
    on: date
    message_id: int | None
    letter_run_id: int | None


_TOLD = (
    select(
        ReminderRow.person_id,
        RequirementRow.code,
        ReminderRow.cycle,
        ReminderRow.step,
        ReminderRow.recipient_id,
        ReminderRow.channel,
        ReminderRow.outcome,
        ReminderRunRow.day,
        ReminderRow.triggered_on,
        ReminderRow.letter_run_id,
    )
    .join(RequirementRow, RequirementRow.id == ReminderRow.requirement_id)
    .join(ReminderRunRow, ReminderRunRow.id == ReminderRow.run_id)
    .where(ReminderRow.person_id.in_(bindparam("person_ids", expanding=True)))
    .order_by(ReminderRow.person_id, ReminderRow.id)
)
_ENTRIES = (
    select(
        ReminderRow.id,
        ReminderRow.person_id,
        RequirementRow.code,
        ReminderRow.cycle,
        ReminderRow.step,
        ReminderRow.recipient_id,
        ReminderRow.channel,
        ReminderRow.outcome,
        ReminderRow.triggered_on,
        ReminderRow.deadline,
        ReminderRunRow.day,
        ReminderRow.message_id,
        ReminderRow.letter_run_id,
    )
    .join(RequirementRow, RequirementRow.id == ReminderRow.requirement_id)
    .join(ReminderRunRow, ReminderRunRow.id == ReminderRow.run_id)
    .order_by(ReminderRow.deadline, ReminderRow.person_id, ReminderRow.id)
)
_PLANNED = ReminderRow.outcome == Outcome.PLANNED.value
_OF_MESSAGES = _ENTRIES.where(ReminderRow.message_id.in_(bindparam("message_ids", expanding=True)), _PLANNED)
_CHANNELS = {channel.value: channel for channel in Channel}
_OUTCOMES = {outcome.value: outcome for outcome in Outcome}


def told_for(session: Session, person_ids: Iterable[int]) -> list[Told]:
    """Every row of the ledger about these people."""
    wanted = sorted(set(person_ids))
    if not wanted:
        return []
    return [_told(row) for row in session.connection().execute(_TOLD, {"person_ids": wanted})]


def _told(row: Any) -> Told:
    person, code, cycle, step, recipient, channel, outcome, on, triggered_on, letter_run_id = row
    unprinted = channel == Channel.LETTER and outcome == Outcome.PLANNED and letter_run_id is None
    ways = _CHANNELS[channel], _OUTCOMES[outcome]
    return Told(person, code, cycle, step, recipient, *ways, on, triggered_on, unprinted)


def items_of(session: Session, message_ids: Iterable[int]) -> list[Entry]:
    """What stands in these messages and is to be told, the nearest last day first; not what was cancelled."""
    wanted = sorted(set(message_ids))
    rows = session.connection().execute(_OF_MESSAGES, {"message_ids": wanted}) if wanted else ()
    return [_entry(row) for row in rows]


_OF_LETTERS = _ENTRIES.where(ReminderRow.channel == Channel.LETTER.value, _PLANNED)
_TO_PRINT = _OF_LETTERS.where(ReminderRow.letter_run_id.is_(None))
_PRINTED = _OF_LETTERS.where(ReminderRow.letter_run_id == bindparam("letter_run_id"))


def letters(session: Session, letter_run_id: int | None) -> list[Entry]:
    """What is to be told by letter: of one printing, or what waits to be printed."""
    if letter_run_id is None:
        return [_entry(row) for row in session.connection().execute(_TO_PRINT)]
    rows = session.connection().execute(_PRINTED, {"letter_run_id": letter_run_id})
    return [_entry(row) for row in rows]


def _entry(row: Any) -> Entry:
    entry_id, person, code, cycle, step, recipient, channel, outcome, *rest = row
    return Entry(
        entry_id, person, code, cycle, step, recipient, _CHANNELS[channel], _OUTCOMES[outcome], *rest
    )


def cancel(session: Session, reminder_ids: Iterable[int], why: Reason) -> None:
    """Take out what no longer applies. Should it apply again, it may be planned again."""
    wanted = sorted(set(reminder_ids))
    if wanted:
        session.connection().execute(_CANCEL, {"ids": wanted, "because": why.value})


def give_up(session: Session, message_id: int) -> None:
    """Somebody decided that a message is not to leave: what stood in it says so, and stays as told."""
    session.connection().execute(_GIVE_UP, {"message": message_id})


_GIVE_UP = (
    update(ReminderRow)
    .where(ReminderRow.message_id == bindparam("message"), _PLANNED)
    .values(why=Reason.GIVEN_UP.value)
)
_CANCEL = (
    update(ReminderRow)
    .where(ReminderRow.id.in_(bindparam("ids", expanding=True)), _PLANNED)
    .values(outcome=Outcome.CANCELLED.value, why=bindparam("because"))
)


def still_due(
    session: Session, items: Sequence[Entry], day: date, rules: Rules | None = None
) -> dict[int, Reason | None]:
    """Whether each of these reminders still applies on a day; else why not. The timelines are read again.

    `rules`: those of the moment, where the caller has read them in the same transaction.
    """
    if not items:
        return {}
    rules = rules or load_rules(session)
    people = sorted({item.person_id for item in items})
    to_others = {item.person_id for item in items if item.recipient_id != item.person_id}
    managers = managers_of(session, day, to_others)
    above = managers_of(session, day, {one for own in managers.values() for one in own})
    heads = heads_above(managers, above)
    found: dict[tuple[int, str], Due] = {
        (due.person_id, due.requirement): due
        for due in dues_on(session, rules, day, people, managers, heads, all_statuses=True)
    }
    return {
        item.id: why_no_longer(
            found.get((item.person_id, item.requirement)),
            item.cycle,
            item.deadline,
            item.recipient_id,
            item.on,
            day,
        )
        for item in items
    }


_VALUES = (
    "person_id",
    "requirement_id",
    "cycle",
    "step",
    "recipient_id",
    "channel",
    "outcome",
    "why",
    "triggered_on",
    "deadline",
    "run_id",
    "message_id",
    "letter_run_id",
)
_KEY = _VALUES[:6]


def write(
    session: Session,
    run_id: int,
    requirement_ids: Mapping[str, int],
    planned: Iterable[tuple[Item, int | None]],
    superseded: Iterable[Item],
) -> int:
    """Write reminders down, each with its message where it has one; how many new ones are to be told.

    What is in the ledger already stays as it is, unless it was cancelled or stood for something that was.
    """
    rows = [_row(run_id, requirement_ids, item, Outcome.SUPERSEDED, None) for item in superseded] + [
        _row(run_id, requirement_ids, item, Outcome.PLANNED, message_id) for item, message_id in planned
    ]
    if not rows:
        return 0
    of_dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    statement = of_dialect.insert(ReminderRow)
    new = statement.excluded
    statement = statement.on_conflict_do_update(
        index_elements=list(_KEY),
        set_={name: new[name] for name in _VALUES[6:]},
        where=or_(
            ReminderRow.outcome == Outcome.CANCELLED.value,
            (ReminderRow.outcome == Outcome.SUPERSEDED.value) & (new.outcome == Outcome.PLANNED.value),
        ),
    )
    # One statement, run once a row by the driver: a day has few reminders.
    session.connection().execute(statement, rows)
    return sum(row["outcome"] == Outcome.PLANNED.value for row in rows)


def _row(
    run_id: int, requirement_ids: Mapping[str, int], item: Item, outcome: Outcome, message_id: int | None
) -> dict[str, Any]:
    return {
        "person_id": item.person_id,
        "requirement_id": requirement_ids[item.requirement],
        "cycle": item.cycle,
        "step": item.step.code,
        "recipient_id": item.recipient_id,
        "channel": item.channel.value,
        "outcome": outcome.value,
        "why": "",
        "triggered_on": item.triggered_on,
        "deadline": item.deadline,
        "run_id": run_id,
        "message_id": message_id,
        "letter_run_id": None,
    }
