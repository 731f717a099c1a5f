"""The bridge against a slow reading of the rules, on generated worlds: it adds up, and its reasons are right.

`HYPOTHESIS_PROFILE=thorough` tries thousands of worlds instead of hundreds.
"""

from dataclasses import replace
from datetime import date
from itertools import combinations_with_replacement
from typing import NamedTuple

from hypothesis import given, note
from hypothesis import strategies as st

from compliance.domain.bridge import Bridge, Bridging, Movements, part_of
from compliance.domain.figures import NOBODY, Counts, counts_of
from compliance.domain.spans import Span
from compliance.domain.timeline import Timelines
from compliance.domain.unchanged import unchanged_since
from tests.oracle import bridge as oracle
from tests.oracle.product import person_facts, rule_book, unit_numbers
from tests.oracle.profiles import examples
from tests.oracle.reading import Reading, lies_under
from tests.oracle.strategies import histories, interesting_days, unit_paths, worlds
from tests.oracle.world import EVERYONE, RoleLink, World, described

MOST_DAYS = 5


class Question(NamedTuple):
    """Two ends, the earlier day first; `then` is what was known at the first end."""

    then: World
    now: World
    first: date
    last: date
    unit: str | None


class Asked(NamedTuple):
    """A world as it was known then and as it is known now, days in order, and units; None is everybody."""

    then: World
    now: World
    days: list[date]
    units: list[str | None]

    @property
    def questions(self) -> list[Question]:
        """From each day to itself and to each later one, of each unit."""
        pairs = combinations_with_replacement(self.days, 2)
        return [Question(self.then, self.now, *pair, unit) for pair in pairs for unit in self.units]


class Answer(NamedTuple):
    """The bridge of each requirement, and the reason given for each person who moved."""

    bridges: dict[str, Bridge]
    reasons: dict[tuple[str, str], str]


@st.composite
def questions(draw: st.DrawFn, of: st.SearchStrategy[World], *, corrected: bool = False) -> Asked:
    now = draw(of)
    then = draw(_less_known(now)) if corrected else now
    named = interesting_days(now) or [date(2024, 1, 1)]
    days = sorted(draw(st.sets(st.sampled_from(named), min_size=min(4, len(named)), max_size=MOST_DAYS)))
    paths = unit_paths(now)
    return Asked(then, now, days, [None, *([draw(st.sampled_from(paths))] if paths else [])])


def asking_everybody(world: World) -> World:
    """The same world with requirements for everybody on every day, so that more happens."""
    lines = {line.code: line for line in world.requirements}
    everybody = (
        replace(line, roles=(RoleLink(EVERYONE, 30),), units=(), sectors=(), first_day=None, last_day=None)
        for line in lines.values()
    )
    return replace(world, requirements=tuple(everybody))


@st.composite
def _less_known(draw: st.DrawFn, world: World) -> World:
    """The same world as it was known before some of its facts were recorded."""

    def some(facts: tuple[object, ...]) -> tuple[object, ...]:
        return tuple(fact for fact in facts if draw(st.integers(0, 2)))

    kinds = ("spells", "completions", "absences", "exemptions", "grants", "role_rules")
    return replace(world, **{kind: some(getattr(world, kind)) for kind in kinds})  # type: ignore[arg-type]  # by name


