"""Certificates from the command line: exit status, what is printed, what a file proves (interfaces, "Questions")."""

import csv
import re
import shutil
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from app import create_app
from app.config import Settings
from courses.models import CompletionRow
from courses.models.certificates import CertificateRow
from foundation import clock
from foundation.db import db
from foundation.formats import long_date
from people.models import PersonRow
from tests.borough import Borough
from tests.integration.conftest import close, settings_for
from tests.integration.settled import settle
from tests.integration.test_killed import nursery
from tests.signing import give_keys, key, signed_pdf

TODAY = clock.today()
DAY = TODAY - timedelta(days=700)
Flasks = Callable[..., Result]


@pytest.fixture
def borough(session: Session) -> Borough:
    return settle(session, TODAY)


@pytest.fixture
def flask(app: Flask, borough: Borough) -> Flasks:
    give_keys(Path(app.instance_path))

    def run(*arguments: str | Path) -> Result:
        return app.test_cli_runner().invoke(args=["courses", *map(str, arguments)])

    return run


@pytest.fixture
def named(session: Session, borough: Borough) -> str:
    """Ola's completion by person, course and day."""
    ref = session.scalars(select(PersonRow.person_ref).where(PersonRow.id == borough.ids["Ola"])).one()
    session.rollback()
    return f"{ref}:PREV:{DAY}"


@pytest.fixture
def paper(flask: Flasks, named: str, tmp_path: Path) -> Path:
    """Ola's certificate."""
    found = tmp_path / "ola.pdf"
    assert flask("certificate", named, "--output", found).exit_code == 0
    return found


def number_in(result: Result) -> str:
    found = re.search(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){3}", result.stdout)
    assert found is not None
    return found[0]


def test_a_certificate_is_written_and_written_again_byte_for_byte(
    flask: Flasks, named: str, tmp_path: Path, session: Session, borough: Borough
) -> None:
    first, second = tmp_path / "first.pdf", tmp_path / "second.pdf"
    result = flask("certificate", named, "--output", first)
    assert result.exit_code == 0
    assert result.stdout == f"Certificate {number_in(result)} is in {first}.\n"
    completion = session.scalars(
        select(CompletionRow.id).where(
            CompletionRow.person_id == borough.ids["Ola"], CompletionRow.completed_on == DAY
        )
    ).one()
    session.close()
    assert number_in(flask("certificate", str(completion), "--output", second)) == number_in(result)
    assert first.read_bytes() == second.read_bytes()


@pytest.mark.parametrize(
    "completion, status, words",
    [
        ("999999", 1, "There is no completion 999999 on record."),
        ("nobody:PREV:2026-01-01", 1, "There is no person with this reference."),
        ("Ola", 2, "PERSON_REF:COURSE:YYYY-MM-DD"),
        ("Ola:PREV:2026-02-30", 2, "PERSON_REF:COURSE:YYYY-MM-DD"),
    ],
)
def test_a_completion_that_is_not_there_is_refused(
    flask: Flasks, tmp_path: Path, completion: str, status: int, words: str
) -> None:
    result = flask("certificate", completion, "--output", tmp_path / "none.pdf")
    assert result.exit_code == status
    assert words in result.stderr
    assert not (tmp_path / "none.pdf").exists()


def test_a_place_that_cannot_be_written_is_named_and_the_number_stays(
    flask: Flasks, named: str, tmp_path: Path
) -> None:
    result = flask("certificate", named, "--output", tmp_path / "nowhere" / "a.pdf")
    assert result.exit_code == 1
    assert "cannot be written" in result.stderr
    assert flask("certificate", named, "--output", tmp_path / "a.pdf").exit_code == 0


def test_a_genuine_and_current_one_ends_with_0(flask: Flasks, paper: Path) -> None:
    result = flask("verify", paper)
    assert (result.exit_code, result.stderr) == (0, "")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("Name: Ola ")
    assert f"Completed on: {long_date(DAY)}" in lines
    assert lines[-1] == "This certificate is genuine and current."


def test_a_changed_one_ends_with_1_and_the_reason(flask: Flasks, paper: Path) -> None:
    content = bytearray(paper.read_bytes())
    content[2000] ^= 1
    paper.write_bytes(content)
    result = flask("verify", paper)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr == "This file was changed after it was signed.\n"


