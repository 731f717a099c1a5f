"""Counting rule 10 on the slow reading: if the rules themselves broke these, no product could keep them."""

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from tests.oracle.profiles import examples
from tests.oracle.reading import COUNTED, Reading
from tests.oracle.strategies import histories, interesting_days, unit_paths, worlds
from tests.oracle.world import Completion, World

LADDER = ("outstanding", "expired", "awaiting_check", "not_yet_due", "expiring", "compliant")
BREAKDOWNS = (None, "organisation", "unit")


def some_days(draw: st.DataObject, world: World, most: int = 6) -> list[date]:
    days = interesting_days(world) or [date(2024, 1, 1)]
    return draw.draw(st.lists(st.sampled_from(days), min_size=1, max_size=most, unique=True), label="days")


def percentages(reading: Reading, day: date) -> dict[tuple[Any, ...], Fraction | None]:
    """Every percentage of a day, exactly."""
    found: dict[tuple[Any, ...], Fraction | None] = {}
    for by in BREAKDOWNS:
        answer = reading.figures(day, by)
        for row in answer["rows"]:
            key = (row["requirement"], row["organisation"], row["unit"])
            counted, required = row["counted"], row["required"]
            found[*key, "net"] = Fraction(row["compliant"], counted) if counted else None
            found[*key, "gross"] = Fraction(row["covered"], required) if required else None
        people = answer["people"]
        everything = people["counted"]
        found["people",] = Fraction(people["compliant_in_all"], everything) if everything else None
    return found


@examples(150)
@given(world=worlds(max_people=3), data=st.data())
def test_adding_an_accepted_completion_never_lowers_a_status_or_a_percentage(world: World, data: Any) -> None:
    person = data.draw(st.sampled_from(world.people)).ref
    course = data.draw(st.sampled_from(world.courses)).code
    near = data.draw(st.sampled_from(interesting_days(world) or [date(2024, 1, 1)]))
    added = Completion(person, course, near)
    assume(all((c.person_ref, c.course, c.completed_on) != (person, course, near) for c in world.completions))
    richer_world = replace(world, completions=(*world.completions, added))
    before, after = Reading(world), Reading(richer_world)
    for day in some_days(data, richer_world):
        for code in sorted({line.code for line in world.requirements}):
            was, now = before.answer(person, code, day), after.answer(person, code, day)
            assert was.covered <= now.covered
            if was.status in LADDER:
                assert LADDER.index(was.status) <= LADDER.index(now.status), f"{code} on {day}"
            else:
                assert was.status == now.status
        new = percentages(after, day)
        for key, percentage in percentages(before, day).items():
            if percentage is not None:
                now_is = new[key]
                assert now_is is not None, f"{key} on {day}"
                assert percentage <= now_is, f"{key} on {day}"


@examples(150)
@given(world=worlds(max_people=3), data=st.data())
def test_evidence_awaiting_a_check_changes_no_percentage(world: World, data: Any) -> None:
    checked = tuple(c for c in world.completions if c.evidence != "awaiting")
    assume(checked != world.completions)
    with_it, without = Reading(world), Reading(replace(world, completions=checked))
    for day in some_days(data, world):
        assert percentages(with_it, day) == percentages(without, day), day


@examples(300)
@given(world=histories(), data=st.data())
def test_renewing_inside_the_window_never_ends_cover_earlier_than_renewing_on_the_last_day(
    world: World, data: Any
) -> None:
    (requirement,) = world.requirements
    far = date(2035, 1, 1)
    ends = [counting.end for counting in Reading(world).countings("P1", "R1", far)]
    finite = [end for end in ends if end is not None]
    assume(finite and len(finite) == len(ends))
    last_day = max(finite)
    window = [last_day - timedelta(days=number) for number in range(requirement.renewal.window_days + 1)]
    latest = max(completion.completed_on for completion in world.completions)
    window = [day for day in window if day > latest]
    assume(window)
    early = data.draw(st.sampled_from(window), label="early")
    course = data.draw(st.sampled_from(requirement.accepts), label="course").course
    assert cover_ends(world, Completion("P1", course, early)) >= cover_ends(
        world, Completion("P1", course, last_day)
    )


def cover_ends(world: World, added: Completion) -> date:
    reading = Reading(replace(world, completions=(*world.completions, added)))
    ends = [counting.end or date.max for counting in reading.countings("P1", "R1", date(2035, 1, 1))]
    return max(ends)


@examples(150)
@given(world=worlds(), data=st.data())
def test_the_statuses_add_up_to_the_people_required_and_so_do_the_rows_behind_them(
    world: World, data: Any
) -> None:
    reading = Reading(world)
    for day in some_days(data, world, most=3):
        for unit in (None, *unit_paths(world)):
            people = reading.people(day, unit=unit)
            for row in reading.figures(day, unit=unit)["rows"]:
                mine = [person for person in people if person["requirement"] == row["requirement"]]
                statuses = Counter(person["status"] for person in mine)
                assert row["compliant"] == statuses["compliant"] + statuses["expiring"]
                apart = (
                    "exempt",
                    "absent",
                    "not_yet_due",
                    "expiring",
                    "awaiting_check",
                    "expired",
                    "outstanding",
                )
                assert {name: row[name] for name in apart} == {name: statuses[name] for name in apart}
                assert row["required"] == len({person["person_ref"] for person in mine}) == statuses.total()
                assert row["counted"] == sum(statuses[status] for status in COUNTED)


@examples(100)
@given(world=worlds(), data=st.data())
def test_the_order_of_entry_means_nothing(world: World, data: Any) -> None:
    turned = World(
        *(tuple(data.draw(st.permutations(getattr(world, name)))) for name in world.__dataclass_fields__)
    )
    for day in some_days(data, world, most=3):
        for by in BREAKDOWNS:
            assert Reading(world).figures(day, by) == Reading(turned).figures(day, by)
        assert Reading(world).people(day) == Reading(turned).people(day)
