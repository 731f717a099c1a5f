"""What looking after a team opens: which people, from which day to which, and never the manager's own record."""

import csv
import io
from collections.abc import Callable

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from foundation import clock
from foundation.formats import long_date
from people.store import Team, team_members
from tests.borough import HOMES, Borough, email_of
from tests.integration.web.teams import (
    DELEGATES,
    address_of,
    changes,
    end_posts,
    give_account,
    handed_over,
    named,
    today_and,
)
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
TEAM_OF_MO = {"Sam", "Ola", "Ash", "Bo", "Cy", "Two"}


def test_a_delegate_sees_the_team_and_never_the_manager_s_own_record(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("staff")
    assert client.get("/my-team").status_code == 403
    handed_over(session, borough, "Mo", "Sam", ends=30)
    page = client.page("/my-team")
    assert f"You look after the team of Mo Tester until {long_date(today_and(30))}." in text_of(page)
    assert named(client) - {"Mo"} == TEAM_OF_MO
    assert named(client, "/my-team?scope=everyone") - {"Mo"} == TEAM_OF_MO | {"Kit"}
    assert named(client, "/my-team.csv?scope=everyone") == TEAM_OF_MO | {"Kit"}
    assert named(client, "/people.csv") == TEAM_OF_MO - {"Sam"} | {"Kit"}
    for name in TEAM_OF_MO | {"Kit"}:
        assert client.get(f"/people/{borough.people[name]}").status_code == 200
    for name in ("Mo", "Dana", "Uma", "Vic", "Pia", "Lee"):
        assert client.get(f"/people/{borough.people[name]}").status_code == 404, name


def test_the_figures_are_those_that_the_manager_sees(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    handed_over(session, borough, "Mo", "Sam")
    for query in ({}, {"scope": "everyone"}, {"unit": "in", "scope": "everyone"}):
        cards = [
            [
                text_of(card)
                for card in sign_in(reader).page("/my-team", query).select(".app-card, #team tbody tr")
            ]
            for reader in ("manager", "staff")
        ]
        assert cards[0] == cards[1]


@pytest.mark.parametrize(
    "began, ends, opens", [(0, 0, True), (-1, 9, False), (9, -1, False), (9, 0, True), (0, 9, True)]
)
def test_it_opens_with_the_first_day_and_closes_after_the_last(
    sign_in: SignIn, session: Session, borough: Borough, began: int, ends: int, opens: bool
) -> None:
    handed_over(session, borough, "Mo", "Sam", began, ends)
    client = sign_in("staff")
    assert client.get("/my-team").status_code == (200 if opens else 403)
    assert client.get(f"/people/{borough.people['Ash']}").status_code == (200 if opens else 404)
    assert (named(client, "/people.csv") != set()) == opens


def test_it_ends_when_the_manager_leaves_or_the_delegate_does(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    give_account(session, borough, "Ash", "Vic")
    for name in ("Sam", "Ash", "Vic"):
        handed_over(session, borough, "Mo", name)
    sam, ash, vic = sign_in("staff"), sign_in("ash"), sign_in("vic")
    assert named(vic, "/people.csv") == TEAM_OF_MO | {"Kit", "Uma"}
    assert sam.get("/my-team").status_code == ash.get("/my-team").status_code == 200
    end_posts(session, borough, "Ash")
    assert ash.get("/my-team").headers["Location"].startswith("/sign-in")
    assert sam.get("/my-team").status_code == 200
    end_posts(session, borough, "Mo")
    assert sam.get("/my-team").status_code == 403
    assert sam.get(f"/people/{borough.people['Ola']}").status_code == 404
    # Vic, who has a team as well, is left with that alone.
    assert named(vic, "/people.csv") == named(vic) == {"Uma"}
    assert vic.get(f"/people/{borough.people['Ola']}").status_code == 404
    assert vic.get("/my-team", query_string={"whose": borough.people["Mo"]}).status_code == 404


def test_somebody_with_a_team_of_their_own_chooses_whose_team_to_see(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    give_account(session, borough, "Vic", "Dana")
    handed_over(session, borough, "Mo", "Vic")
    handed_over(session, borough, "Dana", "Vic", ends=5)
    client = sign_in("vic")
    page = client.page("/my-team")
    choices = {text_of(link): str(link["href"]) for link in page.select(".app-teams a")}
    assert list(choices) == ["Mine", "The team of Dana Tester", "The team of Mo Tester"]
    assert named(client, choices["Mine"]) - {"Mo", "Dana"} == {"Uma"}
    assert named(client, choices["The team of Mo Tester"]) - {"Mo", "Dana"} == TEAM_OF_MO
    # Mo stands in Dana's team, so Mo's own record is open through it; Dana's is not.
    assert named(client, choices["The team of Dana Tester"]) - {"Dana"} == {"Mo"}
    assert client.get(f"/people/{borough.people['Mo']}").status_code == 200
    assert client.get(f"/people/{borough.people['Dana']}").status_code == 404
    following = client.page(choices["The team of Mo Tester"]).select_one("#team thead a")
    assert following is not None
    assert f"whose={borough.people['Mo']}" in str(following["href"])


def test_the_team_of_somebody_who_handed_nothing_over_is_not_found(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    handed_over(session, borough, "Mo", "Sam")
    client = sign_in("staff")
    for name in ("Dana", "Vic", "Sam"):
        for page in ("/my-team", "/my-team.csv", "/my-team.xlsx"):
            answer = client.get(page, query_string={"whose": borough.people[name]})
            assert answer.status_code == 404


def test_a_delegate_cannot_hand_the_team_on(sign_in: SignIn, session: Session, borough: Borough) -> None:
    handed_over(session, borough, "Mo", "Sam")
    client = sign_in("staff")
    for page in (
        DELEGATES,
        f"{DELEGATES}/new",
        address_of(borough, "Sam", -1, "change"),
        address_of(borough, "Sam", -1, "end"),
    ):
        assert client.get(page).status_code == 403
    assert not client.page("/my-team").select(f'a[href="{DELEGATES}"]')


def test_what_was_handed_to_a_manager_does_not_go_on_to_the_manager_s_delegate(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    give_account(session, borough, "Vic")
    handed_over(session, borough, "Mo", "Vic")
    handed_over(session, borough, "Vic", "Sam")
    client = sign_in("staff")
    assert named(client, "/my-team?scope=everyone") - {"Vic"} == {"Uma"}
    assert named(client, "/people.csv") == {"Uma"}
    assert client.get(f"/people/{borough.people['Ash']}").status_code == 404


def test_managers_who_hand_over_to_each_other_or_to_somebody_below_widen_nothing(
    session: Session, borough: Borough
) -> None:
    handed_over(session, borough, "Mo", "Ola")
    handed_over(session, borough, "Ola", "Mo")
    handed_over(session, borough, "Vic", "Vic")
    names = {person_id: name for name, person_id in borough.ids.items()}

    def seen(name: str) -> set[str]:
        values = Team(borough.ids[name], clock.today(), below=True).values
        found = session.execute(team_members(below=True), values).scalars().all()
        assert len(found) == len(set(found))
        return {names[person_id] for person_id in found}

    assert seen("Mo") == TEAM_OF_MO | {"Kit"}
    assert seen("Ola") == TEAM_OF_MO - {"Ola"} | {"Kit"}
    assert seen("Vic") == {"Uma"}


def test_a_loop_of_managers_does_not_open_the_record_of_the_one_who_handed_over(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with changes(session, borough) as builder:
        builder.person("Al", HOMES, "Ed")
        builder.person("Ed", HOMES, "Al")
        builder.person("Ann", HOMES, "Ed")
    handed_over(session, borough, "Al", "Sam")
    client = sign_in("staff")
    assert named(client, "/my-team?scope=everyone") - {"Al"} == {"Ed", "Ann"}
    assert named(client, "/my-team.csv?scope=everyone") == {"Ed", "Ann"}
    assert named(client, "/people.csv") == {"Ed", "Ann"}
    assert client.get(f"/people/{borough.people['Al']}").status_code == 404


def test_a_team_that_nobody_is_in_any_more_says_what_to_do(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    handed_over(session, borough, "Kit", "Sam")
    page = sign_in("staff").page("/my-team")
    assert "Nobody reports to Kit Tester" in text_of(page)
    assert "ask HR to put it right, or tell your training team" in text_of(page)
    assert not page.select("#team, form[method=get]")


def test_the_command_lists_who_looks_after_whose_team(app: Flask, session: Session, borough: Borough) -> None:
    handed_over(session, borough, "Mo", "Sam", began=5, ends=30)
    handed_over(session, borough, "Vic", "Uma", began=50, ends=-30)
    handed_over(session, borough, "Dana", "Mo", began=-5, ends=30)
    done = app.test_cli_runner().invoke(args=["people", "delegations", "--format", "csv"])
    assert done.exit_code == 0, done.output
    rows = [
        (row["manager_ref"], row["delegate_ref"], row["state"])
        for row in csv.DictReader(io.StringIO(done.output))
    ]
    assert rows == [("N-Dana", "N-Mo", "future"), ("N-Mo", "N-Sam", "now"), ("N-Vic", "N-Uma", "past")]
    assert (
        '"state": "now"'
        in app.test_cli_runner().invoke(args=["people", "delegations", "--format", "json"]).output
    )
    assert email_of("staff") not in done.output
