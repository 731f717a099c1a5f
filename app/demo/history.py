"""Who sat where and when: turnover, return of former staff, moves between teams, a reorganisation."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random

from app.demo.facts import Person, Seat, Spell, Tenure
from app.demo.names import Mailboxes, full_name

_YEAR = 365.25
_REHIRED_SHARE = 0.03
_MOVES_A_YEAR = 0.03
_MOVES_NEARBY_SHARE = 0.75
_SECOND_POST_SHARE = 0.02
_MEMBER_RETURNED_SHARE = 0.6
_FULL_YEARS = 8
_KNOWN_AHEAD_DAYS = 28
"""Starters and leavers that the HR system already knows of."""


@dataclass
class Ledger:
    """Hands out numbers and names, and remembers everybody."""

    rng: Random
    people: dict[str, Person] = field(default_factory=dict)
    mailboxes: Mailboxes = field(default_factory=Mailboxes)
    posts: int = 0

    def hire(self, prefix: str, seat: Seat) -> Person:
        """Somebody new, suited to the seat's category and e-mail domain."""
        first, last = full_name(self.rng)
        if seat.pinned:
            first, last = seat.pinned.first_name, seat.pinned.last_name
        ref = f"{prefix}{len(self.people) + 10_001:05d}"
        email = self.mailboxes.address(first, last, seat.mail)
        person = Person(ref, first, last, email, seat.category, seat.pinned)
        self.people[ref] = person
        return person

    def next_post(self) -> str:
        """A new post key: HR systems count assignments, not people."""
        self.posts += 1
        return f"A{self.posts + 100_000:06d}"


def reorganisation_day(as_at: date) -> date:
    """1 October, two years before the as-at year (plan action 20 moved teams on a 1 October)."""
    return date(as_at.year - 2, 10, 1)


def staff_tenures(seats: list[Seat], first: int, prefix: str, ledger: Ledger, as_at: date) -> list[Tenure]:
    """Fill seats, `first` being the position of the first of them, through all their years of history."""
    rng = ledger.rng
    periods = [
        (start, end, first + position)
        for position, seat in enumerate(seats)
        for start, end in _periods(rng, seat, as_at)
    ]
    former: dict[str, list[Tenure]] = {}
    tenures: list[Tenure] = []
    for start, end, position in sorted(periods, key=lambda period: (period[0], period[2])):
        seat = seats[position - first]
        pool = former.setdefault(seat.mail + seat.category, [])
        earlier = _returning(rng, pool, start) if seat.pinned is None else None
        person = earlier.person if earlier else ledger.hire(prefix, seat)
        tenure = Tenure(position, person, ledger.next_post(), start, end)
        tenures.append(tenure)
        if end is not None and seat.pinned is None:
            pool.append(tenure)
    return tenures


def _periods(rng: Random, seat: Seat, as_at: date) -> list[tuple[date, date | None]]:
    """Stretches in which the seat is filled, with a gap for recruitment between them."""
    if seat.pinned:
        return [(as_at - timedelta(days=rng.randint(1300, 1600)), None)]
    opens = as_at - timedelta(days=round(seat.history_years * _YEAR))
    known_until = as_at + timedelta(days=_KNOWN_AHEAD_DAYS)
    periods: list[tuple[date, date | None]] = []
    # Only the council's own HR system remembers further back than the day on which it was first loaded.
    before = (
        min(rng.expovariate(seat.turnover / _YEAR), 30 * _YEAR) if seat.history_years >= _FULL_YEARS else 0
    )
    start = _weekday(opens - timedelta(days=round(before)))
    end = opens + timedelta(days=round(rng.expovariate(seat.turnover / _YEAR)))
    while start <= known_until:
        last = end if end <= known_until else None
        periods.append((start, last))
        start = _weekday(end + timedelta(days=rng.randint(5, 60)))
        end = start + timedelta(days=max(20, round(rng.expovariate(seat.turnover / _YEAR))))
    return periods


def _weekday(day: date) -> date:
    return day + timedelta(days=(7 - day.weekday()) % 7 if day.weekday() > 4 else 0)


def _returning(rng: Random, pool: list[Tenure], start: date) -> Tenure | None:
    """Now and then a former colleague comes back, under the old staff number."""
    if not pool or rng.random() >= _REHIRED_SHARE:
        return None
    place = rng.randrange(len(pool))
    gone = pool[place]
    if gone.last_day is None or gone.last_day >= start:
        return None
    return pool.pop(place)


