"""When a report goes out by itself, and to what kinds of addresses."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from foundation.dates import financial_year_end, month_end
from reminders.domain.letter import is_one_address
from reports.domain.description import Format
from reports.domain.schedule import (
    COMMENTARY_DAYS,
    FILE_FORMATS,
    Due,
    Every,
    addresses_in,
    begun,
    due,
    ends,
    first_after_change,
    goes_on,
    next_end,
    takes_files,
    waits_days,
)
from reports.services.scheduling import is_address

BEGAN = date(2027, 6, 1)
LEAP_YEAR = {
    Every.MONTH: [month_end(date(2027 + (month > 12), (month - 1) % 12 + 1, 1)) for month in range(6, 18)],
    Every.QUARTER: [date(2027, 6, 30), date(2027, 9, 30), date(2027, 12, 31), date(2028, 3, 31)],
    Every.YEAR: [date(2028, 3, 31)],
}
DAYS = st.dates(date(2024, 1, 1), date(2030, 12, 31))
WAITS = st.sampled_from([0, COMMENTARY_DAYS, 45])
"""The last is longer than a month: then two periods wait at the same time."""


@pytest.mark.parametrize("every", Every)
def test_over_a_year_with_a_leap_day_each_period_goes_once_on_the_day_after_its_end(every: Every) -> None:
    sent: list[tuple[date, date]] = []
    issued_to = None
    for number in range(366):
        today = BEGAN + timedelta(days=number)
        found = due(every, BEGAN, issued_to, today)
        if found is not None:
            assert found.passed_over == ()
            sent.append((today, found.last_day))
            issued_to = found.last_day
            assert due(every, BEGAN, issued_to, today) is None, "it would go a second time"
    assert [last for _, last in sent] == [
        end for end in LEAP_YEAR[every] if end < BEGAN + timedelta(days=365)
    ]
    assert all(today == last + timedelta(days=1) for today, last in sent)


def test_february_ends_on_its_leap_day_and_the_financial_year_on_31_march() -> None:
    assert due(Every.MONTH, date(2028, 2, 1), None, date(2028, 2, 29)) is None
    assert due(Every.MONTH, date(2028, 2, 1), None, date(2028, 3, 1)) == Due(date(2028, 2, 29))
    for every in Every:
        assert due(every, date(2028, 3, 31), None, date(2028, 3, 31)) is None
        assert due(every, date(2028, 3, 31), None, date(2028, 4, 1)) == Due(date(2028, 3, 31))
        assert due(every, date(2028, 4, 1), None, date(2028, 4, 30)) is None


def test_of_three_missed_months_the_last_is_sent_and_the_others_are_named() -> None:
    found = due(Every.MONTH, BEGAN, date(2027, 6, 30), date(2027, 10, 12))
    assert found == Due(date(2027, 9, 30), (date(2027, 7, 31), date(2027, 8, 31)))
    assert due(Every.MONTH, BEGAN, found.last_day, date(2027, 10, 12)) is None


def test_what_takes_commentary_goes_on_the_eleventh_day_and_the_rest_on_the_first() -> None:
    assert (waits_days("targets"), waits_days("annual"), waits_days("directorates")) == (10, 10, 0)
    end = date(2027, 9, 30)
    assert (goes_on(end, 0), goes_on(end, COMMENTARY_DAYS)) == (date(2027, 10, 1), date(2027, 10, 11))
    for waits in (0, COMMENTARY_DAYS):
        day = goes_on(end, waits)
        assert due(Every.QUARTER, BEGAN, date(2027, 6, 30), day - timedelta(days=1), waits) is None
        assert due(Every.QUARTER, BEGAN, date(2027, 6, 30), day, waits) == Due(end)


def test_of_missed_months_one_that_still_waits_is_neither_sent_nor_named() -> None:
    today = date(2027, 10, 5)
    found = due(Every.MONTH, BEGAN, date(2027, 6, 30), today, COMMENTARY_DAYS)
    assert found == Due(date(2027, 8, 31), (date(2027, 7, 31),))
    assert due(Every.MONTH, BEGAN, found.last_day, today, COMMENTARY_DAYS) is None
    assert next_end(Every.MONTH, BEGAN, found.last_day, today, COMMENTARY_DAYS) == date(2027, 9, 30)
    later = due(Every.MONTH, BEGAN, found.last_day, date(2027, 10, 11), COMMENTARY_DAYS)
    assert later == Due(date(2027, 9, 30))


@given(st.sampled_from(Every), DAYS, st.lists(DAYS, min_size=1, max_size=30), WAITS)
def test_whenever_somebody_looks_each_period_is_sent_or_named_once_and_none_is_left_out(
    every: Every, first_day: date, looks: list[date], waits: int
) -> None:
    issued_to, told = None, list[date]()
    for today in looks:  # in any order: a clock may be put back
        found = due(every, first_day, issued_to, today, waits)
        if found is not None:
            assert first_day <= found.last_day < today
            assert goes_on(found.last_day, waits) <= today
            told += [*found.passed_over, found.last_day]
            issued_to = found.last_day
    last = max(looks) - timedelta(days=1 + waits)
    assert told == (list(ends(every, first_day, last)) if first_day <= last else [])


@given(st.sampled_from(Every), DAYS, DAYS, WAITS)
def test_the_next_period_that_is_announced_is_the_one_that_is_sent(
    every: Every, first_day: date, today: date, waits: int
) -> None:
    end = next_end(every, first_day, None, today, waits)
    expected = Due(end, tuple(ends(every, first_day, end))[:-1])
    assert due(every, first_day, None, today, waits) in (None, expected)
    assert due(every, first_day, None, max(goes_on(end, waits), today), waits) == expected


@given(st.sampled_from(Every), DAYS, DAYS, WAITS)
def test_a_schedule_made_today_sends_one_period_of_those_that_are_over_and_calls_none_missed(
    every: Every, asked: date, today: date, waits: int
) -> None:
    found = due(every, begun(every, asked, today, waits), None, today, waits)
    before = due(every, asked, None, today, waits)
    assert (found is None) == (before is None)
    assert found is None or (
        found.passed_over == () and before is not None and found.last_day == before.last_day
    )


@given(st.sampled_from(Every), st.sampled_from(Every), DAYS, DAYS)
def test_what_was_sent_is_not_sent_again_after_a_change(
    before: Every, after: Every, first_day: date, today: date
) -> None:
    sent = due(before, first_day, None, today)
    if sent is not None:
        again = due(after, first_after_change(first_day, sent.last_day), None, today)
        assert again is None or again.last_day > sent.last_day


def test_the_end_of_a_year_is_the_end_of_its_fourth_quarter_and_twelfth_month() -> None:
    span = (date(2026, 1, 1), date(2030, 1, 1))
    years, quarters, months = (list(ends(one, *span)) for one in (Every.YEAR, Every.QUARTER, Every.MONTH))
    assert set(years) < set(quarters) < set(months)
    assert all(end == financial_year_end(end) for end in years)


@pytest.mark.parametrize(
    "text",
    [
        "sam",
        "sam@council",
        "sam@council.example\nbcc: else@council.example",
        "sam@council.example\r\nbcc: else@council.example",
        "sam@council.example\u2028bcc: else@council.example",
        "sam@council.example, ola@council.example",
        "sam@council.example;ola@council.example",
        "<sam@council.example>",
        '"sam"@council.example',
        "=?utf-8?q?=0a?=@council.example",
        "sam@[127.0.0.1]",
        "s\u00e4m@council.example",
        "",
        f"{'s' * 65}@council.example",
        f"sam@{'c' * 250}.example",
        "..@b.example",
        ".sam@b.example",
        "sam.@b.example",
        "sam..hill@b.example",
        "a@-.-",
        "a@-b.example",
        "a@b-.example",
        "a@b.example-",
        "a@b..example",
        "a@b.example.",
    ],
)
def test_what_is_not_one_plain_address_is_refused(text: str) -> None:
    assert not is_address(text)


@pytest.mark.parametrize(
    "text", ["s.a.m@council.example", "o'neil@a-b.c.example", f"{'s' * 64}@b.example", "a@1.example"]
)
def test_a_plain_address_with_dots_and_hyphens_inside_is_taken(text: str) -> None:
    assert is_address(text)


@given(st.one_of(st.text(max_size=40), st.from_regex(r"[a-z=?'.+-]{1,8}@[a-z-]{1,8}(\.[a-z]{1,6}){0,2}")))
def test_whatever_a_list_takes_as_an_address_the_outbox_takes_too(text: str) -> None:
    for one in addresses_in(text):
        assert "\n" not in one
        assert not is_address(one) or is_one_address(one)


def test_a_header_cannot_hide_in_a_list_of_addresses() -> None:
    assert addresses_in("a@b.example\r\nBcc: c@d.example\r\n") == ("a@b.example", "bcc: c@d.example")
    assert addresses_in("a@b.example\rBcc: c@d.example") == ("a@b.example\rbcc: c@d.example",)


@pytest.mark.parametrize(
    "mail_url, takes",
    [("notify+https://x:y@notify.example/z", False), ("smtp://mail.example:25", True), ("console:", True)],
)
def test_only_notify_takes_no_files(mail_url: str, takes: bool) -> None:
    assert takes_files(mail_url) is takes


def test_a_web_page_is_no_file_for_a_message() -> None:
    assert set(Format) - set(FILE_FORMATS) == {Format.HTML}
