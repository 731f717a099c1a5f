"""Reports of one organisation or unit say what the engine says of it, and are kept and sent, but never published."""

import json
from dataclasses import replace
from datetime import date
from html import escape
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from foundation import audit, clock
from foundation.db import transaction
from foundation.errors import DomainError, NotFound
from foundation.once import new_key
from people import store as people
from people.store import Unit
from reports import store
from reports.domain.commentary import Said
from reports.domain.description import Format, Report
from reports.domain.part import Part
from reports.domain.schedule import Every, Wanted
from reports.forms.schedules import digest_of
from reports.services import freezing, issuing, scheduling
from reports.services.building import build
from reports.services.catalogue import CATALOGUE
from reports.services.parts import named, one_unit
from reports.services.rendering import file_name
from reports.store import schedules
from reports.store.schedules import issue_of
from tests.borough import HOMES as HOMES_OF_BOROUGH
from tests.borough import Borough, email_of
from tests.integration.compliance.example import FILES, HOMES, PROGRAMME, REPAIRS
from tests.integration.compliance.product import START, Product
from tests.integration.reports.test_reports import BEFORE, COUNCIL, DAY, columns, freeze, table_of
from tests.integration.web.conftest import SignIn, anyone, borough, cheap_hashes, sign_in
from tests.pages import PageClient

__all__ = ["anyone", "borough", "cheap_hashes", "sign_in"]
DIRECTORATE = "Community Solutions"
NOT_OF_PARTS = "School coverage cannot be made for one organisation or unit."
LISTED = next(one.title for one in CATALOGUE if one.takes_part and one.is_streamed)
"""It is made of parts, but neither kept nor sent on schedule."""
NOT_PUBLISHED = "A report of one part of the council is not published"
OF_PARTS = [one.key for one in CATALOGUE if one.takes_part]


@pytest.fixture
def council(product: Product) -> Product:
    """The example council of the commands."""
    product.load("programme", PROGRAMME.encode())
    for kind, content in FILES.items():
        product.load(kind, content.encode())
    return product


def made(product: Product, key: str, part: Part | None, inside: frozenset[int] | None = None) -> Report:
    return build(product.session, key, DAY, START, "tests", COUNCIL, inside, part=part)


def unit_of(product: Product, path: str) -> Unit:
    found = one_unit(product.session, named(None, path))
    assert found is not None
    return found


def test_these_reports_are_made_of_parts() -> None:
    assert sorted(OF_PARTS) == ["directorates", "exemptions", "expiring", "people", "targets", "trend"]


@pytest.mark.parametrize("path", [DIRECTORATE, HOMES, REPAIRS, "Resources"])
def test_the_figures_are_those_of_the_unit(council: Product, path: str) -> None:
    part = Part(unit=path)
    [answer] = council.figures([DAY], unit=path)
    wanted = [(row["requirement"], row["counted"], row["compliant"]) for row in answer["rows"]]
    numbers = ("requirement", "counted", "in_date")
    assert columns(table_of(made(council, "directorates", part), "whole"), *numbers) == wanted
    assert columns(table_of(made(council, "targets", part), "targets"), *numbers) == wanted
    trend = columns(table_of(made(council, "trend", part), "trend"), "day", *numbers)
    assert [row[1:] for row in trend if row[0] == DAY] == wanted
    listed = {(row["person_ref"], row["requirement"]) for row in council.people(DAY, unit=path)}
    assert (
        set(columns(table_of(made(council, "people", part), "people"), "person_ref", "requirement")) == listed
    )
    expiring = set(
        columns(table_of(made(council, "expiring", part), "expiring"), "person_ref", "requirement")
    )
    whole = table_of(made(council, "expiring", None), "expiring")
    assert expiring == set(columns(whole, "person_ref", "requirement")) & listed


def test_a_unit_is_broken_down_into_itself_and_those_next_below_it(council: Product) -> None:
    table = table_of(made(council, "directorates", Part(unit=DIRECTORATE)), "directorates")
    assert table.title == "By unit"
    assert [row[0] for row in columns(table, "directorate")] == [DIRECTORATE, HOMES, REPAIRS]
    whole = table_of(made(council, "directorates", None), "directorates")
    assert [row[0] for row in columns(whole, "directorate")] == [DIRECTORATE]


@pytest.mark.parametrize("path, named_in_it", [(HOMES, {"Gus Example", "Hal Example"}), (REPAIRS, set())])
def test_the_register_lists_those_who_work_there(council: Product, path: str, named_in_it: set[str]) -> None:
    report = made(council, "exemptions", Part(unit=path))
    assert {row[0] for row in columns(table_of(report, "exemptions"), "name")} == named_in_it
    assert path in report.head.population


