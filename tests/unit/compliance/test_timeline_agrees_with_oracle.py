"""The product's timelines against the slow reading of the counting rules, on every day of generated worlds.

`HYPOTHESIS_PROFILE=thorough` tries thousands of worlds instead of hundreds.
"""

from datetime import date, timedelta
from typing import NamedTuple

from hypothesis import given, note

from compliance.domain.spans import Span
from compliance.domain.timeline import Timelines
from foundation.dates import FAR_DAY
from tests.oracle.product import person_facts, rule_book, unit_numbers
from tests.oracle.profiles import examples
from tests.oracle.reading import Reading
from tests.oracle.strategies import histories, worlds
from tests.oracle.world import World, described

FIRST = date(2019, 10, 1)
LAST = date(2028, 12, 31)
DAYS = [FIRST + timedelta(days=number) for number in range((LAST - FIRST).days + 1)]


class Said(NamedTuple):
    """What both sides say of a day."""

    status: str
    due_on: date | None = None
    covered: bool = False
    course: str | None = None
    completed_on: date | None = None
    valid_until: date | None = None


@examples(300)
@given(world=worlds(max_people=2))
def test_every_day_of_every_timeline_is_as_the_rules_read(world: World) -> None:
    agrees(world)


@examples(150)
@given(world=worlds(max_people=2, history=True))
def test_every_day_is_as_the_rules_read_while_the_rule_book_changes(world: World) -> None:
    agrees(world)


@examples(200)
@given(world=histories())
def test_every_day_of_a_history_of_renewals_is_as_the_rules_read(world: World) -> None:
    agrees(world)


@examples(100)
@given(world=histories(bases=("calendar", "completion")))
def test_every_day_of_a_history_without_anniversaries_is_as_the_rules_read(world: World) -> None:
    agrees(world)


def agrees(world: World) -> None:
    """Fails on the first day on which the two differ, and shows the world in full."""
    note(described(world))
    reading = Reading(world)
    timelines = Timelines(rule_book(world))
    numbers = unit_numbers(world)
    for person in world.people:
        found = timelines.of(person_facts(world, person.ref))
        for code in sorted({line.code for line in world.requirements}):
            timeline = found.get(code)
            by_day = expanded(timeline.spans if timeline else ())
            units = timeline.units if timeline else ()
            for day in DAYS:
                product = product_says(by_day.get(day))
                oracle = oracle_says(reading, person.ref, code, day)
                assert product == oracle, f"{person.ref}, {code}, {day:%d %b %Y}"
                in_product = {unit.unit_id for unit in units if unit.first_day <= day <= unit.last_day}
                in_oracle = {numbers[s.organisation, s.unit] for s in reading.applies(person.ref, code, day)}
                assert in_product == in_oracle, f"units of {person.ref}, {code}, {day:%d %b %Y}"


def expanded(spans: tuple[Span, ...]) -> dict[date, Span]:
    """Spans as days; spans that overlap are an error."""
    by_day: dict[date, Span] = {}
    for span in spans:
        assert span.first_day <= span.last_day, f"an empty span: {span}"
        day = max(span.first_day, FIRST)
        while day <= min(span.last_day, LAST):
            assert day not in by_day, f"two spans on {day}"
            by_day[day] = span
            day += timedelta(days=1)
    return by_day


def product_says(span: Span | None) -> Said:
    if span is None:
        return Said("not_required")
    if not span.covered:
        return Said(str(span.status), span.due_on)
    until = None if span.valid_until == FAR_DAY else span.valid_until
    return Said(str(span.status), span.due_on, True, span.course, span.completed_on, until)


def oracle_says(reading: Reading, person_ref: str, requirement: str, day: date) -> Said:
    answer = reading.answer(person_ref, requirement, day)
    return Said(
        answer.status, answer.due_on, answer.covered, answer.course, answer.completed_on, answer.valid_until
    )
