"""Where and when to run the next workshops of a course: who lacks what it meets, and which sittings help most. Pure.

A person needs a place when a requirement that the course meets is overdue or will lapse before the end of the period,
and completing the course on the day would count (counting rule 5, by the same `covers` that makes the timelines).
Whoever waits for a check, is exempt or away is not asked to come.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from fractions import Fraction
from itertools import islice

from compliance.domain.asked import terms_on
from compliance.domain.cover import covers, proof_on
from compliance.domain.figures import Counts
from compliance.domain.requirement import RuleBook
from compliance.domain.spans import Status
from courses.domain import ACCEPTED_EVIDENCE, Completion

USUAL_NO_SHOWS = Fraction(15, 100)
"""How many in a hundred stay away where little is known yet: one council found about 20 before it reminded and charged
(domain notes 3), and this service reminds."""
USUAL_WEIGHT = 20
"""What is usual counts as much as so many people seen: as one full workshop. After a few, what was seen leads."""
NOTICE_DAYS = 14
"""The first day that is suggested: people and rooms need two weeks."""
DAYS_APART = 7
"""Between two suggestions: whoever leads workshops has other work too."""
LEAST_FULL = Fraction(1, 2)
"""A sitting for one place alone is suggested when this part of the room would be filled; else people come together."""

LACKING = frozenset({Status.NOT_YET_DUE, Status.AWAITING_CHECK, Status.EXPIRED, Status.OUTSTANDING})
"""The statuses in which a completion that counts makes somebody compliant."""
OVERDUE = frozenset({Status.EXPIRED, Status.OUTSTANDING})


@dataclass(frozen=True, slots=True)
class Lack:
    """Days on which a person lacks a requirement. `code` is that of the requirement."""

    person_id: int
    code: str
    status: Status
    first_day: date
    last_day: date


@dataclass(frozen=True, slots=True)
class Need:
    """Somebody who needs a place. `by`: the day from which they are overdue; `codes`: for which requirements."""

    person_id: int
    by: date
    codes: tuple[str, ...]
    site: str
    is_booked: bool = False


def no_show_rate(stayed_away: int, came: int) -> Fraction:
    """The part of those booked who stay away, from what was seen and, while that is little, from what is usual.

    >>> no_show_rate(0, 0), no_show_rate(20, 60)
    (Fraction(3, 20), Fraction(23, 100))
    """
    return (stayed_away + USUAL_NO_SHOWS * USUAL_WEIGHT) / (stayed_away + came + USUAL_WEIGHT)


def expected(people: int, rate: Fraction) -> int:
    """How many of so many booked people come, rounded down so that it never flatters.

    >>> expected(20, Fraction(15, 100)), expected(1, Fraction(15, 100))
    (17, 0)
    """
    return int(people * (1 - rate))


class Counting:
    """Whether completing a course on a day would count for somebody on a day, remembered for each pair of days."""

    def __init__(self, book: RuleBook, course: str, completions: Mapping[int, Sequence[Completion]]) -> None:
        self._book = book
        self._course = course
        self._alike: dict[tuple[Completion, ...], int] = {(): 0}
        """What people have completed, numbered: many have the same, and a number is compared faster."""
        self._number = {
            person_id: self._alike.setdefault(tuple(done), len(self._alike))
            for person_id, done in completions.items()
        }
        self._done = {number: done for done, number in self._alike.items()}
        self._found: dict[tuple[str, date, date, int], bool] = {}

    def counts(self, person_id: int, code: str, taken_on: date, day: date) -> bool:
        """Whether a requirement would be covered on `day`, were the course completed on `taken_on` (rule 5)."""
        number = self._number.get(person_id, 0)
        key = code, taken_on, day, number
        found = self._found.get(key)
        if found is None:
            found = self._found[key] = self._covered(code, taken_on, day, self._done[number])
        return found

    def _covered(self, code: str, taken_on: date, day: date, before: Sequence[Completion]) -> bool:
        terms = terms_on(self._book, code, day)
        if terms is None:
            return False
        every = [*before, Completion(self._course, taken_on)]
        found = covers(every, terms.acceptances, terms.requirement.renewal, ACCEPTED_EVIDENCE)
        return proof_on(found, day) is not None


def requirements_met(book: RuleBook, course: str, first: date, last: date) -> list[str]:
    """The codes of the requirements that a course meets on some day of a period."""
    return [
        code
        for code in book.codes
        if any(
            terms.period.first <= last
            and terms.period.last >= first
            and any(one.course == course for one in terms.acceptances)
            for terms in book.terms(code)
        )
    ]


def needs(
    lacks: Iterable[Lack],
    sites: Mapping[int, str],
    counting: Counting,
    booked: frozenset[int],
    today: date,
    last: date,
) -> list[Need]:
    """Who needs a place until a day, whoever is overdue first; those whom the course would not help are left out."""
    found: dict[int, dict[str, date]] = defaultdict(dict)
    for lack in lacks:
        if lack.status not in OVERDUE or lack.first_day > last:
            continue
        by = max(today, lack.first_day)
        if by >= found[lack.person_id].get(lack.code, last + timedelta(days=1)):
            continue
        if counting.counts(lack.person_id, lack.code, by, by):
            found[lack.person_id][lack.code] = by
    every = [
        Need(
            person_id,
            min(codes.values()),
            tuple(sorted(codes)),
            sites.get(person_id, ""),
            person_id in booked,
        )
        for person_id, codes in found.items()
        if codes
    ]
    return sorted(every, key=lambda one: (one.by, one.person_id))


@dataclass(frozen=True, slots=True)
class Opening:
    """Places that are still free at a sitting planned already. `whom`: for whom they are; None: for everybody."""

    day: date
    places: int
    whom: frozenset[int] | None = None


def provided_for(needed: Iterable[Need], openings: Iterable[Opening], counting: Counting) -> dict[int, date]:
    """Who can have a place that is still free at a sitting planned already, and on which day, by person.

    The earliest sitting first, and in each those who lapse first, as `suggestions` fills a room. Whoever has a place is
    left out, and so is whomever the course would not help on that day.
    """
    left = {one.person_id: one for one in needed if not one.is_booked}
    found: dict[int, date] = {}
    for opening in sorted(openings, key=lambda one: one.day):
        helped = (
            one.person_id
            for one in sorted(left.values(), key=lambda one: (one.by, one.person_id))
            if (opening.whom is None or one.person_id in opening.whom) and _helps(one, opening.day, counting)
        )
        taken = list(islice(helped, opening.places))
        found |= dict.fromkeys(taken, opening.day)
        for person_id in taken:
            del left[person_id]
    return found


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A sitting worth planning. `site` is empty where people of several places come together."""

    day: date
    site: str
    people: tuple[int, ...]
    overdue: int
    """How many of them are overdue on the day; the others would lapse later."""
    days_gained: int
    """Days of being overdue that it spares them between the day and the end of the period."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What suggestions are asked for: places in the room, how many sittings at most, and the days that are free."""

    capacity: int
    sittings: int
    days: Sequence[date]
    last: date


