"""People, posts and absences by hand: checked before they are saved, by the rules of files, and never one's own."""

from collections.abc import Callable, Mapping
from datetime import date, timedelta
from typing import TypeVar

import pytest
from bs4 import BeautifulSoup
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from compliance import timelines
from foundation.audit import AuditEventRow
from foundation.dates import FAR_DAY
from people.models import AbsenceRow, PersonDetailRow, PersonRow, PostSpellRow, UnitRow
from tests.borough import COUNCIL, HOMES, PARTNER, RESOURCES, Borough
from tests.pages import PageClient

SignIn = Callable[[str], PageClient]
Of = TypeVar("Of", PersonDetailRow, PostSpellRow, AbsenceRow)


def day(name: str, value: date | None) -> dict[str, str]:
    parts = ("day", "month", "year")
    return {f"{name}-{part}": str(getattr(value, part)) if value else "" for part in parts}


def hidden(page: BeautifulSoup) -> dict[str, str]:
    """What a browser would send of the page's form as it stands."""
    found = {}
    for one in page.select("main form input"):
        if one.get("type") not in ("radio", "checkbox") or one.has_attr("checked"):
            found[str(one["name"])] = str(one.get("value", ""))
    for one in page.select("main form select"):
        chosen = one.select_one("option[selected]")
        found[str(one["name"])] = str(chosen["value"]) if chosen else ""
    return found


