"""When somebody moved from one unit to another, told from their posts. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from foundation.dates import FAR_DAY, day_after, day_before
from people.domain import Place, Spell

HANDING_OVER_DAYS = 92
"""Who works in the old and the new unit for longer holds two posts, and gives one of them up later."""


@dataclass(frozen=True, slots=True)
class Change:
    """A move: out of some units and into others.

    `before` is the last day without the new ones, `since` the first without the old ones. Between them may lie days in
    both, or days without any post.
    """

    left: tuple[Place, ...]
    joined: tuple[Place, ...]
    before: date
    since: date


@dataclass(frozen=True, slots=True)
class _Stretch:
    """Days on which somebody works in the same units."""

    first: date
    last: date
    units: frozenset[int]


def changes_of(spells: Sequence[Spell]) -> list[Change]:
    """The moves of one person, in order. To take on a second post, or to give one up, is not a move.

    But a second post becomes a move when the first ends within some weeks: that was handing over. Whoever left and came
    back to another unit moved too.

    >>> at = lambda unit: Place(unit, f"Unit {unit}", "Council", "council")
    >>> spells = [Spell(date(2026, 1, 1), date(2026, 4, 30), at(1)), Spell(date(2026, 5, 1), FAR_DAY, at(2))]
    >>> [(one.left[0].path, one.joined[0].path, one.since) for one in changes_of(spells)]
    [('Unit 1', 'Unit 2', datetime.date(2026, 5, 1))]
    """
    places = {spell.place.unit_id: spell.place for spell in spells}
    stretches = list(_stretches(spells))
    found: list[Change] = []
    if not stretches:
        return found
    last = stretches[0]
    settled = last  # what a move is measured against: the units before a second post was taken on
    for now in stretches[1:]:
        is_handed_over = (now.first - settled.last).days <= HANDING_OVER_DAYS
        for then in (last, settled) if is_handed_over else (last,):
            left, joined = then.units - now.units, now.units - then.units
            if left and joined:
                found.append(Change(_named(left, places), _named(joined, places), then.last, now.first))
                break
        if not now.units > last.units:
            settled = now
        last = now
    return found


def _stretches(spells: Sequence[Spell]) -> Iterator[_Stretch]:
    """The days in post in order, cut where the units change; days without any post are left out."""
    cuts = sorted(
        {spell.first_day for spell in spells}
        | {day_after(spell.last_day) for spell in spells if spell.last_day != FAR_DAY}
    )
    found: _Stretch | None = None
    for at, first in enumerate(cuts):
        last = day_before(cuts[at + 1]) if at + 1 < len(cuts) else FAR_DAY
        units = frozenset(
            spell.place.unit_id for spell in spells if spell.first_day <= first <= spell.last_day
        )
        if not units:
            continue
        if found is not None and found.units == units:
            found = _Stretch(found.first, last, units)
            continue
        if found is not None:
            yield found
        found = _Stretch(first, last, units)
    if found is not None:
        yield found


def _named(ids: Iterable[int], places: dict[int, Place]) -> tuple[Place, ...]:
    return tuple(sorted((places[one] for one in ids), key=lambda place: (place.organisation, place.path)))
