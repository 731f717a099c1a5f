"""The pages of registers: filling one in, closing it, correcting it, paper, files, and who may do what."""

import csv
import io
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from pypdf import PdfReader
from sqlalchemy.orm import Session

from courses.domain.workshops import BookingState
from courses.services.workshops import door
from courses.store import attendance
from courses.store.workshops import Workshop
from foundation.db import transaction
from foundation.tables import write_xlsx
from people.services.accounts import create_account
from tests.borough import COUNCIL, PASSWORD, Borough, email_of
from tests.integration.courses.register_desk import ATTENDED, HOUR, LATE, MISSING, PARTIAL, RegisterDesk
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]


@pytest.fixture
def desk(app: Flask, session: Session, borough: Borough) -> RegisterDesk:
    return RegisterDesk(session, borough, Path(app.instance_path))


@pytest.fixture
def leads(session: Session, desk: RegisterDesk, sign_in: SignIn) -> PageClient:
    """Vic leads the workshops of the desk, and the account may do nothing else."""
    with transaction(session):
        create_account(session, desk.stamp, email_of("vic"), PASSWORD, person_ref="N-Vic")
    return sign_in("vic")


def address(workshop: Workshop, more: str = "") -> str:
    return f"/workshops/{workshop.public_id}/register{more}"


def said(desk: RegisterDesk, **outcomes: str) -> dict[str, str]:
    return {f"outcome-{desk.borough.people[name]}": outcome for name, outcome in outcomes.items()}


def words(page: BeautifulSoup) -> str:
    main = page.select_one("main")
    assert main is not None
    return text_of(main)


def test_a_facilitator_fills_the_register_in_bit_by_bit_and_closes_it(
    leads: PageClient, desk: RegisterDesk
) -> None:
    workshop = desk.held("Sam", "Ola", "Kit")
    desk.booked(workshop, "Bo", BookingState.LATE_CANCELLED)
    saved = leads.send(address(workshop), **said(desk, Sam="attended", Ola=""))
    assert saved.location.endswith(address(workshop))
    page = leads.page(address(workshop))
    assert "The register was saved" in words(page)
    assert "Not yet known: 2" in words(page)
    chosen = page.select_one(f"input[name=outcome-{desk.borough.people['Sam']}][checked]")
    assert chosen is not None
    assert chosen["value"] == "attended"
    lacking = leads.send(address(workshop), go="close", **said(desk, Ola="did_not_attend"))
    page = leads.page(lacking.location)
    assert "Kit Tester" in words(page)
    assert not page.select("main form"), "nothing can be closed while somebody has no outcome"
    leads.send(address(workshop), go="close", **said(desk, Kit="partial"))
    page = leads.page(address(workshop, "/close"))
    assert "A completion will be recorded for Sam Tester" in words(page)
    leads.send(address(workshop, "/close"))
    assert set(desk.completed(workshop)) == {"Sam"}
    page = leads.page(address(workshop))
    assert "This register was closed on" in words(page)
    assert desk.outcomes(workshop) == {"Sam": ATTENDED, "Ola": MISSING, "Kit": PARTIAL, "Bo": LATE}


def test_closing_twice_closes_once(leads: PageClient, desk: RegisterDesk) -> None:
    workshop = desk.held("Sam")
    desk.save(workshop, Sam=ATTENDED)
    form = leads.page(address(workshop, "/close")).select_one("main form")
    assert form is not None
    fields = {str(one["name"]): str(one["value"]) for one in form.select("input")}
    for _ in range(2):
        assert leads.post(address(workshop, "/close"), data=fields).status_code == 302
    assert desk.events("register.closed") == ["register.closed"]
    assert "This was saved already" in words(leads.page(address(workshop)))