def read(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def check(client: PageClient, address: str, fields: Mapping[str, str]) -> tuple[BeautifulSoup, int]:
    """The form sent as far as its check."""
    page = client.page(address)
    answer = client.post(address, data={**hidden(page), **fields})
    return read(answer), answer.status_code


def save(client: PageClient, address: str, fields: Mapping[str, str]) -> TestResponse:
    """The form sent, checked and confirmed."""
    page, status = check(client, address, fields)
    assert status == 200, page.select_one("main")
    return client.post(address, data={**hidden(page), "step": "confirm"})


def problems(page: BeautifulSoup) -> str:
    found = page.select_one(".govuk-error-summary")
    return found.get_text(" ", strip=True) if found else ""


def text_of(page: BeautifulSoup, where: str) -> str:
    found = page.select_one(where)
    assert found is not None, f"nothing is {where}"
    return found.get_text(" ", strip=True)


def standing(session: Session, model: type[Of], person_id: int) -> list[Of]:
    session.rollback()
    rows = session.scalars(select(model).where(model.retracted_at.is_(None)).order_by(model.id))
    return [row for row in rows if row.person_id == person_id]


def posts(session: Session, person_id: int) -> list[PostSpellRow]:
    return sorted(standing(session, PostSpellRow, person_id), key=lambda row: row.first_day)


def facts_there(session: Session) -> int:
    session.rollback()
    return sum(
        session.scalar(select(func.count()).select_from(model)) or 0
        for model in (PersonRow, PersonDetailRow, PostSpellRow, AbsenceRow, UnitRow, AuditEventRow)
    )


POST = {"job_title": "Officer", "organisation": COUNCIL, "unit": HOMES, "manager": "N-Mo"}


def new_person(**other: str) -> dict[str, str]:
    return {
        "person_ref": "V-7",
        "first_name": "Zoë",
        "last_name": "Marsh",
        "email": "Zoe@Council.example",
        "category": "volunteer",
        "post_ref": "1",
        **POST,
        **day("first_day", date(2020, 1, 6)),
        **other,
    }


def of(borough: Borough, name: str) -> str:
    return f"/people/{borough.people[name]}"


def test_a_person_is_added_after_a_check_that_says_what_is_asked_of_them(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    before = facts_there(session)
    page, status = check(client, "/people/new", new_person())
    assert status == 200
    assert "Prevent awareness for everybody" in text_of(page, "#effects")
    assert facts_there(session) == before, "a check writes nothing"
    answer = client.post("/people/new", data={**hidden(page), "step": "confirm"})
    assert answer.status_code == 302
    session.rollback()
    person = session.scalars(select(PersonRow).where(PersonRow.person_ref == "V-7")).one()
    assert answer.location.endswith(person.public_id)
    detail = standing(session, PersonDetailRow, person.id)[0]
    assert (detail.first_name, detail.email, detail.category) == ("Zoë", "zoe@council.example", "volunteer")
    assert posts(session, person.id)[0].manager_ref == "N-Mo"
    assert list(timelines.differences(session)) == []
    assert client.page("/people/find", {"q": "zoe marsh"}).select("#found tbody tr")


def test_a_form_that_is_sent_twice_adds_one_person(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    page, _ = check(client, "/people/new", new_person())
    sent = {**hidden(page), "step": "confirm"}
    first = client.post("/people/new", data=sent)
    second = client.post("/people/new", data=sent)
    # The number is taken by then, which is no reason to say that something is wrong.
    assert first.status_code == 302
    assert second.status_code in (302, 422)
    assert session.scalar(select(func.count()).where(PersonRow.person_ref == "V-7")) == 1


def test_what_files_refuse_pages_refuse_with_the_same_words(sign_in: SignIn, session: Session) -> None:
    client = sign_in("learning")
    before = facts_there(session)
    for fields, words in (
        ({"person_ref": "N-Sam"}, "somebody's number already"),
        ({"person_ref": "1.23E+05"}, "Excel changed this number"),
        ({"person_ref": ""}, "Enter a number"),
        ({"email": "a@b"}, "like ann@council.gov.uk"),
        ({"first_name": "=?UTF-8?Q?=0A?="}, "characters that are not allowed"),
        ({"last_name": "x" * 201}, "200 characters or fewer"),
        ({"category": "king"}, "Select a category"),
        ({"organisation": "Nowhere"}, "Select an organisation"),
        ({"manager": "V-7"}, "cannot manage themselves"),
        (day("first_day", None), "Enter the first day"),
        ({"first_day-year": "1939"}, "must be between 1 January 1940"),
        (day("last_day", date(2019, 1, 1)), "same as or after the first day"),
    ):
        page, status = check(client, "/people/new", new_person(**{"manager_choice": "keep", **fields}))
        assert status == 422, fields
        assert words in problems(page), fields
        assert page.select_one("#last_name") is not None, "what was typed stays"
    assert facts_there(session) == before


def test_a_unit_or_manager_in_other_words_is_asked_for(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    address = f"{of(borough, 'Kit')}/posts/new"
    fields = {"post_ref": "P2", **POST, **day("first_day", borough.today)}
    page, status = check(client, address, {**fields, "unit": "commun", "manager": "tester homes"})
    assert status == 422
    assert "Select which unit you mean" in problems(page)
    assert "Select which manager you mean" in problems(page)
    values = [one["value"] for one in page.select("input[name=unit_choice]")]
    assert values == ["Community Solutions", HOMES, "new"]
    assert {"N-Mo", "N-Sam"} <= {one["value"] for one in page.select("input[name=manager_choice]")}
    chosen = {**fields, "unit": "commun", "unit_choice": HOMES, "manager": "mo", "manager_choice": "N-Mo"}
    assert save(client, address, chosen).status_code == 302
    post = posts(session, borough.ids["Kit"])[-1]
    assert (post.post_ref, post.manager_ref) == ("P2", "N-Mo")
    assert session.get_one(UnitRow, post.unit_id).path == HOMES


def test_a_new_path_makes_its_units_once_it_is_confirmed(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    address = f"{of(borough, 'Kit')}/posts/new"
    unit = f"{RESOURCES} > Print > Night shift"
    fields = {"post_ref": "P2", **POST, "unit": unit, "unit_choice": "new", **day("first_day", borough.today)}
    page, _ = check(client, address, fields)
    assert "is a new unit" in page.get_text()
    assert session.scalar(select(func.count()).where(UnitRow.name == "Print")) == 0
    assert save(client, address, fields).status_code == 302
    session.rollback()
    rows = {row.path: row for row in session.scalars(select(UnitRow))}
    assert rows[RESOURCES].left < rows[f"{RESOURCES} > Print"].left < rows[unit].left
    assert rows[unit].right < rows[RESOURCES].right


def spell_address(session: Session, borough: Borough, name: str, what: str) -> str:
    return f"{of(borough, name)}/posts/{posts(session, borough.ids[name])[-1].id}/{what}"


def test_a_change_from_a_day_on_keeps_what_was_before(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    address = spell_address(session, borough, "Ash", "change")
    since = borough.today - timedelta(days=5)
    fields = {**POST, "unit": RESOURCES, "manager": "N-Vic", "roles": "street", **day("changed_on", since)}
    page, _ = check(client, address, fields)
    assert "Leaflets and stalls" in text_of(page, "#effects")
    assert save(client, address, fields).status_code == 302
    before, after = posts(session, borough.ids["Ash"])
    assert (before.last_day, after.first_day) == (since - timedelta(days=1), since)
    assert (before.manager_ref, after.manager_ref, after.roles) == ("N-Mo", "N-Vic", "street")
    assert list(timelines.differences(session)) == []
    page, status = check(
        client, spell_address(session, borough, "Ash", "change"), {**fields, "changed_on-year": "2001"}
    )
    assert status == 422
    assert "must be a day of this stretch" in problems(page)


def test_a_correction_replaces_and_its_reason_is_kept(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    address = spell_address(session, borough, "Ash", "correct")
    first = borough.today - timedelta(days=400)
    fields = {**POST, "job_title": "Caretaker", **day("first_day", first), "reason": "Wrong title"}
    assert save(client, address, fields).status_code == 302
    (post,) = posts(session, borough.ids["Ash"])
    assert (post.job_title, post.first_day, post.last_day) == ("Caretaker", first, FAR_DAY)
    gone = session.scalars(select(PostSpellRow).where(PostSpellRow.retracted_reason == "Wrong title")).one()
    assert gone.retracted_by is not None
    assert gone.retracted_by.startswith("account:")
    page, status = check(client, spell_address(session, borough, "Ash", "correct"), fields)
    assert (status, "Nothing is different" in problems(page)) == (422, True)
    page, status = check(client, spell_address(session, borough, "Ash", "correct"), {**fields, "reason": ""})
    assert "Enter why it is corrected" in problems(page)


def test_days_of_one_post_may_not_overlap(sign_in: SignIn, session: Session, borough: Borough) -> None:
    client = sign_in("learning")
    ref = posts(session, borough.ids["Ash"])[0].post_ref
    fields = {"post_ref": ref, **POST, **day("first_day", borough.today)}
    page, status = check(client, f"{of(borough, 'Ash')}/posts/new", fields)
    assert (status, "recorded for this post already" in problems(page)) == (422, True)


def test_a_post_ends_and_one_that_never_was_is_taken_out(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    last = borough.today - timedelta(days=1)
    page, _ = check(client, spell_address(session, borough, "Ash", "end"), day("last_day", last))
    assert "Not required" in text_of(page, "#effects")
    address = spell_address(session, borough, "Ash", "end")
    assert save(client, address, day("last_day", last)).status_code == 302
    assert posts(session, borough.ids["Ash"])[0].last_day == last
    page, status = check(
        client, spell_address(session, borough, "Bo", "end"), day("last_day", date(2001, 1, 1))
    )
    assert (
        status,
        "is before the post started" in problems(page) or "before this began" in problems(page),
    ) == (422, True)
    assert (
        save(client, spell_address(session, borough, "Bo", "mistake"), {"reason": "Other person"}).status_code
        == 302
    )
    assert posts(session, borough.ids["Bo"]) == []
    assert list(timelines.differences(session)) == []


def test_an_absence_is_recorded_corrected_and_taken_out(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client, ash = sign_in("learning"), borough.ids["Ash"]
    first, last = borough.today - timedelta(days=30), borough.today + timedelta(days=30)
    fields = {"kind": "parental", **day("first_day", first)}
    assert save(client, f"{of(borough, 'Ash')}/absences/new", fields).status_code == 302
    page, status = check(client, f"{of(borough, 'Ash')}/absences/new", fields)
    assert (status, "recorded already" in problems(page)) == (422, True)
    (away,) = standing(session, AbsenceRow, ash)
    address = f"{of(borough, 'Ash')}/absences/{away.id}"
    assert save(client, f"{address}/correct", {**fields, **day("last_day", last)}).status_code == 302
    (corrected,) = standing(session, AbsenceRow, ash)
    assert (corrected.first_day, corrected.last_day) == (first, last)
    address = f"{of(borough, 'Ash')}/absences/{corrected.id}/mistake"
    assert save(client, address, {"why": "twice"}).status_code == 302
    assert standing(session, AbsenceRow, ash) == []
    assert list(timelines.differences(session)) == []


def test_what_somebody_else_changed_meanwhile_is_shown_and_nothing_saved(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    one, other = sign_in("learning"), sign_in("learning")
    details = f"{of(borough, 'Ash')}/details"
    mine = {"first_name": "Ashley", "last_name": "Tester", "reason": "Full name"}
    page, _ = check(one, details, mine)
    assert save(other, details, {**mine, "first_name": "Ashton", "email": ""}).status_code == 302
    answer = one.post(details, data={**hidden(page), "step": "confirm"})
    text = read(answer).get_text(" ", strip=True)
    assert answer.status_code == 409
    assert "Ashton" in text
    assert "Ashley" in text
    change = spell_address(session, borough, "Ash", "change")
    page, _ = check(one, change, {**POST, "job_title": "Lead", **day("changed_on", borough.today)})
    assert (
        save(other, spell_address(session, borough, "Ash", "end"), day("last_day", borough.today)).status_code
        == 302
    )
    before = facts_there(session)
    answer = one.post(change, data={**hidden(page), "step": "confirm"})
    assert answer.status_code == 409
    assert "Lead" in read(answer).get_text()
    assert one.get(change).status_code == 409
    assert facts_there(session) == before


def test_nobody_changes_their_own_record(sign_in: SignIn, session: Session, borough: Borough) -> None:
    client = sign_in("learning")
    own = posts(session, borough.ids["Uma"])[0].id
    before = facts_there(session)
    for path in (
        "details",
        "posts/new",
        "absences/new",
        *(f"posts/{own}/{what}" for what in ("change", "correct", "end", "mistake")),
    ):
        address = f"{of(borough, 'Uma')}/{path}"
        page = client.page(address, status=403)
        assert page.h1 is not None
        assert page.h1.get_text() == "This is your own record"
        token = client.page("/people/new").select_one("input[name=csrf_token]")
        assert token is not None
        sent = {"csrf_token": str(token["value"]), "step": "confirm", **new_person(reason="x")}
        assert client.post(address, data=sent).status_code == 403
    assert facts_there(session) == before
    page = client.page(of(borough, "Uma"))
    assert not page.select('a[href$="/details"][href*="/people/"]')


def test_a_partner_lead_corrects_names_and_ends_posts_of_their_own_people_alone(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("partner")
    fields = {"first_name": "Pia", "last_name": "Harbour", "reason": "Married", "category": "member"}
    page = client.page(f"{of(borough, 'Pia')}/details")
    assert not page.select("input[name=category]")
    assert save(client, f"{of(borough, 'Pia')}/details", fields).status_code == 302
    (detail,) = standing(session, PersonDetailRow, borough.ids["Pia"])
    assert (detail.last_name, detail.category) == ("Harbour", "partner")
    assert (
        save(
            client, spell_address(session, borough, "Pia", "end"), day("last_day", borough.today)
        ).status_code
        == 302
    )
    for path in ("posts/new", "absences/new"):
        assert client.get(f"{of(borough, 'Pia')}/{path}").status_code == 403
    for path in ("details", f"posts/{posts(session, borough.ids['Sam'])[0].id}/end"):
        assert client.get(f"{of(borough, 'Sam')}/{path}").status_code == 404
    assert client.get("/people/new").status_code == 403
    # Whose address it is besides is not theirs to learn.
    shared = {**fields, "last_name": "Tester", "email": "sam@council.example"}
    page, status = check(client, f"{of(borough, 'Pia')}/details", shared)
    assert status == 200
    assert "N-Sam" not in page.get_text()


@pytest.mark.parametrize("reader", ["staff", "manager", "coordinator", "auditor"])
def test_the_others_change_nothing_and_are_offered_nothing(
    sign_in: SignIn, session: Session, borough: Borough, reader: str
) -> None:
    client = sign_in(reader)
    spell = posts(session, borough.ids["Ola"])[0].id
    for path in ("details", "posts/new", "absences/new", f"posts/{spell}/end", f"posts/{spell}/correct"):
        assert client.get(f"{of(borough, 'Ola')}/{path}").status_code == 403
    page = client.get(of(borough, "Ola" if reader != "staff" else "Sam"))
    for words in ("posts/new", "/mistake", "Correct details"):
        assert words not in page.get_data(as_text=True)


def test_the_history_tells_every_fact_who_and_why(
    sign_in: SignIn, session: Session, borough: Borough, app: Flask
) -> None:
    client = sign_in("learning")
    details = f"{of(borough, 'Bo')}/details"
    fields = {"first_name": "Beau", "last_name": "Tester", "reason": "Spelt wrongly"}
    assert save(client, details, fields).status_code == 302
    page = client.page(f"{of(borough, 'Bo')}/record")
    rows = [row.get_text(" ", strip=True) for row in page.select("#history tbody tr")]
    assert "Beau Tester" in rows[0]
    assert "Uma Tester" in rows[0]
    assert "Taken out" in rows[1]
    assert "Spelt wrongly" in rows[1]
    assert any("Parental leave" in row and "A command on the server" in row for row in rows)
    file = client.get(f"{of(borough, 'Bo')}/record.csv").data.decode("utf-8-sig")
    assert file.count("\n") == len(rows) + 1
    auditor = sign_in("auditor")
    text = auditor.page(f"{of(borough, 'Bo')}/record").get_text()
    assert "Parental" not in text
    assert "bo@council.example" not in text
    assert "N-Mo" not in text
    for reader in ("manager", "coordinator", "partner", "staff"):
        assert sign_in(reader).get(f"{of(borough, 'Bo')}/record").status_code == 403
    assert client.get(f"/people/{'0' * 32}/record").status_code == 404


def test_the_page_says_where_each_role_comes_from(sign_in: SignIn, borough: Borough) -> None:
    text = text_of(sign_in("learning").page(of(borough, "Sam")), "[aria-labelledby=record]")
    assert "Street teams" in text
    assert "Named in the post Officer" in text
    assert 'id="record"' not in sign_in("manager").get(of(borough, "Sam")).get_data(as_text=True)
    assert PARTNER not in text
