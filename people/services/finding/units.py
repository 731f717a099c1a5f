"""The units that a word may name: those with a word of path or organisation that begins like it.

A council of 50,000 has thousands of units and its search is asked with every letter. So the words of a tree are put in
order once, and a word finds its own among them by halving.
"""

from bisect import bisect_left
from collections.abc import Collection

from foundation.plain import plain
from people.domain import UNIT_SEPARATOR
from people.store import Tree, Unit

TREES = 4
"""Trees of which the words are kept: that of the service, and in tests those of several databases."""


class UnitWords:
    """The words of every unit of a tree, in order."""

    def __init__(self, every: Tree) -> None:
        self.tree = every
        found: dict[str, list[Unit]] = {}
        for unit in every.units:
            for word in dict.fromkeys(_words(unit)):
                found.setdefault(word, []).append(unit)
        self._units = found
        self._ordered = sorted(found)

    def beginning(self, word: str, organisation_ids: Collection[int] | None) -> list[int]:
        """The ids of the units with a word that begins like this; of some organisations, where they are named."""
        ids: dict[int, None] = {}
        for number in range(bisect_left(self._ordered, word), len(self._ordered)):
            found = self._ordered[number]
            if not found.startswith(word):
                break
            ids.update(
                (unit.id, None)
                for unit in self._units[found]
                if organisation_ids is None or unit.organisation_id in organisation_ids
            )
        return list(ids)


def _words(unit: Unit) -> list[str]:
    """The words of a unit's path and organisation; one that is punctuation alone is no word."""
    path = unit.path.replace(UNIT_SEPARATOR, " ")
    return [word for word in plain(f"{unit.organisation} {path}").split() if word.strip("&-/'")]


_kept: list[UnitWords] = []


def unit_words(every: Tree) -> UnitWords:
    """The words of a tree, put in order when the tree is a new one (`people.store.tree`)."""
    found = next((one for one in _kept if one.tree is every), None)
    if found is None:
        found = UnitWords(every)
        _kept[:] = [found, *_kept[: TREES - 1]]
    return found
