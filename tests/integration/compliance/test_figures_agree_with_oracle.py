"""Generated worlds go in as files and come out as figures, which are those of the slow reading of the rules.

Every status, day and number is compared, on both databases, in any order of files and rows; the oracle has seen
nothing but the world. `HYPOTHESIS_PROFILE=thorough` tries thousands of worlds.
"""

from collections import Counter
from datetime import date, datetime
from pathlib import Path

from hypothesis import given, note
from hypothesis import strategies as st

from tests.integration.compliance.product import (
    LONG_AGO,
    TODAY,
    Answer,
    Files,
    Product,
    asking_everybody,
    read_files,
    sayable,
)
from tests.oracle.files import programme, write_files
from tests.oracle.reading import Reading
from tests.oracle.strategies import interesting_days, worlds
from tests.oracle.world import World, described

FACTS = ("people", "absences", "completions", "exemptions", "grants")
STATUSES = ("exempt", "absent", "not_yet_due", "awaiting_check", "expired", "outstanding")
WORLDS = worlds(completed_until=TODAY).map(sayable)
MOST_DAYS, FULLEST = 20, 2
"""Days of a world that are compared, and on how many of them, where most is to be seen, in answer to every question."""


def test_figures_from_files_are_those_of_the_rules_read_day_by_day(product: Product, tmp_path: Path) -> None:
    @product.examples(40, 15, thorough=1_500)
    @given(world=st.one_of(WORLDS.map(asking_everybody), WORLDS), data=st.data())
    def agrees(world: World, data: st.DataObject) -> None:
        note(described(world))
        product.reset()
        load(product, world, tmp_path, data)
        days = some_days(world, data, MOST_DAYS)
        reading = Reading(world)
        assert product.differences() == []
        breakdowns_agree(product, reading, days)
        fullest = sorted(days, key=lambda day: variety(reading, day))[-FULLEST:]
        for day in fullest:
            every_question_agrees(product, reading, day)
        every_question_agrees(product, reading, fullest[-1], known_at=product.now)

    agrees()


def load(product: Product, world: World, folder: Path, data: st.DataObject) -> None:
    """The files of a world, their rows and the files themselves in any order that their codes allow."""
    write_files(world, folder / "files", lambda rows: data.draw(st.permutations(rows), label="rows"))
    files = read_files(folder / "files")
    people, absences, completions, exemptions, grants = FACTS
    if data.draw(st.booleans(), label="rules first"):
        order = [
            "programme",
            people,
            *data.draw(st.permutations([absences, completions, exemptions, grants])),
        ]
        order = data.draw(st.sampled_from([order, [people, "programme", *order[2:]]]), label="order")
        product.load_all(files, order)
        return
    # Completions need the codes of courses: a rule book that asks nothing comes first, the requirements last.
    product.load_all(files | codes_only(world), ["programme"])
    product.load_all(
        files, [people, *data.draw(st.permutations([absences, completions, grants]), label="order")]
    )
    product.load_all(files, ["programme", exemptions], programme={"effective": LONG_AGO})


def codes_only(world: World) -> Files:
    """The courses of a world in a rule book without requirements."""
    bare = World(courses=world.courses, roles=world.roles)
    return {"programme": programme(bare).encode()}


def some_days(world: World, data: st.DataObject, most: int) -> list[date]:
    """Days on which something may change, and today."""
    named = sorted({*interesting_days(world), TODAY})
    if len(named) <= most:
        return named
    picked = data.draw(st.sets(st.sampled_from(named), min_size=most, max_size=most), label="days")
    return sorted(picked)


def breakdowns_agree(product: Product, reading: Reading, days: list[date]) -> None:
    """The figures of the whole, of its parts and of each unit on many days, and everybody behind them."""
    questions = [(None, None), ("organisation", None), ("unit", None)]
    for by, unit in [*questions, *((None, path) for path in paths_with_posts(reading.world))]:
        for day, found in zip(days, product.figures(days, by, unit), strict=True):
            assert found == reading.figures(day, by, unit), (day, by, unit)
            if by is None:
                behind = product.people(day, unit)
                assert behind == reading.people(day, unit), (day, unit)
                adds_up(found, behind)


def variety(reading: Reading, day: date) -> tuple[int, int]:
    """How much there is to count on a day: statuses that occur, and people required."""
    rows = reading.people(day)
    return len({(row["requirement"], row["status"]) for row in rows}), len(rows)


def every_question_agrees(
    product: Product, reading: Reading, day: date, known_at: datetime | None = None
) -> None:
    """Every breakdown and narrowing of one day, from the tables or from the facts known at a moment."""
    world = reading.world
    paths = [None, *paths_with_posts(world)]
    codes = [None, *sorted({line.code for line in world.requirements})]
    for unit in paths:
        for code in codes:
            behind = product.people(day, unit, code, known_at)
            assert behind == reading.people(day, unit, code), (day, unit, code)
            (found,) = product.figures([day], None, unit, code, known_at)
            assert found == reading.figures(day, None, unit, code), (day, unit, code)
            adds_up(found, behind)
    for by in ("organisation", "unit", "role", "sector"):
        for unit, code in {(None, None), (paths[-1], None), (None, codes[-1]), (paths[-1], codes[-1])}:
            (found,) = product.figures([day], by, unit, code, known_at)
            assert found == reading.figures(day, by, unit, code), (day, by, unit, code)
    the_bridge_holds(product, day, known_at)


def the_bridge_holds(product: Product, day: date, known_at: datetime | None) -> None:
    """The parts add up to the whole and the people counted in more than one of them (rule 8)."""
    (whole,) = product.figures([day], known_at=known_at)
    for by in ("organisation", "role", "sector"):
        (parts,) = product.figures([day], by, known_at=known_at)
        again = product.counted_again(day, known_at, by)
        for row in whole["rows"]:
            in_parts = sum(
                part["required"] for part in parts["rows"] if part["requirement"] == row["requirement"]
            )
            assert in_parts == row["required"] + again.get(row["requirement"], 0), by


def adds_up(found: Answer, behind: list[Answer]) -> None:
    """The statuses add up to the people required, and the rows behind a figure to every number of it (rule 10.4)."""
    for row in found["rows"]:
        rows = [person for person in behind if person["requirement"] == row["requirement"]]
        statuses = Counter(person["status"] for person in rows)
        assert row["required"] == len(rows) == len({person["person_ref"] for person in rows})
        assert row["compliant"] == statuses["compliant"] + statuses["expiring"]
        assert row["expiring"] == statuses["expiring"]
        assert {name: row[name] for name in STATUSES} == {name: statuses[name] for name in STATUSES}
        assert row["counted"] == sum(person["counted"] for person in rows)
        assert row["covered"] == sum(person["course"] is not None for person in rows)
        assert row["required"] == row["compliant"] + sum(row[name] for name in STATUSES)
    shown = {row["requirement"] for row in found["rows"]}
    assert {person["requirement"] for person in behind} <= shown


def paths_with_posts(world: World) -> list[str]:
    """The units that the files name, and those above them."""
    found = set()
    for spell in world.spells:
        parts = spell.unit.split(" > ") if spell.unit else []
        found |= {" > ".join(parts[:depth]) for depth in range(1, len(parts) + 1)}
    return sorted(found)
