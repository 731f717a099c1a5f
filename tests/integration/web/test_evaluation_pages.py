"""The pages of evaluations: answering by a link without an account, the figures, and slips of paper."""

import csv
import io
from dataclasses import replace

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.domain.evaluation import STATEMENTS, When
from courses.domain.workshops import Outcome
from courses.models.workshops import EvaluationAnswerRow
from courses.services.workshops.house import house
from courses.services.workshops.tickets import Ticket, new_pair, token_of
from courses.store import evaluations
from courses.store.workshops import Workshop
from courses.views.workshops import evaluation_answer
from courses.views.workshops.evaluation_shown import NOTHING
from foundation.db import transaction
from tests.borough import Borough
from tests.integration.courses.booking_desk import Desk
from tests.integration.courses.test_workshop_telling import without_email
from tests.integration.courses.test_workshop_tending import held
from tests.integration.web.conftest import SignIn
from tests.pages import PageClient, text_of

AGREES = {f"statement_{number}": "4" for number in range(1, 6)}


@pytest.fixture
def desk(session: Session, borough: Borough) -> Desk:
    return Desk(session, borough)


def link(workshop: Workshop, when: When = When.BEFORE, pair: bytes | None = None) -> str:
    return f"/evaluation/{token_of(house().keys[0], Ticket(workshop.id, when, pair or new_pair()))}"


def said(page: BeautifulSoup, selector: str) -> str:
    """The words of the first element that is meant."""
    found = page.select_one(selector)
    assert found is not None, selector
    return text_of(found)


def past(desk: Desk, people: int = 6, *, before: int = 2, after: int = 4) -> Workshop:
    """A workshop of two months ago, led by Sam, that this many people attended and answered about twice."""
    workshop = desk.plan(in_days=-60, facilitator_ids=(desk.borough.ids["Sam"],))
    names = ("Ola", "Kit", "Uma", "Ash", "Bo", "Cy", "Mo")
    held(desk, workshop, dict.fromkeys(names, Outcome.ATTENDED), workshop.sitting.day)
    with transaction(desk.session) as session:
        for number in range(people):
            for when, mark in ((When.BEFORE, before), (When.AFTER, after)):
                evaluations.record_answer(
                    session, workshop.id, when, f"pair {number}", (mark,) * 5, workshop.sitting.day
                )
    return workshop


def test_somebody_without_an_account_answers_once(session: Session, anyone: PageClient, desk: Desk) -> None:
    address = link(desk.plan())
    page = anyone.page(address)
    assert said(page, "h1") == "How far do you agree?"
    assert [text_of(legend) for legend in page.select("legend")] == list(STATEMENTS)
    assert len(page.select("input[type=radio]")) == 25
    answer = anyone.send(address, **AGREES)
    assert (answer.status_code, answer.headers["Location"]) == (302, "/evaluation/thanks")
    assert "Thank you" in said(anyone.page("/evaluation/thanks"), "h1")
    assert session.scalars(select(EvaluationAnswerRow.marks)).all() == [[4, 4, 4, 4, 4]]
    assert said(anyone.page(address), "h1") == "This has been answered already"
    assert len(session.scalars(select(EvaluationAnswerRow.id)).all()) == 1


def test_sent_from_two_windows_one_answer_counts(session: Session, anyone: PageClient, desk: Desk) -> None:
    address = link(desk.plan())
    token = anyone.page(address).select_one("#csrf_token")["value"]  # type: ignore[index]  # it is there
    for mark in ("2", "5"):
        fields = {**dict.fromkeys(AGREES, mark), "csrf_token": str(token)}
        assert anyone.post(address, data=fields).status_code in (200, 302)
    session.rollback()
    assert session.scalars(select(EvaluationAnswerRow.marks)).all() == [[2] * 5]


def test_each_statement_that_has_no_answer_is_named_and_led_to(anyone: PageClient, desk: Desk) -> None:
    answer = anyone.send(link(desk.plan()), **{**AGREES, "statement_3": "", "statement_5": "9"})
    assert answer.status_code == 422
    page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    summary = page.select(".govuk-error-summary a")
    assert [(text_of(one), one["href"]) for one in summary] == [
        ("Select how far you agree with statement 3", "#statement_3"),
        ("Select how far you agree with statement 5", "#statement_5"),
    ]
    assert len(page.select("input[type=radio][checked]")) == 3, "what was chosen stays"


def test_the_page_names_nobody_and_its_address_goes_nowhere(sign_in: SignIn, desk: Desk) -> None:
    client = sign_in("staff")
    answer = client.get(link(desk.plan()))
    words = answer.get_data(as_text=True)
    assert "Sam" not in words
    assert "staff@" not in words
    assert "Sign out" not in words
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["X-Robots-Tag"] == "noindex"
    assert answer.headers["Cache-Control"] == "no-store"


def test_a_link_outside_of_its_days_says_so(anyone: PageClient, desk: Desk) -> None:
    workshop, over = desk.plan(), desk.plan(in_days=-3)
    assert anyone.get(link(over)).status_code == 410
    later = anyone.get(link(workshop, When.AFTER))
    assert later.status_code == 410
    assert "Come back from" in later.get_data(as_text=True)


