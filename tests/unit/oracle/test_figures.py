"""Percentages, targets and units of the slow reading, worked out by hand (counting rules 7 and 8)."""

from dataclasses import replace
from typing import Any

import pytest

from tests.oracle.figures import floored, target_of
from tests.oracle.reading import Reading
from tests.oracle.world import Absence, Completion, Exemption, Person, Requirement, Spell, Target, Unit, World
from tests.unit.oracle.examples import AW_YEAR, day, link, requirement, world

ON = day("2024-03-01")
AT_ONCE = requirement(roles=(link(days=0),))


def crowd(compliant: int, outstanding: int, *more: Requirement) -> World:
    """So many people since 1 January 2024 who did and did not take the course; due at once."""
    people = tuple(Person(f"P{number:03}") for number in range(compliant + outstanding))
    return world(
        *(more or (AT_ONCE,)),
        people=people,
        spells=tuple(Spell(p.ref, f"{p.ref}-1", "Borough", day("2024-01-01")) for p in people),
        completions=tuple(Completion(p.ref, "AW", day("2024-02-01")) for p in people[:compliant]),
    )


def only_row(given: World, **asked: Any) -> dict[str, Any]:
    (row,) = Reading(given).figures(ON, **asked)["rows"]
    return dict(row)


@pytest.mark.parametrize(
    "part, whole, printed",
    [
        (6996, 10000, "69.9"),
        (2, 3, "66.6"),
        (1, 3, "33.3"),
        (3, 3, "100.0"),
        (0, 7, "0.0"),
        (80, 110, "72.7"),
    ],
)
def test_a_percentage_has_one_decimal_rounded_down(part: int, whole: int, printed: str) -> None:
    assert floored(part, whole) == printed


@pytest.mark.parametrize(
    "percent, met, needed, rag",
    [
        (66, True, 0, "green"),
        (67, False, 1, "amber"),
        (76, False, 1, "amber"),
        (77, False, 1, "red"),
        (100, False, 1, "red"),
    ],
)
def test_two_of_three_against_a_target(percent: int, met: bool, needed: int, rag: str) -> None:
    row = only_row(crowd(2, 1, replace(AT_ONCE, targets=(Target(percent),))))
    assert (row["target"], row["target_met"], row["people_to_target"], row["rag"]) == (
        percent,
        met,
        needed,
        rag,
    )


def test_people_still_needed_are_rounded_up() -> None:
    row = only_row(crowd(1, 9, replace(AT_ONCE, targets=(Target(71),))))
    assert row["people_to_target"] == 7


def test_where_no_one_is_counted_there_is_no_percentage_and_no_target() -> None:
    row = only_row(crowd(0, 2, requirement(roles=(link(days=90),), targets=(Target(70),))))
    assert (row["required"], row["counted"], row["not_yet_due"]) == (2, 0, 2)
    judged = ("percent", "gross_percent", "target", "target_met", "people_to_target", "rag")
    assert [row[name] for name in judged] == [None] * 6


def test_without_a_target_there_is_a_percentage_but_no_colour() -> None:
    row = only_row(crowd(1, 1))
    assert (row["percent"], row["target"], row["target_met"], row["rag"]) == ("50.0", None, None, None)


def test_gross_percent_leaves_nobody_out() -> None:
    given = crowd(3, 1)
    given = replace(
        given,
        exemptions=(Exemption("P000", "R1", day("2024-02-15"), day("2024-03-15")),),
        absences=(Absence("P003", day("2024-02-15")),),
    )
    row = only_row(given)
    assert {name: value for name, value in row.items() if value} == {
        "requirement": "R1",
        "required": 4,
        "exempt": 1,
        "absent": 1,
        "counted": 2,
        "compliant": 2,
        "covered": 3,
        "percent": "100.0",
        "gross_percent": "75.0",
    }


def test_compliant_includes_expiring() -> None:
    given = replace(crowd(2, 0), courses=(replace(AW_YEAR, validity_months=2),))
    assert (only_row(given)["compliant"], only_row(given)["expiring"]) == (2, 2)


def test_a_requirement_that_is_not_in_force_has_no_row() -> None:
    assert Reading(crowd(1, 0, replace(AT_ONCE, last_day=day("2024-02-29")))).figures(ON) == {
        "as_at": "2024-03-01",
        "rows": [],
        "people": {"counted": 0, "compliant_in_all": 0, "percent": None},
    }


