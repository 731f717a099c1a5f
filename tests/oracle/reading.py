"""The counting rules read literally, one day at a time, for one person and one requirement.

Deliberately naive: no spans, no clever jumps. A day is answered by looking at that day and at the days before
it, one after the other; what was found for a day is only remembered so that it is not looked up again.
The numbers in the method descriptions are those of the counting rules.
"""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import date, timedelta
from fnmatch import fnmatchcase
from typing import Any, Protocol

from tests.oracle import figures as _figures
from tests.oracle.world import (
    EVERYONE,
    SEPARATOR,
    Accepted,
    Completion,
    Course,
    Requirement,
    RoleLink,
    RoleRule,
    Spell,
    World,
)

ONE_DAY = timedelta(days=1)
ACCEPTED_EVIDENCE = frozenset({"trusted", "verified"})
COUNTED = frozenset({"expiring", "compliant", "awaiting_check", "expired", "outstanding"})
COMPLIANT = frozenset({"expiring", "compliant"})


@dataclass(frozen=True)
class Answer:
    """What the rules say about one person and requirement on one day.

    `course`, `completed_on` and `valid_until` are those of the proof; without a proof all three are None.
    """

    status: str
    counted: bool = False
    compliant: bool = False
    covered: bool = False
    due_on: date | None = None
    course: str | None = None
    completed_on: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True)
class Counting:
    """Rule 5: a completion that counts, the days it starts and ends (None: does not end)."""

    completion: Completion
    start: date
    end: date | None


class Dated(Protocol):
    """Anything with a first and a last day."""

    @property
    def first_day(self) -> date | None: ...
    @property
    def last_day(self) -> date | None: ...


