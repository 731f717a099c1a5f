"""What reports ask about people who owe something: who leads them, what they were told, and where they can go. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple, Protocol

from compliance.domain.spans import Span


class Owing(NamedTuple):
    """One duty of one person, as the timeline has it on the day of a report."""

    person_id: int
    requirement: str
    span: Span

    @property
    def key(self) -> tuple[int, str]:
        """By which what is known about it is found."""
        return self.person_id, self.requirement


class Stage(StrEnum):
    """The furthest up to whom a duty has been told, in order."""

    NOBODY = "nobody"
    PERSON = "person"
    MANAGER = "manager"
    HEAD_OF_SERVICE = "head_of_service"


@dataclass(frozen=True, slots=True)
class Reminded:
    """What was told about a duty up to a day in its present cycle (docs/reminders.md), and what is told next.

    `sent` and `last_on` are of what the person got themself, by email or as a printed letter. `next_on` is the day on
    which the next step speaks: the day of the report for one whose day has come and that nobody has been told of yet.
    """

    sent: int = 0
    last_on: date | None = None
    stage: Stage = Stage.NOBODY
    next_step: str = ""
    next_on: date | None = None


@dataclass(frozen=True, slots=True)
class Chased:
    """What somebody needs to know to see a duty done. `reminded` is None for what nobody is reminded of.

    `booked` is their workshop to come, in words; `next_workshop` the first open one of a course that meets the duty, if
    it is for them and has a free place.
    """

    managers: tuple[str, ...] = ()
    reminded: Reminded | None = None
    booked: str = ""
    next_workshop: str = ""


class ChasingSources(Protocol):
    """What is known about people who owe something."""

    def chased(self, owing: Iterable[Owing], day: date, at: datetime) -> Mapping[tuple[int, str], Chased]:
        """For each of these duties. `at`: from when on workshops are still to come.

        The number of questions is fixed for each thousand people.
        """
        ...
