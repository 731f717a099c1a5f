"""The report of school coverage says what a school is and how its leads stand, as the timelines have it."""

import csv
import io
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import event, select

from foundation.db import db, transaction
from people.domain import Account, Permission
from people.models import OrganisationRow
from people.services import imports
from reports.domain.description import Cell, Format, Report
from reports.domain.suppression import publishable
from reports.services import freezing
from reports.services.building import as_read_by, build, build_for
from reports.services.rendering import rendered
from tests.integration.compliance.product import START, Product

DAY = date(2026, 5, 31)
PROGRAMME = """
[programme]
name = "A programme of schools"

[[roles]]
code = "school_staff"
title = "School staff"

[[roles]]
code = "school_lead"
title = "Headteachers and designated safeguarding leads"

[[role_rules]]
role = "school_staff"
sector = "school"

[[role_rules]]
role = "school_lead"
sector = "school"
job_title = "headteacher"

[[role_rules]]
role = "school_lead"
sector = "school"
job_title = "*safeguarding lead*"

[[courses]]
code = "AW"
title = "Awareness"
mode = "e_learning"
validity_months = 24

[[courses]]
code = "WRAP"
title = "Workshop"
mode = "workshop"
validity_months = 36

[[requirements]]
code = "STAFF"
title = "Awareness for school staff"
sectors = ["school"]
roles = [{ role = "school_staff", days = 30 }]
accepts = [{ course = "AW" }, { course = "WRAP" }]

[[requirements]]
code = "LEADS"
title = "Workshop for leads"
sectors = ["school", "council"]
roles = [{ role = "school_lead", days = 30 }]
accepts = [{ course = "WRAP" }]
"""
PEOPLE = """person_ref,first_name,last_name,organisation,sector,post_ref,job_title,post_start,post_end
1,Asha,Example,Quay School,school,1,Headteacher,2020-01-01,
2,Ben,Example,Quay School,school,2,Deputy and Designated Safeguarding Lead,2020-01-01,
3,Cai,Example,Quay School,school,3,Teacher,2020-01-01,
4,Dot,Example,Quay School,school,4,Headteacher,2020-01-01,2025-12-31
5,Eve,Example,Mill School,school,5,Teacher,2020-01-01,
6,Flo,Example,Mill School,school,6,Headteacher,2020-01-01,
7,Gus,Example,Hill School,school,7,Teacher,2020-01-01,
8,Hal,Example,Council,council,8,Headteacher,2020-01-01,
"""
COMPLETIONS = """person_ref,course_code,completed_on,evidence,revoked_on
1,WRAP,2023-09-01,,
2,WRAP,2024-03-01,,
3,AW,2026-04-01,,
4,WRAP,2026-02-01,,
5,WRAP,2026-05-01,awaiting,
5,AW,2025-06-01,,
6,WRAP,2020-02-01,,
6,WRAP,2026-06-01,,
"""
SCHOOLS = """school,phase,urn,headcount,headcount_on,audit_on,audit_gaps
Quay School,primary,900001,61,2026-01-15,2025-11-03,1
Mill School,all_through,900002,120,2026-06-01,2026-06-01,0
"""


@pytest.fixture
def schools(product: Product) -> Product:
    files = {
        "programme": PROGRAMME.encode(),
        "people": PEOPLE.encode(),
        "completions": COMPLETIONS.encode(),
    }
    product.load_all(files, list(files), programme={"effective": date(2000, 1, 1)})
    load_schools(product, SCHOOLS)
    product.give_role("7", "school_lead", date(2026, 1, 1), None)
    return product


def load_schools(product: Product, text: str) -> None:
    file = imports.read_schools(text.encode(), "schools.csv", date(2026, 6, 1))
    stamp = product.stamp()
    with transaction(product.session) as session:
        assert not imports.import_schools(session, stamp, file).set_aside


def made(product: Product, day: date = DAY) -> Report:
    found = build(product.session, "schools", day, START, "tests", "Example Borough Council")
    product.session.rollback()
    return found


def cells(report: Report, requirement: str, *keys: str) -> dict[Cell, tuple[Cell, ...]]:
    table = next(one for one in report.tables if one.key == f"schools-{requirement.lower()}")
    places = [table.place(key) for key in keys]
    return {row[0]: tuple(row[at] for at in places) for row in table.rows}


def test_what_a_school_is_stands_beside_its_figures_for_every_requirement(schools: Product) -> None:
    for requirement in ("STAFF", "LEADS"):
        found = cells(made(schools), requirement, "phase", "urn", "headcount", "audit_on", "audit_gaps")
        assert found == {
            "Quay School": ("Primary", "900001", 61, date(2025, 11, 3), 1),
            # Its headcount and its audit are of the day after.
            "Mill School": ("All-through", "900002", None, None, None),
            "Hill School": (None, None, None, None, None),
        }
    later = cells(made(schools, date(2026, 6, 1)), "LEADS", "headcount", "audit_on", "audit_gaps")
    assert later["Mill School"] == (120, date(2026, 6, 1), 0)


