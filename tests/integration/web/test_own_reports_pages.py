"""One's own report and that of one's team say what the pages say, and are had by nobody else."""

import csv
import io
import re
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.audit import AuditEventRow
from foundation.formats import long_date
from reports.domain.description import Format
from reports.services.catalogue import find
from tests.borough import Borough
from tests.integration.courses.booking_desk import Desk
from tests.integration.web.staff import client_for
from tests.integration.web.teams import handed_over
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
MINE, TEAM = "/my-training/report", "/my-team/report"


def rows_of(client: PageClient, address: str, first_heading: str) -> list[dict[str, str]]:
    """The rows of the table of a report that begins with this heading."""
    answer = client.get(address)
    assert answer.status_code == 200, address
    lines = list(csv.reader(io.StringIO(answer.data.decode("utf-8-sig"))))
    at = next(number for number, line in enumerate(lines) if line[:1] == [first_heading] and len(line) > 3)
    found = []
    for line in lines[at + 1 :]:
        if len(line) != len(lines[at]):
            break
        found.append(dict(zip(lines[at], line, strict=True)))
    return found


def people(client: PageClient, query: str = "") -> list[dict[str, str]]:
    return rows_of(client, f"{TEAM}.csv{query}", "Name")


# --- my training


@pytest.mark.parametrize("name", ["Sam", "Ola", "Ash", "Bo", "Cy", "Kit", "Two", "Dana"])
def test_the_lines_are_those_of_my_training_in_their_order(
    app: Flask, session: Session, borough: Borough, name: str
) -> None:
    client = client_for(app, session, name)
    page = client.page("/my-training")
    shown = []
    for item in page.select(".app-next, .app-tasks__item"):
        title, status = item.select_one(".app-next__title, .app-tasks__title"), item.select_one(".app-status")
        reason = item.select_one(".app-more .govuk-body")
        assert title
        assert status
        assert reason
        shown.append((text_of(title), text_of(status), text_of(reason)))
    rows = rows_of(client, f"{MINE}.csv", "Requirement")
    assert [(row["Requirement"], row["Status"], row["The reason in full"]) for row in rows] == shown
    assert shown
    why_me = [
        text_of(row.select("dd")[0]) for row in page.select(".app-facts__row") if "Why me" in text_of(row)
    ]
    assert why_me == [row["Why it applies"] for row in rows[: len(why_me)]]
    for row in rows:
        # Where it says where to do it, the page does so too, beginning with the same course.
        if row["Where to do it"]:
            assert row["Where to do it"].removeprefix("First ").partition(",")[0] in text_of(page)


def test_one_s_own_report_is_one_s_own_whatever_the_address_says(sign_in: SignIn, borough: Borough) -> None:
    staff = sign_in("staff")
    own = rows_of(staff, f"{MINE}.csv", "Requirement")
    assert rows_of(staff, f"{MINE}.csv?of={borough.people['Ola']}", "Requirement") == own
    said = staff.get(f"{MINE}.csv?of=N-Ola").get_data(as_text=True)
    assert "Sam Tester" in said
    assert "Ola" not in said
    for address in ("/reports/my-requirements", "/reports/my-requirements.csv", "/reports/my-team.csv"):
        assert staff.get(f"{address}?of={borough.people['Ola']}").status_code == 403


def test_every_format_is_linked_from_the_pages_and_no_other_is_answered(sign_in: SignIn) -> None:
    client = sign_in("manager")
    for page, address in (("/my-training", MINE), ("/my-team", TEAM)):
        links = {str(link["href"]) for link in client.page(page).select("main a")}
        for form in Format:
            assert f"{address}.{form.value}" in links
            answer = client.get(f"{address}.{form.value}")
            assert answer.status_code == 200
            assert "Tester" not in answer.headers["Content-Disposition"]
        assert client.get(f"{address}.exe").status_code == 404


def test_whoever_is_not_counted_has_no_report_of_their_own(sign_in: SignIn) -> None:
    for reader in ("coordinator", "auditor", "partner"):
        assert sign_in(reader).get(f"{MINE}.csv").status_code == 403
        assert sign_in(reader).get(f"{TEAM}.csv").status_code == 403


