"""What people were trained in, and when: each obligation as a track of first training and renewals."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import groupby
from random import Random

from app.demo.catalogue import Taught, briefing_day, e_learning, missing_prerequisite, taught
from app.demo.council import TROUBLED_UNIT
from app.demo.facts import Completion, Spell

_TWO_YEARS = 730
_IN_TIME_SHARE = 0.75
"""Of the diligent, how many renew before the end instead of soon after."""
_REMINDED_SHARE = 0.92
"""How many are told that another course comes first."""
_DILIGENCE: dict[str, float] = {
    "Community Solutions": 0.68,
    "People and Care": 0.54,
    "My Place": 0.54,
    "Public Realm": 0.48,
    "Enforcement and Community Safety": 0.66,
    "Culture and Leisure": 0.64,
    "Resources": 0.66,
    "Inclusive Growth": 0.50,
    "Elected Members": 0.62,
    TROUBLED_UNIT: 0.20,
}
_DILIGENCE_BY_SECTOR = {"health": 0.88, "school": 0.85, "police": 0.7, "probation": 0.7, "other": 0.55}


@dataclass(frozen=True)
class Career:
    """One person's time in one kind of work."""

    person_ref: str
    spell: Spell
    "The latest spell of it: where they work now, or worked last."
    first_day: date
    last_day: date
    diligence: float


def diligence_of(spell: Spell) -> float:
    """Which share of the people at this place of work is in date, once the programme has settled."""
    place = spell.seat.workplace
    if place.sector != "council":
        return _DILIGENCE_BY_SECTOR.get(place.sector, 0.5)
    fitting = [unit for unit in _DILIGENCE if spell.unit == unit or spell.unit.startswith(f"{unit} > ")]
    return _DILIGENCE[max(fitting, key=len)] if fitting else 0.7


def careers(spells: Iterable[Spell], kinds: frozenset[str], as_at: date, opened: date) -> list[Career]:
    """Everybody who has done one of the kinds of work, from `opened` on."""
    found = []
    fitting = (s for s in spells if kinds & (s.seat.kinds | set(s.seat.named)) and s.first_day <= as_at)
    for ref, group in groupby(fitting, key=lambda spell: spell.person.ref):
        mine = sorted(group, key=lambda spell: (spell.last_day or as_at, spell.first_day))
        last = min(mine[-1].last_day or as_at, as_at)
        first = max(min(spell.first_day for spell in mine), opened)
        if first < last:
            found.append(Career(ref, mine[-1], first, last, diligence_of(mine[-1])))
    return found


def training_days(rng: Random, career: Career, opened: date, valid_days: int = _TWO_YEARS) -> list[date]:
    """Days of first training and renewals of one track.

    Diligence is the share of people who are in date once the programme has settled. Of those that lapse, each
    waits for the next chase, so long on average that the share comes out. Whoever was there when the
    programme opened had perhaps been trained in the two years before.
    """
    level = min(0.97, max(0.05, career.diligence * rng.uniform(0.85, 1.15)))
    in_time = level * _IN_TIME_SHARE
    wait_days = valid_days * (1 - level) / level / (1 - in_time)
    if career.first_day == opened and rng.random() < level / 2:
        day = opened - timedelta(days=rng.randint(0, min(valid_days, _TWO_YEARS)))
    elif career.first_day != opened and rng.random() < level:
        day = career.first_day + timedelta(days=rng.randint(2, 85))
    else:
        day = career.first_day + timedelta(days=round(90 + rng.expovariate(1 / wait_days)))
    days = []
    while day <= career.last_day:
        days.append(day)
        late = rng.random() >= in_time
        delay = round(rng.expovariate(1 / wait_days)) if late else -rng.randint(2, 75)
        day += timedelta(days=valid_days + delay)
    return days


def pinned_day(career: Career, as_at: date) -> date | None:
    """The one day on which somebody who is in the demonstration by design was trained, if so."""
    pinned = career.spell.person.pinned
    if pinned is None or pinned.trained_days_ago == 0:
        return None
    return as_at - timedelta(days=pinned.trained_days_ago)


