"""Rows set aside come back mended: as a part, into the history that they belong to, and never over their own source."""

from pathlib import Path

import pytest

from tests.integration.imports.desk import Desk, Shell, as_csv, person

AS_AT = ("--as-at", "2026-04-01")
HISTORY = [
    person("1", post_start="2020-01-01", post_end="2021-12-31"),
    person("1", post_start="2022-01-01", post_end="30/06/2022", job_title="Senior officer"),
    person("1", post_start="2023-01-01", job_title="Manager"),
]
SPELLS = [("2020-01-01", "2021-12-31"), ("2022-01-01", "2022-06-30"), ("2023-01-01", "9999-12-31")]


def days(desk: Desk) -> list[tuple[str, str]]:
    return [(first, last) for *_, first, last in desk.posts()]


@pytest.mark.parametrize("position, column", [(0, "post_end"), (1, "post_end"), (2, "post_start")])
def test_a_mended_row_of_a_history_takes_its_place_and_ends_nothing(
    shell: Shell, desk: Desk, tmp_path: Path, position: int, column: str
) -> None:
    bad = {**HISTORY[position], column: f"{HISTORY[position][column]}?"}
    file = shell.file("staff.csv", as_csv([*HISTORY[:position], bad, *HISTORY[position + 1 :]]))
    mend = tmp_path / "mend.csv"
    assert shell.run("people", "import", file, *AS_AT, "--apply", "--set-aside", str(mend)).exit_code == 3
    mended = shell.file("mended.csv", mend.read_bytes().replace(b"?,", b","))
    assert shell.run("people", "import", mended, *AS_AT, "--apply").exit_code == 0
    assert days(desk) == SPELLS


def test_a_mended_file_is_a_part_even_where_nobody_says_so(shell: Shell, desk: Desk, tmp_path: Path) -> None:
    file = shell.file("staff.csv", as_csv([person("1"), person("2", post_start="31/06/2024")]))
    mend = tmp_path / "mend.csv"
    shell.run("people", "import", file, *AS_AT, "--apply", "--set-aside", str(mend))
    mended = shell.file("mended.csv", mend.read_bytes().replace(b",31/06/2024", b",30/06/2024"))
    result = shell.run("people", "import", mended, *AS_AT, "--apply")
    assert "so they are taken as a part of the workforce" in result.stderr
    assert days(desk) == [("2020-01-01", "9999-12-31"), ("2024-06-30", "9999-12-31")]


def test_a_history_with_a_bad_row_does_not_take_spells_from_a_known_post(desk: Desk) -> None:
    desk.people(HISTORY)
    account = desk.people([HISTORY[0], {**HISTORY[1], "post_end": "31/06/2022"}, HISTORY[2]])
    assert account.changes == []
    assert account.set_aside_rows == 3
    assert "people.csv:2: post_ref: Another row of this post was set aside." in str(account.set_aside[0])
    assert days(desk) == SPELLS


def test_the_rows_set_aside_never_replace_the_file_that_they_come_from(shell: Shell) -> None:
    content = as_csv([person("1"), person("2", post_start="31/06/2024")])
    file = shell.file("staff.csv", content)
    result = shell.run("people", "import", file, "--apply", "--set-aside", file)
    assert result.exit_code == 2
    assert "--set-aside names FILE itself" in result.stderr
    assert Path(file).read_bytes() == content


def test_a_folder_that_is_not_there_is_told_before_anything_is_done(
    shell: Shell, desk: Desk, tmp_path: Path
) -> None:
    file = shell.file("staff.csv", as_csv([person("1"), person("2", post_start="31/06/2024")]))
    place = str(tmp_path / "nowhere" / "mend.csv")
    assert shell.run("people", "import", file, "--apply", "--set-aside", place).exit_code == 2
    assert desk.posts() == []
