"""What reports ask about workshops, evidence and evaluation. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from courses.domain import Concern
from courses.domain.evaluation import When
from courses.domain.evaluation_results import Results
from courses.domain.workshops import How, Outcome
from foundation.dates import Period


@dataclass(frozen=True, slots=True)
class WorkshopLine:
    """A workshop with what became of its places. Moments are in London's zone.

    `outcomes` and `sectors` are empty until the register is closed: before that nobody knows them. `sectors`: how many
    of those who attended worked in each sector on the day, by its key; empty for whoever had no post. `answers`: how
    many answered at the moments of which figures are shown, and no others.
    """

    reference: str
    course: str
    title: str
    starts_at: datetime
    ends_at: datetime
    place: str
    led_by: tuple[str, ...]
    places: int
    is_called_off: bool = False
    is_closed: bool = False
    booked: int = 0
    cancelled: int = 0
    late: int = 0
    substitutes: int = 0
    guests: int = 0
    outcomes: Mapping[Outcome, int] = field(default_factory=dict)
    sectors: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[When, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OnRegister:
    """Somebody on the register of a workshop. `contact`: an email address, else a staff number.

    `sector` is its key, empty where it is not known; `certificate` is the number as printed, empty where none holds.
    """

    name: str
    employer: str
    sector: str
    contact: str
    outcome: Outcome | None
    how: How | None = None
    arrived_at: datetime | None = None
    certificate: str = ""
    is_guest: bool = False


@dataclass(frozen=True, slots=True)
class RegisterOf:
    """One workshop and everybody on its register, by last name; guests come last, in order of arrival."""

    reference: str
    title: str
    day: date
    place: str
    is_called_off: bool
    closed_on: date | None
    people: Sequence[OnRegister]


class Became(StrEnum):
    """What became of evidence that was sent in."""

    WAITING = "waiting"
    ACCEPTED = "accepted"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    ANOTHER_WAY = "another_way"
    """The completion was recorded by a register, a passport or another system."""
    TAKEN_BACK = "taken_back"
    """It left the record without a decision."""


@dataclass(frozen=True, slots=True)
class EvidenceLine:
    """Evidence that was sent in for one completion, and what became of it by the end of a day.

    `sha256` is of the file as it was sent; empty where none was. `reason` is of a rejection alone.
    """

    submitted_at: datetime
    person_ref: str
    name: str
    course: str
    completed_on: date
    sha256: str
    concerns: frozenset[Concern]
    sent_by: str
    became: Became
    decided_by: str = ""
    decided_at: datetime | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class EvaluationLine:
    """What may be shown of the evaluation of a course's workshops of a period.

    `attended`: how many people were at all of them; `attended_at`: at those of which figures of a moment are shown.
    `too_few`: at which moments some of them had fewer answers than are shown.
    """

    course: str
    title: str
    workshops: int
    attended: int
    attended_at: Mapping[When, int]
    results: Results
    too_few: frozenset[When] = frozenset()


@dataclass(frozen=True, slots=True)
class CourseTrained:
    """How many different people completed a course, and how often, in each of the periods asked for, in their order."""

    course: str
    title: str
    people: tuple[int, ...]
    completions: tuple[int, ...]


class TrainingSources(Protocol):
    """Workshops, evidence and evaluation, within what the reader may see."""

    def workshops(self, days: Period, today: date) -> Sequence[WorkshopLine]:
        """The workshops held or called off in these days, in order of time; answers as they may be shown today."""
        ...

    def register(self, of: str, day: date) -> RegisterOf:
        """The register of a workshop by its public id or reference; certificates that hold on the day.

        Raises NotFound.
        """
        ...

    def evidence(self, days: Period) -> Sequence[EvidenceLine]:
        """Evidence sent in in these days, and what was sent before and waits at their end, in order of time."""
        ...

    def evaluation(self, days: Period, today: date) -> Sequence[EvaluationLine]:
        """What may be shown today of the workshops held in these days, by title of the course."""
        ...

    def trained(self, since: Sequence[date], last: date) -> Sequence[CourseTrained]:
        """People who completed each course from each of some days on until the last one, by title.

        Only completions that are believed and were not revoked. Leavers stay in: they were trained.
        """
        ...
