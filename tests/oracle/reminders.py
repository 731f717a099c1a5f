"""Who is reminded of what, read literally from docs/reminders.md: a day at a time, from what was said before.

It remembers what it told people as sentences (who, about whom, which matter, which step, when), knows no rows of a
ledger and no superseded ones, and finds the day of a step by looking at one day after the other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache

from compliance.domain.spans import Span, Timeline

ONE_DAY = timedelta(days=1)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri")
LOOKED_AT = 900
"""A step's day is looked for so many days to either side."""
Matter = tuple[str, ...]


@dataclass(frozen=True)
class Line:
    """A step as the rule book says it on a day."""

    code: str
    kind: str
    days: int
    to: str = "person"


@dataclass(frozen=True)
class Person:
    """What is known of somebody on a day: managers and heads by name, and how to write to them."""

    name: int
    timelines: Mapping[str, Timeline]
    managers: tuple[int, ...] = ()
    heads: tuple[int, ...] = ()


@dataclass(frozen=True)
class Said:
    """Somebody was told of a step about a duty of somebody."""

    about: int
    duty: str
    matter: Matter
    step: str
    to: int
    by: str
    on: date
    step_day: date
    last_day: date


@dataclass
class Office:
    """Writes to people, and remembers."""

    emails: dict[int, bool] = field(default_factory=dict)
    weekly: set[int] = field(default_factory=set)
    said: list[Said] = field(default_factory=list)
    last_worked: date | None = None

    def work(
        self,
        today: date,
        people: Iterable[Person],
        lines: Mapping[str, Sequence[Line]],
        is_working: Callable[[date], bool],
        digest_weekday: str,
        most: int,
    ) -> list[Said]:
        """What is said today; it is remembered."""
        if not is_working(today):
            return []
        digests = _digests_go(today, is_working, WEEKDAYS.index(digest_weekday), self.last_worked)
        wanted: list[Said] = []
        for person in people:
            for duty, timeline in person.timelines.items():
                wanted += self._about(today, person, duty, timeline, lines.get(duty, ()), digests=digests)
        said = _no_more_than(most, wanted)
        self.said += said
        self.last_worked = today
        return said

    def take_back(self, today: date, people: Mapping[int, Person], of: Sequence[Said]) -> list[Said]:
        """Before it leaves, somebody looks again: what no longer holds is not said, and was never said."""
        gone = []
        for one in of:
            person = people.get(one.about)
            span = person.timelines[one.duty].on(today) if person and one.duty in person.timelines else None
            if (
                span is None
                or not _owes(span)
                or (matter_of(span), last_day_of(span))
                != (
                    one.matter,
                    one.last_day,
                )
            ) or (person is not None and one.to not in (person.name, *person.managers, *person.heads)):
                gone.append(one)
        self.said = [one for one in self.said if one not in gone]
        return gone

    def _about(
        self,
        today: date,
        person: Person,
        duty: str,
        timeline: Timeline,
        lines: Sequence[Line],
        *,
        digests: bool,
    ) -> list[Said]:
        span = timeline.on(today)
        if span is None or not _owes(span):
            return []
        days = {line: _day_of(line, span) for line in lines}
        come = {line: day for line, day in days.items() if day is not None and day <= today}
        found = []
        for to in dict.fromkeys((person.name, *person.managers, *person.heads)):
            own = {line: day for line, day in come.items() if self._is_for(line, to, person)}
            if not own:
                continue
            most_urgent = max(own, key=lambda line: _urgency(line, own[line]))
            if self._knows(person, duty, timeline, span, to, most_urgent, own[most_urgent], days):
                continue
            if not self._goes_today(today, to, person, span, digests=digests):
                continue
            by = "email" if self.emails.get(to) else "letter"
            found.append(
                Said(
                    person.name,
                    duty,
                    matter_of(span),
                    most_urgent.code,
                    to,
                    by,
                    today,
                    own[most_urgent],
                    last_day_of(span),
                )
            )
        return found

    def _is_for(self, line: Line, to: int, person: Person) -> bool:
        if to == person.name:
            return line.to == "person"
        as_manager = to in person.managers and (
            line.to == "manager" or (line.to == "person" and not self.emails.get(person.name))
        )
        return as_manager or (to in person.heads and line.to == "head_of_service")

    def _knows(
        self,
        person: Person,
        duty: str,
        timeline: Timeline,
        span: Span,
        to: int,
        line: Line,
        step_day: date,
        days: Mapping[Line, date | None],
    ) -> bool:
        """Whether the recipient was told of that step, or of one whose day was the same or later, in this matter."""
        known_matters = {matter_of(one) for one in timeline.spans}
        begins = min(day for day in days.values() if day is not None)
        for one in self.said:
            if (one.about, one.duty, one.to) != (person.name, duty, to):
                continue
            same = one.matter == matter_of(span)
            lost = one.matter not in known_matters and (begins - one.on).days <= 90
            if (same or lost) and (one.step == line.code or one.step_day >= step_day):
                return True
        return False

    def _goes_today(self, today: date, to: int, person: Person, span: Span, *, digests: bool) -> bool:
        if to != person.name:
            return bool(self.emails.get(to)) and digests
        if to in self.weekly and not digests:
            return (last_day_of(span) - today).days <= 7
        return True


