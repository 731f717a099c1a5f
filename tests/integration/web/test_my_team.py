"""My team: figures and forecast, what needs doing, and that page, CSV and spreadsheet show the very same lines."""

import io
import zipfile
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from bs4 import Tag
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from compliance.domain.figures import Counts
from compliance.services.figures import Question, figures_on
from compliance.services.team import TeamLists
from foundation import clock
from foundation.dates import add_months
from foundation.facts import retract
from foundation.formats import long_date
from people.domain import Permission
from people.models import PostSpellRow
from people.services.accounts import create_account
from people.services.scope import own_units
from people.store import Team, tree
from tests.borough import AWARE, HOMES, MEASURE, PASSWORD, RESOURCES, STALLS, Borough, email_of
from tests.integration.web.teams import (
    changes,
    csv_rows,
    give_account,
    named,
    page_rows,
    xlsx_rows,
)
from tests.integration.web.test_pages import counted, more_people
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
GROUPS = ("overdue", "soon", "waiting", "not_yet_due", "not_counted", "up_to_date")
EVERYONE = {"scope": "everyone"}


def card(page: Tag, title: str) -> str:
    found = [text_of(card) for card in page.select(".app-card") if title in text_of(card)]
    assert len(found) == 1
    return found[0]


# The figures


def test_a_duty_shows_fraction_target_colour_and_how_many_more_people_it_takes(sign_in: SignIn) -> None:
    found = card(sign_in("manager").page("/my-team"), "Prevent awareness for everybody")
    # Counted are Sam, Ola, Ash and Two; Bo is away and Cy exempt.
    assert "2 of 4 (50.0%)" in found
    assert "Red: below target" in found
    assert "Target 70%" in found
    assert "Below the target now: 1 more person would reach it." in found
    assert "Not counted: 1 away from work, 1 exempt" in found


def test_whoever_needs_the_fewest_steps_is_nearest(sign_in: SignIn) -> None:
    found = card(sign_in("manager").page("/my-team"), "Prevent awareness for everybody")
    assert "Start with: Ash Tester , waiting for a check Sam Tester , ran out on" in found


def test_a_measure_is_nowhere_on_a_manager_s_list(sign_in: SignIn) -> None:
    client = sign_in("manager")
    for address in ("/my-team?scope=everyone", "/my-team.csv?scope=everyone"):
        text = client.get(address).get_data(as_text=True)
        assert MEASURE not in text
        assert "e-learning alone" not in text
    assert not [row for row in xlsx_rows(client, EVERYONE) if row["requirement"] == MEASURE]
    assert client.get("/my-team", query_string={"requirement": MEASURE}).status_code == 404


