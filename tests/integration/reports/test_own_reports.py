"""Reports of one person, one team, and of members and leaders, on both databases and by the command."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from foundation.db import transaction
from foundation.errors import NotFound
from foundation.facts import recorded, retract
from foundation.stamp import Stamp
from people.models import PersonDetailRow
from reports.domain.description import Cell, Format, Percent, Report
from reports.services.building import build
from reports.services.rendering import rendered
from reports.services.sources.names import NameRecord
from tests.borough import Borough
from tests.integration.compliance.product import Product
from tests.integration.settled import settle

NOW = datetime(2026, 6, 10, 12, tzinfo=UTC)
DAY = NOW.date()
COUNCIL = "Example Borough Council"
ANYBODY = ("Sam", "Ola", "Kit", "Ash", "Bo", "Cy", "Two", "Mo", "Dana", "Uma", "Lee", "Pia")


@pytest.fixture
def borough(session: Session) -> Borough:
    return settle(session, DAY)


def made(session: Session, key: str, of: str = "", day: date = DAY, *, below: bool = False) -> Report:
    return build(session, key, day, NOW, "tests", COUNCIL, of=of, below=below)


def cells(report: Report, key: str) -> list[dict[str, Cell]]:
    """The rows of a table, each cell by its column."""
    table = next(one for one in report.tables if one.key == key)
    return [dict(zip((one.key for one in table.columns), row, strict=True)) for row in table.rows]


# --- one person, one team


def test_a_report_of_a_day_that_is_over_says_how_it_stood_then(session: Session, borough: Borough) -> None:
    (then,) = [
        row
        for row in cells(made(session, "my-requirements", "N-Ola", DAY - timedelta(days=60)), "requirements")
        if row["requirement"] == "Prevent awareness for everybody"
    ]
    (now,) = [
        row
        for row in cells(made(session, "my-requirements", "N-Ola"), "requirements")
        if row["requirement"] == "Prevent awareness for everybody"
    ]
    assert then["valid_until"] == now["valid_until"]
    assert isinstance(then["days"], int)
    assert isinstance(now["days"], int)
    assert then["days"] - now["days"] == 60
    before = cells(made(session, "my-requirements", "N-Ola", DAY - timedelta(days=701)), "requirements")
    assert {row["completed_on"] for row in before} == {None}


def test_the_people_of_a_team_add_up_to_its_figures(session: Session, borough: Borough) -> None:
    people: list[dict[str, Cell]] = []
    for below in (False, True):
        report = made(session, "my-team", "N-Mo", below=below)
        people = cells(report, "people")
        for figure in cells(report, "team"):
            mine = [row for row in people if row["requirement"] == figure["requirement"]]
            assert len(mine) == figure["required"]
            counted = [row for row in mine if row["counted"] == "Yes"]
            assert len(counted) == figure["counted"]
            in_date = [row for row in counted if row["status"] in ("Up to date", "Expires soon")]
            assert figure["percent"] == Percent(len(in_date), len(counted))
            assert figure["overdue"] == sum(row["overdue"] is not None for row in mine)
    assert any(row["name"] == "Kit Tester" for row in people)


def test_a_manager_without_a_team_has_an_empty_report(session: Session, borough: Borough) -> None:
    report = made(session, "my-team", "N-Sam")
    assert not any(table.rows for table in report.tables)
    assert report.head.population == "0 people directly below Sam Tester"


def test_somebody_who_left_is_asked_for_nothing(session: Session, borough: Borough) -> None:
    assert cells(made(session, "my-requirements", "N-Lee"), "requirements") == []


@pytest.mark.parametrize("key", ["my-requirements", "my-team"])
def test_nobody_and_a_reader_of_a_part_are_answered_alike(
    session: Session, borough: Borough, key: str
) -> None:
    with pytest.raises(NotFound, match="nobody with this staff number"):
        made(session, key, "N-Nobody")
    part = NameRecord(session, frozenset({borough.organisations[COUNCIL]}))
    with pytest.raises(NotFound, match="nobody with this staff number"):
        part.person("N-Sam", DAY, NOW)
    with pytest.raises(NotFound, match="nobody with this staff number"):
        part.team("N-Mo", DAY, NOW, below=True)


@pytest.mark.parametrize("name", ANYBODY)
def test_everybody_has_both_reports_in_every_format(session: Session, borough: Borough, name: str) -> None:
    for key in ("my-requirements", "my-team"):
        report = made(session, key, f"N-{name}", below=True)
        for form in (Format.CSV, Format.HTML, Format.XLSX) if name != "Sam" else Format:
            assert rendered(report, form)


def test_long_names_and_formulas_do_no_harm(session: Session, borough: Borough) -> None:
    stamp = Stamp("command:tests", NOW)
    known = select(PersonDetailRow).where(PersonDetailRow.person_id == borough.ids["Sam"])
    with transaction(session):
        before = session.scalars(known).one()
        retract(session, PersonDetailRow, [before.id], stamp, "tests")
        session.add(
            PersonDetailRow(
                person_id=before.person_id,
                first_name="=HYPERLINK(1)",
                last_name="x" * 120,
                email=None,
                category="employee",
                **recorded(stamp),
            )
        )
    for key, of in (("my-requirements", "N-Sam"), ("my-team", "N-Mo")):
        report = made(session, key, of)
        for form in Format:
            assert rendered(report, form)
        said = rendered(report, Format.CSV).decode()
        assert "=HYPERLINK(1) x" in said
        assert not any(line.startswith(("=", '"=')) or ",=" in line for line in said.splitlines())


def test_a_team_of_many_takes_no_more_statements_than_a_team_of_few(
    session: Session, borough: Borough
) -> None:
    asked: list[str] = []

    def note(*given: object) -> None:
        asked.append(str(given[2]))

    def statements(of: str, *, below: bool) -> int:
        asked.clear()
        assert cells(made(session, "my-team", of, below=below), "people")
        return len(asked)

    made(session, "my-team", "N-Dana", below=True)  # what is remembered of the units is read
    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        assert statements("N-Ola", below=False) >= statements("N-Dana", below=True) - 1
    finally:
        event.remove(engine, "before_cursor_execute", note)


# --- members and leaders

PROGRAMME = """
[programme]
name = "Members"

