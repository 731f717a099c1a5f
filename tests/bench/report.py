"""The table that `make bench` prints: one line a measure, size and database, and how cost grows between sizes."""

from collections.abc import Iterable, Sequence

from tests.bench.measures import Result
from tests.bench.timing import exponent

_HEAD = (
    f"{'what':34} {'people':>7} {'database':>10} {'product ms':>11} {'floor ms':>10} {'ratio':>9} {'goal':>8}"
)
FLAT = 0.1
"""The exponent below which a time is said not to grow."""


def line(result: Result) -> str:
    """One result."""
    goal = "" if result.goal is None else f"{result.goal:.4g}"
    verdict = {None: "", True: "met", False: "NOT MET"}[result.met]
    return (
        f"{result.name:34} {result.people:>7,} {result.database:>10} {result.product_ms:>11.2f} "
        f"{result.floor_ms:>10.2f} {result.ratio:>9.4g} {goal:>8} {verdict:8} {result.floor}"
    ).rstrip()


def table(results: Iterable[Result]) -> str:
    """All results under their heading, each database and size together."""
    return "\n".join([_HEAD, *map(line, results)])


def growth(results: Sequence[Result], flat: frozenset[str], limits: dict[str, float]) -> str:
    """How each cost grows from the smallest to the largest size: time ~ people to that power.

    `flat` names measures that should not grow at all; `limits` gives the highest power that will do for others.
    """
    sizes = sorted({result.people for result in results})
    if len(sizes) < 2:
        return ""
    small, large = sizes[0], sizes[-1]
    found = {(result.name, result.database, result.people): result for result in results}
    lines = [f"Growth from {small:,} to {large:,} people: time ~ people to the power of"]
    for (name, database, people), result in found.items():
        other = found.get((name, database, large))
        if people != small or other is None:
            continue
        power = exponent(result.product_ms, other.product_ms, large / small)
        limit = FLAT if name in flat else limits.get(name)
        verdict = "" if limit is None else f"goal {limit:.1f} " + ("met" if power <= limit else "NOT MET")
        of_floor = exponent(result.floor_ms, other.floor_ms, large / small)
        lines.append(
            f"  {name:34} {database:>10} {power:>6.2f}   floor {of_floor:>6.2f}   {verdict}".rstrip()
        )
    return "\n".join(lines)