class Reading:
    def __init__(self, world: World) -> None:
        self.world = world
        self._sectors = {organisation.name: organisation.sector for organisation in world.organisations}
        self._categories = {person.ref: person.category for person in world.people}
        self._spells = _by_person(world.spells)
        self._absences = _by_person(world.absences)
        self._exemptions = _by_person(world.exemptions)
        self._grants = _by_person(world.grants)
        self._completions = _by_person(world.completions)
        self._held: dict[tuple[str, str, date], tuple[tuple[Spell, RoleLink], ...]] = {}
        self._runs: dict[tuple[str, str, int, date], tuple[date, date]] = {}
        self._countings: dict[tuple[object, ...], tuple[Counting, ...]] = {}

    # Rule 2: required

    def required(self, person_ref: str, requirement: str, day: date) -> bool:
        return bool(self.held(person_ref, requirement, day))

    def applies(self, person_ref: str, requirement: str, day: date) -> list[Spell]:
        """The spells to which the requirement applies on the day."""
        return [spell for spell, _ in self.held(person_ref, requirement, day)]

    def held(self, person_ref: str, requirement: str, day: date) -> tuple[tuple[Spell, RoleLink], ...]:
        """The role links that hold on the day, each with the spell through which it does."""
        key = (person_ref, requirement, day)
        if key not in self._held:
            self._held[key] = tuple(self._links_held(person_ref, self.line(requirement, day), day))
        return self._held[key]

    def line(self, code: str, day: date) -> Requirement | None:
        """The requirement as the rule book has it on the day; None where it is not in force."""
        for requirement in self.world.requirements:
            if requirement.code == code and in_force(requirement, day):
                return requirement
        return None

    def _links_held(
        self, person_ref: str, requirement: Requirement | None, day: date
    ) -> list[tuple[Spell, RoleLink]]:
        if requirement is None:
            return []
        found = []
        for spell in self._spells.get(person_ref, ()):
            if not in_force(spell, day):
                continue
            if requirement.units and not any(lies_under(spell.unit, unit) for unit in requirement.units):
                continue
            if requirement.sectors and self._sectors[spell.organisation] not in requirement.sectors:
                continue
            roles = self._roles(spell, day)
            found += [
                (spell, link) for link in requirement.roles if in_force(link, day) and link.role in roles
            ]
        return found

    def roles(self, spell: Spell, day: date) -> set[str]:
        """The roles that the spell holds on the day, apart from the one that everybody holds."""
        return self._roles(spell, day) - {EVERYONE}

    def _roles(self, spell: Spell, day: date) -> set[str]:
        by_rule = {
            rule.role for rule in self.world.role_rules if in_force(rule, day) and self._meets(spell, rule)
        }
        by_hand = {grant.role for grant in self._grants.get(spell.person_ref, ()) if in_force(grant, day)}
        return {EVERYONE, *spell.roles, *by_rule, *by_hand}

    def _meets(self, spell: Spell, rule: RoleRule) -> bool:
        if rule.job_title is not None and not fnmatchcase(spell.job_title.lower(), rule.job_title.lower()):
            return False
        if rule.unit is not None and not lies_under(spell.unit, rule.unit):
            return False
        if rule.organisation is not None and spell.organisation != rule.organisation:
            return False
        if rule.sector is not None and self._sectors[spell.organisation] != rule.sector:
            return False
        return rule.category is None or self._categories[spell.person_ref] == rule.category

    # Rules 2 and 3: the run, and first due

    def run(self, person_ref: str, requirement: str, day: date) -> tuple[date, date]:
        """For a required day: the first day of its run, and `first_due(day)`.

        Walks back from one required day to the one before it for as long as no more than
        `rejoin_gap_days` days without requirement lie strictly between the two.
        """
        line = self.line(requirement, day)
        assert line is not None
        gap = line.rejoin_gap_days
        walked = []
        known = None
        at: date | None = day
        while at is not None:
            known = self._runs.get((person_ref, requirement, gap, at))
            if known is not None:
                break
            walked.append(at)
            at = self._required_day_before(person_ref, requirement, gap, at)
        for at in reversed(walked):
            due = min(at + timedelta(days=link.days) for _, link in self.held(person_ref, requirement, at))
            known = (at, due) if known is None else (known[0], min(known[1], due))
            self._runs[(person_ref, requirement, gap, at)] = known
        assert known is not None
        return known

    def _required_day_before(self, person_ref: str, requirement: str, gap: int, day: date) -> date | None:
        before = day
        for _ in range(gap + 1):
            before -= ONE_DAY
            if self.required(person_ref, requirement, before):
                return before
        return None

    # Rule 4: absent, and due

    def absent(self, person_ref: str, line: Requirement, day: date) -> bool:
        return any(
            in_force(absence, day) and lasts(absence, line.shortest_absence_days)
            for absence in self._absences.get(person_ref, ())
        )

    def due(self, person_ref: str, requirement: str, day: date) -> date:
        line = self.line(requirement, day)
        assert line is not None
        run_began, due = self.run(person_ref, requirement, day)
        for absence in self._absences.get(person_ref, ()):
            ended = absence.last_day
            if ended is None or not ended < day or not lasts(absence, line.shortest_absence_days):
                continue
            if ended >= run_began:
                due = max(due, ended + timedelta(days=line.return_due_days))
        return due

    # Rule 5: cover

    def countings(
        self, person_ref: str, requirement: str, day: date, evidence: frozenset[str] = ACCEPTED_EVIDENCE
    ) -> tuple[Counting, ...]:
        """Every completion that counts, as the rule book of the day has it."""
        line = self.line(requirement, day)
        assert line is not None
        accepts = tuple(accepted for accepted in line.accepts if in_force(accepted, day))
        courses = {course.code: course for course in self.world.courses if in_force(course, day)}
        key = (person_ref, evidence, id(line), *map(id, accepts), None, *map(id, courses.values()))
        if key not in self._countings:
            self._countings[key] = tuple(self._count(person_ref, line, accepts, courses, evidence))
        return self._countings[key]

    def _count(
        self,
        person_ref: str,
        line: Requirement,
        accepts: tuple[Accepted, ...],
        courses: dict[str, Course],
        evidence: frozenset[str],
    ) -> list[Counting]:
        completions = [c for c in self._completions.get(person_ref, ()) if c.evidence in evidence]
        counting: list[tuple[Completion, Accepted, date]] = []
        for completion in completions:
            for accepted in accepts:
                if accepted.course != completion.course or completion.course not in courses:
                    continue
                if accepted.taken_from is not None and completion.completed_on < accepted.taken_from:
                    continue
                if accepted.taken_to is not None and completion.completed_on > accepted.taken_to:
                    continue
                start = completion.completed_on
                prerequisites = courses[completion.course].prerequisites
                if prerequisites:
                    had = [other.completed_on for other in completions if other.course in prerequisites]
                    if not had:
                        continue
                    start = max(start, min(had))
                counting.append((completion, accepted, start))
        initial = [start for _, accepted, start in counting if accepted.use == "any"]
        kept = [
            (completion, accepted, start if accepted.use == "any" else max(start, min(initial)))
            for completion, accepted, start in counting
            if accepted.use == "any" or initial
        ]
        kept.sort(key=lambda one: one[0].completed_on)
        derivable: list[tuple[date, set[date | None]]] = []
        result = []
        for completion, accepted, start in kept:
            months = (
                accepted.months if accepted.months is not None else courses[completion.course].validity_months
            )
            ends = _ends(completion, months, line, derivable)
            ends = {_capped(end, accepted, completion) for end in ends}
            derivable.append((completion.completed_on, ends))
            result.append(Counting(completion, start, None if None in ends else max(e for e in ends if e)))
        return result

    def proof(
        self, person_ref: str, requirement: str, day: date, evidence: frozenset[str] = ACCEPTED_EVIDENCE
    ) -> Counting | None:
        covering = [
            counting
            for counting in self.countings(person_ref, requirement, day, evidence)
            if counting.start <= day and (counting.end is None or day <= counting.end)
        ]
        covering.sort(key=lambda counting: counting.completion.course)
        covering.sort(key=lambda counting: counting.completion.completed_on, reverse=True)
        covering.sort(key=lambda counting: counting.end or date.max, reverse=True)
        return covering[0] if covering else None

    # Rule 6: status

    def answer(self, person_ref: str, requirement: str, day: date) -> Answer:
        if not self.required(person_ref, requirement, day):
            return Answer("not_required")
        line = self.line(requirement, day)
        assert line is not None
        proof = self.proof(person_ref, requirement, day)
        due: date | None = self.due(person_ref, requirement, day)
        if self._exempt(person_ref, requirement, day):
            status, due = "exempt", None
        elif self.absent(person_ref, line, day):
            status, due = "absent", None
        elif proof is not None and proof.end is not None and (proof.end - day).days <= line.expiring_days:
            status = "expiring"
        elif proof is not None:
            status = "compliant"
        elif due is not None and day <= due:
            status = "not_yet_due"
        elif self.proof(person_ref, requirement, day, ACCEPTED_EVIDENCE | {"awaiting"}) is not None:
            status = "awaiting_check"
        elif any(counting.start <= day for counting in self.countings(person_ref, requirement, day)):
            status = "expired"
        else:
            status = "outstanding"
        return Answer(
            status=status,
            counted=status in COUNTED,
            compliant=status in COMPLIANT,
            covered=proof is not None,
            due_on=due,
            course=proof.completion.course if proof else None,
            completed_on=proof.completion.completed_on if proof else None,
            valid_until=proof.end if proof else None,
        )

    def _exempt(self, person_ref: str, requirement: str, day: date) -> bool:
        return any(
            exemption.requirement in (EVERYONE, requirement) and in_force(exemption, day)
            for exemption in self._exemptions.get(person_ref, ())
        )

    # Rules 7 and 8: figures, and the people behind them

    def figures(
        self, day: date, by: str | None = None, unit: str | None = None, requirement: str | None = None
    ) -> dict[str, Any]:
        """Rows and people figure of `flask compliance show`; `by` is None, "organisation" or "unit"."""
        return _figures.figures(self, day, by, unit, requirement)

    def people(
        self, day: date, unit: str | None = None, requirement: str | None = None
    ) -> list[dict[str, Any]]:
        """Rows of `flask compliance people`, without `why`, by requirement and person."""
        return _figures.people(self, day, unit, requirement)


