"""What time brings to workshops: offers that run out, reminders before, and what people think of them.

Called at every tick of the scheduler, and harmless when doubled: each step looks at what is written down and does what
is left. First it reads, and it writes only where there is something to do.
"""

import logging
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from courses.domain.evaluation import LATER_MONTHS, When
from courses.domain.evaluation_windows import AFTER_LASTS, LATER_LASTS, Window
from courses.domain.workshops import BookingState, Outcome
from courses.services.workshops import asking, telling
from courses.services.workshops.booking import settle
from courses.services.workshops.evaluating import windows_of
from courses.services.workshops.message_keys import MOVED, REMINDERS, key_of, keys_of, team_key
from courses.services.workshops.places import unsettled
from courses.store import attendance, booking_facts, bookings, evaluations, workshops
from courses.store.bookings import Booking
from courses.store.reaching import Reached, reached
from courses.store.workshops import Workshop
from foundation.bank_holidays import is_working_day
from foundation.dates import FAR_DAY, LONDON, add_days, add_months, day_before
from foundation.db import transaction
from foundation.mail import written_at
from foundation.stamp import Stamp

log = logging.getLogger(__name__)

WEEK = timedelta(days=7)
SOON_WORKING_DAYS = 2
CLOSING_TAKES = timedelta(days=60)
"""For so long after a workshop somebody may still close its register, and people are asked what they thought."""


class NotAllTendedError(Exception):
    """Some workshops could not be seen to; the others were."""


@dataclass(frozen=True, slots=True)
class Tended:
    """What came of it: bookings that changed, people reminded, and people asked."""

    settled: int = 0
    reminded: int = 0
    asked: int = 0


def tend(
    session: Session,
    stamp: Callable[[], Stamp],
    *,
    may_remind: bool = True,
    on: date | None = None,
) -> Tended:
    """Do everything that is due, each workshop in a transaction of its own. `stamp` is asked in each.

    `may_remind`: whether it is a time at which messages nobody asked for just now may leave. What ran out is let go at
    any hour, and whoever is offered the place is told at once. `on`: the day that is pretended, in development.
    Raises NotAllTendedError, once everything else is done, where some workshop could not be seen to.
    """
    now, tally = stamp().at, _Tally()
    today = on or _day(now)
    tended = Tended(settled=_settle(session, stamp, now, tally))
    if may_remind:
        reminded = _remind(session, stamp, today, tally)
        tended = Tended(tended.settled, reminded, _ask(session, stamp, today, tally))
    if tally.failed:
        raise NotAllTendedError(", ".join(dict.fromkeys(tally.failed)))
    return tended


@dataclass(slots=True)
class _Tally:
    """The kinds of what went wrong."""

    failed: list[str] = field(default_factory=list)


@contextmanager
def _apart(session: Session, tally: _Tally, workshop_id: int) -> Iterator[None]:
    """What fails for one workshop is noted, and keeps no other from being seen to.

    Of the error its kind alone is told: its text may hold personal data.
    """
    try:
        yield
    except Exception as error:  # whatever it was, the others are seen to
        session.rollback()
        kind = type(error).__name__
        log.error("workshops: workshop %d could not be seen to: %s", workshop_id, kind)
        tally.failed.append(kind)


def _settle(session: Session, stamp: Callable[[], Stamp], now: datetime, tally: _Tally) -> int:
    """Let offers go that ran out and bookings of people who left, and offer what is free to whoever waits longest.

    Where people wait it is asked at each tick whether one of them may have a place by now: whoever was passed over may
    have no other workshop any more.
    """
    settled = 0
    for workshop_id in [one.id for one in unsettled(session, now)]:
        session.rollback()
        with _apart(session, tally, workshop_id), transaction(session):
            workshop = workshops.by_id(session, workshop_id)
            settled += len(settle(session, stamp(), workshop)) if workshop else 0
    session.rollback()
    return settled


def _remind(session: Session, stamp: Callable[[], Stamp], today: date, tally: _Tally) -> int:
    """Remind of the workshops of the next seven days, and ask those who come what they think before they do."""
    done = 0
    for workshop in _held(session, today, add_days(today, WEEK.days)):
        with _apart(session, tally, workshop.id):
            done += _remind_of(session, stamp, workshop, today)
    session.rollback()
    return done


def _remind_of(session: Session, stamp: Callable[[], Stamp], workshop: Workshop, today: date) -> int:
    if not _due(session, workshop, stamp().at, today).anything:
        return 0
    session.rollback()
    with transaction(session):
        at = stamp()
        found = workshops.by_id(session, workshop.id)
        if found is None or found.sitting.is_cancelled:
            return 0
        due = _due(session, found, at.at, today)
        if due.remind:
            telling.remind(session, at, found, due.remind, due.step)
        window = windows_of(session, [found])[found.id][When.BEFORE]
        asking.ask(session, at, found, When.BEFORE, window, due.ask)
    return len(due.remind)


@dataclass(frozen=True, slots=True)
class _Due:
    """Whom to remind now, by which step; whom to ask before the workshop."""

    step: str
    remind: list[Booking]
    ask: list[Reached]

    @property
    def anything(self) -> bool:
        return bool(self.remind or self.ask)


