"""What a requirement asks of somebody: the courses that would do, what waits for a check, when to renew."""

from datetime import date

import pytest

from compliance.domain.asked import (
    Part,
    counted_towards,
    options,
    part_of,
    renewable_from,
    terms_on,
    waiting_for,
)
from compliance.domain.requirement import AcceptedCourse, Renewal, Requirement, RuleBook, Terms
from compliance.domain.spans import Status
from courses.domain import Completion, Course, Evidence
from foundation.dates import FAR_DAY

TODAY = date(2026, 6, 1)
AWARE = "AWARE"
PLAIN = Renewal()
COURSES = (
    Course("BASE", "Awareness", "Home Office", "e_learning", 40, 24, (), "https://www.gov.uk/"),
    Course("TALK", "A talk", "The council", "workshop", 20, 24),
    Course("AGAIN", "Refresher", "Home Office", "e_learning", 30, 24, (), "https://www.gov.uk/again"),
    Course(
        "DEEP", "In depth", "Home Office", "e_learning", 10, 24, ("BASE", "OLD"), "https://www.gov.uk/deep"
    ),
    Course("OLD", "Retired", last_day=date(2020, 12, 31)),
)


def terms(*accepted: AcceptedCourse, renewal: Renewal = PLAIN) -> tuple[RuleBook, Terms]:
    book = RuleBook(
        courses=COURSES, requirements=(Requirement(AWARE, "Awareness", renewal=renewal),), accepted=accepted
    )
    found = terms_on(book, AWARE, TODAY)
    assert found is not None
    return book, found


def done(course: str, day: date, evidence: Evidence = Evidence.TRUSTED) -> Completion:
    return Completion(course, day, evidence)


def titles(accepted: list[AcceptedCourse], *completions: Completion) -> list[str]:
    book, rules = terms(*accepted)
    return [option.course.code for option in options(book, rules, completions, TODAY)]


EVERY = [
    AcceptedCourse(AWARE, "TALK"),
    AcceptedCourse(AWARE, "DEEP"),
    AcceptedCourse(AWARE, "AGAIN", "renewal"),
    AcceptedCourse(AWARE, "BASE"),
]


def test_somebody_new_is_led_to_what_needs_nothing_first_and_can_be_begun_at_once() -> None:
    assert titles(EVERY) == ["BASE", "TALK", "DEEP"]


def test_whoever_has_something_to_renew_is_led_to_the_course_for_renewing() -> None:
    assert titles(EVERY, done("BASE", date(2024, 1, 1))) == ["AGAIN", "DEEP", "BASE", "TALK"]


@pytest.mark.parametrize("evidence", [Evidence.AWAITING, Evidence.REJECTED])
def test_what_is_not_accepted_renews_nothing(evidence: Evidence) -> None:
    assert "AGAIN" not in titles(EVERY, done("BASE", date(2026, 5, 1), evidence))


@pytest.mark.parametrize(
    "gone",
    [
        AcceptedCourse(AWARE, "BASE", taken_from=date(2026, 6, 2)),
        AcceptedCourse(AWARE, "BASE", taken_to=date(2026, 5, 31)),
        AcceptedCourse(AWARE, "BASE", honoured_to=date(2026, 5, 31)),
    ],
)
def test_a_course_that_would_not_count_if_taken_today_is_not_offered(gone: AcceptedCourse) -> None:
    assert titles([gone, AcceptedCourse(AWARE, "TALK")]) == ["TALK"]


def test_a_course_that_needs_another_first_says_which_and_leaves_out_those_that_are_gone() -> None:
    book, rules = terms(AcceptedCourse(AWARE, "DEEP"))
    (option,) = options(book, rules, [], TODAY)
    assert [course.code for course in option.before] == ["BASE"]
    (option,) = options(book, rules, [done("OLD", date(2019, 1, 1))], TODAY)
    assert option.before == ()


def test_where_every_course_to_do_first_is_gone_they_are_named_all_the_same() -> None:
    book = RuleBook(
        courses=(Course("NEXT", "Next", prerequisites=("OLD",)), COURSES[-1]),
        requirements=(Requirement(AWARE),),
        accepted=(AcceptedCourse(AWARE, "NEXT"),),
    )
    rules = terms_on(book, AWARE, TODAY)
    assert rules is not None
    (option,) = options(book, rules, [], TODAY)
    assert [course.code for course in option.before] == ["OLD"]


