"""Accounts of others: who gives what, what needs two people, and what happens to browsers that are open."""

from collections.abc import Callable

import pytest
from bs4 import BeautifulSoup
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from foundation import clock
from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.mail import OutgoingMessageRow
from foundation.stamp import Stamp
from people.domain import Permission
from people.models import AccountRow, PermissionRequestRow, PermissionRow
from people.services.accounts import create_account
from tests.borough import COUNCIL, PARTNER, PASSWORD, Borough, email_of
from tests.pages import PageClient, text_of

SignIn = Callable[[str], PageClient]


@pytest.fixture
def second(session: Session, borough: Borough) -> str:
    """A second account of learning and development, that belongs to nobody who is counted."""
    with transaction(session):
        stamp = Stamp("command:tests", clock.now())
        create_account(session, stamp, email_of("second"), PASSWORD, permissions=[Permission.LEARNING])
    session.rollback()
    return "second"


def page_of(session: Session, reader: str) -> str:
    """The address of somebody's account."""
    public_id = session.scalars(
        select(AccountRow.public_id).where(AccountRow.email == email_of(reader))
    ).one()
    session.rollback()
    return f"/accounts/{public_id}"


def held(session: Session, reader: str) -> set[str]:
    session.rollback()
    query = select(PermissionRow.permission).join(AccountRow, AccountRow.id == PermissionRow.account_id)
    return set(
        session.scalars(
            query.where(AccountRow.email == email_of(reader), PermissionRow.retracted_at.is_(None))
        )
    )


def waiting(session: Session) -> int:
    session.rollback()
    return session.scalar(select(func.count()).where(PermissionRequestRow.retracted_at.is_(None))) or 0


def link(client: PageClient, page: str, words: str) -> str:
    """Where a link of a page leads."""
    found = next(one for one in client.page(page).select("main a") if one.get_text().startswith(words))
    return str(found["href"])


def test_what_opens_everybodys_record_needs_two_people(
    sign_in: SignIn, session: Session, second: str
) -> None:
    one, other, staff = sign_in("learning"), sign_in(second), page_of(session, "staff")
    assert one.send(f"{staff}/give", permission="coordinator").status_code == 302
    assert held(session, "staff") == set()
    assert waiting(session) == 1
    assert "Somebody else in your team must grant it" in text_of(one.page(staff))
    assert not [a for a in one.page(staff).select("main a") if a.get_text().startswith("Grant")]
    grant = link(other, staff, "Grant")
    refused = one.send(grant)
    assert refused.status_code == 422
    assert "You asked for this yourself" in refused.get_data(as_text=True)
    assert held(session, "staff") == set()
    assert other.send(grant).status_code == 302
    assert held(session, "staff") == {"coordinator"}
    assert waiting(session) == 0
    assert sign_in("staff").get("/people/find").status_code == 200


def test_a_request_is_turned_down_or_taken_back(sign_in: SignIn, session: Session, second: str) -> None:
    one, other, staff = sign_in("learning"), sign_in(second), page_of(session, "staff")
    one.send(f"{staff}/give", permission="auditor")
    assert other.send(link(other, staff, "Turn down")).status_code == 302
    assert waiting(session) == 0
    one.send(f"{staff}/give", permission="auditor")
    assert one.send(link(one, staff, "Take back")).status_code == 302
    assert waiting(session) == 0
    assert held(session, "staff") == set()


