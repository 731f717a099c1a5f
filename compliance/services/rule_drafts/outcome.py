"""The what-if of a draft as it is kept with it: ids and whole numbers, no names."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from compliance.domain.effect import Effect
from compliance.domain.figures import Counts

MOVES = ("gain", "lose", "become_overdue", "become_compliant")
"""What may happen to somebody, as fields of an Effect."""


@dataclass(frozen=True)
class Outcome:
    """What a draft would do: by day the requirements that move, whom it concerns, and who would be written to."""

    days: Mapping[date, Sequence[Effect]]
    concerned: int
    """How many people the change can concern at all."""
    written_to: tuple[int, ...] = ()

    def people(self, day: date, requirement: str, move: str) -> tuple[int, ...] | None:
        """The people of one number, by id; None where there is no such number."""
        if move not in MOVES:
            return None
        found = next((one for one in self.days.get(day, ()) if one.requirement == requirement), None)
        if found is None:
            return None
        people: tuple[int, ...] = getattr(found, move)
        return people


def as_text(outcome: Outcome) -> str:
    """An outcome to keep."""
    return json.dumps(
        {
            "days": {day.isoformat(): [_effect(one) for one in found] for day, found in outcome.days.items()},
            "concerned": outcome.concerned,
            "written_to": outcome.written_to,
        },
        separators=(",", ":"),
    )


def from_text(text: str) -> Outcome:
    """An outcome as it was kept."""
    kept = json.loads(text)
    return Outcome(
        days={
            date.fromisoformat(day): tuple(_effect_of(one) for one in found)
            for day, found in kept["days"].items()
        },
        concerned=kept["concerned"],
        written_to=tuple(kept["written_to"]),
    )


def _effect(effect: Effect) -> dict[str, Any]:
    return {field.name: _value(getattr(effect, field.name)) for field in fields(effect)}


def _value(value: Any) -> Any:
    return [getattr(value, field.name) for field in fields(value)] if isinstance(value, Counts) else value


def _effect_of(kept: dict[str, Any]) -> Effect:
    people = {move: tuple(kept[move]) for move in MOVES}
    return Effect(**{**kept, **people, "before": Counts(*kept["before"]), "after": Counts(*kept["after"])})
