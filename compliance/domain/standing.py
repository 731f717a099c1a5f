"""Where people stand on one day, and how that is added up by unit (counting rules 7 and 8)."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from compliance.domain.figures import COUNT_NAMES, Counts, PeopleFigure
from compliance.domain.groups import Post
from compliance.domain.spans import Status

UnitKey = tuple[int, int]
"""Unit and requirement."""


@dataclass(frozen=True, slots=True)
class Standing:
    """One person and requirement on one day, and the units in which the person counts for it."""

    person_id: int
    requirement_id: int
    status: Status
    covered: bool
    unit_ids: tuple[int, ...]
    posts: tuple[Post, ...] = ()
    """All posts of the day, whether the requirement applies to them or not; only where roles are asked about."""


class Tally:
    """Adds people up. Each is counted once in every unit that holds at least one of their posts.

    `above` gives, for every unit, the units that contain it, itself included.
    """

    def __init__(self, above: Mapping[int, Sequence[int]]) -> None:
        self._above = above
        self._found: dict[UnitKey, list[int]] = defaultdict(lambda: [0] * len(COUNT_NAMES))

    def add(
        self, unit_ids: Iterable[int], requirement_id: int, status: Status, covered: bool, people: int = 1
    ) -> None:
        """Count people with these units into each unit above any of them, once."""
        containing = {above for unit_id in unit_ids for above in self._above[unit_id]}
        column = COUNT_NAMES.index(status.value)
        for unit_id in containing:
            counts = self._found[unit_id, requirement_id]
            counts[column] += people
            if covered:
                counts[-1] += people

    def counts(self) -> dict[UnitKey, Counts]:
        """The counts of every unit in which someone is required."""
        found = ((key, Counts(*counts)) for key, counts in self._found.items())
        return {key: counts for key, counts in found if counts.required}


def whole(standings: Iterable[Standing]) -> dict[int, Counts]:
    """The counts of everybody given, by requirement."""
    found: dict[int, list[int]] = defaultdict(lambda: [0] * len(COUNT_NAMES))
    for standing in standings:
        counts = found[standing.requirement_id]
        counts[COUNT_NAMES.index(standing.status.value)] += 1
        counts[-1] += standing.covered
    return {requirement_id: Counts(*counts) for requirement_id, counts in found.items()}


def in_everything(standings: Iterable[Standing]) -> PeopleFigure:
    """Of the people with at least one counted requirement, those compliant in all of them (counting rule 7)."""
    compliant: dict[int, bool] = {}
    for standing in standings:
        if standing.status.is_counted:
            so_far = compliant.get(standing.person_id, True)
            compliant[standing.person_id] = so_far and standing.status.is_compliant
    return PeopleFigure(len(compliant), sum(compliant.values()))
