"""What can be told to somebody about a duty, and what has been: the facts that the plan is made from. Pure.

A reminder is known by its key: person, requirement, cycle, step, recipient, channel. The cycle names the run or the
proof whose end is spoken of, by the days that make it what it is and never by a counter: evidence that arrives late
would renumber a counter, and old reminders would go out again.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Protocol

from compliance.domain.requirement import ReminderStep
from compliance.domain.spans import Span, Status

SPOKEN_TO = frozenset({Status.EXPIRING, Status.NOT_YET_DUE, Status.EXPIRED, Status.OUTSTANDING})
"""The statuses in which somebody has something to do, so that steps may speak."""
OF_PROOF = "proof:"
_OF_RUN = "run:"


class Channel(StrEnum):
    """How a reminder reaches its recipient. Who has no e-mail address gets a printed letter (and stands on the
    manager's list)."""

    EMAIL = "email"
    LETTER = "letter"


class Outcome(StrEnum):
    """What the ledger says of a reminder. Whether a planned one has left is the state of its message or letter run.

    `superseded`: a more urgent step took its place. `cancelled`: it no longer applied when it was to leave; should it
    apply again, it may be planned again.
    """

    PLANNED = "planned"
    SUPERSEDED = "superseded"
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Due:
    """One person and one duty on the day of the plan, as the timeline has it.

    `deadline` and `cycle`: see `position_of`. `newly_on`: the first day of the run (welcome). `managers` and `heads`
    are people: those to whom the person's running posts report, and the managers of these.
    """

    person_id: int
    requirement: str
    status: Status
    deadline: date | None
    cycle: str
    newly_on: date
    managers: tuple[int, ...] = ()
    heads: tuple[int, ...] = ()

    @property
    def is_renewal(self) -> bool:
        """Whether it is the end of a proof that is spoken of; otherwise it is the due day of a run."""
        return self.cycle.startswith(OF_PROOF)


@dataclass(frozen=True, slots=True)
class Told:
    """One row of the ledger. `on` is the day of the plan that wrote it, `triggered_on` the day of the step then.

    `unprinted`: a letter that was asked for and that nobody has printed yet.
    """

    person_id: int
    requirement: str
    cycle: str
    step: str
    recipient_id: int
    channel: Channel
    outcome: Outcome
    on: date
    triggered_on: date
    unprinted: bool = False


@dataclass(frozen=True, slots=True)
class Reachable:
    """Somebody who may be written to. `email` is empty where there is none; `weekly`: asked for one message a week."""

    person_id: int
    email: str = ""
    weekly: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """One reminder that is to be: its key, why, and by when the person must act. `triggered_on`: the step's day."""

    person_id: int
    requirement: str
    cycle: str
    step: ReminderStep
    recipient_id: int
    channel: Channel
    triggered_on: date
    deadline: date
    status: Status

    @property
    def is_renewal(self) -> bool:
        """Whether `deadline` is the last day of a proof; otherwise it is the due day of a run."""
        return self.cycle.startswith(OF_PROOF)


class Reason(StrEnum):
    """Why somebody is not written to about a duty on a day, or why what was planned did not leave."""

    UP_TO_DATE = "up_to_date"
    EXEMPT = "exempt"
    ABSENT = "absent"
    WAITING_FOR_CHECK = "waiting_for_check"
    NOTHING_DUE = "nothing_due"
    """Required, and no step falls on this day or before it."""
    TOLD_ALREADY = "told_already"
    CANNOT_BE_REACHED = "cannot_be_reached"
    """No e-mail address and no manager who could be told: somebody has to look after it."""
    WAITS_FOR_WEEKDAY = "waits_for_weekday"
    """Weekly digests, and people who asked for one message a week."""
    NOT_A_WORKING_DAY = "not_a_working_day"
    CAP = "cap"
    """As many messages as one person may get on a day."""
    NOT_REQUIRED = "not_required"
    """Nothing of it is asked any more: left, or no longer in a role that asks for it."""
    NOT_IN_TEAM = "not_in_team"
    """The recipient is no longer the manager, or the head of service, to whom it was to go."""
    CHANGED = "changed"
    """Something is still to be done, but the last day is another, or has passed since. It is planned anew."""
    HAS_EMAIL_NOW = "has_email_now"
    """Was to be told by letter, or by the manager, and has an e-mail address by now: they are written to themselves."""
    GIVEN_UP = "given_up"
    """Somebody decided that the message is not to leave. It counts as told: it is not planned again."""


@dataclass(frozen=True, slots=True)
class NotWritten:
    """Somebody to whom nothing is written about a duty, and why. `next_on`: the day of the next step, where known."""

    person_id: int
    requirement: str
    reason: Reason
    recipient_id: int | None = None
    next_on: date | None = None


class Digest(StrEnum):
    """What one message is: the value is the `kind` under which the outbox keeps it."""

    PERSON = "reminder"
    TEAM = "team_digest"
    """To managers and heads of service, once a week."""


@dataclass(frozen=True, slots=True)
class PlannedMessage:
    """One message to one recipient, about everything that falls on the day. `dedupe_key` is unique in the outbox."""

    recipient_id: int
    digest: Digest
    channel: Channel
    day: date
    items: tuple[Item, ...]

    @property
    def dedupe_key(self) -> str:
        return f"{self.digest}:{self.recipient_id}:{self.day.isoformat()}"


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is written to on a day and why, who is not and why, and which reminders others have taken the place of."""

    day: date
    messages: tuple[PlannedMessage, ...] = ()
    superseded: tuple[Item, ...] = ()
    not_written: tuple[NotWritten, ...] = ()


class StepFile(Protocol):
    """What a module of reminders/steps offers: one kind of step (`ReminderStep.kind`)."""

    KIND: str

    def triggered_on(self, due: Due, days: int) -> date | None:
        """The day on which the step speaks to somebody in this position; None where it has nothing to say."""


Steps = Mapping[str, StepFile]


def position_of(span: Span) -> tuple[date | None, str]:
    """The last day in time, and the cycle, of somebody with this span.

    It is the end of the proof where one counts, and the due day where none does. Where one has run out it is the later
    of the two: who was trained long before the run began was late on the due day of the run, not years ago. Exempt and
    absent people have no last day.

    >>> begun, days = date(2026, 1, 5), (date(2026, 4, 6), date(2026, 12, 31))
    >>> position_of(Span(*days, Status.OUTSTANDING, date(2026, 4, 5), False, None, None, None, begun, "*", begun))
    (datetime.date(2026, 4, 5), 'run:2026-01-05')
    """
    return position(
        span.status,
        span.covered,
        span.due_on,
        span.course,
        span.completed_on,
        span.valid_until,
        span.run_first_day,
        span.returned_on,
    )


def position(
    status: Status,
    covered: bool,
    due_on: date | None,
    course: str | None,
    completed_on: date | None,
    valid_until: date | None,
    run_first_day: date,
    returned_on: date | None,
) -> tuple[date | None, str]:
    """The same of a span that is read from its table, of which there are very many: `position_of`."""
    has_lapsed = status is Status.EXPIRED and valid_until is not None
    if covered or (has_lapsed and (due_on is None or valid_until > due_on)):  # type: ignore[operator]  # it is no None
        deadline, cycle = valid_until, cycle_of(run_first_day, course, completed_on, None)
    else:
        deadline, cycle = due_on, cycle_of(run_first_day, None, None, returned_on)
    if status is Status.EXEMPT or status is Status.ABSENT:
        deadline = None
    return deadline, cycle


@lru_cache(maxsize=65536)
def cycle_of(
    run_first_day: date, course: str | None, completed_on: date | None, returned_on: date | None
) -> str:
    """The cycle: that of the proof which counts or ran out, or of the run where nothing has counted yet.

    An absence that moved the due day begins a new one: the person has a new last day and is told of it.

    >>> from datetime import date
    >>> cycle_of(date(2026, 1, 5), None, None, None), cycle_of(date(2026, 1, 5), "WRAP", date(2026, 2, 1), None)
    ('run:2026-01-05', 'proof:WRAP:2026-02-01')
    """
    if course is not None and completed_on is not None:
        cycle = f"{OF_PROOF}{course}:{completed_on.isoformat()}"
    else:
        cycle = f"{_OF_RUN}{run_first_day.isoformat()}"
    return cycle if returned_on is None else f"{cycle}:back:{returned_on.isoformat()}"


def due_of(
    person_id: int, requirement: str, span: Span, managers: Sequence[int] = (), heads: Sequence[int] = ()
) -> Due:
    """How somebody with this span stands on its days."""
    deadline, cycle = position_of(span)
    above = tuple(managers), tuple(heads)
    return Due(person_id, requirement, span.status, deadline, cycle, span.run_first_day, *above)
