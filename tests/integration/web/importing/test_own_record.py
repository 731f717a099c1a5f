"""Nobody acts on their own record by a file or by taking one back; and taking back has the brake for leavers too."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from compliance.models import ImportRunRow
from compliance.services.importing import runs
from compliance.services.importing.kinds import FILE_KINDS, Said
from compliance.services.importing.runs import State
from courses.domain import Evidence
from courses.models import CompletionRow
from courses.store import course_ids
from foundation import clock
from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.facts import no_progress, recorded, retract
from foundation.stamp import Stamp
from people.models import AccountRow
from tests.borough import RESOURCES, email_of
from tests.integration.imports.desk import Rows, as_csv, everything
from tests.integration.web.importing.page_desk import PageDesk, newcomers, worker
from tests.integration.web.importing.test_loading import FILES, ago

COLLEAGUE = "command:a colleague"
NOT_PEOPLE = ["absences", "completions", "exemptions"]


def own(kind: str) -> dict[str, Any]:
    """A row about whoever learning and development is in these tests."""
    return {**FILES[kind][0], "person_ref": "N-Uma"}


def own_post(**more: object) -> dict[str, object]:
    return worker("Uma", unit=RESOURCES, post_ref=f"P-Uma-{RESOURCES}", manager_ref="N-Vic", **more)


def loaded_by_a_colleague(desk: PageDesk, kind: str, rows: Rows) -> int:
    """A batch that somebody else has loaded."""
    file_kind, said = FILE_KINDS[kind], Said(f"{kind}.csv", clock.today(), is_part=True)
    file = file_kind.read(as_csv(rows), said)
    with transaction(desk.session):
        account = file_kind.apply(desk.session, Stamp(COLLEAGUE, clock.now()), file, said, no_progress)
    assert account.batch is not None
    return account.batch


def confirmed(desk: PageDesk) -> Mapping[str, Any]:
    """What was written down of the latest confirmation."""
    query = select(AuditEventRow.details).where(AuditEventRow.event == "import.confirmed")
    desk.session.rollback()
    found: Mapping[str, Any] | None = desk.session.scalars(query.order_by(AuditEventRow.id.desc())).first()
    desk.session.rollback()
    assert found is not None
    return found


def sent_in(desk: PageDesk, name: str, on: date, *decisions: Evidence) -> None:
    """Learning and development sends in a completion of somebody, and others decide about it."""
    query = select(AccountRow.public_id).where(AccountRow.email == email_of("learning"))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    with transaction(desk.session):
        actor = f"account:{desk.session.scalars(query).one()}"
        course, before = course_ids(desk.session)["PREV"], None
        for hours, evidence in enumerate([Evidence.AWAITING, *decisions]):
            stamp = Stamp(COLLEAGUE if hours else actor, at + timedelta(hours=hours))
            if before is not None:
                retract(desk.session, CompletionRow, [before], stamp, "Decided")
            values = {
                "person_id": desk.borough.ids[name],
                "course_id": course,
                "completed_on": on,
                "provider": "",
                "reference": "",
                "source": "tests",
                "evidence": evidence.value,
                "revoked_on": None,
            }
            new = insert(CompletionRow).values({**values, **recorded(stamp)}).returning(CompletionRow.id)
            before = desk.session.scalar(new)


@pytest.mark.parametrize("kind", NOT_PEOPLE)
def test_a_file_that_changes_the_loaders_own_record_is_refused_with_its_row(
    desk: PageDesk, kind: str
) -> None:
    before = everything(desk.session, facts_only=True)
    run = desk.send(kind, [FILES[kind][1], own(kind)])
    assert desk.work() is State.REFUSED
    assert "Row 3 is about you. Ask a colleague to load it, or leave it out." in desk.text(run)
    assert everything(desk.session, facts_only=True) == before
    assert not desk.folder(run).has_file


def test_a_row_about_the_loader_by_email_is_found_too(desk: PageDesk) -> None:
    row = {**own("completions"), "person_ref": "", "email": "uma@council.example"}
    run = desk.send("completions", [row, {**row, "completed_on": ago(20)}])
    assert desk.work() is State.REFUSED
    assert "Rows 2 and 3 are about you. Ask a colleague to load them" in desk.text(run)


def test_a_row_about_the_loader_that_changes_nothing_is_no_hindrance(desk: PageDesk) -> None:
    loaded_by_a_colleague(desk, "completions", [own("completions")])
    run = desk.looked_over("completions", [own("completions"), FILES["completions"][0]])
    assert "about you" not in desk.text(run)


def test_what_becomes_the_loaders_own_between_the_preview_and_the_import_is_refused(
    desk: PageDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = desk.looked_over("completions", [FILES["completions"][0]])
    desk.confirm(run)
    before = everything(desk.session, facts_only=True)
    monkeypatch.setattr(runs, "person_of", lambda *_: desk.borough.ids["Sam"])
    assert desk.work() is State.REFUSED
    assert everything(desk.session, facts_only=True) == before


def test_a_people_file_that_changes_the_loaders_own_post_says_so_and_it_is_written_down(
    desk: PageDesk,
) -> None:
    run = desk.looked_over("people", [own_post(), *newcomers(1)], is_part="y")
    assert "Some of these changes are about you yourself." not in desk.text(run)
    run = desk.looked_over("people", [own_post(job_title="Director"), *newcomers(1)], is_part="y")
    assert "Some of these changes are about you yourself." in desk.text(run)
    desk.confirm(run)
    assert confirmed(desk)["about_oneself"] is True
    assert desk.work() is State.APPLIED


@pytest.mark.parametrize(
    "decisions, evidence",
    [([], ""), ([], "verified"), ([Evidence.REJECTED], "verified")],
)
def test_a_file_does_not_accept_what_its_loader_sent_in(
    desk: PageDesk, decisions: list[Evidence], evidence: str
) -> None:
    on = clock.today() - timedelta(days=50)
    sent_in(desk, "Kit", on, *decisions)
    row = {"person_ref": "N-Kit", "course_code": "prev", "completed_on": on.isoformat(), "evidence": evidence}
    run = desk.send("completions", [FILES["completions"][0], row])
    assert desk.work() is State.REFUSED
    assert "Row 3 would accept training that you sent in yourself." in desk.text(run)
    rejected = {**row, "evidence": "rejected", "provider": "The council"}
    desk.looked_over("completions", [FILES["completions"][0], rejected])


@pytest.mark.parametrize("kind", NOT_PEOPLE)
def test_nobody_takes_back_a_batch_that_changed_their_own_record(desk: PageDesk, kind: str) -> None:
    number = loaded_by_a_colleague(desk, kind, [own(kind), FILES[kind][1]])
    before = everything(desk.session, facts_only=True)
    run = desk.undo(number)
    assert desk.work() is State.REFUSED
    assert f"Batch {number} changed your own record. Ask a colleague to take it back." in desk.text(run)
    assert everything(desk.session, facts_only=True) == before


def test_taking_a_batch_back_does_not_accept_what_one_sent_in(desk: PageDesk) -> None:
    on = clock.today() - timedelta(days=50)
    sent_in(desk, "Kit", on, Evidence.VERIFIED)
    row = {"person_ref": "N-Kit", "course_code": "PREV", "completed_on": on.isoformat()}
    number = loaded_by_a_colleague(desk, "completions", [{**row, "evidence": "rejected"}])
    run = desk.undo(number)
    assert desk.work() is State.REFUSED
    assert "would accept training that you sent in yourself" in desk.text(run)


def test_taking_a_people_batch_back_that_changed_ones_own_post_says_so(desk: PageDesk) -> None:
    number = loaded_by_a_colleague(desk, "people", [own_post(job_title="Director")])
    run = desk.undo(number)
    assert desk.work() is State.PREVIEWED
    assert "This changes your own record too." in desk.text(run)
    desk.confirm(run)
    assert confirmed(desk)["about_oneself"] is True
    assert desk.work() is State.APPLIED


def test_the_brake_for_leavers_holds_the_taking_back_of_a_batch_too(desk: PageDesk) -> None:
    number = loaded_by_a_colleague(desk, "people", newcomers(60))
    before = everything(desk.session, facts_only=True)
    run = desk.undo(number)
    assert desk.work() is State.PREVIEWED
    text = desk.text(run)
    assert "This would end 60 posts, and 60 people would have no post left." in text
    assert "Taking the batch back would end 60 of" in text
    assert "--expect-leavers" not in text
    assert "This file" not in text
    assert "New000 Tester" in text
    for typed in ("", "59"):
        answer = desk.confirm(run, leavers=typed)
        assert answer.status_code == 422
        assert 'id="leavers-error"' in answer.get_data(as_text=True)
    assert desk.row(run).state == State.PREVIEWED
    assert desk.confirm(run, leavers="60").status_code == 302
    assert confirmed(desk)["leavers"] == 60
    assert desk.work() is State.APPLIED
    assert everything(desk.session, facts_only=True) != before


def test_a_number_that_was_typed_for_another_undo_confirms_nothing(desk: PageDesk) -> None:
    number = loaded_by_a_colleague(desk, "people", newcomers(60))
    run = desk.undo(number)
    desk.work()
    desk.confirm(run, leavers="60")
    with transaction(desk.session):
        desk.session.execute(
            update(ImportRunRow).where(ImportRunRow.public_id == run).values(expected_leavers=59)
        )
    before = everything(desk.session, facts_only=True)
    assert desk.work() is State.PREVIEWED
    assert desk.row(run).found["stale"] is True
    assert everything(desk.session, facts_only=True) == before


def test_a_few_leavers_need_no_number(desk: PageDesk) -> None:
    number = loaded_by_a_colleague(desk, "people", newcomers(3))
    run = desk.undo(number)
    desk.work()
    assert "How many posts will this end?" not in desk.text(run)
    assert desk.confirm(run).status_code == 302
    assert desk.work() is State.APPLIED


def test_taking_back_counts_among_the_files_that_wait(
    desk: PageDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    number = loaded_by_a_colleague(desk, "people", newcomers(3))
    monkeypatch.setattr(runs, "MOST_UNFINISHED", 1)
    desk.undo(number)
    answer = desk.undo(number)
    assert answer == str(number), "it leads back to the page of the batch"
    assert len(desk.started) == 1
    assert "1 file waits for you already" in desk.client.get(f"/imports/batches/{number}").get_data(
        as_text=True
    )


def test_what_is_started_again_and_rows_that_nobody_mends_are_in_the_audit_trail(
    desk: PageDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = desk.send(
        "people", [worker("Sam"), *newcomers(1), worker("Late", post_start="no day")], is_part="y"
    )
    with monkeypatch.context() as patch:
        later = clock.now() + timedelta(minutes=15)
        patch.setattr(clock, "now", lambda: later)
        assert desk.press(run, "again").status_code == 302
    assert desk.work() is State.PREVIEWED
    desk.confirm(run)
    assert desk.work() is State.APPLIED
    assert desk.folder(run).path.exists()
    token = desk.client.page(f"/imports/{run}/mend").select_one("input[name=csrf_token]")
    assert token is not None
    data = {"csrf_token": str(token["value"]), "once": "x" * 43}
    assert desk.client.post(f"/imports/{run}/remove", data=data).status_code == 302
    assert not desk.folder(run).path.exists()
    query = select(AuditEventRow.event, AuditEventRow.details).order_by(AuditEventRow.id)
    found = {event: details for event, details in desk.session.execute(query) if event.startswith("import.")}
    assert found["import.restarted"] == {"state": "previewing"}
    assert found["import.rows_removed"] == {"rows": 1}


def test_rows_of_a_loaded_file_are_deleted_after_a_week_and_an_email_address_is_masked(
    desk: PageDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [worker("Sam"), *newcomers(1), worker("Late", post_start="no day")]
    desk.load("people", rows, is_part="y")
    folder = desk.folder(desk.started[-1]).path
    desk.session.rollback()
    with transaction(desk.session):
        mine = AccountRow.email == email_of("learning")
        desk.session.execute(update(AccountRow).where(mine).values(person_id=None))
    text = desk.client.get("/imports.csv").get_data(as_text=True)
    assert "l*******@council.example" in text
    assert email_of("learning") not in text
    sweep = ["compliance", "sweep-imports"]
    assert desk.app.test_cli_runner().invoke(args=sweep).exit_code == 0
    assert folder.exists()
    later = clock.now() + timedelta(days=7, minutes=1)
    monkeypatch.setattr(clock, "now", lambda: later)
    assert desk.app.test_cli_runner().invoke(args=sweep).exit_code == 0
    assert not folder.exists()
