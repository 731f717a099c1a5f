"""Reminder steps and terms in the record: loaded, exported, ended; no timeline moves, and the past stays."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance.domain.change import lines_of
from compliance.domain.effect import Effect
from compliance.domain.requirement import ReminderStep, ReminderTerms, RuleBook
from compliance.models import ReminderStepRow, ReminderTermsRow
from compliance.programme.reading import read_programme
from compliance.programme.writing import write_programme
from compliance.services.programme import Preview, load_programme, preview_programme
from compliance.services.rule_drafts import letters
from compliance.store.rules import load_rule_book, when_recorded
from foundation import facts
from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.stamp import Stamp
from people.models import PersonRow

APRIL, BEFORE, JULY = date(2026, 4, 1), date(2026, 3, 31), date(2026, 7, 1)
PROGRAMME = """
[[courses]]
code = "AW"
title = "Awareness"

[[requirements]]
code = "AWARE"
title = "Awareness"
roles = [{ role = "*", days = 90 }]
accepts = [{ course = "AW" }]
"""
REMINDERS = """
[[reminder_steps]]
code = "before_60"
kind = "before"
days = 60

[[reminder_steps]]
code = "before_60"
kind = "before"
days = 90
requirement = "AWARE"

[[reminder_steps]]
code = "manager_1"
kind = "overdue"
days = 1
to = "manager"