@pytest.mark.parametrize("key", OF_PARTS)
def test_the_head_says_of_whom_it_is(council: Product, key: str) -> None:
    assert f" in Council: {HOMES} " in made(council, key, Part("Council", HOMES)).head.population


@pytest.mark.parametrize("key", OF_PARTS)
def test_the_title_and_the_name_of_the_file_tell_a_part_from_the_whole(council: Product, key: str) -> None:
    part, whole = made(council, key, Part("Council", HOMES)), made(council, key, None)
    assert part.head.title == f"{whole.head.title}: Council: {HOMES}"
    assert file_name(whole, Format.CSV) == f"{key}-{DAY}.csv"
    assert file_name(part, Format.CSV) == f"{key}-part-{DAY}.csv"


def test_a_kept_part_is_told_from_the_whole_by_title_and_file(council: Product) -> None:
    names = []
    for frozen in (freeze(council, "targets"), kept(council, HOMES)):
        _, report, behind = freezing.opened(council.session, frozen.reference)
        people_of = freezing.people_behind(report, behind)
        names.append((report.head.title, file_name(report, Format.PDF), file_name(people_of, Format.PDF)))
    title = "Delivery-plan target tracker"
    assert names == [
        (title, f"targets-{DAY}.pdf", f"targets-people-{DAY}.pdf"),
        (f"{title}: Council: {HOMES}", f"targets-part-{DAY}.pdf", f"targets-people-part-{DAY}.pdf"),
    ]


def test_a_part_there_is_not_and_a_report_of_the_whole_are_refused(council: Product) -> None:
    for part in (Part(unit="Nowhere"), Part("Nobody")):
        for key in OF_PARTS:
            with pytest.raises(NotFound, match="There is no"):
                made(council, key, part)
    with pytest.raises(DomainError, match=NOT_OF_PARTS) as refused:
        made(council, "schools", Part(unit=HOMES))
    said = str(refused.value)
    assert said.endswith(".")
    assert {one.title for one in CATALOGUE if one.title in said} == {
        "School coverage",
        *(one.title for one in CATALOGUE if one.key in OF_PARTS),
    }


def test_a_reader_of_another_organisation_gets_no_part_of_this_one(council: Product) -> None:
    with pytest.raises(NotFound, match="There is no"):
        made(council, "directorates", Part(unit=HOMES), frozenset({-1}))


def test_commentary_on_the_whole_does_not_stand_in_a_part(council: Product) -> None:
    with transaction(council.session) as session:
        stamp = council.stamp()
        audit.record(session, stamp, "commentary.recorded", "report:targets")
        store.add_note(session, stamp, "targets", DAY, "AWARE", Said("Of everybody.", "The lead"))
    assert "Of everybody." in str(made(council, "targets", None))
    assert "Of everybody." not in str(made(council, "targets", Part(unit=HOMES)))


def kept(product: Product, path: str, day: date = DAY) -> store.Frozen:
    ready = freezing.make_ready(
        product.session, product.stamp().at, "targets", day, "tests", COUNCIL, unit_of(product, path).id
    )
    with transaction(product.session) as session:
        return freezing.keep(session, product.stamp(), ready)


def test_a_kept_part_has_the_people_of_the_part_and_is_compared_with_itself_alone(council: Product) -> None:
    whole, early, late = freeze(council, "targets"), kept(council, HOMES, BEFORE), kept(council, HOMES)
    assert (whole.unit_id, late.report, late.unit_id) == (None, "targets", unit_of(council, HOMES).id)
    found, report, behind = freezing.opened(council.session, late.reference)
    assert found == late
    listed = {row["person_ref"] for row in council.people(DAY, unit=HOMES)}
    assert {row[0] for row in columns(behind, "person_ref")} == listed
    shown = columns(table_of(report, "targets"), "counted", "in_date")
    [moved] = freezing.compare(council.session, early, late)
    assert [(moved.after.counted, moved.after.in_date)] == shown
    with pytest.raises(DomainError, match="not of the same part of the council"):
        freezing.compare(council.session, whole, late)
    listed_kept = store.frozen_reports(council.session, ["targets"])
    assert {one.reference for one in listed_kept} == {one.reference for one in (whole, early, late)}
    assert store.frozen_reports(council.session, ["target"]) == []