class Register:
    """Collects completions: one a person, course and day, none after the as-at day."""

    def __init__(self, rng: Random, as_at: date) -> None:
        self.rng = rng
        self.as_at = as_at
        self._rows: dict[tuple[str, str, date], Completion] = {}
        self._taken: dict[str, list[tuple[date, str]]] = {}

    def earlier(self, person_ref: str, day: date) -> set[str]:
        """The courses that the person had completed before the day."""
        return {course for done, course in self._taken.get(person_ref, ()) if done < day}

    def add(self, person_ref: str, choice: Taught) -> None:
        """Record a completion with evidence of a likely kind."""
        key = (person_ref, choice.course, choice.day)
        if choice.day > self.as_at or key in self._rows:
            return
        evidence, revoked = self._evidence(choice)
        self._rows[key] = Completion(
            person_ref, choice.course, choice.day, choice.provider, choice.reference, evidence, revoked
        )
        self._taken.setdefault(person_ref, []).append((choice.day, choice.course))

    def _evidence(self, choice: Taught) -> tuple[str, date | None]:
        age = (self.as_at - choice.day).days
        draw = self.rng.random()
        revoked = None
        if age > 200 and self.rng.random() < 0.003:
            revoked = choice.day + timedelta(days=self.rng.randint(20, 180))
        if not choice.certificate:
            return ("verified" if draw < 0.05 else "trusted"), revoked
        if age <= 21 and draw < 0.35:
            return "awaiting", None
        if draw < 0.012:
            return "rejected", None
        if age <= 120 and draw < 0.05:
            return "awaiting", None
        return ("verified" if draw < 0.3 else "trusted"), revoked

    def rows(self) -> list[Completion]:
        """Everything recorded so far."""
        return list(self._rows.values())


@dataclass(frozen=True)
class Turn:
    """Somebody is about to be trained: who, when, and after which other courses."""

    rng: Random
    career: Career
    day: date
    earlier: set[str]

    @property
    def crew(self) -> bool:
        """People without an e-mail address are briefed instead of sent to a screen."""
        return not self.career.spell.seat.mail


Chooser = Callable[[Turn], str]


def follow(
    register: Register,
    spells: list[Spell],
    kinds: set[str],
    choose: Chooser,
    *,
    years: float = 8,
    valid: int = 730,
    diligence: float | None = None,
) -> None:
    """Put one track on the register for everybody who does one of the kinds of work."""
    rng, as_at = register.rng, register.as_at
    opened = as_at - timedelta(days=round(years * 365.25))
    for career in careers(spells, frozenset(kinds), as_at, opened):
        level = career.diligence if diligence is None else diligence
        measured = Career(career.person_ref, career.spell, career.first_day, career.last_day, level)
        if pinned := pinned_day(career, as_at):
            register.add(career.person_ref, taught(rng, e_learning(pinned), pinned))
            continue
        for day in training_days(rng, measured, opened, valid):
            earlier = register.earlier(career.person_ref, day)
            course = choose(Turn(rng, career, day, earlier))
            if (first := missing_prerequisite(course, earlier)) and rng.random() < _REMINDED_SHARE:
                register.add(career.person_ref, taught(rng, first, day - timedelta(days=rng.randint(1, 9))))
            register.add(career.person_ref, taught(rng, course, day))


def yearly(register: Register, spells: list[Spell], kind: str, course: str) -> None:
    """Briefings for leaders, each spring."""
    rng, as_at = register.rng, register.as_at
    opened = as_at - timedelta(days=8 * 365)
    for career in careers(spells, frozenset({kind}), as_at, opened):
        for year in range(opened.year, as_at.year + 1):
            day = briefing_day(year, rng.randrange(3))
            if career.first_day <= day <= career.last_day and rng.random() < 0.35 + career.diligence / 2:
                register.add(career.person_ref, taught(rng, course, day))
