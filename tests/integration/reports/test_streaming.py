"""The name list: it adds up to the figures, leaves while it is read, and stands in the trail with its lines."""

import csv
import io
import json
from pathlib import Path
from typing import IO

import pytest
from flask import Flask
from sqlalchemy import Engine, event, text
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import db, transaction
from foundation.errors import DomainError
from reports.catalogue.names.people import COLUMNS
from reports.domain.description import Format, Report
from reports.services import freezing, rendering
from reports.services.building import build
from reports.services.rendering import Written
from reports.views import files
from tests.borough import Borough
from tests.integration.compliance.example import FILES, PROGRAMME
from tests.integration.compliance.product import START, Product
from tests.integration.reports.test_reports import COUNCIL, DAY
from tests.integration.web.conftest import SignIn, anyone, borough, cheap_hashes, sign_in

__all__ = ["anyone", "borough", "cheap_hashes", "sign_in"]
HEADINGS = [column.title for column in COLUMNS]


@pytest.fixture
def council(product: Product) -> Product:
    """The example council of the commands."""
    product.load("programme", PROGRAMME.encode())
    for kind, content in FILES.items():
        product.load(kind, content.encode())
    return product


def name_list(product: Product) -> Report:
    return build(product.session, "people", DAY, START, "tests", COUNCIL)


def rows_of(made: bytes) -> list[dict[str, str]]:
    """The lines of the table of a CSV file, by heading."""
    lines = list(csv.reader(io.StringIO(made.decode("utf-8-sig"), newline="")))
    # Whoever sees no payroll numbers gets the same without the first column.
    begin, headings = next((at, line) for at, line in enumerate(lines) if line in (HEADINGS, HEADINGS[1:]))
    return [dict(zip(headings, line, strict=True)) for line in lines[begin + 1 :]]


def test_the_name_list_is_everybody_who_is_required_and_adds_up_to_the_figures(council: Product) -> None:
    rows = rows_of(b"".join(Written(name_list(council), Format.CSV).pieces()))
    assert [(row["Staff number"], row["Requirement"]) for row in rows] == [
        (row["person_ref"], row["requirement"]) for row in council.people(DAY)
    ]
    figures = council.figures([DAY])[0]["rows"]
    assert figures
    for figure in figures:
        mine = [row for row in rows if row["Requirement"] == figure["requirement"]]
        assert sum(int(row["Counted"]) for row in mine) == figure["counted"]
        assert sum(int(row["In date"]) for row in mine) == figure["compliant"]


def test_the_same_number_of_queries_whatever_is_read(council: Product) -> None:
    seen: list[str] = []
    engine = council.session.get_bind()
    event.listen(engine, "before_cursor_execute", lambda *one: seen.append(one[2]))
    list(Written(name_list(council), Format.CSV).pieces())
    first = len(seen)
    list(Written(name_list(council), Format.XLSX).pieces())
    assert len(seen) - first <= first < 40


def test_nobody_at_all_is_a_file_that_says_so(product: Product) -> None:
    report = name_list(product)
    assert "Nobody is required on this day." in b"".join(Written(report, Format.CSV).pieces()).decode()


def test_a_list_of_everybody_is_not_kept(council: Product) -> None:
    with pytest.raises(DomainError, match="cannot be kept"):
        freezing.make_ready(council.session, START, "people", DAY, "tests", COUNCIL)
    assert council.session.execute(text("SELECT count(*) FROM frozen_report")).scalar_one() == 0


def test_the_command_writes_it_and_refuses_a_public_version(
    council: Product, app: Flask, tmp_path: Path
) -> None:
    runner = app.test_cli_runner()
    wanted = len(council.people(DAY))
    ask: list[str] = []
    for form in ("csv", "xlsx", "ods", "html", "pdf"):
        path = tmp_path / f"people.{form}"
        ask = [
            "reports",
            "build",
            "people",
            "--as-at",
            DAY.isoformat(),
            "--format",
            form,
            "--output",
            str(path),
        ]
        answer = runner.invoke(args=ask)
        assert answer.exit_code == 0, answer.output
        assert f"({path.stat().st_size:,} bytes)" in answer.stdout
    assert len(rows_of((tmp_path / "people.csv").read_bytes())) == wanted
    assert "list of people" in runner.invoke(args=[*ask, "--public"]).stderr


def taken(session: Session) -> list[dict[str, object]]:
    """What the trail says of the name lists that left."""
    session.rollback()
    found = session.execute(
        text(
            "SELECT details FROM audit_event WHERE event = 'export.made' AND subject = 'report:people' ORDER BY id"
        )
    ).scalars()
    return [json.loads(one) if isinstance(one, str) else one for one in found]