def test_guessing_links_is_slowed_down(
    anyone: PageClient, desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(evaluation_answer, "GUESSES", replace(evaluation_answer.GUESSES, most=2))
    address = link(desk.plan())
    for _ in range(2):
        assert anyone.get("/evaluation/a-guess").status_code == 404
    assert anyone.get("/evaluation/a-guess").status_code == 429
    assert anyone.get(address).status_code == 200, "whoever has a link is not kept out by others"


def test_figures_stand_on_the_page_of_the_workshop_for_those_who_may_see_them(
    sign_in: SignIn, desk: Desk
) -> None:
    workshop = past(desk)
    address = f"/workshops/{workshop.public_id}"
    for reader in ("learning", "auditor", "staff"):
        page = sign_in(reader).page(address)
        rows = [
            [text_of(cell) for cell in row.select("th, td")]
            for row in page.select("#evaluation-marks tbody tr")
        ]
        assert rows[0] == [STATEMENTS[0], "2.0", "4.0", "+2.0", NOTHING, NOTHING]
        assert "6 of 6 (100.0%)" in said(page, "#evaluation-agree tbody tr")
        assert "6 people" in said(page, "#evaluation-pairs")
        assert "6 of 7 (85.7%)" in said(page, "#evaluation-answers")
        assert bool(page.select("a[href$='/evaluation/slips']")) == (reader == "learning")
    manager = sign_in("manager")
    answer = manager.get(address)
    assert "What people thought" not in answer.get_data(as_text=True)
    assert manager.get(f"{address}/evaluation.csv").status_code == 404


def test_four_answers_are_shown_nowhere(sign_in: SignIn, desk: Desk) -> None:
    workshop = past(desk, people=4)
    client = sign_in("learning")
    page = client.page(f"/workshops/{workshop.public_id}")
    assert said(page, "#evaluation-answers").count("Not shown (fewer than 5 answers)") == 2
    assert not page.select("#evaluation-marks")
    for address in (f"/workshops/{workshop.public_id}/evaluation.csv", "/workshops/evaluation.csv?year=all"):
        lines = list(csv.DictReader(io.StringIO(client.get(address).data.decode("utf-8-sig"))))
        assert lines
        assert not any(line["mean"] or line["answers"] for line in lines)


def test_a_course_adds_up_the_workshops_that_are_shown(sign_in: SignIn, desk: Desk) -> None:
    past(desk, people=6)
    past(desk, people=5, after=5)
    past(desk, people=4, after=1)
    client = sign_in("coordinator")
    page = client.page("/workshops/evaluation?year=all")
    rows = [text_of(row) for row in page.select("#course-1-answers tbody tr")]
    assert "11" in rows[1]
    first = [text_of(cell) for cell in page.select("#course-1-marks tbody tr")[0].select("td")]
    assert first[:3] == ["2.0", "4.5", "+2.5"]
    listed = said(page, "#course-1-workshops")
    assert listed.count("Not shown (fewer than 5 answers)") == 2
    lines = list(
        csv.DictReader(io.StringIO(client.get("/workshops/evaluation.csv?year=all").data.decode("utf-8-sig")))
    )
    course = [line for line in lines if line["of"] == "Team briefing" and line["asked"] == "after"]
    assert [(line["answers"], line["mean"], line["pairs"]) for line in course] == [("11", "4.5", "11")] * 5
    for reader in ("staff", "manager", "partner"):
        assert sign_in(reader).get("/workshops/evaluation").status_code == 403
    assert client.page("/workshops/evaluation?year=1999&course=NONE")


def test_slips_have_links_of_their_own_and_learning_alone_makes_them(sign_in: SignIn, desk: Desk) -> None:
    workshop = past(desk)
    address = f"/workshops/{workshop.public_id}/evaluation/slips"
    client = sign_in("learning")
    answer = client.send(address, many="3")
    page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    assert len(page.select(".app-slip")) == 3
    assert len({text_of(one) for one in page.select(".app-slip__address")}) == 9
    assert len(page.select(".app-slip svg")) == 9
    wrong = client.send(address, many="0")
    assert wrong.status_code == 422
    assert "Enter a number from 1 to 100" in wrong.get_data(as_text=True)
    for reader in ("staff", "manager", "coordinator"):
        assert sign_in(reader).get(address).status_code == 403, "Sam leads it, and makes none"
    assert sign_in("auditor").post(address).status_code in (400, 403)


def test_people_whom_nobody_can_write_to_are_named_on_the_page(
    session: Session, sign_in: SignIn, desk: Desk, borough: Borough
) -> None:
    without_email(session, borough, "Vic")
    workshop = desk.plan()
    desk.book(workshop, "Vic", "Sam")
    page = sign_in("learning").page(f"/workshops/{workshop.public_id}")
    told = page.select_one("#by-hand")
    assert told is not None
    assert "Vic Tester: has a place" in said(page, "#main-content")
    assert "Sam Tester: has a place" not in said(page, "#main-content")


def test_what_is_not_over_says_when_it_is_shown(sign_in: SignIn, desk: Desk) -> None:
    workshop = desk.plan(in_days=1)
    page = sign_in("learning").page(f"/workshops/{workshop.public_id}")
    words = said(page, "#evaluation-answers")
    assert "Shown from" in words
    assert "Shown two weeks after the register is closed" in words