def test_the_page_names_whom_somebody_else_changed_meanwhile(leads: PageClient, desk: RegisterDesk) -> None:
    workshop = desk.held("Sam", "Ola")
    form = leads.page(address(workshop)).select_one("main form")
    assert form is not None
    stale = {str(one["name"]): str(one["value"]) for one in form.select("input[type=hidden]")}
    desk.save(workshop, Sam=ATTENDED)
    leads.post(address(workshop), data={**stale, **said(desk, Sam="did_not_attend", Ola="attended")})
    page = leads.page(address(workshop))
    assert "left as it is now: Sam Tester" in words(page)
    assert desk.outcomes(workshop) == {"Sam": ATTENDED, "Ola": ATTENDED}


def test_an_outcome_that_is_none_is_refused_and_nothing_saved(leads: PageClient, desk: RegisterDesk) -> None:
    workshop = desk.held("Sam", "Ola")
    answer = leads.send(address(workshop), **said(desk, Sam="attended", Ola="asleep"))
    assert answer.status_code == 422
    assert desk.outcomes(workshop) == {}


def test_who_reads_and_who_writes(
    sign_in: SignIn, leads: PageClient, desk: RegisterDesk, session: Session
) -> None:
    workshop = desk.held("Sam")
    assert leads.get(address(workshop)).status_code == 200
    learning, auditor = sign_in("learning"), sign_in("auditor")
    assert learning.page(address(workshop)).select("main form")
    page = auditor.page(address(workshop))
    assert not page.select("main form")
    assert "Sam Tester" in words(page)
    assert auditor.get(address(workshop, "/close")).status_code == 403
    assert auditor.get(address(workshop, "/add")).status_code == 403
    for reader in ("staff", "manager"):
        assert sign_in(reader).get(address(workshop)).status_code == 404
        assert sign_in(reader).get(address(workshop, "/close")).status_code == 404
    assert sign_in("partner").get(address(workshop)).status_code == 403
    for more in ("", "/close", "/add", "/upload", "/print", ".pdf"):
        assert leads.get(address(desk.held("Sam", led_by="Mo", days_ago=4), more)).status_code == 404


def test_an_early_register_is_only_read(leads: PageClient, desk: RegisterDesk) -> None:
    workshop = desk.at(desk.now + 5 * HOUR, "Sam")
    page = leads.page(address(workshop))
    assert "from one hour before the workshop begins" in words(page)
    assert not page.select("main form")


def test_a_walk_in_is_found_by_number_and_last_name_and_by_nothing_less(
    leads: PageClient, desk: RegisterDesk
) -> None:
    workshop = desk.held("Sam")
    for looked_for, last_name in (("Mo", ""), ("N-Mo", "Other"), ("N-Mo", ""), ("mo@council.example", "Mo")):
        answer = leads.send(
            address(workshop, "/add"), step="find", looked_for=looked_for, last_name=last_name
        )
        assert "Nobody was found" in answer.get_data(as_text=True)
        assert "Mo Tester" not in answer.get_data(as_text=True)
    answer = leads.send(address(workshop, "/add"), step="find", looked_for="N-Mo", last_name="Tester")
    page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    fields = {str(one["name"]): str(one.get("value", "")) for one in page.select("main form input")}
    fields |= {"step": "choose", "person": desk.borough.people["Mo"]}
    assert leads.post(address(workshop, "/add"), data=fields).status_code == 302
    assert desk.outcomes(workshop) == {"Mo": ATTENDED}
    assert "Came without a booking" in words(leads.page(address(workshop)))
    strange = {**fields, "person": desk.borough.people["Kit"]}
    assert leads.post(address(workshop, "/add"), data=strange).status_code == 404


def test_learning_and_development_find_a_walk_in_by_name_and_add_one_later(
    sign_in: SignIn, desk: RegisterDesk
) -> None:
    workshop, client = desk.held("Sam"), sign_in("learning")
    desk.save(workshop, Sam=ATTENDED)
    desk.close(workshop)
    answer = client.send(address(workshop, "/add"), step="find", looked_for="kit", last_name="")
    page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    fields = {str(one["name"]): str(one.get("value", "")) for one in page.select("main form input")}
    client.post(
        address(workshop, "/add"),
        data={**fields, "step": "choose", "person": desk.borough.people["Kit"]},
    )
    assert set(desk.completed(workshop)) == {"Sam", "Kit"}