def test_one_by_another_key_ends_with_1_unless_that_key_is_trusted(flask: Flasks, tmp_path: Path) -> None:
    theirs, public = tmp_path / "theirs.pdf", tmp_path / "theirs.pem"
    theirs.write_bytes(signed_pdf(by=key("theirs")))
    public.write_bytes(key("theirs").published.pem)
    result = flask("verify", theirs)
    assert (result.exit_code, result.stdout) == (1, "")
    assert "not trusted" in result.stderr
    result = flask("verify", theirs, "--key", public)
    assert result.exit_code == 0
    assert "only the register of Example Borough Council can say" in result.stderr
    assert flask("verify", theirs, "--key", theirs).exit_code == 1, "no file of certificates"


def test_one_that_the_register_does_not_know_ends_with_1(flask: Flasks, tmp_path: Path) -> None:
    stray = tmp_path / "stray.pdf"
    stray.write_bytes(signed_pdf())
    result = flask("verify", stray)
    assert result.exit_code == 1
    assert "The register has no certificate with this number." in result.stderr


def test_a_revoked_and_a_replaced_one_end_with_1(
    flask: Flasks, paper: Path, named: str, tmp_path: Path
) -> None:
    number = number_in(flask("certificate", named, "--output", tmp_path / "again.pdf"))
    assert (
        flask("revoke-certificate", number.lower().replace("-", " "), "--reason", "A mistake").exit_code == 0
    )
    result = flask("verify", paper)
    assert result.exit_code == 1
    assert f"This certificate was withdrawn on {long_date(TODAY)}." in result.stderr
    result = flask("certificate", named, "--output", tmp_path / "more.pdf")
    assert result.exit_code == 1
    assert "was withdrawn" in result.stderr
    second = number_in(flask("correct-certificate", number, "--reason", "No mistake"))
    assert number_in(flask("certificate", named, "--output", tmp_path / "more.pdf")) == second
    assert flask("verify", tmp_path / "more.pdf").exit_code == 0
    assert flask("keys", "--new").exit_code == 0
    assert flask("correct-certificate", second, "--reason", "A new key").exit_code == 0
    result = flask("verify", tmp_path / "more.pdf")
    assert result.exit_code == 1
    assert "was replaced by another" in result.stderr
    for typed in ("nothing", "0" * 16):
        assert flask("revoke-certificate", typed, "--reason", "A mistake").exit_code == 1


def test_an_expired_one_ends_with_1(flask: Flasks, tmp_path: Path) -> None:
    result = flask(
        "issue-certificates",
        "--to",
        str(TODAY - timedelta(days=800)),
        "--apply",
        "--output",
        tmp_path / "old",
    )
    assert result.exit_code == 0
    [old] = (tmp_path / "old").glob("*.pdf")
    result = flask("verify", old)
    assert result.exit_code == 1
    assert "This certificate expired on " in result.stderr


def without_register(folder: Path, address: str) -> Flask:
    """The same service with its keys, and a database that is not there."""
    settings: Settings = settings_for(address, folder)
    return create_app(settings)


@pytest.mark.parametrize(
    "database",
    ["sqlite:///{folder}/none.db", "postgresql+psycopg://nobody@127.0.0.1:1/none"],
    ids=lambda url: url[:6],
)
def test_without_the_register_a_file_is_checked_all_the_same(
    flask: Flasks, paper: Path, app: Flask, tmp_path: Path, database: str
) -> None:
    flask("issue-certificates", "--apply", "--output", tmp_path / "all")
    current = paper
    expired = next(one for one in (tmp_path / "all").glob("*.pdf") if flask("verify", one).exit_code == 1)
    folder = tmp_path / "elsewhere"
    shutil.copytree(Path(app.instance_path) / "keys", folder / "keys")
    other = without_register(folder, database.format(folder=folder))

    def run(*arguments: str) -> Result:
        with other.app_context():
            return other.test_cli_runner().invoke(args=["courses", *arguments])

    result = run("verify", str(current))
    assert result.exit_code == 0
    assert "The register could not be asked" in result.stderr
    assert result.stdout.endswith("This certificate is genuine and in date.\n")
    result = run("verify", str(expired))
    assert result.exit_code == 1
    assert "expired on" in result.stderr
    current.write_bytes(current.read_bytes() + b"\n")
    assert run("verify", str(current)).exit_code == 1
    assert not (folder / "none.db").exists()
    with other.app_context():
        close(other)


