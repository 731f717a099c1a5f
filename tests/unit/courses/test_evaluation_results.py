"""Evaluation added up: against a naive reading, and nobody's answers can be worked out."""

from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import product

from hypothesis import given, settings
from hypothesis import strategies as st

from courses.domain.evaluation import AGREES, FEWEST_SHOWN, STATEMENTS, When
from courses.domain.evaluation_results import (
    COMPARED,
    Answer,
    Results,
    results,
    shown_changes,
    tells_of_few,
    together,
)

EACH = range(len(STATEMENTS))
MARKS = st.tuples(*[st.integers(1, 5) for _ in EACH])
MOMENTS = st.sets(st.sampled_from(list(When)), min_size=1)


@st.composite
def sheets_of_people(draw: st.DrawFn) -> list[dict[When, tuple[int, ...]]]:
    """One sheet for each person: the marks at the moments at which they answered. Many answer at the same moments."""
    groups = draw(st.lists(st.tuples(MOMENTS, st.integers(1, 7)), max_size=4))
    moments = [when for when, people in groups for _ in range(people)]
    return [{when: draw(MARKS) for when in sorted(some)} for some in moments]


SHEETS = sheets_of_people()
OVER = st.one_of(st.just(set(When)), st.sets(st.sampled_from(list(When))))


def answers(sheets: Sequence[dict[When, tuple[int, ...]]]) -> list[Answer]:
    return [
        Answer(f"pair {number}", when, marks)
        for number, sheet in enumerate(sheets)
        for when, marks in sheet.items()
    ]


@given(SHEETS, OVER)
def test_what_is_shown_is_what_a_naive_reading_finds(
    sheets: list[dict[When, tuple[int, ...]]], over: set[When]
) -> None:
    found = results(answers(sheets), over)
    for when in When:
        given_then = [sheet[when] for sheet in sheets if when in sheet]
        if when not in over or len(given_then) < FEWEST_SHOWN:
            assert when not in found.sums
            assert (when in found.too_few) == (when in over)
            continue
        sums = found.sums[when]
        assert sums.people == len(given_then)
        for at in EACH:
            assert Fraction(sums.totals[at], sums.people) == Fraction(
                sum(marks[at] for marks in given_then), len(given_then)
            )
            assert sums.agreeing[at] == len([marks for marks in given_then if marks[at] in (AGREES, 5)])
    for when, change in found.changes.items():
        pairs = [(sheet[When.BEFORE], sheet[when]) for sheet in sheets if {When.BEFORE, when} <= sheet.keys()]
        assert change.people == len(pairs) >= FEWEST_SHOWN
        assert change.totals == tuple(sum(after[at] - before[at] for before, after in pairs) for at in EACH)


@given(SHEETS, OVER)
@settings(max_examples=60, deadline=None)  # thousands of combinations each
def test_no_sum_or_difference_of_what_is_shown_is_about_fewer_than_five_people(
    sheets: list[dict[When, tuple[int, ...]]], over: set[When]
) -> None:
    """Every combination with small whole numbers, tried one by one."""
    found = results(answers(sheets), over)
    figures = [*((when, False) for when in found.sums), *((when, True) for when in found.changes)]
    patterns = Counter(frozenset(sheet) for sheet in sheets)
    for weights in product(range(-2, 3), repeat=len(figures)):
        about = 0
        for moments, people in patterns.items():
            parts = Counter[When]()
            for (when, is_change), weight in zip(figures, weights, strict=True):
                if not is_change:
                    parts[when] += weight if when in moments else 0
                elif {When.BEFORE, when} <= moments:
                    parts[when] += weight
                    parts[When.BEFORE] -= weight
            about += people if any(parts.values()) else 0
        assert about == 0 or about >= FEWEST_SHOWN, weights


@given(st.lists(st.tuples(SHEETS, OVER), max_size=4))
def test_a_course_adds_up_what_is_shown_of_its_workshops_and_nothing_else(
    workshops: list[tuple[list[dict[When, tuple[int, ...]]], set[When]]],
) -> None:
    single = [results(answers(sheets), over) for sheets, over in workshops]
    course = together(single)
    for when in When:
        shown = [one.sums[when] for one in single if when in one.sums]
        assert (when in course.sums) == bool(shown)
        if shown:
            assert course.sums[when].people == sum(one.people for one in shown)
            assert course.sums[when].totals == tuple(sum(one.totals[at] for one in shown) for at in EACH)
    for when in COMPARED:
        changed = [one.changes[when] for one in single if when in one.changes]
        assert (when in course.changes) == bool(changed)


def test_four_answers_are_not_shown_and_five_are() -> None:
    sheet: dict[When, tuple[int, ...]] = {When.AFTER: (4, 4, 4, 4, 4)}
    four = results(answers([sheet] * 4), [When.AFTER])
    assert (dict(four.sums), set(four.too_few)) == ({}, {When.AFTER})
    assert results(answers([sheet] * 5), [When.AFTER]).sums[When.AFTER].people == 5


def test_while_people_can_still_answer_nothing_is_shown() -> None:
    sheet: dict[When, tuple[int, ...]] = {When.AFTER: (4, 4, 4, 4, 4)}
    assert results(answers([sheet] * 9), []) == Results({}, {}, frozenset())


def test_a_change_that_would_tell_of_three_people_is_held_back() -> None:
    both, after = frozenset({When.BEFORE, When.AFTER}), frozenset({When.AFTER})
    shown = (When.BEFORE, When.AFTER)
    assert shown_changes(((both, 6),), shown) == (When.AFTER,)
    assert shown_changes(((both, 6), (after, 3)), shown) == (), "all after, less those who are pairs"
    assert shown_changes(((both, 6), (after, 5)), shown) == (When.AFTER,)


def test_of_two_changes_one_is_held_back_where_together_they_tell_of_one_person() -> None:
    every, first = frozenset(When), frozenset({When.BEFORE, When.AFTER})
    patterns = ((every, 5), (first, 1))
    assert tells_of_few(patterns, tuple(When), COMPARED)
    assert shown_changes(patterns, tuple(When)) == (When.AFTER,)
