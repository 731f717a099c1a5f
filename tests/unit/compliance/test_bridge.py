"""One example of each reason of a bridge, and of which comes first where several fit (docs/bridge.md)."""

from dataclasses import replace
from datetime import date

import pytest

from compliance.domain.bridge import (
    Bridge,
    BridgeLine,
    Bridging,
    Movements,
    Part,
    Reason,
    part_of,
)
from compliance.domain.change import Line, book_of, lines_of
from compliance.domain.figures import Counts
from compliance.domain.requirement import AcceptedCourse, Requirement, RoleLink, RuleBook
from compliance.domain.timeline import Exemption, PersonFacts, Timelines
from compliance.domain.unchanged import unchanged_since
from courses.domain import Completion, Course, Evidence
from foundation.dates import FAR_DAY, day_before
from people.domain import Absence, Place, RoleRule, Spell

FIRST, BETWEEN, LAST = date(2026, 3, 31), date(2026, 5, 1), date(2026, 6, 30)
LONG_AGO, LATER = date(2020, 1, 1), date(2026, 12, 31)
HOMES, PARKS = Place(1, "Homes", "Council", "council"), Place(2, "Parks", "Council", "council")
INSIDE_HOMES = frozenset({HOMES.unit_id})
BOOK = RuleBook(
    courses=(Course("AW", validity_months=24), Course("WR", validity_months=24)),
    requirements=(Requirement("AWARE"),),
    links=(RoleLink("AWARE", "frontline", 90),),
    accepted=(AcceptedCourse("AWARE", "AW"),),
)
COUNTS, IN_DATE, NOT_COUNTED = Part(1, 0), Part(1, 1), Part(0, 0)


def post(
    first: date = LONG_AGO, last: date = FAR_DAY, place: Place = HOMES, role: str = "frontline"
) -> Spell:
    return Spell(first, last, place, "Officer", frozenset({role} if role else ()))


def done(day: date, course: str = "AW", evidence: Evidence = Evidence.TRUSTED) -> Completion:
    return Completion(course, day, evidence)


OFFICER = PersonFacts(spells=(post(),))
NOBODY = PersonFacts()


def moved(
    person: PersonFacts,
    *,
    book: RuleBook = BOOK,
    inside: frozenset[int] | None = None,
    known_then: PersonFacts | None = None,
    days: tuple[date, date] = (FIRST, LAST),
) -> tuple[Reason | None, Part, Part]:
    """The reason, and the person's part in the figure at both ends."""
    bridging = Bridging(book, *days, inside)
    now, then = (Timelines(book).of(facts).get("AWARE") for facts in (person, known_then or person))
    shown, before = (bridging.span_on(timeline, days[0]) for timeline in (then, now))
    after = bridging.span_on(now, days[1])
    return bridging.reason("AWARE", before, after, person, shown), part_of(shown), part_of(after)


def changed(line: RoleLink | Requirement | AcceptedCourse | Course, on: date = BETWEEN) -> RuleBook:
    """The rule book in which this line took, on a day, the place of the line of its kind."""

    def is_replaced(other: Line) -> bool:
        return type(other) is type(line) and (not isinstance(line, Course) or other == BOOK.courses[0])

    kept = [
        replace(other, last_day=day_before(on)) if is_replaced(other) else other for other in lines_of(BOOK)
    ]
    return book_of([*kept, replace(line, first_day=on)])


@pytest.mark.parametrize(
    "completed, after",
    [((), COUNTS), ((done(date(2026, 5, 2)),), IN_DATE)],
    ids=["counted by joining", "trained since"],
)
def test_who_had_no_post_before_has_joined(completed: tuple[Completion, ...], after: Part) -> None:
    early = post(date(2026, 4, 1))
    days = (FIRST, date(2026, 7, 31))
    person = PersonFacts(spells=(early,), completions=completed)
    assert moved(person, days=days) == (Reason.JOINED, NOT_COUNTED, after)


def test_who_comes_back_after_a_time_without_a_post_has_joined() -> None:
    spells = (post(last=date(2026, 1, 31)), post(BETWEEN))
    person = PersonFacts(spells=spells, completions=(done(date(2025, 5, 1)),))
    assert moved(person) == (Reason.JOINED, NOT_COUNTED, IN_DATE)


def test_who_joins_and_is_not_yet_due_moves_nothing() -> None:
    assert moved(PersonFacts(spells=(post(BETWEEN),))) == (None, NOT_COUNTED, NOT_COUNTED)


def test_who_has_no_post_any_more_has_left() -> None:
    person = PersonFacts(spells=(post(last=BETWEEN),), completions=(done(date(2025, 5, 1)),))
    assert moved(person) == (Reason.LEFT, IN_DATE, NOT_COUNTED)
    assert moved(replace(person, completions=())) == (Reason.LEFT, COUNTS, NOT_COUNTED)


