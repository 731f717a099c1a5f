"""The questions and the rule book on the command line, in exactly the forms that scripts rely on (interfaces.md)."""

import csv
import hashlib
import io
import json
from pathlib import Path
from typing import Any

import pytest
import time_machine
from flask import Flask
from sqlalchemy import Engine, make_url, text
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import db
from tests.integration.compliance.example import FILES, HOMES, PROGRAMME, REPAIRS
from tests.integration.imports.desk import Shell, everything
from tests.integration.settled import once

AT = ("--as-at", "2026-03-31")
COMMANDS = {
    "people": ("people", "import"),
    "absences": ("people", "import-absences"),
    "completions": ("courses", "import-completions"),
    "exemptions": ("compliance", "import-exemptions"),
}
WHOLE = {
    "requirement": "AWARE",
    "organisation": None,
    "unit": None,
    "required": 8,
    "exempt": 1,
    "absent": 1,
    "not_yet_due": 1,
    "counted": 5,
    "compliant": 2,
    "expiring": 1,
    "awaiting_check": 1,
    "expired": 1,
    "outstanding": 1,
    "covered": 2,
    "percent": "40.0",
    "gross_percent": "25.0",
    "target": 70,
    "target_met": False,
    "people_to_target": 2,
    "rag": "red",
}
NOBODY_COUNTED = {
    **dict.fromkeys(WHOLE, 0),
    "requirement": "AWARE",
    "organisation": "Council",
    "unit": REPAIRS,
    "required": 1,
    "not_yet_due": 1,
    **dict.fromkeys(("percent", "gross_percent", "target", "target_met", "people_to_target", "rag")),
}
PEOPLE = {"counted": 5, "compliant_in_all": 2, "percent": "40.0"}


@pytest.fixture
def empty(app: Flask, tmp_path: Path) -> Shell:
    return Shell(app, tmp_path)


@pytest.fixture
def shell(empty: Shell) -> Shell:
    """A shell on a council with somebody in every status, all loaded by the commands."""
    programme = empty.file("programme.toml", PROGRAMME.encode())
    files = {kind: empty.file(f"{kind}.csv", content.encode()) for kind, content in FILES.items()}

    def load() -> None:
        assert empty.run("compliance", "load-programme", programme, "--apply").exit_code == 0
        for kind, file in files.items():
            loaded = empty.run(*COMMANDS[kind], file, "--apply")
            assert (loaded.exit_code, "Batch " in loaded.stdout) == (0, True), loaded.output

    once(db.session(), ("example", clock.today()), load)
    return empty


