"""The database itself refuses to change or delete a fact, whoever asks (docs/adr/0001)."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from courses.models import CompletionRow, CourseRow
from foundation import audit
from foundation.audit import AuditEventRow
from foundation.db import Base, transaction
from foundation.facts import Fact, recorded, retract
from foundation.stamp import Stamp
from people.models import PersonRow

STAMP = Stamp("command:test", datetime(2026, 5, 1, 9, 0, tzinfo=UTC))


@pytest.fixture
def completion_id(session: Session) -> int:
    with transaction(session):
        session.execute(insert(PersonRow).values(id=1, public_id="p", person_ref="1"))
        session.execute(insert(CourseRow).values(id=1, code="WRAP"))
        session.execute(
            insert(CompletionRow).values(
                person_id=1,
                course_id=1,
                completed_on=date(2026, 3, 1),
                provider="",
                reference="",
                source="test",
                evidence="trusted",
                **recorded(STAMP),
            )
        )
        audit.record(session, STAMP, "completion.recorded", "person:p")
    found = session.scalars(select(CompletionRow.id)).one()
    session.rollback()
    return found


CHANGES = {
    "another day": update(CompletionRow).values(completed_on=date(2026, 3, 2)),
    "other evidence": update(CompletionRow).values(evidence="verified"),
    "another recorder": update(CompletionRow).values(recorded_by="somebody else"),
    "an earlier recording": update(CompletionRow).values(recorded_at=datetime(2020, 1, 1, tzinfo=UTC)),
    "a retraction that changes the day too": update(CompletionRow).values(
        retracted_at=STAMP.at, retracted_by="x", completed_on=date(2026, 3, 2)
    ),
    "deletion": delete(CompletionRow),
    "a changed audit event": update(AuditEventRow).values(actor="nobody"),
    "a deleted audit event": delete(AuditEventRow),
    "raw SQL": text("UPDATE completion SET provider = 'forged'"),
    "raw deletion": text("DELETE FROM audit_event"),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES.keys())
def test_the_database_refuses(session: Session, completion_id: int, change: object) -> None:
    before = (
        session.execute(select(CompletionRow.__table__)).all(),
        session.execute(select(AuditEventRow.__table__)).all(),
    )
    session.rollback()
    with pytest.raises(DBAPIError, match="never changed or deleted"), transaction(session):
        session.execute(change)  # type: ignore[call-overload]  # statements of several kinds
    after = (
        session.execute(select(CompletionRow.__table__)).all(),
        session.execute(select(AuditEventRow.__table__)).all(),
    )
    assert before == after


def test_a_fact_is_retracted_once_and_never_brought_back(session: Session, completion_id: int) -> None:
    with transaction(session):
        retract(session, CompletionRow, [completion_id], STAMP, "wrong person")
    with pytest.raises(DBAPIError, match="never changed or deleted"), transaction(session):
        session.execute(update(CompletionRow).values(retracted_at=None))
    with pytest.raises(DBAPIError, match="never changed or deleted"), transaction(session):
        session.execute(update(CompletionRow).values(retracted_reason="another reason"))


def test_every_kind_of_fact_and_the_audit_trail_is_guarded(session: Session) -> None:
    """A new table of facts without its triggers fails here."""
    tables = {
        mapper.local_table.name  # type: ignore[attr-defined]  # a Table, declared as FromClause
        for mapper in Base.registry.mappers
        if issubclass(mapper.class_, Fact) or mapper.class_ is AuditEventRow
    }
    sqlite = session.get_bind().dialect.name == "sqlite"
    query = (
        "SELECT tbl_name FROM sqlite_master WHERE type = 'trigger'"
        if sqlite
        else "SELECT event_object_table FROM information_schema.triggers"
    )
    assert tables <= set(session.scalars(text(query)))