def answer(question: Question) -> Answer:
    """What the product says, made from everybody's facts."""
    then, now, first, last, unit = question
    numbers = unit_numbers(now)
    inside = None
    if unit is not None:
        inside = {number for (_, path), number in numbers.items() if lies_under(path, unit)}
    book, book_then = rule_book(now), rule_book(then)
    bridging = Bridging(book, first, last, inside)
    timelines, timelines_then = Timelines(book), Timelines(book_then)
    movements = Movements()
    counts: dict[str, tuple[list[Span], list[Span]]] = {code: ([], []) for code in book.codes}
    reasons = {}
    for person in now.people:
        facts = person_facts(now, person.ref)
        of_person, shown_of_person = timelines.of(facts), timelines_then.of(person_facts(then, person.ref))
        for code in book.codes:
            shown = bridging.span_on(shown_of_person.get(code), first)
            before, after = (bridging.span_on(of_person.get(code), day) for day in (first, last))
            for span, spans in zip((shown, after), counts[code], strict=True):
                spans.extend([span] if span is not None else [])
            reason = bridging.reason(code, before, after, facts, shown)
            if reason is not None:
                movements.add(code, reason, part_of(shown), part_of(after))
                reasons[person.ref, code] = reason.value
                if not bridging.needs_facts(code, before, after):
                    light = replace(facts, completions=(), absences=(), exemptions=(), category="")
                    assert bridging.reason(code, before, after, light, shown) == reason
    bridges = {
        code: Bridge(code, _counted(shown_spans), _counted(spans), movements.lines(code))
        for code, (shown_spans, spans) in counts.items()
    }
    return Answer(bridges, reasons)


def _counted(spans: list[Span]) -> Counts:
    return counts_of((span.status, span.covered) for span in spans) if spans else NOBODY


def all_agree(asked: Asked) -> None:
    """Fails where a bridge does not add up to the oracle's figures, or names another reason or other people."""
    then, now, days, _ = asked
    note(f"{described(now)}\nas known then:\n{described(then)}")
    reading = Reading(now)
    reading_then = reading if then is now else Reading(then)
    still = {day: Reading(oracle.unchanged(now, day)) for day in days}
    for question in asked.questions:
        agrees(question, reading_then, reading, still[question.first])


def agrees(question: Question, reading_then: Reading, reading: Reading, still: Reading) -> None:
    _, now, first, last, unit = question
    note(f"from {first} to {last} in {unit}")
    found = answer(question)
    reasons = {}
    for code, bridge in found.bridges.items():
        assert bridge.adds_up
        moved = 0
        for person in now.people:
            reason = oracle.reason(reading_then, reading, still, person.ref, code, first, last, unit)
            if reason is not None:
                reasons[person.ref, code] = reason
                moved += 1
        assert sum(line.people for line in bridge.lines) == moved, "everybody who moved is in one line"
        for end, of_day, figure in ((reading_then, first, bridge.before), (reading, last, bridge.after)):
            parts = [oracle.part(end, person.ref, code, of_day, unit) for person in now.people]
            assert (figure.counted, figure.in_date) == tuple(map(sum, zip(*parts, strict=True)))
    assert found.reasons == reasons


WORLDS = worlds(max_people=3)
CHANGING = worlds(max_people=3, history=True)


@examples(120)
@given(asked=questions(WORLDS | WORLDS.map(asking_everybody)))
def test_the_bridge_adds_up_and_gives_the_reason_that_the_rules_give(asked: Asked) -> None:
    all_agree(asked)


@examples(120)
@given(asked=questions(CHANGING))
def test_it_does_while_the_rule_book_changes(asked: Asked) -> None:
    all_agree(asked)


@examples(80)
@given(asked=questions(histories()))
def test_it_does_over_a_history_of_renewals(asked: Asked) -> None:
    all_agree(asked)


@examples(80)
@given(asked=questions(CHANGING | WORLDS.map(asking_everybody), corrected=True))
def test_it_does_between_two_states_of_the_record(asked: Asked) -> None:
    all_agree(asked)


@examples(100)
@given(world=CHANGING, data=st.data())
def test_rules_that_stay_as_they_are_on_a_day_give_the_same_on_that_day(
    world: World, data: st.DataObject
) -> None:
    note(described(world))
    book = rule_book(world)
    as_is = Timelines(book)
    day = data.draw(st.sampled_from(interesting_days(world) or [date(2024, 1, 1)]))
    still = Timelines(unchanged_since(book, day))
    for person in world.people:
        facts = person_facts(world, person.ref)
        found, unchanged = as_is.of(facts), still.of(facts)
        for code in book.codes:
            said = [
                span and replace(span, first_day=date.min, last_day=date.max)
                for timeline in (found.get(code), unchanged.get(code))
                for span in [timeline.on(day) if timeline else None]
            ]
            assert said[0] == said[1], f"{person.ref}, {code}"
