"""What tests of two-step sign-in look at: the audit trail, the letters, every row, whether somebody is inside."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.audit import AuditEventRow
from foundation.db import Base
from foundation.mail import OutgoingMessageRow
from people.domain import Account
from people.models import AccountRow
from people.services.sessions import find_account
from tests.borough import email_of
from tests.pages import PageClient
from tests.telephone import Telephone

Holder = tuple[PageClient, Telephone, list[str]]
"""Somebody who is signed in, their app, and their recovery codes."""
REMOVE = "/account/two-step/remove"
FIGURES = "/figures"
WRONG = "The security code is not right, or was used already. Enter the one that the app shows now."


def events(session: Session, prefix: str = "second_step.") -> list[str]:
    session.rollback()
    query = select(AuditEventRow.event).where(AuditEventRow.event.startswith(prefix))
    return list(session.scalars(query.order_by(AuditEventRow.id)))


def letters(session: Session) -> list[OutgoingMessageRow]:
    session.rollback()
    return list(session.scalars(select(OutgoingMessageRow).order_by(OutgoingMessageRow.id)))


def rows_of_everything(session: Session) -> str:
    """Every value of every table, as text."""
    session.rollback()
    return "\n".join(
        repr(row) for table in Base.metadata.sorted_tables for row in session.execute(table.select())
    )


def is_inside(client: PageClient) -> bool:
    return client.get(FIGURES).status_code == 200


def account_of(session: Session, reader: str) -> Account:
    session.rollback()
    public_id = session.scalar(select(AccountRow.public_id).where(AccountRow.email == email_of(reader)))
    assert public_id is not None
    found = find_account(session, public_id, clock.today())
    session.rollback()
    assert found is not None
    return found
