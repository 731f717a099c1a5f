"""The page of a school: who reads it, who says something else, and what happens when two do."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.formats import long_date
from foundation.once import KEY_LENGTH
from foundation.stamp import Stamp
from people.domain import SchoolDetails
from people.models import SchoolDetailRow
from people.services.schools import save_school, school_facts
from tests.borough import HOMES, SCHOOL, Borough
from tests.integration.web.staff import adding
from tests.integration.web.test_pages import counted
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
TODAY = clock.today()
WHOLE = SchoolDetails("primary", "900123", 1061, TODAY, TODAY, 2)


def address(borough: Borough, below: str = "") -> str:
    return f"/figures/schools/{borough.units[SCHOOL]}{below}"


def typed(**more: str) -> dict[str, str]:
    fields = {"phase": "primary", "urn": "900123", "headcount": "1,061", "audit_gaps": "2", "fact": "0"}
    for name in ("headcount_on", "audit_on"):
        fields |= day_of(name, TODAY)
    return fields | more


def day_of(name: str, day: date) -> dict[str, str]:
    return {f"{name}-{part}": str(getattr(day, part)) for part in ("day", "month", "year")}


def standing(session: Session, borough: Borough) -> SchoolDetails | None:
    session.rollback()
    found = school_facts(session).get(borough.organisations[SCHOOL])
    session.rollback()
    return found.details if found else None


def main_of(client: PageClient, where: str) -> str:
    main = client.page(where).select_one("main")
    assert main is not None
    return text_of(main)


def test_what_is_typed_is_checked_then_saved_and_keeps_its_history(
    sign_in: SignIn, borough: Borough, session: Session
) -> None:
    client = sign_in("learning")
    assert "Nothing is recorded yet." in main_of(client, address(borough))
    check = client.send(address(borough, "/change"), **typed(step="check"))
    assert check.status_code == 200
    shown = check.get_data(as_text=True)
    assert f"1,061, declared for {long_date(TODAY)}" in shown
    assert standing(session, borough) is None
    assert client.send(address(borough, "/change"), **typed(step="back")).status_code == 200
    assert standing(session, borough) is None
    assert client.send(address(borough, "/change"), **typed(step="confirm")).status_code == 302
    assert standing(session, borough) == WHOLE
    fact = str(session.scalars(select(SchoolDetailRow.id)).one())
    session.rollback()
    answer = client.send(address(borough, "/change"), **typed(step="confirm", fact=fact, phase="special"))
    assert answer.status_code == 302
    rows = client.page(address(borough)).select("#history tbody tr")
    assert ["Phase: Special" in text_of(row) for row in rows] == [True, False]
    assert ["Stands now" in text_of(row) for row in rows] == [True, False]
    assert "Uma Tester" in text_of(rows[0])
    query = select(AuditEventRow.event).where(AuditEventRow.event.startswith("school."))
    events = list(session.scalars(query.order_by(AuditEventRow.id)))
    assert events == ["school.recorded", "school.corrected"]
    session.rollback()
    kept = session.scalars(select(SchoolDetailRow.phase).order_by(SchoolDetailRow.id)).all()
    assert kept == ["primary", "special"]


def test_a_form_sent_twice_saves_once(sign_in: SignIn, borough: Borough, session: Session) -> None:
    client = sign_in("coordinator")
    fields = typed(step="confirm", once="k" * KEY_LENGTH)
    assert client.send(address(borough, "/change"), **fields).status_code == 302
    assert client.send(address(borough, "/change"), **fields).status_code == 302
    assert len(session.scalars(select(SchoolDetailRow.id)).all()) == 1


TOMORROW = clock.today() + timedelta(days=1)


@pytest.mark.parametrize(
    "fields, words, place",
    [
        ({"phase": ""}, "Select the phase", "phase-0"),
        ({"phase": "middle"}, "Select the phase", "phase-0"),
        ({"urn": "90012"}, "The URN must be 6 digits, like 900123", "urn"),
        ({"urn": "٩٠٠١٢٣"}, "The URN must be 6 digits, like 900123", "urn"),
        ({"headcount": "-1"}, "Staff headcount must be a whole number from 0 to 10,000", "headcount"),
        ({"headcount": "9" * 400}, "Staff headcount must be a whole number from 0 to 10,000", "headcount"),
        (
            {"audit_gaps": "1.5"},
            "Prevent gaps still open must be a whole number from 0 to 1,000",
            "audit_gaps",
        ),
        ({"audit_gaps": ""}, "Give the number of gaps still open after the audit; 0 for none", "audit_gaps"),
        ({"headcount": ""}, "Give the headcount of that day, or leave out the day", "headcount"),
        (day_of("audit_on", TOMORROW), "The date of the audit must be today or in the past", "audit_on-day"),
        (
            {"audit_on-day": "", "audit_on-month": "", "audit_on-year": ""},
            "Give the date of the audit that found the gaps",
            "audit_on-day",
        ),
        ({"headcount_on-day": "31", "headcount_on-month": "2"}, "must be a real date", "headcount_on-day"),
    ],
)
def test_what_cannot_be_is_said_beside_its_input_and_nothing_is_saved(
    sign_in: SignIn, borough: Borough, session: Session, fields: dict[str, str], words: str, place: str
) -> None:
    client = sign_in("learning")
    for step in ("check", "confirm"):
        answer = client.send(address(borough, "/change"), **typed(step=step, **fields))
        assert answer.status_code == 422
        text = answer.get_data(as_text=True)
        assert words in text
        assert f'href="#{place}"' in text or place == "phase-0"
    assert standing(session, borough) is None


def test_phase_alone_is_enough(sign_in: SignIn, borough: Borough, session: Session) -> None:
    blank = dict.fromkeys(typed(), "") | {"phase": "nursery", "fact": "0"}
    assert sign_in("learning").send(address(borough, "/change"), **blank, step="confirm").status_code == 302
    assert standing(session, borough) == SchoolDetails("nursery")


def test_a_urn_of_another_school_is_refused(sign_in: SignIn, borough: Borough, session: Session) -> None:
    with adding(session, borough) as builder:
        builder.organisation("Mill School", "school")
    with transaction(session):
        mill, stamp = borough.organisations["Mill School"], Stamp("command:tests", clock.now())
        save_school(session, stamp, mill, 0, SchoolDetails("primary", "900123"), TODAY)
    client = sign_in("learning")
    for step in ("check", "confirm"):
        answer = client.send(address(borough, "/change"), **typed(step=step))
        assert answer.status_code == 422
        assert "URN 900123 belongs to Mill School." in answer.get_data(as_text=True)


def test_who_was_slower_saves_nothing_and_sees_what_stands(
    sign_in: SignIn, borough: Borough, session: Session
) -> None:
    client, quay = sign_in("learning"), borough.organisations[SCHOOL]
    with transaction(session):
        stamp = Stamp("command:tests", clock.now())
        save_school(session, stamp, quay, 0, SchoolDetails("sixth_form"), TODAY)
    for step in ("check", "confirm"):
        answer = client.send(address(borough, "/change"), **typed(step=step))
        assert answer.status_code == 409
        assert "Sixth form" in answer.get_data(as_text=True)
        assert "900123" in answer.get_data(as_text=True)
    assert standing(session, borough) == SchoolDetails("sixth_form")


def test_saying_the_same_again_is_not_a_change(sign_in: SignIn, borough: Borough, session: Session) -> None:
    client = sign_in("learning")
    client.send(address(borough, "/change"), **typed(step="confirm"))
    fact = str(session.scalars(select(SchoolDetailRow.id)).one())
    session.rollback()
    answer = client.send(address(borough, "/change"), **typed(step="confirm", fact=fact))
    assert answer.status_code == 422
    assert "Nothing is different." in answer.get_data(as_text=True)


def test_an_auditor_reads_and_is_offered_no_change(sign_in: SignIn, borough: Borough) -> None:
    sign_in("coordinator").send(address(borough, "/change"), **typed(step="confirm"))
    client = sign_in("auditor")
    page = client.page(address(borough))
    assert "900123" in text_of(page)
    assert not page.select("a[href$='/change']")
    assert "coordinator@council.example" not in text_of(page)
    assert client.get(address(borough, "/change")).status_code == 403


@pytest.mark.parametrize("reader", ["staff", "manager", "partner"])
def test_others_read_nothing_of_it(sign_in: SignIn, borough: Borough, reader: str) -> None:
    client = sign_in(reader)
    assert client.get(address(borough)).status_code == 403
    assert client.get(address(borough, "/change")).status_code == 403


def test_what_is_no_school_has_no_such_page(sign_in: SignIn, borough: Borough) -> None:
    client = sign_in("learning")
    for unit in (HOMES, "Harbour Trust"):
        for below in ("", "/change"):
            assert client.get(f"/figures/schools/{borough.units[unit]}{below}").status_code == 404


def test_school_coverage_leads_to_it_for_those_who_may_read_it(sign_in: SignIn, borough: Borough) -> None:
    where = "/figures/schools?requirement=STALLS"
    assert sign_in("auditor").page(where).select(f"main a[href='{address(borough)}']")
    page = sign_in("partner").page(where)
    assert not page.select("main a[href^='/figures/schools/']")


def test_its_leads_and_its_last_session_are_shown_in_as_many_queries_for_many_people(
    sign_in: SignIn, borough: Borough, session: Session, engine: Engine
) -> None:
    client = sign_in("learning")
    with adding(session, borough) as builder:
        builder.person("Head", SCHOOL, roles="street;school_lead", title="Headteacher")
        builder.completion("Head", "BRIEF", 30)
    text = main_of(client, address(borough))
    assert "1 person holds the role" in text
    assert f"in post there: {long_date(TODAY - timedelta(days=30))}." in text
    rows = [
        [cell.get_text(strip=True) for cell in row.select("th, td")][:3]
        for row in client.page(address(borough)).select("#leads tbody tr")
    ]
    assert ["Leaflets and stalls", "1", "1"] in rows
    assert ["Prevent awareness, e-learning alone", "1", "0"] in rows
    client.get(address(borough))
    with counted(engine) as few:
        client.get(address(borough))
    with adding(session, borough) as builder:
        for number in range(12):
            builder.person(f"Lead{number}", SCHOOL, roles="street;school_lead")
    client.get(address(borough))
    with counted(engine) as many:
        client.get(address(borough))
    assert len(few) == len(many)
    assert "13 people hold the role" in main_of(client, address(borough))
