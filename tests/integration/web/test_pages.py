"""What the pages say, that their numbers add up, and that they ask the database few questions."""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest
from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session

from foundation import clock, facts
from foundation.db import db, transaction
from people.models import OrganisationRow
from tests.borough import COUNCIL, HOMES, PARTNER, Borough, Builder
from tests.pages import PageClient, PageError, text_of

SignIn = Callable[[str], PageClient]


def test_a_manager_sees_direct_reports_first_and_everyone_below_on_request(sign_in: SignIn) -> None:
    client = sign_in("manager")
    assert "Kit Tester" not in text_of(client.page("/my-team"))
    assert "Kit Tester" in text_of(client.page("/my-team", {"scope": "everyone"}))
    assert "Sam Tester" not in text_of(client.page("/my-team", {"scope": "everyone", "unit": "out"}))
    assert "Kit Tester" in text_of(client.page("/my-team", {"scope": "everyone", "unit": "out"}))
    assert "Kit Tester" not in text_of(client.page("/my-team", {"scope": "everyone", "unit": "in"}))


def test_the_lines_of_a_team_and_of_its_file_are_the_same(sign_in: SignIn) -> None:
    client = sign_in("manager")
    for query in ({}, {"scope": "everyone"}, {"requirement": "AWARE"}, {"show": "overdue"}):
        page = client.page("/my-team", query)
        file = client.get("/my-team.csv", query_string=query).get_data(as_text=True)
        assert len(page.select("#team tbody tr")) == len(file.splitlines()) - 1


@pytest.mark.parametrize("query", ["", "by=organisation&requirement=AWARE", "by=unit&requirement=AWARE"])
def test_every_number_of_a_figure_opens_as_many_people(sign_in: SignIn, query: str) -> None:
    client = sign_in("learning")
    links = client.page(f"/figures?{query}").select("main table td a")
    assert links
    for link in links:
        number = int(re.sub(r"\D.*", "", link.get_text(strip=True).replace(",", "")))
        page = client.page(str(link["href"]))
        assert len(page.select("#people tbody tr")) == number, link["href"]
        file = client.get(str(link["href"]).replace("/people", "/people.csv")).get_data(as_text=True)
        assert len(file.splitlines()) - 1 == number


