"""Registers from files on the command line, and taking a batch back."""

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from foundation import clock
from tests.borough import Borough
from tests.integration.courses.register_desk import ATTENDED, MISSING, RegisterDesk
from tests.integration.settled import settle

ROWS = "name,payroll no,attended\nSam Tester,N-Sam,Y\nOla Tester,N-Ola,N\nNobody,N-None,Y\n"


@pytest.fixture
def borough(session: Session) -> Borough:
    return settle(session, clock.today())


@pytest.fixture
def desk(session: Session, borough: Borough, tmp_path: Path) -> RegisterDesk:
    return RegisterDesk(session, borough, tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "register.csv"
    found.write_text(ROWS, encoding="utf-8")
    return found


def test_a_preview_changes_nothing_and_applying_says_the_same(
    app: Flask, desk: RegisterDesk, file: Path
) -> None:
    workshop = desk.held("Sam", "Ola")
    run = app.test_cli_runner().invoke
    command = ["courses", "import-register", workshop.reference.lower(), str(file), "--format", "json"]
    preview = run(args=command)
    assert preview.exit_code == 3, preview.output
    told = json.loads(preview.stdout)
    assert told["counts"] == {"outcome_added": 2, "outcome_corrected": 0}
    assert told["set_aside"] == [
        {"line": 4, "column": "payroll no", "message": 'Nobody in the record has "N-None".'}
    ]
    assert "register.csv:4: payroll no:" in preview.stderr
    assert desk.outcomes(workshop) == {}
    applied = run(args=[*command, "--apply"])
    assert applied.exit_code == 3
    done = json.loads(applied.stdout)
    assert {**done, "batch": None, "applied": False} == told
    assert desk.outcomes(workshop) == {"Sam": ATTENDED, "Ola": MISSING}
    again = json.loads(run(args=[*command, "--apply"]).stdout)
    assert again["changes"] == []
    assert again["batch"] is None


def test_a_batch_is_taken_back_until_the_register_is_closed(
    app: Flask, desk: RegisterDesk, file: Path
) -> None:
    workshop = desk.held("Sam", "Ola")
    desk.save(workshop, Sam=MISSING)
    run = app.test_cli_runner().invoke
    load = ["courses", "import-register", workshop.reference, str(file), "--format", "json", "--apply"]
    batch = json.loads(run(args=load).stdout)["batch"]
    assert desk.outcomes(workshop) == {"Sam": ATTENDED, "Ola": MISSING}
    assert run(args=["courses", "undo", str(batch)]).exit_code == 0
    assert desk.outcomes(workshop) == {"Sam": MISSING}
    batch = json.loads(run(args=load).stdout)["batch"]
    desk.session.rollback()
    desk.close(workshop)
    refused = run(args=["courses", "undo", str(batch)])
    assert refused.exit_code == 1
    assert "The register was closed since" in refused.stderr
    assert desk.outcomes(workshop) == {"Sam": ATTENDED, "Ola": MISSING}
    late = run(args=load)
    assert late.exit_code == 1
    assert "The register is closed" in late.stderr


def test_a_workshop_that_is_none_is_named(app: Flask, desk: RegisterDesk, file: Path) -> None:
    answer = app.test_cli_runner().invoke(args=["courses", "import-register", "W-1999-001", str(file)])
    assert answer.exit_code == 1
    assert "There is no workshop W-1999-001" in answer.stderr


def test_rows_of_another_workshop_and_rows_that_disagree_are_set_aside(
    app: Flask, desk: RegisterDesk, tmp_path: Path
) -> None:
    workshop = desk.held("Sam", "Ola", "Kit")
    file = tmp_path / "several.csv"
    file.write_text(
        "session ref\tname\temail\tattended\n"
        f"{workshop.reference}\tSam Tester\tsam@council.example\tyes\n"
        f"{workshop.reference}\tSam Tester\tsam@council.example\tno\n"
        "W-1999-001\tOla Tester\tola@council.example\tyes\n"
        "\tKit Tester\tkit@council.example\tlate cancel\n",
        encoding="utf-16",
    )
    command = ["courses", "import-register", workshop.reference, str(file), "--format", "json", "--apply"]
    told = json.loads(app.test_cli_runner().invoke(args=command).stdout)
    assert [one["line"] for one in told["set_aside"]] == [2, 3, 4]
    assert desk.outcomes(workshop) == {"Kit": "late_cancelled"}
