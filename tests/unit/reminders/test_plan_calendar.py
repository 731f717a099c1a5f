"""Every day of 2026 to 2028 in ticks of five minutes: when reminders leave, and that they leave once a day."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from compliance.domain.requirement import ReminderStep, ReminderTerms
from compliance.domain.spans import Status
from foundation.registry import modules
from reminders import steps as step_modules
from reminders.domain.due import Due, Item, Outcome, Reachable, Told
from reminders.domain.planning import Circumstances, plan
from reminders.domain.workdays import is_digest_day, is_time, working_days
from reminders.services.bank_holidays import is_working_day

LONDON = ZoneInfo("Europe/London")
TICK = timedelta(minutes=5)
FIRST, AFTER = date(2026, 1, 1), date(2029, 1, 1)
TERMS = ReminderTerms()
BANK_HOLIDAYS = frozenset(
    date.fromisoformat(day)
    for day in (
        *("2026-01-01", "2026-04-03", "2026-04-06", "2026-05-04", "2026-05-25", "2026-08-31"),
        *("2026-12-25", "2026-12-28"),  # Boxing Day is a Saturday: a substitute day
        *("2027-01-01", "2027-03-26", "2027-03-29", "2027-05-03", "2027-05-31", "2027-08-30"),
        *("2027-12-27", "2027-12-28"),  # both on the weekend
        *("2028-01-03", "2028-04-14", "2028-04-17", "2028-05-01", "2028-05-29", "2028-08-28"),
        *("2028-12-25", "2028-12-26"),
    )
)
"""Of England, from the calendar and by hand."""


def days() -> Iterator[date]:
    return (FIRST + timedelta(days=number) for number in range((AFTER - FIRST).days))


def working() -> list[date]:
    return [day for day in days() if day.weekday() < 5 and day not in BANK_HOLIDAYS]


def ticks() -> Iterator[datetime]:
    moment, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2029, 1, 1, tzinfo=UTC)
    while moment < end:
        yield moment
        moment += TICK


def test_the_working_days_are_those_of_england() -> None:
    assert [day for day in days() if is_working_day(day)] == working()
    assert not is_working_day(date(2026, 12, 28))
    assert is_working_day(date(2028, 2, 29))


def test_reminders_leave_from_eight_to_six_on_the_clock_on_the_wall_and_on_working_days_alone() -> None:
    found: Counter[date] = Counter()
    for moment in ticks():
        if is_time(moment, TERMS, is_working_day):
            there = moment.astimezone(LONDON)
            assert (8, 0) <= (there.hour, there.minute) < (18, 0)
            found[there.date()] += 1
    assert sorted(found) == working()
    assert set(found.values()) == {10 * 12}  # ten hours, whatever the clock did in the night before


def test_the_hours_are_those_of_the_terms() -> None:
    early = ReminderTerms(from_hour=0, to_hour=24)
    change = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)  # half past one, for the first time
    everyday = working_days(())
    assert is_time(datetime(2026, 10, 26, 0, 0, tzinfo=UTC), early, everyday)
    assert not is_time(change, early, everyday)  # a Sunday
    assert not is_time(
        datetime(2026, 7, 1, 17, 0, tzinfo=UTC), TERMS, everyday
    )  # six in the evening in summer
    assert is_time(datetime(2026, 12, 1, 17, 0, tzinfo=UTC), TERMS, everyday)  # five in winter


class Town:
    """One person with something new to be told on every single day, and their manager."""

    def __init__(self) -> None:
        self.steps = [ReminderStep(f"d{number}", "welcome", number) for number in range(1200)]
        self.steps += [ReminderStep(f"m{number}", "welcome", number, "manager") for number in range(1200)]
        self.files = {module.KIND: module for module in modules(step_modules)}
        self.told: list[Told] = []
        self.planned: date | None = None
        self.sent: list[tuple[int, datetime]] = []

    def tick(self, moment: datetime) -> None:
        there = moment.astimezone(LONDON)
        day = there.date()
        if day == self.planned or not is_time(moment, TERMS, is_working_day):
            return
        # Steps that have been told or superseded long ago change nothing: they are left out to keep this quick.
        recent = [step for step in self.steps if (day - FIRST).days - 20 < step.days <= (day - FIRST).days]
        due = Due(1, "R", Status.NOT_YET_DUE, date(2029, 6, 1), "run:2026-01-01", FIRST, (2,))
        found = plan(
            Circumstances(day, recent, TERMS, self.files, is_working_day, self.planned),
            [due],
            self.told,
            {person: Reachable(person, f"{person}@council.example") for person in (1, 2)},
        )
        self.told = [row for row in self.told if (day - row.on).days < 20]
        for message in found.messages:
            self.sent.append((message.recipient_id, there))
            self.told += [_row(item, day) for item in message.items]
        self.planned = day


def _row(item: Item, day: date) -> Told:
    key = item.person_id, item.requirement, item.cycle, item.step.code, item.recipient_id, item.channel
    return Told(*key, Outcome.PLANNED, day, item.triggered_on)


def test_each_person_gets_one_message_a_local_day_and_the_manager_one_a_week() -> None:
    town = Town()
    for moment in ticks():
        town.tick(moment)
    to_person = [moment for recipient, moment in town.sent if recipient == 1]
    to_manager = [moment.date() for recipient, moment in town.sent if recipient == 2]
    assert [moment.date() for moment in to_person] == working()
    assert {(moment.hour, moment.minute) for moment in to_person} == {(8, 0)}
    weeks = [day.isocalendar()[:2] for day in to_manager]
    assert len(weeks) == len(set(weeks))
    assert all(day.weekday() == 0 or day - timedelta(days=1) not in working() for day in to_manager)
    assert date(2026, 12, 29) in to_manager  # the Monday is a bank holiday


@pytest.mark.parametrize(
    "day, planned_until, expected",
    [
        ("2026-11-23", None, True),
        ("2026-11-24", None, False),
        ("2026-11-24", "2026-11-20", True),  # nobody worked on the Monday
        ("2026-11-24", "2026-11-23", False),
        ("2026-12-28", None, False),  # bank holiday
        ("2026-12-29", "2026-12-24", True),
        ("2027-01-15", "2026-12-24", True),  # down for three weeks
        ("2027-01-15", "2027-01-11", False),
    ],
)
def test_the_weekly_messages_go_on_their_weekday_or_when_it_was_missed(
    day: str, planned_until: str | None, expected: bool
) -> None:
    until = None if planned_until is None else date.fromisoformat(planned_until)
    assert is_digest_day(date.fromisoformat(day), TERMS, is_working_day, until) is expected
