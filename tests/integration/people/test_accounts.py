"""Accounts: who may be made one, and what takes effect at once."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from argon2 import PasswordHasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.errors import DomainError, NotFound
from foundation.mail import OutgoingMessageRow
from foundation.stamp import Stamp
from people.domain import Account, Permission
from people.models import AccountRow
from people.services import accounts, passwords
from people.services.sessions import begin_session, end_session, find_signed_in
from tests.borough import HOMES, PARTNER, PASSWORD, Borough, Builder, email_of
from tests.integration.settled import settle

LONG = "another long password"


@pytest.fixture(autouse=True)
def cheap_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "HASHER", PasswordHasher(time_cost=1, memory_cost=8, parallelism=1))


@pytest.fixture
def borough(session: Session) -> Borough:
    return settle(session, clock.today())


@pytest.fixture
def stamp() -> Stamp:
    return Stamp("command:tests", clock.now())


def opened(
    session: Session, stamp: Stamp, email: str, password: str = PASSWORD, today: date | None = None
) -> Account | None:
    checked = accounts.check_password(session, email, password, today or clock.today())
    with transaction(session):
        accounts.record_sign_in(session, stamp, checked)
    return checked.account


@pytest.mark.parametrize(
    "given, message",
    [
        ({"email": email_of("staff")}, "already has an account"),
        ({"email": email_of("staff").upper()}, "already has an account"),
        ({"email": "nobody"}, "not an email address"),
        ({"password": "too short"}, "12 characters or more"),
        ({"password": "thirteen long", "permissions": [Permission.LEARNING]}, "15 characters or more"),
        ({"password": "x" * 1001}, "1,000 characters or fewer"),
        ({"password": "a long password \0"}, "cannot be typed"),
        ({"person_ref": "N-Nobody"}, "no person"),
        ({"permissions": [Permission.AUDITOR, Permission.LEARNING]}, "auditor cannot hold another"),
        ({"permissions": [Permission.PARTNER_LEAD]}, "partner lead needs an organisation"),
        ({"organisation_id": 1}, "partner lead needs an organisation"),
    ],
)
def test_an_account_that_may_not_be_is_refused(
    session: Session, borough: Borough, stamp: Stamp, given: dict[str, object], message: str
) -> None:
    arguments: dict[str, object] = {"email": "new@council.example", "password": LONG, **given}
    with pytest.raises(DomainError, match=message), transaction(session):
        accounts.create_account(session, stamp, **arguments)  # type: ignore[arg-type]  # arguments of several types
    assert session.scalar(select(AccountRow).where(AccountRow.email == "new@council.example")) is None


def test_what_an_account_may_see_is_read_from_the_record(
    session: Session, borough: Borough, stamp: Stamp
) -> None:
    manager, partner = (opened(session, stamp, email_of(reader)) for reader in ("manager", "partner"))
    assert manager is not None
    assert partner is not None
    assert manager.is_manager
    assert manager.person_id == borough.ids["Mo"]
    assert not manager.sees_everybody
    assert partner.is_partner_lead
    assert partner.organisation_ids == {borough.organisations[PARTNER]}


def test_a_new_password_ends_the_old_one_and_every_session(
    session: Session, borough: Borough, stamp: Stamp
) -> None:
    before = opened(session, stamp, email_of("staff"))
    assert before is not None
    with transaction(session):
        token = begin_session(session, stamp, before.id, "A browser")
        assert find_signed_in(session, token, stamp.at.date(), stamp.at) == replace(before, session_id=1)
    with transaction(session):
        accounts.set_password(session, stamp, email_of("staff"), LONG)
    assert opened(session, stamp, email_of("staff")) is None
    assert opened(session, stamp, email_of("staff"), LONG) is not None
    assert find_signed_in(session, token, stamp.at.date(), stamp.at) is None


def test_a_disabled_account_opens_nothing(session: Session, borough: Borough, stamp: Stamp) -> None:
    with transaction(session):
        accounts.disable_account(session, stamp, email_of("staff").upper())
    assert opened(session, stamp, email_of("staff")) is None


def test_an_unknown_account_is_named(session: Session, borough: Borough, stamp: Stamp) -> None:
    with pytest.raises(NotFound, match="There is no account"), transaction(session):
        accounts.disable_account(session, stamp, "nobody@council.example")


def test_an_account_ends_with_the_last_post_and_not_before(
    session: Session, borough: Borough, stamp: Stamp
) -> None:
    today = borough.today
    assert opened(session, stamp, email_of("leaver"), today=today - timedelta(days=10)) is not None
    assert opened(session, stamp, email_of("leaver"), today=today - timedelta(days=9)) is None


def test_whoever_manages_only_themselves_is_no_manager(session: Session, stamp: Stamp) -> None:
    with transaction(session):
        builder = Builder(session, clock.today())
        builder.organisation("A council", "council", "Community Solutions", HOMES)
        builder.person("Solo", HOMES, "Solo")
        session.flush()
        accounts.create_account(session, stamp, "solo@council.example", LONG, person_ref="N-Solo")
    found = opened(session, stamp, "solo@council.example", LONG)
    assert found is not None
    assert not found.is_manager


def test_a_hash_made_with_weaker_settings_is_made_anew(
    session: Session, borough: Borough, stamp: Stamp, monkeypatch: pytest.MonkeyPatch
) -> None:
    query = select(AccountRow.password_hash).where(AccountRow.email == email_of("staff"))
    before = session.scalar(query)
    assert opened(session, stamp, email_of("staff")) is not None
    assert session.scalar(query) == before
    stronger = PasswordHasher(time_cost=2, memory_cost=8, parallelism=1)
    monkeypatch.setattr(passwords, "HASHER", stronger)
    assert opened(session, stamp, email_of("staff")) is not None
    after = session.scalar(query)
    assert after is not None
    assert not stronger.check_needs_rehash(after)


def test_every_act_leaves_an_event_without_an_address(
    session: Session, borough: Borough, stamp: Stamp
) -> None:
    account = opened(session, stamp, email_of("staff"))
    assert account is not None
    with transaction(session):
        token = begin_session(session, stamp, account.id, "A browser")
        found = find_signed_in(session, token, stamp.at.date(), stamp.at)
        assert found is not None
        assert end_session(session, stamp, found)
        accounts.set_password(session, stamp, email_of("staff"), LONG)
        accounts.disable_account(session, stamp, email_of("staff"))
    rows = session.scalars(
        select(AuditEventRow)
        .where(AuditEventRow.subject == f"account:{account.public_id}")
        .order_by(AuditEventRow.id)
    ).all()
    assert [row.event for row in rows] == [
        "account.created",
        "sign_in.accepted",
        "session.ended",
        "password.set",
        "account.disabled",
    ]
    assert "council.example" not in "".join(f"{row.details}{row.subject}{row.actor}" for row in rows)


def test_whoever_has_a_password_is_told_by_e_mail_that_it_was_changed(
    session: Session, borough: Borough, stamp: Stamp
) -> None:
    with transaction(session):
        accounts.set_password(session, stamp, email_of("staff"), LONG)
        (message,) = session.scalars(select(OutgoingMessageRow)).all()
    assert (message.kind, message.address) == ("password_changed", email_of("staff"))
    assert "If it was not, tell your training team at once" in message.body
    assert LONG not in message.body
    assert "http" not in message.body


def test_the_first_password_of_an_account_is_no_news_to_its_owner(session: Session, stamp: Stamp) -> None:
    with transaction(session):
        accounts.create_account(session, stamp, "new@council.example", None)
        assert opened_by_nothing(session)
        accounts.set_password(session, stamp, "new@council.example", LONG)
        assert session.scalars(select(OutgoingMessageRow)).all() == []
    assert opened(session, stamp, "new@council.example", LONG) is not None


def opened_by_nothing(session: Session) -> bool:
    """Whether an account that has no password yet is opened by no password."""
    tried = ("", " ", PASSWORD, "nobody has this password")
    return all(
        accounts.check_password(session, "new@council.example", password, clock.today()).account is None
        for password in tried
    )
