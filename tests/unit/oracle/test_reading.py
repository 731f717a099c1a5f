"""Who is required, in the slow reading, against days worked out by hand (counting rule 2)."""

from dataclasses import replace

import pytest

from tests.oracle.reading import Reading
from tests.oracle.world import Person, RoleRule, World
from tests.unit.oracle.examples import (
    FRONT,
    day,
    link,
    requirement,
    spell,
    world,
)

RULE = RoleRule("frontline", job_title="*housing officer*")
OFFICER = "Senior Housing Officer (North)"

REQUIRED: list[tuple[str, World, dict[str, bool]]] = [
    (
        "the requirement is in force, first and last day inside",
        world(requirement(first_day=day("2024-03-01"), last_day=day("2024-06-30"))),
        {"2024-02-29": False, "2024-03-01": True, "2024-06-30": True, "2024-07-01": False},
    ),
    (
        "the spell is running, first and last day inside",
        world(spell("2024-01-10", "2024-02-29")),
        {"2024-01-09": False, "2024-01-10": True, "2024-02-29": True, "2024-03-01": False},
    ),
    ("a spell without a linked role is not required", world(requirement(roles=FRONT)), {"2024-03-01": False}),
    (
        "one of several linked roles is enough",
        world(spell(roles=("panel",)), requirement(roles=(*FRONT, link("panel")))),
        {"2024-03-01": True},
    ),
    ("role * is everyone", world(), {"2023-12-31": False, "2024-01-01": True, "2099-01-01": True}),
    (
        "a role link holds on its own days only",
        world(requirement(roles=(link(first="2024-02-01", last="2024-02-10"),))),
        {"2024-01-31": False, "2024-02-01": True, "2024-02-10": True, "2024-02-11": False},
    ),
    (
        "a role rule gives its role by job title, case ignored",
        world(spell(job_title=OFFICER), requirement(roles=FRONT), role_rules=(RULE,)),
        {"2024-03-01": True},
    ),
    (
        "a job title pattern is for the whole title",
        world(
            spell(job_title=OFFICER),
            requirement(roles=FRONT),
            role_rules=(RoleRule("frontline", job_title="housing officer"),),
        ),
        {"2024-03-01": False},
    ),
    (
        "a role rule holds on its own days only",
        world(
            requirement(roles=FRONT),
            role_rules=(
                RoleRule("frontline", job_title="*", first_day=day("2024-04-01"), last_day=day("2024-04-30")),
            ),
        ),
        {"2024-03-31": False, "2024-04-01": True, "2024-04-30": True, "2024-05-01": False},
    ),
    (
        "every condition of a role rule must be met",
        world(
            spell(job_title=OFFICER),
            requirement(roles=FRONT),
            role_rules=(replace(RULE, category="agency"), replace(RULE, unit="Care")),
        ),
        {"2024-03-01": False},
    ),
    (
        "a role rule by category",
        world(
            requirement(roles=FRONT),
            people=(Person("P1", "agency"),),
            role_rules=(RoleRule("frontline", category="agency"),),
        ),
        {"2024-03-01": True},
    ),
    (
        "a role rule by organisation",
        world(requirement(roles=FRONT), role_rules=(RoleRule("frontline", organisation="Academy"),)),
        {"2024-03-01": False},
    ),
    (
        "a role rule by sector",
        world(requirement(roles=FRONT), role_rules=(RoleRule("frontline", sector="council"),)),
        {"2024-03-01": True},
    ),
    (
        "a role rule by unit reaches below it, in any organisation",
        world(
            spell(unit="Care > Homes", organisation="Academy"),
            requirement(roles=FRONT),
            role_rules=(RoleRule("frontline", unit="Care"),),
        ),
        {"2024-03-01": True},
    ),
    (
        "the unit lies under one of its units",
        world(spell(unit="Care > Homes"), requirement(units=("Parks", "Care"))),
        {"2024-03-01": True},
    ),
    (
        "a unit whose name only begins alike does not lie under it",
        world(spell(unit="Careers"), requirement(units=("Care",))),
        {"2024-03-01": False},
    ),
    (
        "a post outside any unit lies under no unit",
        world(requirement(units=("Care",))),
        {"2024-03-01": False},
    ),
    (
        "the organisation is in one of its sectors",
        world(requirement(sectors=("council",))),
        {"2024-03-01": True},
    ),
    ("another sector is not", world(requirement(sectors=("school", "health"))), {"2024-03-01": False}),
    (
        "units and sectors must both be met where both are set",
        world(spell(unit="Care"), requirement(units=("Care",), sectors=("school",))),
        {"2024-03-01": False},
    ),
    (
        "applying to one of several spells is enough",
        world(
            spell("2024-01-01", "2024-02-01", unit="Care"),
            spell("2024-01-20", None, post="P1-2", unit="Parks"),
            requirement(units=("Care",)),
        ),
        {"2024-01-01": True, "2024-01-25": True, "2024-02-01": True, "2024-02-02": False},
    ),
    (
        "role and unit must meet in the same spell",
        world(
            spell(unit="Care"),
            spell(post="P1-2", unit="Parks", roles=("frontline",)),
            requirement(units=("Care",), roles=FRONT),
        ),
        {"2024-03-01": False},
    ),
    (
        "the days of a gap are not required",
        world(spell("2024-01-01", "2024-01-31"), spell("2024-03-02")),
        {"2024-01-31": True, "2024-02-01": False, "2024-03-01": False, "2024-03-02": True},
    ),
]


@pytest.mark.parametrize("sentence, given, says", REQUIRED, ids=[case[0] for case in REQUIRED])
def test_required(sentence: str, given: World, says: dict[str, bool]) -> None:
    reading = Reading(given)
    assert {text: reading.required("P1", "R1", day(text)) for text in says} == says
