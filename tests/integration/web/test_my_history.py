"""The history of my training: every completion, its evidence, and until when it counts towards what."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from courses.domain import Evidence
from courses.models import EvidenceFileRow
from courses.store import course_ids
from foundation.facts import recorded
from foundation.formats import long_date
from tests.borough import HOMES, Borough
from tests.integration.web.staff import adding, client_for, complete
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
As = Callable[[str], PageClient]


@pytest.fixture
def as_person(app: Flask, session: Session, borough: Borough) -> As:
    return lambda name: client_for(app, session, name)


def rows(client: PageClient) -> list[list[str]]:
    page = client.page("/my-training/history")
    return [[text_of(cell) for cell in row.select("th, td")] for row in page.select("#history tbody tr")]


def file_rows(client: PageClient) -> list[dict[str, str]]:
    answer = client.get("/my-training/history.csv")
    assert answer.mimetype == "text/csv"
    assert "attachment" in answer.headers["Content-Disposition"]
    return list(csv.DictReader(io.StringIO(answer.get_data(as_text=True).removeprefix("\ufeff"))))


def later(day: date, years: int) -> date:
    return day.replace(year=day.year + years)


def test_every_completion_is_there_newest_first_with_all_that_is_known_of_it(
    as_person: As, session: Session, borough: Borough
) -> None:
    with adding(session, borough, datetime(2026, 5, 3, 9, tzinfo=UTC)) as builder:
        builder.person("New", HOMES, roles="street")
        builder.completion("New", "PREV", 400)
        builder.completion("New", "BRIEF", 200)
        builder.completion("New", "PREV", 30, Evidence.AWAITING)
        builder.completion("New", "BRIEF", 20, Evidence.REJECTED)
        days = {ago: long_date(builder.ago(ago)) for ago in (400, 200, 30, 20)}
    found = rows(as_person("New"))
    assert [row[0] for row in found] == [days[20], days[30], days[200], days[400]]
    assert [row[1] for row in found] == [
        "Team briefing The council",
        "Prevent awareness Home Office",
        "Team briefing The council",
        "Prevent awareness Home Office",
    ]
    assert [row[2] for row in found] == [
        "Not accepted",
        "Waiting for a check since 3 May 2026",
        "Accepted",
        "Accepted",
    ]
    assert found[0][3] == found[1][3] == "\N{EN DASH}"
    # The briefing renews awareness and meets the requirement of the street teams by itself.
    assert found[2][3].startswith("Leaflets and stalls Valid until ")
    assert "Prevent awareness for everybody Valid until " in found[2][3]
    assert found[3][3].startswith("Prevent awareness for everybody Valid until ")
    assert "e-learning alone" not in str(found)


def test_the_last_day_is_that_of_the_counting_rules(
    as_person: As, session: Session, borough: Borough
) -> None:
    client = as_person("Two")
    (line,) = file_rows(client)
    done = date.fromordinal(borough.today.toordinal() - 100)
    assert line["completed_on"] == done.isoformat()
    assert line["valid_until"] == later(done, 2).isoformat()
    assert line["requirement"] == "Prevent awareness for everybody"


def test_the_file_has_the_rows_of_the_page_a_line_for_each_requirement(
    as_person: As, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        builder.person("New", HOMES, roles="street")
        builder.completion("New", "PREV", 400)
        builder.completion("New", "BRIEF", 200)
        builder.completion("New", "BRIEF", 20, Evidence.REJECTED)
    lines = file_rows(as_person("New"))
    assert [(line["course"], line["requirement"]) for line in lines] == [
        ("BRIEF", ""),
        ("BRIEF", "Leaflets and stalls"),
        ("BRIEF", "Prevent awareness for everybody"),
        ("PREV", "Prevent awareness for everybody"),
    ]
    assert [line["evidence"] for line in lines] == ["Not accepted", "Accepted", "Accepted", "Accepted"]


def test_a_cell_of_the_file_is_never_a_program(as_person: As, session: Session, borough: Borough) -> None:
    with adding(session, borough) as builder:
        complete(builder, "Kit", "PREV", 3, provider="=HYPERLINK(1)")
    (line,) = file_rows(as_person("Kit"))
    assert line["provider"] == "'=HYPERLINK(1)"


def test_the_provider_of_the_record_goes_before_that_of_the_catalogue(
    as_person: As, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        complete(builder, "Kit", "PREV", 3, provider="Another council")
    (row,) = rows(as_person("Kit"))
    assert row[1] == "Prevent awareness Another council"


def test_what_was_withdrawn_says_from_when(as_person: As, session: Session, borough: Borough) -> None:
    with adding(session, borough) as builder:
        revoked, last = builder.ago(5), builder.ago(6)
        complete(builder, "Kit", "PREV", 15, revoked_on=revoked)
    client = as_person("Kit")
    (row,) = rows(client)
    assert row[2] == f"Accepted Withdrawn from {long_date(revoked)} on"
    assert row[3] == f"Prevent awareness for everybody Valid until {long_date(last)}"
    assert file_rows(client)[0]["revoked_on"] == revoked.isoformat()


def test_a_completion_leads_to_the_file_that_proves_it(
    as_person: As, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        builder.completion("Kit", "PREV", 3)
        builder.completion("Kit", "PREV", 300)
        ids: list[str] = []
        wanted = [("Kit", 3, "certificate"), ("Kit", 3, "certificate"), ("Kit", 300, "register")]
        for name, days, purpose in (*wanted, ("Uma", 3, "certificate")):
            row = EvidenceFileRow(
                person_id=borough.ids[name],
                course_id=course_ids(session)["PREV"],
                completed_on=builder.ago(days),
                purpose=purpose,
                kind="pdf",
                size=1,
                sha256="0" * 64,
                stored_as=f"{len(ids)}",
                concerns=[],
                **recorded(builder.stamp),
            )
            session.add(row)
            session.flush()
            ids.append(row.public_id)
    page = as_person("Kit").page("/my-training/history")
    links = [str(link["href"]) for link in page.select("#history a")]
    assert links == [f"/evidence/{ids[0]}", f"/evidence/{ids[1]}"]
    assert page.select("#history a")[1].get_text().startswith("Open the file 2 for Prevent awareness")
    # A register names everybody who signed it, so somebody on it is told of it and does not open it.
    (older,) = page.select("#history tbody tr:nth-of-type(2)")
    assert "On a signed register" in text_of(older)
    assert not older.select("a")
    assert str(ids[3]) not in str(page)


def test_certificates_are_offered_beside_what_was_completed_and_nowhere_else(
    sign_in: SignIn, as_person: As
) -> None:
    offer = 'main a[href="/my-training/certificates"]'
    assert sign_in("staff").page("/my-training/history").select_one(offer) is not None
    assert as_person("Kit").page("/my-training/history").select_one(offer) is None


def test_an_empty_history_says_what_to_do(as_person: As) -> None:
    client = as_person("Kit")
    page = client.page("/my-training/history")
    assert "Nothing is recorded yet" in text_of(page)
    assert not page.select("#history")
    assert file_rows(client) == []
