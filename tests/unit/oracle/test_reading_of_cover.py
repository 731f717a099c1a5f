"""Cover and its proof in the slow reading, worked out by hand (counting rule 5)."""

from dataclasses import replace

import pytest

from tests.oracle.reading import Reading
from tests.oracle.world import Accepted, Course, Renewal, Requirement, World
from tests.unit.oracle.examples import (
    ANNIVERSARY,
    AW,
    CALENDAR,
    MONTH,
    PREREQUISITES,
    RF_ONLY,
    day,
    done,
    requirement,
    world,
)

BOTH = requirement(accepts=(AW, Accepted("RF")))
RENEWAL = requirement(accepts=(AW, Accepted("RF", "renewal")))


def yearly(renewal: Renewal, *accepts: Accepted) -> Requirement:
    return requirement(renewal=renewal, accepts=accepts or (AW,))


PROOF: list[tuple[str, World, dict[str, str]]] = [
    (
        "a completion covers from its day to the day months later, both inside",
        world(done("2024-02-01")),
        {
            "2024-01-31": "",
            "2024-02-01": "AW 2024-02-01 to 2025-02-01",
            "2025-02-01": "AW 2024-02-01 to 2025-02-01",
            "2025-02-02": "",
        },
    ),
    (
        "verified evidence counts",
        world(done("2024-02-01", evidence="verified")),
        {"2024-02-01": "AW 2024-02-01 to 2025-02-01"},
    ),
    ("awaiting evidence does not", world(done("2024-02-01", evidence="awaiting")), {"2024-02-01": ""}),
    ("rejected evidence does not", world(done("2024-02-01", evidence="rejected")), {"2024-02-01": ""}),
    ("a course that is not accepted does not", world(done("2024-02-01", "RF")), {"2024-02-01": ""}),
    (
        "taken_from and taken_to are inside",
        world(
            requirement(
                accepts=(Accepted("AW", months=1, taken_from=day("2024-02-01"), taken_to=day("2024-04-01")),)
            ),
            done("2024-01-31"),
            done("2024-04-01"),
            done("2024-06-02"),
        ),
        {"2024-02-05": "", "2024-04-01": "AW 2024-04-01 to 2024-05-01", "2024-06-02": ""},
    ),
    (
        "taken_from itself",
        world(requirement(accepts=(Accepted("AW", taken_from=day("2024-02-01")),)), done("2024-02-01")),
        {"2024-02-01": "AW 2024-02-01 to 2025-02-01"},
    ),
    (
        "an accepted course that is no longer in force does not count on later days",
        world(requirement(accepts=(Accepted("AW", last_day=day("2024-03-31")),)), done("2024-02-01")),
        {"2024-03-31": "AW 2024-02-01 to 2025-02-01", "2024-04-01": ""},
    ),
    (
        "it starts with the first of any of its prerequisites, its end stays",
        world(
            RF_ONLY,
            done("2024-03-01", "RF"),
            done("2024-04-01", "WR"),
            done("2024-05-01"),
            courses=PREREQUISITES,
        ),
        {"2024-03-31": "", "2024-04-01": "RF 2024-03-01 to 2025-03-01"},
    ),
    (
        "an earlier prerequisite leaves its own day, and the validity of a prerequisite does not matter",
        world(RF_ONLY, done("2020-01-01"), done("2024-03-01", "RF"), courses=PREREQUISITES),
        {"2024-02-29": "", "2024-03-01": "RF 2024-03-01 to 2025-03-01"},
    ),
    (
        "a revoked prerequisite had been completed all the same",
        world(
            RF_ONLY, done("2024-01-01", revoked="2024-02-01"), done("2024-03-01", "RF"), courses=PREREQUISITES
        ),
        {"2024-03-01": "RF 2024-03-01 to 2025-03-01"},
    ),
    (
        "without a prerequisite it does not count",
        world(RF_ONLY, done("2024-03-01", "RF"), courses=PREREQUISITES),
        {"2024-03-01": ""},
    ),
    (
        "a prerequisite with evidence that is not accepted is none",
        world(
            RF_ONLY, done("2024-01-01", evidence="awaiting"), done("2024-03-01", "RF"), courses=PREREQUISITES
        ),
        {"2024-03-01": ""},
    ),
    (
        "a renewal without an initial course does not count",
        world(RENEWAL, done("2024-02-01", "RF")),
        {"2024-02-01": ""},
    ),
    (
        "a renewal taken before the initial course starts with it",
        world(RENEWAL, done("2024-02-01", "RF"), done("2024-03-01", revoked="2024-03-02")),
        {
            "2024-02-29": "",
            "2024-03-01": "RF 2024-02-01 to 2025-02-01",
            "2024-03-02": "RF 2024-02-01 to 2025-02-01",
        },
    ),
    (
        "a renewal after the initial course, lapsed or not, starts on its own day",
        world(RENEWAL, done("2022-01-01"), done("2024-02-01", "RF")),
        {"2024-01-31": "", "2024-02-01": "RF 2024-02-01 to 2025-02-01"},
    ),
    (
        "an initial course that itself does not count is none",
        world(RENEWAL, done("2024-01-01", evidence="awaiting"), done("2024-02-01", "RF")),
        {"2024-02-01": ""},
    ),
    (
        "the accepted course's own validity goes before the course's",
        world(requirement(accepts=(Accepted("AW", months=6),)), done("2024-02-01")),
        {"2024-08-01": "AW 2024-02-01 to 2024-08-01", "2024-08-02": ""},
    ),
    (
        "months clamp to the end of February, 28 or 29",
        world(requirement(accepts=(Accepted("AW", months=6),)), done("2024-08-31"), done("2023-08-31")),
        {
            "2024-02-29": "AW 2023-08-31 to 2024-02-29",
            "2024-03-01": "",
            "2025-02-28": "AW 2024-08-31 to 2025-02-28",
            "2025-03-01": "",
        },
    ),
    (
        "29 February plus 24 months is 28 February",
        world(requirement(accepts=(Accepted("AW", months=24),)), done("2024-02-29")),
        {"2026-02-28": "AW 2024-02-29 to 2026-02-28", "2026-03-01": ""},
    ),
    (
        "anniversary: renewing inside the window keeps the anniversary",
        world(yearly(ANNIVERSARY), done("2023-02-01"), done("2023-11-10")),
        {"2024-01-05": "AW 2023-11-10 to 2025-02-01"},
    ),
    (
        "anniversary: the first day of the window is inside",
        world(yearly(ANNIVERSARY), done("2023-02-01"), done("2023-11-03")),
        {"2024-01-05": "AW 2023-11-03 to 2025-02-01"},
    ),
    (
        "anniversary: the day before the window is outside",
        world(yearly(ANNIVERSARY), done("2023-02-01"), done("2023-11-02")),
        {"2024-01-05": "AW 2023-11-02 to 2024-11-02"},
    ),
    (
        "anniversary: the end itself is inside the window and the day after is not",
        world(
            yearly(ANNIVERSARY),
            done("2023-02-01"),
            done("2024-02-01"),
            done("2020-05-01"),
            done("2021-05-02"),
        ),
        {"2024-02-01": "AW 2024-02-01 to 2025-02-01"},
    ),
    (
        "anniversary: renewing after the end counts from the day itself",
        world(yearly(ANNIVERSARY), done("2023-02-01"), done("2024-02-02")),
        {"2024-02-02": "AW 2024-02-02 to 2025-02-02"},
    ),
    (
        "anniversary: every derivable end is kept, not only the latest",
        world(yearly(ANNIVERSARY), done("2023-02-01"), done("2023-11-10"), done("2024-08-20")),
        {"2024-08-19": "AW 2023-11-10 to 2025-02-01", "2024-08-20": "AW 2024-08-20 to 2025-11-10"},
    ),
    (
        "anniversary: of completions on one day neither is earlier",
        world(
            yearly(ANNIVERSARY, AW, Accepted("RF")),
            done("2024-01-10"),
            done("2024-01-10", "RF"),
            courses=(MONTH, Course("RF", 12)),
        ),
        {"2024-01-10": "RF 2024-01-10 to 2025-01-10"},
    ),
    (
        "anniversary: the months are those of the renewal",
        world(
            yearly(ANNIVERSARY, AW, Accepted("RF", "renewal", months=6)),
            done("2023-02-01"),
            done("2023-12-01", "RF"),
        ),
        {"2024-01-05": "RF 2023-12-01 to 2024-08-01"},
    ),
    (
        "anniversary: an end is cut by honoured_to before it is renewed from",
        world(
            yearly(ANNIVERSARY, Accepted("AW", honoured_to=day("2023-12-31")), Accepted("RF")),
            done("2023-02-01"),
            done("2024-01-15", "RF"),
        ),
        {"2024-01-15": "RF 2024-01-15 to 2025-01-15"},
    ),
    (
        "anniversary: the end that was cut is one to renew from",
        world(
            yearly(ANNIVERSARY, Accepted("AW", honoured_to=day("2023-12-31")), Accepted("RF")),
            done("2023-02-01"),
            done("2023-12-01", "RF"),
        ),
        {"2024-01-15": "RF 2023-12-01 to 2024-12-31"},
    ),
    (
        "anniversary: evidence that is not accepted is no end to renew from",
        world(yearly(ANNIVERSARY), done("2023-02-01", evidence="awaiting"), done("2023-12-01")),
        {"2024-01-15": "AW 2023-12-01 to 2024-12-01"},
    ),
    (
        "calendar: the first such day on or after the minimum",
        world(yearly(CALENDAR), done("2024-02-01"), done("2024-09-30"), done("2024-10-01")),
        {
            "2024-09-29": "AW 2024-02-01 to 2025-03-31",
            "2024-09-30": "AW 2024-09-30 to 2025-03-31",
            "2024-10-01": "AW 2024-10-01 to 2026-03-31",
        },
    ),
    (
        "calendar: the very day is on or after",
        world(yearly(replace(CALENDAR, minimum_months=12)), done("2024-03-31")),
        {"2024-03-31": "AW 2024-03-31 to 2025-03-31"},
    ),
    (
        "no validity does not end, whatever the renewal rule",
        world(yearly(CALENDAR), done("2024-02-01"), courses=(Course("AW"),)),
        {"2024-02-01": "AW 2024-02-01 to None", "2099-01-01": "AW 2024-02-01 to None"},
    ),
    (
        "never later than honoured_to, even without validity",
        world(
            requirement(accepts=(Accepted("AW", honoured_to=day("2024-05-31")),)),
            done("2024-02-01"),
            courses=(Course("AW"),),
        ),
        {"2024-05-31": "AW 2024-02-01 to 2024-05-31", "2024-06-01": ""},
    ),
    (
        "an earlier end stays when honoured_to is later",
        world(requirement(accepts=(Accepted("AW", honoured_to=day("2026-05-31")),)), done("2024-02-01")),
        {"2025-02-01": "AW 2024-02-01 to 2025-02-01", "2025-02-02": ""},
    ),
    (
        "never later than the day before it was revoked",
        world(done("2024-02-01", revoked="2024-06-01")),
        {"2024-05-31": "AW 2024-02-01 to 2024-05-31", "2024-06-01": ""},
    ),
    (
        "the proof has the latest end",
        world(
            BOTH, done("2024-03-01", "RF"), done("2024-02-01"), courses=(Course("AW", 24), Course("RF", 12))
        ),
        {"2024-03-01": "AW 2024-02-01 to 2026-02-01"},
    ),
    (
        "no end beats every end",
        world(BOTH, done("2024-03-01", "RF"), done("2024-02-01"), courses=(Course("AW"), Course("RF", 48))),
        {"2024-03-01": "AW 2024-02-01 to None"},
    ),
    (
        "then the latest completed on",
        world(yearly(CALENDAR), done("2024-02-01"), done("2024-03-01")),
        {"2024-03-01": "AW 2024-03-01 to 2025-03-31"},
    ),
    (
        "then the lowest course code",
        world(BOTH, done("2024-02-01", "RF"), done("2024-02-01")),
        {"2024-02-01": "AW 2024-02-01 to 2025-02-01"},
    ),
]


@pytest.mark.parametrize("sentence, given, says", PROOF, ids=[case[0] for case in PROOF])
def test_proof(sentence: str, given: World, says: dict[str, str]) -> None:
    reading = Reading(given)
    found = {text: reading.proof("P1", "R1", day(text)) for text in says}
    assert {
        text: f"{proof.completion.course} {proof.completion.completed_on} to {proof.end}" if proof else ""
        for text, proof in found.items()
    } == says
