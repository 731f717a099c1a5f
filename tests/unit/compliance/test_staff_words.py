"""What a page tells staff: am I up to date, by when, how far off that is, why me; in plain English."""

from datetime import date, timedelta

import pytest

from compliance import wording
from compliance.domain.asked import Part, part_of
from compliance.domain.spans import Status
from courses.domain import Evidence
from foundation.dates import FAR_DAY

TODAY = date(2026, 5, 3)
DUE, ENDS = date(2026, 12, 1), date(2027, 3, 31)
PAST = date(2026, 4, 24)


@pytest.mark.parametrize(
    "days, expected",
    [
        (0, "today"),
        (1, "tomorrow"),
        (-1, "yesterday"),
        (2, "in 2 days"),
        (12, "in 12 days"),
        (-9, "9 days ago"),
        (61, "in 61 days"),
        (62, "in 2 months"),
        (-62, "2 months ago"),
        (365, "in 12 months"),
        (-700, "23 months ago"),
        (731, "in 2 years"),
        (-3000, "8 years ago"),
    ],
)
def test_how_far_off_a_day_is_is_said_as_people_say_it(days: int, expected: str) -> None:
    assert wording.distance_words(TODAY + timedelta(days), TODAY) == expected


@pytest.mark.parametrize(
    "standing, expected",
    [
        ([], "No training is required of you."),
        ([Status.COMPLIANT], "You are up to date. There is nothing to do."),
        ([Status.COMPLIANT, Status.EXEMPT], "You are up to date. There is nothing to do."),
        ([Status.OUTSTANDING], "You are not up to date. 1 thing is overdue."),
        (
            [Status.EXPIRED, Status.OUTSTANDING, Status.NOT_YET_DUE],
            "You are not up to date. 2 things are overdue.",
        ),
        ([Status.NOT_YET_DUE, Status.COMPLIANT], "Nothing is overdue. You have 1 thing to do."),
        ([Status.NOT_YET_DUE, Status.EXPIRING], "Nothing is overdue. You have 2 things to do."),
        ([Status.EXPIRING, Status.COMPLIANT], "You are up to date. 1 thing runs out soon."),
        ([Status.EXPIRING, Status.EXPIRING], "You are up to date. 2 things run out soon."),
        ([Status.AWAITING_CHECK], "You have nothing to do. 1 thing is waiting for a check."),
        ([Status.AWAITING_CHECK, Status.EXPIRED], "You are not up to date. 1 thing is overdue."),
        ([Status.ABSENT], "Nothing is asked of you while you are away from work."),
        ([Status.EXEMPT], "Nothing is asked of you today."),
    ],
)
def test_the_answer_is_about_what_presses_most(standing: list[Status], expected: str) -> None:
    found = [(part_of(status, waiting=False), status) for status in standing]
    assert wording.answer(found) == expected


def test_what_was_sent_in_is_no_longer_to_do() -> None:
    assert wording.answer([(Part.WAITING, Status.NOT_YET_DUE)]).startswith("You have nothing to do.")
    sentence = wording.answer([(Part.WAITING, Status.NOT_YET_DUE), (Part.TO_DO, Status.NOT_YET_DUE)])
    assert sentence == "Nothing is overdue. You have 1 thing to do."


@pytest.mark.parametrize(
    "status, due_on, valid_until, expected",
    [
        (Status.OUTSTANDING, PAST, None, "Now: it was due by 24 April 2026, 9 days ago"),
        (Status.EXPIRED, None, PAST, "Now: it ran out on 24 April 2026, 9 days ago"),
        (Status.EXPIRED, None, None, "Now: what you did no longer counts"),
        (Status.NOT_YET_DUE, date(2026, 5, 15), None, "By 15 May 2026, in 12 days"),
        (Status.NOT_YET_DUE, TODAY, None, "By 3 May 2026, today"),
        (Status.EXPIRING, None, date(2026, 5, 4), "By 4 May 2026, tomorrow, when it runs out"),
        (Status.COMPLIANT, DUE, ENDS, "It runs out on 31 March 2027, in 11 months"),
        (Status.COMPLIANT, DUE, FAR_DAY, "It does not run out"),
        (Status.AWAITING_CHECK, PAST, None, "Now: it was due by 24 April 2026, 9 days ago"),
        (Status.NOT_REQUIRED, None, None, "Nothing is asked of you"),
    ],
)
def test_by_when_gives_the_day_and_how_far_off_it_is(
    status: Status, due_on: date | None, valid_until: date | None, expected: str
) -> None:
    assert wording.by_when(status, due_on, valid_until, TODAY) == expected


