"""A people file: what it changes, that a preview changes nothing, and that the same file again does not either."""

from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from compliance import timelines
from foundation import facts
from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.errors import DomainError
from people.imports.account import ImportRefused
from people.models import ImportBatchRow, PostSpellRow, UnitRow
from tests.integration.imports.desk import AS_AT, STAMP, Desk, everything, person

MORE = [
    person("1"),
    person("2", unit="Homes > Repairs > North", manager_ref="1"),
    person("3", unit="Parks", category="agency", roles="frontline; warden"),
    person("3", post_ref="P-3b", unit="Homes", category="agency", post_start="2021-05-01"),
    person("4", post_start="2018-01-01", post_end="2019-12-31"),
    person("4", post_start="2020-06-01", unit="Parks"),
    person("5", organisation="Example School", sector="school", unit="", email=""),
]


def test_a_first_file_is_recorded_as_given(desk: Desk) -> None:
    account = desk.people(MORE)
    assert desk.posts() == [
        ("1", "P-1", "Homes > Repairs", "2020-01-01", "9999-12-31"),
        ("2", "P-2", "Homes > Repairs > North", "2020-01-01", "9999-12-31"),
        ("3", "P-3", "Parks", "2020-01-01", "9999-12-31"),
        ("3", "P-3b", "Homes", "2021-05-01", "9999-12-31"),
        ("4", "P-4", "Homes > Repairs", "2018-01-01", "2019-12-31"),
        ("4", "P-4", "Parks", "2020-06-01", "9999-12-31"),
        ("5", "P-5", "", "2020-01-01", "9999-12-31"),
    ]
    assert account.counts["person_added"] == 5
    assert account.counts["post_added"] == 6
    assert account.counts["unit_added"] == 4


def test_the_preview_gives_the_same_account_and_writes_nothing(desk: Desk, session: Session) -> None:
    desk.people(MORE)
    changed = [
        person("1", unit="Parks"),
        person("2", last_name="Married"),
        person("9"),
        person("3", first_name=""),
    ]
    before = everything(session)
    preview = desk.preview(changed)
    assert everything(session) == before
    applied = desk.people(changed)
    assert applied.batch is not None
    assert {**preview.as_json(), "batch": applied.batch} == applied.as_json()


def test_a_preview_issues_no_writing_statement(desk: Desk, session: Session) -> None:
    desk.preview(MORE)
    assert not session.new
    assert not session.dirty


@pytest.mark.parametrize("order", [1, -1])
def test_the_same_file_again_changes_nothing_in_any_order(desk: Desk, session: Session, order: int) -> None:
    desk.people(MORE)
    before = everything(session)
    again = desk.people(MORE[::order])
    assert again.changes == []
    assert again.batch is None
    assert everything(session) == before


def test_a_moved_post_ends_its_spell_and_starts_the_next(desk: Desk) -> None:
    desk.people([person("1")])
    account = desk.people([person("1", unit="Parks", changed_on="2026-03-15")])
    assert desk.posts() == [
        ("1", "P-1", "Homes > Repairs", "2020-01-01", "2026-03-14"),
        ("1", "P-1", "Parks", "2026-03-15", "9999-12-31"),
    ]
    assert account.counts["post_changed"] == 1


def test_posts_that_are_missing_end_the_day_before(desk: Desk) -> None:
    desk.people(MORE)
    account = desk.people([person("1")])
    ended = {post: last for _, post, _, _, last in desk.posts()}
    assert ended["P-2"] == ended["P-3"] == ended["P-3b"] == ended["P-4"] == "2026-03-31"
    assert ended["P-1"] == ended["P-5"] == "9999-12-31", "another organisation is not named by the file"
    assert account.counts["post_missing"] == 4


def test_a_part_ends_nothing(desk: Desk) -> None:
    desk.people(MORE)
    account = desk.people([person("1")], part=True)
    assert account.changes == []


def test_a_row_set_aside_protects_its_post(desk: Desk) -> None:
    desk.people([person("1"), person("2"), person("3", post_ref="A"), person("00123")])
    rows = [
        person("1"),
        person("2", post_start="31/06/2024"),
        person("3", post_ref="1.23E+05"),
        person("123", post_ref="P-00123"),
    ]
    account = desk.people(rows)
    assert account.set_aside_rows == 3
    assert account.changes == []


def test_a_row_without_a_readable_person_protects_by_name_and_e_mail(desk: Desk) -> None:
    desk.people([person("1"), person("2"), person("3")])
    rows = [
        person("1"),
        person("2", person_ref="1.23E+05", post_ref="#N/A", email=""),
        person("3", person_ref="", post_ref="", last_name=""),
    ]
    assert desk.people(rows).changes == []


def test_names_and_categories_are_corrected(desk: Desk, session: Session) -> None:
    desk.people([person("1")])
    account = desk.people([person("1", last_name="Married", category="member")])
    assert account.counts["details_corrected"] == 1
    assert desk.people([person("1", last_name="Married", category="member")]).changes == []


