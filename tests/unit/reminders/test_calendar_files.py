"""Calendar files, read back as a calendar reads them."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from icalendar import Calendar

from compliance.domain.spans import Span, Status
from foundation.calendar_file import Publisher
from foundation.dates import FAR_DAY
from reminders.domain.calendar_file import Calls, DutyDay, duty_day
from reminders.services.calendar_files import duties_file

PUBLISHER = Publisher("Prevent training", "no-reply@council.example", "training.council.example")
LINK = "https://training.council.example/my-training"
AT = datetime(2026, 11, 21, 9, 0, tzinfo=UTC)
WHO = "5f" * 16
DUE = DutyDay("AWARE", "Prevent awareness", date(2026, 12, 31), Calls.DO)


def span(status: Status, **more: object) -> Span:
    day = date(2026, 1, 5)
    values = {"due_on": None, "covered": False, "course": None, "completed_on": None, "valid_until": None}
    found = Span(day, FAR_DAY, status, **values, run_first_day=day, role="*", role_since=day)  # type: ignore[arg-type]  # of these types
    return replace(found, **more)  # type: ignore[arg-type]  # the caller names fields of Span


def read(content: bytes) -> tuple[Any, list[Any]]:
    """The calendar and its entries; what a property holds is no matter of types."""
    found = Calendar.from_ical(content)
    assert isinstance(found, Calendar)
    assert not found.errors
    for event in found.events:
        assert not event.errors
    return found, list(found.events)


def test_a_duty_is_an_all_day_entry_that_blocks_nothing_with_an_alarm_a_week_before() -> None:
    calendar, (event,) = read(duties_file(PUBLISHER, WHO, [DUE], LINK, AT))
    assert (calendar["version"], calendar["method"]) == ("2.0", "PUBLISH")
    assert calendar["prodid"]
    assert (date(2026, 12, 31), date(2027, 1, 1)) == (event.DTSTART, event.DTEND)
    assert event["dtstart"].params["VALUE"] == "DATE"
    assert event.DTSTAMP == AT
    assert event["summary"] == "Training due: Prevent awareness"
    assert event["transp"] == "TRANSPARENT"
    (alarm,) = event.walk("VALARM")
    assert alarm["trigger"].dt == timedelta(days=-7)
    assert (alarm["action"], alarm["description"]) == ("DISPLAY", "Training due: Prevent awareness")


def test_lines_end_as_the_standard_wants_and_are_no_longer_than_75_bytes() -> None:
    long = replace(DUE, title="Prävention " * 20)
    content = duties_file(PUBLISHER, WHO, [long], LINK, AT)
    assert content.startswith(b"BEGIN:VCALENDAR\r\n")
    assert content.endswith(b"END:VCALENDAR\r\n")
    assert b"\n" not in content.replace(b"\r\n", b"")
    assert max(len(line) for line in content.split(b"\r\n")) <= 75
    _, (event,) = read(content)
    assert event["summary"] == f"Training due: {long.title}"


def test_the_same_duty_keeps_its_uid_whatever_its_day_and_another_person_has_another() -> None:
    first = read(duties_file(PUBLISHER, WHO, [DUE], LINK, AT))[1][0]
    moved = replace(DUE, day=date(2027, 3, 1), calls=Calls.RENEW)
    later = read(duties_file(PUBLISHER, WHO, [moved], LINK, AT + timedelta(days=1)))[1][0]
    other = read(duties_file(PUBLISHER, "6e" * 16, [DUE], LINK, AT))[1][0]
    assert first["uid"] == later["uid"] != other["uid"]
    assert later.DTSTAMP > first.DTSTAMP
    assert WHO not in str(first["uid"])


def test_the_same_facts_give_the_same_bytes() -> None:
    assert duties_file(PUBLISHER, WHO, [DUE], LINK, AT) == duties_file(PUBLISHER, WHO, [DUE], LINK, AT)


def test_a_title_adds_no_line_of_its_own() -> None:
    evil = replace(DUE, title="A; B, C\\\r\nATTENDEE:mailto:evil@x.test\nBEGIN:VEVENT")
    content = duties_file(PUBLISHER, WHO, [evil], LINK, AT)
    assert not [line for line in content.split(b"\r\n") if line.startswith(b"ATTENDEE")]
    _, events = read(content)
    assert len(events) == 1
    assert "evil@x.test" in str(events[0]["summary"])


def test_nobody_without_a_duty_gets_more_than_an_empty_calendar() -> None:
    calendar, events = read(duties_file(PUBLISHER, WHO, [], LINK, AT))
    assert calendar["method"] == "PUBLISH"
    assert events == []


PROOF = {
    "covered": True,
    "course": "PREV",
    "completed_on": date(2024, 4, 5),
    "valid_until": date(2026, 4, 5),
}


@pytest.mark.parametrize(
    "status, more, calls",
    [
        (Status.NOT_YET_DUE, {"due_on": date(2026, 4, 5)}, Calls.DO),
        (Status.OUTSTANDING, {"due_on": date(2026, 4, 5)}, Calls.DO),
        (Status.COMPLIANT, {**PROOF, "due_on": date(2026, 2, 1)}, Calls.RENEW),
        (Status.EXPIRING, PROOF, Calls.RENEW),
        (Status.EXPIRED, {**PROOF, "covered": False}, Calls.RENEW),
        (Status.COMPLIANT, {**PROOF, "valid_until": FAR_DAY}, None),
        (Status.EXEMPT, {"due_on": date(2026, 4, 5)}, None),
        (Status.ABSENT, {"due_on": date(2026, 4, 5)}, None),
        (Status.AWAITING_CHECK, {"due_on": date(2026, 4, 5), "valid_until": date(2026, 4, 5)}, None),
    ],
)
def test_a_duty_has_a_day_where_one_matters(
    status: Status, more: dict[str, object], calls: Calls | None
) -> None:
    found = duty_day("AWARE", "Prevent awareness", span(status, **more))
    expected = None if calls is None else DutyDay("AWARE", "Prevent awareness", date(2026, 4, 5), calls)
    assert found == expected
