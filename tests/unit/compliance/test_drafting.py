"""One line of the rule book begins, changes or ends from a day on; the rest and the past stay."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from compliance.domain.change import Line, change, clipped, key, lines_of
from compliance.domain.drafting import (
    CollisionError,
    added,
    ahead,
    carried_over,
    changed,
    ended,
    mark_of,
    moved,
    taken_out,
)
from compliance.domain.requirement import AcceptedCourse, Requirement, RoleLink, RuleBook, Target
from compliance.programme.words import notes
from courses.domain import Course
from foundation.dates import FAR_DAY, FIRST_DAY, day_before
from foundation.errors import DomainError
from people.domain import RoleLine
from tests.oracle.profiles import examples
from tests.unit.compliance.rule_books import EDGES, rule_books

APRIL, JULY = date(2026, 4, 1), date(2026, 7, 1)
TARGET = Target("AWARE", 70_00)
LINK = RoleLink("AWARE", "frontline", 90)
BOOK = RuleBook(
    roles=(RoleLine("frontline", "Front line"),),
    courses=(Course("AW", "Awareness", validity_months=24),),
    requirements=(Requirement("AWARE", "Awareness", "duty"),),
    links=(LINK,),
    accepted=(AcceptedCourse("AWARE", "AW"),),
    targets=(TARGET,),
)
DAYS = st.sampled_from([*EDGES, *(day + timedelta(days=1) for day in EDGES), date(2026, 5, 3)])


def on(book: RuleBook, day: date) -> set[Line]:
    """What holds on a day, whatever its days."""
    return {
        replace(line, first_day=FIRST_DAY, last_day=FAR_DAY)
        for line in lines_of(book)
        if line.first_day <= day <= line.last_day
    }


def test_a_change_ends_the_old_line_the_day_before_and_begins_the_new_one() -> None:
    book = changed(BOOK, TARGET, replace(TARGET, percent_hundredths=80_00), APRIL)
    assert book.targets == (
        replace(TARGET, last_day=date(2026, 3, 31)),
        replace(TARGET, percent_hundredths=80_00, first_day=APRIL),
    )


def test_a_line_that_is_to_come_is_changed_where_it_begins() -> None:
    later = replace(TARGET, percent_hundredths=80_00, first_day=JULY)
    book = replace(BOOK, targets=(replace(TARGET, last_day=day_before(JULY)), later))
    assert changed(book, later, replace(later, percent_hundredths=85_00), APRIL).targets == (
        book.targets[0],
        replace(later, percent_hundredths=85_00),
    )
    assert ended(book, later, APRIL).targets == (book.targets[0],)


def test_changing_back_leaves_no_trace() -> None:
    there = changed(BOOK, TARGET, replace(TARGET, percent_hundredths=80_00), APRIL)
    back = changed(there, there.targets[1], TARGET, APRIL)
    assert not change(BOOK, back, APRIL)
    assert back == BOOK


def test_a_new_line_holds_up_to_the_next_about_the_same_thing() -> None:
    later = RoleLink("AWARE", "panel", 30, JULY)
    book = added(replace(BOOK, links=(LINK, later)), RoleLink("AWARE", "panel", 60), APRIL)
    assert RoleLink("AWARE", "panel", 60, APRIL, day_before(JULY)) in book.links


def test_what_is_there_already_is_not_added_again() -> None:
    for line in (LINK, TARGET, AcceptedCourse("AWARE", "AW", "renewal"), Course("AW")):
        with pytest.raises(DomainError, match="has this already"):
            added(BOOK, line, APRIL)


def test_a_course_may_be_accepted_on_other_terms_for_other_days_of_completion() -> None:
    old = AcceptedCourse("AWARE", "AW", taken_to=date(2025, 12, 31))
    new = AcceptedCourse("AWARE", "AW", validity_months=12, taken_from=date(2026, 1, 1))
    book = added(replace(BOOK, accepted=(old,)), new, APRIL)
    assert len(book.accepted) == 2
    with pytest.raises(DomainError, match="has this already"):
        changed(book, old, replace(old, taken_to=None), APRIL)


def test_nothing_different_and_what_is_over_are_refused() -> None:
    with pytest.raises(DomainError, match="Nothing is different"):
        changed(BOOK, TARGET, TARGET, APRIL)
    over = replace(TARGET, last_day=date(2026, 3, 1))
    with pytest.raises(DomainError, match="ends before 1 April 2026"):
        ended(BOOK, over, APRIL)
    with pytest.raises(DomainError, match="ends before 1 April 2026"):
        changed(BOOK, over, TARGET, APRIL)


def test_a_draft_is_moved_to_another_day() -> None:
    wanted = added(ended(BOOK, LINK, APRIL), Target("AWARE", 50_00, "Homes"), APRIL)
    later = moved(change(BOOK, wanted, APRIL), JULY)
    assert later == added(ended(BOOK, LINK, JULY), Target("AWARE", 50_00, "Homes"), JULY)
    assert moved(change(BOOK, later, JULY), APRIL) == wanted
    short = replace(BOOK, links=(replace(LINK, last_day=date(2026, 5, 1)),))
    draft = change(short, ended(short, short.links[0], APRIL), APRIL)
    with pytest.raises(DomainError, match="ends before 1 July 2026"):
        moved(draft, JULY)


def test_a_draft_is_carried_over_to_what_others_recorded_elsewhere_and_not_to_the_same_thing() -> None:
    draft = changed(BOOK, TARGET, replace(TARGET, percent_hundredths=80_00), APRIL)
    elsewhere = ended(BOOK, LINK, APRIL)
    assert carried_over(BOOK, draft, elsewhere) == ended(draft, LINK, APRIL)
    there_too = changed(BOOK, TARGET, replace(TARGET, percent_hundredths=75_00), APRIL)
    with pytest.raises(CollisionError) as refused:
        carried_over(BOOK, draft, there_too)
    assert refused.value.keys == (key(TARGET),)
    assert taken_out(draft, BOOK, [key(TARGET)]) == BOOK


def test_what_lies_ahead_is_told_day_by_day() -> None:
    book = ended(changed(BOOK, TARGET, replace(TARGET, percent_hundredths=80_00), APRIL), LINK, JULY)
    told = [(day, [note.text for note in notes(turn)]) for day, turn in ahead(book, date(2026, 1, 1))]
    assert told == [
        (APRIL, ['Target of requirement "AWARE": percent 80 instead of 70, from 1 April 2026']),
        (JULY, ['Requirement "AWARE" for role "frontline" ends before 1 July 2026']),
    ]


def test_a_mark_tells_lines_apart() -> None:
    lines = [*lines_of(BOOK), replace(LINK, days=91), replace(LINK, first_day=APRIL)]
    assert len({mark_of(line) for line in lines}) == len(lines)


@examples(60, 2_000)
@given(rule_books(), DAYS, st.data())
def test_an_edit_touches_its_line_from_its_day_on_and_nothing_else(
    book: RuleBook, day: date, data: st.DataObject
) -> None:
    assume(lines_of(book))
    line = data.draw(st.sampled_from(lines_of(book)))
    try:
        after = ended(book, line, day)
    except DomainError:
        assert line.last_day < day
        return
    for other in [*EDGES, day, day_before(day), date(2027, 1, 1)]:
        wanted = on(book, other)
        if other >= day and line.first_day <= other <= line.last_day:
            wanted = wanted - on(RuleBook(), other) - {replace(line, first_day=FIRST_DAY, last_day=FAR_DAY)}
        # A target may be there twice; then one of them goes on.
        assert on(after, other) <= on(book, other)
        assert wanted <= on(after, other)
    found = change(book, after, day)
    assert {clipped(one, day) for one in lines_of(found.after)} == {
        clipped(one, day) for one in lines_of(after)
    }


@examples(60, 2_000)
@given(rule_books(), DAYS)
def test_what_lies_ahead_leads_from_each_day_to_the_last(book: RuleBook, day: date) -> None:
    turns = ahead(book, day)
    assert [turn for turn, _ in turns] == sorted({turn for turn, _ in turns})
    assert all(turn > day for turn, _ in turns)
    for turn, found in turns:
        assert {replace(line, first_day=FIRST_DAY, last_day=FAR_DAY) for line in found.added} <= on(
            book, turn
        )
