"""The bars of a bridge: where each begins and ends, in percent of the widest."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from foundation.formats import long_date


@dataclass(frozen=True, slots=True)
class Step:
    """One bar: what it is, its number in words, from where it reaches and how far, and which way it goes.

    `way` is "whole" for the figures at both ends, "more", "fewer", or "same".
    """

    label: str
    words: str
    left: float
    width: float
    way: str


def steps(first: date, before: int, lines: Sequence[tuple[str, int]], last: date, after: int) -> list[Step]:
    """The figure at the first day, a bar for each reason that begins where the one before ended, and the figure after.

    >>> [(step.left, step.width) for step in steps(date(2026, 1, 1), 8, [("Joined", 2), ("Left", -5)],
    ...  date(2026, 2, 1), 5)]
    [(0.0, 80.0), (80.0, 20.0), (50.0, 50.0), (0.0, 50.0)]
    """
    reached, most = before, max(before, after)
    for _, change in lines:
        reached += change
        most = max(most, reached)
    scale = 100 / most if most else 0
    result = [Step(long_date(first), f"{before:,} up to date", 0.0, round(before * scale, 2), "whole")]
    reached = before
    for label, change in lines:
        low = min(reached, reached + change)
        words = f"{change:+,}".replace("-", "\N{MINUS SIGN}") if change else "no change"
        way = "more" if change > 0 else "fewer" if change < 0 else "same"
        result.append(Step(label, words, round(low * scale, 2), round(abs(change) * scale, 2), way))
        reached += change
    result.append(Step(long_date(last), f"{after:,} up to date", 0.0, round(after * scale, 2), "whole"))
    return result
