"""The commands that load files: exit status, what goes where, and what is printed (interfaces, "Habits")."""

import csv
import hashlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine, make_url
from sqlalchemy.orm import Session

from courses.imports.completion_rows import RESERVED
from foundation.db import db
from tests.integration.imports.desk import Desk, Shell, as_csv, everything, person

GOOD = [person("1"), person("2")]
AS_AT = ("--as-at", "2026-04-01")


@pytest.fixture
def file(shell: Shell) -> str:
    return shell.file("people.csv", as_csv(GOOD))


@pytest.fixture
def mixed(shell: Shell) -> str:
    return shell.file("mixed.csv", as_csv([*GOOD, person("3", post_start="31/06/2024")]))


def test_a_preview_ends_with_0_and_says_that_it_was_one(shell: Shell, file: str) -> None:
    result = shell.run("people", "import", file, *AS_AT)
    assert result.exit_code == 0
    assert "New people: 2" in result.stdout
    assert "This was a preview: nothing was changed. Say --apply to do it." in result.stderr


def test_a_preview_leaves_the_database_byte_for_byte(
    shell: Shell, mixed: str, engine: Engine, address: str
) -> None:
    db.session.remove()

    def state() -> str:
        if not address.startswith("sqlite"):
            with Session(engine) as session:
                return repr(everything(session))
        path = Path(make_url(address).database or "")
        return hashlib.sha256(path.read_bytes()).hexdigest() + str(path.stat().st_mtime_ns)

    before = state()
    assert shell.run("people", "import", mixed, *AS_AT).exit_code == 3
    engine.dispose()
    assert state() == before


def test_preview_and_apply_print_the_same_account(shell: Shell, mixed: str) -> None:
    preview = shell.run("people", "import", mixed, *AS_AT)
    applied = shell.run("people", "import", mixed, *AS_AT, "--apply")
    assert applied.stdout == f"{preview.stdout}\nBatch 1\n"
    seen, done = (shell.json("people", "import", mixed, *AS_AT, *more) for more in ([], ["--apply"]))
    assert {**seen, "applied": True} == done


def test_json_stands_alone_on_standard_output(shell: Shell, mixed: str) -> None:
    result = shell.run("people", "import", mixed, *AS_AT, "--apply", "--format", "json")
    answer = json.loads(result.stdout)
    assert answer["batch"] == 1
    assert answer["counts"]["person_added"] == 2
    assert answer["set_aside"] == [
        {"line": 4, "column": "post_start", "message": '"31/06/2024" is not a real date.'}
    ]


def test_csv_lists_every_change(shell: Shell, file: str) -> None:
    result = shell.run("people", "import", file, *AS_AT, "--format", "csv")
    rows = list(csv.DictReader(result.stdout.splitlines()))
    assert [row["subject"] for row in rows if row["what"] == "post_added"] == ["1 / P-1", "2 / P-2"]


def test_rows_set_aside_end_with_3_and_are_written_to_mend(shell: Shell, mixed: str, tmp_path: Path) -> None:
    mend = tmp_path / "mend.csv"
    result = shell.run("people", "import", mixed, *AS_AT, "--apply", "--set-aside", str(mend))
    assert result.exit_code == 3
    assert 'mixed.csv:4: post_start: "31/06/2024" is not a real date.' in result.stderr.splitlines()
    mended = shell.file("mended.csv", mend.read_bytes().replace(b"31/06/2024", b"30/06/2024"))
    again = shell.json("people", "import", mended, *AS_AT, "--part", "--apply")
    assert again["counts"]["person_added"] == 1
    assert again["set_aside"] == []


def test_rows_that_the_record_refuses_are_written_to_mend_as_well(
    desk: Desk, shell: Shell, tmp_path: Path
) -> None:
    desk.course("PREV-AW")
    desk.people(GOOD)
    rows = [
        {"person_ref": ref, "course_code": "PREV-AW", "completed_on": "2020-01-01"} for ref in ("1", "999")
    ]
    mend = tmp_path / "mend.csv"
    path = shell.file("completions.csv", as_csv(rows))
    result = shell.run("courses", "import-completions", path, "--apply", "--set-aside", str(mend))
    assert result.exit_code == 3
    lines = mend.read_text("utf-8-sig").splitlines()
    assert lines[1:] == ['999,PREV-AW,2020-01-01,3,person_ref,"Nobody has person_ref ""999""."']