def in_force(line: Dated, day: date) -> bool:
    """Whether the day lies within the period, its first and last day included."""
    return (line.first_day is None or line.first_day <= day) and (
        line.last_day is None or day <= line.last_day
    )


def lies_under(unit: str, top: str) -> bool:
    """Whether a unit is the one named or anything below it, in any organisation."""
    return unit == top or unit.startswith(top + SEPARATOR)


def lasts(absence: Dated, shortest_days: int) -> bool:
    """Rule 4: an absence counts when it is open or at least so many days long."""
    if absence.last_day is None:
        return True
    assert absence.first_day is not None
    return (absence.last_day - absence.first_day).days + 1 >= shortest_days


def add_months(day: date, months: int) -> date:
    """Keeps the day number and clamps it to the end of the month."""
    year, month = day.year, day.month
    for _ in range(months):
        year, month = (year, month + 1) if month < 12 else (year + 1, 1)
    return date(year, month, min(day.day, calendar.monthrange(year, month)[1]))


def _ends(
    completion: Completion,
    months: int | None,
    line: Requirement,
    derivable: list[tuple[date, set[date | None]]],
) -> set[date | None]:
    """Rule 5: every end that can be derived for a completion, before honoured_to and revocation."""
    if months is None:
        return {None}
    rule = line.renewal
    if rule.basis == "calendar":
        end = add_months(completion.completed_on, rule.minimum_months)
        while end.strftime("%m-%d") != rule.month_day:
            end += ONE_DAY
        return {end}
    ends: set[date | None] = {add_months(completion.completed_on, months)}
    if rule.basis == "anniversary":
        window = timedelta(days=rule.window_days)
        for completed_on, earlier in derivable:
            if completed_on < completion.completed_on:
                ends |= {
                    add_months(end, months)
                    for end in earlier
                    if end is not None and end - window <= completion.completed_on <= end
                }
    return ends


def _capped(end: date | None, accepted: Accepted, completion: Completion) -> date | None:
    limits = [] if end is None else [end]
    if accepted.honoured_to is not None:
        limits.append(accepted.honoured_to)
    if completion.revoked_on is not None:
        limits.append(completion.revoked_on - ONE_DAY)
    return min(limits) if limits else None


def _by_person(facts: tuple[Any, ...]) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for fact in facts:
        found.setdefault(fact.person_ref, []).append(fact)
    return found