def test_what_waits_is_the_completion_that_would_give_cover() -> None:
    _, rules = terms(AcceptedCourse(AWARE, "BASE"))
    sent = done("BASE", date(2026, 5, 1), Evidence.AWAITING)
    assert waiting_for(rules, [sent], TODAY) == sent
    assert waiting_for(rules, [done("BASE", date(2026, 5, 1))], TODAY) is None
    assert waiting_for(rules, [done("BASE", date(2026, 5, 1), Evidence.REJECTED)], TODAY) is None


def test_what_would_count_no_longer_or_for_nothing_does_not_wait() -> None:
    _, rules = terms(AcceptedCourse(AWARE, "BASE"))
    assert waiting_for(rules, [done("BASE", date(2020, 1, 1), Evidence.AWAITING)], TODAY) is None
    assert waiting_for(rules, [done("TALK", date(2026, 5, 1), Evidence.AWAITING)], TODAY) is None


def test_a_renewal_waits_where_it_lasts_longer_than_what_counts_already() -> None:
    _, rules = terms(AcceptedCourse(AWARE, "BASE"))
    before = done("BASE", date(2024, 7, 1))
    later = done("BASE", date(2026, 5, 1), Evidence.AWAITING)
    earlier = done("BASE", date(2024, 6, 20), Evidence.AWAITING)
    assert waiting_for(rules, [before, later], TODAY) == later
    assert waiting_for(rules, [earlier, before], TODAY) is None


def test_a_prerequisite_that_waits_is_what_waits() -> None:
    _, rules = terms(AcceptedCourse(AWARE, "DEEP"))
    first = done("BASE", date(2026, 4, 1), Evidence.AWAITING)
    assert waiting_for(rules, [first, done("DEEP", date(2026, 5, 1))], TODAY) == first


@pytest.mark.parametrize(
    "renewal, valid_until, expected",
    [
        (Renewal(), date(2026, 12, 1), None),
        (Renewal("anniversary", window_days=90), FAR_DAY, None),
        (Renewal("anniversary", window_days=61), date(2026, 12, 1), date(2026, 10, 1)),
        (Renewal("calendar", month=3, day=31, minimum_months=6), date(2027, 3, 31), date(2026, 10, 1)),
        (Renewal("calendar", month=2, day=28, minimum_months=6), date(2027, 2, 28), date(2026, 9, 1)),
        (Renewal("calendar", month=3, day=31), date(2027, 3, 31), date(2027, 4, 1)),
    ],
)
def test_the_first_day_to_renew_follows_the_renewal_rule(
    renewal: Renewal, valid_until: date, expected: date | None
) -> None:
    assert renewable_from(renewal, valid_until) == expected


@pytest.mark.parametrize(
    "renewal",
    [
        Renewal("anniversary", window_days=30),
        Renewal("calendar", month=3, day=31, minimum_months=6),
        Renewal("calendar", month=2, day=28, minimum_months=6),
    ],
)
def test_renewing_on_that_day_loses_nothing_and_the_day_before_it_does(renewal: Renewal) -> None:
    _, rules = terms(AcceptedCourse(AWARE, "BASE"), renewal=renewal)
    first = done("BASE", date(2024, 9, 15))
    (counted,) = counted_towards(rules, [first])
    day = renewable_from(renewal, counted.valid_until)
    assert day is not None
    full = max(one.valid_until for one in counted_towards(rules, [first, done("BASE", day)]))
    early = date.fromordinal(day.toordinal() - 1)
    less = max(one.valid_until for one in counted_towards(rules, [first, done("BASE", early)]))
    assert less < full


@pytest.mark.parametrize("status", Status)
def test_every_status_has_its_place_and_only_what_is_to_do_can_wait_instead(status: Status) -> None:
    still, sent = part_of(status, waiting=False), part_of(status, waiting=True)
    assert sent is (Part.WAITING if still is Part.TO_DO else still)
    assert (still is Part.NOT_COUNTED) == (status in (Status.EXEMPT, Status.ABSENT, Status.NOT_REQUIRED))


def test_a_completion_that_was_withdrawn_at_once_counts_towards_nothing() -> None:
    _, rules = terms(AcceptedCourse(AWARE, "BASE"))
    day = date(2026, 5, 1)
    assert counted_towards(rules, [Completion("BASE", day, Evidence.TRUSTED, revoked_on=day)]) == []
    (counted,) = counted_towards(rules, [Completion("BASE", day, Evidence.TRUSTED, date(2026, 6, 1))])
    assert counted.valid_until == date(2026, 5, 31)
