"""Your details: what is held, and asking for it to be put right; which changes nothing by itself."""

import csv
import io
import json
from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.audit import AuditEventRow
from foundation.formats import long_date
from people.models import DetailRequestRow
from people.services.details import MOST_REQUESTS
from tests.borough import HOMES, SCHOOL, Borough
from tests.integration.web.staff import adding, client_for
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
As = Callable[[str], PageClient]
ADDRESS = "/account/details"


@pytest.fixture
def as_person(app: Flask, session: Session, borough: Borough) -> As:
    return lambda name: client_for(app, session, name)


def hidden(page: BeautifulSoup, form: str) -> dict[str, str]:
    return {
        str(field["name"]): str(field.get("value", ""))
        for field in page.select(f"main form[action='{form}'] input[type=hidden]")
    }


def ask(client: PageClient, status: int = 302, **fields: str) -> BeautifulSoup:
    answer = client.post(ADDRESS, data={**hidden(client.page(ADDRESS), ADDRESS), **fields})
    assert answer.status_code == status
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def requests(client: PageClient) -> list[str]:
    return [text_of(line) for line in client.page(ADDRESS).select(".app-requests__text")]


def held(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(DetailRequestRow.retracted_at.is_(None))) or 0


def test_the_page_shows_what_is_held_about_the_reader(sign_in: SignIn) -> None:
    page = sign_in("staff").page(ADDRESS)
    found = {
        text_of(row.select("dt")[0]): text_of(row.select("dd")[0])
        for row in page.select(".govuk-summary-list__row")
    }
    assert found["Name"] == "Sam Tester"
    assert found["Email address"] == "sam@council.example"
    assert found["Email address to sign in with"] == "staff@council.example"
    assert found["Payroll or staff number"] == "N-Sam"
    assert found["You are recorded as"] == "Employee"
    assert found["Unit or team"] == HOMES
    assert found["Manager"] == "Mo Tester"
    assert found["Groups for training"] == "Street teams"
    assert found["Days"].startswith("Since ")


def test_somebody_with_two_posts_sees_both(as_person: As) -> None:
    page = as_person("Two").page(ADDRESS)
    assert {text_of(title) for title in page.select("h3.govuk-heading-s")} == {"Officer", "Governor"}
    assert SCHOOL in text_of(page)


def test_a_post_that_ended_stands_apart(as_person: As, session: Session, borough: Borough) -> None:
    with adding(session, borough) as builder:
        builder.post("Uma", HOMES, title="Trainee", days=2000, ended=1500)
    page = as_person("Uma").page(ADDRESS)
    assert "Trainee" in text_of(page.select("details")[0])


def test_the_reader_sees_the_kind_of_the_own_absence(as_person: As) -> None:
    assert "Parental leave Since " in text_of(as_person("Bo").page(ADDRESS))


