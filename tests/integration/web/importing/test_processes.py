"""The process behind a page: started apart, killed at any moment, two at once (promises D5 and D7)."""

import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select

from compliance import timelines
from compliance.services.importing.runs import State
from compliance.views import own_process
from foundation import clock
from foundation.db import db
from people.models import ImportBatchRow
from tests.integration.web.importing.page_desk import PageDesk, newcomers, worker
from tests.integration.web.importing.test_loading import rows_but_runs

ROOT = Path(__file__).resolve().parents[4]
PATIENCE = 60

# The very command, which kills its own process before a statement of its own import: nothing can be tidied up.
KILLED = """
import os, signal, sys
from sqlalchemy import Engine, event
from wsgi import app
from flask.cli import FlaskGroup

moment = sys.argv.pop()

@event.listens_for(Engine, "before_cursor_execute")
def before(connection, cursor, statement, *_):
    if moment in statement:
        os.kill(os.getpid(), signal.SIGKILL)

FlaskGroup(create_app=lambda: app).main(args=sys.argv[1:], prog_name="flask")
"""


def environment(app: Flask) -> dict[str, str]:
    return {
        **os.environ,
        "DATABASE_URL": app.config[own_process.DATABASE],
        "INSTANCE_PATH": app.instance_path,
        "ENVIRONMENT": "development",
    }


def run_apart(app: Flask, run: str, moment: str = "") -> "subprocess.Popen[bytes]":
    """A process for a run; with a moment, it is killed there."""
    db.session.remove()
    command = ["compliance", "work-on-import", run]
    program = (
        [sys.executable, "-c", KILLED, *command, moment]
        if moment
        else [sys.executable, "-m", "flask", *command]
    )
    return subprocess.Popen(program, cwd=ROOT, env=environment(app), stderr=subprocess.PIPE)


def wait(process: "subprocess.Popen[bytes]") -> int:
    _, said = process.communicate(timeout=PATIENCE)
    assert process.returncode in (0, -9), said
    return process.returncode


@pytest.mark.parametrize("moment", ["UPDATE post_spell", "UPDATE import_run SET state"])
def test_a_process_that_is_killed_has_changed_nothing_and_the_page_says_so(
    desk: PageDesk, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    desk.load("people", newcomers(40), is_part="y")
    run = desk.looked_over("people", newcomers(40, unit="Resources"), is_part="y")
    desk.confirm(run)
    before = rows_but_runs(desk)
    assert wait(run_apart(desk.app, run, moment)) == -9
    assert rows_but_runs(desk) == before
    assert desk.row(run).state == State.APPLYING
    later = clock.now()
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: later + timedelta(minutes=15))
        assert "It stopped before anything was changed" in desk.text(run)
        assert desk.press(run, "again").status_code == 302
        assert desk.work() is State.PREVIEWED
    assert rows_but_runs(desk) == before
    desk.confirm(run)
    assert desk.work() is State.APPLIED
    assert rows_but_runs(desk) != before
    assert list(timelines.differences(desk.session)) == []


def test_of_two_processes_for_one_run_and_of_two_runs_each_is_done_once(desk: PageDesk) -> None:
    first = desk.looked_over("people", newcomers(5), is_part="y")
    second = desk.looked_over("people", [worker("Sam"), worker("Other")], is_part="y")
    for run in (first, second):
        desk.confirm(run)
    processes = [run_apart(desk.app, run) for run in (first, first, second)]
    assert [wait(process) for process in processes] == [0, 0, 0]
    assert {desk.row(run).state for run in (first, second)} == {State.APPLIED}
    assert desk.session.scalar(select(func.count(ImportBatchRow.id))) == 2
    assert list(timelines.differences(desk.session)) == []


def test_the_page_starts_the_process_itself(desk: PageDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    run = desk.send("people", newcomers(2), is_part="y")
    until = time.monotonic() + PATIENCE
    while desk.state(run)["at_work"] and time.monotonic() < until:
        db.session.remove()
        time.sleep(0.2)
    for process in own_process.started:
        assert process.wait(PATIENCE) == 0
    assert desk.row(run).state == State.PREVIEWED
    assert desk.row(run).found["counts"]["person_added"] == 2


def test_a_process_that_cannot_be_started_leaves_a_run_that_can(
    desk: PageDesk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.undo()
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    run = desk.send("people", newcomers(2), is_part="y")
    assert "could not be started" in caplog.text
    assert desk.row(run).state == State.PREVIEWING
