"""What the tests of staff pages share: anybody of the borough signed in, and facts added to it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, date, datetime

from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.domain.change import change
from compliance.domain.requirement import RuleBook
from compliance.store.rules import load_rule_book, write_change
from courses.domain import Evidence
from courses.models import CompletionRow
from courses.store import course_ids
from foundation import clock, facts
from foundation.db import transaction
from foundation.facts import recorded
from foundation.stamp import Stamp
from people.models import OrganisationRow, UnitRow
from people.services.accounts import create_account
from tests.borough import PASSWORD, Borough, Builder, email_of
from tests.pages import PageClient

As = Callable[[str], PageClient]


@contextmanager
def adding(session: Session, borough: Borough, recorded_at: datetime | None = None) -> Iterator[Builder]:
    """Add facts to the borough in one transaction; they are recorded now, or when the test says."""
    with transaction(session):
        builder = Builder(session, borough.today)
        builder.found = borough
        builder.stamp = Stamp("command:tests", recorded_at or datetime.now(UTC))
        units = session.execute(
            select(UnitRow.id, UnitRow.path, OrganisationRow.name).join(
                OrganisationRow, OrganisationRow.id == UnitRow.organisation_id
            )
        )
        builder._unit_ids = {path or organisation: unit_id for unit_id, path, organisation in units}
        yield builder
        session.flush()
        facts.touch(session, borough.ids.values())
    session.rollback()


def complete(
    builder: Builder, name: str, course: str, days: int, provider: str = "", revoked_on: date | None = None
) -> None:
    """A course completed some days ago, given by somebody, perhaps revoked since."""
    builder.session.add(
        CompletionRow(
            person_id=builder.found.ids[name],
            course_id=course_ids(builder.session)[course],
            completed_on=builder.ago(days),
            provider=provider,
            reference="",
            source="tests",
            evidence=Evidence.TRUSTED,
            revoked_on=revoked_on,
            **recorded(builder.stamp),
        )
    )


def client_for(app: Flask, session: Session, name: str) -> PageClient:
    """A browser in which this person of the borough is signed in."""
    email = email_of(f"self-{name.lower()}")
    with transaction(session):
        create_account(session, Stamp("command:tests", clock.now()), email, PASSWORD, person_ref=f"N-{name}")
    app.test_client_class = PageClient
    client = app.test_client()
    assert isinstance(client, PageClient)
    answer = client.send("/sign-in", email=email, password=PASSWORD)
    assert answer.status_code == 302, f"{name} could not sign in"
    return client


def change_rules(session: Session, borough: Borough, **lines: object) -> None:
    """Change the rule book from long ago on; `lines` are fields of RuleBook, whole."""
    with transaction(session):
        before = load_rule_book(session)
        after: RuleBook = replace(before, **lines)  # type: ignore[arg-type]  # the test names fields
        stamp = Stamp("command:tests", clock.now())
        write_change(session, stamp, change(before, after, borough.today.replace(year=2000, day=1)))
        facts.touch_rules(session, None)
    session.rollback()
