"""What stands against planning a workshop: times and clocks, links, places, the courses of the day."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.domain.planning import (
    LONGEST_WORKSHOP,
    Against,
    days_before,
    days_between,
    is_safe_link,
    london_moment,
    problems_with,
    time_of_day,
)
from courses.domain.workshops import Sitting
from foundation.dates import LONDON

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
START = datetime(2026, 7, 1, 8, 30, tzinfo=UTC)
SITTING = Sitting("WRAP", START, START + timedelta(hours=3), 20, place="Town Hall")
NEW = Against(NOW, frozenset({"WRAP"}))


def wrong(sitting: Sitting, against: Against = NEW) -> list[str]:
    return [problem.column for problem in problems_with(sitting, against)]


def test_nothing_stands_against_an_ordinary_workshop() -> None:
    assert wrong(SITTING) == []


@pytest.mark.parametrize(
    "sitting, columns",
    [
        (replace(SITTING, course="PREV"), ["course"]),
        (replace(SITTING, ends_at=START), ["ends"]),
        (replace(SITTING, ends_at=START + LONGEST_WORKSHOP + timedelta(minutes=1)), ["ends"]),
        (replace(SITTING, starts_at=NOW, ends_at=NOW + timedelta(hours=1)), ["starts_on"]),
        (replace(SITTING, books_until=NOW), ["booking_days"]),
        (replace(SITTING, place=""), ["place"]),
        (replace(SITTING, place="", joining="http://meet.example"), ["joining"]),
        (replace(SITTING, place="x" * 301), ["place"]),
        (replace(SITTING, capacity=0), ["capacity"]),
        (replace(SITTING, capacity=1001), ["capacity"]),
        (replace(SITTING, facilitator_ids=tuple(range(11))), ["facilitators"]),
        (replace(SITTING, capacity=0, place="", ends_at=START), ["ends", "place", "capacity"]),
    ],
)
def test_what_is_wrong_is_said_of_its_part(sitting: Sitting, columns: list[str]) -> None:
    assert wrong(sitting) == columns


def test_a_course_that_was_retired_since_keeps_its_workshop_but_not_for_another_day() -> None:
    retired = Against(NOW, frozenset(), SITTING)
    assert wrong(replace(SITTING, place="Library"), retired) == []
    later = replace(SITTING, starts_at=START + timedelta(days=1), ends_at=SITTING.ends_at + timedelta(days=1))
    assert wrong(later, retired) == ["starts_on"]


def test_what_has_begun_keeps_its_times_and_takes_other_changes() -> None:
    begun = Against(START + timedelta(minutes=5), frozenset({"WRAP"}), SITTING)
    assert wrong(replace(SITTING, other_facilitators="A. Trainer"), begun) == []
    assert wrong(replace(SITTING, ends_at=SITTING.ends_at + timedelta(hours=1)), begun) == ["starts_on"]


def test_places_that_are_taken_stay() -> None:
    against = Against(NOW, frozenset({"WRAP"}), SITTING, held=20)
    assert wrong(SITTING, against) == []
    (problem,) = problems_with(replace(SITTING, capacity=19), against)
    assert problem.message == "20 places are taken already. Enter 20 or more, or cancel bookings first"


@given(
    day=st.dates(date(2000, 1, 1), date(2098, 12, 31)),
    at=st.times().map(lambda at: at.replace(second=0, microsecond=0)),
)
def test_a_moment_shows_the_time_that_was_meant_or_there_is_none(day: date, at: time) -> None:
    moment = london_moment(day, at)
    if moment is None:
        assert at.hour == 1
        assert (day.month, day.weekday()) == (3, 6)
    else:
        shown = moment.astimezone(LONDON)
        assert (shown.date(), shown.time()) == (day, at)


@given(
    day=st.dates(date(2000, 6, 1), date(2098, 12, 31)),
    hour=st.integers(3, 23),
    days=st.integers(0, 60),
)
def test_a_cut_off_is_at_the_same_time_of_the_clock_and_is_read_back(day: date, hour: int, days: int) -> None:
    starts = london_moment(day, time(hour))
    assert starts is not None
    cut_off = days_before(starts, days)
    assert cut_off.astimezone(LONDON).time() == time(hour)
    assert days_between(cut_off, starts) == days
    assert cut_off <= starts


@given(at=st.times().map(lambda at: at.replace(second=0, microsecond=0)))
def test_every_time_is_read_on_both_clocks(at: time) -> None:
    half = "am" if at.hour < 12 else "pm"
    assert time_of_day(f"{at:%H:%M}") == at
    assert time_of_day(f"{at.hour % 12 or 12}.{at:%M}{half}") == at


@given(text=st.text(max_size=12))
def test_no_text_is_too_odd_to_be_looked_at(text: str) -> None:
    assert time_of_day(text) is None or any(letter.isdigit() for letter in text)
    assert not is_safe_link(text) or text.lower().startswith("https://")


@pytest.mark.parametrize(
    "link",
    [
        "https://user:secret@meet.example/",
        "https://meet.example\\@evil.example",
        "https://meet.example/\nBcc: x",
        "https://meet.example/a b",
        "https://localhost/",
        "HTTPS//meet.example",
        "https://-.example/",
        'https://meet.example/"onclick',
    ],
)
def test_a_link_that_may_lead_astray_is_none(link: str) -> None:
    assert not is_safe_link(link)
