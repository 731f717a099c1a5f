"""`flask reminders plan` shows who would be written to and leaves no trace; `flask reminders run` does it, once."""

import csv
import hashlib
import io
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import _NamedTextIOWrapper
from flask import Flask
from sqlalchemy import make_url, select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.db import db
from reminders.models import ReminderRow, ReminderRunRow
from reminders.services.bank_holidays import is_working_day
from tests.borough import AWARE
from tests.integration.imports.desk import Shell, everything
from tests.integration.reminders.post_office import PostOffice
from tests.integration.reminders.steps import MONDAY, borough_with_steps, run


def files(address: str) -> dict[str, str]:
    """The bytes of a SQLite database, all of its files; nothing for PostgreSQL, whose files are the server's."""
    url = make_url(address)
    if url.get_backend_name() != "sqlite" or url.database is None:
        return {}
    db.session.remove()
    found = Path(url.database)
    beside = (found, *(found.with_name(found.name + end) for end in ("-wal", "-journal")))
    return {one.name: hashlib.sha256(one.read_bytes()).hexdigest() for one in beside if one.exists()}


def test_the_plan_leaves_the_database_byte_for_byte_as_it_was(
    session: Session, shell: Shell, address: str
) -> None:
    borough_with_steps(session)
    run(session, MONDAY)
    for form in ("table", "csv", "json"):
        rows, before = everything(session), files(address)
        assert shell.run("reminders", "plan", "--on", "2026-12-16", "--format", form).exit_code == 0
        assert files(address) == before
        assert everything(session) == rows


def test_the_plan_says_who_and_why_and_who_not_and_why_not(session: Session, shell: Shell) -> None:
    borough_with_steps(session)
    answer = shell.json("reminders", "plan", "--on", str(MONDAY))
    assert answer["on"] == str(MONDAY)
    by_person = {(row["person_ref"], row["requirement"], row["recipient"]): row for row in answer["rows"]}
    assert by_person["N-Ola", AWARE, "N-Ola"] == {
        "person_ref": "N-Ola",
        "requirement": AWARE,
        "written": True,
        "step": "before_30",
        "recipient": "N-Ola",
        "channel": "email",
        "why": "30 days before 23 December 2026, the last day in time",
    }
    assert by_person["N-Sam", AWARE, "N-Mo"]["why"] == "1 day after 6 June 2026, the last day in time"
    assert (
        by_person["N-Kit", AWARE, "N-Kit"]["why"] == "Newly asked for on 3 November 2026, by 1 February 2027"
    )
    not_written = {row["person_ref"]: row["why"] for row in answer["rows"] if not row["written"]}
    assert not_written["N-Bo"] == "Away from work"
    assert not_written["N-Mo"] == "Up to date; next on 16 June 2028"


def test_the_plan_is_the_same_in_every_format(session: Session, shell: Shell) -> None:
    borough_with_steps(session)
    rows = shell.json("reminders", "plan", "--on", str(MONDAY))["rows"]
    text = shell.run("reminders", "plan", "--on", str(MONDAY), "--format", "csv").stdout
    found = list(csv.DictReader(io.StringIO(text)))
    assert [(row["person_ref"], row["step"], row["why"]) for row in found] == [
        (row["person_ref"], row["step"] or "", row["why"]) for row in rows
    ]
    table = shell.run("reminders", "plan", "--on", str(MONDAY)).stdout
    assert table.startswith("10 messages on 23 November 2026")
    assert "30 days before 23 December 2026" in table


def test_a_day_that_is_named_is_planned_and_sent_at_any_hour_and_overtakes_nothing_that_is_nearer(
    session: Session, shell: Shell, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    borough_with_steps(session, MONDAY)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 21, 23, tzinfo=UTC))  # a Saturday, late
    first = shell.json("reminders", "run", "--on", str(MONDAY))
    assert first["sent"] == len(office.taken) > 0
    assert shell.json("reminders", "run", "--on", str(MONDAY))["sent"] == 0
    friday = shell.run("reminders", "run", "--on", str(MONDAY - timedelta(days=3)))
    assert "20 November 2026 is planned:" in friday.stderr
    told = [(taken.to, taken.read["Subject"]) for taken in office.taken]
    assert len(set(told)) == len(told)