@pytest.mark.parametrize("form", ["csv", "xlsx", "ods", "html", "pdf"])
def test_the_trail_knows_how_many_lines_left(sign_in: SignIn, session: Session, form: str) -> None:
    page = sign_in("coordinator")
    answer = page.get(f"/reports/people.{form}")
    assert answer.status_code == 200
    assert answer.data
    answer.close()
    [one] = taken(session)
    wanted = len(rows_of(page.get("/reports/people.csv").data))
    assert wanted > 3
    assert (one["lines"], one["whole"]) == (wanted, True)


@pytest.mark.parametrize("form", [Format.CSV, Format.XLSX])
def test_whoever_breaks_off_stands_in_the_trail_as_well(
    app: Flask, borough: Borough, session: Session, monkeypatch: pytest.MonkeyPatch, form: Format
) -> None:
    monkeypatch.setattr("foundation.tables.writing._ROWS_AT_ONCE", 2)
    monkeypatch.setattr(rendering, "_PIECE", 64)
    with app.test_request_context("/reports/people.csv"):
        report = build(db.session(), "people", clock.today(), clock.now(), "tests", COUNCIL)
        answer = files.file_of(report, form)
        assert next(iter(answer.response))
        answer.close()
    [one] = taken(session)
    assert one["whole"] is False


def test_a_page_reads_no_more_than_it_shows(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch, borough: Borough
) -> None:
    page = sign_in("coordinator")
    assert "The first" not in page.get("/reports/people").text
    monkeypatch.setattr(files, "MOST_ROWS", 2)
    assert "The first 2 rows. Download the report for all of them." in page.get("/reports/people").text


def test_the_name_list_cannot_be_kept_on_its_page(sign_in: SignIn) -> None:
    page = sign_in("learning")
    assert "Keep this report" in page.get("/reports/expiring").text
    assert "Keep this report" not in page.get("/reports/people").text


def test_a_partner_lead_takes_their_own_organisation_alone(sign_in: SignIn) -> None:
    everybody = rows_of(sign_in("coordinator").get("/reports/people.csv").data)
    mine = rows_of(sign_in("partner").get("/reports/people.csv").data)
    assert 0 < len(mine) < len(everybody)
    assert len({row["Organisation"] for row in mine}) == 1


def test_a_day_that_is_asked_for_is_the_day_of_the_file(sign_in: SignIn) -> None:
    answer = sign_in("auditor").get(f"/reports/people.csv?as_at={clock.today().isoformat()}")
    assert f"people-{clock.today().isoformat()}.csv" in answer.headers["Content-Disposition"]


def test_nothing_that_is_saved_between_head_and_rows_shows_in_the_rows(
    sign_in: SignIn, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = sign_in("coordinator")
    before = rows_of(page.get("/reports/people.csv").data)
    written = rendering.Written.in_a_file
    saved = []

    def save_first(self: Written) -> IO[bytes]:
        with Session(engine) as other, transaction(other):
            other.execute(text("DELETE FROM status_span"))
        saved.append(True)
        return written(self)

    monkeypatch.setattr(rendering.Written, "in_a_file", save_first)
    assert before
    assert rows_of(page.get("/reports/people.csv").data) == before
    assert saved
    assert "Nobody is required on this day." in page.get("/reports/people.csv").text


def test_rows_are_read_before_the_answer_begins(app: Flask, borough: Borough) -> None:
    with app.test_request_context("/reports/people.csv"):
        report = build(db.session(), "people", clock.today(), clock.now(), "tests", COUNCIL)
        answer = files.file_of(report, Format.CSV)
        db.session().close()
        asked: list[str] = []
        event.listen(db.engine, "before_cursor_execute", lambda *one: asked.append(one[2]))
        assert len(rows_of(b"".join(answer.response))) > 3  # type: ignore[arg-type]  # pieces of bytes
        assert not [one for one in asked if "status_span" in one]
        answer.close()


def test_a_file_that_does_not_fit_its_format_says_so_on_a_page(
    sign_in: SignIn, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rendering, "MOST_ROWS_IN_PDF", 2)
    answer = sign_in("coordinator").get("/reports/people.pdf")
    assert answer.status_code == 422
    assert "This file could not be made" in answer.text
    assert "more than 5,000 rows. Choose Excel (XLSX) or CSV." in answer.text
    assert "Nothing was saved" not in answer.text
    assert taken(session) == []
