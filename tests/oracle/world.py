"""Plain facts and rules: everything that decides a figure, as values that can be printed and compared.

The classes follow counting rule 1. `None` as a first or last day means "no beginning" or "no end".
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date
from typing import Any, Literal

Evidence = Literal["trusted", "verified", "awaiting", "rejected"]
Use = Literal["any", "renewal"]
Basis = Literal["completion", "anniversary", "calendar"]

EVERYONE = "*"
SEPARATOR = " > "


@dataclass(frozen=True)
class Organisation:
    name: str
    sector: str = "council"


@dataclass(frozen=True)
class Unit:
    """A unit below an organisation; `path` is "A > B", never empty."""

    organisation: str
    path: str


@dataclass(frozen=True)
class Person:
    ref: str
    category: str = "employee"


@dataclass(frozen=True)
class Spell:
    """One period of one post. Spells of the same person and post never overlap."""

    person_ref: str
    post_ref: str
    organisation: str
    first_day: date
    last_day: date | None = None
    unit: str = ""
    job_title: str = "Officer"
    roles: tuple[str, ...] = ()


@dataclass(frozen=True)
class Grant:
    """A role given by hand. Grants of one person and role never overlap."""

    person_ref: str
    role: str
    first_day: date
    last_day: date | None = None


@dataclass(frozen=True)
class Absence:
    person_ref: str
    first_day: date
    last_day: date | None = None
    kind: str = "long_term_sick"


@dataclass(frozen=True)
class Completion:
    """A person, course and day occur once at most."""

    person_ref: str
    course: str
    completed_on: date
    evidence: Evidence = "trusted"
    revoked_on: date | None = None


@dataclass(frozen=True)
class Exemption:
    """`requirement` is a code, or `*` for all."""

    person_ref: str
    requirement: str
    first_day: date
    last_day: date


@dataclass(frozen=True)
class Course:
    """`validity_months` None: does not expire. Several lines with one code are its history."""

    code: str
    validity_months: int | None = None
    prerequisites: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class RoleRule:
    """Gives a role to every spell that meets all of the conditions that are set."""

    role: str
    job_title: str | None = None
    unit: str | None = None
    organisation: str | None = None
    sector: str | None = None
    category: str | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class RoleLink:
    role: str
    days: int = 0
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class Accepted:
    course: str
    use: Use = "any"
    months: int | None = None
    taken_from: date | None = None
    taken_to: date | None = None
    honoured_to: date | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class Renewal:
    basis: Basis = "completion"
    window_days: int = 90
    month_day: str = "03-31"
    minimum_months: int = 6


@dataclass(frozen=True)
class Target:
    percent: int
    unit: str | None = None
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True)
class Requirement:
    """Several lines with one code and periods that do not overlap are its history."""

    code: str
    roles: tuple[RoleLink, ...] = (RoleLink(EVERYONE),)
    accepts: tuple[Accepted, ...] = ()
    renewal: Renewal = Renewal()
    units: tuple[str, ...] = ()
    sectors: tuple[str, ...] = ()
    first_day: date | None = None
    last_day: date | None = None
    expiring_days: int = 60
    return_due_days: int = 30
    rejoin_gap_days: int = 30
    shortest_absence_days: int = 28
    targets: tuple[Target, ...] = ()
    kind: str = "duty"


@dataclass(frozen=True)
class World:
    """All facts and the whole rule book. The order inside a tuple means nothing."""

    organisations: tuple[Organisation, ...] = ()
    units: tuple[Unit, ...] = ()
    people: tuple[Person, ...] = ()
    spells: tuple[Spell, ...] = ()
    absences: tuple[Absence, ...] = ()
    completions: tuple[Completion, ...] = ()
    exemptions: tuple[Exemption, ...] = ()
    grants: tuple[Grant, ...] = ()
    courses: tuple[Course, ...] = ()
    roles: tuple[str, ...] = ()
    role_rules: tuple[RoleRule, ...] = ()
    requirements: tuple[Requirement, ...] = ()

    def __str__(self) -> str:
        return described(self)


def described(world: World) -> str:
    """The world for a person to read: one fact a line, values that are the default left out."""
    lines: list[str] = []
    for field in fields(world):
        lines += [_described(fact, "") for fact in getattr(world, field.name)]
    return "\n".join(lines)


def _described(fact: Any, indent: str) -> str:
    if isinstance(fact, str):
        return f"{indent}role {fact}"
    words, below = [], []
    for field in fields(fact):
        value = getattr(fact, field.name)
        if value == field.default and field.name != "renewal":
            continue
        if isinstance(value, tuple) and value and not isinstance(value[0], str):
            below += [_described(part, indent + "    ") for part in value]
        elif isinstance(value, Renewal):
            below.append(_described(value, indent + "    "))
        else:
            words.append(f"{field.name}={value.isoformat() if isinstance(value, date) else value}")
    return "\n".join([f"{indent}{type(fact).__name__} {' '.join(words)}".rstrip(), *below])
