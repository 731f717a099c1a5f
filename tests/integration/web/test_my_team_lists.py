"""My team as a list: the same lines on the page and in its files, sorted, searched, in several pages."""

from collections.abc import Callable
from datetime import date

import pytest
from sqlalchemy.orm import Session

from foundation.formats import long_date
from tests.borough import AWARE, HOMES, STALLS, Borough
from tests.integration.web.teams import (
    COLUMNS,
    Row,
    changes,
    csv_rows,
    page_rows,
    xlsx_rows,
)
from tests.integration.web.test_pages import more_people
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
GROUPS = ("overdue", "soon", "waiting", "not_yet_due", "not_counted", "up_to_date")
EVERYONE = {"scope": "everyone"}
NO_DAY = "\N{EN DASH}"
QUERIES: list[dict[str, str]] = [
    {},
    EVERYONE,
    {**EVERYONE, "unit": "in"},
    {**EVERYONE, "unit": "out"},
    {"requirement": AWARE},
    {"requirement": STALLS, "sort": "-name"},
    *({**EVERYONE, "show": group} for group in GROUPS),
    {"q": "a", "sort": "name"},
    {"q": "Tester Ol"},
    {"q": "nobody at all"},
    {**EVERYONE, "show": "overdue", "requirement": AWARE, "q": "sAm", "unit": "in", "sort": "-due"},
    *({**EVERYONE, "sort": sort} for sort in ("name", "status", "due", "valid", "-status", "-due", "-valid")),
]


def as_page(row: Row) -> Row:
    """A row of a file with its days as the page shows them."""
    days = {key: row[key] for key in ("due_on", "valid_until")}
    shown = {key: long_date(date.fromisoformat(day)) if day else NO_DAY for key, day in days.items()}
    return {key: row[key] for key in COLUMNS} | shown


# The figures


def test_page_csv_and_spreadsheet_have_the_same_lines_in_the_same_order(sign_in: SignIn) -> None:
    client = sign_in("manager")
    for query in QUERIES:
        shown, as_csv, as_xlsx = page_rows(client, query), csv_rows(client, query), xlsx_rows(client, query)
        assert [as_page(row) for row in as_csv] == shown, query
        assert as_xlsx == as_csv, query
        assert bool(shown) == (query.get("q") != "nobody at all"), query


def test_a_list_of_several_pages_has_the_lines_of_its_files(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    more_people(session, 110)
    client = sign_in("manager")
    for query in ({"sort": "-name"}, {"q": "New1", "sort": "valid"}):
        shown = page_rows(client, query)
        assert len(shown) > 20
        assert shown == [as_page(row) for row in csv_rows(client, query)]
        assert csv_rows(client, query) == xlsx_rows(client, query)


SORTED_BY: dict[str, Callable[[Row], object]] = {
    "name": lambda row: row["name"].split()[0].lower(),
    "due": lambda row: row["due_on"],
    "valid": lambda row: row["valid_until"],
}


@pytest.mark.parametrize("sort", SORTED_BY)
def test_a_column_sorts_both_ways_and_lines_without_its_day_come_last(sign_in: SignIn, sort: str) -> None:
    client = sign_in("manager")
    key = SORTED_BY[sort]
    for wanted, downwards in ((sort, False), (f"-{sort}", True)):
        keys = [key(row) for row in csv_rows(client, {**EVERYONE, "sort": wanted})]
        filled = [value for value in keys if value]
        assert len(set(filled)) > 1
        assert filled == sorted(filled, reverse=downwards)  # type: ignore[type-var]  # all are texts
        assert not any(keys[len(filled) :])
        headings = client.page("/my-team", {**EVERYONE, "sort": wanted}).select("#team th[aria-sort]")
        assert [heading["aria-sort"] for heading in headings] == ["descending" if downwards else "ascending"]


def test_what_presses_most_comes_first_unless_something_else_is_asked_for(sign_in: SignIn) -> None:
    client = sign_in("manager")
    usual = page_rows(client, EVERYONE)
    assert [row["status_words"] for row in usual][:4] == [
        "Overdue: expired", "Overdue: not started", "Overdue: not started", "Not yet due",
    ]  # fmt: skip
    for nonsense in ("password_hash", "name;drop table", "--name", "Name", "-"):
        assert page_rows(client, {**EVERYONE, "sort": nonsense}) == usual


def test_the_links_of_the_columns_keep_the_filters_and_turn_the_order_round(sign_in: SignIn) -> None:
    page = sign_in("manager").page("/my-team", {**EVERYONE, "show": "overdue", "sort": "due"})
    links = {text_of(link).partition(" :")[0]: str(link["href"]) for link in page.select("#team thead a")}
    assert "sort=-due" in links["Due by"]
    assert "sort=name" in links["Name"]
    assert all("scope=everyone" in href and "show=overdue" in href for href in links.values())


# Looking for a name


@pytest.mark.parametrize(
    "text", ["%", "_", "S%m", "'", '"', "\\", "(a+)+$", "*", "a" * 10_000, "🙂" * 500, "Sam;"]
)
def test_signs_of_patterns_are_looked_for_as_they_stand(sign_in: SignIn, text: str) -> None:
    page = sign_in("manager").page("/my-team", {"q": text})
    assert not page.select("#team")
    assert "Nobody in this list has such a name" in text_of(page)


def test_names_with_such_signs_are_found(sign_in: SignIn, session: Session, borough: Borough) -> None:
    odd = ("O'Neil", "50%_off", "Back\\slash", "Élodie", "DŽ")
    with changes(session, borough) as builder:
        for name in odd:
            builder.person(name, HOMES, "Mo")
    client = sign_in("manager")
    for looked_for, found in (
        ("o'n", {"O'Neil"}),
        ("%", {"50%_off"}),
        ("0%_O", {"50%_off"}),
        ("\\", {"Back\\slash"}),
        ("élodie", {"Élodie"}),
        ("ÉLO", {"Élodie"}),
        ("elodie", {"Élodie"}),
        ("o\u2019neil", {"O'Neil"}),
        ("  tester   sam ", {"Sam"}),
    ):
        rows = page_rows(client, {"q": looked_for})
        assert {row["name"].split()[0] for row in rows} == found, looked_for


def test_the_character_nul_is_refused(sign_in: SignIn) -> None:
    assert sign_in("manager").get("/my-team?q=%00").status_code == 400


def test_a_name_of_another_team_is_looked_for_in_vain(sign_in: SignIn) -> None:
    client = sign_in("manager")
    for name in ("Uma", "Vic", "Dana", "Mo ", "Lee"):
        answer = client.get("/my-team", query_string={**EVERYONE, "q": name}).get_data(as_text=True)
        assert f"{name.strip()} Tester" not in answer
        assert not csv_rows(client, {**EVERYONE, "q": name})
        assert not xlsx_rows(client, {**EVERYONE, "q": name})
