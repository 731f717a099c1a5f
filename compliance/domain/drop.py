"""When a group of people drops below its target if nobody renews, and who decides it (counting rules 6, 7 and 9).

Pure, and the same arithmetic as every other figure: only people who are counted, the percentage never rounded up, the
target of the day judged in whole numbers.
"""

from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from compliance.domain.figures import Counts, Judgement, judge
from compliance.domain.requirement import Target
from compliance.domain.spans import Span, Status
from compliance.domain.target import target_for
from foundation.dates import FAR_DAY, Period, day_after, day_before, joined

K = TypeVar("K", bound=Hashable)

MONTHS_AHEAD = 24
"""How far a forecast looks. Most training is renewed every one or two years; later, nothing would be left."""


@dataclass(frozen=True, slots=True)
class Stretch:
    """So many people who have one status from a day to a day."""

    first_day: date
    last_day: date
    status: Status
    people: int = 1


@dataclass(frozen=True, slots=True)
class Drop:
    """The first day below the target, and what the figure is on it. `judgement` says how many renewals prevent it."""

    day: date
    counts: Counts
    judgement: Judgement


@dataclass(frozen=True, slots=True)
class Decider(Generic[K]):
    """Somebody who is counted and not up to date on the day of the drop, and is not so today.

    `act_by`: the last day on which renewing, or doing it for the first time, is in time.
    """

    person: K
    act_by: date


def stretches_of(spans: Iterable[Span]) -> list[Stretch]:
    """The spans of timelines, each of one person, as stretches."""
    return [Stretch(span.first_day, span.last_day, span.status) for span in spans]


def first_drop(
    stretches: Iterable[Stretch], targets: Iterable[Target], requirement: str, today: date, until: date
) -> Drop | None:
    """The first day after today, up to `until`, on which the target is not met; None when there is no such day.

    `stretches` are those of one requirement, with all that reach beyond today. On days without a target, or with
    nobody counted, there is nothing to fall below (counting rule 7).
    """
    own = [target for target in targets if target.requirement == requirement]
    changes = _changes(stretches)
    counted = sum(people for day, (people, _) in changes.items() if day <= today)
    compliant = sum(people for day, (_, people) in changes.items() if day <= today)
    # Between these days nothing changes; tomorrow is among them for whoever is below the target already.
    looked_at = {day_after(today), *changes, *_days_of(own)}
    for day in sorted(day for day in looked_at if today < day <= until):
        more_counted, more_compliant = changes.get(day, (0, 0))
        counted, compliant = counted + more_counted, compliant + more_compliant
        target = target_for(own, requirement, day)
        counts = Counts(compliant=compliant, outstanding=counted - compliant)
        judgement = judge(counts, target.percent_hundredths if target else None)
        if judgement is not None and not judgement.met:
            return Drop(day, counts, judgement)
    return None


def _changes(stretches: Iterable[Stretch]) -> dict[date, tuple[int, int]]:
    """By how many people the counted and the compliant change on a day against the day before."""
    found: dict[date, tuple[int, int]] = {}
    for stretch in stretches:
        if not stretch.status.is_counted:
            continue
        compliant = stretch.people if stretch.status.is_compliant else 0
        _add(found, stretch.first_day, stretch.people, compliant)
        if stretch.last_day != FAR_DAY:
            _add(found, day_after(stretch.last_day), -stretch.people, -compliant)
    return found


def _add(to: dict[date, tuple[int, int]], day: date, counted: int, compliant: int) -> None:
    before = to.get(day, (0, 0))
    to[day] = (before[0] + counted, before[1] + compliant)


def _days_of(targets: Iterable[Target]) -> list[date]:
    """The days on which another target may begin to hold."""
    return [day for target in targets for day in (target.first_day, day_after(target.last_day))]


def is_behind(status: Status) -> bool:
    """Whether somebody with this status pulls the percentage down: counted, and not up to date."""
    return status.is_counted and not status.is_compliant


def deciders(timelines: Mapping[K, Iterable[Span]], today: date, day: date) -> list[Decider[K]]:
    """Whose renewals decide over a drop on `day`: behind on that day, and not today. Whoever must act first, first.

    Mostly they are those whose cover ends in between; whoever is due for the first time or comes back to work counts
    just the same. Of each person the spans that are behind are enough, from today to `day`.
    """
    found = []
    for person, spans in timelines.items():
        behind = joined(Period(span.first_day, span.last_day) for span in spans if is_behind(span.status))
        then = next((period for period in behind if day in period), None)
        if then is not None and not any(today in period for period in behind):
            found.append(Decider(person, day_before(then.first)))
    return sorted(found, key=lambda decider: decider.act_by)
