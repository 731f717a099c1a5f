"""The rule book: requirements, who must meet them, what meets them, and the targets (counting rule 1)."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from functools import cached_property

from courses.domain import Course, course_on, lines_by_code
from foundation.dates import FAR_DAY, FIRST_DAY, Period, day_after, day_before
from people.domain import Place, RoleLine, RoleReader, RoleRule, is_within

EVERYONE = "*"
"""The role that everybody holds."""


class Kind(StrEnum):
    """A duty is asked of people; a measure is only counted and reported."""

    DUTY = "duty"
    MEASURE = "measure"


class Use(StrEnum):
    """`any` meets the requirement by itself; `renewal` only after a counting completion of an `any` course."""

    ANY = "any"
    RENEWAL = "renewal"


class Basis(StrEnum):
    """From what the end of cover is reckoned (counting rule 5)."""

    COMPLETION = "completion"
    ANNIVERSARY = "anniversary"
    CALENDAR = "calendar"


@dataclass(frozen=True, slots=True)
class Renewal:
    """The renewal rule: `window_days` belongs to anniversary, month, day and `minimum_months` to calendar."""

    basis: str = Basis.COMPLETION
    window_days: int = 90
    month: int = 3
    day: int = 31
    minimum_months: int = 0


@dataclass(frozen=True, slots=True)
class Requirement:
    """A requirement's own line: title, scope, renewal rule and settings, on the days on which the line holds."""

    code: str
    title: str = ""
    kind: str = Kind.DUTY
    sectors: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    renewal: Renewal = Renewal()
    expiring_days: int = 60
    return_due_days: int = 30
    rejoin_gap_days: int = 30
    shortest_absence_days: int = 28
    first_day: date = FIRST_DAY
    last_day: date = FAR_DAY

    def covers_place(self, place: Place) -> bool:
        """Whether posts there are in scope (counting rule 2): the unit and the sector, where those are set."""
        return (not self.sectors or place.sector in self.sectors) and (
            not self.units or any(is_within(place.path, unit) for unit in self.units)
        )


@dataclass(frozen=True, slots=True)
class RoleLink:
    """Holders of `role` must meet the requirement, for the first time within `days` days (counting rule 3)."""

    requirement: str
    role: str
    days: int
    first_day: date = FIRST_DAY
    last_day: date = FAR_DAY


@dataclass(frozen=True, slots=True)
class AcceptedCourse:
    """A course that meets a requirement. `validity_months` None means the course's own validity."""

    requirement: str
    course: str
    use: str = Use.ANY
    validity_months: int | None = None
    taken_from: date | None = None
    taken_to: date | None = None
    honoured_to: date | None = None
    first_day: date = FIRST_DAY
    last_day: date = FAR_DAY


@dataclass(frozen=True, slots=True)
class Target:
    """The percentage to reach, in hundredths of a percent so that comparisons stay in whole numbers."""

    requirement: str
    percent_hundredths: int
    unit: str | None = None
    plan_ref: str = ""
    owner: str = ""
    first_day: date = FIRST_DAY
    last_day: date = FAR_DAY


class StepKind(StrEnum):
    """From what a reminder step counts its days. One file in reminders/steps each."""

    WELCOME = "welcome"
    BEFORE = "before"
    OVERDUE = "overdue"


class StepTo(StrEnum):
    """To whom a step speaks. The head of service is the manager of the person's manager."""

    PERSON = "person"
    MANAGER = "manager"
    HEAD_OF_SERVICE = "head_of_service"


class Weekday(StrEnum):
    """The days of the week on which the council works."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"


@dataclass(frozen=True, slots=True)
class ReminderStep:
    """When somebody is told about a duty, and who. Known by its code for good: other days never tell anybody twice.

    `days` are counted after the first required day (welcome), before the last day in time (before; 0 is that day), or
    after it (overdue). `requirement` is the code of a duty, or `*` for all that have no step of this code of their own.
    """

    code: str
    kind: str
    days: int
    to: str = StepTo.PERSON
    requirement: str = EVERYONE
    first_day: date = FIRST_DAY
    last_day: date = FAR_DAY


@dataclass(frozen=True, slots=True)
class ReminderTerms:
    """When and how often mail may leave: hours of the London day, on working days; messages a person and day.

    `from_hour` is the first hour in which mail leaves, `to_hour` the first in which it no longer does. Managers and
    heads of service get their digest on `digest_weekday` (`mon` to `fri`), or on the next working day.
    """

    from_hour: int = 8
    to_hour: int = 18
    most_a_day: int = 2
    digest_weekday: str = Weekday.MON
    first_day: date = FIRST_DAY
    last_day: date = FAR_DAY


@dataclass(frozen=True, slots=True)
class Acceptance:
    """One accepted course as it stands on a day, with the course's validity and prerequisites filled in."""

    course: str
    use: str
    months: int | None
    taken_from: date
    taken_to: date
    honoured_to: date
    prerequisites: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Terms:
    """Everything that decides cover and status in a stretch of days without change to the rules."""

    period: Period
    requirement: Requirement
    acceptances: tuple[Acceptance, ...]