def test_the_day_of_the_drop_and_those_who_decide_it_are_named(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    today = clock.today()
    with changes(session, borough) as builder:
        for name in ("Sam", "Ash"):
            builder.completion(name, "PREV", 30)
    found = card(sign_in("manager").page("/my-team"), "Prevent awareness for everybody")
    # Cy's exemption ends and Ola's cover soon after: then 3 of 5.
    assert "4 of 4 (100.0%)" in found
    ola = add_months(today - timedelta(days=700), 24)
    cy = today + timedelta(days=30)
    drop = max(ola, cy) + timedelta(days=1)
    assert f"If nobody renews, the team drops below the target of 70% on {long_date(drop)}." in found
    first, second = sorted((("Cy Tester", cy), ("Ola Tester", ola)), key=lambda who: who[1])
    for name, day in (first, second):
        assert f"{name} , by {long_date(day)}" in found
    assert "If 1 of them does it in time, the team stays at the target." in found


@pytest.mark.parametrize("more", [0, 1, 2])
def test_the_forecast_of_a_team_is_that_of_the_same_people_as_a_unit(
    session: Session, borough: Borough, more: int
) -> None:
    """Dana's people in Community Solutions are all who count there: day for day the figures of the unit decide."""
    today = clock.today()
    until = add_months(today, 24)
    with changes(session, borough) as builder:
        for number, name in enumerate(("Sam", "Ash", "Ola", "Bo")[: 2 * more]):
            builder.completion(name, "PREV", 40 * number)
            builder.completion(name, "BRIEF", 30 + 90 * number)
    lists = TeamLists(session, today)
    roots = tuple(own_units(session, borough.ids["Dana"], today, tree(session).units))
    chosen = lists.chosen(Team(borough.ids["Dana"], today, below=True), roots=roots)
    standings = {standing.figure.requirement: standing for standing in lists.standings(chosen)}
    assert set(standings) == {AWARE, STALLS}
    days = [today + timedelta(days=number) for number in range((until - today).days + 1)]
    for code, standing in standings.items():
        rows = figures_on(session, days, Question(code, unit=HOMES)).rows
        assert [row.day for row in rows] == days
        assert rows[0].counts == standing.figure.counts
        below = [row.day for row in rows if row.judgement is not None and not row.judgement.met]
        assert standing.is_below == (today in below)
        if not standing.is_below:
            assert (standing.drop.day if standing.drop else None) == next(iter(below), None)
            if standing.drop:
                figure = rows[(standing.drop.day - today).days]
                assert standing.drop.counts == Counts(
                    compliant=figure.counts.in_date, outstanding=figure.counts.counted - figure.counts.in_date
                )
                assert standing.drop.judgement == figure.judgement


# What needs doing


@pytest.mark.parametrize("scope", ["direct", "everyone"])
def test_the_groups_hold_every_line_once_and_their_numbers_are_their_lines(
    sign_in: SignIn, scope: str
) -> None:
    client = sign_in("manager")
    page = client.page("/my-team", {"scope": scope})
    numbers = [int(text_of(number)) for number in page.select(".app-groups__number")]
    found = [page_rows(client, {"scope": scope, "show": group}) for group in GROUPS]
    assert numbers == [*map(len, found), sum(map(len, found))]
    everything = page_rows(client, {"scope": scope})
    assert sorted(map(str, everything)) == sorted(str(row) for rows in found for row in rows)


def test_each_group_holds_those_it_names(sign_in: SignIn) -> None:
    client = sign_in("manager")

    def of(group: str) -> set[tuple[str, str]]:
        rows = page_rows(client, {**EVERYONE, "show": group})
        return {(row["name"].split()[0], row["status_words"]) for row in rows}

    assert of("overdue") == {
        ("Sam", "Overdue: expired"), ("Sam", "Overdue: not started"), ("Ola", "Overdue: not started"),
    }  # fmt: skip
    assert of("soon") == {("Ola", "Expires soon")}
    assert of("waiting") == {("Ash", "Waiting for a check")}
    assert of("not_yet_due") == {("Kit", "Not yet due")}
    assert of("not_counted") == {("Bo", "Not counted: away from work"), ("Cy", "Exempt")}
    assert of("up_to_date") == {("Two", "Up to date")}


def test_running_out_soon_means_the_next_60_days_to_the_day(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    today = clock.today()
    with changes(session, borough) as builder:
        for name, ends in (("In", 60), ("Out", 61), ("Last", 0)):
            builder.person(name, HOMES, "Mo")
            done = today + timedelta(days=ends)
            done = done.replace(year=done.year - 2, day=min(done.day, 28))
            builder.completion(name, "PREV", (today - done).days)
            builder.found.units[f"{name} ends"] = add_months(done, 24).isoformat()
    client = sign_in("manager")
    soon = {row["name"].split()[0] for row in page_rows(client, {"show": "soon"})}
    for name in ("In", "Out", "Last"):
        ends_on = date.fromisoformat(borough.units.pop(f"{name} ends"))
        assert (name in soon) == (today <= ends_on <= today + timedelta(days=60))


def test_a_manager_reads_neither_kind_nor_reason_of_whoever_is_not_counted(sign_in: SignIn) -> None:
    client = sign_in("manager")
    files = [str(csv_rows(client, EVERYONE)), str(xlsx_rows(client, EVERYONE))]
    for text in (client.get("/my-team?scope=everyone").get_data(as_text=True), *files):
        assert "Away from work" in text
        assert f"Exempt until {long_date(clock.today() + timedelta(days=30))}" in text
        for secret in ("Parental", "parental", "Trained elsewhere", "Head of Community Safety", "N-Bo"):
            assert secret not in text


def test_when_nobody_is_overdue_the_page_says_so(sign_in: SignIn, session: Session, borough: Borough) -> None:
    with changes(session, borough) as builder:
        for name in ("Sam", "Ola"):
            builder.completion(name, "PREV", 5)
            builder.completion(name, "BRIEF", 5)
    client = sign_in("manager")
    page = client.page("/my-team", {"show": "overdue"})
    assert "Nobody is overdue" in text_of(page)
    assert "Everyone is up to date" not in text_of(page)
    with changes(session, borough) as builder:
        builder.completion("Ash", "PREV", 5)
    page = client.page("/my-team", {"show": "overdue"})
    assert text_of(page).count("Everyone is up to date") == 2


# The very same lines


def test_no_number_changes_with_people_of_other_teams(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("manager")

    def shown() -> list[str]:
        page = client.page("/my-team", EVERYONE)
        return [text_of(part) for part in page.select(".app-groups, .app-cards, .app-list-bar, #team")]

    before = shown()
    with changes(session, borough) as builder:
        for name in ("Xa", "Xb", "Xc"):
            builder.person(name, HOMES, "Vic", roles="street")
    assert shown() == before


# Scope


def everyone_below(session: Session, borough: Borough, name: str) -> set[str]:
    client_scope = Team(borough.ids[name], clock.today(), below=True)
    lists = TeamLists(session, clock.today())
    return {row.person.first_name for row in lists.every(lists.chosen(client_scope))}


def test_a_loop_of_managers_and_managing_oneself_show_nobody_more(session: Session, borough: Borough) -> None:
    with changes(session, borough) as builder:
        builder.person("Al", RESOURCES, "Ed")
        builder.person("Ed", RESOURCES, "Al")
        builder.person("Me", RESOURCES, "Me")
        builder.person("Ann", RESOURCES, "Me")
    assert everyone_below(session, borough, "Al") == {"Ed"}
    assert everyone_below(session, borough, "Ed") == {"Al"}
    assert everyone_below(session, borough, "Me") == {"Ann"}


def test_yesterday_s_manager_sees_nobody_at_the_next_request(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("manager")
    assert "Sam" in named(client)
    with changes(session, borough) as builder:
        posts = session.scalars(select(PostSpellRow.id).where(PostSpellRow.manager_ref == "N-Mo")).all()
        retract(session, PostSpellRow, posts, builder.stamp, "another manager")
        for name in ("Sam", "Ola", "Ash", "Bo", "Cy", "Two"):
            builder.post(name, HOMES, "Vic")
    for address in ("/my-team", "/my-team.csv", "/my-team.xlsx", "/my-team/delegates"):
        assert client.get(address).status_code == 403
    assert client.get(f"/people/{borough.people['Sam']}").status_code == 404


def test_a_manager_of_somebody_without_training_is_not_left_with_an_empty_page(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with changes(session, borough) as builder:
        builder.post("Pia", "Quay School", "Vic")
        builder.person("Gov", "Quay School", "Pia")
    give_account(session, borough, "Pia")
    page = sign_in("pia").page("/my-team")
    assert "1 person reports to you" in text_of(page)
    assert "nothing is asked of anybody in it" in text_of(page)


# Files


def test_no_cell_of_a_file_is_a_formula_and_the_spreadsheet_hides_nothing(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with changes(session, borough) as builder:
        builder.person("=1+1", HOMES, "Mo", title='=HYPERLINK("http://evil.example")')
    client = sign_in("manager")
    text = client.get("/my-team.csv?q=%3D1").get_data(as_text=True)
    assert "'=1+1 Tester" in text
    assert "'=HYPERLINK" in text
    content = client.get("/my-team.xlsx?q=%3D1").get_data()
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name).decode() for name in archive.namelist() if name.endswith("xml")}
    assert "<f>" not in parts["xl/worksheets/sheet1.xml"]
    assert not any(
        "hidden" in part or ("evil.example</" in part.lower() and "r:id" in part) for part in parts.values()
    )
    assert "<dc:creator></dc:creator>" in parts["docProps/core.xml"]
    assert [row["name"] for row in xlsx_rows(client, {"q": "=1"})] == ["=1+1 Tester"]


def test_the_names_of_files_say_what_they_are(sign_in: SignIn) -> None:
    client = sign_in("manager")
    for kind in ("csv", "xlsx"):
        disposition = client.get(f"/my-team.{kind}").headers["Content-Disposition"]
        assert disposition == f'attachment; filename="my-team-{clock.today().isoformat()}.{kind}"'


# Ways to and from


def test_a_person_s_page_leads_back_to_the_list_as_it_was(sign_in: SignIn) -> None:
    client = sign_in("manager")
    page = client.page("/my-team", {**EVERYONE, "show": "soon", "q": "Ola", "sort": "-due"})
    link = page.select_one("#team tbody a")
    assert link is not None
    back = client.page(str(link["href"])).select_one(".govuk-back-link")
    assert back is not None
    assert text_of(back) == "Back to my team"
    again = client.page(str(back["href"]))
    assert [text_of(row) for row in again.select("#team tbody tr")] == [
        text_of(row) for row in page.select("#team tbody tr")
    ]


def test_names_with_accents_stand_where_one_looks_for_them(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with changes(session, borough) as builder:
        for name in ("Élodie", "Zed", "Łucja"):
            builder.person(name, HOMES, "Mo")
    names = [row["name"].split()[0] for row in page_rows(sign_in("manager"), {"sort": "name"})]
    assert [name for name in dict.fromkeys(names) if name in ("Élodie", "Kit", "Ola", "Łucja", "Zed")] == [
        "Élodie",
        "Łucja",
        "Ola",
        "Zed",
    ]


def test_the_way_back_to_the_people_behind_a_figure_keeps_their_filters(sign_in: SignIn) -> None:
    client = sign_in("learning")
    page = client.page("/people", {"requirement": "AWARE", "show": "expired"})
    link = page.select_one("#people tbody a")
    assert link is not None
    back = client.page(str(link["href"])).select_one(".govuk-back-link")
    assert back is not None
    assert text_of(back) == "Back to people"
    assert "requirement=AWARE" in str(back["href"])
    assert "show=expired" in str(back["href"])
    again = client.page(str(back["href"]))
    assert [text_of(row) for row in again.select("#people tbody tr")] == [
        text_of(row) for row in page.select("#people tbody tr")
    ]


def test_an_auditor_with_a_team_is_not_offered_what_would_be_refused(
    sign_in: SignIn, anyone: PageClient, session: Session, borough: Borough
) -> None:
    with changes(session, borough) as builder:
        create_account(
            session,
            builder.stamp,
            email_of("vic"),
            PASSWORD,
            person_ref="N-Vic",
            permissions=[Permission.AUDITOR],
        )
    client = sign_in("vic")
    for address in ("/my-team", "/my-training", "/my-training/history"):
        links = {str(link["href"]).partition("?")[0] for link in client.page(address).select("main a")}
        assert links.isdisjoint({"/my-team/register", "/training/tell-us"}), address
        for href in sorted(link for link in links if link.startswith("/") and "." not in link):
            assert client.get(href).status_code == 200, href


@pytest.mark.parametrize(
    "back", ["https://evil.example/my-team", "//evil.example", "/figures", "/my-team/../x", "x"]
)
def test_the_way_back_leads_nowhere_else(sign_in: SignIn, borough: Borough, back: str) -> None:
    page = sign_in("manager").page(f"/people/{borough.people['Sam']}", {"back": back})
    link = page.select_one(".govuk-back-link")
    assert link is not None
    assert link["href"] == "/my-team"


def test_the_page_leads_to_the_register_and_to_handing_over(sign_in: SignIn) -> None:
    page = sign_in("manager").page("/my-team")
    links = {str(link["href"]) for link in page.select("main a")}
    assert {"/my-team/delegates", "/my-team/register"} <= links


@pytest.mark.parametrize("query", [{"scope": "all"}, {"unit": "x"}, {"show": "expired'"}, {"whose": "x"}])
def test_a_choice_that_is_none_is_not_found(sign_in: SignIn, query: dict[str, str]) -> None:
    assert sign_in("manager").get("/my-team", query_string=query).status_code == 404


# Cost


def test_the_page_asks_as_many_questions_of_few_people_as_of_many(
    sign_in: SignIn, session: Session, engine: Engine, borough: Borough
) -> None:
    client = sign_in("manager")
    addresses = ("/my-team", "/my-team?scope=everyone&unit=in&q=e&sort=due", "/my-team.xlsx")

    def questions(address: str) -> int:
        client.get(address)
        with counted(engine) as statements:
            client.get(address)
        return len(statements)

    few = {address: questions(address) for address in addresses}
    more_people(session, 100)
    assert {address: questions(address) for address in addresses} == few
    assert max(few.values()) <= 16