def _due(session: Session, workshop: Workshop, now: datetime, today: date) -> _Due:
    """What is due about one workshop of the next seven days.

    Of the two reminders the later whose day has come is told, and only if nothing was told of the booking on that day
    or after it: whoever books on Monday for Thursday knows it.
    """
    if workshop.sitting.starts_at <= now:
        return _Due("", [], [])
    week, soon = steps(workshop.sitting.day)
    step, since = (REMINDERS[1], soon) if today >= soon else (REMINDERS[0], week)
    coming = [one for one in bookings.of_workshop(session, workshop.id) if one.state is BookingState.BOOKED]
    ids = [one.person_id for one in coming]
    # Whoever has left by then is told nothing: their address may be somebody else's by now.
    here = booking_facts.working_on(session, ids, max(today, workshop.sitting.day))
    coming = [one for one in coming if one.person_id in here]
    people = reached(session, sorted(here), today)
    ways = [(one, _keys(workshop, one, people[one.person_id], step)) for one in coming]
    told = written_at(session, [key for _, (now_due, of_it) in ways for key in (*now_due, *of_it)])
    remind = []
    for one, (now_due, of_it) in ways:
        days = [_day(told[key][0]) for key in of_it if key in told and told[key][1]]
        last = max(days, default=_day(one.recorded_at))
        if now_due and not any(key in told for key in now_due) and max(last, _day(one.recorded_at)) < since:
            remind.append(one)
    asked = asking.still_to_ask(session, workshop, When.BEFORE, people.values())
    return _Due(step, remind, asked)


def _keys(workshop: Workshop, one: Booking, person: Reached, step: str) -> tuple[list[str], list[str]]:
    """The keys of the reminder that is due, and of everything that may have been told of a booking; of somebody who
    has no address, of what their managers were told."""
    sequence = workshop.sitting.sequence
    if person.email:
        return [key_of(one.public_id, step, sequence)], keys_of(workshop, one)
    now_due = [team_key(workshop, step, who, str(sequence)) for who in person.managers]
    of_it = [
        team_key(workshop, kind, who, str(number))
        for who in person.managers
        for kind in (MOVED, *REMINDERS)
        for number in range(sequence + 1)
    ]
    return now_due, of_it


def steps(day: date) -> tuple[date, date]:
    """The days of the two reminders of a workshop: a week before, and two working days before.

    >>> steps(date(2026, 12, 29))
    (datetime.date(2026, 12, 22), datetime.date(2026, 12, 23))
    """
    soon, left = day, SOON_WORKING_DAYS
    while left:
        soon = day_before(soon)
        left -= is_working_day(soon)
    return add_days(day, -WEEK.days), soon


def _ask(session: Session, stamp: Callable[[], Stamp], today: date, tally: _Tally) -> int:
    """Ask those who came: once the register is closed, and six months later."""
    lately = _held(session, add_days(today, -(CLOSING_TAKES + AFTER_LASTS).days), today)
    first = add_months(add_days(today, -LATER_LASTS.days), -LATER_MONTHS)
    long_ago = _held(session, add_days(first, -3), add_months(today, -LATER_MONTHS))
    closed = evaluations.first_closed(session, [one.id for one in [*lately, *long_ago]])
    after = [one for one in lately if one.id in closed]
    later = [one for one in long_ago if one.id in closed]
    asked = _ask_each(session, stamp, after, When.AFTER, today, tally)
    return asked + _ask_each(session, stamp, later, When.LATER, today, tally)


def _ask_each(
    session: Session,
    stamp: Callable[[], Stamp],
    some: Iterable[Workshop],
    when: When,
    today: date,
    tally: _Tally,
) -> int:
    asked = 0
    chosen = list(some)
    windows = windows_of(session, chosen)
    for workshop in chosen:
        window: Window = windows[workshop.id][when]
        if not window.is_open(today) or window.last_day == FAR_DAY:
            continue
        with _apart(session, tally, workshop.id):
            if not asking.still_to_ask(session, workshop, when, _came(session, workshop, today)):
                continue
            session.rollback()
            with transaction(session):
                people = _came(session, workshop, today)
                asked += asking.ask(session, stamp(), workshop, when, window, people)
    session.rollback()
    return asked


def _came(session: Session, workshop: Workshop, today: date) -> list[Reached]:
    """Who was at a workshop and works here today: the address of who has left may be somebody else's by now."""
    there = [
        one.person_id
        for one in attendance.of_workshop(session, workshop.id).values()
        if one.outcome in (Outcome.ATTENDED, Outcome.PARTIAL)
    ]
    here = booking_facts.working_on(session, there, today)
    return list(reached(session, sorted(here), today).values())


def _held(session: Session, first: date, last: date) -> list[Workshop]:
    """The workshops of these days that were not called off."""
    return [one for one in workshops.between(session, first, last) if not one.sitting.is_cancelled]


def _day(moment: datetime) -> date:
    return moment.astimezone(LONDON).date()
