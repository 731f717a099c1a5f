"""Changing the rule book: new lines hold from the effective day on, and the days before stay as they were."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compliance.domain.change import book_of, change, clipped, concerned, lines_of
from compliance.domain.effect import effects
from compliance.domain.figures import Counts
from compliance.domain.requirement import EVERYONE, AcceptedCourse, Requirement, RoleLink, RuleBook, Target
from compliance.domain.timeline import PersonFacts, Timelines
from compliance.programme.words import counted, notes
from courses.domain import Completion, Course
from foundation.dates import FAR_DAY, FIRST_DAY
from people.domain import Place, RoleLine, RoleRule, Spell
from tests.unit.compliance.rule_books import EDGES, rule_books

APRIL = date(2026, 4, 1)
BEFORE = date(2026, 3, 31)
BOOK = book_of(
    [
        RoleLine("frontline", "Front-line staff"),
        RoleRule("frontline", job_title="*officer*"),
        Course("AW", "Awareness", validity_months=24),
        Course("RF", "Refresher"),
        Requirement("AWARE", "Awareness", sectors=("council",), first_day=date(2024, 4, 1)),
        Requirement("LEAD", "Leaders"),
        RoleLink("AWARE", "frontline", 90),
        RoleLink("LEAD", EVERYONE, 30),
        AcceptedCourse("AWARE", "AW"),
        AcceptedCourse("LEAD", "RF"),
        Target("AWARE", 7000, first_day=date(2024, 4, 1)),
    ],
    "Prevent",
)
DAYS = st.sampled_from(
    [*EDGES, *(day + timedelta(days=1) for day in EDGES), FIRST_DAY, date(2030, 1, 1), FAR_DAY]
)


def swapped(book: RuleBook, old: object, new: object) -> RuleBook:
    assert old in lines_of(book)
    return book_of([new if line == old else line for line in lines_of(book)], book.name)  # type: ignore[misc]  # the test gives lines


def test_an_empty_rule_book_takes_every_line_with_its_own_days() -> None:
    found = change(RuleBook(), BOOK, APRIL)
    assert found.effective is None
    assert found.after == BOOK
    assert found.after.name == "Prevent"
    assert not found.moved


def test_a_changed_line_ends_the_day_before_and_begins_anew() -> None:
    old, new = BOOK.course_lines["AW"][0], Course("AW", "Awareness", validity_months=12)
    found = change(BOOK, swapped(BOOK, old, new), APRIL)
    assert found.ended == (old,)
    assert found.kept == (replace(old, last_day=BEFORE),)
    assert found.added == (replace(new, first_day=APRIL),)
    assert found.moved == ()
    assert found.after.course_lines["AW"] == (*found.kept, *found.added)


def test_a_line_that_is_gone_from_the_file_ends_the_day_before() -> None:
    wanted = book_of([line for line in lines_of(BOOK) if not isinstance(line, Target)])
    found = change(BOOK, wanted, APRIL)
    assert found.after.targets == (replace(BOOK.targets[0], last_day=BEFORE),)


def test_a_line_that_would_have_begun_later_is_taken_back_whole() -> None:
    later = Target("AWARE", 8000, first_day=date(2027, 4, 1))
    recorded = book_of([*lines_of(BOOK), later])
    found = change(recorded, BOOK, APRIL)
    assert found.ended == (later,)
    assert found.kept == ()
    assert found.after == BOOK


def test_a_line_that_begins_later_is_taken_with_its_own_days() -> None:
    later = Target("AWARE", 8000, first_day=date(2027, 4, 1))
    found = change(BOOK, book_of([*lines_of(BOOK), later]), APRIL)
    assert found.added == (later,)
    assert found.moved == ()


def test_a_new_line_with_an_earlier_first_day_counts_from_the_effective_day_and_is_told() -> None:
    early = RoleRule("frontline", sector="school", first_day=date(2020, 1, 1))
    found = change(BOOK, book_of([*lines_of(BOOK), early]), APRIL)
    assert found.added == (replace(early, first_day=APRIL),)
    assert found.moved == (early,)


def test_a_new_line_that_ended_before_the_effective_day_changes_nothing_and_is_told() -> None:
    past = RoleRule("frontline", sector="school", last_day=BEFORE)
    found = change(BOOK, book_of([*lines_of(BOOK), past]), APRIL)
    assert not found
    assert found.past == (past,)


def test_undoing_a_change_on_the_same_day_leaves_nothing_of_it() -> None:
    changed = swapped(BOOK, BOOK.links[0], replace(BOOK.links[0], days=30))
    back = change(change(BOOK, changed, APRIL).after, BOOK, APRIL).after
    assert {link.days for link in back.links_of("AWARE")} == {90}
    assert not change(back, BOOK, APRIL)


def test_a_change_from_the_very_first_day_leaves_nothing_of_the_old_line() -> None:
    changed = swapped(BOOK, BOOK.links[0], replace(BOOK.links[0], days=30))
    assert change(BOOK, changed, FIRST_DAY).after == changed


def test_a_new_name_alone_is_a_change_and_no_name_keeps_the_old() -> None:
    assert change(BOOK, replace(BOOK, name="Other"), APRIL).renames
    assert not change(BOOK, replace(BOOK, name=""), APRIL)


@settings(max_examples=40, deadline=None)
@given(recorded=rule_books(), wanted=rule_books(), day=DAYS, later=st.integers(0, 3000))
def test_from_the_effective_day_on_the_wanted_lines_hold_and_before_it_nothing_changes(
    recorded: RuleBook, wanted: RuleBook, day: date, later: int
) -> None:
    after = change(recorded, wanted, day).after
    assert {clipped(line, day) for line in lines_of(after)} - {None} == {
        clipped(line, day) for line in lines_of(wanted)
    } - {None}
    past = {
        replace(line, last_day=min(line.last_day, day)) for line in lines_of(recorded) if line.first_day < day
    }
    kept = {
        replace(line, last_day=min(line.last_day, day)) for line in lines_of(after) if line.first_day < day
    }
    # A line that ended on `day` itself and one that went on were alike before it.
    assert {replace(line, last_day=min(line.last_day, day - timedelta(days=1))) for line in past} == {
        replace(line, last_day=min(line.last_day, day - timedelta(days=1))) for line in kept
    }
    again = day if (FAR_DAY - day).days < later else day + timedelta(days=later)
    assert not change(after, wanted, again)


@settings(max_examples=40, deadline=None)
@given(recorded=rule_books(), wanted=rule_books(), day=st.sampled_from(EDGES))
def test_every_change_has_its_words(recorded: RuleBook, wanted: RuleBook, day: date) -> None:
    found = change(recorded, wanted, day)
    told = counted(notes(found))
    assert told["added"] + told["changed"] == len(found.added)
    assert told["ended"] + told["changed"] == len(found.ended)


@pytest.mark.parametrize(
    "old, new, expected",
    [
        (BOOK.courses[0], replace(BOOK.courses[0], validity_months=12), {"AWARE"}),
        (BOOK.courses[0], replace(BOOK.courses[0], title="Other", provider="Other"), set()),
        (BOOK.role_rules[0], replace(BOOK.role_rules[0], job_title="*clerk*"), {"AWARE"}),
        (BOOK.roles[0], replace(BOOK.roles[0], title="Other"), set()),
        (BOOK.targets[0], replace(BOOK.targets[0], percent_hundredths=8000), set()),
        (BOOK.requirements[1], replace(BOOK.requirements[1], title="Other"), set()),
        (BOOK.requirements[1], replace(BOOK.requirements[1], expiring_days=30), {"LEAD"}),
        (BOOK.links[1], replace(BOOK.links[1], days=10), {"LEAD"}),
        (BOOK.accepted[0], replace(BOOK.accepted[0], honoured_to=APRIL), {"AWARE"}),
    ],
)
def test_only_requirements_that_rest_on_the_changed_line_are_concerned(
    old: object, new: object, expected: set[str]
) -> None:
    after = swapped(BOOK, old, new)
    assert concerned(BOOK, after) == expected
    assert concerned(BOOK, change(BOOK, after, APRIL).after) == expected


@pytest.mark.parametrize(
    "old, new, expected",
    [
        (
            BOOK.courses[0],
            replace(BOOK.courses[0], validity_months=12),
            'Course "AW": validity 12 months instead of 24 months, from 1 April 2026',
        ),
        (
            BOOK.targets[0],
            replace(BOOK.targets[0], percent_hundredths=7250),
            'Target of requirement "AWARE": percent 72.5 instead of 70, from 1 April 2026',
        ),
        (
            BOOK.links[1],
            replace(BOOK.links[1], last_day=date(2026, 5, 1)),
            'Requirement "LEAD" for everyone: last day 1 May 2026 instead of open, from 1 April 2026',
        ),
    ],
)
def test_a_change_is_told_field_by_field(old: object, new: object, expected: str) -> None:
    (note,) = notes(change(BOOK, swapped(BOOK, old, new), APRIL))
    assert (note.action, note.text) == ("changed", expected)


HOME = Place(1, "", "Borough", "council")


def officer(*completions: Completion, title: str = "Officer") -> PersonFacts:
    return PersonFacts(spells=[Spell(date(2025, 1, 1), FAR_DAY, HOME, title)], completions=completions)


def test_the_effect_names_who_gains_loses_becomes_overdue_and_becomes_compliant() -> None:
    people = [
        (1, officer(Completion("AW", date(2025, 6, 1)))),  # in date until the validity shrinks
        (2, officer(title="Clerk")),  # comes under the new role rule, long due
        (3, officer(title="Officer in training")),  # outstanding before and after
        (
            4,
            officer(Completion("RF", date(2026, 1, 1)), title="Officer"),
        ),  # the refresher is accepted from now on
    ]
    course, rule = BOOK.courses[0], BOOK.role_rules[0]
    wanted = swapped(BOOK, course, replace(course, validity_months=6))
    wanted = swapped(wanted, rule, RoleRule("frontline", job_title="officer"))
    wanted = book_of(
        [*lines_of(wanted), RoleRule("frontline", job_title="clerk"), AcceptedCourse("AWARE", "RF")]
    )
    after = change(BOOK, wanted, APRIL).after
    (effect,) = effects(BOOK, after, concerned(BOOK, after), people, APRIL)
    assert effect.requirement == "AWARE"
    assert (effect.gain, effect.lose) == ((2,), (3,))
    assert effect.become_overdue == (1,)
    assert effect.become_compliant == (4,)
    assert effect.before == Counts(compliant=1, outstanding=2, covered=1)
    assert effect.after == Counts(compliant=1, expired=1, not_yet_due=1, covered=1)
    assert (effect.before.percent, effect.after.percent) == ("33.3", "50.0")


def test_a_person_who_gains_a_requirement_that_is_long_due_becomes_overdue() -> None:
    wanted = swapped(BOOK, BOOK.requirements[0], replace(BOOK.requirements[0], sectors=()))
    school = Place(2, "", "Academy", "school")
    person = PersonFacts(spells=[Spell(date(2025, 1, 1), FAR_DAY, school, "Officer")])
    zero = swapped(wanted, wanted.links[0], replace(wanted.links[0], days=0))
    after = change(BOOK, zero, APRIL).after
    day = date(2026, 4, 2)
    (effect,) = effects(BOOK, after, {"AWARE"}, [(7, person)], day)
    assert (effect.gain, effect.become_overdue) == ((7,), (7,))


def test_the_figures_before_and_after_carry_their_targets() -> None:
    wanted = swapped(BOOK, BOOK.targets[0], replace(BOOK.targets[0], percent_hundredths=8000))
    after = change(BOOK, wanted, APRIL).after
    people = [(1, officer(Completion("AW", date(2025, 6, 1))))]
    (effect,) = effects(BOOK, after, {"AWARE"}, people, APRIL)
    assert (effect.target_before, effect.target_after) == (7000, 8000)
    assert effect.judged_after is not None
    assert effect.judged_after.met


@settings(max_examples=40, deadline=None)
@given(recorded=rule_books(), wanted=rule_books(), day=st.sampled_from(EDGES))
def test_requirements_that_are_not_concerned_keep_their_timelines(
    recorded: RuleBook, wanted: RuleBook, day: date
) -> None:
    after = change(recorded, wanted, day).after
    person = PersonFacts(
        spells=[Spell(date(2023, 1, 1), FAR_DAY, HOME, "Officer", frozenset({"panel"}))],
        completions=[Completion("AW", date(2024, 1, 1)), Completion("WR", date(2025, 1, 1))],
    )
    untouched = {*recorded.codes, *after.codes} - concerned(recorded, after)
    was, now = Timelines(recorded, untouched).of(person), Timelines(after, untouched).of(person)
    assert was == now


@settings(max_examples=40, deadline=None)
@given(recorded=rule_books(), wanted=rule_books(), day=st.sampled_from(EDGES))
def test_the_required_days_before_the_effective_day_are_never_rewritten(
    recorded: RuleBook, wanted: RuleBook, day: date
) -> None:
    after = change(recorded, wanted, day).after
    person = PersonFacts(spells=[Spell(date(2023, 1, 1), FAR_DAY, HOME, "Officer", frozenset({"panel"}))])
    was, now = Timelines(recorded).of(person), Timelines(after).of(person)
    for code in was.keys() | now.keys():
        for back in (1, 2, 40, 400):
            then = day - timedelta(days=back)
            before = was[code].on(then) if code in was else None
            unchanged = now[code].on(then) if code in now else None
            assert (before and before.status) == (unchanged and unchanged.status), (code, then)