def test_a_booked_workshop_stands_in_both_reports(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    desk = Desk(session, borough)
    near, far = desk.plan(in_days=30), desk.plan(in_days=40)
    desk.book(far, "Sam")
    desk.book(near, "Sam")
    desk.plan(in_days=20, course="PREV")
    (mine,) = [
        row
        for row in rows_of(sign_in("staff"), f"{MINE}.csv", "Requirement")
        if row["Requirement"] == "Leaflets and stalls"
    ]
    booked = long_date(near.sitting.day)
    assert mine["Where to do it"].endswith(f"a place is booked at the workshop on {booked}")
    team = [row for row in people(sign_in("manager")) if row["Name"] == "Sam Tester"]
    assert {row["Booked workshop"] for row in team if row["Requirement"] == "Leaflets and stalls"} == {booked}
    assert not any(
        row["Booked workshop"] for row in people(sign_in("manager")) if row["Name"] != "Sam Tester"
    )


# --- my team


@pytest.mark.parametrize("query", ["", "?scope=everyone"])
def test_the_lines_are_those_of_my_team_in_their_order(sign_in: SignIn, query: str) -> None:
    client = sign_in("manager")
    listed = list(csv.DictReader(io.StringIO(client.get(f"/my-team.csv{query}").data.decode("utf-8-sig"))))
    keys = ("name", "job_title", "requirement_title", "status_words", "due_on", "valid_until")
    rows = people(client, query)
    titles = ("Name", "Job title", "Requirement", "Status", "Due by", "Valid until")
    assert [tuple(row[title] for title in titles) for row in rows] == [
        tuple(row[key] for key in keys) for row in listed
    ]
    assert [row["Counted now"] == "Yes" for row in rows] == [row["counted"] == "yes" for row in listed]
    assert {row["Roles"] for row in rows if row["Name"] == "Sam Tester"} == {"Street teams"}
    assert ("Kit Tester" in {row["Name"] for row in rows}) is bool(query)


def test_the_figures_are_those_of_the_cards_of_my_team(sign_in: SignIn) -> None:
    client = sign_in("manager")
    page = client.page("/my-team")
    cards = {text_of(card.select("h3")[0]): text_of(card) for card in page.select(".app-card")}
    rows = rows_of(client, f"{TEAM}.csv", "Requirement")
    assert {row["Requirement"] for row in rows} == set(cards)
    for row in rows:
        assert f"{row['In date']} of {row['Counted']}" in cards[row["Requirement"]]
    overdue = sum("Overdue" in one["Status"] for one in people(client))
    assert overdue == sum(int(row["Overdue"]) for row in rows) > 0


def test_a_manager_never_reads_why_somebody_is_away(sign_in: SignIn) -> None:
    client = sign_in("manager")
    said = client.get(f"{TEAM}.csv").get_data(as_text=True).lower()
    assert "no: away from work" in said
    for word in ("parental", "trained elsewhere", "n-bo", "n-sam"):
        assert word not in said


def test_a_team_is_had_by_its_manager_and_by_a_delegate_while_it_lasts(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    assert sign_in("manager").get(f"{TEAM}.csv?whose={borough.people['Vic']}").status_code == 404
    staff = sign_in("staff")
    assert staff.get(f"{TEAM}.csv").status_code == 403
    handed_over(session, borough, "Mo", "Sam", ends=30)
    assert people(staff) == people(sign_in("manager"))
    assert "Mo Tester" not in {row["Name"] for row in people(staff)}


def test_a_delegation_that_is_over_opens_nothing(sign_in: SignIn, session: Session, borough: Borough) -> None:
    handed_over(session, borough, "Mo", "Sam", began=30, ends=-1)
    assert sign_in("staff").get(f"{TEAM}.csv").status_code == 403


def test_every_file_is_in_the_trail_without_a_name(sign_in: SignIn, session: Session) -> None:
    client = sign_in("manager")
    client.get(f"{MINE}.pdf").close()
    client.get(f"{TEAM}.xlsx?scope=everyone").close()
    made = session.scalars(
        select(AuditEventRow).where(AuditEventRow.event == "export.made").order_by(AuditEventRow.id)
    ).all()
    assert [one.subject for one in made] == ["report:my-requirements", "report:my-team"]
    assert "Tester" not in repr([one.details for one in made])


# --- chosen by those who see everybody


@pytest.mark.parametrize("reader", ["learning", "coordinator", "auditor"])
def test_somebody_is_chosen_by_name_and_the_address_has_none(
    sign_in: SignIn, borough: Borough, reader: str
) -> None:
    client, address = sign_in(reader), "/reports/my-requirements"
    assert "Choose a person." in text_of(client.page(address))
    found = client.send(address, looked_for="Tester Sam")
    assert found.status_code == 200
    where = f"{address}?as_at="
    links = re.findall(rf'href="({re.escape(where)}[^"]*of={borough.people["Sam"]})"', found.text)
    assert len(links) == 1
    assert "Sam" not in links[0]
    chosen = client.page(links[0].replace("&amp;", "&"))
    assert "Sam Tester alone" in text_of(chosen)
    assert "Leaflets and stalls" in text_of(chosen)
    assert "Keep this report" not in text_of(chosen)
    file = client.get(f"{address}.csv?of={borough.people['Sam']}")
    assert "Sam Tester" in file.text


def test_a_team_is_chosen_by_its_manager_and_how_far_down_it_goes(sign_in: SignIn, borough: Borough) -> None:
    client = sign_in("learning")
    direct = client.page(f"/reports/my-team?of={borough.people['Mo']}")
    assert "directly below Mo Tester" in text_of(direct)
    assert "Kit Tester" not in text_of(direct)
    everyone = client.page(f"/reports/my-team?of={borough.people['Mo']}&scope=everyone")
    assert "Kit Tester" in text_of(everyone)
    assert people(sign_in("manager"), "?scope=everyone") == rows_of(
        client, f"/reports/my-team.csv?of={borough.people['Mo']}&scope=everyone", "Name"
    )


def test_who_does_not_exist_and_nothing_typed_are_told(sign_in: SignIn) -> None:
    client = sign_in("coordinator")
    for of in ("0" * 32, "N-Sam", "Sam"):
        assert client.get(f"/reports/my-requirements?of={of}").status_code == 404
    empty = client.send("/reports/my-team", looked_for="  ")
    assert empty.status_code == 422
    assert "Enter a name, unit or role" in empty.text
    assert "Nobody matches" in client.send("/reports/my-team", looked_for="Nonesuch").text


def test_a_staff_number_is_looked_for_only_by_those_who_read_them(sign_in: SignIn) -> None:
    assert "Sam Tester" in sign_in("learning").send("/reports/my-team", looked_for="N-Sam").text
    for reader in ("coordinator", "auditor"):
        assert "Nobody matches" in sign_in(reader).send("/reports/my-team", looked_for="N-Sam").text


def test_a_partner_lead_is_offered_neither(sign_in: SignIn, borough: Borough) -> None:
    client = sign_in("partner")
    for key in ("my-requirements", "my-team"):
        assert key not in client.get("/reports").text
        assert client.get(f"/reports/{key}?of={borough.people['Pia']}").status_code == 404


def test_a_report_of_somebody_is_never_kept(sign_in: SignIn, borough: Borough) -> None:
    client = sign_in("learning")
    form = client.page("/reports/targets").select("main form[method=post] input[type=hidden]")
    fields = {str(one["name"]): str(one.get("value", "")) for one in form}
    answer = client.post(f"/reports/my-requirements?of={borough.people['Sam']}", data=fields)
    assert answer.status_code == 422
    assert "never kept" in answer.text


def test_a_workshop_is_chosen_from_those_around_the_day(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    assert find("register") is not None
    desk = Desk(session, borough)
    near, far = desk.plan(in_days=30), desk.plan(in_days=200)
    client = sign_in("learning")
    page = client.page("/reports/register")
    options = {str(option["value"]): text_of(option) for option in page.select("select#of option")}
    assert near.public_id in options
    assert near.reference in options[near.public_id]
    assert far.public_id not in options
    chosen = client.page(f"/reports/register?of={near.public_id}")
    assert chosen.select_one(f"select#of option[value='{near.public_id}'][selected]")
    later = client.page(f"/reports/register?of={far.public_id}")
    assert later.select_one(f"select#of option[value='{far.public_id}'][selected]")
    assert client.get(f"/reports/register?of={'0' * 32}").status_code == 404


def events(session: Session, event: str) -> list[AuditEventRow]:
    session.rollback()
    query = select(AuditEventRow).where(AuditEventRow.event == event).order_by(AuditEventRow.id)
    return list(session.scalars(query))


def test_whoever_opens_the_report_of_somebody_else_stands_in_the_trail(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client, address, sam = sign_in("learning"), "/reports/my-requirements", borough.people["Sam"]
    client.page(address)
    client.page(f"/reports/my-team?of={sam}")
    sign_in("staff").get(f"{MINE}.csv").close()
    assert client.get(f"{address}?of={'0' * 32}").status_code == 404
    assert events(session, "record.opened") == []
    client.page(f"{address}?of={sam}")
    assert [one.subject for one in events(session, "record.opened")] == [f"person:{sam}"]
    client.get(f"{address}.pdf?of={sam}").close()
    assert [one.subject for one in events(session, "record.opened")] == [f"person:{sam}"] * 2


def test_the_trail_says_of_whom_a_file_was_taken_by_a_random_id(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client, mo = sign_in("learning"), borough.people["Mo"]
    for form in ("csv", "pdf"):
        client.get(f"/reports/my-team.{form}?of={mo}").close()
    client.get("/reports/targets.csv?of=Tester").close()
    client.get("/reports/people.csv?of=Tester").close()
    sign_in("staff").get(f"{MINE}.csv?of=Tester").close()
    assert [one.details["filters"] for one in events(session, "export.made")] == [
        {"of": mo},
        {"of": mo},
        *[{"of": "given"}] * 3,
    ]


def test_whoever_leads_nobody_is_told_apart_from_a_manager(sign_in: SignIn, borough: Borough) -> None:
    client, nobody = sign_in("learning"), "Nobody reports to them on this day"
    assert "Find a manager" in text_of(client.page("/reports/my-team"))
    assert "Find a person" in text_of(client.page("/reports/my-requirements"))
    assert nobody not in client.send("/reports/my-team", looked_for="Mo").text
    assert nobody in client.send("/reports/my-team", looked_for="Sam").text
    assert nobody not in client.send("/reports/my-requirements", looked_for="Sam").text
    long_ago = client.send("/reports/my-team?as_at=1990-01-01", looked_for="Mo")
    assert nobody in long_ago.text
