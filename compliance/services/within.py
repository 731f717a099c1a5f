"""Into which part of what is asked about somebody in a unit falls: the parts into which figures are broken down."""

import sys
from collections.abc import Iterable, Iterator

from compliance.services.figures import By, Question, find_units
from people.store import Tree, Unit


class Within:
    """Answers for one question: its `by`, its `deepest`, and the units that it is narrowed to."""

    def __init__(self, tree: Tree, question: Question) -> None:
        self._units: dict[int, Unit] = {unit.id: unit for unit in tree.units}
        self._above = tree.above
        self._roots = find_units(tree.units, question)
        self._by, self._deepest = question.by, question.deepest or sys.maxsize
        self._known: dict[int, tuple[int | None, ...]] = {}

    def of(self, unit_id: int) -> Iterable[int | None]:
        """The parts by the ids of their units, None for the whole; nothing where the unit lies outside."""
        if unit_id not in self._known:
            self._known[unit_id] = tuple(self._find(unit_id))
        return self._known[unit_id]

    def _find(self, unit_id: int) -> Iterator[int | None]:
        above = [self._units[one] for one in self._above[unit_id]]
        if self._by is None or self._by is By.ORGANISATION:
            if self._holds(above[0]):
                yield None if self._by is None else above[-1].id
            return
        yield from (one.id for one in above if 0 < one.depth <= self._deepest and self._holds(one))

    def _holds(self, unit: Unit) -> bool:
        return self._roots is None or any(root.contains(unit) for root in self._roots)
