"""Migration 0015 goes down and up again beside data, and what it made is guarded each time."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import func, inspect, select, update
from sqlalchemy.exc import DBAPIError, IntegrityError

from foundation.db import db, transaction
from foundation.facts import recorded, retract
from foundation.stamp import Stamp
from people.models import OrganisationRow, SchoolDetailRow

STAMP = Stamp("command:test", datetime(2026, 5, 1, 9, 0, tzinfo=UTC))


def add(organisation: int, urn: str | None) -> None:
    with transaction(db.session()) as session:
        session.add(
            SchoolDetailRow(
                organisation_id=organisation,
                phase="primary",
                urn=urn,
                headcount=61,
                headcount_on=date(2026, 1, 15),
                **recorded(STAMP),
            )
        )


def to(revision: str) -> None:
    db.session.remove()
    db.engine.dispose()
    if revision == "head":
        upgrade()
    else:
        downgrade(revision=revision)
    db.engine.dispose()


def guarded() -> None:
    """Facts of schools are never changed, two schools never have one URN, and a school has one fact that stands."""
    with pytest.raises(DBAPIError, match="never changed or deleted"), transaction(db.session()) as session:
        session.execute(update(SchoolDetailRow).values(urn="900009"))
    for organisation, urn in ((2, "900001"), (1, "900002")):
        with pytest.raises(IntegrityError):
            add(organisation, urn)
    add(2, None)


def test_down_and_up_again_with_schools_on_record(app: Flask) -> None:
    with transaction(db.session()) as session:
        session.add_all(
            [OrganisationRow(id=1, name="Quay School"), OrganisationRow(id=2, name="Mill School")]
        )
    add(1, "900001")
    guarded()
    to("0014")
    assert "school_detail" not in inspect(db.engine).get_table_names()
    assert db.session.scalar(select(func.count(OrganisationRow.id))) == 2
    to("head")
    assert db.session.scalar(select(func.count(SchoolDetailRow.id))) == 0
    db.session.rollback()
    add(1, "900001")
    guarded()
    with transaction(db.session()) as session:
        ids = session.scalars(select(SchoolDetailRow.id).where(SchoolDetailRow.organisation_id == 1)).all()
        retract(session, SchoolDetailRow, ids, STAMP, "closed")
    add(1, "900001")
