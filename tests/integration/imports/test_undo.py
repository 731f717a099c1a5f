"""Taking a batch back: facts before and after, what stands in the way, and that the undo itself stays on record."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from compliance import timelines
from courses.models import CompletionRow
from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.errors import DomainError, NotFound
from foundation.facts import recorded, retract
from people.models import ImportBatchRow, PersonDetailRow
from tests.integration.imports.desk import STAMP, Desk, everything, person


def test_an_undone_batch_leaves_the_facts_of_before(desk: Desk, session: Session) -> None:
    desk.people([person("1"), person("2")])
    before = everything(session, facts_only=True)
    batch = desk.people([person("1", unit="Parks", last_name="Married"), person("3")]).batch
    assert everything(session, facts_only=True) != before
    desk.undo(batch)
    assert everything(session, facts_only=True) == before
    assert not list(timelines.differences(session))


def test_the_undo_is_a_batch_of_its_own_and_in_the_trail(desk: Desk, session: Session) -> None:
    batch = desk.people([person("1")]).batch
    number = desk.undo(batch)
    row = session.get(ImportBatchRow, number)
    assert row is not None
    assert (row.undoes_id, row.kind, row.counts) == (batch, "people", {"taken_back": 3, "hold_again": 0})
    events = session.execute(select(AuditEventRow.event, AuditEventRow.subject, AuditEventRow.batch_id)).all()
    assert [tuple(event) for event in events][-1] == ("batch.undone", f"batch:{batch}", number)
    session.rollback()


def test_a_batch_is_undone_once(desk: Desk) -> None:
    batch = desk.people([person("1")]).batch
    number = desk.undo(batch)
    with pytest.raises(DomainError, match=f"Batch {batch} has been undone already, by batch {number}"):
        desk.undo(batch)


def test_an_undo_is_not_undone(desk: Desk) -> None:
    number = desk.undo(desk.people([person("1")]).batch)
    with pytest.raises(DomainError, match="load its file again"):
        desk.undo(number)


def test_there_is_no_such_batch(desk: Desk) -> None:
    with pytest.raises(NotFound, match="There is no batch 99"):
        desk.undo(99)


def test_a_batch_of_another_kind_is_named(desk: Desk) -> None:
    desk.people([person("1")])
    batch = desk.absences(
        [{"person_ref": "1", "kind": "parental", "first_day": "2026-01-01", "last_day": ""}]
    ).batch
    with pytest.raises(NotFound, match=r"Batch 2 is one of absences; this command takes back completions"):
        desk.undo_completions(batch)


def test_a_batch_on_which_a_later_one_built_is_not_undone(desk: Desk, session: Session) -> None:
    first = desk.people([person("1")]).batch
    second = desk.people([person("1", unit="Parks")]).batch
    before = everything(session)
    with pytest.raises(DomainError, match=rf"Batch {second} \(people.csv\) builds on batch {first}"):
        desk.undo(first)
    assert everything(session) == before


def test_batches_are_undone_one_after_another_back_to_nothing(desk: Desk, session: Session) -> None:
    empty = everything(session, facts_only=True)
    first = desk.people([person("1"), person("2")]).batch
    second = desk.people([person("1", unit="Parks"), person("2", first_name="Ada")]).batch
    third = desk.people([person("1", unit="Homes"), person("3")], as_at=STAMP.at.date()).batch
    for batch in (third, second, first):
        desk.undo(batch)
    assert everything(session, facts_only=True) == empty
    assert not list(timelines.differences(session))


def test_a_post_that_was_taken_up_again_later_stands_in_the_way(desk: Desk) -> None:
    desk.people([person("1"), person("2")])
    ended = desk.people([person("2")]).batch
    returned = desk.people([person("1", post_start="2026-05-01"), person("2")]).batch
    with pytest.raises(DomainError, match=f"Batch {returned} .*builds on batch {ended}"):
        desk.undo(ended)


def test_a_second_post_stands_on_the_person_of_the_first(desk: Desk) -> None:
    first = desk.people([person("1")]).batch
    second = desk.people([person("1", post_ref="B")], part=True).batch
    with pytest.raises(DomainError, match=f"Batch {second} .*builds on batch {first}"):
        desk.undo(first)
    desk.undo(second)
    desk.undo(first)


def test_people_of_a_later_file_stand_on_the_sector_of_the_first(desk: Desk) -> None:
    first = desk.people([person("1")]).batch
    second = desk.people([person("2")], part=True).batch
    with pytest.raises(DomainError, match=f"Batch {second} .*builds on batch {first}"):
        desk.undo(first)


def test_a_correction_by_hand_stands_in_the_way(desk: Desk, session: Session) -> None:
    batch = desk.people([person("1")]).batch
    with transaction(session):
        fact = session.scalars(select(PersonDetailRow)).one()
        said = {
            "person_id": fact.person_id,
            "first_name": "Ada",
            "last_name": "B",
            "email": None,
            "category": "member",
        }
        retract(session, PersonDetailRow, [fact.id], STAMP, "Spelling")
        session.execute(insert(PersonDetailRow), [said | recorded(STAMP)])
    with pytest.raises(DomainError, match="corrected since, one fact at a time"):
        desk.undo(batch)


def test_the_file_can_be_loaded_again_after_its_undo(desk: Desk, session: Session) -> None:
    batch = desk.people([person("1"), person("2")]).batch
    before = everything(session, facts_only=True)
    desk.undo(batch)
    again = desk.people([person("1"), person("2")])
    assert again.counts["post_added"] == 2
    assert everything(session, facts_only=True) == before
    assert not list(timelines.differences(session))


def test_what_was_known_before_the_undo_can_still_be_asked(desk: Desk, session: Session) -> None:
    desk.requirement("AWARE")
    desk.course("PREV-AW")
    desk.people([person("1")])
    row = {"person_ref": "1", "course_code": "PREV-AW", "completed_on": "2026-03-01"}
    batch = desk.completions([row]).batch
    desk.undo_completions(batch)
    fact = session.scalars(select(CompletionRow)).one()
    assert (fact.recorded_batch_id, fact.retracted_batch_id, fact.retracted_reason) == (
        batch,
        (batch or 0) + 1,
        f"Batch {batch} was undone",
    )
    session.rollback()


def test_an_undone_correction_restores_what_it_replaced(desk: Desk, session: Session) -> None:
    desk.course("PREV-AW")
    desk.people([person("1")])
    row = {"person_ref": "1", "course_code": "PREV-AW", "completed_on": "2026-03-01", "evidence": "awaiting"}
    desk.completions([row])
    before = everything(session, facts_only=True)
    desk.undo_completions(desk.completions([{**row, "evidence": "verified"}]).batch)
    assert everything(session, facts_only=True) == before


def test_exemptions_and_absences_are_undone_too(desk: Desk, session: Session) -> None:
    desk.requirement("AWARE")
    desk.people([person("1")])
    before = everything(session, facts_only=True)
    absence = desk.absences(
        [{"person_ref": "1", "kind": "other", "first_day": "2026-01-01", "last_day": ""}]
    ).batch
    exemption = desk.exemptions(
        [
            {
                "person_ref": "1",
                "requirement": "*",
                "reason": "Trained elsewhere",
                "approved_by": "Head of Service",
                "first_day": "2026-01-01",
                "last_day": "2026-06-30",
            }
        ]
    ).batch
    desk.undo(absence)
    desk.undo_exemptions(exemption)
    assert everything(session, facts_only=True) == before
    assert not list(timelines.differences(session))
    assert datetime.now(UTC) > STAMP.at