def test_without_any_key_nothing_can_be_checked(app: Flask, borough: Borough, tmp_path: Path) -> None:
    stray = tmp_path / "stray.pdf"
    stray.write_bytes(signed_pdf())
    result = app.test_cli_runner().invoke(args=["courses", "verify", str(stray)])
    assert result.exit_code == 1
    assert "There is no key to check with" in result.stderr


def test_a_batch_is_shown_first_and_issued_once(
    flask: Flasks, tmp_path: Path, session: Session, named: str, paper: Path
) -> None:
    session.close()
    shown = flask("issue-certificates", "--course", "PREV")
    assert shown.exit_code == 0
    assert "This was a preview: nothing was changed. Say --apply to do it." in shown.stderr
    assert session.scalar(select(func.count()).select_from(CertificateRow)) == 1
    session.close()
    done = flask("issue-certificates", "--course", "PREV", "--apply", "--output", tmp_path / "all")
    assert done.exit_code == 0
    assert done.stdout == shown.stdout
    rows = list(csv.DictReader((tmp_path / "all" / "index.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert {f"{row['number']}.pdf" for row in rows} == {
        path.name for path in (tmp_path / "all").glob("*.pdf")
    }
    assert len(rows) == session.scalar(select(func.count()).select_from(CertificateRow))
    session.close()
    [own] = [row for row in rows if f"{row['person_ref']}:{row['course']}:{row['completed_on']}" == named]
    assert (tmp_path / "all" / f"{own['number']}.pdf").read_bytes() == paper.read_bytes()
    again = flask("issue-certificates", "--course", "PREV", "--apply")
    assert "New certificates: 0" in again.stdout
    assert f"Issued before: {len(rows)}" in again.stdout
    assert flask("issue-certificates", "--course", "NONE").exit_code == 1
    assert flask("issue-certificates", "--from", "yesterday").exit_code == 2


def test_the_keys_are_listed_renewed_and_handed_out(flask: Flasks, tmp_path: Path) -> None:
    listed = flask("keys")
    assert listed.exit_code == 0
    assert key().key_id in listed.stdout
    assert len(listed.stdout.splitlines()) == 3
    assert "PRIVATE" not in listed.output
    assert flask("keys", "--new", "--export", tmp_path / "public").exit_code == 0
    listed = flask("keys")
    [old] = [line for line in listed.stdout.splitlines() if key().key_id in line]
    assert "no longer" in old
    found = sorted((tmp_path / "public").iterdir())
    assert len(found) == 4
    assert all(b"PRIVATE" not in path.read_bytes() for path in found)
    assert all(path.stem in listed.stdout for path in found)


@pytest.mark.slow
def test_eight_processes_that_ask_at_once_write_the_same_file(
    flask: Flasks, named: str, address: str, app: Flask, session: Session, tmp_path: Path
) -> None:
    session.close()
    db.engine.dispose()
    papers = [tmp_path / f"{number}.pdf" for number in range(8)]
    commands = [["courses", "certificate", named, "--output", str(paper)] for paper in papers]
    found = nursery("together", address, Path(app.instance_path), *commands)
    assert found == {"exit_statuses": [0] * 8, "differences": []}
    assert len({paper.read_bytes() for paper in papers}) == 1
    assert session.scalar(select(func.count()).select_from(CertificateRow)) == 1


@pytest.mark.slow
def test_a_batch_that_is_killed_at_any_moment_has_issued_nothing(
    flask: Flasks, address: str, app: Flask, session: Session
) -> None:
    session.close()
    db.engine.dispose()
    found = nursery("kill", address, Path(app.instance_path), ["courses", "issue-certificates", "--apply"])
    assert len(found["killed"]) > 2, "it was hardly killed at all"
    assert [moment for moment, unchanged in found["killed"] if not unchanged] == []
    assert (found["exit_status"], found["changed"], found["differences"]) == (0, True, [])