@dataclass(frozen=True)
class RuleBook:
    """All lines of the rule book. On any day the lines in force on that day decide (docs/adr/0005)."""

    roles: tuple[RoleLine, ...] = ()
    role_rules: tuple[RoleRule, ...] = ()
    courses: tuple[Course, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    links: tuple[RoleLink, ...] = ()
    accepted: tuple[AcceptedCourse, ...] = ()
    targets: tuple[Target, ...] = ()
    reminder_steps: tuple[ReminderStep, ...] = ()
    reminder_terms: tuple[ReminderTerms, ...] = ()
    name: str = field(default="", compare=False)

    @cached_property
    def course_lines(self) -> dict[str, tuple[Course, ...]]:
        """The lines of each course by code, in order of their days."""
        return lines_by_code(self.courses)

    @cached_property
    def codes(self) -> tuple[str, ...]:
        """The codes of all requirements, in order."""
        return tuple(sorted({requirement.code for requirement in self.requirements}))

    @cached_property
    def role_titles(self) -> dict[str, str]:
        """The latest title of each role by code."""
        return {line.code: line.title for line in sorted(self.roles, key=lambda line: line.first_day)}

    @cached_property
    def course_titles(self) -> dict[str, str]:
        """The latest title of each course by code."""
        return {code: lines[-1].title for code, lines in self.course_lines.items()}

    @cached_property
    def role_reader(self) -> RoleReader:
        """Which roles a post holds under the role rules; what it has found out once it keeps."""
        return RoleReader(self.role_rules)

    @cached_property
    def _requirement_lines(self) -> dict[str, tuple[Requirement, ...]]:
        found: dict[str, list[Requirement]] = {}
        for line in sorted(self.requirements, key=lambda line: line.first_day):
            found.setdefault(line.code, []).append(line)
        return {code: tuple(lines) for code, lines in found.items()}

    def lines_of(self, code: str) -> tuple[Requirement, ...]:
        """The lines of one requirement in order of their days."""
        return self._requirement_lines.get(code, ())

    def links_of(self, code: str) -> tuple[RoleLink, ...]:
        """The role links of one requirement, those that ended included."""
        return tuple(link for link in self.links if link.requirement == code)

    def requirement_on(self, code: str, day: date) -> Requirement | None:
        """The requirement as it stands on a day; None when it is not in force."""
        return next((line for line in self.lines_of(code) if line.first_day <= day <= line.last_day), None)

    def latest(self, code: str) -> Requirement | None:
        """The last line of a requirement: what it was called most recently."""
        lines = self.lines_of(code)
        return lines[-1] if lines else None

    def terms(self, code: str) -> list[Terms]:
        """The stretches of days in which the rules of a requirement do not change, in order."""
        found = self._terms_by_code.get(code)
        if found is None:
            found = self._terms_by_code[code] = self._terms(code)
        return found

    @cached_property
    def _terms_by_code(self) -> dict[str, list[Terms]]:
        """Worked out when first asked for: a page asks at every request, of rules that are kept."""
        return {}

    def _terms(self, code: str) -> list[Terms]:
        accepted = [line for line in self.accepted if line.requirement == code]
        wanted = {line.course for line in accepted}
        lines = [line for course in wanted for line in self.course_lines.get(course, ())]
        result = []
        for requirement in self.lines_of(code):
            whole = Period(requirement.first_day, requirement.last_day)
            for period in _unchanged(whole, [*accepted, *lines]):
                acceptances = tuple(
                    self._acceptance(line, period.first)
                    for line in accepted
                    if line.first_day <= period.first <= line.last_day
                )
                result.append(Terms(period, requirement, acceptances))
        return result

    def _acceptance(self, line: AcceptedCourse, day: date) -> Acceptance:
        course = course_on(self.course_lines, line.course, day)
        months = course.validity_months if line.validity_months is None else line.validity_months
        return Acceptance(
            course=line.course,
            use=line.use,
            months=months,
            taken_from=line.taken_from or FIRST_DAY,
            taken_to=line.taken_to or FAR_DAY,
            honoured_to=line.honoured_to or FAR_DAY,
            prerequisites=course.prerequisites,
        )


def _unchanged(whole: Period, lines: Iterable[AcceptedCourse | Course]) -> Iterator[Period]:
    """Cut a period at every day on which one of the lines begins or stops to hold."""
    cuts = {whole.first}
    for line in lines:
        cuts.add(line.first_day)
        if line.last_day != FAR_DAY:
            cuts.add(day_after(line.last_day))
    inside = sorted(cut for cut in cuts if whole.first <= cut <= whole.last)
    for index, first in enumerate(inside):
        last = day_before(inside[index + 1]) if index + 1 < len(inside) else whole.last
        yield Period(first, last)