def figures(shell: Shell, *arguments: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = shell.json("compliance", *arguments)["rows"]
    return rows


def test_show_prints_exactly_the_promised_document(shell: Shell) -> None:
    result = shell.run("compliance", "show", *AT, "--format", "json")
    answer = json.loads(result.stdout)
    assert (result.exit_code, result.stderr) == (0, "")
    assert set(answer) == {"as_at", "known_at", "rows", "people"}
    assert answer["as_at"] == "2026-03-31"
    assert answer["rows"] == [WHOLE]
    assert answer["people"] == PEOPLE


def test_what_was_known_at_the_moment_of_an_answer_is_that_answer(shell: Shell) -> None:
    answer = shell.json("compliance", "show", *AT)
    later = shell.file("later.csv", b"person_ref,course_code,completed_on\n4,PREV-AW,2026-01-01\n")
    assert shell.run("courses", "import-completions", later, "--apply").exit_code == 0
    assert figures(shell, "show", *AT)[0]["compliant"] == 3
    assert shell.json("compliance", "show", *AT, "--known-at", answer["known_at"]) == answer


@pytest.mark.parametrize(
    "arguments, places",
    [
        (("--by", "organisation"), [("Council", None, 8)]),
        (
            ("--by", "unit"),
            [("Council", "Community Solutions", 8), ("Council", HOMES, 7), ("Council", REPAIRS, 1)],
        ),
        (("--by", "unit", "--unit", HOMES), [("Council", HOMES, 7)]),
        (("--unit", REPAIRS), [(None, None, 1)]),
        (("--requirement", "AWARE"), [(None, None, 8)]),
    ],
)
def test_figures_are_broken_down_and_narrowed(
    shell: Shell, arguments: tuple[str, ...], places: list[tuple[str | None, str | None, int]]
) -> None:
    rows = figures(shell, "show", *AT, *arguments)
    assert [(row["organisation"], row["unit"], row["required"]) for row in rows] == places
    assert all(list(row) == list(WHOLE) for row in rows)


def test_where_nobody_is_counted_there_is_no_percentage_and_no_colour(shell: Shell) -> None:
    assert figures(shell, "show", *AT, "--by", "unit")[-1] == NOBODY_COUNTED
    narrowed = shell.json("compliance", "show", *AT, "--unit", REPAIRS)
    assert narrowed["rows"] == [{**NOBODY_COUNTED, "organisation": None, "unit": None}]
    assert narrowed["people"] == {"counted": 0, "compliant_in_all": 0, "percent": None}
    assert "no one counted" in shell.run("compliance", "show", *AT, "--unit", REPAIRS).stdout


def test_before_a_target_there_is_none_to_meet(shell: Shell) -> None:
    text = PROGRAMME.replace("first_day = 2024-04-01 }]", "first_day = 2026-04-01 }]")
    file = shell.file("later.toml", text.encode())
    loaded = shell.run("compliance", "load-programme", file, "--effective", "2024-04-01", "--apply")
    assert loaded.exit_code == 0
    nulls = dict.fromkeys(("target", "target_met", "people_to_target", "rag"))
    assert figures(shell, "show", *AT) == [WHOLE | nulls]


def test_people_prints_a_row_for_everybody_behind_the_figure(shell: Shell) -> None:
    answer = shell.json("compliance", "people", *AT)
    assert set(answer) == {"as_at", "known_at", "rows"}
    proof = ("PREV-AW", "2025-06-01", "2027-06-01")
    none = (None, None, None)
    expected = {
        "1": ("compliant", True, "2024-06-30", *proof),
        "2": ("expiring", True, "2024-06-30", "PREV-AW", "2024-05-01", "2026-05-01"),
        "3": ("expired", True, "2024-06-30", *none),
        "4": ("outstanding", True, "2024-06-30", *none),
        "5": ("awaiting_check", True, "2024-06-30", *none),
        "6": ("not_yet_due", False, "2026-05-30", *none),
        "7": ("exempt", False, None, *none),
        "8": ("absent", False, None, *none),
    }
    keys = ("status", "counted", "due_on", "course", "completed_on", "valid_until")
    assert {row["person_ref"]: tuple(row[key] for key in keys) for row in answer["rows"]} == expected
    assert all(list(row) == ["person_ref", "requirement", *keys, "why"] for row in answer["rows"])
    assert all(row["why"].endswith(".") for row in answer["rows"])


def test_people_in_csv_have_the_same_columns(shell: Shell) -> None:
    result = shell.run("compliance", "people", *AT, "--format", "csv")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == 8
    assert rows[3]["due_on"] == "2024-06-30"
    assert rows[3]["course"] == ""


def test_a_trend_gives_the_figures_of_period_ends(shell: Shell) -> None:
    months = figures(shell, "trend", "--from", "2026-01-15", "--to", "2026-03-31")
    assert [row["day"] for row in months] == ["2026-01-31", "2026-02-28", "2026-03-31"]
    assert months[-1] == {"day": "2026-03-31"} | WHOLE
    quarters = figures(shell, "trend", "--from", "2025-04-01", "--to", "2026-03-31", "--every", "quarter")
    assert [row["day"] for row in quarters] == ["2025-06-30", "2025-09-30", "2025-12-31", "2026-03-31"]
    assert quarters[-1] == months[-1]


@time_machine.travel("2026-03-31T12:00:00Z", tick=False)
def test_a_forecast_lets_everybody_lapse(shell: Shell) -> None:
    rows = figures(shell, "forecast", "--until", "2026-06-30")
    days = ["2026-03-31", "2026-04-30", "2026-05-31", "2026-06-30"]
    assert [(row["day"], row["compliant"], row["expired"]) for row in rows] == list(
        zip(days, (2, 2, 1, 1), (1, 1, 2, 2), strict=True)
    )


@time_machine.travel("2026-06-30T23:30:00Z", tick=False)
def test_today_is_the_day_in_london(shell: Shell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    assert shell.json("compliance", "show")["as_at"] == "2026-07-01"


@pytest.mark.parametrize(
    "arguments, status, message",
    [
        (("show", "--requirement", "OTHER"), 1, 'There is no requirement "OTHER"'),
        (("people", "--requirement", "OTHER"), 1, 'There is no requirement "OTHER"'),
        (("show", "--unit", "Nowhere"), 1, 'There is no unit "Nowhere"'),
        (("show", "--as-at", "31/03/2026"), 2, '"31/03/2026" is not a day'),
        (("show", "--as-at", "2026-02-30"), 2, '"2026-02-30" is not a day'),
        (("show", "--known-at", "2026-03-31T10:00:00"), 2, "not a moment with an offset"),
        (("show", "--by", "person"), 2, "'person' is not one of"),
        (("trend", "--from", "2026-01-01"), 2, "Missing option '--to'"),
        (("trend", "--from", "2026-02-01", "--to", "2026-01-01"), 2, "--to is before --from"),
        (("forecast",), 2, "Missing option '--until'"),
        (("undo", "99"), 1, "There is no batch 99"),
    ],
)
def test_what_cannot_be_answered_is_told_on_standard_error(
    shell: Shell, arguments: tuple[str, ...], status: int, message: str
) -> None:
    result = shell.run("compliance", *arguments)
    assert (result.exit_code, result.stdout) == (status, "")
    assert message in result.stderr
    assert "Traceback" not in result.stderr


def test_rows_set_aside_end_with_3_and_the_others_count(shell: Shell) -> None:
    file = shell.file(
        "some.csv", b"person_ref,course_code,completed_on\n4,PREV-AW,2026-01-01\n77,PREV-AW,2026-01-01\n"
    )
    result = shell.run("courses", "import-completions", file, "--apply", "--format", "json")
    assert result.exit_code == 3
    assert json.loads(result.stdout)["set_aside_rows"] == 1
    assert "some.csv:3: person_ref:" in result.stderr
    assert figures(shell, "show", *AT)[0]["compliant"] == 3


def test_a_preview_of_a_programme_leaves_the_database_byte_for_byte(
    shell: Shell, engine: Engine, address: str
) -> None:
    def state() -> str:
        engine.dispose()
        if not address.startswith("sqlite"):
            with Session(engine) as session:
                return repr(everything(session))
        path = Path(make_url(address).database or "")
        assert not Path(f"{path}-wal").exists()
        return hashlib.sha256(path.read_bytes()).hexdigest()

    file = shell.file("harder.toml", PROGRAMME.replace("percent = 70", "percent = 80").encode())
    before = state()
    assert shell.run("compliance", "load-programme", file).exit_code == 0
    assert shell.run("compliance", "show", *AT).exit_code == 0
    assert state() == before


def test_the_programme_is_exported_as_it_was_loaded(shell: Shell, tmp_path: Path) -> None:
    exported = shell.run("compliance", "export-programme")
    assert (exported.exit_code, exported.stderr) == (0, "")
    again = shell.file("again.toml", exported.stdout.encode())
    answer = shell.json("compliance", "load-programme", again)
    assert (answer["changes"], answer["requirements"]) == ([], [])


def test_a_batch_is_taken_back_with_its_figures(shell: Shell) -> None:
    file = shell.file("more.csv", FILES["exemptions"].replace("\n7,", "\n4,").encode())
    batch = shell.json("compliance", "import-exemptions", file, "--apply")["batch"]
    assert figures(shell, "show", *AT)[0]["exempt"] == 2
    assert shell.run("compliance", "undo", str(batch)).exit_code == 0
    assert figures(shell, "show", *AT) == [WHOLE]


def test_rebuild_checks_and_mends(shell: Shell, engine: Engine) -> None:
    assert shell.run("compliance", "rebuild", "--check").exit_code == 0
    with engine.begin() as connection:
        connection.execute(text("UPDATE status_span SET status = 'compliant' WHERE status = 'outstanding'"))
        connection.execute(text("DELETE FROM figure_change WHERE unit_id = 0"))
    found = shell.run("compliance", "rebuild", "--check")
    assert found.exit_code == 1
    assert "AWARE: the timeline kept is not the one the facts give" in found.stdout
    assert "figure_change" in found.stdout
    assert shell.run("compliance", "rebuild").exit_code == 0
    assert shell.run("compliance", "rebuild", "--check").exit_code == 0
    assert figures(shell, "show", *AT) == [WHOLE]


# By role and by sector, and the coverage of schools


@pytest.mark.parametrize("by, group", [("role", "frontline"), ("sector", "council")])
@pytest.mark.parametrize("known", [(), ("--known-at", "2099-01-01T00:00:00+00:00")])
def test_figures_by_role_and_sector_have_a_column_of_that_name(
    shell: Shell, by: str, group: str, known: tuple[str, ...]
) -> None:
    (row,) = figures(shell, "show", *AT, "--by", by, *known)
    assert row == {**WHOLE, by: group}
    assert list(row)[:4] == ["requirement", "organisation", "unit", by]
    printed = shell.run("compliance", "show", *AT, "--by", by, "--format", "csv").stdout.splitlines()
    assert printed[0].startswith(f"requirement,organisation,unit,{by},required")
    (end, *_) = figures(shell, "trend", "--from", "2026-03-01", "--to", "2026-03-31", "--by", by)
    assert (end[by], end["required"]) == (group, 8)


def test_the_columns_of_the_breakdowns_that_were_there_stay_as_they_were(shell: Shell) -> None:
    for by in ("organisation", "unit"):
        assert all(list(row) == list(WHOLE) for row in figures(shell, "show", *AT, "--by", by))


def test_school_coverage_counts_schools_and_not_people(shell: Shell) -> None:
    found = shell.json("compliance", "coverage", *AT, "--requirement", "AWARE")
    assert (found["schools"], found["schools_in"], found["rows"]) == (0, 0, [])
    refused = shell.run("compliance", "coverage", *AT)
    assert refused.exit_code == 1
    assert "No requirement is asked of schools." in refused.stderr