def suggestions(needed: Sequence[Need], wanted: Wanted, counting: Counting) -> list[Suggestion]:
    """The sittings that spare most people most days, one after the other (greedy), on the earliest free days.

    A site gets a sitting of its own where enough of its people need one to fill `LEAST_FULL` of the room; whoever is
    left at the end is brought together. In a room those come first who lapse first.
    """
    left = {one.person_id: one for one in needed if not one.is_booked}
    found: list[Suggestion] = []
    for day in wanted.days:
        if len(found) == wanted.sittings:
            break
        helped = [one for one in left.values() if _helps(one, day, counting)]
        best = _best(helped, day, wanted)
        if best is None:
            continue
        found.append(best)
        for person_id in best.people:
            del left[person_id]
    return found


def _helps(need: Need, day: date, counting: Counting) -> bool:
    later = max(day, need.by)
    return any(counting.counts(need.person_id, code, day, later) for code in need.codes)


def _best(helped: Iterable[Need], day: date, wanted: Wanted) -> Suggestion | None:
    by_site: dict[str, list[Need]] = defaultdict(list)
    everybody = sorted(helped, key=lambda one: (one.by, one.person_id))
    for one in everybody:
        by_site[one.site].append(one)
    alone = [
        _sitting(site, people, day, wanted)
        for site, people in sorted(by_site.items())
        if site and len(people) >= LEAST_FULL * wanted.capacity
    ]
    if alone:
        return max(alone, key=lambda one: (one.days_gained, len(one.people)))
    if not everybody:
        return None
    several = len(by_site) > 1
    return _sitting("" if several else everybody[0].site, everybody, day, wanted)


def _sitting(site: str, people: Sequence[Need], day: date, wanted: Wanted) -> Suggestion:
    some = people[: wanted.capacity]
    gained = sum((wanted.last - max(day, one.by)).days + 1 for one in some)
    overdue = sum(one.by <= day for one in some)
    return Suggestion(day, site, tuple(sorted(one.person_id for one in some)), overdue, gained)


@dataclass
class Gain:
    """Who becomes compliant on a day through sittings held until then, and was counted or not before."""

    compliant: int = 0
    newly_counted: int = 0

    def added_to(self, counts: Counts, rate: Fraction = Fraction(0)) -> tuple[int, int]:
        """(compliant, counted) when all but this part of them come."""
        new = expected(self.newly_counted, rate)
        return counts.in_date + expected(self.compliant, rate), counts.counted + new


@dataclass(frozen=True)
class Lacking:
    """Who lacks what on a day, looked up by requirement."""

    by_code: dict[str, list[Lack]] = field(default_factory=dict)

    @classmethod
    def of(cls, lacks: Iterable[Lack]) -> "Lacking":
        """The lacks by requirement."""
        found: dict[str, list[Lack]] = defaultdict(list)
        for lack in lacks:
            found[lack.code].append(lack)
        return cls(dict(found))

    def gain(self, code: str, day: date, taken_on: Mapping[int, date], counting: Counting) -> Gain:
        """What it changes on a day that these people completed the course on these days."""
        found = Gain()
        for lack in self.by_code.get(code, ()):
            taken = taken_on.get(lack.person_id)
            if taken is None or taken > day or not lack.first_day <= day <= lack.last_day:
                continue
            if counting.counts(lack.person_id, code, taken, day):
                found.compliant += 1
                found.newly_counted += not lack.status.is_counted
        return found
