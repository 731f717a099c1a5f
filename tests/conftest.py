"""What every test shares: services that may be missing are skipped aloud, or demanded.

A test says what it needs with a marker, `postgres`, `browser`, `vnu` or `poppler`; tests/services.py knows whether it
is there.
"""

import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from _pytest.terminal import TerminalReporter
from hypothesis import settings

from tests.compiled import compile_once
from tests.services import (
    CHROMIUM_ABSENT,
    POPPLER_ABSENT,
    POSTGRES_ABSENT,
    VNU_ABSENT,
    VNU_VERSION,
    ServiceAbsentError,
    chromium_path,
    poppler,
    postgres_url,
    vnu_jar,
)

# No test is timed: how fast it is says the bench, and the first example of many makes what the others share.
settings.register_profile("untimed", settings(), deadline=None)
settings.load_profile("untimed")

_SKIPPED = "is not here"
_NEEDS = {
    "postgres": ("PostgreSQL", postgres_url, POSTGRES_ABSENT),
    "browser": ("Chromium", chromium_path, CHROMIUM_ABSENT),
    "vnu": ("The Nu Html Checker", vnu_jar, VNU_ABSENT),
    "poppler": ("Poppler", poppler, POPPLER_ABSENT),
}


compile_once()

_MEMORY = Path("/dev/shm")
_ENOUGH = 4 * 1024**3
_folder = pytest.StashKey[str]()
_bytecode = pytest.StashKey[str]()


def pytest_configure(config: pytest.Config) -> None:
    """Keep the folders of tests in memory where there is room: thousands of commits need not wait for a disk."""
    if hasattr(config, "workerinput"):
        return
    _keep_bytecode(config)
    if config.option.basetemp or not os.access(_MEMORY, os.W_OK):
        return
    if shutil.disk_usage(_MEMORY).free > _ENOUGH:
        config.option.basetemp = config.stash[_folder] = tempfile.mkdtemp(
            prefix="tracker-tests-", dir=_MEMORY
        )


def _keep_bytecode(config: pytest.Config) -> None:
    """Where Python is told to keep no bytecode, as in many containers, keep it for the run, outside the tree.

    Tests start many processes; each compiled the whole service anew, which took longer than what it was started for.
    """
    if os.environ.get("PYTHONDONTWRITEBYTECODE"):
        del os.environ["PYTHONDONTWRITEBYTECODE"]
        config.stash[_bytecode] = os.environ["PYTHONPYCACHEPREFIX"] = tempfile.mkdtemp(
            prefix="tracker-bytecode-"
        )


def pytest_unconfigure(config: pytest.Config) -> None:
    """Give the memory back."""
    for key in (_folder, _bytecode):
        if key in config.stash:
            shutil.rmtree(config.stash[key], ignore_errors=True)


def pytest_collection_finish() -> None:
    """Let the collector of garbage pass over what stays until the end: the service, its libraries, every test."""
    gc.collect()
    gc.freeze()


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
        terminalreporter.write_line(
            advice.format(url="TEST_DATABASE_URL or 127.0.0.1:5432", version=VNU_VERSION)
        )
