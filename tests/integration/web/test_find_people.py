"""Finding anybody: by what, by whom, and what nobody finds out by asking (promises 8 and G20)."""

import csv
from collections.abc import Callable
from datetime import timedelta
from io import StringIO

from sqlalchemy import event, select, update
from sqlalchemy.engine import Engine
from sqlalchemy.orm import Session

from foundation import clock, facts
from foundation.db import transaction
from foundation.facts import recorded, retract
from foundation.stamp import Stamp
from people.domain import RoleRule
from people.models import PersonDetailRow, PersonWordRow, RoleGrantRow, RoleRuleRow
from tests.borough import HOMES, RESOURCES, Borough
from tests.pages import PageClient

SignIn = Callable[[str], PageClient]


def found(client: PageClient, **asked: str) -> list[str]:
    """First names on the page, in its order."""
    page = client.page("/people/find", asked)
    return [link.get_text(strip=True).split()[0] for link in page.select("#found tbody th a")]


def suggested(client: PageClient, **asked: str) -> list[str]:
    answer = client.get("/people/find/suggest", query_string=asked)
    assert answer.status_code == 200
    assert answer.json is not None
    return [one["name"].split()[0] for one in answer.json["people"]]


def rename(session: Session, borough: Borough, name: str, first: str, last: str) -> None:
    """Give somebody another name, as a correction of the record."""
    with transaction(session):
        stamp = Stamp("command:tests", clock.now())
        person_id = borough.ids[name]
        query = select(PersonDetailRow).where(
            PersonDetailRow.person_id == person_id, PersonDetailRow.retracted_at.is_(None)
        )
        before = session.scalars(query).one()
        retract(session, PersonDetailRow, [before.id], stamp, "tests")
        session.add(
            PersonDetailRow(
                person_id=person_id,
                first_name=first,
                last_name=last,
                email=before.email,
                category=before.category,
                **recorded(stamp),
            )
        )
        facts.touch(session, [person_id])
    session.rollback()


def test_nobody_is_listed_before_something_is_asked(sign_in: SignIn) -> None:
    client = sign_in("learning")
    assert found(client) == []
    assert suggested(client) == []


def test_every_word_narrows_by_name_number_address_unit_and_role(sign_in: SignIn) -> None:
    client = sign_in("learning")
    for words, expected in {
        "sam": ["Sam"],
        "TESTER  sam": ["Sam"],
        "n-sam": ["Sam"],
        "sam@council": ["Sam"],
        "sam homes": ["Sam"],
        "sam resources": [],
        "harbour": ["Pam", "Pat", "Per", "Pia", "Pip", "Pol"],
        "street": ["Ola", "Sam"],
        "street ola": ["Ola"],
        "quay": ["Two"],
        "lee": [],
        "nobody": [],
        "% _ ' \\": [],
        "*": [],
        "a " * 500: ["Ash"],
    }.items():
        assert found(client, q=words) == expected, words
        assert suggested(client, q=words) == expected, words


