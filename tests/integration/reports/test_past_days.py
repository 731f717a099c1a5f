"""Registers and logs of a past day: what was taken back, undone or recorded afterwards does not show."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from compliance.services.exemptions import end_exemption
from compliance.services.importing import history
from foundation.db import transaction
from foundation.stamp import Stamp
from people.models import AbsenceRow, ImportBatchRow
from reports.domain.description import Cell
from tests.integration.compliance.product import TODAY, Product
from tests.integration.reports.test_upkeep_reports import council, made, only_exemption, rows_of

__all__ = ["council"]


def on_day(product: Product, day: date) -> list[tuple[Cell, Cell]]:
    return [(row["name"], row["status"]) for row in rows_of(made(product, "exemptions", day).tables[0])]


def test_of_a_past_day_what_was_taken_back_later_still_runs(council: Product) -> None:
    one = only_exemption(council)
    later = Stamp("tests", datetime.combine(TODAY + timedelta(days=2), time(12), UTC))
    with transaction(council.session) as session:
        end_exemption(session, later, one.person_id, one.id, None, "By mistake")
    for days, status in ((1, "Running"), (2, "Taken back"), (3, "Taken back")):
        assert ("Gus Example", status) in on_day(council, TODAY + timedelta(days=days))
        assert len(on_day(council, TODAY + timedelta(days=days))) == 2


def test_of_a_past_day_what_was_both_recorded_and_taken_back_later_is_left_out(council: Product) -> None:
    one = only_exemption(council)
    with transaction(council.session) as session:
        end_exemption(session, council.stamp(), one.person_id, one.id, None, "By mistake")
    assert on_day(council, TODAY - timedelta(days=30)) == [("Hal Example", "Running")]


def test_of_a_past_day_what_begins_later_is_to_come_only_if_it_was_recorded_by_then(council: Product) -> None:
    begins = TODAY + timedelta(days=20)
    council.load("absences", f"person_ref,kind,first_day,last_day\n3,other,{begins},2026-09-30\n".encode())
    assert ("Cai Example", "To come") in on_day(council, TODAY)
    before = {name for name, _ in on_day(council, TODAY - timedelta(days=30))}
    assert before == {"Gus Example", "Hal Example"}
    assert ("Cai Example", "Running") in on_day(council, begins)


def test_an_import_that_was_undone_after_the_day_of_the_log_is_not_undone_there(
    council: Product, monkeypatch: pytest.MonkeyPatch
) -> None:
    batch = council.session.scalar(select(func.max(AbsenceRow.recorded_batch_id)))
    council.undo("absences", batch or 0)
    undo = council.session.scalars(select(ImportBatchRow).where(ImportBatchRow.undoes_id == batch)).one()
    found = history.batches(council.session)
    later = [
        replace(one, applied_at=one.applied_at + timedelta(days=2)) if one.number == undo.id else one
        for one in found
    ]
    monkeypatch.setattr(history, "batches", lambda _session: later)
    for days, says in ((1, ""), (2, f"By batch {undo.id}")):
        log = rows_of(made(council, "imports", TODAY + timedelta(days=days)).tables[0])
        assert [row["undone"] for row in log if row["batch"] == batch] == [says]