@pytest.mark.parametrize("source", ["self", " Register ", "PARTNER_FILE"])
def test_a_file_names_no_key_of_our_own_as_its_source(
    desk: Desk, shell: Shell, session: Session, source: str
) -> None:
    desk.course("PREV-AW")
    desk.people(GOOD)
    before = everything(session)
    content = as_csv([{"person_ref": "1", "course_code": "PREV-AW", "completed_on": "2020-01-01"}])
    path = shell.file("completions.csv", content)
    for more in ([], ["--apply"]):
        result = shell.run("courses", "import-completions", path, "--source", source, *more)
        assert result.exit_code == 1
        assert RESERVED.format(source.strip()) in result.stderr
    assert everything(session) == before
    assert shell.run("courses", "import-completions", path, "--source", "Totara", "--apply").exit_code == 0


def test_a_refused_file_ends_with_1_and_prints_its_account(
    shell: Shell, desk: Desk, session: Session
) -> None:
    desk.people([person(f"{number:03}") for number in range(60)])
    before = everything(session)
    short = shell.file("short.csv", as_csv([person("001")]))
    for more in ([], ["--apply"]):
        result = shell.run("people", "import", short, *AS_AT, *more)
        assert result.exit_code == 1
        assert "Posts ended because the file leaves them out: 59" in result.stdout
        assert "short.csv: This file would end 59 of 60 (98.3%) running posts" in result.stderr
        assert "--expect-leavers 59" in result.stderr
    assert everything(session) == before
    assert shell.run("people", "import", short, *AS_AT, "--apply", "--expect-leavers", "59").exit_code == 0


@pytest.mark.parametrize(
    "content, message",
    [
        (b"", "people.csv: The file is empty. Export it again from the source system."),
        (b"person_ref,first_name\n1,A\n", 'people.csv:1: Column "last_name" is missing.'),
        (
            as_csv(GOOD).splitlines()[0],
            "people.csv: The file has headings but no people. Nothing was changed.",
        ),
        (b"%PDF-1.7\n", "people.csv: This is not a CSV file"),
    ],
)
def test_a_bad_file_is_one_line_a_problem_and_never_a_traceback(
    shell: Shell, content: bytes, message: str
) -> None:
    result = shell.run("people", "import", shell.file("people.csv", content), *AS_AT, "--apply")
    assert result.exit_code == 1
    assert result.stdout == ""
    assert any(line.startswith(message) for line in result.stderr.splitlines()), result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["people", "import", "no-such-file.csv"],
        ["people", "import"],
        ["people", "import", "{file}", "--as-at", "01/04/2026"],
        ["people", "import", "{file}", "--expect-leavers", "-1"],
        ["people", "import", "{file}", "--map", "unheard-of"],
        ["people", "undo", "one"],
    ],
)
def test_wrong_usage_ends_with_2(shell: Shell, file: str, arguments: list[str]) -> None:
    result = shell.run(*(argument.format(file=file) for argument in arguments))
    assert result.exit_code == 2
    assert result.stdout == ""


def test_a_batch_is_taken_back_by_its_number(shell: Shell, file: str) -> None:
    batch = shell.json("people", "import", file, *AS_AT, "--apply")["batch"]
    preview = shell.json("people", "undo", str(batch), "--preview")
    assert preview == {
        "undoes": 1,
        "kind": "people",
        "file": "people.csv",
        "taken_back": 5,
        "hold_again": 0,
        "batch": None,
    }
    assert shell.json("people", "undo", str(batch))["batch"] == 2
    again = shell.run("people", "undo", str(batch), "--apply")
    assert (again.exit_code, again.stderr) == (1, "Batch 1 has been undone already, by batch 2.\n")


def test_every_kind_of_file_has_its_command(shell: Shell, desk: Desk) -> None:
    desk.course("PREV-AW")
    desk.requirement("AWARE")
    desk.people(GOOD)
    files = {
        ("people", "import-absences"): "person_ref,kind,first_day,last_day\n1,parental,2020-01-01,\n",
        ("courses", "import-completions"): "person_ref,course_code,completed_on\n1,PREV-AW,2020-01-01\n",
        ("compliance", "import-exemptions"): (
            "person_ref,requirement,reason,approved_by,first_day,last_day\n1,*,Trained,Head,2020-01-01,2020-06-30\n"
        ),
    }
    for (package, command), content in files.items():
        path = shell.file(f"{command}.csv", content.encode())
        assert shell.json(package, command, path)["batch"] is None
        batch = shell.json(package, command, path, "--apply")["batch"]
        assert shell.json(package, command, path, "--apply")["batch"] is None, "the same file again"
        assert shell.json(package, "undo", str(batch))["taken_back"] == 1


@pytest.fixture(autouse=True)
def _no_session_left_open(app: object) -> Iterator[None]:
    yield
    db.session.remove()
