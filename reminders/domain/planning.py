"""The plan of a day: who is told what, who is not and why (docs/reminders.md). Pure: facts in, plan out.

For each duty of each person, and each recipient, the steps whose day has come are looked at, however long ago it came.
The most urgent of them is told, unless the recipient has been told of that or of something as urgent in the same cycle;
the others are superseded by it. So missed days collapse into one reminder, and nobody is told anything twice.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple

from compliance.domain.requirement import EVERYONE, ReminderStep, ReminderTerms, StepKind, StepTo
from compliance.domain.spans import Status
from foundation.dates import add_days
from reminders.domain.due import (
    SPOKEN_TO,
    Channel,
    Digest,
    Due,
    Item,
    NotWritten,
    Outcome,
    Plan,
    PlannedMessage,
    Reachable,
    Reason,
    Steps,
    Told,
)
from reminders.domain.workdays import WorkingDay, is_digest_day

PRESSING_DAYS = 7
"""People who asked for one message a week are told at once of what is due within so many days."""
SAME_MATTER_DAYS = 90
"""What was told so long before the first step of a cycle, and belongs to none any more, was about this one."""

Cycles = Mapping[tuple[int, str], Collection[str]]
"""For a person and a requirement, every cycle that the timeline has on any day."""

_QUIET = {
    Status.COMPLIANT: Reason.UP_TO_DATE,
    Status.EXEMPT: Reason.EXEMPT,
    Status.ABSENT: Reason.ABSENT,
    Status.AWAITING_CHECK: Reason.WAITING_FOR_CHECK,
}
_KINDS = (StepKind.OVERDUE, StepKind.BEFORE, StepKind.WELCOME)
_NO_CYCLES: Cycles = MappingProxyType({})
_NONE_HAD: Mapping[int, Collection[Digest]] = MappingProxyType({})


@dataclass(frozen=True)
class Circumstances:
    """What a day is planned under.

    `steps` are all lines of the rule book, `step_files` the kinds by their key. `planned_until`: the last day before it
    that was planned. `only`: plan only what people are told of their own, or only what goes to managers and heads.
    """

    day: date
    steps: Sequence[ReminderStep]
    terms: ReminderTerms
    step_files: Steps
    working_day: WorkingDay
    planned_until: date | None = None
    only: Digest | None = None

    @cached_property
    def is_working(self) -> bool:
        """Whether anything leaves on the day."""
        return self.working_day(self.day)

    @cached_property
    def has_digests(self) -> bool:
        """Whether the weekly messages go on the day."""
        return is_digest_day(self.day, self.terms, self.working_day, self.planned_until)

    @cached_property
    def _in_force(self) -> tuple[ReminderStep, ...]:
        return tuple(step for step in self.steps if step.first_day <= self.day <= step.last_day)

    @cached_property
    def _by_requirement(self) -> dict[str, tuple[ReminderStep, ...]]:
        return {}

    def steps_of(self, requirement: str) -> tuple[ReminderStep, ...]:
        """The steps for one requirement: its own, and of those for all requirements the codes that it has not.

        In the order in which they are told where they have the same day.
        """
        found = self._by_requirement.get(requirement)
        if found is None:
            by_code = {step.code: step for step in self._in_force if step.requirement == EVERYONE}
            by_code |= {step.code: step for step in self._in_force if step.requirement == requirement}
            held = (step for step in by_code.values() if step.kind in self.step_files)
            found = self._by_requirement[requirement] = tuple(sorted(held, key=_rank))
        return found


def _rank(step: ReminderStep) -> tuple[bool, int, str]:
    """What is for the person, before others; then what is over, before what is to come."""
    kind = _KINDS.index(StepKind(step.kind)) if step.kind in _KINDS else len(_KINDS)
    return step.to != StepTo.PERSON, kind, step.code


class _Turn(NamedTuple):
    """A step and the day on which it speaks."""

    triggered_on: date
    step: ReminderStep


_DAY_OF_TURN = itemgetter(0)


class _Found(NamedTuple):
    """What is to be told to one recipient about one duty, and what that takes the place of."""

    item: Item | None
    superseded: tuple[Item, ...]


def plan(
    circumstances: Circumstances,
    dues: Iterable[Due],
    told: Iterable[Told],
    reachable: Mapping[int, Reachable],
    *,
    cycles: Cycles = _NO_CYCLES,
    had: Mapping[int, Collection[Digest]] = _NONE_HAD,
) -> Plan:
    """The plan for these people and duties. `had`: the messages that recipients got, or are to get, on the day already.

    `cycles` is wanted where `told` has rows of another cycle than the present one: what belongs to no cycle any more,
    because the run or the proof was corrected, counts for the present one.
    """
    day = _Day(circumstances, reachable, cycles)
    ledger: dict[tuple[int, str], list[Told]] = defaultdict(list)
    for row in told:
        ledger[row.person_id, row.requirement].append(row)
    for due in dues:
        day.add(due, ledger.get((due.person_id, due.requirement), ()))
    return day.plan(had)


class _Day:
    """The plan in the making."""

    def __init__(self, under: Circumstances, reachable: Mapping[int, Reachable], cycles: Cycles) -> None:
        self._under = under
        self._reachable = reachable
        self._cycles = cycles
        self._items: dict[tuple[Digest, int, Channel], list[_Found]] = defaultdict(list)
        self._superseded: list[Item] = []
        self._not_written: list[NotWritten] = []

    def add(self, due: Due, told: Sequence[Told]) -> None:
        """Look at one duty of one person."""
        turns = self._turns(due)
        today = self._under.day
        next_on = min((turn.triggered_on for turn in turns if turn.triggered_on > today), default=None)
        quiet = _QUIET.get(due.status)
        if quiet is not None or due.status not in SPOKEN_TO or due.deadline is None:
            if self._under.only is not Digest.TEAM:
                self._leave_out(due, quiet or Reason.NOTHING_DUE, None, next_on)
            return
        # The sort keeps the order of those that have the same day.
        come = sorted((turn for turn in turns if turn.triggered_on <= today), key=_DAY_OF_TURN, reverse=True)
        counts = self._that_count(due, told, turns) if told else ()
        for recipient, channel, own in self._recipients(due, come):
            if self._under.only is not None and self._under.only is not self._digest(due, recipient):
                continue
            if not own:
                if recipient == due.person_id:
                    self._leave_out(due, Reason.NOTHING_DUE, recipient, next_on)
                continue
            found = _most_urgent(due, recipient, channel, own, counts)
            if found.item is None:
                self._superseded += found.superseded
                self._leave_out(due, Reason.TOLD_ALREADY, recipient, next_on)
            else:
                self._place(due, found, found.item, next_on)

    def _digest(self, due: Due, recipient: int) -> Digest:
        return Digest.PERSON if recipient == due.person_id else Digest.TEAM

    def _turns(self, due: Due) -> list[_Turn]:
        """Every step that has a day for this person, come or to come."""
        found = []
        for step in self._under.steps_of(due.requirement):
            day = self._under.step_files[step.kind].triggered_on(due, step.days)
            if day is not None:
                found.append(_Turn(day, step))
        return found

    def _that_count(self, due: Due, told: Sequence[Told], turns: Sequence[_Turn]) -> list[Told]:
        """The rows of the ledger that count for the present cycle."""
        known = self._cycles.get((due.person_id, due.requirement), (due.cycle, *(row.cycle for row in told)))
        begins = add_days(
            min((turn.triggered_on for turn in turns), default=self._under.day), -SAME_MATTER_DAYS
        )
        return [
            row for row in told if row.cycle == due.cycle or (row.cycle not in known and row.on >= begins)
        ]

    def _recipients(self, due: Due, come: Sequence[_Turn]) -> Iterator[tuple[int, Channel, list[_Turn]]]:
        """Who could be told, how, and of which steps. Whoever has no e-mail address stands on the manager's list."""
        has_email = self._has_email(due.person_id)
        to_person = [turn for turn in come if turn.step.to == StepTo.PERSON]
        yield due.person_id, Channel.EMAIL if has_email else Channel.LETTER, to_person
        if self._under.only is Digest.PERSON:
            return
        for recipient in dict.fromkeys((*due.managers, *due.heads)):
            turns = [
                turn
                for turn in come
                if (turn.step.to == StepTo.MANAGER and recipient in due.managers)
                or (turn.step.to == StepTo.HEAD_OF_SERVICE and recipient in due.heads)
                or (turn.step.to == StepTo.PERSON and recipient in due.managers and not has_email)
            ]
            yield recipient, Channel.EMAIL, turns
        nobody_told = not has_email and not any(map(self._has_email, due.managers))
        if come and nobody_told and self._under.only is None:
            self._leave_out(due, Reason.CANNOT_BE_REACHED, None, None)

    def _has_email(self, person_id: int) -> bool:
        found = self._reachable.get(person_id)
        return found is not None and bool(found.email)

    def _place(self, due: Due, found: _Found, item: Item, next_on: date | None) -> None:
        reason = self._withheld(due, item)
        if reason is None:
            self._items[self._digest(due, item.recipient_id), item.recipient_id, item.channel].append(found)
        else:
            self._leave_out(due, reason, item.recipient_id, next_on)

    def _withheld(self, due: Due, item: Item) -> Reason | None:
        """Why an item does not go today, if so."""
        if item.channel is Channel.EMAIL and not self._has_email(item.recipient_id):
            return Reason.CANNOT_BE_REACHED
        if not self._under.is_working:
            return Reason.NOT_A_WORKING_DAY
        if self._under.has_digests:
            return None
        if item.recipient_id != due.person_id:
            return Reason.WAITS_FOR_WEEKDAY
        recipient = self._reachable.get(item.recipient_id)
        is_weekly = recipient is not None and recipient.weekly
        presses = item.deadline <= add_days(self._under.day, PRESSING_DAYS)
        return Reason.WAITS_FOR_WEEKDAY if is_weekly and not presses else None

    def _leave_out(self, due: Due, reason: Reason, recipient: int | None, next_on: date | None) -> None:
        self._not_written.append(NotWritten(due.person_id, due.requirement, reason, recipient, next_on))

    def plan(self, had: Mapping[int, Collection[Digest]]) -> Plan:
        """The messages, at most so many for each recipient. The weekly one goes first: the other can go tomorrow."""
        messages = []
        counts = {recipient: set(digests) for recipient, digests in had.items()}
        for (digest, recipient, channel), found in sorted(self._items.items(), key=_weekly_first):
            if channel is Channel.EMAIL:
                so_far = counts.setdefault(recipient, set())
                if digest in so_far or len(so_far) >= max(1, self._under.terms.most_a_day):
                    for one in found:
                        assert one.item is not None
                        self._not_written.append(
                            NotWritten(one.item.person_id, one.item.requirement, Reason.CAP, recipient)
                        )
                    continue
                so_far.add(digest)
            for one in found:
                self._superseded += one.superseded
            items = sorted((one.item for one in found if one.item is not None), key=_by_deadline)
            messages.append(PlannedMessage(recipient, digest, channel, self._under.day, tuple(items)))
        return Plan(self._under.day, tuple(messages), tuple(self._superseded), tuple(self._not_written))