def test_a_partner_lead_needs_one_person_and_an_organisation(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client, staff = sign_in("learning"), page_of(session, "staff")
    answer = client.send(f"{staff}/give", permission="partner_lead")
    assert answer.status_code == 422
    assert "Choose the organisation that they lead" in answer.get_data(as_text=True)
    where = str(borough.organisations[PARTNER])
    assert client.send(f"{staff}/give", permission="partner_lead", organisation=where).status_code == 302
    assert held(session, "staff") == {"partner_lead"}
    again = client.send(f"{staff}/give", permission="partner_lead", organisation=where)
    assert again.status_code == 422


def test_nobody_is_made_the_partner_lead_of_the_council(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client, staff = sign_in("learning"), page_of(session, "staff")
    council = str(borough.organisations[COUNCIL])
    offered = {option.get_text() for option in client.page(f"{staff}/give").select("#organisation option")}
    assert PARTNER in offered
    assert COUNCIL not in offered
    answer = client.send(f"{staff}/give", permission="partner_lead", organisation=council)
    assert answer.status_code == 422
    assert held(session, "staff") == set()


@pytest.mark.parametrize("reader, permission", [("auditor", "learning"), ("partner", "auditor")])
def test_an_auditor_holds_nothing_else(
    sign_in: SignIn, session: Session, borough: Borough, reader: str, permission: str
) -> None:
    answer = sign_in("learning").send(f"{page_of(session, reader)}/give", permission=permission)
    assert answer.status_code == 422
    assert "An auditor cannot hold another permission" in answer.get_data(as_text=True)
    assert waiting(session) == 0


@pytest.mark.parametrize("change", ["disable", "lost-phone", "give"])
def test_nobody_acts_on_their_own_account(
    sign_in: SignIn, session: Session, borough: Borough, change: str
) -> None:
    answer = sign_in("learning").send(f"{page_of(session, 'learning')}/{change}", permission="coordinator")
    assert answer.status_code == 422
    assert "This is your own account" in answer.get_data(as_text=True)


def test_a_permission_that_is_taken_away_ends_with_the_next_page(
    sign_in: SignIn, session: Session, second: str
) -> None:
    coordinator, client = sign_in("coordinator"), sign_in("learning")
    assert coordinator.get("/people/find").status_code == 200
    account = page_of(session, "coordinator")
    assert client.send(link(client, account, "Take away")).status_code == 302
    assert coordinator.get("/people/find").status_code == 302
    assert held(session, "coordinator") == set()


def test_the_last_account_of_learning_keeps_its_permission(
    sign_in: SignIn, session: Session, second: str
) -> None:
    one, other = sign_in("learning"), sign_in(second)
    mine, theirs = page_of(session, "learning"), page_of(session, second)
    take = link(other, mine, "Take away")
    assert one.send(f"{theirs}/disable").status_code == 302
    assert other.get("/accounts").status_code == 302
    with transaction(session):
        stamp = Stamp("command:tests", clock.now())
        create_account(session, stamp, email_of("third"), PASSWORD, permissions=[Permission.LEARNING])
    third = sign_in("third")
    assert third.send(take).status_code == 302
    assert third.send(f"{theirs}/enable").status_code == 302
    back = sign_in(second)
    assert back.send(f"{page_of(session, 'third')}/disable").status_code == 302


def test_disabling_ends_every_session_and_enabling_lets_in_again(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    staff, client, account = sign_in("staff"), sign_in("learning"), page_of(session, "staff")
    assert client.send(f"{account}/disable").status_code == 302
    assert staff.get("/my-training").status_code == 302
    assert "Disabled" in text_of(client.page(account))
    assert client.send(f"{account}/enable").status_code == 302
    assert sign_in("staff").get("/my-training").status_code == 200
    events = select(AuditEventRow.event).where(
        AuditEventRow.event.in_(["account.disabled", "account.enabled"])
    )
    assert sorted(session.scalars(events)) == ["account.disabled", "account.enabled"]


def test_signing_out_ends_sessions_and_keeps_the_account(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    staff, client = sign_in("staff"), sign_in("learning")
    assert client.send(f"{page_of(session, 'staff')}/sign-out").status_code == 302
    assert staff.get("/my-training").status_code == 302
    assert sign_in("staff").get("/my-training").status_code == 200


def test_an_invitation_makes_an_account_and_one_message(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    answer = client.send("/accounts/invite", email="Kit@Council.example", person_ref="N-Kit")
    assert answer.status_code == 302
    account = client.page(str(answer.headers["Location"]))
    assert "Invited, has not set a password" in text_of(account)
    assert "Kit Tester" in text_of(account)
    to = select(OutgoingMessageRow.address).where(OutgoingMessageRow.kind == "invitation")
    assert session.scalars(to).all() == ["kit@council.example"]
    for fields, message in (
        ({"email": "kit@council.example"}, "has an account already"),
        (
            {"email": "other@council.example", "person_ref": "N-Kit"},
            "has an account under another email address",
        ),
        ({"email": "other@council.example", "person_ref": "N-Nobody"}, "There is no person"),
        ({"email": "nonsense"}, "is not an"),
        ({"email": ""}, "Enter a work email address"),
    ):
        refused = client.send("/accounts/invite", **fields)
        assert refused.status_code == 422, fields
        assert message in text_of(read(refused)), fields
    again = client.send(f"{answer.headers['Location']}/invite-again")
    assert again.status_code == 302
    session.rollback()
    assert session.scalars(to).all() == ["kit@council.example"] * 2


def read(answer: TestResponse) -> BeautifulSoup:
    return BeautifulSoup(answer.get_data(as_text=True), "html.parser")


def test_the_list_is_filtered_and_its_file_holds_the_same(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client = sign_in("learning")
    for query, readers in (
        ({}, {"staff", "manager", "learning", "coordinator", "auditor", "partner", "leaver"}),
        ({"permission": "auditor"}, {"auditor"}),
        ({"state": "left"}, {"leaver"}),
        ({"q": "Sam test"}, {"staff"}),
        ({"q": "PARTNER@"}, {"partner"}),
        ({"q": "%"}, set()),
        ({"permission": "asked"}, set()),
    ):
        rows = client.page("/accounts", query).select("#accounts tbody th")
        assert {row.get_text(strip=True) for row in rows} == {email_of(one) for one in readers}, query
        file = client.get("/accounts.csv", query_string=query).get_data(as_text=True)
        assert len(file.splitlines()) - 1 == len(readers)


def test_an_auditor_reads_without_addresses_and_changes_nothing(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    client, account = sign_in("auditor"), page_of(session, "staff")
    page = client.page("/accounts")
    assert email_of("staff") not in str(page.select_one("main"))
    assert email_of("staff") not in client.get("/accounts.csv").get_data(as_text=True)
    assert not client.page(account).select("main a[href*='/give'], main a[href*=disable], main a[href*=take]")
    assert client.get(f"{account}/disable").status_code == 403


def test_what_does_not_exist_is_not_found(sign_in: SignIn, session: Session, borough: Borough) -> None:
    client, account = sign_in("learning"), page_of(session, "staff")
    for place in (
        f"{account}/promote",
        f"{account}/take-away?of=999",
        "/accounts/nobody",
        "/accounts?state=odd",
    ):
        assert client.get(place).status_code == 404, place
