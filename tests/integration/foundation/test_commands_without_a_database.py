"""A command on a database that is not ready says what to do; it never ends in a traceback."""

from pathlib import Path

import pytest

from app import create_app
from tests.integration.conftest import close, settings_for

COMMANDS = (["compliance", "show"], ["compliance", "people"], ["people", "undo", "1"])


@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_without_tables_is_told_with_the_command_that_makes_them(
    tmp_path: Path, command: list[str]
) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'empty.db'}", tmp_path))
    result = app.test_cli_runner().invoke(args=command)
    close(app)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "Run: flask db upgrade" in result.stderr


@pytest.mark.parametrize("command", COMMANDS)
def test_a_database_that_cannot_be_opened_is_told(tmp_path: Path, command: list[str]) -> None:
    app = create_app(settings_for(f"sqlite:///{tmp_path / 'nowhere' / 'x.db'}", tmp_path))
    result = app.test_cli_runner().invoke(args=command)
    close(app)
    assert result.exit_code == 1
    assert result.stderr.startswith("The database cannot be used: unable to open database file.")
