"""Who opened the whole record of somebody, what auditors see of addresses in it, and what cookies do not say."""

import logging
from collections.abc import Callable

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.views.record import opened
from courses.services.case import who_is
from foundation import clock
from foundation.audit import AuditEventRow
from foundation.db import db, transaction
from foundation.stamp import Stamp
from people.services.details import Detail, request_change
from tests.borough import Borough
from tests.integration.web.checking import account_of
from tests.integration.web.test_by_hand import exemption, role, saved
from tests.integration.web.test_records_by_hand import of
from tests.pages import PageClient

SignIn = Callable[[str], PageClient]


def test_an_auditor_sees_no_address_that_somebody_asked_for(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    with transaction(session):
        account = account_of(session, "staff")
        stamp = Stamp(f"account:{account.public_id}", clock.now())
        request_change(session, stamp, account, Detail.EMAIL, "samantha@council.example")
    pages = (of(borough, "Sam"), f"{of(borough, 'Sam')}/record", f"{of(borough, 'Sam')}/record.csv")
    auditor, learning = sign_in("auditor"), sign_in("learning")
    for path in pages:
        assert "samantha@council.example" in learning.get(path).get_data(as_text=True)
        seen = auditor.get(path).get_data(as_text=True)
        assert "s*******@council.example" in seen
        assert "samantha" not in seen


def test_who_acted_is_never_said_by_an_address(session: Session, borough: Borough) -> None:
    said = who_is(session, f"account:{account_of(session, 'coordinator').public_id}")
    assert said == "An account that belongs to nobody who is counted"
    assert who_is(session, f"account:{account_of(session, 'learning').public_id}") == "Uma Tester"


def opened_rows(session: Session) -> list[tuple[str, str]]:
    session.rollback()
    query = select(AuditEventRow).where(AuditEventRow.event == "record.opened").order_by(AuditEventRow.id)
    return [(row.actor, row.subject) for row in session.scalars(query)]


def test_whoever_opens_the_whole_record_is_in_the_audit_trail(
    sign_in: SignIn, session: Session, borough: Borough
) -> None:
    auditor = sign_in("auditor")
    actor = f"account:{account_of(session, 'auditor').public_id}"
    auditor.page(of(borough, "Bo"))
    assert auditor.get(f"/people/{'0' * 32}/record").status_code == 404
    assert sign_in("manager").get(f"{of(borough, 'Bo')}/record").status_code == 403
    assert opened_rows(session) == []
    auditor.page(f"{of(borough, 'Bo')}/record")
    auditor.get(f"{of(borough, 'Bo')}/record.csv")
    assert opened_rows(session) == [(actor, f"person:{borough.people['Bo']}")] * 2


def test_a_record_opens_while_somebody_else_writes_and_the_log_has_it(
    sign_in: SignIn,
    session: Session,
    borough: Borough,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(opened, "MOMENT", 1)
    auditor = sign_in("auditor")
    with Session(db.engine) as other, transaction(other), caplog.at_level(logging.WARNING):
        assert auditor.get(f"{of(borough, 'Bo')}/record").status_code == 200
    (line,) = [one.getMessage() for one in caplog.records if "record.opened" in one.getMessage()]
    assert f"opened person:{borough.people['Bo']}" in line
    assert opened_rows(session) == []


@pytest.mark.parametrize(
    "path, form, notice",
    [
        ("exemptions/new", exemption, "The exemption is recorded."),
        ("roles/new", role, "The role is given."),
    ],
)
def test_a_cookie_tells_nobody_s_name(
    sign_in: SignIn, borough: Borough, path: str, form: Callable[[Borough], dict[str, str]], notice: str
) -> None:
    client = sign_in("learning")
    answer = saved(client, f"{of(borough, 'Ola')}/{path}", form(borough))
    assert answer.status_code == 302
    with client.session_transaction() as held:
        assert [message for _, message in held["_flashes"]] == [notice]
