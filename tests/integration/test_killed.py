"""A command that is killed has done nothing at all; of two at once, one waits for the other (promises D5 and D7)."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from flask import Flask

from foundation.db import db
from tests.integration.compliance.example import FILES, PROGRAMME
from tests.integration.imports.desk import Shell

ROOT = Path(__file__).resolve().parents[2]
TEAM = "Community Solutions > Team"
PEOPLE = "".join(
    f"{number},Asha,Example,Council,council,{TEAM} {number % 7},{number},Housing Officer,2020-01-01\n"
    for number in range(100, 160)
)
COMPLETIONS = "".join(f"{number},PREV-AW,2025-06-{number % 28 + 1:02},\n" for number in range(100, 160))


@pytest.fixture
def shell(app: Flask, tmp_path: Path) -> Shell:
    return Shell(app, tmp_path)


@pytest.fixture
def files(shell: Shell) -> dict[str, str]:
    """A council of sixty people with a rule book and completions, and files that change each of these."""
    contents = {
        "programme.toml": PROGRAMME,
        "harder.toml": PROGRAMME.replace("validity_months = 24", "validity_months = 6"),
        "people.csv": FILES["people"] + PEOPLE,
        "moved.csv": (FILES["people"] + PEOPLE).replace("Team 3", "Team 8"),
        "completions.csv": FILES["completions"] + COMPLETIONS,
        "july.csv": (FILES["completions"] + COMPLETIONS).replace("2025-06", "2025-07"),
    }
    found = {name: shell.file(name, content.encode()) for name, content in contents.items()}
    for command in (
        ("compliance", "load-programme", found["programme.toml"]),
        ("people", "import", found["people.csv"]),
        ("courses", "import-completions", found["completions.csv"]),
    ):
        assert shell.run(*command, "--apply").exit_code == 0
    db.session.remove()
    db.engine.dispose()
    return found


def nursery(mode: str, address: str, folder: Path, *commands: Sequence[str]) -> dict[str, Any]:
    """Run commands in processes of their own."""
    result = subprocess.run(
        [
            sys.executable,
            "-m",
            "tests.integration.nursery",
            mode,
            address,
            str(folder),
            *map(json.dumps, commands),
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 0, result.stderr
    answer: dict[str, Any] = json.loads(result.stdout)
    return answer


@pytest.mark.parametrize(
    "command",
    [
        ("people", "import", "moved.csv", "--apply"),
        ("courses", "import-completions", "july.csv", "--apply"),
        ("compliance", "load-programme", "harder.toml", "--apply", "--effective", "2026-01-01"),
        ("courses", "undo", "2"),
        ("compliance", "rebuild"),
    ],
    ids=lambda command: " ".join(command[:2]),
)
def test_a_command_killed_at_any_moment_leaves_everything_as_it_was(
    files: dict[str, str], address: str, tmp_path: Path, command: tuple[str, ...]
) -> None:
    found = nursery("kill", address, tmp_path, [files.get(word, word) for word in command])
    assert len(found["killed"]) > 2, "it was hardly killed at all"
    assert [moment for moment, unchanged in found["killed"] if not unchanged] == []
    assert found["exit_status"] == 0
    assert found["changed"] is (command[1] != "rebuild")
    assert found["differences"] == []


def test_two_imports_at_once_end_as_if_one_had_come_after_the_other(
    files: dict[str, str], address: str, tmp_path: Path, shell: Shell
) -> None:
    moved = ["people", "import", files["moved.csv"], "--apply"]
    others = ["courses", "import-completions", files["july.csv"], "--apply"]
    rules = ["compliance", "load-programme", files["harder.toml"], "--apply", "--effective", "2026-01-01"]
    found = nursery("together", address, tmp_path, moved, moved, others, rules)
    assert found == {"exit_statuses": [0, 0, 0, 0], "differences": []}
    assert shell.run("people", "import", files["moved.csv"]).stdout.endswith("Nothing changes.\n")
    beyond = shell.run("people", "undo", "5", "--preview")
    assert "There is no batch 5" in beyond.stderr, "one file made two batches"