[[reminder_terms]]
from_hour = 9
"""
STEPS = {
    ReminderStep("before_60", "before", 60),
    ReminderStep("before_60", "before", 90, requirement="AWARE"),
    ReminderStep("manager_1", "overdue", 1, "manager"),
}


def stamp(minute: int = 0) -> Stamp:
    return Stamp("command:tester", datetime(2026, 3, 1, 12, minute, tzinfo=UTC))


def load(session: Session, text: str, effective: date = APRIL, minute: int = 0) -> Any:
    with transaction(session):
        return load_programme(session, stamp(minute), text, "p.toml", effective)


def preview(session: Session, text: str) -> Preview:
    return preview_programme(session, text, "p.toml", APRIL)


def test_what_is_loaded_is_what_is_read_and_every_duty_has_no_id(session: Session) -> None:
    load(session, PROGRAMME + REMINDERS)
    book = load_rule_book(session)
    assert set(book.reminder_steps) == STEPS
    assert book.reminder_terms == (ReminderTerms(from_hour=9),)
    rows = session.execute(select(ReminderStepRow.days, ReminderStepRow.requirement_id.is_(None)))
    assert {tuple(row) for row in rows} == {(60, True), (90, False), (1, True)}
    assert set(when_recorded(session).values()) == {(stamp().at, "command:tester")}
    assert when_recorded(session).keys() == set(lines_of(book))


def test_what_is_exported_loads_without_a_change_from_any_day(session: Session) -> None:
    load(session, PROGRAMME + REMINDERS)
    load(session, PROGRAMME + REMINDERS.replace("days = 60", "days = 45"), JULY, minute=1)
    exported = write_programme(load_rule_book(session))
    assert read_programme(exported).book == load_rule_book(session)
    for day in (BEFORE, APRIL, JULY, date(2040, 2, 29)):
        assert not load(session, exported, day, minute=2)


def test_a_change_ends_the_old_step_the_day_before_and_what_was_known_stays_known(session: Session) -> None:
    load(session, PROGRAMME + REMINDERS)
    load(session, PROGRAMME + REMINDERS.replace("days = 60", "days = 45"), minute=10)
    steps = [step for step in load_rule_book(session).reminder_steps if step.requirement == "*"]
    first = ReminderStep("before_60", "before", 60)
    assert steps[:2] == [replace(first, last_day=BEFORE), replace(first, days=45, first_day=APRIL)]
    assert set(load_rule_book(session, stamp(9).at).reminder_steps) == STEPS
    retracted = select(ReminderStepRow.retracted_reason).where(ReminderStepRow.retracted_at.is_not(None))
    assert session.scalars(retracted).all() == ["rule book changed from 2026-04-01"]


def test_a_step_for_one_duty_and_the_terms_end_and_no_other(session: Session) -> None:
    load(session, PROGRAMME + REMINDERS)
    first, own, manager, *_ = REMINDERS.split("\n\n")
    assert 'requirement = "AWARE"' in own
    load(session, PROGRAMME + "\n\n".join([first, manager]), minute=1)
    left = load_rule_book(session)
    assert {step for step in left.reminder_steps if step.last_day > BEFORE} == {
        step for step in STEPS if step.requirement == "*"
    }
    assert [line.last_day for line in left.reminder_terms] == [BEFORE]
    assert len(session.scalars(select(ReminderTermsRow.id)).all()) == 2


def test_reminders_touch_no_timeline_and_leave_their_own_audit_event(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(session, PROGRAMME)
    touched: list[Any] = []
    monkeypatch.setattr(
        "compliance.services.programme.touch_rules", lambda _session, ids: touched.extend(ids)
    )
    load(session, PROGRAMME + REMINDERS, minute=1)
    assert touched == []
    event = session.scalars(select(AuditEventRow).order_by(AuditEventRow.id.desc())).first()
    assert event is not None
    assert (event.event, event.details["requirements"], event.details["added"]) == ("programme.loaded", [], 4)
    assert preview(session, PROGRAMME).effects == ()
    facts.forget(session)


def test_a_preview_warns_that_a_file_without_steps_ends_those_of_the_record(session: Session) -> None:
    load(session, PROGRAMME + REMINDERS)
    (notice,) = preview(session, PROGRAMME).notices
    assert str(notice) == (
        "p.toml: The file has no reminder steps, so those of the record end: from 1 April 2026 on nobody is reminded "
        "of anything. Export the rule book first if you want to keep them."
    )
    assert [note.action.value for note in preview(session, PROGRAMME).notes] == ["ended"] * 4
    assert preview(session, PROGRAMME + REMINDERS).notices == ()
    one_left = REMINDERS.partition('[[reminder_steps]]\ncode = "manager_1"')[0]
    assert preview(session, PROGRAMME + one_left).notices == ()


def test_a_preview_warns_of_a_code_that_says_something_else_from_now_on(session: Session) -> None:
    load(session, PROGRAMME + REMINDERS)
    text = PROGRAMME + REMINDERS.replace('to = "manager"', 'to = "head_of_service"')
    (notice,) = preview(session, text).notices
    assert notice.line == text.splitlines().index('code = "manager_1"')
    assert 'Reminder step "manager_1" says something else than before.' in notice.message
    assert preview(session, PROGRAMME + REMINDERS.replace("days = 90", "days = 80")).notices == ()


def test_the_commands_load_and_export_reminders(app: Flask, session: Session, tmp_path: Path) -> None:
    run: Callable[..., Any] = app.test_cli_runner().invoke
    file = tmp_path / "p.toml"
    file.write_text(PROGRAMME + REMINDERS, encoding="utf-8")
    done = run(args=["compliance", "load-programme", str(file), "--apply", "--format", "json"])
    assert done.exit_code == 0, done.output
    told = {change["text"]: change["about"] for change in json.loads(done.stdout)["changes"]}
    assert told['Reminder step "manager_1": 1 day after the last day, to the manager'] == "reminders"
    exported = run(args=["compliance", "export-programme"])
    assert set(read_programme(exported.stdout).book.reminder_steps) == STEPS
    file.write_text(PROGRAMME + REMINDERS.replace("days = 60", "days = 366"), encoding="utf-8")
    refused = run(args=["compliance", "load-programme", str(file)])
    assert refused.exit_code == 1
    assert "days: 366 is out of range. Give whole days from 0 to 365." in refused.stderr


@pytest.fixture
def foreseen(app: Flask, session: Session) -> Iterator[list[tuple[RuleBook, date]]]:
    """Foresees that a message would go to P7 whatever changes; gives what was asked."""
    asked: list[tuple[RuleBook, date]] = []

    class Always:
        def would_be_written_to(
            self, session: Session, after: RuleBook, effects: Iterable[Effect], day: date
        ) -> tuple[int, ...]:
            asked.append((after, day))
            return tuple(session.scalars(select(PersonRow.id)))

    with transaction(session):
        session.add(PersonRow(person_ref="P7"))
    was = list(letters._letters)
    letters.asked_by(Always())
    yield asked
    letters._letters[:] = was


def test_a_preview_names_those_to_whom_messages_would_go_and_on_no_day_that_is_past(
    session: Session, foreseen: list[tuple[RuleBook, date]]
) -> None:
    load(session, PROGRAMME)
    found = preview_programme(session, PROGRAMME + REMINDERS, "p.toml", APRIL, today=JULY)
    assert found.refs(found.written_to) == ["P7"]
    ((after, day),) = foreseen
    assert ({step.code for step in after.reminder_steps}, day) == ({"before_60", "manager_1"}, JULY)
    assert preview(session, PROGRAMME).written_to == ()
    assert len(foreseen) == 1


def test_the_command_names_those_to_whom_messages_would_go(
    app: Flask, session: Session, tmp_path: Path, foreseen: list[tuple[RuleBook, date]]
) -> None:
    run: Callable[..., Any] = app.test_cli_runner().invoke
    file = tmp_path / "p.toml"
    file.write_text(PROGRAMME + REMINDERS, encoding="utf-8")
    arguments = ["compliance", "load-programme", str(file)]
    assert json.loads(run(args=[*arguments, "--format", "json"]).stdout)["written_to"] == ["P7"]
    shown = run(args=arguments).stdout
    assert "Would be written to, who would not be otherwise (1): P7" in shown
    session.rollback()
    run(args=[*arguments, "--apply"])
    assert "Would be written to" not in run(args=arguments).stdout