def test_a_correction_needs_a_reason_and_says_what_follows(leads: PageClient, desk: RegisterDesk) -> None:
    workshop = desk.held("Sam")
    desk.save(workshop, Sam=ATTENDED)
    desk.close(workshop)
    correct = address(workshop, f"/correct/{desk.borough.people['Sam']}")
    assert leads.send(correct, outcome="did_not_attend", reason="").status_code == 422
    assert leads.send(correct, outcome="attended", reason="x").status_code == 422
    assert leads.send(correct, outcome="did_not_attend", reason="Signed for Ola").status_code == 302
    assert desk.completed(workshop) == {}
    assert leads.get(address(workshop, f"/correct/{'0' * 32}")).status_code == 404


def test_a_guest_is_found_in_the_record_or_taken_off(
    sign_in: SignIn, leads: PageClient, desk: RegisterDesk
) -> None:
    workshop = desk.at(desk.now - HOUR / 2, "Sam")
    desk.at_the_door(workshop, "Olivia Tester", "Homes")
    desk.at_the_door(workshop, "Twice", "Homes")
    links = [str(one["href"]) for one in leads.page(address(workshop)).select("#guests a")]
    answer = leads.send(links[0], step="find", looked_for="N-Ola", last_name="Tester")
    page = BeautifulSoup(answer.get_data(as_text=True), "html.parser")
    form = page.select_one("main form")
    assert form is not None
    fields = {str(one["name"]): str(one.get("value", "")) for one in form.select("input")}
    chosen = {**fields, "step": "choose", "person": desk.borough.people["Ola"]}
    assert leads.post(links[0], data=chosen).status_code == 302
    assert desk.outcomes(workshop) == {"Ola": ATTENDED}
    assert leads.post(f"{links[1]}/dismiss", data={"csrf_token": fields["csrf_token"]}).status_code == 422
    form = leads.page(links[1]).select("main form")[1]
    fields = {str(one["name"]): str(one["value"]) for one in form.select("input")}
    assert leads.post(str(form["action"]), data=fields).status_code == 302
    assert not leads.page(address(workshop)).select("#guests")
    assert leads.get(links[0]).status_code == 404


def test_paper_names_who_is_expected_and_the_trail_who_took_it(leads: PageClient, desk: RegisterDesk) -> None:
    workshop = desk.held("Sam", "Ola")
    desk.booked(workshop, "Bo", BookingState.CANCELLED)
    sheet = leads.get(address(workshop, ".pdf"))
    reader = PdfReader(io.BytesIO(sheet.data))
    text = reader.pages[0].extract_text()
    assert "Sam Tester" in text
    assert COUNCIL in text
    assert "Bo Tester" not in text
    assert "N-Sam" not in text
    assert str(reader.root_object["/Lang"]) == "en-GB"
    assert "/StructTreeRoot" in reader.root_object
    assert desk.events("export.made") == ["export.made"]
    printed = words(leads.page(address(workshop, "/print")))
    assert "Ola Tester" in printed
    assert "Signature" in printed


# --- the door


