"""A proof that could not be given is missed aloud, and never in CI."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.slow  # each starts a pytest of its own

NOWHERE = "postgresql+psycopg://nobody@127.0.0.1:1/none"


def run_a_test_marked(marker: str, folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run one marked test in a folder of its own, with our conftest and neither server nor browser."""
    tests = folder / "tests"
    tests.mkdir()
    for name in ("__init__.py", "compiled.py", "conftest.py", "services.py"):
        shutil.copy(ROOT / "tests" / name, tests)
    (tests / "test_marked.py").write_text(
        f"import pytest\n\n\n@pytest.mark.{marker}\ndef test_it():\n    pass\n", encoding="utf-8"
    )
    shutil.copy(ROOT / "pyproject.toml", folder)
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("REQUIRE_", "PYTEST_"))}
    absent = {"TEST_DATABASE_URL": NOWHERE, "CHROMIUM_PATH": str(folder / "no-such-browser")}
    absent["VNU_JAR"] = str(folder / "no-such-checker")
    absent["POPPLER_PATH"] = str(folder / "no-such-programs")
    return subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider"],
        cwd=folder,
        env={**kept, **absent, "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize(
    "marker, notice",
    [
        ("postgres", "POSTGRESQL"),
        ("browser", "CHROMIUM"),
        ("vnu", "THE NU HTML CHECKER"),
        ("poppler", "POPPLER"),
    ],
)
def test_what_was_skipped_is_said_at_the_end(tmp_path: Path, marker: str, notice: str) -> None:
    result = run_a_test_marked(marker, tmp_path)
    assert result.returncode == 0, result.stdout
    assert f"{notice} IS NOT HERE: 1 SKIPPED" in result.stdout


@pytest.mark.parametrize(
    "marker, required, advice",
    [
        (
            "postgres",
            "REQUIRE_POSTGRES",
            "PostgreSQL did not answer at postgresql+psycopg://nobody@127.0.0.1:1/none",
        ),
        ("browser", "REQUIRE_BROWSER", "No Chromium was found"),
        ("vnu", "REQUIRE_BROWSER", "The Nu Html Checker was not found"),
        ("poppler", "REQUIRE_POPPLER", "Poppler was not found"),
    ],
)
def test_what_is_required_fails_when_it_is_missing(
    tmp_path: Path, marker: str, required: str, advice: str
) -> None:
    result = run_a_test_marked(marker, tmp_path, **{required: "1"})
    assert result.returncode == 1, result.stdout
    assert advice in result.stdout