def test_the_people_based_figure_asks_for_every_counted_requirement() -> None:
    later = requirement(code="R3", roles=(link(days=90),), accepts=())
    missing = requirement(code="R2", roles=(link("panel", 0),), accepts=(), kind="measure")
    given = crowd(3, 1, AT_ONCE, missing, later)
    spells = tuple(replace(s, roles=("panel",)) if s.person_ref == "P000" else s for s in given.spells)
    reading = Reading(replace(given, spells=spells))
    assert reading.figures(ON)["people"] == {"counted": 4, "compliant_in_all": 2, "percent": "50.0"}
    assert reading.figures(ON, requirement="R1")["people"]["compliant_in_all"] == 3


def two_places() -> World:
    """P1 in two units of the borough and in the academy, P2 in one unit; only P1 took the course."""
    since = day("2024-01-01")
    return world(
        AT_ONCE,
        people=(Person("P1"), Person("P2")),
        units=(Unit("Borough", "Care"), Unit("Borough", "Empty")),
        spells=(
            Spell("P1", "P1-1", "Borough", since, unit="Care > Homes"),
            Spell("P1", "P1-2", "Borough", since, unit="Parks"),
            Spell("P1", "P1-3", "Academy", since),
            Spell("P2", "P2-1", "Borough", since, unit="Care"),
        ),
        completions=(Completion("P1", "AW", day("2024-02-01")),),
    )


def test_a_person_counts_once_in_every_unit_at_or_above_a_spell_and_once_in_the_whole() -> None:
    reading = Reading(two_places())
    whole = [(row["required"], row["compliant"]) for row in reading.figures(ON)["rows"]]
    parts = {(r["organisation"], r["unit"]): r["required"] for r in reading.figures(ON, "unit")["rows"]}
    assert whole == [(2, 1)]
    assert parts == {("Borough", "Care"): 2, ("Borough", "Care > Homes"): 1, ("Borough", "Parks"): 1}


def test_by_organisation_a_person_counts_once_in_each() -> None:
    rows = Reading(two_places()).figures(ON, "organisation")["rows"]
    assert [(row["organisation"], row["unit"], row["required"]) for row in rows] == [
        ("Academy", None, 1),
        ("Borough", None, 2),
    ]


def test_a_unit_asked_for_is_that_path_and_everything_below_it() -> None:
    reading = Reading(two_places())
    assert [row["required"] for row in reading.figures(ON, unit="Care > Homes")["rows"]] == [1]
    assert [row["unit"] for row in reading.figures(ON, "unit", unit="Care")["rows"]] == [
        "Care",
        "Care > Homes",
    ]
    assert [row["person_ref"] for row in reading.people(ON, unit="Parks")] == ["P1"]


def test_a_person_counts_in_a_unit_only_through_a_spell_to_which_the_requirement_applies() -> None:
    given = replace(two_places(), requirements=(replace(AT_ONCE, units=("Parks",)),))
    rows = Reading(given).figures(ON, "unit")["rows"]
    assert [(row["unit"], row["required"]) for row in rows] == [("Parks", 1)]


TARGETS = (
    Target(70),
    Target(75, first_day=day("2024-02-01")),
    Target(72, first_day=day("2024-02-01")),
    Target(99, first_day=day("2024-04-01")),
    Target(50, unit="Care", last_day=day("2024-12-31")),
    Target(40, unit="Care > Homes", first_day=day("2024-06-01")),
)


@pytest.mark.parametrize(
    "unit, on, percent",
    [
        (None, "2024-01-31", 70),
        (None, "2024-03-01", 75),
        (None, "2024-04-01", 99),
        ("Parks", "2024-03-01", 75),
        ("Care", "2024-03-01", 50),
        ("Care > Homes", "2024-05-31", 50),
        ("Care > Homes > North", "2024-06-01", 40),
        ("Care", "2025-01-01", 99),
        ("Careers", "2024-03-01", 75),
    ],
)
def test_the_target_is_that_of_the_nearest_unit_then_the_newest_then_the_highest(
    unit: str | None, on: str, percent: int
) -> None:
    assert target_of(requirement(targets=TARGETS), day(on), unit) == percent


def test_a_row_behind_a_figure_names_the_proof_and_the_due_day() -> None:
    assert Reading(crowd(1, 1)).people(ON) == [
        {
            "person_ref": "P000",
            "requirement": "R1",
            "status": "compliant",
            "counted": True,
            "due_on": "2024-01-01",
            "course": "AW",
            "completed_on": "2024-02-01",
            "valid_until": "2025-02-01",
        },
        {
            "person_ref": "P001",
            "requirement": "R1",
            "status": "outstanding",
            "counted": True,
            "due_on": "2024-01-01",
            "course": None,
            "completed_on": None,
            "valid_until": None,
        },
    ]
