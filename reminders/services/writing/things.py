"""One duty of one person in the words of a message: by when, what to do, where, how long it takes, why.

What is said follows from the ledger (the step, the last day in time, the cycle) and the rule book, so that a letter
that is printed again says the same.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Protocol
from urllib.parse import quote

from compliance import wording
from compliance.domain.asked import Option, options, renewable_from, terms_on
from compliance.domain.requirement import (
    EVERYONE,
    ReminderStep,
    Requirement,
    RuleBook,
    StepKind,
    StepTo,
    Terms,
    Use,
)
from compliance.services.course_items import CourseItem, course_item
from courses.domain import Completion
from foundation.formats import long_date
from reminders.domain.due import OF_PROOF
from reminders.domain.step_told import step_told
from reminders.services.writing.frame import plain_name

MOST_BEFORE = 3
"""So many courses that may come first are named; the page has the others."""


@dataclass(frozen=True, slots=True)
class Dated:
    """A thing to do and its last day, as it is seen from a day."""

    title: str
    deadline: date
    today: date
    renews: bool

    @property
    def by(self) -> str:
        return long_date(self.deadline)

    @property
    def distance(self) -> str:
        return wording.distance_words(self.deadline, self.today)

    @property
    def is_past(self) -> bool:
        return self.deadline < self.today

    @property
    def is_today(self) -> bool:
        return self.deadline == self.today


@dataclass(frozen=True, slots=True)
class Thing(Dated):
    """What somebody has to do. `first`: any one of these comes before `course`. `renewal`: from when, or empty."""

    kind: StepKind
    why: str
    renewal: str = ""
    course: CourseItem | None = None
    first: tuple[CourseItem, ...] = ()

    @property
    def start(self) -> CourseItem | None:
        """The course to begin with."""
        return self.first[0] if self.first else self.course

    @property
    def pressing(self) -> tuple[date, str]:
        return self.deadline, self.title


@dataclass(frozen=True, slots=True)
class TeamLine(Dated):
    """What somebody in a team has to do, for whoever manages them."""

    name: str


class Told(Protocol):
    """What a reminder is, as far as words need it: an entry of the ledger. `on` is the day of the plan."""

    @property
    def person_id(self) -> int: ...
    @property
    def recipient_id(self) -> int: ...
    @property
    def requirement(self) -> str: ...
    @property
    def cycle(self) -> str: ...
    @property
    def step(self) -> str: ...
    @property
    def triggered_on(self) -> date: ...
    @property
    def deadline(self) -> date: ...
    @property
    def on(self) -> date: ...


class Duties:
    """What the rule book says on a day of the duties that people are reminded of. The same for thousands of people, so
    what does not depend on the person is worked out once."""

    def __init__(self, book: RuleBook, today: date) -> None:
        self._book = book
        self._today = today
        self._known: dict[str, tuple[Requirement, Terms | None, bool]] = {}
        self._alike: dict[tuple[object, ...], Thing] = {}

    def _duty(self, code: str) -> tuple[Requirement, Terms | None, bool]:
        """The requirement, its terms, and whether what to do depends on what the person has completed."""
        found = self._known.get(code)
        if found is None:
            book, today = self._book, self._today
            requirement = book.requirement_on(code, today) or book.latest(code) or Requirement(code)
            terms = terms_on(book, code, today)
            personal = terms is not None and any(
                acceptance.prerequisites or acceptance.use == Use.RENEWAL for acceptance in terms.acceptances
            )
            found = self._known[code] = (requirement, terms, personal)
        return found

    def title(self, code: str) -> str:
        """What a duty is called."""
        return plain_name(self._duty(code)[0].title or code)

    def asks_for_completions(self, code: str) -> bool:
        """Whether `thing` needs to know what the person has completed."""
        return self._duty(code)[2]

    def step(self, told: Told) -> ReminderStep:
        """The step of a reminder, by its code. One that is no longer in the rule book is known by what it told."""
        found = step_told(self._book.reminder_steps, told.requirement, told.step, told.on)
        if found is not None:
            return found
        late = told.triggered_on > told.deadline
        to = StepTo.PERSON if told.recipient_id == told.person_id else StepTo.MANAGER
        days = abs((told.triggered_on - told.deadline).days)
        return ReminderStep(told.step, StepKind.OVERDUE if late else StepKind.BEFORE, days, to)

    def thing(self, item: Told, role: str, completions: Sequence[Completion]) -> Thing:
        """A reminder in words. `role` is the one that asks for it, as the timeline has it; empty: not known."""
        if self.asks_for_completions(item.requirement):
            return self._thing(item, role, completions)
        key = (
            item.requirement,
            item.step,
            item.cycle.startswith(OF_PROOF),
            item.on,
            item.triggered_on,
            item.deadline,
            role,
        )
        found = self._alike.get(key)
        if found is None:
            found = self._alike[key] = self._thing(item, role, ())
        return found

    def _thing(self, item: Told, role: str, completions: Sequence[Completion]) -> Thing:
        requirement, terms, _ = self._duty(item.requirement)
        renews = item.cycle.startswith(OF_PROOF)
        best = self._best(terms, completions)
        renewal = ""
        if renews and item.deadline >= self._today:
            renewal = wording.renewal_words(renewable_from(requirement.renewal, item.deadline), self._today)
        return Thing(
            title=self.title(item.requirement),
            deadline=item.deadline,
            today=self._today,
            renews=renews,
            kind=StepKind(self.step(item).kind),
            why=self._why(requirement, role),
            renewal=renewal,
            course=_plain(course_item(best.course)) if best else None,
            first=tuple(_plain(course_item(course)) for course in best.before[:MOST_BEFORE]) if best else (),
        )

    def line(self, item: Told, name: str) -> TeamLine:
        """A reminder in the words for whoever manages the person."""
        return TeamLine(
            title=self.title(item.requirement),
            deadline=item.deadline,
            today=self._today,
            renews=item.cycle.startswith(OF_PROOF),
            name=plain_name(name) or "Name not recorded",
        )

    def _best(self, terms: Terms | None, completions: Sequence[Completion]) -> Option | None:
        found = options(self._book, terms, completions, self._today) if terms else []
        return found[0] if found else None

    def _why(self, requirement: Requirement, role: str) -> str:
        if role in ("", EVERYONE):
            found = wording.everyone_reason(units=bool(requirement.units), sectors=bool(requirement.sectors))
            return found.removeprefix("Because ")
        return f'it is part of the role "{plain_name(self._book.role_titles.get(role) or role)}"'


def _plain(course: CourseItem) -> CourseItem:
    """The same with texts that stay on their line."""
    return replace(course, title=plain_name(course.title), provider=plain_name(course.provider))


def tell_us_path(things: Sequence[Thing]) -> str:
    """Where somebody says that it is done, with the course chosen where there is one thing to do."""
    course = things[0].course if len(things) == 1 else None
    return f"/training/tell-us?course={quote(course.code, safe='')}" if course else "/training/tell-us"