def move_people(tenures: list[Tenure], seats: list[Seat], rng: Random, as_at: date) -> list[Tenure]:
    """Let pairs change places on one day: the post stays theirs, unit and title change.

    Worked through in order of time, so that every tenure that covers the day still runs to its end.
    """
    by_seat: dict[int, list[Tenure]] = {}
    for tenure in tenures:
        by_seat.setdefault(tenure.seat, []).append(tenure)
    movable = [p for p in by_seat if seats[p].boss is not None and "leadership" not in seats[p].kinds]
    near: dict[str, list[int]] = {}
    for position in sorted(movable):
        for group in (seats[position].mail, seats[position].mail + _directorate(seats[position])):
            near.setdefault(group, []).append(position)
    years = 7
    moves = round(len(movable) * _MOVES_A_YEAR * years / 2)
    for day in sorted(as_at - timedelta(days=rng.randint(30, round(years * _YEAR))) for _ in range(moves)):
        here = rng.choice(movable)
        group = seats[here].mail + (_directorate(seats[here]) if rng.random() < _MOVES_NEARBY_SHARE else "")
        one, other = _sitting(by_seat[here], day), _sitting(by_seat[rng.choice(near[group])], day)
        if (
            one is None
            or other is None
            or one.person is other.person
            or one.person.pinned
            or other.person.pinned
        ):
            continue
        if seats[one.seat].workplace == seats[other.seat].workplace:
            continue
        for left, mover in ((one, other), (other, one)):
            by_seat[left.seat].append(Tenure(left.seat, mover.person, mover.post_ref, day, left.last_day))
        one.last_day = other.last_day = day - timedelta(days=1)
    return [tenure for position in sorted(by_seat) for tenure in by_seat[position]]


def _directorate(seat: Seat) -> str:
    return seat.workplace.unit.partition(" > ")[0]


def _sitting(tenures: list[Tenure], day: date) -> Tenure | None:
    """Who has been there for at least a month on the day, and stays for another."""
    month = timedelta(days=30)
    for tenure in tenures:
        if tenure.first_day + month <= day and (tenure.last_day is None or tenure.last_day - month >= day):
            return tenure
    return None


def second_posts(
    main: list[Tenure], seats: list[Seat], first: int, ledger: Ledger, as_at: date
) -> list[Tenure]:
    """Give some people in post a second one, beside the first."""
    rng = ledger.rng
    running = [t for t in main if t.last_day is None and t.first_day < as_at and t.person.email]
    running = [t for t in running if not t.person.pinned]
    extra = []
    for position, tenure in enumerate(rng.sample(running, min(len(seats), len(running))), start=first):
        start = tenure.first_day + (as_at - tenure.first_day) * rng.random()
        extra.append(Tenure(position, tenure.person, ledger.next_post(), start, None))
    return extra


def second_post_number(staff: int) -> int:
    """How many people hold two posts."""
    return round(staff * _SECOND_POST_SHARE)


def member_tenures(seats: list[Seat], first: int, ledger: Ledger, as_at: date) -> list[Tenure]:
    """Terms of office: elections every fourth May, after which six in ten are back."""
    rng = ledger.rng
    years = [y for y in range(as_at.year - 8, as_at.year + 1) if y % 4 == 2 and date(y, 5, 8) <= as_at]
    terms = [date(year, 5, 8) for year in years]
    tenures = []
    for position, seat in enumerate(seats, start=first):
        current: Tenure | None = None
        for term in terms:
            if current and rng.random() < _MEMBER_RETURNED_SHARE:
                continue
            if current:
                current.last_day = term - timedelta(days=1)
            current = Tenure(position, ledger.hire("HM", seat), ledger.next_post(), term, None)
            tenures.append(current)
    return tenures


class Managers:
    """Who a seat answers to on a day; where the manager's seat is empty, the next level up."""

    def __init__(self, seats: list[Seat], tenures: list[Tenure]) -> None:
        self._seats = seats
        self._by_seat: dict[int, list[Tenure]] = {}
        for tenure in tenures:
            self._by_seat.setdefault(tenure.seat, []).append(tenure)

    def of(self, seat: Seat, person: Person, day: date) -> str:
        """The manager's reference; empty at the top."""
        boss = seat.boss
        while boss is not None:
            for tenure in self._by_seat.get(boss, ()):
                covers = tenure.first_day <= day and (tenure.last_day is None or day <= tenure.last_day)
                if covers and tenure.person is not person:
                    return tenure.person.ref
            boss = self._seats[boss].boss
        return ""


def spells(seats: list[Seat], tenures: list[Tenure], as_at: date) -> list[Spell]:
    """Tenures as the rows of an HR export, split where the reorganisation moved a team to another unit."""
    moved_on = reorganisation_day(as_at)
    managers = Managers(seats, tenures)
    rows: list[Spell] = []
    for tenure in tenures:
        seat = seats[tenure.seat]
        whole = Spell(
            tenure.person, tenure.post_ref, seat, seat.workplace.unit, "", tenure.first_day, tenure.last_day
        )
        parts = [whole]
        if seat.moved_from and tenure.first_day < moved_on:
            old = replace(whole, unit=seat.moved_from)
            parts = [old]
            if tenure.last_day is None or tenure.last_day >= moved_on:
                parts = [
                    replace(old, last_day=moved_on - timedelta(days=1)),
                    replace(whole, first_day=moved_on),
                ]
        for part in parts:
            known_on = max(part.first_day, min(part.last_day or as_at, as_at))
            rows.append(replace(part, manager_ref=managers.of(seat, tenure.person, known_on)))
    return sorted(rows, key=lambda row: (row.person.ref, row.post_ref, row.first_day))
