"""Roles by hand and exemptions on pages: who may, what is refused, what it changes, and who reads the reason."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from compliance import timelines
from compliance.models import ExemptionRow
from compliance.services import imports as exemption_files
from foundation import clock
from foundation.audit import AuditEventRow
from foundation.dates import FAR_DAY, add_months
from foundation.db import transaction
from foundation.errors import DomainError
from foundation.formats import long_date
from foundation.once import new_key
from foundation.stamp import Stamp
from people.models import RoleGrantRow
from people.services.roles import grants_to_review
from tests.borough import Borough
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]
HEAD = "Head of Community Safety"


def boxes(name: str, day: date | None) -> dict[str, str]:
    parts = (day.day, day.month, day.year) if day else ("", "", "")
    return {f"{name}-{part}": str(value) for part, value in zip(("day", "month", "year"), parts, strict=True)}


def role(borough: Borough, first: int = 0, last: int | None = None, **more: str) -> dict[str, str]:
    """The form of a role as somebody fills it in; days are counted from today."""
    today = borough.today
    return {
        "role": "street",
        "approved_by": HEAD,
        "reason": "Covers the stalls",
        **boxes("first_day", today + timedelta(days=first)),
        **boxes("last_day", None if last is None else today + timedelta(days=last)),
        **boxes("review_on", today + timedelta(days=100)),
        **more,
    }


def exemption(borough: Borough, first: int = 0, last: int = 20, **more: str) -> dict[str, str]:
    today = borough.today
    return {
        "requirement": "AWARE",
        "approved_by": HEAD,
        "reason": "Trained elsewhere",
        **boxes("first_day", today + timedelta(days=first)),
        **boxes("last_day", today + timedelta(days=last)),
        **more,
    }


def read(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def errors(answer: TestResponse) -> list[str]:
    assert answer.status_code == 422
    return [text_of(link) for link in read(answer).select(".govuk-error-summary__list li")]


def page_of(borough: Borough, name: str, below: str = "") -> str:
    return f"/people/{borough.people[name]}{below}"


def saved(client: PageClient, address: str, fields: dict[str, str]) -> TestResponse:
    """The answers, then the button of the page that shows what they change."""
    check = client.send(address, **fields)
    assert check.status_code == 200, errors(check)
    return client.send(address, **fields, step="save")


def stale(client: PageClient, address: str, **fields: str) -> TestResponse:
    """A form sent from a page that is open no more: another page gives the proof of its origin."""
    form = client.page("/account/password")
    token = form.select_one("input[name=csrf_token]")
    assert token is not None
    data = {"csrf_token": str(token["value"]), "once": new_key(), **fields}
    return client.post(address, data=data)


def standing(session: Session, model: type[RoleGrantRow | ExemptionRow]) -> list[RoleGrantRow | ExemptionRow]:
    session.rollback()
    query = select(model).where(model.retracted_at.is_(None)).order_by(model.id)
    return list(session.scalars(query))


def test_a_role_is_given_after_showing_what_it_changes_and_then_asks_for_training(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client, address = sign_in("learning"), page_of(borough, "Vic", "/roles/new")
    check = client.send(address, **role(borough))
    assert check.status_code == 200
    due = long_date(borough.today + timedelta(days=30))
    row = next(row for row in read(check).select("#effects tbody tr") if "Leaflets" in text_of(row))
    assert "Not required Not yet due " + due in text_of(row)
    assert standing(session, RoleGrantRow) == []
    answer = client.send(address, **role(borough), step="save")
    assert answer.headers["Location"] == page_of(borough, "Vic", "#exceptions")
    (found,) = standing(session, RoleGrantRow)
    assert (found.first_day, found.last_day, found.approved_by) == (borough.today, FAR_DAY, HEAD)
    page = text_of(client.page(page_of(borough, "Vic")))
    assert f"(role given by hand, approved by {HEAD})" in page
    assert "Covers the stalls" in page
    assert list(timelines.differences(session)) == []
    events = session.execute(
        select(AuditEventRow.event, AuditEventRow.details).where(AuditEventRow.event.like("role_grant.%"))
    ).all()
    assert [event for event, _ in events] == ["role_grant.recorded"]
    assert HEAD not in str(events)


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"role": ""}, "Choose a role of the rule book"),
        ({"role": "made-up"}, "Choose a role of the rule book"),
        ({"approved_by": " "}, "Enter who approved it"),
        ({"approved_by": "tester,  SAM"}, "Nobody approves a role of their own"),
        ({"approved_by": "n-sam"}, "Nobody approves a role of their own"),
        ({"reason": ""}, "Enter why this person has the role"),
        (boxes("first_day", None), "Enter the first day"),
        (boxes("last_day", date(2020, 1, 1)), "Last day must be the same as or after the first day"),
        (boxes("review_on", None), "Enter the review date"),
        (boxes("review_on", date(2020, 1, 1)), "Review date must be in the future"),
    ],
)
def test_what_is_wrong_with_a_role_is_said_and_nothing_is_saved(
    sign_in: SignIn, session: Session, borough: Borough, wrong: dict[str, str], message: str
) -> None:
    client, address = sign_in("learning"), page_of(borough, "Sam", "/roles/new")
    answer = client.send(address, **{**role(borough), **wrong}, step="save")
    assert message in errors(answer)
    assert "Covers the stalls" in answer.get_data(as_text=True) or "reason" in wrong
    assert standing(session, RoleGrantRow) == []


def test_a_review_is_at_most_a_year_ahead_and_a_role_is_not_given_twice(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client, address = sign_in("learning"), page_of(borough, "Sam", "/roles/new")
    year = add_months(borough.today, 12)
    late = {**role(borough), **boxes("review_on", year + timedelta(days=1))}
    assert errors(client.send(address, **late)) == [f"Review date must be on or before {long_date(year)}"]
    saved(client, address, role(borough, last=10))
    again = errors(client.send(address, **role(borough, first=10)))
    assert again[0].startswith("They have this role by hand already")
    saved(client, address, role(borough, first=11))
    assert len(standing(session, RoleGrantRow)) == 2


def test_nobody_gives_or_exempts_themselves(sign_in: SignIn, session: Session, borough: Borough) -> None:
    client = sign_in("learning")
    for below, fields in (("/roles/new", role(borough)), ("/exemptions/new", exemption(borough))):
        address = page_of(borough, "Uma", below)
        assert "Ask a colleague" in text_of(client.page(address))
        assert stale(client, address, **fields, step="save").status_code == 422
    assert standing(session, RoleGrantRow) == []
    assert len(standing(session, ExemptionRow)) == 1
    assert not client.page(page_of(borough, "Uma")).select("a[href$='/roles/new']")


def test_a_double_click_gives_one_role(sign_in: SignIn, session: Session, borough: Borough) -> None:
    client, address = sign_in("learning"), page_of(borough, "Sam", "/roles/new")
    key = client.page(address).select_one("input[name=once]")
    assert key is not None
    answers = [
        client.send(address, **role(borough), step="save", once=str(key["value"])).status_code
        for _ in range(2)
    ]
    assert answers == [302, 302]
    assert len(standing(session, RoleGrantRow)) == 1


def test_a_review_keeps_the_role_and_takes_it_off_the_list(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    saved(client, page_of(borough, "Sam", "/roles/new"), role(borough))
    (before,) = standing(session, RoleGrantRow)
    assert [one.name for one in grants_to_review(session, borough.today, 100)] == ["Sam Tester"]
    assert grants_to_review(session, borough.today, 99) == []
    address = page_of(borough, "Sam", f"/roles/{before.id}/review")
    assert "Nobody approves a role of their own" in errors(
        client.send(address, approved_by="Sam Tester", **boxes("review_on", borough.today + timedelta(9)))
    )
    client.page(address)
    fields = {"approved_by": "Director", **boxes("review_on", borough.today + timedelta(days=300))}
    assert client.send(address, **fields).status_code == 302
    (after,) = standing(session, RoleGrantRow)
    assert (after.approved_by, after.first_day, after.reason) == ("Director", before.first_day, before.reason)
    assert grants_to_review(session, borough.today, 100) == []
    assert stale(client, address, **fields).status_code == 409


def test_a_role_ends_with_a_day_or_was_a_mistake_from_the_beginning(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    for name in ("Vic", "Ash"):
        saved(client, page_of(borough, name, "/roles/new"), role(borough, first=-40))
    vic, ash = standing(session, RoleGrantRow)
    address = page_of(borough, "Vic", f"/roles/{vic.id}/end")
    client.page(address)
    assert errors(client.send(address, **boxes("last_day", None))) == ["Choose what is right", "Enter why"]
    early = {"how": "by_day", "reason": "Moved", **boxes("last_day", borough.today - timedelta(days=41))}
    assert errors(client.send(address, **early))[0].startswith("Last day must not be before")
    saved(client, address, {"how": "by_day", "reason": "Moved", **boxes("last_day", borough.today)})
    address = page_of(borough, "Ash", f"/roles/{ash.id}/end")
    saved(client, address, {"how": "by_mistake", "reason": "Somebody else", **boxes("last_day", None)})
    (left,) = standing(session, RoleGrantRow)
    assert (left.person_id, left.last_day) == (borough.ids["Vic"], borough.today)
    assert list(timelines.differences(session)) == []
    gone = stale(client, address, how="by_mistake", reason="Again", step="save")
    assert gone.status_code == 409
    assert "Somebody else changed or ended this" in gone.get_data(as_text=True)
    assert client.get(page_of(borough, "Vic", f"/roles/{ash.id}/end")).status_code == 404


def test_the_answers_come_back_to_be_changed(sign_in: SignIn, session: Session, borough: Borough) -> None:
    client, address = sign_in("learning"), page_of(borough, "Sam", "/roles/new")
    check = read(client.send(address, **role(borough, last=9)))
    kept = {str(one["name"]): str(one["value"]) for one in check.select("main input[type=hidden]")}
    assert role(borough, last=9).items() <= kept.items()
    again = read(client.send(address, **kept, step="change"))
    assert [str(one["value"]) for one in again.select("#last_day-day")] == [kept["last_day-day"]]
    assert standing(session, RoleGrantRow) == []


def test_an_exemption_is_recorded_after_showing_the_figures_net_and_gross(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client, address = sign_in("learning"), page_of(borough, "Sam", "/exemptions/new")
    check = read(client.send(address, **exemption(borough)))
    assert "Overdue: expired Exempt" in text_of(check.select_one("#effects tbody tr"))  # type: ignore[arg-type]  # fails where it is not there
    figures = text_of(check.select_one("#figures tbody tr"))  # type: ignore[arg-type]  # as above
    before, after = (part for part in figures.split("with this: ")[0:2])
    assert before != after
    saved(client, address, exemption(borough))
    page = text_of(client.page(page_of(borough, "Sam")))
    assert "Trained elsewhere" in page
    assert list(timelines.differences(session)) == []


@pytest.mark.parametrize(
    "wrong, message",
    [
        ({"requirement": ""}, "Choose a requirement, or all of them"),
        ({"requirement": "NOPE"}, "Choose a requirement, or all of them"),
        ({"approved_by": "sam@council.example"}, "Nobody approves their own exemption"),
        ({"reason": "  "}, "Enter the reason"),
        (boxes("last_day", None), "Enter the last day"),
        (boxes("last_day", date(2001, 1, 1)), "Last day must be the same as or after the first day"),
        (boxes("last_day", date(2090, 1, 1)), "Last day must be within 24 months"),
    ],
)
def test_what_is_wrong_with_an_exemption_is_said_and_nothing_is_saved(
    sign_in: SignIn, session: Session, borough: Borough, wrong: dict[str, str], message: str
) -> None:
    address = page_of(borough, "Sam", "/exemptions/new")
    answer = sign_in("learning").send(address, **{**exemption(borough), **wrong}, step="save")
    assert any(error.startswith(message) for error in errors(answer))
    assert len(standing(session, ExemptionRow)) == 1


def test_a_reason_that_may_tell_of_health_is_pointed_out(sign_in: SignIn, borough: Borough) -> None:
    fields = exemption(borough, reason="Surgery in May")
    check = sign_in("learning").send(page_of(borough, "Sam", "/exemptions/new"), **fields)
    assert "Do not record health or personal circumstances here" in check.get_data(as_text=True)


def test_an_exemption_ends_early_and_the_list_knows(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    assert "Cy Tester" in text_of(client.page("/exemptions?show=soon"))
    (found,) = standing(session, ExemptionRow)
    address = page_of(borough, "Cy", f"/exemptions/{found.id}/end")
    client.page(address)
    late = {"how": "by_day", "reason": "Back", **boxes("last_day", found.last_day)}
    assert errors(client.send(address, **late))[0].startswith("Last day must not be before")
    saved(
        client,
        address,
        {"how": "by_day", "reason": "Back", **boxes("last_day", borough.today - timedelta(1))},
    )
    assert "No exemptions to show" in text_of(client.page("/exemptions"))
    assert "Cy Tester" in text_of(client.page("/exemptions?show=ended"))
    assert "Cy Tester" not in text_of(client.page("/exemptions?show=soon"))
    session.rollback()
    assert list(timelines.differences(session)) == []


def rows(client: PageClient, query: str = "") -> list[dict[str, str]]:
    text = client.get(f"/exemptions.csv{query}").get_data().decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text, newline="")))


def test_the_list_is_narrowed_and_its_file_has_the_same_rows(sign_in: SignIn, borough: Borough) -> None:
    client = sign_in("learning")
    saved(client, page_of(borough, "Sam", "/exemptions/new"), exemption(borough, last=45))
    saved(client, page_of(borough, "Pia", "/exemptions/new"), exemption(borough, requirement="STALLS"))
    shown = {
        "": {"Sam", "Cy", "Pia"},
        "?show=soon": {"Cy", "Pia"},
        "?show=later": {"Sam", "Cy", "Pia"},
        "?show=to_come": set(),
        "?show=current&requirement=STALLS": {"Cy", "Pia"},
        f"?organisation={borough.units['Harbour Trust']}": {"Pia"},
    }
    for query, names in shown.items():
        page = client.page(f"/exemptions{query}")
        on_page = {text_of(link).split()[0] for link in page.select("#exemptions th a")}
        assert on_page == names == {row["name"].split()[0] for row in rows(client, query)}, query
    assert client.get("/exemptions?show=nonsense").status_code == 404
    lead = sign_in("partner")
    assert {row["name"] for row in rows(lead)} == {"Pia Tester"}
    assert lead.get(f"/exemptions?organisation={borough.units['Quay School']}").status_code == 404


@pytest.mark.parametrize(
    "reader, reads", [("learning", True), ("auditor", True), ("coordinator", False), ("partner", False)]
)
def test_the_reason_is_for_those_who_answer_for_it(
    sign_in: SignIn, borough: Borough, reader: str, reads: bool
) -> None:
    client = sign_in(reader)
    assert ("Trained elsewhere" in text_of(client.page("/exemptions"))) is (reads)
    assert all(("reason" in row) is reads for row in rows(client))


def test_a_manager_sees_the_days_of_an_exemption_and_never_why(sign_in: SignIn, borough: Borough) -> None:
    page = text_of(sign_in("manager").page(page_of(borough, "Cy")))
    assert "Exemptions, newest first" in page
    assert "Trained elsewhere" not in page
    assert HEAD not in page
    assert not sign_in("auditor").page(page_of(borough, "Cy")).select("a[href*='/exemptions/']")


def test_the_person_reads_their_own_role_by_hand_among_the_groups(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    saved(sign_in("learning"), page_of(borough, "Mo", "/roles/new"), role(borough))
    client = sign_in("manager")
    assert "Groups for training Street teams" in text_of(client.page("/account/details"))
    assert "Street teams" in text_of(client.page("/my-training"))
    assert "Covers the stalls" in text_of(client.page(page_of(borough, "Mo")))


def test_a_file_that_was_ended_on_a_page_is_not_taken_back_over_it(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    today = borough.today
    content = (
        "person_ref,requirement,reason,approved_by,first_day,last_day\n"
        f"N-Sam,AWARE,Trained elsewhere,{HEAD},{today},{today + timedelta(days=50)}\n"
    )
    with transaction(session):
        file = exemption_files.read_exemptions(content.encode(), "exemptions.csv")
        account = exemption_files.import_exemptions(session, Stamp("command:tests", clock.now()), file)
    _, loaded = standing(session, ExemptionRow)
    address = page_of(borough, "Sam", f"/exemptions/{loaded.id}/end")
    saved(sign_in("learning"), address, {"how": "by_day", "reason": "Back", **boxes("last_day", today)})
    session.rollback()
    assert account.batch is not None
    with pytest.raises(DomainError), transaction(session):
        exemption_files.undo(session, Stamp("command:tests", clock.now()), account.batch)
    assert [one.last_day for one in standing(session, ExemptionRow)][1:] == [today]