def test_who_left_and_came_back_with_new_time_has_left() -> None:
    person = PersonFacts(spells=(post(last=date(2026, 4, 1)), post(date(2026, 6, 1))))
    assert moved(person) == (Reason.LEFT, COUNTS, NOT_COUNTED)


def test_who_had_another_role_for_a_time_and_has_new_time_changed_role() -> None:
    without = post(date(2026, 4, 2), date(2026, 5, 31), role="")
    person = PersonFacts(spells=(post(last=date(2026, 4, 1)), without, post(date(2026, 6, 1))))
    assert moved(person) == (Reason.ROLE_CHANGE, COUNTS, NOT_COUNTED)


def test_of_a_unit_a_post_inside_on_one_day_only_is_a_move() -> None:
    spells = (post(last=BETWEEN), post(date(2026, 5, 2), place=PARKS))
    person = PersonFacts(spells=spells, completions=(done(date(2025, 5, 1)),))
    assert moved(person) == (None, IN_DATE, IN_DATE)
    assert moved(person, inside=INSIDE_HOMES) == (Reason.MOVED, IN_DATE, NOT_COUNTED)
    assert moved(person, inside=frozenset({PARKS.unit_id})) == (Reason.MOVED, NOT_COUNTED, IN_DATE)


@pytest.mark.parametrize("inside", [None, INSIDE_HOMES])
def test_who_takes_on_a_role_or_gives_it_up_changed_role(inside: frozenset[int] | None) -> None:
    gained = PersonFacts(
        spells=(post(last=BETWEEN, role=""), post(date(2026, 5, 2))), completions=(done(date(2025, 5, 1)),)
    )
    lost = PersonFacts(spells=(post(last=BETWEEN), post(date(2026, 5, 2), role="")))
    assert moved(gained, inside=inside) == (Reason.ROLE_CHANGE, NOT_COUNTED, IN_DATE)
    assert moved(lost, inside=inside) == (Reason.ROLE_CHANGE, COUNTS, NOT_COUNTED)


TRAINED = replace(OFFICER, completions=(done(date(2025, 5, 1)),))
CLERK = PersonFacts(spells=(post(role=""),))


@pytest.mark.parametrize(
    "book, person, before, after",
    [
        (changed(RoleLink("AWARE", "panel", 90)), OFFICER, COUNTS, NOT_COUNTED),
        (changed(RoleLink("AWARE", "*", 0)), CLERK, NOT_COUNTED, COUNTS),
        (changed(Requirement("AWARE", units=("Parks",))), OFFICER, COUNTS, NOT_COUNTED),
        (changed(AcceptedCourse("AWARE", "WR")), TRAINED, IN_DATE, COUNTS),
        (changed(Course("AW", validity_months=12)), TRAINED, IN_DATE, COUNTS),
        (
            book_of([*lines_of(BOOK), RoleRule("frontline", job_title="officer", first_day=BETWEEN)]),
            replace(CLERK, completions=TRAINED.completions),
            NOT_COUNTED,
            IN_DATE,
        ),
        (
            replace(BOOK, requirements=(Requirement("AWARE", first_day=BETWEEN),)),
            TRAINED,
            NOT_COUNTED,
            IN_DATE,
        ),
        (
            replace(BOOK, requirements=(Requirement("AWARE", last_day=BETWEEN),)),
            TRAINED,
            IN_DATE,
            NOT_COUNTED,
        ),
    ],
    ids=[
        *("another role", "everybody", "another unit", "another course", "shorter validity", "role rule"),
        *("comes into force", "ends"),
    ],
)
def test_whose_facts_stayed_while_the_rules_did_not_was_moved_by_the_rules(
    book: RuleBook, person: PersonFacts, before: Part, after: Part
) -> None:
    assert moved(person, book=book) == (Reason.RULE_CHANGE, before, after)


def test_a_rule_that_made_no_difference_to_a_person_is_not_the_reason() -> None:
    shorter = changed(Course("AW", validity_months=18))
    lapsed = replace(OFFICER, completions=(done(date(2024, 5, 1)),))
    assert moved(lapsed, book=shorter) == (Reason.LAPSED, IN_DATE, COUNTS)
    renewed = replace(OFFICER, completions=(done(date(2023, 5, 1)), done(BETWEEN)))
    assert moved(renewed, book=shorter) == (Reason.RENEWED, COUNTS, IN_DATE)


def test_a_rule_that_decided_where_somebody_stands_is_the_reason_whatever_else_happened() -> None:
    ended = replace(BOOK, requirements=(Requirement("AWARE", last_day=BETWEEN),))
    lapsed = replace(OFFICER, completions=(done(date(2024, 5, 1)),))
    assert moved(lapsed, book=ended) == (Reason.RULE_CHANGE, IN_DATE, NOT_COUNTED)