def test_a_name_with_accents_is_found_without_them_and_the_former_one_is_not(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    rename(session, borough, "Sam", "Siân", "Tŷ-Hafod")
    client = sign_in("learning")
    assert found(client, q="sian") == ["Siân"]
    assert found(client, q="hafod") == ["Siân"]
    assert found(client, q="Tŷ") == ["Siân"]
    assert found(client, q="ty-haf") == ["Siân"]
    assert found(client, q="sam tester") == []


def test_filters_narrow_by_unit_role_category_and_whether_they_work_here(
    sign_in: SignIn, borough: Borough
) -> None:
    client = sign_in("learning")
    assert found(client, unit=borough.units[RESOURCES]) == ["Kit", "Uma", "Vic"]
    assert found(client, unit=borough.units[RESOURCES], working="left") == ["Lee"]
    assert found(client, unit=borough.units[RESOURCES], working="everyone") == ["Kit", "Lee", "Uma", "Vic"]
    assert found(client, role="street") == ["Ola", "Sam"]
    assert found(client, category="partner", sort="-first_name")[0] == "Pol"
    assert found(client, q="lee", working="left") == ["Lee"]
    for bad in ({"unit": "x"}, {"role": "x"}, {"category": "x"}, {"working": "x"}):
        assert client.get("/people/find", query_string=bad).status_code == 404


def test_roles_of_rules_and_roles_by_hand_are_found(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with transaction(session):
        stamp = Stamp("command:tests", clock.now())
        session.execute(update(RoleRuleRow).where(RoleRuleRow.id == 0).values(role="none"))
        rule = RoleRule("street", job_title="head*", unit="Community Solutions", sector="council")
        session.add(
            RoleRuleRow(
                role=rule.role,
                job_title=rule.job_title,
                unit=rule.unit,
                sector=rule.sector,
                **recorded(stamp),
            )
        )
        session.add(
            RoleGrantRow(
                person_id=borough.ids["Kit"],
                role="street",
                first_day=borough.today,
                last_day=borough.today + timedelta(days=9),
                approved_by="Dana",
                review_on=borough.today,
                reason="For a test",
                **recorded(stamp),
            )
        )
        facts.touch_rules(session, None)
    session.rollback()
    client = sign_in("learning")
    assert found(client, role="street") == ["Kit", "Mo", "Ola", "Sam"]
    assert found(client, q="street mo") == ["Mo"]


def test_a_coordinator_finds_everybody_and_learns_no_payroll_number(sign_in: SignIn) -> None:
    client = sign_in("coordinator")
    assert found(client, q="sam") == ["Sam"]
    assert found(client, q="n-sam") == []
    assert found(client, q="sam@council") == ["Sam"]
    for path in ("/people/find?q=tester", "/people/find.csv?q=tester", "/people/find/suggest?q=tester"):
        assert "N-" not in client.get(path).get_data(as_text=True)


def test_an_auditor_sees_numbers_and_addresses_masked_and_cannot_guess_them(sign_in: SignIn) -> None:
    client = sign_in("auditor")
    assert found(client, q="sam") == ["Sam"]
    assert found(client, q="n-sam") == []
    assert found(client, q="sam@council") == []
    text = client.get("/people/find?q=sam").get_data(as_text=True)
    assert "***am" in text
    assert "sam@council.example" not in text


def test_a_partner_lead_finds_their_own_people_alone(sign_in: SignIn) -> None:
    client = sign_in("partner")
    own = {"Pia", "Per", "Pat", "Pip", "Pol", "Pam"}
    for words in ("a", "p", "tester", "resources", "example", "sam", "n-", "street"):
        assert set(found(client, q=words, working="everyone")) <= own
        assert set(suggested(client, q=words)) <= own


def test_a_partner_lead_is_offered_no_other_unit(sign_in: SignIn, borough: Borough) -> None:
    client = sign_in("partner")
    assert found(client, q="pia") == ["Pia"]
    answer = client.get("/people/find", query_string={"unit": borough.units[HOMES]})
    assert answer.status_code == 404


def test_staff_and_managers_find_nobody_here(sign_in: SignIn) -> None:
    for reader in ("staff", "manager"):
        client = sign_in(reader)
        for path in ("/people/find", "/people/find.csv", "/people/find/suggest"):
            assert client.get(f"{path}?q=sam").status_code == 403


def test_the_file_holds_the_people_of_the_page(sign_in: SignIn) -> None:
    client = sign_in("learning")
    answer = client.get("/people/find.csv?q=homes&sort=-first_name")
    rows = list(csv.DictReader(StringIO(answer.data.decode("utf-8-sig"))))
    assert [row["name"].split()[0] for row in rows] == found(client, q="homes", sort="-first_name")
    assert [row["person_ref"] for row in rows if row["name"] == "Sam Tester"] == ["N-Sam"]
    empty = client.get("/people/find.csv").get_data(as_text=True)
    assert empty.count("\n") == 1


def test_the_number_of_queries_does_not_depend_on_how_many_are_found(sign_in: SignIn, engine: Engine) -> None:
    client = sign_in("learning")
    asked: list[str] = []

    def note(*arguments: object) -> None:
        asked.append(str(arguments[2]))

    event.listen(Engine, "before_cursor_execute", note)
    try:
        counts = set()
        for words in ("sam", "tester"):
            client.get(f"/people/find?q={words}")
            asked.clear()
            client.get(f"/people/find?q={words}")
            counts.add(len(asked))
    finally:
        event.remove(Engine, "before_cursor_execute", note)
    assert len(counts) == 1


def test_every_fact_about_a_name_has_its_words(sign_in: SignIn, session: Session, borough: Borough) -> None:
    rename(session, borough, "Kit", "Kitty", "O'Brien")
    said = set(session.scalars(select(PersonDetailRow.id)))
    assert set(session.scalars(select(PersonWordRow.detail_id))) == said
    client = sign_in("learning")
    assert found(client, q="obrien") == found(client, q="o'brien") == found(client, q="brien") == ["Kitty"]