def test_somebody_without_an_account_signs_in_at_the_door(
    anyone: PageClient, leads: PageClient, desk: RegisterDesk
) -> None:
    workshop = desk.at(desk.now - HOUR / 2, "Sam")
    screen = leads.get(f"/workshops/{workshop.public_id}/door")
    assert 1 <= int(screen.headers["Refresh"]) <= 60
    assert screen.headers["Cache-Control"] == "no-store"
    code = door.code_now(desk.session, workshop, desk.now)
    page = leads.page(f"/workshops/{workshop.public_id}/door")
    assert page.select("svg.app-qr path")
    page = anyone.page(f"/door/{workshop.public_id}", {"code": code})
    assert "Sam" not in words(page)
    form = page.select_one("main form")
    assert form is not None
    fields = {str(one["name"]): str(one.get("value", "")) for one in form.select("input")}
    known = {**fields, "name": "Sam Tester", "employer": COUNCIL, "number": "N-Sam"}
    stranger = {**fields, "name": "A. Stranger", "employer": "A charity", "number": ""}
    answers = [anyone.post(str(form["action"]), data=data) for data in (known, stranger, known)]
    assert {one.status_code for one in answers} == {200}
    bodies = {one.data for one in answers}
    assert len(bodies) == 1, "nobody learns from the answer who is booked"
    assert desk.outcomes(workshop) == {"Sam": ATTENDED}
    assert [one.name for one in desk.register(workshop).guests] == ["A. Stranger"]


def test_whoever_is_signed_in_needs_one_press_and_a_tablet_can_be_passed_round(
    sign_in: SignIn, desk: RegisterDesk
) -> None:
    workshop, client = desk.at(desk.now - HOUR / 2), sign_in("staff")
    code = door.code_now(desk.session, workshop, desk.now)
    here = f"/door/{workshop.public_id}?code={code}"
    assert client.send(here).status_code == 200
    assert desk.outcomes(workshop) == {"Sam": ATTENDED}
    other = client.page(here).select_one("main a[href*='as=other']")
    assert other is not None
    assert client.send(str(other["href"]), name="A. Guest", employer="Elsewhere").status_code == 200
    assert [one.name for one in desk.register(workshop).guests] == ["A. Guest"]


def test_an_old_code_is_refused_plainly_and_the_one_before_is_taken(
    anyone: PageClient, desk: RegisterDesk
) -> None:
    workshop = desk.at(desk.now - HOUR / 2)
    secret = attendance.door_secret(desk.session, workshop.id)
    desk.session.rollback()
    old = door.code_at(secret, workshop, desk.now, windows_ago=5)
    page = anyone.page(f"/door/{workshop.public_id}", {"code": old}, status=422)
    assert "This code is no longer shown" in words(page)
    form = page.select_one("main form")
    assert form is not None
    fields = {str(one["name"]): str(one.get("value", "")) for one in form.select("input")}
    typed = {**fields, "name": "A. Guest", "employer": "Elsewhere", "ticket": "made up", "code": old}
    assert anyone.post(str(form["action"]), data=typed).status_code == 422
    assert desk.register(workshop).guests == []
    right = door.code_at(secret, workshop, desk.now).lower()
    spoken = f" {right[:3]} - {right[3:]} "
    assert anyone.post(str(form["action"]), data={**typed, "code": spoken}).status_code == 200
    assert len(desk.register(workshop).guests) == 1


def test_whoever_cannot_scan_types_the_workshop_and_the_code(anyone: PageClient, desk: RegisterDesk) -> None:
    workshop = desk.at(desk.now - HOUR / 2)
    code = door.code_now(desk.session, workshop, desk.now)
    wrong = anyone.send("/door", reference=workshop.reference, code="000000")
    never = anyone.send("/door", reference="W-1999-001", code=code)
    assert wrong.status_code == never.status_code == 422
    right = anyone.send("/door", reference=workshop.reference.lower(), code=code)
    assert right.location.endswith(f"/door/{workshop.public_id}?code={code}")
    assert not anyone.page(right.location).select("main [name=code]")


