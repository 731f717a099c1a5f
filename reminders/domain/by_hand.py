"""Reminders that a manager asks for, besides those of the plan (docs/reminders.md, "When a manager asks"). Pure.

Only who is overdue is written to, and everything that is overdue stands in the one message of the day. What the plan
would tell today is told by its own step. The rest is told by a step of the day itself, so that its key keeps anybody
from being told of it twice on that day, and every step whose day has come counts as told (`planning._most_urgent`).
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from hashlib import sha256

from compliance.domain.requirement import ReminderStep, StepKind, StepTo
from compliance.domain.spans import Status
from reminders.domain.due import Channel, Digest, Due, Item, Plan, PlannedMessage, Reachable, Reason

OVERDUE = frozenset({Status.EXPIRED, Status.OUTSTANDING})
_STEP = "by_hand:"


@dataclass(frozen=True, slots=True)
class ByHand:
    """Who would be written to, and who is overdue and would not: by person, why not. `overdue`: what each owes."""

    plan: Plan
    left_out: Mapping[int, Reason]
    overdue: Mapping[int, tuple[Due, ...]]


def step_on(day: date, deadline: date) -> ReminderStep:
    """The step by which something is told on a day because somebody asked for it.

    >>> step = step_on(date(2026, 5, 4), date(2026, 5, 1))
    >>> step.code, step.days
    ('by_hand:2026-05-04', 3)
    """
    return ReminderStep(f"{_STEP}{day.isoformat()}", StepKind.OVERDUE, (day - deadline).days, StepTo.PERSON)


def is_by_hand(code: str) -> bool:
    """Whether a step of the ledger is one that somebody asked for."""
    return code.startswith(_STEP)


def digest_of(public_ids: Iterable[str]) -> str:
    """Who was shown as written to, in a few letters: a list that differs from it is shown first, and not sent.

    >>> digest_of(["a", "b"]) == digest_of(["b", "a"]), digest_of(["a", "b"]) == digest_of(["a"])
    (True, False)
    """
    return sha256("\n".join(sorted(public_ids)).encode()).hexdigest()


def by_hand(
    planned: Plan,
    dues: Iterable[Due],
    reachable: Mapping[int, Reachable],
    had: Mapping[int, Collection[Digest]],
    most_a_day: int,
) -> ByHand:
    """What is written because a manager asks for it.

    `planned`: what people would be told of their own on that day anyway; `had`: the messages that they got, or are to
    get, on the day already.
    """
    owed: dict[int, list[Due]] = defaultdict(list)
    for due in dues:
        if due.status in OVERDUE and due.deadline is not None:
            owed[due.person_id].append(due)
    anyway = {one.recipient_id: one for one in planned.messages if one.channel is Channel.EMAIL}
    messages: list[PlannedMessage] = []
    left_out: dict[int, Reason] = {}
    for person_id, some in sorted(owed.items()):
        found = reachable.get(person_id)
        so_far = had.get(person_id, ())
        if found is None or not found.email:
            left_out[person_id] = Reason.CANNOT_BE_REACHED
        elif Digest.PERSON in so_far or len(so_far) >= max(1, most_a_day):
            left_out[person_id] = Reason.CAP
        else:
            message = anyway.get(person_id) or PlannedMessage(
                person_id, Digest.PERSON, Channel.EMAIL, planned.day, ()
            )
            messages.append(_with_all(message, some))
    told = {message.recipient_id for message in messages}
    superseded = tuple(item for item in planned.superseded if item.recipient_id in told)
    return ByHand(
        Plan(planned.day, tuple(messages), superseded),
        left_out,
        {person_id: tuple(some) for person_id, some in owed.items()},
    )


def _with_all(message: PlannedMessage, owed: Iterable[Due]) -> PlannedMessage:
    """The message with everything that is overdue in it, by the last day in time."""
    named = {item.requirement for item in message.items}
    more = [_item(due, message.day) for due in owed if due.requirement not in named]
    items = sorted((*message.items, *more), key=lambda item: (item.deadline, item.requirement))
    return replace(message, items=tuple(items))


def _item(due: Due, day: date) -> Item:
    assert due.deadline is not None
    return Item(
        person_id=due.person_id,
        requirement=due.requirement,
        cycle=due.cycle,
        step=step_on(day, due.deadline),
        recipient_id=due.person_id,
        channel=Channel.EMAIL,
        triggered_on=day,
        deadline=due.deadline,
        status=due.status,
    )
