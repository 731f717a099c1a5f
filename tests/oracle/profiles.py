"""How many examples hypothesis tries: an ordinary run, or `HYPOTHESIS_PROFILE=thorough`."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

THOROUGH = os.environ.get("HYPOTHESIS_PROFILE") == "thorough"


def examples(ordinary: int, thorough: int = 5_000) -> settings:
    """Settings for one property; never derandomised, so that every run looks somewhere new."""
    return settings(
        max_examples=thorough if THOROUGH else ordinary,
        deadline=None,
        derandomize=False,
        print_blob=True,
        suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
    )
