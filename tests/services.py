"""What a test needs from the machine: a PostgreSQL server, a browser, the Nu Html Checker, Poppler.

Where one is missing its tests are skipped, and the end of the run says so loudly. With REQUIRE_POSTGRES=1,
REQUIRE_BROWSER=1 (browser and checker) or REQUIRE_POPPLER=1, as in .ci/run, a missing one is a failure.
"""

import base64
import hashlib
import io
import os
import shutil
import subprocess
import tarfile
import tempfile
from functools import cache
from pathlib import Path

import psycopg
from sqlalchemy import make_url

POSTGRES_ABSENT = (
    "PostgreSQL did not answer at {url}. Start a server, or name another in TEST_DATABASE_URL; "
    "the tests make and drop databases of their own there."
)
CHROMIUM_ABSENT = "No Chromium was found. Install the package `chromium`, or name its file in CHROMIUM_PATH."
VNU_ABSENT = (
    "The Nu Html Checker was not found. Install `default-jre-headless` and `npm`, which fetches it once "
    "(vnu-jar@{version}), or name its file in VNU_JAR."
)
POPPLER_ABSENT = (
    "Poppler was not found: a reader of PDF that has nothing to do with ours. Install the package `poppler-utils`, "
    "or name the folder of its programs in POPPLER_PATH."
)
VNU_VERSION = "26.9.27"
# Kept here: a changed registry cannot vouch for a changed package.
VNU_INTEGRITY = (
    "sha512-TkQd5DFfOaWC9ebtvozTsrH2Vaod3jYg+vrOeREzIXxBexLz9+rS2DNtjn7+RPUiZhgli0SghgBX6RJRNea0KA=="
)

_DEFAULT_POSTGRES = "postgresql+psycopg://postgres@127.0.0.1:5432/test"
_POPPLER = ("pdfinfo", "pdfsig", "pdftoppm", "pdftotext")
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


@cache
def vnu_jar() -> str | None:
    """The file of the Nu Html Checker, fetched once, or None; raises where REQUIRE_BROWSER is set."""
    named = os.environ.get("VNU_JAR")
    found = Path(named) if named else _vnu_cache()
    if shutil.which("java") and (found.is_file() or (not named and _fetch_vnu(found))):
        return str(found)
    if _required("REQUIRE_BROWSER"):
        raise ServiceAbsentError(VNU_ABSENT.format(version=VNU_VERSION))
    return None


@cache
def poppler() -> str | None:
    """The folder of Poppler's programs, or None; raises where REQUIRE_POPPLER is set."""
    found = [shutil.which(name, path=os.environ.get("POPPLER_PATH")) for name in _POPPLER]
    if all(found):
        return str(Path(str(found[0])).parent)
    if _required("REQUIRE_POPPLER"):
        raise ServiceAbsentError(POPPLER_ABSENT)
    return None


def _vnu_cache() -> Path:
    """Outside the tree: the checker is no part of the project."""
    base = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    return Path(base) / "prevent-training-tracker" / f"vnu-{VNU_VERSION}.jar"


def _fetch_vnu(target: Path) -> bool:
    """Whether npm could fetch the checker, and it is the one expected."""
    npm = shutil.which("npm")
    if npm is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        fetched = subprocess.run(
            [npm, "pack", "--silent", "--pack-destination", folder, f"vnu-jar@{VNU_VERSION}"],
            cwd=folder,
            capture_output=True,
            timeout=300,
            check=False,
        )
        packages = list(Path(folder).glob("*.tgz"))
        if fetched.returncode or not packages:
            return False
        content = packages[0].read_bytes()
    digest = base64.b64encode(hashlib.sha512(content).digest()).decode()
    if f"sha512-{digest}" != VNU_INTEGRITY:
        raise ServiceAbsentError(f"vnu-jar@{VNU_VERSION} is not the package expected: sha512-{digest}")
    with tarfile.open(fileobj=io.BytesIO(content)) as package:
        jar = package.extractfile("package/build/dist/vnu.jar")
        assert jar is not None
        target.parent.mkdir(parents=True, exist_ok=True)
        # Several test processes may fetch it at once: each puts a whole file in place.
        with tempfile.NamedTemporaryFile(dir=target.parent, delete=False) as file:
            shutil.copyfileobj(jar, file)
        Path(file.name).replace(target)
    return True


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
