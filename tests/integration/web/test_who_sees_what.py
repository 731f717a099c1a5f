"""Who sees what on a page: names, numbers and fields. Who may open which is in test_authorization.py."""

import re
from collections.abc import Callable

import pytest

from tests.borough import COUNCIL, HOMES, PARTNER, READERS, RESOURCES, Borough
from tests.pages import PageClient

SignIn = Callable[[str], PageClient]
READERS_INSIDE = [reader for reader in READERS if reader != "leaver"]

# Whom each reader sees by name, anywhere: on a person's page, in a list, in a file.
TEAM_OF_MO = {"Sam", "Ola", "Kit", "Ash", "Bo", "Cy", "Two"}
COUNCIL_PEOPLE = TEAM_OF_MO | {"Dana", "Mo", "Uma", "Vic"}
PARTNERS = {"Pia", "Per", "Pat", "Pip", "Pol", "Pam"}
SEEN = {
    "staff": {"Sam"},
    "manager": TEAM_OF_MO | {"Mo"},
    "learning": COUNCIL_PEOPLE | PARTNERS | {"Lee"},
    "coordinator": COUNCIL_PEOPLE | PARTNERS | {"Lee"},
    "auditor": COUNCIL_PEOPLE | PARTNERS | {"Lee"},
    "partner": PARTNERS,
}


@pytest.mark.parametrize("reader", SEEN)
def test_each_reader_sees_the_people_in_scope_by_name_and_nobody_else(
    reader: str, sign_in: SignIn, borough: Borough
) -> None:
    client = sign_in(reader)
    opened = {
        name
        for name, public_id in borough.people.items()
        if client.get(f"/people/{public_id}").status_code == 200
    }
    assert opened == SEEN[reader]
    lists = ["/figures", "/figures.csv", "/people", "/people.csv", "/my-team?scope=everyone", "/my-team.csv"]
    for address in lists:
        text = client.get(address).get_data(as_text=True)
        named = {name for name in borough.people if f"{name} Tester" in text}
        # A manager's own row is no part of the team.
        assert named <= SEEN[reader] - {"Mo"} | (
            {"Mo"} if reader in ("learning", "coordinator", "auditor") else set()
        )


@pytest.mark.parametrize("reader", ["staff", "manager", "partner"])
def test_somebody_who_is_not_yours_looks_as_if_they_did_not_exist(
    reader: str, sign_in: SignIn, borough: Borough
) -> None:
    client = sign_in(reader)
    other = client.get(f"/people/{borough.people['Vic']}")
    nobody = client.get(f"/people/{'0' * 32}")
    rubbish = client.get("/people/../../etc/passwd")
    assert other.status_code == nobody.status_code == rubbish.status_code == 404
    # The token of the sign-out form holds the second in which the page was made.
    pages = {re.sub(rb'value="[^"]+"', b"", answer.data) for answer in (other, nobody, rubbish)}
    assert len(pages) == 1


def test_a_partner_lead_gets_figures_of_their_own_people_alone(sign_in: SignIn) -> None:
    client = sign_in("partner")
    rows = client.get("/figures.csv?requirement=AWARE").get_data(as_text=True).splitlines()
    assert rows[1].split(",")[5] == "6"
    page = client.page("/figures")
    assert PARTNER in page.get_text() or "All units" in page.get_text()
    assert RESOURCES not in page.get_text()
    assert COUNCIL not in " ".join(option.get_text() for option in page.select("select option"))


def test_a_partner_lead_cannot_ask_for_a_unit_of_others(sign_in: SignIn, borough: Borough) -> None:
    client = sign_in("partner")
    for address in ("/figures", "/figures.csv", "/people", "/people.csv"):
        assert client.get(address, query_string={"unit": borough.units[HOMES]}).status_code == 404


def test_staff_see_numbers_of_their_own_directorate_without_names(sign_in: SignIn, borough: Borough) -> None:
    client = sign_in("staff")
    page = client.page("/figures")
    assert not page.select("main table a")
    assert [option.get_text() for option in page.select("#unit option")] == ["Community Solutions"]
    assert client.get("/figures", query_string={"unit": borough.units[RESOURCES]}).status_code == 404


@pytest.mark.parametrize("reader", ["staff", "manager"])
def test_readers_of_numbers_see_no_group_smaller_than_five(reader: str, sign_in: SignIn) -> None:
    client = sign_in(reader)
    for line in client.get("/figures.csv").get_data(as_text=True).splitlines()[1:]:
        for cell in line.split(",")[5:15]:
            assert not cell.isdigit() or int(cell) == 0 or int(cell) >= 5
    page = client.page("/figures")
    assert "Too few to show" in page.get_text()


@pytest.mark.parametrize(
    "reader, seen, email, reference, kind",
    [
        ("staff", "Sam", True, True, None),
        ("manager", "Bo", True, False, False),
        ("learning", "Bo", True, True, True),
        ("coordinator", "Bo", True, False, False),
        ("auditor", "Bo", False, False, False),
        ("partner", "Pia", True, True, None),
    ],
)
def test_the_fields_of_a_person_follow_the_table(
    reader: str,
    seen: str,
    email: bool,
    reference: bool,
    kind: bool | None,
    sign_in: SignIn,
    borough: Borough,
) -> None:
    page = sign_in(reader).page(f"/people/{borough.people[seen]}").get_text()
    assert (
        f"{seen.lower()}@council.example" in page.replace("Signed in as staff@council.example", "")
    ) == email
    assert (f"N-{seen}" in page) == reference
    if kind is not None:
        assert ("Parental leave" in page) == kind


def test_payroll_numbers_are_in_the_file_of_learning_and_development_alone(sign_in: SignIn) -> None:
    for reader in READERS_INSIDE:
        for address in ("/people.csv", "/my-team.csv"):
            text = sign_in(reader).get(address).get_data(as_text=True)
            assert ("N-Sam" in text) == (reader == "learning" and address == "/people.csv")
