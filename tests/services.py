"""What a test needs from the machine: a PostgreSQL server and a browser.

Where one is missing its tests are skipped, and the end of the run says so loudly. With REQUIRE_POSTGRES=1 or
REQUIRE_BROWSER=1, as in .ci/run, a missing one is a failure.
"""

import os
import shutil
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy import make_url

POSTGRES_ABSENT = (
    "PostgreSQL did not answer at {url}. Start a server, or name another in TEST_DATABASE_URL; "
    "the tests make and drop databases of their own there."
)
CHROMIUM_ABSENT = "No Chromium was found. Install the package `chromium`, or name its file in CHROMIUM_PATH."

_DEFAULT_POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/test"
_CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class ServiceAbsentError(RuntimeError):
    """A service that this run requires is missing."""


@cache
def postgres_url() -> str | None:
    """The address of a PostgreSQL server that answers, or None; raises where REQUIRE_POSTGRES is set."""
    url = os.environ.get("TEST_DATABASE_URL") or _DEFAULT_POSTGRES
    if _postgres_answers(url):
        return url
    if _required("REQUIRE_POSTGRES"):
        raise ServiceAbsentError(POSTGRES_ABSENT.format(url=make_url(url)))
    return None


@cache
def chromium_path() -> str | None:
    """The browser's file, or None; raises where REQUIRE_BROWSER is set."""
    named = os.environ.get("CHROMIUM_PATH")
    candidates = [named] if named else [shutil.which(name) for name in _CHROMIUM_NAMES]
    for candidate in candidates:
        if candidate and Path(candidate).is_file():
            return candidate
    if _required("REQUIRE_BROWSER"):
        raise ServiceAbsentError(CHROMIUM_ABSENT)
    return None


def _required(name: str) -> bool:
    return os.environ.get(name, "") not in {"", "0"}


def _postgres_answers(url: str) -> bool:
    address = make_url(url).set(drivername="postgresql")
    if address.get_backend_name() != "postgresql":
        return False
    try:
        with psycopg.connect(address.render_as_string(hide_password=False), connect_timeout=3):
            return True
    except psycopg.OperationalError:
        return False
