"""The nine statuses of the slow reading, worked out by hand (counting rule 6)."""

import pytest

from tests.oracle.reading import Answer, Reading
from tests.oracle.world import Course, World
from tests.unit.oracle.examples import (
    MONTH,
    PREREQUISITES,
    RF_ONLY,
    absence,
    day,
    done,
    exemption,
    link,
    requirement,
    spell,
    world,
)

STATUS: list[tuple[str, World, dict[str, str]]] = [
    (
        "not_required goes before everything",
        world(
            spell("2024-01-01", "2024-01-31"),
            done("2024-01-05"),
            exemption("2024-01-01", "2024-12-31"),
            absence("2024-01-01"),
        ),
        {"2024-01-31": "exempt", "2024-02-01": "not_required"},
    ),
    (
        "exempt goes before absent and covered, first and last day inside",
        world(done("2024-01-05"), absence("2024-01-01", "2024-03-31"), exemption("2024-02-01", "2024-02-10")),
        {"2024-01-31": "absent", "2024-02-01": "exempt", "2024-02-10": "exempt", "2024-02-11": "absent"},
    ),
    (
        "an exemption from all covers this one",
        world(exemption("2024-02-01", "2024-02-10", "*")),
        {"2024-02-01": "exempt"},
    ),
    (
        "an exemption from another does not",
        world(exemption("2024-02-01", "2024-02-10", "R2")),
        {"2024-02-01": "outstanding"},
    ),
    (
        "absent goes before covered; 28 days are long enough, 27 are not",
        world(done("2024-01-05"), absence("2024-03-01", "2024-03-28"), absence("2024-05-01", "2024-05-27")),
        {
            "2024-02-29": "compliant",
            "2024-03-01": "absent",
            "2024-03-28": "absent",
            "2024-03-29": "compliant",
            "2024-05-10": "compliant",
        },
    ),
    (
        "an open absence counts from its first day",
        world(absence("2024-03-01")),
        {"2024-02-29": "outstanding", "2024-03-01": "absent"},
    ),
    (
        "expiring is within expiring_days of the end, then expired",
        world(done("2024-02-01")),
        {
            "2024-12-02": "compliant",
            "2024-12-03": "expiring",
            "2025-02-01": "expiring",
            "2025-02-02": "expired",
        },
    ),
    (
        "with expiring_days 0 only the last day is expiring",
        world(requirement(expiring_days=0), done("2024-02-01")),
        {"2025-01-31": "compliant", "2025-02-01": "expiring"},
    ),
    ("no end never expires", world(done("2024-02-01"), courses=(Course("AW"),)), {"2099-01-01": "compliant"}),
    (
        "not_yet_due until and on the due day",
        world(),
        {"2024-01-01": "not_yet_due", "2024-01-31": "not_yet_due", "2024-02-01": "outstanding"},
    ),
    (
        "covered goes before not_yet_due, and not_yet_due before expired",
        world(requirement(roles=(link("*", 90),)), done("2024-01-05"), courses=(MONTH,)),
        {
            "2024-01-04": "not_yet_due",
            "2024-01-05": "expiring",
            "2024-02-05": "expiring",
            "2024-02-06": "not_yet_due",
            "2024-03-31": "not_yet_due",
            "2024-04-01": "expired",
        },
    ),
    (
        "back from absence: not_yet_due again, then as before",
        world(done("2023-02-05"), absence("2024-03-01", "2024-03-28")),
        {
            "2024-02-29": "expired",
            "2024-03-29": "not_yet_due",
            "2024-04-27": "not_yet_due",
            "2024-04-28": "expired",
        },
    ),
    (
        "awaiting_check while it would be covered, after not_yet_due",
        world(done("2024-01-10", evidence="awaiting")),
        {
            "2024-01-31": "not_yet_due",
            "2024-02-01": "awaiting_check",
            "2025-01-10": "awaiting_check",
            "2025-01-11": "outstanding",
        },
    ),
    (
        "awaiting_check goes before expired",
        world(done("2023-01-10"), done("2024-01-20", evidence="awaiting")),
        {"2024-02-01": "awaiting_check", "2025-01-21": "expired"},
    ),
    (
        "a prerequisite that awaits a check would cover too",
        world(
            RF_ONLY, done("2024-01-01", evidence="awaiting"), done("2024-01-05", "RF"), courses=PREREQUISITES
        ),
        {"2024-02-01": "awaiting_check"},
    ),
    (
        "rejected evidence is outstanding",
        world(done("2024-01-10", evidence="rejected")),
        {"2024-02-01": "outstanding"},
    ),
    (
        "a completion revoked from its own day had started: expired",
        world(done("2024-02-10", revoked="2024-02-10")),
        {"2024-02-09": "outstanding", "2024-02-10": "expired"},
    ),
    (
        "a later completion does not make an earlier day expired",
        world(done("2024-05-01")),
        {"2024-04-30": "outstanding", "2024-05-01": "compliant"},
    ),
    (
        "the settings in force on the day decide",
        world(
            requirement(last_day=day("2024-11-30")),
            requirement(first_day=day("2024-12-01"), expiring_days=0),
            done("2024-01-15"),
        ),
        {
            "2024-11-15": "compliant",
            "2024-11-16": "expiring",
            "2024-11-30": "expiring",
            "2024-12-01": "compliant",
        },
    ),
]


@pytest.mark.parametrize("sentence, given, says", STATUS, ids=[case[0] for case in STATUS])
def test_status(sentence: str, given: World, says: dict[str, str]) -> None:
    reading = Reading(given)
    assert {text: reading.answer("P1", "R1", day(text)).status for text in says} == says


def test_an_exempt_person_keeps_cover_and_proof_but_has_no_due_day_and_is_not_counted() -> None:
    reading = Reading(world(done("2024-01-05"), exemption("2024-02-01", "2024-02-10")))
    assert reading.answer("P1", "R1", day("2024-02-01")) == Answer(
        status="exempt",
        covered=True,
        course="AW",
        completed_on=day("2024-01-05"),
        valid_until=day("2025-01-05"),
    )


def test_nothing_is_said_of_a_day_that_is_not_required() -> None:
    assert Reading(world(done("2023-01-05"))).answer("P1", "R1", day("2023-12-31")) == Answer("not_required")
