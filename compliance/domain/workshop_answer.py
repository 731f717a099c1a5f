"""The answer to where and when the next workshops should be run, as pages and files show it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from compliance.domain.figures import percent_text
from compliance.domain.workshop_need import Suggestion
from courses.domain import Course


@dataclass(frozen=True, slots=True)
class Place:
    """Where people work who need a place: an organisation, and its directorate or the like where it has any."""

    organisation: str
    unit: str

    @property
    def words(self) -> str:
        return f"{self.organisation}: {self.unit}" if self.unit else self.organisation


@dataclass(frozen=True, slots=True)
class PlaceNeed:
    """The need of one place. `by_month`: people by the first day of the month in which they become overdue."""

    place: Place
    overdue: int
    by_month: Mapping[date, int]
    total: int
    booked: int
    provided: int
    """How many of the others can have a place that is still free at a workshop planned already."""


@dataclass(frozen=True, slots=True)
class Becomes:
    """What a requirement stands at on the day of a sitting: as things go, as expected, and if everybody comes."""

    code: str
    title: str
    as_it_goes: tuple[int, int]
    as_expected: tuple[int, int]
    at_best: tuple[int, int]
    target_hundredths: int | None

    @property
    def percents(self) -> tuple[str | None, str | None, str | None]:
        """The three percentages, rounded down as all are; None where nobody is counted."""
        before, then, best = (
            percent_text(*each) for each in (self.as_it_goes, self.as_expected, self.at_best)
        )
        return before, then, best


@dataclass(frozen=True, slots=True)
class Suggested:
    """A sitting worth planning, with how many will come and what becomes of each requirement."""

    suggestion: Suggestion
    will_come: int
    organisation_id: int | None
    becomes: Sequence[Becomes]


@dataclass(frozen=True, slots=True)
class Plan:
    """The answer: the need by place and month, and the sittings suggested."""

    course: Course
    today: date
    last: date
    months: Sequence[date]
    places: Sequence[PlaceNeed]
    needed: int
    overdue: int
    booked: int
    waiting_for_check: int
    free_places: int
    """Places that are still free, and open to bookings, at the workshops of the period that are planned already."""
    provided: int
    """How many of those who need a place can have one of them: no further workshop is suggested for these."""
    rate: Fraction
    seen: int
    """How many people the rate was seen of; 0: it is what is usual."""
    suggested: Sequence[Suggested]
    still_without: int
    """How many need a place and would have none after all of these sittings."""
    requirements: Sequence[tuple[str, str]] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked: a course, how many months ahead, places in the room, and how many sittings at most."""

    course: str
    months: int
    capacity: int
    sittings: int