def test_codes_are_not_guessed(anyone: PageClient, desk: RegisterDesk) -> None:
    workshop = desk.at(desk.now - HOUR / 2)
    statuses = [
        anyone.get(f"/door/{workshop.public_id}", query_string={"code": f"{number:06}"}).status_code
        for number in range(41)
    ]
    assert set(statuses[:40]) == {422}
    assert statuses[40] == 429
    code = door.code_now(desk.session, workshop, desk.now)
    assert not anyone.page(f"/door/{workshop.public_id}", {"code": code}).select("main [name=code]")
    desk.session.rollback()
    right = anyone.send("/door", reference=workshop.reference, code=code)
    assert right.status_code == 302, "one phone does not shut the door for the room"
    assert anyone.send("/door", reference=workshop.reference, code="000000").status_code == 429


def test_a_ticket_opens_the_door_in_its_own_browser_alone(app: Flask, desk: RegisterDesk) -> None:
    workshop = desk.at(desk.now - HOUR / 2)
    code = door.code_now(desk.session, workshop, desk.now)
    app.test_client_class = PageClient
    here, elsewhere = app.test_client(), app.test_client()
    assert isinstance(here, PageClient)
    assert isinstance(elsewhere, PageClient)
    form = here.page(f"/door/{workshop.public_id}", {"code": code}).select_one("main form")
    other = elsewhere.page(f"/door/{workshop.public_id}").select_one("main form")
    assert form is not None
    assert other is not None
    fields = {str(one["name"]): str(one.get("value", "")) for one in form.select("input")}
    said_there = {str(one["name"]): str(one.get("value", "")) for one in other.select("input")}
    typed = {"name": "A. Guest", "employer": "Elsewhere"}
    passed_on = {**said_there, **typed, "ticket": fields["ticket"]}
    assert elsewhere.post(str(other["action"]), data=passed_on).status_code == 422
    assert desk.register(workshop).guests == []
    assert here.post(str(form["action"]), data={**fields, **typed}).status_code == 200
    assert len(desk.register(workshop).guests) == 1


def test_a_door_that_is_shut_says_so(anyone: PageClient, leads: PageClient, desk: RegisterDesk) -> None:
    workshop = desk.at(desk.now + 5 * HOUR)
    assert "one hour before" in words(anyone.page(f"/door/{workshop.public_id}", status=403))
    assert "Nobody can sign in" in words(leads.page(f"/workshops/{workshop.public_id}/door"))
    assert anyone.get(f"/door/{'0' * 32}").status_code == 404


# --- files


def loaded(client: PageClient, workshop: Workshop, content: bytes, name: str = "register.csv") -> str:
    """Upload a file; gives the page on which it is looked over."""
    page = client.page(address(workshop, "/upload"))
    form = page.select_one("main form")
    assert form is not None
    token = form.select_one("[name=csrf_token]")
    assert token is not None
    answer = client.post(
        address(workshop, "/upload"),
        data={"csrf_token": str(token["value"]), "file": (io.BytesIO(content), name)},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 302, re.sub(r"\s+", " ", answer.get_data(as_text=True))[:3000]
    return str(answer.location)


CSV = (
    "Attendee name;Payroll no.;E-mail;Employer;Attended\r\n"
    "Sam Tester;N-Sam;;Council;Y\r\n"
    "Ola Tester;;OLA@council.example;Council;no\r\n"
    "Zoë Nobody;N-Zoe;;Elsewhere;Y\r\n"
    "Mo Wrong;N-Mo;;Council;Y\r\n"
    "Uma Tester;;;Council;Y\r\n"
    "Vic Tester;N-Vic;;Council;Y\r\n"
    "Kit Tester;N-Kit;;Council;perhaps\r\n"
).encode("cp1252")


def test_a_file_is_looked_over_and_then_loaded_once(leads: PageClient, desk: RegisterDesk) -> None:
    workshop = desk.held("Sam", "Ola")
    check = loaded(leads, workshop, CSV)
    page = leads.page(check)
    assert "7 rows read, 2 new outcomes, 0 outcomes changed, 5 set aside" in words(page)
    lines = [text_of(one) for one in page.select("#aside tbody tr")]
    assert [line.split()[0] for line in lines] == ["4", "5", "6", "7", "8"]
    assert 'Nobody in the record has this name and "N-Zoe" together' in lines[0]
    assert 'Nobody in the record has this name and "N-Mo" together' in lines[1], "alike: Mo is in the record"
    assert "Nobody writes down" in lines[3]
    assert desk.outcomes(workshop) == {}
    aside = leads.get(f"{check}/set-aside.csv").get_data().decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(aside)))
    assert [row["Attendee name"] for row in rows] == [
        "Zoë Nobody", "Mo Wrong", "Uma Tester", "Vic Tester", "Kit Tester",
    ]  # fmt: skip
    assert leads.send(check).status_code == 302
    assert desk.outcomes(workshop) == {"Sam": ATTENDED, "Ola": MISSING}
    again = leads.page(loaded(leads, workshop, CSV))
    assert "Nothing would change" in words(again)
    assert not again.select("main form")


