"""What was chosen from a list that the page filled is given back in the words that were chosen."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from sqlalchemy.exc import OperationalError

from tests.borough import PASSWORD, Borough, email_of
from tests.integration.web.test_kept_text import OURS, fields_of, hidden_in, leave_alone
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]


def given_back(client: PageClient, reader: str, address: str, **typed: str) -> dict[str, str]:
    """What the page says of a form that was sent after its session ended."""
    hidden = fields_of(client, address)
    leave_alone(client)
    answer = client.post(address, data={**hidden, **typed}, headers=OURS)
    answer = client.post(
        "/sign-in", data={**hidden_in(answer.text), "email": email_of(reader), "password": PASSWORD}
    )
    rows = BeautifulSoup(answer.text, "html.parser").select("main dl > div")
    return {
        text_of(row.select_one("dt")): text_of(row.select_one("dd"))  # type: ignore[arg-type]  # every row has both
        for row in rows
    }


def test_what_was_chosen_from_the_rule_book_is_given_back_by_its_title(
    sign_in: SignIn, borough: Borough
) -> None:
    client, sam = sign_in("learning"), f"/people/{borough.people['Sam']}"
    number = given_back(client, "learning", "/figures/declared/new", course="BRIEF", who="1", people="40")
    assert number == {
        "Course": "Team briefing",
        "Whose people were trained?": "What you chose",
        "How many different people": "40",
    }
    assert given_back(client, "learning", f"{sam}/roles/new", role="street")["Role"] == "Street teams"
    exemption = f"{sam}/exemptions/new"
    for chosen, title in (("STALLS", "Leaflets and stalls"), ("*", "All requirements"), ("GONE", "GONE")):
        found = given_back(client, "learning", exemption, requirement=chosen, approved_by="Dana")
        assert found == {"Requirement": title, "Approved by": "Dana"}


def test_titles_are_left_out_where_the_database_does_not_answer(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = sign_in("learning")

    def fails(_session: object) -> None:
        raise OperationalError("", {}, Exception())

    monkeypatch.setattr("app.titles.load_rule_book", fails)
    found = given_back(client, "learning", "/figures/declared/new", course="BRIEF", people="40")
    assert found == {"Course": "BRIEF", "How many different people": "40"}