def matter_of(span: Span) -> Matter:
    """What is at stake: the end of a proof, or the due day of a run, which an absence may have moved."""
    if span.covered or _ran_out_later_than_due(span):
        return ("proof", str(span.course), str(span.completed_on))
    back = () if span.returned_on is None else (str(span.returned_on),)
    return ("run", str(span.run_first_day), *back)


def last_day_of(span: Span) -> date:
    """The last day on which it is done in time."""
    day = span.valid_until if matter_of(span)[0] == "proof" else span.due_on
    assert day is not None
    return day


def _ran_out_later_than_due(span: Span) -> bool:
    if span.status.value != "expired" or span.valid_until is None:
        return False
    return span.due_on is None or span.due_on < span.valid_until


def _owes(span: Span) -> bool:
    return span.status.value in ("expiring", "not_yet_due", "expired", "outstanding")


def _day_of(line: Line, span: Span) -> date | None:
    if line.kind == "welcome":
        if matter_of(span)[0] == "proof" or span.status.value == "expiring":
            return None
        return _found(span.run_first_day, line.days)
    if line.kind == "before":
        return _found(last_day_of(span), -line.days)
    return _found(last_day_of(span), max(line.days, 1))


@lru_cache(maxsize=100_000)
def _found(anchor: date, days: int) -> date | None:
    """The day that lies so many days from another, looked for one by one."""
    if anchor.year == 9999:
        return None
    day = anchor - timedelta(days=LOOKED_AT)
    for _ in range(2 * LOOKED_AT):
        if (day - anchor).days == days:
            return day
        day += ONE_DAY
    raise AssertionError("a step lies farther away than anybody looks")


def _urgency(line: Line, day: date) -> tuple[date, bool, int, list[int]]:
    kinds = ("welcome", "before", "overdue")
    return day, line.to == "person", kinds.index(line.kind), [-ord(letter) for letter in line.code]


def _digests_go(
    today: date, is_working: Callable[[date], bool], weekday: int, last_worked: date | None
) -> bool:
    """Whether today is the day of a week's digests, or one was missed since somebody last worked."""
    day = today - timedelta(days=30)
    while day <= today:
        if day.weekday() == weekday:
            goes = day
            while not is_working(goes):
                goes += ONE_DAY
            if goes == today or (last_worked is not None and last_worked < goes < today):
                return True
        day += ONE_DAY
    return False


def _no_more_than(most: int, wanted: Sequence[Said]) -> list[Said]:
    """At most so many messages to anybody: what is about others goes first, for it goes once a week."""
    said = []
    for to in {one.to for one in wanted}:
        left = most
        for about_others in (True, False):
            some = [
                one
                for one in wanted
                if one.to == to and one.by == "email" and (one.about != to) is about_others
            ]
            if some and left:
                said += some
                left -= 1
        said += [one for one in wanted if one.to == to and one.by == "letter"]
    return said
