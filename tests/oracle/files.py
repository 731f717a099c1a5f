"""A world as the files that the product imports (interfaces.md, "Files in"), in any order of rows.

What a file cannot say is left out: people without a post, and courses or requirements with a history of lines
(`worlds(history=False)` makes none).
"""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import Any, TypeVar

from tests.oracle.world import Accepted, Course, Requirement, RoleLink, RoleRule, Target, World

T = TypeVar("T")
Shuffle = Callable[[list[Any]], list[Any]]

PEOPLE = [
    *(
        "person_ref",
        "first_name",
        "last_name",
        "email",
        "category",
        "organisation",
        "sector",
        "unit",
        "post_ref",
    ),
    *("job_title", "manager_ref", "roles", "post_start", "post_end", "changed_on"),
]


def as_given(rows: list[Any]) -> list[Any]:
    """The order that leaves everything where it is."""
    return rows


def write_files(world: World, folder: Path, shuffle: Shuffle = as_given) -> None:
    """Write people.csv, absences.csv, completions.csv, exemptions.csv and programme.toml.

    And grants.csv, which no command reads: roles are given by hand, one by one.
    """
    folder.mkdir(parents=True, exist_ok=True)
    employed = {spell.person_ref for spell in world.spells}
    _write(folder / "people.csv", PEOPLE, shuffle(_people(world)))
    _write(
        folder / "absences.csv",
        ["person_ref", "kind", "first_day", "last_day"],
        shuffle(
            [
                [a.person_ref, a.kind, a.first_day, a.last_day]
                for a in world.absences
                if a.person_ref in employed
            ]
        ),
    )
    _write(
        folder / "completions.csv",
        ["person_ref", "course_code", "completed_on", "evidence", "revoked_on"],
        shuffle(
            [
                [c.person_ref, c.course, c.completed_on, c.evidence, c.revoked_on]
                for c in world.completions
                if c.person_ref in employed
            ]
        ),
    )
    _write(
        folder / "exemptions.csv",
        ["person_ref", "requirement", "reason", "approved_by", "first_day", "last_day"],
        shuffle(
            [
                [e.person_ref, e.requirement, "Trained elsewhere", "Head of Service", e.first_day, e.last_day]
                for e in world.exemptions
                if e.person_ref in employed
            ]
        ),
    )
    _write(
        folder / "grants.csv",
        ["person_ref", "role", "first_day", "last_day"],
        shuffle(
            [
                [g.person_ref, g.role, g.first_day, g.last_day]
                for g in world.grants
                if g.person_ref in employed
            ]
        ),
    )
    (folder / "programme.toml").write_text(programme(world, shuffle), encoding="utf-8")


def programme(world: World, shuffle: Shuffle = as_given) -> str:
    """The rule book of a world as one TOML file."""
    parts = ['[programme]\nname = "A made-up programme"\n']
    tables: list[str] = [
        *(
            _table("roles", code=code, title=f"Role {code}", approved_by="Head of Service")
            for code in world.roles
        ),
        *(_role_rule(rule) for rule in world.role_rules),
        *(_course(course) for course in world.courses),
        *(_requirement(requirement, shuffle) for requirement in world.requirements),
    ]
    return "\n".join([*parts, *shuffle(tables)])


def _people(world: World) -> list[list[Any]]:
    sectors = {organisation.name: organisation.sector for organisation in world.organisations}
    categories = {person.ref: person.category for person in world.people}
    return [
        [
            spell.person_ref,
            f"Given {spell.person_ref}",
            f"Family {spell.person_ref}",
            f"{spell.person_ref.lower()}@example.org",
            categories[spell.person_ref],
            spell.organisation,
            sectors[spell.organisation],
            spell.unit,
            spell.post_ref,
            spell.job_title,
            "",
            ";".join(spell.roles),
            spell.first_day,
            spell.last_day,
            "",
        ]
        for spell in world.spells
    ]


def _write(path: Path, header: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(header)
        writer.writerows([["" if value is None else value for value in row] for row in rows])


def _role_rule(rule: RoleRule) -> str:
    return _table(
        "role_rules",
        role=rule.role,
        job_title=rule.job_title,
        unit=rule.unit,
        organisation=rule.organisation,
        sector=rule.sector,
        category=rule.category,
        first_day=rule.first_day,
        last_day=rule.last_day,
    )


def _course(course: Course) -> str:
    return _table(
        "courses",
        code=course.code,
        title=f"Course {course.code}",
        provider="A provider",
        mode="e_learning",
        duration_minutes=40,
        validity_months=course.validity_months,
        prerequisites=list(course.prerequisites),
        first_day=course.first_day,
        last_day=course.last_day,
    )


def _requirement(requirement: Requirement, shuffle: Shuffle) -> str:
    renewal: dict[str, object] = {"basis": requirement.renewal.basis}
    if requirement.renewal.basis == "anniversary":
        renewal["window_days"] = requirement.renewal.window_days
    if requirement.renewal.basis == "calendar":
        renewal["month_day"] = requirement.renewal.month_day
        renewal["minimum_months"] = requirement.renewal.minimum_months
    return _table(
        "requirements",
        code=requirement.code,
        title=f"Requirement {requirement.code}",
        kind=requirement.kind,
        first_day=requirement.first_day,
        last_day=requirement.last_day,
        units=list(requirement.units) or None,
        sectors=list(requirement.sectors) or None,
        roles=shuffle([_link(link) for link in requirement.roles]),
        accepts=shuffle([_accepted(accepted) for accepted in requirement.accepts]),
        renewal=renewal,
        expiring_days=requirement.expiring_days,
        return_due_days=requirement.return_due_days,
        rejoin_gap_days=requirement.rejoin_gap_days,
        shortest_absence_days=requirement.shortest_absence_days,
        targets=shuffle([_target(target) for target in requirement.targets]),
    )


def _link(link: RoleLink) -> dict[str, object]:
    return {"role": link.role, "days": link.days, "first_day": link.first_day, "last_day": link.last_day}


def _accepted(accepted: Accepted) -> dict[str, object]:
    return {
        "course": accepted.course,
        "use": accepted.use if accepted.use != "any" else None,
        "validity_months": accepted.months,
        "taken_from": accepted.taken_from,
        "taken_to": accepted.taken_to,
        "honoured_to": accepted.honoured_to,
        "first_day": accepted.first_day,
        "last_day": accepted.last_day,
    }


def _target(target: Target) -> dict[str, object]:
    return {
        "percent": target.percent,
        "unit": target.unit,
        "first_day": target.first_day,
        "last_day": target.last_day,
        "plan_ref": "5",
        "owner": "Prevent Coordinator",
    }


def _table(name: str, **values: object) -> str:
    lines = [f"{key} = {_value(value)}" for key, value in values.items() if value is not None]
    return "\n".join([f"[[{name}]]", *lines, ""])


def _value(value: object) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, dict):
        given = [f"{key} = {_value(part)}" for key, part in value.items() if part is not None]
        return "{ " + ", ".join(given) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(_value(part) for part in value) + "]"
    return str(value)