def test_a_path_in_several_organisations_is_kept_of_one_that_is_named(council: Product) -> None:
    line = "20,Zoe,Example,Trust,vcs,Resources,20,Clerk,2020-01-01"
    council.load("people", f"{FILES['people']}{line}\n".encode())
    with pytest.raises(DomainError, match=r"in several organisations: Council, Trust\. Say which one"):
        one_unit(council.session, Part(unit="Resources"))
    found = one_unit(council.session, Part("Trust", "Resources"))
    assert found is not None
    assert (found.organisation, found.path) == ("Trust", "Resources")
    organisation = one_unit(council.session, Part("Trust"))
    assert organisation is not None
    assert organisation.path == ""


def test_the_commands_build_keep_list_and_send_a_part(council: Product, app: Flask, tmp_path: Path) -> None:
    def run(*words: str) -> tuple[int, str]:
        answer = app.test_cli_runner().invoke(args=["reports", *words])
        return answer.exit_code, answer.stdout + answer.stderr

    day, out = ["--as-at", DAY.isoformat()], tmp_path / "r.csv"
    build_it = ["build", "targets", *day, "--format", "csv", "--output", str(out), "--unit", HOMES]
    assert run(*build_it)[0] == 0
    assert f"running post in {HOMES} whom" in out.read_text(encoding="utf-8-sig")
    out.unlink()
    code, says = run(*build_it, "--public")
    assert (code, NOT_PUBLISHED in says, out.exists()) == (1, True, False)
    assert "There is no unit" in run(*build_it[:-1], "Nowhere")[1]
    assert run("freeze", "targets", *day, "--unit", HOMES)[0] == 0
    [row] = json.loads(run("frozen", "--format", "json")[1])["rows"]
    assert (row["report"], row["part"]) == ("targets", f"Council: {HOMES}")
    open_it = ["open", row["reference"], "--format", "csv", "--output", str(out)]
    assert NOT_PUBLISHED in run(*open_it, "--public")[1]
    assert run(*open_it)[0] == 0
    send = ["schedule", "targets", "--every", "month", "--to", "a@b.example", "--unit", HOMES]
    assert NOT_PUBLISHED in run(*send, "--attach", "pdf")[1]
    said = run(*send[:1], "schools", *send[2:])[1]
    assert NOT_OF_PARTS in said
    assert "Directorate compliance" in said
    assert LISTED not in said
    assert run(*send)[0] == 0
    [listed] = json.loads(run("schedules", "--format", "json")[1])["rows"]
    assert (listed["report"], listed["part"]) == ("targets", f"Council: {HOMES}")


def test_a_part_and_the_whole_are_sent_beside_each_other(council: Product) -> None:
    first, today = date(2026, 4, 30), date(2026, 6, 12)
    units = [None, unit_of(council, HOMES).id, unit_of(council, REPAIRS).id]
    asked = [Wanted("directorates", Every.MONTH, None, ("a@b.example",), first, one) for one in units]
    for wanted in asked:
        with transaction(council.session) as session:
            scheduling.schedule(session, council.stamp(), wanted, today, with_files=True)
    with pytest.raises(DomainError, match="in this way already"), transaction(council.session) as session:
        scheduling.schedule(session, council.stamp(), asked[1], today, with_files=True)
    tally = issuing.issue_due(council.session, council.stamp, COUNCIL, today)
    assert (len(tally.issued), tally.failed) == (3, {})
    assert issuing.issue_due(council.session, council.stamp, COUNCIL, today).issued == []
    populations = {
        freezing.opened(council.session, one.reference)[1].head.population
        for one in store.frozen_reports(council.session, ["directorates"])
    }
    assert len(populations) == 3
    numbers = council.session.scalars(text("SELECT message_id FROM report_issue")).all()
    issues = [issue_of(council.session, number) for number in numbers]
    council.session.rollback()
    for found in ([one for one in issues if one], schedules.sent(council.session, 9)):
        assert {one.unit_id for one in found} == set(units)


def test_a_page_is_of_the_unit_that_is_chosen_and_so_is_its_file(sign_in: SignIn, borough: Borough) -> None:
    page, unit = sign_in("learning"), borough.units[HOMES_OF_BOROUGH]
    address = f"/reports/directorates?unit={unit}"
    shown = page.get(address).text
    assert f"Directorate compliance: Example Borough Council: {escape(HOMES_OF_BOROUGH)}</h1>" in shown
    assert f"Example Borough Council: {escape(HOMES_OF_BOROUGH)} whom" in shown
    assert NOT_PUBLISHED in shown
    assert "Show the version that may be published" not in shown
    for form in Format:
        answer = page.get(f"/reports/directorates.{form.value}?unit={unit}")
        assert answer.status_code == 200
        assert "directorates-part-" in answer.headers["Content-Disposition"]
    assert HOMES_OF_BOROUGH in page.get(f"/reports/directorates.csv?unit={unit}").text


