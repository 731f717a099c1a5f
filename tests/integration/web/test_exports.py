"""Every file of lines that leaves the service is written into the audit trail (promises P8 and S22)."""

import io
import logging
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from python_calamine import CalamineWorkbook
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation.audit import AuditEventRow
from foundation.db import LOCK_WAIT_SECONDS, db, transaction
from people.models import AccountRow
from people.views import exports
from tests.borough import email_of
from tests.pages import PageClient

SignIn = Callable[[str], PageClient]


def taken(session: Session) -> list[AuditEventRow]:
    """What the trail tells of files, the oldest first."""
    session.rollback()
    events = select(AuditEventRow).where(AuditEventRow.event == "export.made").order_by(AuditEventRow.id)
    return list(session.scalars(events))


def actor_of(session: Session, reader: str) -> str:
    found = session.scalar(select(AccountRow.public_id).where(AccountRow.email == email_of(reader)))
    return f"account:{found}"


@pytest.mark.parametrize(
    "reader, path, export, filters",
    [
        ("learning", "/people.csv?show=outstanding", "compliance.people_csv", {"show": "outstanding"}),
        ("learning", "/figures.csv", "compliance.figures_csv", {}),
        (
            "manager",
            "/my-team.csv?q=Ann+Smith&unit=in",
            "compliance.my_team_csv",
            {"q": "given", "unit": "in"},
        ),
        ("manager", "/my-team.xlsx?scope=everyone", "compliance.my_team_xlsx", {"scope": "everyone"}),
        ("staff", "/my-training/history.csv", "compliance.my_history_csv", {}),
    ],
)
def test_a_file_leaves_a_row_with_who_took_what_and_how_many_lines(
    sign_in: SignIn, session: Session, reader: str, path: str, export: str, filters: dict[str, str]
) -> None:
    answer = sign_in(reader).get(path)
    assert answer.status_code == 200
    if path.startswith("/my-team.xlsx"):
        lines = (
            len(CalamineWorkbook.from_filelike(io.BytesIO(answer.data)).get_sheet_by_index(0).to_python()) - 1
        )
    else:
        lines = len(answer.get_data(as_text=True).splitlines()) - 1
    (row,) = taken(session)
    assert (row.actor, row.subject) == (actor_of(session, reader), export)
    assert row.details == {"lines": lines, "whole": True, "filters": filters}


def test_a_page_and_a_file_that_is_refused_leave_none(sign_in: SignIn, session: Session) -> None:
    assert sign_in("staff").get("/my-team.csv").status_code == 403
    client = sign_in("manager")
    assert client.get("/my-team").status_code == 200
    assert client.get("/my-team.csv?show=nothing").status_code == 404
    assert taken(session) == []


def test_a_file_that_is_broken_off_is_recorded_with_the_lines_that_left(
    app: Flask, borough: object, session: Session
) -> None:
    with app.test_request_context("/people.csv"):
        lines = exports.recorded(["a", "b", "c"])
        assert [next(lines), next(lines)] == ["a", "b"]
        lines.close()  # type: ignore[attr-defined]  # it is a generator, as the server closes it
        exports.recorded(["never asked for"])
    assert [row.details for row in taken(session)] == [{"lines": 2, "whole": False, "filters": {}}]


def test_while_somebody_else_writes_the_file_is_given_and_the_log_has_it(
    app: Flask,
    sign_in: SignIn,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    monkeypatch.setattr(exports, "MOMENT", 1)
    client = sign_in("manager")
    who = actor_of(session, "manager")
    with Session(db.engine) as other, transaction(other), caplog.at_level(logging.WARNING):
        answer = client.get("/my-team.csv?q=Ann")
    assert answer.status_code == 200
    assert len(answer.get_data(as_text=True).splitlines()) >= 1
    (line,) = [record.getMessage() for record in caplog.records if "export.made" in record.getMessage()]
    assert f"{who} took compliance.my_team_csv" in line
    assert "Ann" not in line
    assert taken(session) == []
    # The connection waits as long as ever for whoever writes next.
    if session.get_bind().dialect.name == "sqlite":
        for _ in range(3):
            with db.engine.connect() as connection:
                waits: Any = connection.exec_driver_sql("PRAGMA busy_timeout").scalar()
                assert waits == LOCK_WAIT_SECONDS * 1000
