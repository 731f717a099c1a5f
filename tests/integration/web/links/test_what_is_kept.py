"""Tokens and addresses are in no log, no audit event and no table but the waiting message (promise S22)."""

import logging
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from app import logs
from foundation.audit import AuditEventRow
from foundation.db import Base
from people.forms.links import words
from people.services import links
from tests.borough import email_of
from tests.integration.web.links.letterbox import NEW
from tests.pages import PageClient


def test_the_token_is_kept_nowhere_but_in_the_message(
    anyone: PageClient, ask: Callable[[str], str], session: Session
) -> None:
    token = ask(email_of("staff")).rpartition("/")[2]
    anyone.send(f"/set-password/{token}", password=NEW)
    session.rollback()
    places = {
        table.name
        for table in Base.metadata.sorted_tables
        if any(token in str(value) for row in session.execute(select(table)) for value in row)
    }
    assert places == {"outgoing_message"}
    assert len(token) >= 43


def test_every_act_is_in_the_audit_trail_without_address_or_token(
    anyone: PageClient, ask: Callable[[str], str], session: Session
) -> None:
    ask("kit@council.example")
    path = ask(email_of("staff"))
    anyone.send("/get-link", email="unknown@council.example")
    anyone.send(path, password=NEW)
    session.rollback()
    rows = session.scalars(
        select(AuditEventRow)
        .where(
            AuditEventRow.event.like("link.%") | AuditEventRow.event.in_(("account.created", "password.set"))
        )
        .order_by(AuditEventRow.id)
    ).all()
    assert [row.event for row in rows[-8:]] == [
        "link.asked",
        "account.created",
        "link.asked",
        "link.made",
        "link.asked",
        "link.refused",
        "link.used",
        "password.set",
    ]
    said = "".join(f"{row.actor}{row.subject}{row.details}" for row in rows)
    assert "council.example" not in said
    assert path.rpartition("/")[2] not in said


@pytest.mark.parametrize("log_format", ["console", "json"])
def test_logs_hold_no_token_and_no_address_even_when_all_goes_wrong(
    app: Flask,
    anyone: PageClient,
    ask: Callable[[str], str],
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    log_format: str,
    tmp_path: Path,
) -> None:
    path = ask(email_of("staff"))
    settings = app.extensions["settings"].model_copy(update={"log_format": log_format})
    before = logging.getLogger().handlers
    logs.install(app, settings)

    def break_down(*_: object, **__: object) -> None:
        raise RuntimeError(f"no such mailbox {email_of('staff')} at {path}")

    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)
    try:
        monkeypatch.setattr(links, "find_link", break_down)
        assert anyone.get(path, allow_fault=True).status_code == 500
        monkeypatch.setattr(links, "ask_for_link", break_down)
        form = anyone.page("/get-link").select_one("main form")
        assert form is not None
        data = {str(field["name"]): str(field["value"]) for field in form.select("input[type=hidden]")}
        answer = anyone.post("/get-link", data={**data, "email": email_of("staff")}, allow_fault=True)
        assert answer.status_code == 500
    finally:
        logging.getLogger().handlers = before
    said = capfd.readouterr().err
    assert "/set-password/(token)" in said, "nothing was logged, so this proves nothing"
    assert "no such mailbox (address)" in said
    assert path.rpartition("/")[2] not in said
    assert "council.example" not in said


@pytest.mark.parametrize("kind", list(links.Kind))
def test_the_messages_read_as_they_were_agreed(app: Flask, kind: links.Kind) -> None:
    subject, body = words(kind, "TOKEN", datetime(2026, 5, 8, 12, 5, tzinfo=UTC))
    snapshot = Path(__file__).parent / "messages" / f"{kind}.txt"
    assert f"Subject: {subject}\n\n{body}" == snapshot.read_text(encoding="utf-8")