def test_whoever_sees_everybody_is_told_whether_a_number_is_in_the_record(
    sign_in: SignIn, desk: RegisterDesk
) -> None:
    client = sign_in("learning")
    page = client.page(loaded(client, desk.held("Sam", "Ola"), CSV))
    lines = [text_of(one) for one in page.select("#aside tbody tr")]
    assert 'Nobody in the record has "N-Zoe"' in lines[0]
    assert "does not go with" in lines[1]


def test_a_register_stands_among_the_imports_and_is_not_taken_back_there(
    sign_in: SignIn, leads: PageClient, desk: RegisterDesk
) -> None:
    leads.send(loaded(leads, desk.held("Sam", "Ola"), CSV))
    client = sign_in("learning")
    assert "Register of a workshop" in words(client.page("/imports"))
    assert "Register of a workshop" in words(client.page("/imports", {"kind": "register"}))
    page = client.page("/imports/batches/1")
    assert "New outcomes 2" in words(page)
    assert not page.select("main form")


def test_a_workbook_is_read_too_and_people_without_booking_are_named(
    leads: PageClient, desk: RegisterDesk
) -> None:
    workshop, stream = desk.held("Sam"), io.BytesIO()
    rows = [["Sam Tester", "N-Sam", "part"], ["Kit Tester", "N-Kit", "yes"]]
    write_xlsx(rows, ["name", "person_ref", "attended"], stream)
    check = loaded(leads, workshop, stream.getvalue(), "register.xlsx")
    assert "has no booking" in words(leads.page(check))
    leads.send(check)
    assert desk.outcomes(workshop) == {"Sam": PARTIAL, "Kit": ATTENDED}


@pytest.mark.parametrize(
    "content, why",
    [
        (b"", "The file is empty"),
        (b"name,person_ref\nSam Tester,N-Sam\n", "is missing"),
        (b"name,attended\nSam Tester,Y\n", "is missing"),
    ],
)
def test_a_file_that_is_no_register_is_refused(
    content: bytes, why: str, leads: PageClient, desk: RegisterDesk
) -> None:
    workshop = desk.held("Sam")
    token = leads.page(address(workshop, "/upload")).select_one("main [name=csrf_token]")
    assert token is not None
    answer = leads.post(
        address(workshop, "/upload"),
        data={"csrf_token": str(token["value"]), "file": (io.BytesIO(content), "register.csv")},
        content_type="multipart/form-data",
    )
    assert answer.status_code == 422
    assert why in answer.get_data(as_text=True)


def test_a_file_is_its_senders_and_of_its_workshop(
    sign_in: SignIn, leads: PageClient, desk: RegisterDesk
) -> None:
    workshop, other = desk.held("Sam"), desk.held("Sam", days_ago=3)
    held = loaded(leads, workshop, CSV).rpartition("/")[2]
    assert sign_in("learning").get(address(workshop, f"/upload/{held}")).status_code == 404
    assert leads.get(address(other, f"/upload/{held}")).status_code == 404
