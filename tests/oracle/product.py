"""A world in the words of the product: what its pure timeline function takes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from compliance.domain import requirement as rules
from compliance.domain.timeline import Exemption, PersonFacts
from courses import domain as courses
from foundation.dates import FAR_DAY, FIRST_DAY
from people import domain as people
from tests.oracle.world import EVERYONE, Accepted, Requirement, RoleLink, Spell, World

Days = tuple[date, date]


def rule_book(world: World) -> rules.RuleBook:
    """The rule book; lines inside a requirement that has a history hold while that line of it does."""
    return rules.RuleBook(
        roles=tuple(people.RoleLine(code, code) for code in world.roles),
        role_rules=tuple(
            people.RoleRule(
                role=rule.role,
                job_title=rule.job_title,
                unit=rule.unit,
                organisation=rule.organisation,
                sector=rule.sector,
                category=rule.category,
                first_day=rule.first_day or FIRST_DAY,
                last_day=rule.last_day or FAR_DAY,
            )
            for rule in world.role_rules
        ),
        courses=tuple(
            courses.Course(
                code=course.code,
                validity_months=course.validity_months,
                prerequisites=course.prerequisites,
                first_day=course.first_day or FIRST_DAY,
                last_day=course.last_day or FAR_DAY,
            )
            for course in world.courses
        ),
        requirements=tuple(_requirement(line) for line in world.requirements),
        links=tuple(
            rules.RoleLink(line.code, link.role, link.days, *days)
            for line in world.requirements
            for link in line.roles
            if (days := _days(link, line, world)) is not None
        ),
        accepted=tuple(
            rules.AcceptedCourse(
                requirement=line.code,
                course=accepted.course,
                use=accepted.use,
                validity_months=accepted.months,
                taken_from=accepted.taken_from,
                taken_to=accepted.taken_to,
                honoured_to=accepted.honoured_to,
                first_day=days[0],
                last_day=days[1],
            )
            for line in world.requirements
            for accepted in line.accepts
            if (days := _days(accepted, line, world)) is not None
        ),
    )


def person_facts(world: World, person_ref: str) -> PersonFacts:
    """Everything about one person; open ends are the far day."""
    return PersonFacts(
        category=next(person.category for person in world.people if person.ref == person_ref),
        spells=tuple(_spell(world, spell) for spell in world.spells if spell.person_ref == person_ref),
        absences=tuple(
            people.Absence(absence.first_day, absence.last_day or FAR_DAY)
            for absence in world.absences
            if absence.person_ref == person_ref
        ),
        exemptions=tuple(
            Exemption(
                None if exemption.requirement == EVERYONE else exemption.requirement,
                exemption.first_day,
                exemption.last_day,
            )
            for exemption in world.exemptions
            if exemption.person_ref == person_ref
        ),
        completions=tuple(
            courses.Completion(c.course, c.completed_on, c.evidence, c.revoked_on)
            for c in world.completions
            if c.person_ref == person_ref
        ),
        grants=tuple(
            people.RoleGrant(grant.role, grant.first_day, grant.last_day or FAR_DAY)
            for grant in world.grants
            if grant.person_ref == person_ref
        ),
    )


def unit_numbers(world: World) -> dict[tuple[str, str], int]:
    """A made-up number for every place of the world, organisations included."""
    places = sorted(
        {(o.name, "") for o in world.organisations}
        | {(unit.organisation, unit.path) for unit in world.units}
        | {(spell.organisation, spell.unit) for spell in world.spells}
    )
    return {place: number for number, place in enumerate(places, start=1)}


def _spell(world: World, spell: Spell) -> people.Spell:
    sector = next(o.sector for o in world.organisations if o.name == spell.organisation)
    number = unit_numbers(world)[spell.organisation, spell.unit]
    return people.Spell(
        first_day=spell.first_day,
        last_day=spell.last_day or FAR_DAY,
        place=people.Place(number, spell.unit, spell.organisation, sector),
        job_title=spell.job_title,
        roles=frozenset(spell.roles),
    )


def _requirement(line: Requirement) -> rules.Requirement:
    month, day = line.renewal.month_day.split("-")
    return rules.Requirement(
        code=line.code,
        kind=line.kind,
        sectors=line.sectors,
        units=line.units,
        renewal=rules.Renewal(
            basis=line.renewal.basis,
            window_days=line.renewal.window_days,
            month=int(month),
            day=int(day),
            minimum_months=line.renewal.minimum_months,
        ),
        expiring_days=line.expiring_days,
        return_due_days=line.return_due_days,
        rejoin_gap_days=line.rejoin_gap_days,
        shortest_absence_days=line.shortest_absence_days,
        first_day=line.first_day or FIRST_DAY,
        last_day=line.last_day or FAR_DAY,
    )


def _days(inner: RoleLink | Accepted, line: Requirement, world: World) -> Days | None:
    """The days of an inner line, cut to those of the requirement's line where that has a history."""
    if sum(other.code == line.code for other in world.requirements) == 1:
        line = replace(line, first_day=None, last_day=None)
    first_day = max(inner.first_day or FIRST_DAY, line.first_day or FIRST_DAY)
    last_day = min(inner.last_day or FAR_DAY, line.last_day or FAR_DAY)
    return (first_day, last_day) if first_day <= last_day else None