def test_what_would_have_happened_without_a_change_of_rules_is_told_as_if_there_had_been_none() -> None:
    ended = replace(BOOK, requirements=(Requirement("AWARE", last_day=BETWEEN),))
    exempt = replace(OFFICER, exemptions=(Exemption("AWARE", BETWEEN, LATER),))
    assert moved(exempt, book=ended) == (Reason.ABSENCE, COUNTS, NOT_COUNTED)


def test_who_joined_or_left_did_so_whatever_the_rules() -> None:
    everybody = changed(RoleLink("AWARE", "*", 0))
    joined = PersonFacts(spells=(post(BETWEEN, role=""),))
    assert moved(joined, book=everybody) == (Reason.JOINED, NOT_COUNTED, COUNTS)


@pytest.mark.parametrize(
    "away",
    [
        replace(OFFICER, absences=(Absence(BETWEEN, FAR_DAY),)),
        replace(OFFICER, exemptions=(Exemption("AWARE", BETWEEN, LATER),)),
    ],
    ids=["absence", "exemption"],
)
def test_who_is_away_or_exempt_on_the_last_day_is_not_counted_for_that(away: PersonFacts) -> None:
    assert moved(away) == (Reason.ABSENCE, COUNTS, NOT_COUNTED)
    trained = replace(away, completions=(done(date(2025, 5, 1)),))
    assert moved(trained) == (Reason.ABSENCE, IN_DATE, NOT_COUNTED)


@pytest.mark.parametrize(
    "away",
    [
        replace(OFFICER, absences=(Absence(LONG_AGO, BETWEEN),)),
        replace(OFFICER, exemptions=(Exemption(None, LONG_AGO, BETWEEN),)),
    ],
    ids=["absence", "exemption"],
)
def test_who_was_away_or_exempt_on_the_first_day_counts_for_that(away: PersonFacts) -> None:
    assert moved(away) == (Reason.ABSENCE, NOT_COUNTED, COUNTS)
    trained = replace(away, completions=(done(BETWEEN),))
    assert moved(trained) == (Reason.ABSENCE, NOT_COUNTED, IN_DATE)


def test_who_came_back_in_between_has_time_again_because_of_the_absence() -> None:
    person = replace(OFFICER, absences=(Absence(BETWEEN, date(2026, 6, 10)),))
    assert moved(person) == (Reason.ABSENCE, COUNTS, NOT_COUNTED)


@pytest.mark.parametrize(
    "before, completed, first",
    [
        ("outstanding", (), COUNTS),
        ("waiting for a check", (done(date(2026, 1, 1), evidence=Evidence.AWAITING),), COUNTS),
    ],
)
def test_whoever_is_in_date_now_and_never_was_is_newly_trained(
    before: str, completed: tuple[Completion, ...], first: Part
) -> None:
    person = replace(OFFICER, completions=(*completed, done(BETWEEN)))
    assert moved(person) == (Reason.NEWLY_TRAINED, first, IN_DATE), before


@pytest.mark.parametrize(
    "more",
    [(), (done(date(2026, 1, 1), evidence=Evidence.AWAITING),)],
    ids=["expired", "waiting for a check"],
)
def test_whoever_is_in_date_again_has_renewed(more: tuple[Completion, ...]) -> None:
    person = replace(OFFICER, completions=(done(date(2023, 5, 1)), *more, done(BETWEEN)))
    assert moved(person) == (Reason.RENEWED, COUNTS, IN_DATE)


def test_before_a_first_due_day_training_counts_as_new_or_as_renewed_just_the_same() -> None:
    starter = PersonFacts(spells=(post(date(2026, 3, 1)),), completions=(done(BETWEEN),))
    assert moved(starter) == (Reason.NEWLY_TRAINED, NOT_COUNTED, IN_DATE)
    trained_elsewhere = replace(starter, completions=(done(date(2023, 5, 1)), done(BETWEEN)))
    assert moved(trained_elsewhere) == (Reason.RENEWED, NOT_COUNTED, IN_DATE)


def test_whose_cover_ran_out_or_was_withdrawn_has_lapsed() -> None:
    ran_out = replace(OFFICER, completions=(done(date(2024, 5, 1)),))
    withdrawn = replace(OFFICER, completions=(replace(done(date(2025, 5, 1)), revoked_on=BETWEEN),))
    assert moved(ran_out) == (Reason.LAPSED, IN_DATE, COUNTS)
    assert moved(withdrawn) == (Reason.LAPSED, IN_DATE, COUNTS)


