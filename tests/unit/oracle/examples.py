"""A small world to start every hand-worked example from: one person, post, course and requirement."""

from __future__ import annotations

from datetime import date
from typing import Any

from tests.oracle.world import (
    Absence,
    Accepted,
    Completion,
    Course,
    Evidence,
    Exemption,
    Organisation,
    Person,
    Renewal,
    Requirement,
    RoleLink,
    Spell,
    World,
)

AW = Accepted("AW")
AW_YEAR = Course("AW", 12)
ANNIVERSARY = Renewal("anniversary", window_days=90)
CALENDAR = Renewal("calendar", month_day="03-31", minimum_months=6)


def day(text: str) -> date:
    return date.fromisoformat(text)


def spell(first: str = "2024-01-01", last: str | None = None, post: str = "P1-1", **more: Any) -> Spell:
    return Spell(
        "P1", post, more.pop("organisation", "Borough"), day(first), day(last) if last else None, **more
    )


def absence(first: str, last: str | None = None) -> Absence:
    return Absence("P1", day(first), day(last) if last else None)


def exemption(first: str, last: str, requirement: str = "R1") -> Exemption:
    return Exemption("P1", requirement, day(first), day(last))


def done(
    on: str, course: str = "AW", evidence: Evidence = "trusted", revoked: str | None = None
) -> Completion:
    return Completion("P1", course, day(on), evidence, day(revoked) if revoked else None)


def link(role: str = "*", days: int = 30, first: str | None = None, last: str | None = None) -> RoleLink:
    return RoleLink(role, days, day(first) if first else None, day(last) if last else None)


def requirement(**more: Any) -> Requirement:
    """R1: everyone, within 30 days, by course AW; settings at their defaults."""
    return Requirement(**({"code": "R1", "roles": (link(),), "accepts": (AW,)} | more))


def world(*facts: Any, **more: Any) -> World:
    """P1 in post since 1 January 2024, course AW valid for 12 months, R1, and the facts given."""
    kinds = {"absences": Absence, "completions": Completion, "exemptions": Exemption}
    given: dict[str, Any] = {
        "organisations": (Organisation("Borough", "council"), Organisation("Academy", "school")),
        "people": (Person("P1"),),
        "spells": tuple(fact for fact in facts if isinstance(fact, Spell)) or (spell(),),
        "courses": (AW_YEAR, Course("RF", 12), Course("WR", 1)),
        "requirements": tuple(fact for fact in facts if isinstance(fact, Requirement)) or (requirement(),),
    }
    given |= {name: tuple(fact for fact in facts if isinstance(fact, kind)) for name, kind in kinds.items()}
    return World(**(given | more))


MONTH = Course("AW", 1)
FRONT = (link("frontline"),)
PREREQUISITES = (Course("AW", 1), Course("WR", 1), Course("RF", 12, ("AW", "WR")))
RF_ONLY = requirement(accepts=(Accepted("RF"),))