[[roles]]
code = "member"
title = "Elected members"

[[roles]]
code = "street"
title = "Street teams"

[[courses]]
code = "PREV-MEM"
title = "Briefing of members"
validity_months = 24

[[requirements]]
code = "MEMBER"
title = "Prevent briefing for elected members"
kind = "duty"
first_day = 2020-01-01
roles = [{ role = "member", days = 180 }, { role = "street", days = 90 }]
accepts = [{ course = "PREV-MEM" }]
renewal = { basis = "completion" }
"""
HEADINGS = (
    "person_ref,first_name,last_name,category,post_ref,organisation,sector,job_title,roles,post_start\n"
)
JUNE = date(2026, 6, 1)
DONE = {
    # Of each: the days on which it was done, and whether it was believed.
    1: [("2026-03-01", "verified")],
    2: [("2025-06-01", "verified")],
    3: [("2025-06-02", "verified")],
    4: [("2022-01-01", "verified")],
    5: [("2026-01-01", "rejected")],
    6: [("2026-02-01", "awaiting")],
    7: [],
    8: [("2021-01-01", "verified"), ("2026-05-01", "verified")],
    9: [("2026-04-01", "verified")],
}


KEPT_IN = "members-kept-in"
"""The place of the one warden is held back by `directorates`: the members stand in the table that stays here."""


@pytest.fixture
def members(product: Product) -> Product:
    """Nine members, of whom one is away and one began a month ago; and one of the street, who did it too."""
    product.load("programme", PROGRAMME.encode(), effective=date(2020, 1, 1))
    rows = [
        f"{number},Member,Number{number},member,{number},Borough,council,Councillor,member,"
        + ("2026-05-01" if number == 7 else "2020-01-01")
        for number in DONE
    ]
    rows.append("10,Street,Worker,employee,10,Borough,council,Warden,street,2020-01-01")
    product.load("people", (HEADINGS + "\n".join(rows)).encode())
    done = [f"{number},PREV-MEM,{day},{how}" for number, each in DONE.items() for day, how in each]
    done.append("10,PREV-MEM,2026-04-01,verified")
    product.load("completions", "\n".join(["person_ref,course_code,completed_on,evidence", *done]).encode())
    product.load("absences", b"person_ref,kind,first_day,last_day\n9,parental,2026-01-01,\n")
    return product


def test_members_are_counted_as_the_rows_say(members: Product) -> None:
    (row,) = cells(made(members.session, "members", day=JUNE), KEPT_IN)
    believed = {
        n: [date.fromisoformat(d) for d, how in each if how == "verified"] for n, each in DONE.items()
    }
    assert row["cohort"] == "Elected members"
    assert row["in_office"] == len(DONE)
    assert row["inducted"] == sum(bool(days) for days in believed.values()) == 6
    assert (
        row["briefed"] == sum(any(day > date(2025, 6, 1) for day in days) for days in believed.values()) == 4
    )
    counted = [number for number in DONE if number not in (7, 9)]
    in_date = [n for n in counted if any(day > date(2024, 6, 1) for day in believed[n])]
    assert (row["counted"], row["in_date"]) == (len(counted), len(in_date)) == (7, 4)
    assert row["percent"] == Percent(4, 7)
    assert row["outstanding"] == 3


def test_a_day_that_is_over_knows_nothing_of_what_was_done_later(members: Product) -> None:
    (row,) = cells(made(members.session, "members", day=date(2026, 2, 15)), KEPT_IN)
    assert (row["in_office"], row["inducted"], row["briefed"]) == (8, 4, 2)


# --- by the command


@pytest.mark.parametrize(
    "arguments, status, says",
    [
        (["my-requirements"], 2, "of one person. Say whose: --of STAFFNUMBER"),
        (["my-team"], 2, "of one team. Say whose: --of STAFFNUMBER"),
        (["register"], 2, "of one workshop. Say which: --of WORKSHOP"),
        (["targets", "--of", "N-Sam"], 2, "is of everybody. Leave --of out"),
        (["my-requirements", "--of", "N-Sam", "--below"], 2, "is not of a team. Leave --below out"),
        (["my-requirements", "--of", "N-Nobody"], 1, "nobody with this staff number"),
        (["my-team", "--of", "N-Mo", "--public"], 1, "list of people"),
    ],
)
def test_what_is_missing_or_too_much_is_told_in_plain_words(
    app: Flask, borough: Borough, tmp_path: Path, arguments: list[str], status: int, says: str
) -> None:
    file = tmp_path / "report.csv"
    answer = app.test_cli_runner().invoke(
        args=["reports", "build", *arguments, "--format", "csv", "--output", str(file)]
    )
    assert answer.exit_code == status
    assert says in answer.stderr
    assert not file.exists()


def test_the_command_builds_the_report_of_a_person_and_of_a_team(
    app: Flask, borough: Borough, tmp_path: Path
) -> None:
    file, runner = tmp_path / "report.csv", app.test_cli_runner()
    wanted = ["--as-at", DAY.isoformat(), "--format", "csv", "--output", str(file)]
    answer = runner.invoke(args=["reports", "build", "my-requirements", "--of", "N-Sam", *wanted])
    assert answer.exit_code == 0, answer.stderr
    assert "Sam Tester alone" in file.read_text(encoding="utf-8-sig")
    for below in ([], ["--below"]):
        answer = runner.invoke(args=["reports", "build", "my-team", "--of", "N-Mo", *below, *wanted])
        assert answer.exit_code == 0, answer.stderr
        assert ("Kit Tester" in file.read_text(encoding="utf-8-sig")) is bool(below)