def test_in_production_a_day_to_come_is_not_written_down(app: Flask, session: Session, shell: Shell) -> None:
    app.config["IN_PRODUCTION"] = True
    tomorrow = clock.today() + timedelta(days=1)
    result = shell.run("reminders", "run", "--on", str(tomorrow))
    assert result.exit_code == 1
    assert "is still to come" in result.stderr
    assert session.scalars(select(ReminderRunRow.id)).all() == []


def test_in_production_a_named_day_leaves_in_the_hours_of_mail(
    app: Flask, session: Session, shell: Shell, office: PostOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    app.config["IN_PRODUCTION"] = True
    borough_with_steps(session, MONDAY)
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 23, 22, tzinfo=UTC))
    assert shell.json("reminders", "run", "--on", str(MONDAY))["sent"] == 0
    monkeypatch.setattr(clock, "now", lambda: datetime(2026, 11, 24, 9, tzinfo=UTC))
    assert shell.json("reminders", "send")["sent"] == len(office.taken) > 0


def test_a_day_is_run_once(session: Session, shell: Shell) -> None:
    day = clock.today()
    while not is_working_day(day):
        day -= timedelta(days=1)
    borough_with_steps(session, day)
    first = shell.run("reminders", "run", "--on", str(day))
    assert first.exit_code == 0, first.stderr
    assert "is planned:" in first.stderr
    written = len(session.scalars(select(ReminderRow.id)).all())
    assert written
    again = shell.run("reminders", "run", "--on", str(day), "--format", "json")
    assert "was planned before. Nobody is told twice." in again.stderr
    assert len(session.scalars(select(ReminderRow.id)).all()) == written


@pytest.mark.parametrize(
    "now, planned",
    [("2026-11-23T09:00+00:00", True), ("2026-11-23T19:00+00:00", False), ("2026-11-22T09:00+00:00", False)],
    ids=["in the morning", "in the evening", "on a Sunday"],
)
def test_without_a_day_today_is_planned_in_the_hours_of_mail_alone(
    session: Session,
    shell: Shell,
    office: PostOffice,
    monkeypatch: pytest.MonkeyPatch,
    now: str,
    planned: bool,
) -> None:
    borough_with_steps(session)
    monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat(now))
    result = shell.run("reminders", "run")
    assert ("is planned:" in result.stderr) is planned
    days = session.scalars(select(ReminderRunRow.day)).all()
    assert days == ([date(2026, 11, 23)] if planned else [])
    assert bool(office.taken) is planned, "what was planned has left"


@pytest.mark.parametrize(
    "now, words",
    [
        ("2026-11-23T09:00+00:00", "was planned before. Nobody is told twice."),
        ("2026-11-22T09:00+00:00", "Nothing was planned: reminders leave on working days from 8 to 18."),
    ],
    ids=["planned already", "on a Sunday"],
)
def test_a_run_that_finds_nothing_to_do_says_so_on_a_terminal_alone(
    session: Session, shell: Shell, monkeypatch: pytest.MonkeyPatch, now: str, words: str
) -> None:
    borough_with_steps(session)
    run(session, MONDAY)
    monkeypatch.setattr(clock, "now", lambda: datetime.fromisoformat(now))
    shell.run("reminders", "run")  # what was planned leaves in its hours
    for_cron = shell.run("reminders", "run")
    assert (for_cron.exit_code, for_cron.stdout, for_cron.stderr) == (0, "", "")
    assert shell.json("reminders", "run")["sent"] == 0
    monkeypatch.setattr(_NamedTextIOWrapper, "isatty", lambda _self: True)
    for_somebody = shell.run("reminders", "run")
    assert words in for_somebody.stderr
    assert "sent" in for_somebody.stdout


def test_the_commands_belong_to_the_service(app: Flask) -> None:
    group = app.cli.commands["reminders"]
    assert {"plan", "run", "send"} <= set(getattr(group, "commands", {}))
