"""Where and when to run workshops: who is counted on, the greedy choice, and that the percentages are the engine's."""

from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction

from hypothesis import given, note
from hypothesis import strategies as st

from compliance.domain.figures import counts_of
from compliance.domain.requirement import AcceptedCourse, Requirement, RoleLink, RuleBook
from compliance.domain.spans import NO_TIMELINE, Status
from compliance.domain.timeline import Timelines
from compliance.domain.workshop_need import (
    LACKING,
    Counting,
    Lack,
    Lacking,
    Need,
    Opening,
    Wanted,
    expected,
    needs,
    no_show_rate,
    provided_for,
    requirements_met,
    suggestions,
)
from courses.domain import Completion, Course
from foundation.dates import FAR_DAY, FIRST_DAY
from tests.oracle.product import person_facts, rule_book
from tests.oracle.profiles import examples
from tests.oracle.strategies import worlds
from tests.oracle.world import World, described

TODAY = date(2026, 6, 1)
LAST = date(2026, 12, 1)
BOOK = RuleBook(
    courses=(Course("WRAP", "WRAP", mode="workshop", validity_months=12),),
    requirements=(Requirement("R"),),
    links=(RoleLink("R", "*", 30),),
    accepted=(AcceptedCourse("R", "WRAP"),),
)
NOTHING_DONE = Counting(BOOK, "WRAP", {})


def lack(person_id: int, first: date, last: date = FAR_DAY, status: Status = Status.OUTSTANDING) -> Lack:
    return Lack(person_id, "R", status, first, last)


def need(person_id: int, by: date, site: str = "Depot", *, booked: bool = False) -> Need:
    return Need(person_id, by, ("R",), site, booked)


def wanted(capacity: int, sittings: int = 6, days: int = 6) -> Wanted:
    every = [TODAY + timedelta(days=14 + 7 * number) for number in range(days)]
    return Wanted(capacity, sittings, every, LAST)


@examples(200)
@given(world=worlds(max_people=3), data=st.data())
def test_what_becomes_of_a_requirement_is_what_the_engine_says(world: World, data: st.DataObject) -> None:
    """People whom a sitting makes compliant, and those newly counted, against timelines with the completion added."""
    note(described(world))
    book = rule_book(world)
    course = data.draw(st.sampled_from(sorted({line.code for line in book.courses} | {"none"})), "course")
    taken = data.draw(st.dates(date(2022, 1, 1), date(2027, 12, 31)), "taken on")
    day = taken + timedelta(days=data.draw(st.integers(0, 400), "days later"))
    facts = {number: person_facts(world, person.ref) for number, person in enumerate(world.people)}
    before = Timelines(book)
    lacks = [
        Lack(number, code, span.status, span.first_day, span.last_day)
        for number, one in facts.items()
        for code, timeline in before.of(one).items()
        for span in timeline.spans
        if span.status in LACKING
    ]
    counting = Counting(book, course, {number: tuple(one.completions) for number, one in facts.items()})
    lacking, taken_on = Lacking.of(lacks), dict.fromkeys(facts, taken)
    for code in book.codes:
        was: list[tuple[Status, bool]] = []
        then: list[tuple[Status, bool]] = []
        for one in facts.values():
            with_it = replace(one, completions=[*one.completions, Completion(course, taken)])
            for found, those in ((was, one), (then, with_it)):
                span = before.of(those).get(code, NO_TIMELINE).on(day)
                if span is not None:
                    found.append((span.status, span.covered))
        gain = lacking.gain(code, day, taken_on, counting)
        after = counts_of(then)
        assert gain.added_to(counts_of(was)) == (after.in_date, after.counted), code


def test_only_requirements_that_accept_the_course_in_the_period_are_met() -> None:
    later = replace(BOOK, accepted=(replace(BOOK.accepted[0], first_day=LAST + timedelta(days=1)),))
    assert requirements_met(BOOK, "WRAP", TODAY, LAST) == ["R"]
    assert requirements_met(BOOK, "OTHER", TODAY, LAST) == []
    assert requirements_met(later, "WRAP", TODAY, LAST) == []


def test_whoever_is_overdue_now_or_will_be_needs_a_place_and_others_do_not() -> None:
    lacks = [
        lack(1, FIRST_DAY),
        lack(2, date(2026, 9, 1), status=Status.EXPIRED),
        lack(3, LAST + timedelta(days=1)),
        lack(4, FIRST_DAY, status=Status.AWAITING_CHECK),
        lack(5, FIRST_DAY, date(2026, 8, 1), Status.NOT_YET_DUE),
    ]
    found = needs(lacks, {1: "Depot"}, NOTHING_DONE, frozenset({2}), TODAY, LAST)
    assert found == [need(1, TODAY), need(2, date(2026, 9, 1), "", booked=True)]