def test_a_corrected_sector_touches_everybody_of_the_organisation(
    desk: Desk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.people([person("1"), person("2")])
    heard: list[set[int]] = []
    facts.listen(lambda _session, touched: heard.append(set(touched.person_ids)))
    try:
        account = desk.people([person("1", sector="health")], part=True)
    finally:
        facts.listen(timelines.refresh)
    assert account.counts["sector_corrected"] == 1
    assert len(heard[0]) == 2


def test_exactly_the_people_who_change_are_touched(desk: Desk, session: Session) -> None:
    desk.people(MORE)
    heard: list[set[int]] = []
    facts.listen(lambda _session, touched: heard.append(set(touched.person_ids)))
    try:
        desk.people([*MORE[:1], person("2", unit="Parks"), *MORE[2:]])
    finally:
        facts.listen(timelines.refresh)
    assert [len(people) for people in heard] == [1]


def test_two_sectors_for_one_organisation_refuse_the_file(desk: Desk) -> None:
    with pytest.raises(DomainError, match=r"two sectors: council in line 2, health in line 3"):
        desk.people([person("1"), person("2", sector="health")])


def test_a_new_organisation_without_a_sector_is_entered_as_other(desk: Desk) -> None:
    account = desk.people([person("1", sector="")])
    assert any("it is entered as other" in notice.message for notice in account.notices)


def test_every_fact_carries_the_batch_and_the_batch_is_in_the_trail(desk: Desk, session: Session) -> None:
    batch = desk.people(MORE).batch
    assert set(session.scalars(select(PostSpellRow.recorded_batch_id))) == {batch}
    events = session.execute(select(AuditEventRow.event, AuditEventRow.batch_id)).all()
    assert [tuple(event) for event in events] == [("people.imported", batch)]
    row = session.get(ImportBatchRow, batch)
    assert row is not None
    assert (row.kind, row.file_name, row.applied_by) == ("people", "people.csv", STAMP.actor)
    session.rollback()


def test_the_unit_tree_is_numbered_as_ranges(desk: Desk, session: Session) -> None:
    desk.people(MORE)
    desk.people([*MORE, person("8", unit="Homes > Lettings")])
    units = {(row.organisation_id, row.path): row for row in session.scalars(select(UnitRow))}
    for (organisation, path), unit in units.items():
        below = {
            other.path
            for (owner, _), other in units.items()
            if owner == organisation and unit.left <= other.left <= unit.right
        }
        wanted = {
            other
            for owner, other in units
            if owner == organisation and (not path or other == path or other.startswith(f"{path} > "))
        }
        assert below == wanted
    session.rollback()


def test_the_timelines_equal_a_rebuild_after_any_import(desk: Desk, session: Session) -> None:
    desk.people(MORE)
    desk.people([person("1", unit="Parks"), person("7")])
    with transaction(session):
        pass
    assert not list(timelines.differences(session))


# The brake for leavers


def _crowd(count: int, **more: object) -> list[dict[str, object]]:
    return [person(f"{number:04}", **more) for number in range(1, count + 1)]


def test_a_file_that_would_end_too_many_posts_is_refused_with_the_number(
    desk: Desk, session: Session
) -> None:
    desk.people(_crowd(200))
    before = everything(session)
    with pytest.raises(ImportRefused) as refused:
        desk.people(_crowd(149))
    assert "would end 51 of 200 (25.5%) running posts" in str(refused.value)
    assert "--expect-leavers 51" in str(refused.value)
    assert refused.value.account.counts["post_missing"] == 51
    assert everything(session) == before


@pytest.mark.parametrize("expected", [50, 52])
def test_only_the_exact_number_confirms(desk: Desk, expected: int) -> None:
    desk.people(_crowd(200))
    with pytest.raises(ImportRefused, match="You expected"):
        desk.people(_crowd(149), expect_leavers=expected)
    assert desk.people(_crowd(149), expect_leavers=51).counts["post_missing"] == 51


def test_fifty_leavers_need_no_confirmation(desk: Desk) -> None:
    desk.people(_crowd(200))
    assert desk.people(_crowd(150)).counts["post_missing"] == 50


def test_posts_ended_by_their_rows_count_as_well(desk: Desk) -> None:
    desk.people(_crowd(60))
    ended = [*_crowd(55, post_end="2026-03-01"), *_crowd(60)[55:]]
    with pytest.raises(ImportRefused, match="would end 55 of 60"):
        desk.people(ended, part=True)


def test_a_unit_of_more_than_twenty_people_is_not_emptied(desk: Desk) -> None:
    crowd = [*_crowd(21), *[person(f"9{number}", unit="Parks") for number in range(5)]]
    desk.people(crowd)
    with pytest.raises(ImportRefused, match='leave nobody of 21 people in "Example Council > Homes"'):
        desk.people(crowd[21:])
    assert desk.people(crowd[21:], expect_leavers=21).counts["post_missing"] == 21


def test_a_reorganisation_that_moves_everybody_is_no_leaving(desk: Desk) -> None:
    desk.people(_crowd(30))
    assert desk.people(_crowd(30, unit="Parks")).counts["post_changed"] == 30


def test_a_confirmation_that_is_no_longer_needed_does_no_harm(desk: Desk) -> None:
    desk.people(_crowd(200))
    desk.people(_crowd(149), expect_leavers=51)
    assert desk.people(_crowd(149), expect_leavers=51).changes == []


def test_an_older_as_at_date_than_the_last_is_told(desk: Desk) -> None:
    desk.people([person("1")])
    account = desk.preview([person("1")], as_at=date(2026, 3, 1))
    assert any("is earlier than that of batch 1" in notice.message for notice in account.notices)
    assert date(2026, 3, 1) < AS_AT
