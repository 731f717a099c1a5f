"""What every test shares: services that may be missing are skipped aloud, or demanded.

A test says what it needs with a marker, `postgres` or `browser`; tests/services.py knows whether it is there.
"""

import pytest
from _pytest.terminal import TerminalReporter

from tests.services import CHROMIUM_ABSENT, POSTGRES_ABSENT, ServiceAbsentError, chromium_path, postgres_url

_SKIPPED = "is not here"
_NEEDS = {
    "postgres": ("PostgreSQL", postgres_url, POSTGRES_ABSENT),
    "browser": ("Chromium", chromium_path, CHROMIUM_ABSENT),
}


def pytest_runtest_setup(item: pytest.Item) -> None:
    for marker, (name, find, _) in _NEEDS.items():
        if item.get_closest_marker(marker) is None:
            continue
        try:
            found = find()
        except ServiceAbsentError as error:
            pytest.fail(str(error), pytrace=False)
        if found is None:
            pytest.skip(f"{name} {_SKIPPED}")


def pytest_terminal_summary(terminalreporter: TerminalReporter) -> None:
    """Say in capitals which proofs this run has not given."""
    skipped = terminalreporter.stats.get("skipped", [])
    for name, _, advice in _NEEDS.values():
        count = sum(f"{name} {_SKIPPED}" in str(report.longrepr) for report in skipped)
        if not count:
            continue
        terminalreporter.write_sep("!", f"{name.upper()} IS NOT HERE: {count} SKIPPED", red=True, bold=True)
        terminalreporter.write_line(advice.format(url="TEST_DATABASE_URL or 127.0.0.1:5432"))