def test_nobody_is_asked_to_come_to_what_would_not_count() -> None:
    after_another = replace(BOOK, courses=(replace(BOOK.courses[0], prerequisites=("FIRST",)),))
    done = {2: [Completion("FIRST", date(2026, 1, 1))]}
    counting = Counting(after_another, "WRAP", done)
    found = needs([lack(1, FIRST_DAY), lack(2, FIRST_DAY)], {}, counting, frozenset(), TODAY, LAST)
    assert [one.person_id for one in found] == [2]


def test_those_who_lapse_first_come_first_and_nobody_twice() -> None:
    people = [need(number, TODAY + timedelta(days=number)) for number in range(1, 8)]
    found = suggestions(people[::-1], wanted(3), NOTHING_DONE)
    assert [one.people for one in found] == [(1, 2, 3), (4, 5, 6), (7,)]
    assert all(one.site == "Depot" for one in found)


def test_a_place_has_a_workshop_of_its_own_where_half_the_room_is_filled() -> None:
    people = [
        *(need(number, TODAY, "Depot") for number in range(1, 4)),
        *(need(number, TODAY, "Library") for number in range(4, 10)),
        need(10, TODAY, "School"),
    ]
    found = suggestions(people, wanted(6), NOTHING_DONE)
    assert [(one.site, len(one.people)) for one in found] == [("Library", 6), ("Depot", 3), ("School", 1)]
    few = suggestions([need(1, TODAY, "Depot"), need(2, TODAY, "School")], wanted(20), NOTHING_DONE)
    assert [(one.site, one.people) for one in few] == [("", (1, 2))]


def test_whoever_is_booked_needs_no_other_place() -> None:
    assert suggestions([need(1, TODAY, booked=True)], wanted(5), NOTHING_DONE) == []


def test_free_places_of_planned_sittings_go_to_those_who_lapse_first_of_whom_they_are_for() -> None:
    day, later = TODAY + timedelta(days=10), TODAY + timedelta(days=20)
    people = [
        need(1, TODAY, booked=True),
        *(need(number, TODAY + timedelta(days=number)) for number in range(2, 7)),
    ]
    openings = [Opening(later, 2), Opening(day, 1, frozenset({1, 4, 6}))]
    assert provided_for(people, openings, NOTHING_DONE) == {4: day, 2: later, 3: later}
    assert provided_for(people, [Opening(day, 100)], NOTHING_DONE) == dict.fromkeys(range(2, 7), day)
    assert provided_for(people, [], NOTHING_DONE) == {}


def test_a_free_place_is_for_nobody_whom_the_course_would_not_help_then() -> None:
    another = Counting(BOOK, "OTHER", {})
    assert provided_for([need(1, TODAY)], [Opening(TODAY, 5)], another) == {}


def test_no_more_sittings_are_suggested_than_can_be_run() -> None:
    people = [need(number, TODAY) for number in range(100)]
    found = suggestions(people, wanted(5, sittings=3), NOTHING_DONE)
    assert [one.day for one in found] == list(wanted(5).days[:3])
    assert [one.overdue for one in found] == [5, 5, 5]


@given(
    by=st.lists(st.integers(0, 180), max_size=40),
    capacity=st.integers(1, 12),
    sittings=st.integers(0, 6),
)
def test_rooms_are_never_overfull_and_nobody_comes_twice(by: list[int], capacity: int, sittings: int) -> None:
    people = [
        need(number, TODAY + timedelta(days=days), f"Site {days % 3}") for number, days in enumerate(by)
    ]
    found = suggestions(people, wanted(capacity, sittings), NOTHING_DONE)
    came = [person_id for one in found for person_id in one.people]
    assert len(came) == len(set(came)) == min(len(people), len(came))
    assert all(0 < len(one.people) <= capacity for one in found)
    assert len(found) <= sittings
    assert [one.day for one in found] == sorted({one.day for one in found})


def test_what_is_usual_gives_way_to_what_was_seen() -> None:
    assert no_show_rate(0, 0) == Fraction(15, 100)
    assert no_show_rate(1, 0) < Fraction(1, 4)
    assert abs(no_show_rate(400, 1600) - Fraction(20, 100)) < Fraction(1, 1000)


@given(people=st.integers(0, 500), stayed=st.integers(0, 500), came=st.integers(0, 500))
def test_never_more_come_than_were_asked(people: int, stayed: int, came: int) -> None:
    rate = no_show_rate(stayed, came)
    assert 0 < rate < 1
    assert 0 <= expected(people, rate) <= people