def test_who_has_lapsed_and_has_time_again_has_lapsed() -> None:
    person = replace(
        OFFICER, completions=(done(date(2024, 5, 1)),), absences=(Absence(BETWEEN, date(2026, 6, 10)),)
    )
    assert moved(person) == (Reason.LAPSED, IN_DATE, NOT_COUNTED)


def test_whose_day_has_passed_without_training_became_due() -> None:
    starter = PersonFacts(spells=(post(date(2026, 3, 1)),))
    assert moved(starter) == (Reason.BECAME_DUE, NOT_COUNTED, COUNTS)


def test_whoever_renews_in_time_moves_nothing() -> None:
    person = replace(OFFICER, completions=(done(date(2024, 5, 1)), done(date(2026, 4, 1))))
    assert moved(person) == (None, IN_DATE, IN_DATE)


def test_what_the_record_says_otherwise_now_is_a_correction() -> None:
    late = replace(OFFICER, completions=(done(date(2026, 3, 1)),))
    assert moved(late, known_then=OFFICER) == (Reason.CORRECTION, COUNTS, IN_DATE)
    assert moved(OFFICER, known_then=late) == (Reason.CORRECTION, IN_DATE, COUNTS)
    assert moved(NOBODY, known_then=OFFICER) == (Reason.CORRECTION, COUNTS, NOT_COUNTED)


def test_a_correction_comes_before_every_other_reason() -> None:
    leaver = PersonFacts(spells=(post(last=BETWEEN),))
    known_as_trained = replace(leaver, completions=(done(date(2025, 5, 1)),))
    assert moved(leaver, known_then=known_as_trained) == (Reason.CORRECTION, IN_DATE, NOT_COUNTED)


def test_what_was_recorded_since_and_happened_since_is_no_correction() -> None:
    renewed = replace(OFFICER, completions=(done(BETWEEN),))
    assert moved(renewed, known_then=OFFICER) == (Reason.NEWLY_TRAINED, COUNTS, IN_DATE)


def test_a_correction_that_leaves_the_part_as_it_was_moves_nothing() -> None:
    joined = PersonFacts(spells=(post(date(2026, 2, 1), BETWEEN),))
    assert moved(joined, known_then=NOBODY) == (None, NOT_COUNTED, NOT_COUNTED)


def test_movements_are_added_up_by_requirement_and_reason() -> None:
    movements = Movements()
    movements.add("AWARE", Reason.LAPSED, IN_DATE, COUNTS)
    movements.add("AWARE", Reason.LAPSED, IN_DATE, NOT_COUNTED)
    movements.add("AWARE", Reason.JOINED, NOT_COUNTED, IN_DATE)
    movements.add("AWARE", Reason.JOINED, NOT_COUNTED, COUNTS)
    movements.add("OTHER", Reason.MOVED, NOT_COUNTED, COUNTS)
    movements.add("OTHER", Reason.MOVED, IN_DATE, NOT_COUNTED)
    lines = movements.lines("AWARE")
    assert lines == (
        BridgeLine(Reason.JOINED, 2, counted_more=2, in_date_more=1),
        BridgeLine(Reason.LAPSED, 2, counted_fewer=1, in_date_fewer=2),
    )
    assert [(line.counted, line.in_date) for line in lines] == [(2, 1), (-1, -2)]
    (both_ways,) = movements.lines("OTHER")
    assert (both_ways.people, both_ways.counted, both_ways.in_date) == (2, 0, -1)
    assert movements.lines("NOBODY") == ()


def test_a_bridge_knows_whether_it_adds_up() -> None:
    lines = (BridgeLine(Reason.JOINED, 2, counted_more=2, in_date_more=1),)
    before = Counts(compliant=3, outstanding=1)
    assert Bridge("AWARE", before, Counts(compliant=4, outstanding=2), lines).adds_up
    assert not Bridge("AWARE", before, Counts(compliant=4, outstanding=1), lines).adds_up
    assert not Bridge("AWARE", before, Counts(compliant=3, outstanding=3), lines).adds_up


def test_rules_that_stay_are_those_of_the_day() -> None:
    book = changed(RoleLink("AWARE", "*", 0))
    frontline = RoleLink("AWARE", "frontline", 90)
    assert unchanged_since(book, FIRST).links == (frontline,)
    ended = replace(frontline, last_day=day_before(BETWEEN))
    assert set(unchanged_since(book, BETWEEN).links) == {ended, RoleLink("AWARE", "*", 0, BETWEEN)}


def test_a_course_that_is_not_listed_yet_keeps_its_first_line() -> None:
    listed_later = Course("AW", validity_months=12, first_day=LATER)
    assert unchanged_since(RuleBook(courses=(listed_later,)), FIRST).courses == (listed_later,)
