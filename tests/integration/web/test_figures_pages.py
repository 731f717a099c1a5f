"""The pages about figures: breakdowns and their people, earlier states of the record, trend, bridge, coverage."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from compliance.domain.requirement import AcceptedCourse, Requirement, RoleLink, Target
from foundation import clock
from foundation.dates import last_month_end
from people.models import RoleGrantRow
from tests.borough import HOMES, SCHOOL, Borough, rule_book
from tests.integration.web.staff import adding, change_rules, complete
from tests.integration.web.test_pages import counted, more_people
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
PARTS = ["by=organisation", "by=unit", "by=role", "by=sector"]


def rows_of(client: PageClient, address: str, **query: str) -> list[dict[str, str]]:
    """The lines of a file."""
    if query:
        address += ("&" if "?" in address else "?") + urlencode(query)
    answer = client.get(address)
    assert answer.status_code == 200, address
    return list(csv.DictReader(io.StringIO(answer.get_data().decode("utf-8-sig"))))


def number_of(text: str) -> int:
    return int(re.sub(r"\D.*", "", text.strip().replace(",", "")))


def opens_its_people(client: PageClient, address: str) -> int:
    """Follow every number of a page to its people, page and file. Gives how many were followed."""
    links = client.page(address).select("main table td a[href^='/people']")
    for link in links:
        number, where = number_of(link.get_text()), str(link["href"])
        assert len(client.page(where).select("#people tbody tr")) == number, where
        assert len(rows_of(client, where.replace("/people", "/people.csv"))) == number, where
    return len(links)


# Breakdowns


@pytest.mark.parametrize("by", PARTS)
def test_the_parts_of_every_breakdown_add_up_to_the_whole(sign_in: SignIn, by: str) -> None:
    client = sign_in("learning")
    for whole in rows_of(client, "/figures.csv"):
        code = whole["requirement"]
        page = client.page(f"/figures?{by}&requirement={code}")
        again = re.search(r"Counted in more than one: (\d+)", text_of(page))
        parts = rows_of(client, f"/figures.csv?{by}&requirement={code}")
        if by == "by=unit":
            # Only directorates add up; an organisation's own people are in none.
            parts = [part for part in parts if " > " not in part["unit"]]
            assert sum(int(part["required"]) for part in parts) <= int(whole["required"])
            continue
        assert again is not None or not parts
        shared = int(again[1]) if again else 0
        assert sum(int(part["required"]) for part in parts) == int(whole["required"]) + shared


@pytest.mark.parametrize("by", ["by=role", "by=sector", "by=organisation&sector=vcs", "sector=council"])
def test_every_number_by_role_and_sector_opens_as_many_people(sign_in: SignIn, by: str) -> None:
    assert opens_its_people(sign_in("learning"), f"/figures?{by}&requirement=AWARE") >= 3


def test_a_role_given_by_hand_counts_as_any_other(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    before = {
        row["role"]: row["required"] for row in rows_of(client, "/figures.csv?by=role&requirement=AWARE")
    }
    with adding(session, borough) as builder:
        builder.session.add(
            RoleGrantRow(
                person_id=borough.ids["Vic"],
                role="street",
                first_day=builder.ago(10),
                last_day=builder.ago(-10),
                approved_by="Head of Community Safety",
                review_on=builder.ago(-10),
                reason="Covers for a colleague",
                recorded_at=builder.stamp.at,
                recorded_by=builder.stamp.actor,
            )
        )
    after = {
        row["role"]: row["required"] for row in rows_of(client, "/figures.csv?by=role&requirement=AWARE")
    }
    assert int(after["street"]) == int(before["street"]) + 1
    assert int(after[""]) == int(before[""]) - 1
    names = rows_of(client, "/people.csv?requirement=AWARE&role=street")
    assert "Vic Tester" in {row["name"] for row in names}
    assert opens_its_people(client, "/figures?by=role&requirement=AWARE")


def test_somebody_in_two_organisations_of_two_sectors_counts_in_both(sign_in: SignIn) -> None:
    client = sign_in("learning")
    assert {row["sector"] for row in rows_of(client, "/figures.csv?by=sector&requirement=AWARE")} == {
        "council",
        "vcs",
    }
    assert rows_of(client, "/people.csv?sector=school&requirement=AWARE") == []
    assert "No figures match these choices" in text_of(client.page("/figures?sector=police&by=role"))


def test_the_name_of_a_part_leads_to_the_figures_inside_it(sign_in: SignIn, borough: Borough) -> None:
    client = sign_in("learning")
    inside = client.page("/figures?by=unit&requirement=AWARE").select("main table th a")
    assert inside
    page = client.page(str(inside[0]["href"]))
    assert page.select("#unit option[selected]")[0]["value"] in borough.units.values()
    schools = client.page("/figures?by=sector&requirement=AWARE").select("main table th a")
    assert all("by=organisation" in str(link["href"]) for link in schools)


@pytest.mark.parametrize("reader", ["staff", "manager"])
def test_readers_of_numbers_are_offered_no_overlapping_groups(sign_in: SignIn, reader: str) -> None:
    client = sign_in(reader)
    assert {option["value"] for option in client.page("/figures").select("#by option")} == {
        "",
        "organisation",
        "unit",
    }
    for query in ("by=role", "by=sector", "sector=council", "known_at=2026-01-01"):
        assert client.get(f"/figures?{query}").status_code == 404
        assert client.get(f"/figures.csv?{query}").status_code == 404


def test_a_manager_lists_the_team_by_no_role_and_at_no_earlier_moment(sign_in: SignIn) -> None:
    client = sign_in("manager")
    for query in ("role=street", "sector=council", "known_at=2026-01-01"):
        assert client.get(f"/people?{query}").status_code == 404


def test_a_partner_lead_gets_sectors_and_roles_of_their_own_people_alone(
    sign_in: SignIn, borough: Borough
) -> None:
    client = sign_in("partner")
    assert {row["sector"] for row in rows_of(client, "/figures.csv?by=sector&requirement=AWARE")} == {"vcs"}
    assert {row["required"] for row in rows_of(client, "/figures.csv?by=role&requirement=AWARE")} == {"6"}
    assert rows_of(client, "/people.csv?sector=council") == []
    assert "Sam" not in client.get("/people.csv?role=none").get_data(as_text=True)
    for address in ("/figures/trend", "/figures/bridge"):
        assert client.get(address, query_string={"unit": borough.units[HOMES]}).status_code == 404


# Earlier states of the record, and days to come


def test_figures_and_people_as_the_record_stood_leave_out_what_was_recorded_later(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    moment = datetime.now(UTC) - timedelta(days=5)
    with adding(session, borough) as builder:
        complete(builder, "Kit", "PREV", 15)
    client = sign_in("learning")
    # The borough was recorded at midnight of today: what was known before is nothing.
    earlier = moment.astimezone(clock.LONDON).date().isoformat()
    page = client.page("/figures", {"known_at": earlier})
    assert "As the record stood at the end of" in text_of(page)
    assert rows_of(client, "/figures.csv", known_at=earlier) == []
    assert rows_of(client, "/figures.csv", known_at=earlier, requirement="AWARE") == []
    assert rows_of(client, "/people.csv", known_at=earlier) == []
    assert rows_of(client, "/people.csv", known_at=earlier, requirement="AWARE") == []
    assert client.page("/people", {"known_at": earlier}).select("#people") == []


def test_every_number_as_the_record_stood_opens_as_many_people(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    with adding(session, borough, datetime.now(UTC) + timedelta(days=2)) as builder:
        complete(builder, "Uma", "PREV", 15)
    now = datetime.now(clock.LONDON).strftime("%Y-%m-%dT%H:%M")
    current = {row["requirement"]: row["compliant"] for row in rows_of(client, "/figures.csv")}
    then = {row["requirement"]: row["compliant"] for row in rows_of(client, "/figures.csv", known_at=now)}
    assert int(current["AWARE"]) == int(then["AWARE"]) + 1
    for by in ("", "by=organisation", "by=role", "by=sector"):
        assert opens_its_people(client, f"/figures?{by}&requirement=AWARE&known_at={now}")


@pytest.mark.parametrize(
    "typed, message, box",
    [
        (
            {"known_at-day": "31", "known_at-month": "6", "known_at-year": "2026"},
            "must be a real date",
            "known_at-day",
        ),
        (
            {"known_at-day": "1", "known_at-month": "1", "known_at-year": "2098"},
            "must be today or in the past",
            "known_at-day",
        ),
        ({"known_at": "2026-01-01", "known_at-time": "25:00"}, "Time must be like 9:30", "known_at-time"),
        ({"known_at-time": "9:30"}, "Enter the date that the time belongs to", "known_at-time"),
    ],
)
@pytest.mark.parametrize("place", ["/figures", "/people", "/figures/schools"])
def test_a_moment_that_is_none_is_explained(
    sign_in: SignIn, place: str, typed: dict[str, str], message: str, box: str
) -> None:
    page = sign_in("learning").page(place, typed, status=422)
    summary = page.select_one(".govuk-error-summary a")
    assert summary is not None
    assert message in summary.get_text()
    assert summary["href"] == f"#{box}"
    assert page.find(id=box) is not None


def test_a_day_to_come_is_called_a_forecast(sign_in: SignIn) -> None:
    client = sign_in("learning")
    ahead = (clock.today() + timedelta(days=100)).isoformat()
    for place in ("/figures", "/people", "/figures/schools"):
        assert "This is a forecast." in text_of(client.page(place, {"as_at": ahead}))
        assert "This is a forecast." not in text_of(client.page(place))


def test_the_letter_of_the_plan_stands_beside_what_is_worked_towards(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    assert not client.page("/figures").select("#pair-1")
    book = rule_book()
    change_rules(session, borough, targets=(*book.targets, Target("MEASURE", 70_00, plan_ref="5")))
    names = [text_of(cell) for cell in client.page("/figures").select("#pair-1 tbody th")]
    assert names == ["Prevent awareness for everybody", "Prevent awareness, e-learning alone"]


# Trend and forecast


@pytest.mark.parametrize("query", ["", "unit", "every=quarter&back=3"])
def test_the_trend_is_the_figures_of_its_days(sign_in: SignIn, borough: Borough, query: str) -> None:
    client = sign_in("learning")
    unit = {"unit": borough.units[HOMES]} if query == "unit" else {}
    address = f"/figures/trend.csv?{query if not unit else 'every=month'}"
    found = rows_of(client, address, requirement="AWARE", **unit)
    assert len(found) >= 9
    assert {row["forecast"] for row in found} == {"yes", "no"}
    for row in found[:: max(1, len(found) // 4)]:
        (same,) = rows_of(client, "/figures.csv", requirement="AWARE", as_at=row["as_at"], **unit)
        assert {**same, "forecast": row["forecast"]} == row


def test_whose_cover_ends_in_a_month_is_a_list_of_as_many_people(sign_in: SignIn, borough: Borough) -> None:
    client = sign_in("learning")
    for where in ("", f"&unit={borough.units[HOMES]}"):
        page = client.page(f"/figures/trend?requirement=AWARE{where}")
        links = page.select("#ahead td:last-of-type a")
        assert links
        for link in links:
            found = client.page(str(link["href"]))
            assert len(found.select("#people tbody tr")) == number_of(link.get_text())
            assert "whose cover ends from" in text_of(found)


def test_the_trend_of_readers_of_numbers_hides_few_people_and_names_nobody(sign_in: SignIn) -> None:
    client = sign_in("staff")
    page = client.page("/figures/trend", {"requirement": "AWARE"})
    assert not page.select("main table a")
    assert "Cover ends" not in text_of(page)
    for row in rows_of(client, "/figures/trend.csv", requirement="AWARE"):
        for name in ("required", "counted", "compliant", "expired", "outstanding"):
            assert not row[name].isdigit() or int(row[name]) == 0 or int(row[name]) >= 5


# The bridge


def test_the_bridge_adds_up_and_every_line_opens_its_people(sign_in: SignIn, borough: Borough) -> None:
    client = sign_in("learning")
    start = (borough.today - timedelta(days=365)).isoformat()
    for unit in ({}, {"unit": borough.units[HOMES]}):
        where = {"start": start, "end": borough.today.isoformat(), "requirement": "AWARE", **unit}
        rows = rows_of(client, "/figures/bridge.csv", **where)
        assert [rows[0]["line"], rows[-1]["line"]] == ["from", "to"]
        for name in ("counted", "in_date"):
            assert sum(int(row[name]) for row in rows[:-1]) == int(rows[-1][name])
        (figure,) = rows_of(client, "/figures.csv", requirement="AWARE", **unit)
        assert (rows[-1]["counted"], rows[-1]["in_date"]) == (figure["counted"], figure["compliant"])
        page = client.page("/figures/bridge", where)
        links = page.select("#bridge td a")
        assert len(links) == len(rows) - 2 > 0
        for link, row in zip(links, rows[1:-1], strict=True):
            href = str(link["href"])
            people = client.page(href).select("#moved tbody tr")
            assert len(people) == number_of(link.get_text()) == int(row["people"])
            file = rows_of(client, href.replace("/people", "/people.csv"))
            assert sum(int(person["in_date"]) for person in file) == int(row["in_date"])
            assert {person["reason"] for person in file} == {row["line"]}


def test_the_bridge_offers_the_usual_spans_of_days(sign_in: SignIn, borough: Borough) -> None:
    client = sign_in("coordinator")
    page = client.page("/figures/bridge")
    start = page.select_one("#start-day")
    assert start is not None
    assert start["value"] == str(last_month_end(borough.today - timedelta(days=1)).day)
    links = page.select("main ul.app-teams a[href*='start=']")
    assert len(links) == 5
    for link in links:
        client.page(str(link["href"]))


def test_a_bridge_between_two_states_of_the_record_names_the_correction(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    with adding(session, borough, datetime.now(UTC) + timedelta(days=2)) as builder:
        complete(builder, "Uma", "PREV", 15)
    today = borough.today.isoformat()
    now = datetime.now(clock.LONDON).strftime("%Y-%m-%dT%H:%M")
    where = {"start": today, "end": today, "known_start": now, "requirement": "AWARE"}
    assert "Correction of the record" in text_of(client.page("/figures/bridge", where))
    (one,) = rows_of(client, "/figures/bridge/people.csv", **where)
    assert (one["name"], one["reason"], one["in_date"]) == ("Uma Tester", "correction", "1")


# School coverage


def test_school_coverage_says_in_how_many_schools_somebody_is_in_date(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with adding(session, borough) as builder:
        builder._edge = 1000
        builder.organisation("Hill School", "school")
        builder.organisation("Empty School", "school")
        builder.person("Hal", "Hill School", title="Teacher")
    client = sign_in("learning")
    change_to_schools(session, borough)
    page = client.page("/figures/schools", {"requirement": "SCHOOLS"})
    assert "Schools with at least one person in date: 1 of 2 (50.0%)." in text_of(page)
    assert "not in the number: 1" in text_of(page)
    found = {row["school"]: row for row in rows_of(client, "/figures/schools.csv", requirement="SCHOOLS")}
    assert {name: row["somebody_in_date"] for name, row in found.items()} == {
        SCHOOL: "yes",
        "Hill School": "no",
    }
    assert opens_its_people(client, "/figures/schools?requirement=SCHOOLS") == 5
    out = rows_of(client, "/figures/schools.csv", requirement="SCHOOLS", show="out")
    assert [row["school"] for row in out] == ["Hill School"]
    early = client.page("/figures/schools", {"requirement": "SCHOOLS", "known_at": "2020-01-01"})
    assert "No requirement is asked of schools." in text_of(early)


def change_to_schools(session: Session, borough: Borough) -> None:
    """A requirement for everybody in schools, met by the course that everybody does."""
    book = rule_book()
    change_rules(
        session,
        borough,
        requirements=(
            *book.requirements,
            Requirement("SCHOOLS", "Awareness in schools", sectors=("school",)),
        ),
        links=(*book.links, RoleLink("SCHOOLS", "*", 30)),
        accepted=(*book.accepted, AcceptedCourse("SCHOOLS", "PREV")),
    )


# How much they ask

ASKING = [
    "/figures?by=role",
    "/figures?by=sector",
    "/figures?sector=council",
    "/figures/trend?every=month&back=5",
    "/figures/bridge?start=2020-01-01",
    "/figures/schools",
    "/people?role=none",
    "/people?sector=council",
]


def test_pages_about_figures_ask_as_many_questions_of_few_people_as_of_many(
    sign_in: SignIn, session: Session, engine: Engine, borough: Borough
) -> None:
    client = sign_in("learning")
    addresses = [*ASKING, f"/figures/trend?back=1&unit={borough.units[HOMES]}"]
    few = {address: questions(client, engine, address) for address in addresses}
    longer = questions(client, engine, addresses[-1].replace("back=1", "back=5"))
    assert longer <= few[addresses[-1]]  # neither do more days ask more
    more_people(session, 100)
    for address in addresses:
        assert questions(client, engine, address) <= few[address], address
    assert max(few.values()) <= 40


def questions(client: PageClient, engine: Engine, address: str) -> int:
    """How many statements a page takes, the second time."""
    client.get(address)
    with counted(engine) as statements:
        assert client.get(address).status_code == 200
    return len(statements)


# Who may open them


@pytest.mark.parametrize(
    "place", ["/figures/bridge", "/figures/bridge/people", "/figures/schools", "/figures/bridge.csv"]
)
@pytest.mark.parametrize("reader", ["staff", "manager"])
def test_reasons_and_schools_are_refused_to_readers_of_numbers(
    sign_in: SignIn, reader: str, place: str
) -> None:
    client = sign_in(reader)
    assert client.get(place).status_code == 403
    assert "Why figures moved" not in text_of(client.page("/figures"))


@pytest.mark.parametrize(
    "place",
    [
        "/figures/trend?requirement=NOPE",
        "/figures/trend?every=day",
        "/figures/trend?back=99",
        "/figures/bridge?reason=magic",
        "/figures/bridge?unit=x",
        "/figures/bridge.csv?start=2026-02-30",
        "/figures/schools?show=half",
        "/figures/schools?requirement=NOPE",
        "/figures?sector=galaxy",
        "/people?role=nope",
        "/people?ends_from=x",
    ],
)
def test_choices_that_do_not_exist_are_not_found(sign_in: SignIn, place: str) -> None:
    assert sign_in("learning").get(place).status_code == 404
