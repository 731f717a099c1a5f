"""How many examples hypothesis tries: an ordinary run, or `HYPOTHESIS_PROFILE=quick` or `thorough`."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

PROFILE = os.environ.get("HYPOTHESIS_PROFILE", "")
THOROUGH = PROFILE == "thorough"
QUICK_SHARE = 10
"""`make check` tries one example in so many."""


def examples(ordinary: int, thorough: int = 5_000) -> settings:
    """Settings for one property; never derandomised, so that every run looks somewhere new."""
    return settings(
        max_examples=_number(ordinary, thorough),
        deadline=None,
        derandomize=False,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )


def _number(ordinary: int, thorough: int) -> int:
    if PROFILE == "quick":
        return max(1, ordinary // QUICK_SHARE)
    return thorough if THOROUGH else ordinary