def test_a_part_is_never_published_on_any_way_to_it(sign_in: SignIn, borough: Borough) -> None:
    page, unit = sign_in("learning"), borough.units[HOMES_OF_BOROUGH]
    for address in (f"/reports/targets?unit={unit}&public=1", f"/reports/targets.csv?unit={unit}&public=1"):
        answer = page.get(address)
        assert (answer.status_code, NOT_PUBLISHED in answer.text) == (422, True)
    where = keep(page, "targets", unit)
    shown = page.get(where).text
    assert f"Delivery-plan target tracker: Example Borough Council: {escape(HOMES_OF_BOROUGH)}" in shown
    assert NOT_PUBLISHED in shown
    assert page.get(f"{where}/public.csv").status_code == 422
    assert page.get(f"{where}.csv").status_code == 200
    assert escape(HOMES_OF_BOROUGH) in page.get("/reports/kept").text


def keep(page: PageClient, key: str, unit: str) -> str:
    answer = page.send(f"/reports/{key}?unit={unit}", once=new_key())
    assert answer.status_code == 302, answer.text
    return answer.headers["Location"]


def test_a_unit_that_is_not_there_or_not_the_readers_is_not_found(sign_in: SignIn, borough: Borough) -> None:
    assert sign_in("learning").get("/reports/targets?unit=nothing").status_code == 404
    assert (
        sign_in("learning").get(f"/reports/schools?unit={borough.units[HOMES_OF_BOROUGH]}").status_code == 422
    )
    partner = sign_in("partner")
    assert partner.get(f"/reports/targets?unit={borough.units[HOMES_OF_BOROUGH]}").status_code == 404
    assert "Harbour Trust" in partner.get("/reports/targets").text


def test_a_part_is_scheduled_on_its_page_and_changed_back_to_the_whole(
    sign_in: SignIn, borough: Borough, session: Session
) -> None:
    page, unit = sign_in("coordinator"), borough.units[HOMES_OF_BOROUGH]
    typed = {
        "report": "directorates",
        "every": "month",
        "send_as": "link",
        "recipients": email_of("learning"),
    }
    new = "/reports/schedules/new"
    for wrong, says in (
        ({"report": "schools"}, f"{NOT_OF_PARTS} Choose “All units”, or one of these reports: "),
        ({"send_as": "pdf"}, NOT_PUBLISHED),
        ({"part": "nothing"}, "Choose an organisation or unit from the list"),
    ):
        answer = page.send(new, once=new_key(), **{**typed, "part": unit, **wrong})
        assert (answer.status_code, says in answer.text) == (422, True), wrong
        assert LISTED not in answer.text
    shown = page.send(new, once=new_key(), **typed, part=unit)
    title = f"Directorate compliance: Example Borough Council: {escape(HOMES_OF_BOROUGH)}"
    assert title in shown.text
    number = borough_unit(session, unit)
    wanted = Wanted("directorates", Every.MONTH, None, (email_of("learning"),), clock.today(), number)
    right = {"checked": "yes", "first_day": clock.today().isoformat()}
    saved = page.send(new, once=new_key(), **typed, part=unit, **right, shown=digest_of(wanted))
    assert saved.status_code == 302, saved.text
    [one] = schedules.schedules(session)
    session.rollback()
    assert one.wanted == wanted
    assert title in page.get("/reports/schedules").text
    change = f"/reports/schedules/{one.public_id}/change"
    assert f'value="{unit}" selected' in page.get(change).text
    whole = replace(wanted, unit_id=None)
    changed = page.send(change, once=new_key(), **typed, part="", **right, shown=digest_of(whole))
    assert changed.status_code == 302, changed.text
    assert [one.wanted for one in schedules.schedules(session)] == [whole]
    session.rollback()


def borough_unit(session: Session, public_id: str) -> int:
    found = next(unit.id for unit in people.units(session) if unit.public_id == public_id)
    session.rollback()
    return found


def test_the_trail_says_nothing_of_the_unit_but_its_number(council: Product) -> None:
    kept(council, HOMES)
    details = council.session.scalars(
        text("SELECT details FROM audit_event WHERE event = 'report.frozen'")
    ).one()
    found = json.loads(details) if isinstance(details, str) else details
    assert found["unit_id"] == unit_of(council, HOMES).id
    assert HOMES not in str(found)
