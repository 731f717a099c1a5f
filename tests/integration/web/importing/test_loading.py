"""Loading a file on pages: the preview says what the import then does, and what that does to every figure."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from compliance import timelines
from compliance.services import figures
from compliance.services.figures import Question
from compliance.services.importing.runs import State
from foundation import clock
from foundation.audit import AuditEventRow
from people.models import ImportBatchRow, PersonRow
from tests.borough import HOMES, PARTNER, RESOURCES
from tests.integration.imports.desk import everything
from tests.integration.web.importing.page_desk import PageDesk, newcomers, worker
from tests.pages import text_of


def ago(days: int) -> str:
    return (clock.today() - timedelta(days=days)).isoformat()


def shown_figures(desk: PageDesk) -> dict[str, list[int]]:
    """What the figures page reads: compliant and counted by requirement."""
    desk.session.rollback()
    answer = figures.figures(desk.session, clock.today(), Question())
    desk.session.rollback()
    return {row.requirement: [row.counts.in_date, row.counts.counted] for row in answer.rows}


def rows_but_runs(desk: PageDesk) -> str:
    """All rows of all tables but the runs themselves, and who did what with them."""
    own = ("import_run", "audit_event", "submission", "attempt")
    return repr({name: rows for name, rows in everything(desk.session).items() if name not in own})


FILES: dict[str, list[dict[str, Any]]] = {
    "people": [
        worker("Sam", roles="street"),
        worker("Ola", unit=RESOURCES, changed_on=ago(0), roles=""),
        worker("Bo", category="contractor"),
        worker("Mo", post_ref=f"P-Mo-{HOMES}", manager_ref="N-Dana", job_title="Head", post_end=ago(0)),
        *newcomers(3, post_start=ago(400)),
        worker("Elsewhere", organisation="A new trust", sector="vcs", unit="A > B", post_start=ago(400)),
        worker("Pia", organisation=PARTNER, unit="", post_ref=f"P-Pia-{PARTNER}", sector="health"),
    ],
    "absences": [
        {"person_ref": "N-Sam", "kind": "parental", "first_day": ago(60), "last_day": ""},
        {"person_ref": "N-Bo", "kind": "parental", "first_day": ago(90), "last_day": ago(5)},
    ],
    "completions": [
        {"person_ref": "N-Sam", "course_code": "PREV", "completed_on": ago(3), "evidence": ""},
        {"person_ref": "N-Ash", "course_code": "PREV", "completed_on": ago(10), "evidence": "verified"},
        {"person_ref": "N-Mo", "course_code": "PREV", "completed_on": ago(100), "evidence": "rejected"},
    ],
    "exemptions": [
        {
            "person_ref": "N-Sam",
            "requirement": "AWARE",
            "reason": "Trained by the police",
            "approved_by": "Head of Service",
            "first_day": ago(2),
            "last_day": ago(-200),
        },
        {
            "person_ref": "N-Cy",
            "requirement": "*",
            "reason": "Trained elsewhere",
            "approved_by": "Head of Service",
            "first_day": ago(30),
            "last_day": ago(-10),
        },
    ],
}


@pytest.mark.parametrize("kind", FILES)
def test_every_kind_of_file_does_what_its_preview_showed_and_the_figures_become_what_it_said(
    desk: PageDesk, kind: str
) -> None:
    before = rows_but_runs(desk)
    fields = {"is_part": "y"} if kind == "people" else {}
    run = desk.looked_over(kind, FILES[kind], **fields)
    found = desk.row(run).found
    assert any(found["counts"].values())
    assert rows_but_runs(desk) == before
    said = {one["requirement"]: one["after"] for one in found["figures"]}
    assert {one["requirement"]: one["before"] for one in found["figures"]} == shown_figures(desk)
    assert said != {one["requirement"]: one["before"] for one in found["figures"]}
    assert desk.confirm(run).status_code == 302
    assert desk.work() is State.APPLIED
    assert shown_figures(desk) == said
    batch = desk.session.get(ImportBatchRow, desk.row(run).batch_id)
    assert batch is not None
    assert {name: batch.counts[name] for name in found["counts"]} == found["counts"]
    assert list(timelines.differences(desk.session)) == []
    assert "has been loaded" in desk.text(run)


def test_pages_give_the_same_account_as_the_command(desk: PageDesk, tmp_path: Any) -> None:
    rows = [*FILES["people"], worker("Bad", post_start="31/06/2024")]
    run = desk.looked_over("people", rows, is_part="y")
    from tests.integration.imports.desk import as_csv

    path = tmp_path / "people.csv"
    path.write_bytes(as_csv(rows))
    said = desk.app.test_cli_runner().invoke(
        args=["people", "import", str(path), "--part", "--format", "json"]
    )
    command = json.loads(said.stdout)
    found = desk.row(run).found
    assert found["counts"] == command["counts"]
    assert (found["rows"], found["set_aside_rows"]) == (command["rows"], command["set_aside_rows"])
    lines = desk.client.get(f"/imports/{run}/changes.csv").get_data(as_text=True).splitlines()
    assert len(lines) - 1 == len(command["changes"])
    assert command["set_aside"][0]["message"] in desk.text(run)


def test_the_uploaded_file_and_every_name_in_it_are_gone_once_it_is_loaded(desk: PageDesk) -> None:
    run = desk.looked_over("people", newcomers(2), is_part="y")
    folder = desk.folder(run).path
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert folder.stat().st_mode & 0o777 == 0o700
    kept = json.dumps(desk.row(run).found)
    assert "New00" not in kept
    assert "Tester" not in kept
    desk.confirm(run)
    desk.work()
    assert not folder.exists()


def test_nothing_is_done_in_the_request_and_the_page_says_how_far_it_is(desk: PageDesk) -> None:
    run = desk.send("people", newcomers(2), is_part="y")
    assert desk.started == [run]
    page = desk.page(run)
    assert text_of(page.h1) == "Being checked"  # type: ignore[arg-type]  # there is one, says the client
    assert page.select_one("a[href$='" + run + "']") is not None
    assert desk.state(run) | {"words": ""} == {
        "at_work": True, "state": "previewing", "words": "", "done": 0, "total": 0,
    }  # fmt: skip
    desk.work()
    assert desk.state(run)["at_work"] is False


def test_of_two_presses_and_two_processes_one_acts(desk: PageDesk) -> None:
    run = desk.looked_over("people", newcomers(2), is_part="y")
    page = desk.page(run)
    form = page.select_one(f"main form[action$='{run}']")
    assert form is not None
    data = {str(one["name"]): str(one["value"]) for one in form.select("input[type=hidden]")}
    first = desk.client.post(str(form["action"]), data=data)
    second = desk.client.post(str(form["action"]), data=data)
    assert (first.status_code, second.status_code) == (302, 302)
    assert desk.started.count(run) == 2, "the preview and one import"
    assert desk.work() is State.APPLIED
    assert desk.work() is None, "a second process found something to do"
    assert desk.session.scalar(select(func.count(ImportBatchRow.id))) == 1
    # Another tab, in which the preview is still open.
    form_again = dict(data) | {"once": "x" * 43}
    late = desk.client.post(str(form["action"]), data=form_again)
    assert late.status_code == 409
    assert desk.session.scalar(select(func.count(ImportBatchRow.id))) == 1


def test_what_was_looked_at_is_what_is_loaded_or_nothing_is(desk: PageDesk) -> None:
    """The record changed between the preview and the import (promise F34)."""
    run = desk.looked_over("people", newcomers(3), is_part="y")
    other = desk.load("people", newcomers(2), is_part="y")
    seen = desk.row(run).found["digest"]
    desk.confirm(run)
    assert desk.work() is State.PREVIEWED
    row = desk.row(run)
    assert (row.batch_id, row.found["stale"]) == (None, True)
    assert "The record has changed since you looked at this file. Nothing was loaded." in desk.text(run)
    assert row.found["counts"]["person_added"] == 1
    stale = desk.confirm(run, seen=seen)
    assert stale.status_code == 409
    assert "The preview is not the one that you looked at." in stale.get_data(as_text=True)
    assert desk.confirm(run).status_code == 302
    assert desk.work() is State.APPLIED
    number = desk.row(run).batch_id
    assert number is not None
    assert number > other


def test_the_brake_holds_until_the_very_number_is_typed(desk: PageDesk) -> None:
    desk.load("people", newcomers(70), is_part="y")
    rest = [worker(name, manager_ref="") for name in ("Sam", "Ola")]
    run = desk.looked_over("people", rest)
    leavers = desk.row(run).found["leavers"]
    text = desk.text(run)
    assert f"This file would end {leavers} posts. Check that it is whole." in text
    assert "running posts of" in text
    assert "--expect-leavers" not in text
    assert "New000 Tester" in text
    for typed in ("", "3", str(leavers + 1), "all"):
        answer = desk.confirm(run, leavers=typed)
        assert answer.status_code == 422
        assert 'id="leavers-error"' in answer.get_data(as_text=True)
    people = desk.session.scalar(select(func.count(PersonRow.id)))
    assert desk.confirm(run, leavers=f" {leavers} ").status_code == 302
    assert desk.work() is State.APPLIED
    assert desk.session.scalar(select(func.count(PersonRow.id))) == people
    assert desk.row(run).found["counts"]["post_missing"] == leavers


def test_a_process_that_gives_no_sign_of_life_has_changed_nothing_and_can_be_started_again(
    desk: PageDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = desk.send("people", newcomers(2), is_part="y")
    later = clock.now() + timedelta(minutes=15)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert "It stopped before anything was changed" in desk.text(run)
    assert desk.state(run)["at_work"] is False
    assert desk.press(run, "again").status_code == 302
    assert desk.started == [run, run]
    assert desk.work() is State.PREVIEWED
    assert desk.client.post(f"/imports/{run}/again", data=_token(desk, run)).status_code == 302
    assert desk.started == [run, run], "it was started again though nothing was wrong"


def _token(desk: PageDesk, run: str) -> dict[str, str]:
    form = desk.page(run).select_one("main form[action$='/remove']")
    assert form is not None
    return {str(one["name"]): str(one["value"]) for one in form.select("input[type=hidden]")}


def test_a_fault_of_ours_ends_the_run_and_changes_nothing(
    desk: PageDesk, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from compliance.services.importing import working

    run = desk.looked_over("people", newcomers(2), is_part="y")
    desk.confirm(run)

    def broken(*_: object) -> str:
        raise RuntimeError("a fault for tests")

    monkeypatch.setattr(working, "digest", broken)
    assert desk.work() is State.FAILED
    monkeypatch.undo()
    assert "Something went wrong, and nothing was changed" in desk.text(run)
    assert desk.session.scalar(select(func.count(ImportBatchRow.id))) == 0
    assert "a fault for tests" in caplog.text


def test_a_file_that_is_given_up_is_deleted(desk: PageDesk) -> None:
    run = desk.looked_over("people", newcomers(2), is_part="y")
    folder = desk.folder(run).path
    assert desk.press(run, "remove").status_code == 302
    assert not folder.exists()
    assert "This file was removed" in desk.text(run)
    assert "people.csv" not in text_of(desk.client.page("/imports").select_one("main"))  # type: ignore[arg-type]  # there is one


def test_files_that_nobody_loads_are_deleted_after_a_week(
    desk: PageDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = desk.looked_over("people", newcomers(2), is_part="y")
    folder = desk.folder(old).path
    later = clock.now() + timedelta(days=7, minutes=1)
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: later)
        said = desk.app.test_cli_runner().invoke(args=["compliance", "sweep-imports"])
    assert "1 unfinished import of 7 days ago removed" in said.stdout
    assert not folder.exists()
    assert desk.row(old).state == State.DISCARDED


def test_what_is_done_is_in_the_audit_trail_without_a_name(desk: PageDesk) -> None:
    desk.load("completions", FILES["completions"])
    events = desk.session.execute(
        select(AuditEventRow.event, AuditEventRow.details, AuditEventRow.actor)
    ).all()
    ours = [event for event in events if event[0].startswith(("import.", "completions."))]
    assert [event[0] for event in ours] == ["import.begun", "import.confirmed", "completions.imported"]
    assert {event[2] for event in ours} == {ours[0][2]}
    assert ours[0][2].startswith("account:")
    assert "Sam" not in str(ours)


def test_the_history_says_who_loaded_what_and_what_became_of_it(desk: PageDesk) -> None:
    number = desk.load("completions", FILES["completions"])
    page = text_of(desk.client.page("/imports").select_one("#batches"))  # type: ignore[arg-type]  # there is one
    assert f"Batch {number}" in page
    assert "Uma Tester" in page
    assert "1 new completion" in page
    assert "1 new completions" not in page
    lines = desk.client.get("/imports.csv?kind=completions").get_data(as_text=True).splitlines()
    assert len(lines) == 2
    assert ",1 new completion; 2 completions corrected," in lines[1]
    assert desk.client.get("/imports?kind=people").get_data(as_text=True).count("Batch ") == 0
    assert desk.client.get("/imports?kind=nothing").status_code == 404
    assert desk.client.get(f"/imports/batches/{'9' * 30}").status_code == 404


def test_a_day_that_is_not_a_day_and_a_system_that_is_not_there_are_said(desk: PageDesk) -> None:
    day = {"as_at-day": "31", "as_at-month": "6", "as_at-year": "2026"}
    answer = desk.upload("people", newcomers(1), map_name="nonsense", **day)
    assert answer.status_code == 422
    text = answer.get_data(as_text=True)
    assert "must be a real date" in text
    assert "Choose the system from the list" in text
    assert desk.started == []


def test_the_day_of_a_people_file_is_the_day_from_which_it_counts(desk: PageDesk) -> None:
    day = {"as_at-day": "1", "as_at-month": "2", "as_at-year": "2026"}
    run = desk.looked_over("people", newcomers(1), is_part="y", **day)
    assert desk.row(run).as_at == date(2026, 2, 1)
    assert "It describes 1 February 2026." in desk.text(run)


def test_everything_that_lies_in_the_folder_without_a_run_is_deleted(
    desk: PageDesk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    import os

    from compliance.services.importing.folder import ImportFolder

    folder = ImportFolder.in_instance(desk.app.instance_path)
    name = folder.keep(b"of a process that was killed")
    os.utime(folder.of(name).path, (0, 0))
    run = desk.send("people", newcomers(1), is_part="y")
    assert not folder.of(name).path.exists()
    assert desk.folder(run).has_file


def test_too_many_files_that_wait_are_refused(desk: PageDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    from compliance.services.importing import runs

    monkeypatch.setattr(runs, "MOST_UNFINISHED", 1)
    desk.send("absences", FILES["absences"])
    answer = desk.upload("absences", FILES["absences"])
    assert answer.status_code == 422
    assert "1 file waits for you already" in answer.get_data(as_text=True)
