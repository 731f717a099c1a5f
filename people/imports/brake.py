"""The brake for leavers: a short file must not make an organisation leave (promise D8). Pure."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from functools import lru_cache
from typing import NamedTuple

from foundation.errors import Problem
from foundation.formats import fraction
from foundation.tables import shown
from people.domain import UNIT_SEPARATOR
from people.imports.posts import Duties

MOST_POSTS = 50
MOST_PERCENT = 5
SMALLEST_UNIT = 20
"""People in a unit, above which a file may not empty it."""

Place = tuple[str, str]


class PostMove(NamedTuple):
    """A post and what it is on the as-at date, before and after; None where it does not run."""

    key: tuple[str, str]
    before: Duties | None
    after: Duties | None

    @property
    def ends(self) -> bool:
        return self.before is not None and self.after is None


def refusals(moves: Iterable[PostMove], expected: int | None, file: str) -> list[Problem]:
    """Why the file is refused: too many running posts would end, or a large unit be emptied.

    `moves` are all posts that run before or after. `expected` is the number that the sender confirmed: exact, or it
    confirms nothing.
    """
    moves = list(moves)
    ending = sum(move.ends for move in moves)
    found = [*_organisations(moves), *_units(moves)]
    if not found or expected == ending:
        return []
    if expected is not None:
        found.append(f"You expected {expected:,}, but {ending:,} would end.")
    advice = f"Nothing was changed. If that is right, say the exact number: --expect-leavers {ending}."
    return [*(Problem(message, file) for message in found), Problem(advice, file)]


def _organisations(moves: Iterable[PostMove]) -> list[str]:
    running: Counter[str] = Counter()
    ending: Counter[str] = Counter()
    for move in moves:
        if move.before is not None:
            running[move.before.organisation] += 1
            ending[move.before.organisation] += move.ends
    return [
        f"This file would end {fraction(ends, running[name])} running posts of {shown(name)}."
        for name, ends in sorted(ending.items())
        # Whole numbers: more than 5 % and more than 50.
        if ends > MOST_POSTS and ends * 100 > running[name] * MOST_PERCENT
    ]


def _units(moves: Iterable[PostMove]) -> list[str]:
    """Units with more than 20 people, everything below included, that would have none, and not because all moved."""
    left = {place for move in moves if move.ends for place in _upwards(*_place(move.before))}
    if not left:
        return []
    before: dict[Place, set[str]] = defaultdict(set)
    after: set[Place] = set()
    for move in moves:
        for place in _upwards(*_place(move.before)):
            before[place].add(move.key[0])
        after.update(_upwards(*_place(move.after)))
    emptied = {
        place
        for place, people in before.items()
        if len(people) > SMALLEST_UNIT and place in left and place not in after
    }
    return [
        f"This file would leave nobody of {len(before[place]):,} people in {shown(' > '.join(filter(None, place)))}."
        for place in sorted(emptied)
        if not place[1] or (place[0], place[1].rpartition(UNIT_SEPARATOR)[0]) not in emptied
    ]


def _place(duties: Duties | None) -> tuple[str | None, str]:
    return (None, "") if duties is None else (duties.organisation, duties.unit)


@lru_cache(maxsize=4096)
def _upwards(organisation: str | None, unit: str) -> tuple[Place, ...]:
    """The unit, those above it, and the organisation itself."""
    if organisation is None:
        return ()
    parts = unit.split(UNIT_SEPARATOR) if unit else []
    return tuple((organisation, UNIT_SEPARATOR.join(parts[:depth])) for depth in range(len(parts) + 1))
