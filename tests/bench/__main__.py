"""`make bench`, or `python -m tests.bench [--quick] [--sizes 4000,50000] [--databases sqlite,postgresql]`.

Only the ratios of one run say something; absolute times move from machine to machine. Ends with 1 when answers
disagree with their floors, when the derived tables drift, or when a page's queries grow with people; never for time.
"""

import argparse
import sys
from time import perf_counter

from foundation import clock
from tests.bench import run
from tests.bench.databases import KINDS
from tests.bench.report import growth, table
from tests.bench.run import REBUILD, Outcome
from tests.services import postgres_url

QUICK_SIZE = 1000
FLAT = frozenset(
    {
        "page: my team",
        "page: a person",
        "page: my training",
        "a manager's team",
        "one person",
        "figures: whole",
        "figures: by organisation",
        "figures: by directorate",
        "trend, 36 month ends",
        "forecast, 12 month ends",
    }
)


def main(arguments: list[str] | None = None) -> int:
    """Measure, print, and say whether the answers were right."""
    options = _options(arguments)
    began = perf_counter()
    outcome = Outcome()
    day = clock.today()
    for kind in options.databases:
        for people in options.sizes:
            print(f"\n{people:,} people on {kind}", flush=True)
            # Looking for drift takes as long as a rebuild, so it is done at the smallest size.
            writes = options.writes if people == options.sizes[0] else 0
            run.of_council(kind, people, day, outcome, writes)
        if options.demo:
            print(f"\nThe demo borough on {kind}", flush=True)
            run.of_borough(kind, day, outcome)
    print(
        "\n"
        + table(sorted(outcome.results, key=lambda result: (result.name, result.database, result.people)))
    )
    councils = [result for result in outcome.results if result.people]
    print("\n" + growth(councils, FLAT, {REBUILD: 1.1}))
    _print_queries(outcome)
    outcome.problems += run.unequal_queries(outcome)
    missed = sum(result.met is False for result in outcome.results)
    print(f"\n{missed} ratios miss their goal. {perf_counter() - began:.0f} s in all.")
    for problem in outcome.problems:
        print(f"WRONG: {problem}")
    return 1 if outcome.problems else 0


def _print_queries(outcome: Outcome) -> None:
    print("\nQueries of a page:")
    for (name, kind, people), queries in outcome.queries.items():
        print(f"  {name:34} {kind:>10} {f'{people:,}' if people else 'demo':>7} {queries:>4}")


def _options(arguments: list[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=_numbers, default=None, help="numbers of people, by commas")
    parser.add_argument(
        "--databases", type=_kinds, default=None, help="sqlite, postgresql or both, by commas"
    )
    parser.add_argument("--quick", action="store_true", help="one small council and no demo borough")
    parser.add_argument("--no-demo", dest="demo", action="store_false", help="leave out the demo borough")
    parser.add_argument("--writes", type=int, default=500, help="random writes before looking for drift")
    options = parser.parse_args(arguments)
    if options.databases is None:
        options.databases = list(KINDS) if postgres_url() else ["sqlite"]
    if options.quick:
        options.demo, options.writes = False, min(options.writes, 20)
    options.sizes = options.sizes or ([QUICK_SIZE] if options.quick else [4000, 50_000])
    return options


def _numbers(text: str) -> list[int]:
    return sorted(int(part) for part in text.split(","))


def _kinds(text: str) -> list[str]:
    found = text.split(",")
    if not set(found) <= set(KINDS):
        raise argparse.ArgumentTypeError(f"choose among {', '.join(KINDS)}")
    return found


if __name__ == "__main__":
    sys.exit(main())
