"""The plan of a day for people to read: who will be written to and why, who will not and why, narrowed by filters.

To work a plan out for everybody takes seconds where there are very many people, and the pages of one list follow one
another; so a process keeps the last few plans for as long as nothing was written down that can change them. What
becomes of a message cannot, unless something is taken out of the ledger.
"""

from collections import Counter
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from weakref import WeakKeyDictionary

from sqlalchemy.orm import Session

from people.store import Unit
from reminders.domain.due import NotWritten, Plan, PlannedMessage, Reason
from reminders.services.planning import plan_for
from reminders.store.choosing import last_change, people_by_name

KEPT: Final = 2
_plans: WeakKeyDictionary[Any, dict[date, tuple[Hashable, Plan]]] = WeakKeyDictionary()
"""The plans last worked out for each database, and the last change that they know of."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What narrows the two lists. A part that is empty or None does not. `words` are of names."""

    requirement: str = ""
    reason: str = ""
    unit: Unit | None = None
    words: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Narrowed:
    """The plan, narrowed and in the order of names. `reasons` counts who is not written to before `Wanted.reason`."""

    messages: Sequence[PlannedMessage]
    not_written: Sequence[NotWritten]
    reasons: Counter[Reason]


def narrowed(session: Session, day: date, wanted: Wanted) -> Narrowed:
    """Who will be written to on a day and who will not, as things stand."""
    plan = _plan(session, day)
    ordered = people_by_name(session, day, wanted.words, wanted.unit)
    rank = {person_id: number for number, person_id in enumerate(ordered)}
    is_narrow = bool(wanted.words or wanted.unit)
    messages = [
        message
        for message in plan.messages
        if (not is_narrow or _concerns(message, rank)) and _speaks_of(message, wanted.requirement)
    ]
    left_out = [
        one
        for one in plan.not_written
        if (not is_narrow or one.person_id in rank) and wanted.requirement in ("", one.requirement)
    ]
    last = len(rank)
    messages.sort(
        key=lambda one: (rank.get(one.recipient_id, last), one.recipient_id, one.digest, one.channel)
    )
    left_out.sort(key=lambda one: (rank.get(one.person_id, last), one.person_id, one.requirement, one.reason))
    return Narrowed(
        messages,
        [one for one in left_out if wanted.reason in ("", one.reason)],
        Counter(one.reason for one in left_out),
    )


def _concerns(message: PlannedMessage, people: Collection[int]) -> bool:
    return message.recipient_id in people or any(item.person_id in people for item in message.items)


def _speaks_of(message: PlannedMessage, requirement: str) -> bool:
    return not requirement or any(item.requirement == requirement for item in message.items)


def planned_to(session: Session, day: date, recipient_id: int) -> list[PlannedMessage]:
    """What one person would be sent on a day."""
    return [one for one in _plan(session, day).messages if one.recipient_id == recipient_id]


def _plan(session: Session, day: date) -> Plan:
    """The plan of everybody, worked out again once anything was written down that can change it."""
    engine, now = session.get_bind(), last_change(session)
    found = _plans.get(engine, {}).get(day)
    if found is None or found[0] != now:
        found = now, plan_for(session, day)
        # Another request may be at it too: a new dict each time, so that none sees one that is half changed.
        others = [(other, kept) for other, kept in _plans.get(engine, {}).items() if other != day]
        _plans[engine] = {**dict(others[1 - KEPT :]), day: found}
    return found[1]
