"""Runs, first due and due days of the slow reading, worked out by hand (counting rules 2 to 4)."""

import pytest

from tests.oracle.reading import Reading
from tests.oracle.world import World
from tests.unit.oracle.examples import (
    FRONT,
    absence,
    day,
    done,
    exemption,
    link,
    requirement,
    spell,
    world,
)

TWO_LINKS = (link("*", 90), link("panel", 30))

DUE: list[tuple[str, World, dict[str, str | None]]] = [
    (
        "first due is the first day plus the days allowed",
        world(),
        {"2024-01-01": "2024-01-31", "2026-01-01": "2024-01-31"},
    ),
    (
        "a gap of exactly rejoin_gap_days belongs to the run",
        world(spell("2024-01-01", "2024-01-31"), spell("2024-03-02")),
        {"2024-01-31": "2024-01-31", "2024-03-02": "2024-01-31"},
    ),
    (
        "a gap of one day more begins a new run",
        world(spell("2024-01-01", "2024-01-31"), spell("2024-03-03")),
        {"2024-03-03": "2024-04-02"},
    ),
    (
        "with rejoin_gap_days 0 adjoining days are one run and a single day parts them",
        world(
            spell("2024-01-01", "2024-01-31"),
            spell("2024-02-01", "2024-02-10"),
            spell("2024-02-12"),
            requirement(rejoin_gap_days=0),
        ),
        {"2024-02-10": "2024-01-31", "2024-02-12": "2024-03-13"},
    ),
    (
        "a gap is one of the requirement, not of the post: another role without it parts runs too",
        world(
            spell("2024-01-01", "2024-01-31", roles=("frontline",)),
            spell("2024-02-01", "2024-03-02"),
            spell("2024-03-03", roles=("frontline",)),
            requirement(roles=FRONT),
        ),
        {"2024-01-31": "2024-01-31", "2024-02-15": None, "2024-03-03": "2024-04-02"},
    ),
    (
        "changing role brings the date forward",
        world(
            spell("2024-01-01", "2024-01-31"),
            spell("2024-02-01", roles=("panel",)),
            requirement(roles=TWO_LINKS),
        ),
        {"2024-01-31": "2024-03-31", "2024-02-01": "2024-03-02"},
    ),
    (
        "changing role never pushes the date back",
        world(
            spell("2024-01-01", "2024-03-31"),
            spell("2024-04-01", roles=("panel",)),
            requirement(roles=TWO_LINKS),
        ),
        {"2024-03-31": "2024-03-31", "2024-04-01": "2024-03-31"},
    ),
    (
        "the new role has its own allowance in full",
        world(
            spell("2024-01-01", "2024-03-19"),
            spell("2024-03-20", roles=("panel",)),
            requirement(roles=(link("*", 90), link("panel", 5))),
        ),
        {"2024-03-19": "2024-03-31", "2024-03-20": "2024-03-25"},
    ),
    (
        "a role that was left still counts within the run",
        world(
            spell("2024-01-01", "2024-01-05", roles=("panel",)),
            spell("2024-01-06"),
            requirement(roles=TWO_LINKS),
        ),
        {"2024-01-05": "2024-01-31", "2024-06-01": "2024-01-31"},
    ),
    (
        "a link that was ended still counts within the run",
        world(requirement(roles=(link("*", 90), link("*", 30, last="2024-02-10")))),
        {"2024-02-20": "2024-01-31"},
    ),
    (
        "a link counts from the first day on which it held in the run, not before",
        world(requirement(roles=(link("*", 90), link("*", 10, first="2024-02-01")))),
        {"2024-01-31": "2024-03-31", "2024-02-01": "2024-02-11"},
    ),
    (
        "a link that held in an earlier run does not count",
        world(
            spell("2024-01-01", "2024-01-31", roles=("panel",)),
            spell("2024-06-01"),
            requirement(roles=TWO_LINKS),
        ),
        {"2024-06-01": "2024-08-30"},
    ),
    (
        "a requirement that comes into force begins the run",
        world(requirement(first_day=day("2024-05-01"))),
        {"2024-05-01": "2024-05-31"},
    ),
    (
        "an absence that ended gives return_due_days from its last day",
        world(absence("2024-03-01", "2024-03-28")),
        {
            "2024-02-29": "2024-01-31",
            "2024-03-10": None,
            "2024-03-29": "2024-04-27",
            "2025-01-01": "2024-04-27",
        },
    ),
    (
        "an absence shorter than shortest_absence_days is ignored",
        world(absence("2024-03-01", "2024-03-27")),
        {"2024-03-10": "2024-01-31", "2024-03-29": "2024-01-31"},
    ),
    (
        "first due stays when it is later than the return",
        world(requirement(roles=(link("*", 90),)), absence("2024-01-02", "2024-01-29")),
        {"2024-01-30": "2024-03-31"},
    ),
    (
        "the latest of several returns",
        world(absence("2024-03-01", "2024-04-30"), absence("2024-03-10", "2024-04-10")),
        {"2024-05-01": "2024-05-30"},
    ),
    (
        "an absence that ended before the run does not count",
        world(spell("2024-06-01"), requirement(roles=(link("*", 0),)), absence("2024-05-01", "2024-05-31")),
        {"2024-06-01": "2024-06-01"},
    ),
    (
        "an absence that ended on the first day of the run does",
        world(spell("2024-06-01"), requirement(roles=(link("*", 0),)), absence("2024-05-01", "2024-06-01")),
        {"2024-06-01": None, "2024-06-02": "2024-07-01"},
    ),
    (
        "an absence wholly inside a gap of the run overlaps it",
        world(spell("2024-01-01", "2024-01-31"), spell("2024-03-02"), absence("2024-02-01", "2024-02-28")),
        {"2024-03-02": "2024-03-29"},
    ),
    (
        "due is given whatever the status, but not for exempt",
        world(done("2024-01-10"), exemption("2024-02-01", "2024-02-02")),
        {"2024-01-20": "2024-01-31", "2024-02-01": None, "2024-02-03": "2024-01-31"},
    ),
]


@pytest.mark.parametrize("sentence, given, says", DUE, ids=[case[0] for case in DUE])
def test_due(sentence: str, given: World, says: dict[str, str | None]) -> None:
    answers = {text: Reading(given).answer("P1", "R1", day(text)).due_on for text in says}
    assert {text: due.isoformat() if due else None for text, due in answers.items()} == says