def test_a_status_without_its_day_is_a_fault_of_ours() -> None:
    with pytest.raises(ValueError, match="always has the day"):
        wording.by_when(Status.OUTSTANDING, None, None, TODAY)


def test_from_when_something_can_be_renewed() -> None:
    assert wording.renewal_words(date(2026, 10, 1), TODAY) == "You can renew it from 1 October 2026."
    assert wording.renewal_words(TODAY, TODAY) == "You can renew it now."
    assert wording.renewal_words(None, TODAY) == ""


@pytest.mark.parametrize(
    "status, last_day, expected",
    [
        (
            Status.ABSENT,
            DUE,
            "You are recorded as away from work until 1 December 2026; nothing is asked of you",
        ),
        (
            Status.ABSENT,
            FAR_DAY,
            "You are recorded as away from work, with no day of return; nothing is asked of you",
        ),
        (Status.EXEMPT, DUE, "You are exempt until 1 December 2026; nothing is asked of you"),
        (Status.NOT_REQUIRED, None, "Nothing is asked of you"),
    ],
)
def test_why_somebody_is_not_counted_gives_the_days_and_never_the_reason(
    status: Status, last_day: date | None, expected: str
) -> None:
    assert wording.not_counted_words(status, last_day) == expected


@pytest.mark.parametrize(
    "posts, holding, expected",
    [
        (1, ["Officer"], "Because your post is in Street teams"),
        (1, [""], "Because your post is in Street teams"),
        (2, ["Governor"], "Because your post as Governor is in Street teams"),
        (2, [""], "Because one of your posts is in Street teams"),
        (2, ["Officer", "Governor"], "Because your posts are in Street teams"),
        (3, ["Officer", "Governor"], "Because some of your posts are in Street teams"),
        (1, [], "Because your post was in Street teams"),
    ],
)
def test_why_me_names_the_role_and_the_post(posts: int, holding: list[str], expected: str) -> None:
    assert wording.role_reason("Street teams", posts, holding) == expected


def test_why_me_for_what_everyone_has_to_do() -> None:
    assert wording.everyone_reason(units=False, sectors=False) == "Because everyone has to do it"
    assert (
        wording.everyone_reason(units=False, sectors=True)
        == "Because everyone in your organisation has to do it"
    )
    assert wording.everyone_reason(units=True, sectors=True) == "Because everyone in your unit has to do it"


def test_evidence_that_waits_says_since_when() -> None:
    assert wording.evidence_words(Evidence.AWAITING, TODAY) == "Waiting for a check since 3 May 2026"
    assert wording.waiting_words(None) == "Waiting for a check"
    for evidence in set(Evidence) - {Evidence.AWAITING}:
        assert wording.evidence_words(evidence, TODAY) == wording.EVIDENCE_WORDS[evidence]


def test_a_renewal_that_waits_says_how_long_the_last_one_counts() -> None:
    words = wording.waiting_when(Status.EXPIRING, date(2026, 5, 15), TODAY)
    assert words == "Nothing to do. What you did before counts until 15 May 2026, in 12 days"
    assert wording.waiting_when(Status.AWAITING_CHECK, None, TODAY).startswith("Nothing to do")


@pytest.mark.parametrize(
    "minutes, expected", [(None, ""), (0, ""), (1, "1 minute"), (60, "1 hour"), (90, "1 hour 30 minutes")]
)
def test_how_long_a_course_takes(minutes: int | None, expected: str) -> None:
    assert wording.duration_words(minutes) == expected