def test_asking_records_what_should_be_and_changes_nothing_else(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("staff")
    ask(client, detail="job_title", should_be="  Senior \t officer ")
    row = session.scalars(select(DetailRequestRow)).one()
    assert (row.person_id, row.detail, row.should_be) == (borough.ids["Sam"], "job_title", "Senior officer")
    today = long_date(clock.today())
    assert requests(client) == [
        f"You asked on {today} to change your job title to “Senior officer”. Your training team will look at it."
    ]
    page = client.page(ADDRESS)
    assert "Officer" in [text_of(title) for title in page.select("h3.govuk-heading-s")]
    event = session.scalars(
        select(AuditEventRow).where(AuditEventRow.event == "detail_request.recorded")
    ).one()
    assert event.subject.startswith("account:")
    assert event.details == {"detail": "job_title"}


def test_a_success_is_told_once(sign_in: SignIn) -> None:
    client = sign_in("staff")
    ask(client, detail="name", should_be="Sam Other")
    assert "We have told your training team." in text_of(client.page(ADDRESS))
    assert "We have told your training team." not in text_of(client.page(ADDRESS))


def test_sent_twice_it_is_recorded_once(sign_in: SignIn, session: Session) -> None:
    client = sign_in("staff")
    data = {**hidden(client.page(ADDRESS), ADDRESS), "detail": "name", "should_be": "Sam Other"}
    assert client.post(ADDRESS, data=data).status_code == 302
    assert client.post(ADDRESS, data=data).status_code == 302
    assert held(session) == 1
    assert "This was saved already" in text_of(client.page(ADDRESS))


@pytest.mark.parametrize(
    "fields, message, box",
    [
        ({"should_be": "x"}, "Select what is wrong", "detail"),
        ({"detail": "salary", "should_be": "x"}, "Select what is wrong", "detail"),
        ({"detail": "name"}, "Enter what it should be", "should_be"),
        ({"detail": "name", "should_be": " \t "}, "Enter what it should be", "should_be"),
        (
            {"detail": "name", "should_be": "x" * 201},
            "What it should be must be 200 characters or fewer",
            "should_be",
        ),
    ],
)
def test_what_is_wrong_with_the_form_is_said_beside_it_and_what_was_typed_stays(
    sign_in: SignIn, session: Session, fields: dict[str, str], message: str, box: str
) -> None:
    page = ask(sign_in("staff"), 422, **fields)
    (link,) = page.select(".govuk-error-summary a")
    assert (text_of(link), link["href"]) == (message, f"#{box}")
    typed = page.find(id="should_be")
    assert typed is not None
    assert typed.get("value", "") == " ".join(fields.get("should_be", "").split())
    chosen = [radio["value"] for radio in page.select("input[type=radio][checked]")]
    assert chosen == [value for value in [fields.get("detail")] if value == "name"]
    assert held(session) == 0


def test_markup_in_a_request_stays_text(sign_in: SignIn) -> None:
    client = sign_in("staff")
    ask(client, detail="name", should_be="<script>alert(1)</script>")
    page = client.page(ADDRESS)
    assert not page.select("main script")
    assert "<script>alert(1)</script>" in requests(client)[0]


def test_the_same_cannot_be_asked_for_twice(sign_in: SignIn, session: Session) -> None:
    client = sign_in("staff")
    ask(client, detail="name", should_be="Sam Other")
    page = ask(client, 422, detail="name", should_be="Sam Other")
    assert "You have asked for this already." in text_of(page.select(".govuk-error-summary")[0])
    ask(client, detail="email", should_be="Sam Other")
    assert held(session) == 2


def test_at_most_ten_requests_are_open_at_a_time(sign_in: SignIn, session: Session) -> None:
    client = sign_in("staff")
    for number in range(MOST_REQUESTS):
        ask(client, detail="manager", should_be=f"Manager {number}")
    page = ask(client, 422, detail="manager", should_be="One more")
    assert "You have 10 requests open" in text_of(page.select(".govuk-error-summary")[0])
    assert held(session) == MOST_REQUESTS
    withdraw(client, session.scalars(select(DetailRequestRow.id).order_by(DetailRequestRow.id)).all()[0])
    ask(client, detail="manager", should_be="One more")


def withdraw(client: PageClient, request_id: object, status: int = 302) -> None:
    token = hidden(client.page(ADDRESS), "/sign-out") or {}
    page = client.page(ADDRESS)
    token = {"csrf_token": str(page.select("input[name=csrf_token]")[0]["value"])}
    answer = client.post(f"{ADDRESS}/withdraw", data={**token, "request_id": str(request_id)})
    assert answer.status_code == status


def test_a_request_is_taken_back_and_stays_in_the_record(sign_in: SignIn, session: Session) -> None:
    client = sign_in("staff")
    ask(client, detail="unit", should_be="Resources")
    row_id = session.scalars(select(DetailRequestRow.id)).one()
    withdraw(client, row_id)
    assert requests(client) == []
    session.rollback()
    row = session.scalars(select(DetailRequestRow)).one()
    assert row.retracted_reason == "withdrawn"
    withdraw(client, row_id)
    events = session.scalars(
        select(AuditEventRow.event).where(AuditEventRow.event == "detail_request.withdrawn")
    )
    assert len(events.all()) == 1


@pytest.mark.parametrize("request_id", ["0", "-1", "999", "x", "", "99999999999999999999"])
def test_a_request_that_is_not_there_cannot_be_taken_back(sign_in: SignIn, request_id: str) -> None:
    withdraw(sign_in("staff"), request_id, 404)


def test_the_request_of_somebody_else_looks_as_if_it_were_not_there(
    sign_in: SignIn, session: Session
) -> None:
    ask(sign_in("staff"), detail="name", should_be="Sam Other")
    row_id = session.scalars(select(DetailRequestRow.id)).one()
    for reader in ("manager", "learning"):
        client = sign_in(reader)
        assert requests(client) == []
        withdraw(client, row_id, 404)
    assert held(session) == 1


def test_what_an_account_of_nobody_sends_is_refused(sign_in: SignIn, session: Session) -> None:
    client = sign_in("coordinator")
    token = {"csrf_token": str(client.page("/figures").select("input[name=csrf_token]")[0]["value"])}
    sent = {**token, "detail": "name", "should_be": "x", "request_id": "1"}
    assert client.post(ADDRESS, data=sent).status_code == 403
    assert client.post(f"{ADDRESS}/withdraw", data=sent).status_code == 403
    assert held(session) == 0


def test_learning_and_development_lists_the_requests_and_answers_them(
    app: Flask, sign_in: SignIn, session: Session
) -> None:
    client = sign_in("staff")
    ask(client, detail="name", should_be="=Sam Other")
    ask(client, detail="other_post", should_be="Governor at Quay School")
    runner = app.test_cli_runner()

    listed = json.loads(runner.invoke(args=["people", "requests", "--format", "json"]).stdout)["rows"]
    today = clock.today().isoformat()
    assert [(row["asked_on"], row["person_ref"], row["name"], row["detail"]) for row in listed] == [
        (today, "N-Sam", "Sam Tester", "name"),
        (today, "N-Sam", "Sam Tester", "other_post"),
    ]
    assert listed[0]["should_be"] == "=Sam Other"
    lines = list(
        csv.DictReader(io.StringIO(runner.invoke(args=["people", "requests", "--format", "csv"]).stdout))
    )
    assert lines[0]["should_be"] == "'=Sam Other"
    assert "2 to answer" in runner.invoke(args=["people", "requests"]).stdout

    number = str(listed[0]["id"])
    done = runner.invoke(args=["people", "answer-request", number, "--reason", "Corrected in HR"])
    assert (done.exit_code, done.stdout.strip()) == (0, f"Request {number} is answered.")
    session.rollback()
    row = session.get(DetailRequestRow, int(number))
    assert row is not None
    assert row.retracted_reason == "Corrected in HR"
    assert len(requests(client)) == 1
    assert requests(client)[0].endswith(
        "to add another post that you hold: “Governor at Quay School”. Your training team will look at it."
    )


@pytest.mark.parametrize(
    "arguments, message",
    [
        (["999", "--reason", "x"], "There is no open request 999."),
        (["1", "--reason", " "], "Give a reason of at most 200 characters."),
        (["1", "--reason", "x" * 201], "Give a reason of at most 200 characters."),
    ],
)
def test_an_answer_that_will_not_do_is_refused(
    app: Flask, borough: Borough, arguments: list[str], message: str
) -> None:
    refused = app.test_cli_runner().invoke(args=["people", "answer-request", *arguments])
    assert refused.exit_code == 1
    assert message in refused.stderr
