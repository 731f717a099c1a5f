"""The pages of reports: what a reader sees is what the file says, and what is kept stays."""

import io
import re
from datetime import timedelta

from pypdf import PdfReader
from sqlalchemy import text
from sqlalchemy.orm import Session

from foundation import clock
from foundation.once import new_key
from reports.domain.description import Format
from reports.services.catalogue import CATALOGUE
from reports.views.files import MOST_ROWS
from tests.borough import Borough
from tests.integration.web.conftest import SignIn


def test_an_auditor_finds_every_report_and_every_format(sign_in: SignIn) -> None:
    page = sign_in("auditor")
    listed = page.get("/reports").text
    for definition in CATALOGUE:
        assert definition.title in listed
        address = f"/reports/{definition.key}"
        shown = page.get(address).text
        for form in Format:
            assert f"{address}.{form.value}" in shown
            answer = page.get(f"{address}.{form.value}")
            assert answer.status_code == 200
            assert "attachment" in answer.headers["Content-Disposition"]
    said = "".join(
        one.extract_text() for one in PdfReader(io.BytesIO(page.get("/reports/targets.pdf").data)).pages
    )
    assert "Delivery-plan target tracker" in said


def test_payroll_numbers_stand_in_reports_for_learning_and_development_alone(sign_in: SignIn) -> None:
    """In those made anew and in those that were kept (docs/security.md)."""
    kept = sign_in("learning").send("/reports/targets", once=new_key()).headers["Location"]
    for reader, sees in (("learning", True), ("coordinator", False), ("auditor", False)):
        page = sign_in(reader)
        for address in ("/reports/people.csv", "/reports/expiring.csv", f"{kept}/people.csv"):
            assert ("Staff number" in page.get(address).text) is sees, (reader, address)


def test_staff_and_managers_are_offered_no_reports(sign_in: SignIn) -> None:
    for reader in ("staff", "manager"):
        page = sign_in(reader)
        assert page.get("/reports").status_code == 403
        assert "/reports" not in re.findall(r'href="([^"]*)"', page.get("/my-training").text)


def test_a_partner_lead_reads_their_own_organisation_and_keeps_nothing(
    sign_in: SignIn, borough: Borough
) -> None:
    page = sign_in("partner")
    shown = page.get("/reports/expiring").text
    assert "Sam Tester" not in shown
    assert page.get("/reports/kept").status_code == 403


def test_a_report_is_kept_once_and_opens_as_it_was(sign_in: SignIn, session: Session) -> None:
    page = sign_in("learning")
    key = new_key()
    answers = [page.send("/reports/targets", once=key) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [302, 302]
    address = answers[0].headers["Location"]
    assert answers[1].headers["Location"] == address
    assert session.execute(text("SELECT count(*) FROM frozen_report")).scalar_one() == 1
    first = page.get(f"{address}.xlsx").data
    assert first == page.get(f"{address}.xlsx").data
    assert page.get(f"{address}/public.pdf").status_code == 200
    assert page.get(f"{address}/people.csv").status_code == 200
    assert page.get(f"{address}.exe").status_code == 404
    assert page.get("/reports/kept/R-2026-001").status_code == 404


def test_a_day_to_come_is_shown_and_never_kept(sign_in: SignIn, session: Session) -> None:
    page, day = sign_in("learning"), clock.today() + timedelta(days=60)
    assert page.get(f"/reports/targets?as_at={day}").status_code == 200
    answer = page.send(f"/reports/targets?as_at={day}", once=new_key())
    assert answer.status_code == 422
    assert "Choose a day that is over" in answer.text
    assert session.execute(text("SELECT count(*) FROM frozen_report")).scalar_one() == 0


def test_an_impossible_day_is_told_at_its_box(sign_in: SignIn) -> None:
    answer = sign_in("auditor").get("/reports/targets?as_at-day=31&as_at-month=6&as_at-year=2026")
    assert answer.status_code == 422
    assert "There is a problem" in answer.text


def test_a_list_of_people_has_no_version_to_publish(sign_in: SignIn) -> None:
    page = sign_in("learning")
    shown = page.get("/reports/expiring?public=1").text
    assert "may be published" not in shown
    address = page.send("/reports/expiring", once=new_key()).headers["Location"]
    assert page.get(f"{address}/public.csv").status_code == 404


def test_two_kept_reports_are_compared_by_reason_and_person(sign_in: SignIn) -> None:
    page = sign_in("coordinator")
    names = [
        page.send(f"/reports/{key}", once=new_key()).headers["Location"].rpartition("/")[2]
        for key in ("targets", "directorates")
    ]
    compared = page.get(f"/reports/compare?first={names[0]}&second={names[1]}").text
    assert "From R-" in compared
    assert page.get(f"/reports/compare?first={names[0]}&second=nothing").status_code == 404
    assert page.get("/reports/compare").status_code == 404


def test_every_file_that_leaves_is_in_the_trail(sign_in: SignIn, session: Session) -> None:
    page = sign_in("auditor")
    page.get("/reports/expiring.csv").close()
    found = session.execute(
        text("SELECT count(*) FROM audit_event WHERE event = 'export.made' AND subject = 'report:expiring'")
    ).scalar_one()
    assert found == 1
    assert MOST_ROWS == 500


def test_what_is_narrowed_to_some_organisations_has_no_version_for_the_public(sign_in: SignIn) -> None:
    page = sign_in("partner")
    shown = page.get("/reports/directorates?public=1").text
    assert "may be published" not in shown
    assert page.get("/reports/directorates.csv?public=1").text == page.get("/reports/directorates.csv").text
    assert "may be published" in sign_in("learning").get("/reports/directorates").text