def test_a_breakdown_prints_its_bridge(
    sign_in: SignIn, app: Flask, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    page = client.page("/figures", {"by": "unit", "requirement": "AWARE", "unit": borough.units[COUNCIL]})
    assert "Counted in more than one: " in text_of(page)


def test_the_figures_of_another_day_are_those_of_that_day(sign_in: SignIn) -> None:
    client = sign_in("learning")
    page = client.page("/figures", {"as_at-day": "1", "as_at-month": "1", "as_at-year": "2020"})
    assert "As at 1 January 2020." in text_of(page)
    assert not page.select("main table a")


@pytest.mark.parametrize(
    "typed, message, box",
    [
        (("31", "6", "2026"), "Date must be a real date", "as_at-day"),
        (("30", "2", "2026"), "Date must be a real date", "as_at-day"),
        (("1", "", "2026"), "Date must include a month", "as_at-month"),
        (("", "", "2026"), "Date must include a day and month", "as_at-day"),
        (("1", "6", "26"), "Year must include 4 numbers", "as_at-year"),
        (("1", "13", "2026"), "Date must be a real date", "as_at-day"),
        (("x", "y", "z"), "Year must include 4 numbers", "as_at-year"),
        (("1", "1", "1066"), "Date must be on or after 1 January 1990", "as_at-day"),
    ],
)
@pytest.mark.parametrize("place", ["/figures", "/people"])
def test_a_day_that_is_none_is_explained_and_what_was_typed_stays(
    sign_in: SignIn, place: str, typed: tuple[str, str, str], message: str, box: str
) -> None:
    query = dict(zip(("as_at-day", "as_at-month", "as_at-year"), typed, strict=True))
    page = sign_in("learning").page(place, query, status=422)
    summary = page.select_one(".govuk-error-summary a")
    assert summary is not None
    assert summary.get_text().startswith(message)
    assert summary["href"] == f"#{box}"
    for name, value in query.items():
        found = page.find(id=name)
        assert found is not None
        assert (found.get("value") or "") == value
    assert not page.select("main table")


@pytest.mark.parametrize(
    "place",
    [
        "/figures?requirement=NOPE",
        "/figures?by=galaxy",
        "/figures?unit=x",
        "/figures?unit=00000000000000000000000000000000",
        "/figures.csv?as_at=2026-02-30",
        "/people?requirement=' OR 1=1",
        "/people?show=password_hash",
        "/my-team?scope=all",
        "/my-team?unit=sideways",
        "/nowhere",
    ],
)
def test_what_does_not_exist_is_not_found(sign_in: SignIn, place: str) -> None:
    reader = "manager" if place.startswith("/my-team") else "learning"
    assert sign_in(reader).get(place).status_code == 404


@pytest.mark.parametrize("place", ["/people?unit=%00", "/people/%00", "/figures?requirement=A%00"])
def test_the_character_nul_is_refused(sign_in: SignIn, place: str) -> None:
    assert sign_in("learning").get(place).status_code == 400


@pytest.mark.parametrize("wanted", ["0", "-1", "1e9", "abc", "9999999999999999999", "", "2"])
def test_a_page_of_a_list_that_does_not_exist_gives_the_nearest(sign_in: SignIn, wanted: str) -> None:
    assert sign_in("learning").page("/people", {"page": wanted}).select("#people tbody tr")


def test_a_long_list_comes_in_pages_that_keep_the_filters(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    more_people(session, 120)
    client = sign_in("learning")
    page = client.page("/people", {"requirement": "AWARE", "show": "all_required"})
    assert "1 to 50 of 137 results" in text_of(page)
    following = page.select_one("a[rel=next]")
    assert following is not None
    page = client.page(str(following["href"]))
    assert "51 to 100 of 137 results" in text_of(page)
    chosen = page.select_one("#requirement option[selected]")
    assert chosen is not None
    assert chosen["value"] == "AWARE"


def more_people(session: Session, count: int) -> None:
    """So many more people in Sam's unit, under Mo."""
    with transaction(session):
        builder = Builder(session, clock.today())
        from sqlalchemy import select

        from people.models import UnitRow

        builder._unit_ids[HOMES] = session.scalars(select(UnitRow.id).where(UnitRow.path == HOMES)).one()
        for number in range(count):
            builder.person(f"New{number}", HOMES, "Mo")
        session.flush()
        facts.touch(session, builder.found.ids.values())


@contextmanager
def counted(engine: Engine) -> Iterator[list[str]]:
    """The statements that the block sends to the database."""
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


ADDRESSES = [
    "/my-training",
    "/my-training/history",
    "/account/details",
    "/my-team",
    "/my-team?scope=everyone&unit=in",
    "/my-team.csv",
    "/figures",
    "/figures?by=unit",
    "/figures?by=organisation",
    "/people",
    "/people.csv",
]


def test_a_page_asks_as_many_questions_of_few_people_as_of_many(
    sign_in: SignIn, session: Session, engine: Engine, borough: Borough
) -> None:
    client = sign_in("manager")
    few = {}
    for address in ADDRESSES:
        with counted(engine) as statements:
            client.get(address)
        few[address] = len(statements)
    more_people(session, 100)
    for address in ADDRESSES:
        with counted(engine) as statements:
            client.get(address)
        assert len(statements) <= few[address], address
    assert max(few.values()) <= 30


def test_a_person_s_page_shows_every_day_and_its_reasons(sign_in: SignIn, borough: Borough) -> None:
    page = sign_in("learning").page(f"/people/{borough.people['Sam']}")
    text = text_of(page)
    assert "Sam Tester" in text
    assert "N-Sam" in text
    statuses = [text_of(cell) for cell in page.select("#timeline-1 tbody tr td:nth-of-type(2)")]
    assert statuses[0] == "Overdue: expired"
    assert "Expires soon" in statuses
    assert "Up to date" in statuses
    assert "Street teams" in text
    assert "Mo Tester" in text


def test_a_page_that_breaks_shows_a_reference_and_no_trace(
    app: Flask, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("learning")
    app.config.update(PROPAGATE_EXCEPTIONS=False)

    def fault(*_: object, **__: object) -> None:
        raise RuntimeError("secret detail")

    monkeypatch.setattr("compliance.views.figures.asked", fault)
    answer = client.get("/figures", allow_fault=True)
    assert answer.status_code == 500
    text = answer.get_data(as_text=True)
    assert re.search(r"this reference: <strong>[0-9a-f]{12}</strong>", text)
    assert "secret detail" not in text
    assert "Traceback" not in text


def test_a_change_that_nobody_committed_fails_the_test(app: Flask, anyone: PageClient) -> None:
    @app.before_request
    def forget() -> None:
        db.session.add(OrganisationRow(name="Nobody"))

    with pytest.raises(PageError, match="left uncommitted"):
        anyone.get("/healthz")


def test_an_unknown_host_is_refused(anyone: PageClient) -> None:
    assert anyone.get("/sign-in", headers={"Host": "evil.example"}).status_code == 400


def test_too_large_a_form_is_refused(anyone: PageClient) -> None:
    part = b'--x\r\nContent-Disposition: form-data; name="email"\r\n\r\n' + b"e" * 600_000 + b"\r\n--x--\r\n"
    answer = anyone.post("/sign-in", data=part, content_type="multipart/form-data; boundary=x")
    assert answer.status_code == 413
    assert "What you sent is too large" in answer.get_data(as_text=True)


def test_a_partner_is_named_where_units_are_chosen(sign_in: SignIn) -> None:
    page = sign_in("learning").page("/figures")
    options = [option.get_text() for option in page.select("#unit option")]
    assert PARTNER in options
    assert f"{COUNCIL}: {HOMES}" in options