def test_leads_are_who_holds_the_role_there_on_the_day_and_in_date_by_their_timelines(
    schools: Product,
) -> None:
    keys = ("leads", "leads_in_date", "leads_until")
    assert cells(made(schools), "LEADS", *keys) == {
        "Quay School": (2, 2, date(2026, 9, 1)),
        "Mill School": (1, 0, None),
        "Hill School": (1, 0, None),
    }
    assert cells(made(schools, date(2025, 12, 31)), "LEADS", *keys) == {
        "Quay School": (3, 2, date(2026, 9, 1)),
        "Mill School": (1, 0, None),
        "Hill School": (0, 0, None),
    }
    # The day after the first cover ended.
    assert cells(made(schools, date(2026, 9, 2)), "LEADS", *keys)["Quay School"] == (2, 1, date(2027, 3, 1))


def test_the_leads_are_those_of_the_lists_of_people_on_every_day(schools: Product) -> None:
    """Counted again from who is listed, by job title: another way to the same numbers."""
    titles = {"1": "Quay School", "2": "Quay School", "6": "Mill School", "7": "Hill School"}
    for days in range(0, 500, 31):
        day = date(2026, 1, 1) + timedelta(days=days)
        for requirement in ("STAFF", "LEADS"):
            listed = [one for one in schools.people(day, None, requirement) if one["person_ref"] in titles]
            found = cells(made(schools, day), requirement, "leads", "leads_in_date")
            for name in ("Quay School", "Mill School", "Hill School"):
                of_school = [one for one in listed if titles[one["person_ref"]] == name]
                in_date = [one for one in of_school if one["status"] in ("compliant", "expiring")]
                assert found[name] == (len(of_school), len(in_date)), (day, requirement, name)


def test_the_last_session_is_believed_on_or_before_the_day_and_of_people_in_post(schools: Product) -> None:
    assert cells(made(schools), "STAFF", "last_session_on") == {
        "Quay School": (date(2024, 3, 1),),  # who left had gone before their next one
        "Mill School": (date(2020, 2, 1),),  # e-learning is no session, and the other waits for a check
        "Hill School": (None,),
    }
    assert cells(made(schools, date(2026, 6, 1)), "STAFF", "last_session_on")["Mill School"] == (
        date(2026, 6, 1),
    )


def test_every_format_holds_it_and_the_public_reads_phase_and_urn_alone(schools: Product) -> None:
    report = made(schools)
    for form in Format:
        assert rendered(report, form)
    text = rendered(report, Format.CSV).decode("utf-8-sig")
    lines = [line for line in csv.reader(io.StringIO(text)) if "Quay School" in line]
    assert any({"Primary", "900001", "61"} <= set(line) for line in lines), lines
    public = publishable(report)
    keys = {column.key for table in public.tables for column in table.columns}
    assert keys <= {"school", "phase", "urn", "counted", "in_date", "percent", "covered"}
    assert {"phase", "urn"} <= keys


TOLD = {"headcount", "audit_on", "audit_gaps"}
LEARNING = Account(1, "1", "learning@council.example", permissions=frozenset({Permission.LEARNING}))


def test_what_a_school_told_of_itself_is_not_for_partner_leads_in_new_reports_and_kept_ones(
    schools: Product,
) -> None:
    """The page of a school is not for them either (docs/authorization.toml)."""
    ids = schools.session.scalars(select(OrganisationRow.id).where(OrganisationRow.name == "Quay School"))
    lead = Account(
        2,
        "2",
        "lead@school.example",
        permissions=frozenset({Permission.PARTNER_LEAD}),
        organisation_ids=frozenset(ids),
    )
    both = replace(lead, permissions=lead.permissions | LEARNING.permissions)
    schools.session.rollback()
    kept = freezing.make_ready(schools.session, START, "schools", DAY, "tests", "Council")
    with transaction(schools.session) as session:
        frozen = freezing.keep(session, schools.stamp(), kept)
    _, of_old, _ = freezing.opened(schools.session, frozen.reference)
    for account, told in ((lead, set()), (LEARNING, TOLD), (both, TOLD)):
        anew = build_for(schools.session, account, "schools", DAY, START, account.email, "Council")
        for report in (anew, as_read_by(account, of_old)):
            tables = report.tables
            assert len(tables) == 2
            assert [{one.key for one in table.columns} & TOLD for table in tables] == [told, told]
            assert all(len(row) == len(table.columns) for table in tables for row in table.rows)
        assert cells(anew, "LEADS", "urn", "leads")["Quay School"] == ("900001", 2)
        for form in (Format.CSV, Format.HTML):
            text = rendered(anew, form).decode()
            assert [words in text for words in ("Declared staff", "Last audit", "gaps open")] == [
                bool(told)
            ] * 3
    schools.session.rollback()


def test_as_many_queries_for_many_schools(schools: Product) -> None:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    made(schools)
    event.listen(db.engine, "before_cursor_execute", note)
    made(schools)
    few = len(seen)
    event.remove(db.engine, "before_cursor_execute", note)
    head = PEOPLE.splitlines()[0]
    more = [
        f"9{number},Ivy,Example,School {number},school,9{number},Headteacher,2020-01-01,"
        for number in range(15)
    ]
    schools.load("people", "\n".join([head, *more]).encode())
    made(schools)
    seen.clear()
    event.listen(db.engine, "before_cursor_execute", note)
    made(schools)
    event.remove(db.engine, "before_cursor_execute", note)
    assert len(seen) == few