def _weekly_first(entry: tuple[tuple[Digest, int, Channel], object]) -> tuple[int, bool, str]:
    digest, recipient, channel = entry[0]
    return recipient, digest is not Digest.TEAM, channel


def _by_deadline(item: Item) -> tuple[date, int, str]:
    return item.deadline, item.person_id, item.requirement


def _most_urgent(
    due: Due, recipient: int, channel: Channel, turns: Sequence[_Turn], told: Sequence[Told]
) -> _Found:
    """The step that the recipient is to be told of. `turns` have come, the most urgent first.

    What was cancelled was never told. A superseded step stands for one that was told; where that one was cancelled, it
    stands for nothing. A letter that nobody has printed has told nothing to whoever has an e-mail address by now.
    """
    own = [
        row
        for row in told
        if row.recipient_id == recipient and not (row.unprinted and channel is Channel.EMAIL)
    ]
    planned = {row.step for row in own if row.outcome is Outcome.PLANNED}
    latest = max((row.triggered_on for row in own if row.outcome is Outcome.PLANNED), default=None)
    first = turns[0]
    is_new = first.step.code not in planned and (latest is None or latest < first.triggered_on)
    others = turns[1:] if is_new else turns
    written = planned | {row.step for row in own if row.outcome is Outcome.SUPERSEDED}
    superseded = tuple(
        _item(due, recipient, channel, turn) for turn in others if turn.step.code not in written
    )
    return _Found(_item(due, recipient, channel, first) if is_new else None, superseded)


def _item(due: Due, recipient: int, channel: Channel, turn: _Turn) -> Item:
    assert due.deadline is not None
    return Item(
        person_id=due.person_id,
        requirement=due.requirement,
        cycle=due.cycle,
        step=turn.step,
        recipient_id=recipient,
        channel=channel,
        triggered_on=turn.triggered_on,
        deadline=due.deadline,
        status=due.status,
    )
