"""Fair timing on a machine that others use too: product and floor take turns, and medians are compared."""

from collections.abc import Callable
from dataclasses import dataclass
from math import log
from statistics import median
from time import perf_counter

Call = Callable[[], object]

WARM, LEAST, MOST = 2, 5, 60
BUDGET_SECONDS = 1.0
"""How long one pair of calls is repeated; slow ones run LEAST times at the least, very slow ones three times."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Median milliseconds of a product's call and of its floor, run by turns."""

    product_ms: float
    floor_ms: float

    @property
    def ratio(self) -> float:
        return self.product_ms / max(self.floor_ms, 1e-6)


def seconds(call: Call) -> float:
    """How long one call takes."""
    began = perf_counter()
    call()
    return perf_counter() - began


def compare(product: Call, floor: Call, budget: float = BUDGET_SECONDS) -> Pair:
    """Run both by turns, warm, until the budget is spent."""
    first = seconds(product) + seconds(floor)
    if first < budget / 2:
        for _ in range(WARM - 1):
            product(), floor()
    least = LEAST if first < budget else 3
    products: list[float] = []
    floors: list[float] = []
    began = perf_counter()
    while len(products) < least or (perf_counter() - began < budget and len(products) < MOST):
        products.append(seconds(product))
        floors.append(seconds(floor))
    return Pair(median(products) * 1000, median(floors) * 1000)


def exponent(small: float, large: float, growth: float) -> float:
    """The power of the number of people with which a time grows: 0 not at all, 1 in proportion."""
    return log(max(large, 1e-6) / max(small, 1e-6)) / log(growth)
