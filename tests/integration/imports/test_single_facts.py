"""Absences, completions and exemptions: what their rows change, and what they leave alone."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from courses.models import CompletionRow
from foundation.facts import known
from people.models import AbsenceRow
from tests.integration.imports.desk import Desk, everything, person


@pytest.fixture
def known_people(desk: Desk) -> Desk:
    desk.course("PREV-AW", "Prevent awareness course")
    desk.course("WRAP", "Workshop to raise awareness")
    desk.requirement("AWARE")
    desk.people([person("1"), person("2"), person("3", email="p2@council.example")])
    return desk


def _completion(**more: object) -> dict[str, object]:
    return {"person_ref": "1", "course_code": "PREV-AW", "completed_on": "2026-03-01", **more}


def _completions(session: Session) -> list[tuple[str, ...]]:
    query = select(
        CompletionRow.completed_on, CompletionRow.provider, CompletionRow.evidence, CompletionRow.source
    ).where(known(CompletionRow, None))
    found = [(day.isoformat(), *rest) for day, *rest in session.execute(query.order_by(CompletionRow.id))]
    session.rollback()
    return found


def test_a_completion_is_trusted_when_nothing_is_said(known_people: Desk, session: Session) -> None:
    known_people.completions([_completion(provider="Home Office")], source="Totara")
    assert _completions(session) == [("2026-03-01", "Home Office", "trusted", "Totara")]


def test_a_person_is_found_by_e_mail_address(known_people: Desk, session: Session) -> None:
    account = known_people.completions(
        [
            _completion(person_ref="", email="P1@Council.example"),
            _completion(person_ref="", email="p2@council.example"),
        ]
    )
    assert account.counts["completion_added"] == 1
    assert "2 people share the email address" in account.set_aside[0].message


def test_the_same_completions_again_change_nothing(known_people: Desk, session: Session) -> None:
    rows = [_completion(), _completion(person_ref="2"), _completion(course_code="WRAP", evidence="awaiting")]
    known_people.completions(rows)
    before = everything(session)
    assert known_people.completions(rows[:2][::-1], source="Another system").batch is None
    assert everything(session) == before


@pytest.mark.parametrize(
    "recorded, said, after",
    [
        ("awaiting", "", "trusted"),
        ("verified", "", "verified"),
        ("rejected", "", "rejected"),
        ("verified", "rejected", "rejected"),
        ("trusted", "awaiting", "awaiting"),
    ],
)
def test_empty_evidence_never_undoes_a_decision(
    known_people: Desk, session: Session, recorded: str, said: str, after: str
) -> None:
    known_people.completions([_completion(evidence=recorded)])
    known_people.completions([_completion(evidence=said)])
    assert [row[2] for row in _completions(session)] == [after]


def test_empty_cells_erase_nothing(known_people: Desk, session: Session) -> None:
    known_people.completions([_completion(provider="Home Office", reference="A1", revoked_on="2026-03-20")])
    before = everything(session)
    known_people.completions([_completion(provider="", reference="", revoked_on="")])
    assert everything(session) == before


def test_one_bad_row_among_good_ones_does_not_stop_them(known_people: Desk, session: Session) -> None:
    account = known_people.completions(
        [_completion(), _completion(person_ref="999"), _completion(person_ref="2")]
    )
    assert (account.counts["completion_added"], account.set_aside_rows) == (2, 1)


def test_an_absence_is_open_until_it_has_an_end(known_people: Desk, session: Session) -> None:
    row = {"person_ref": "1", "kind": "parental", "first_day": "2026-01-01", "last_day": ""}
    known_people.absences([row])
    again = known_people.absences([row])
    ended = known_people.absences([{**row, "last_day": "2026-03-01"}])
    assert again.batch is None
    assert ended.counts["absence_corrected"] == 1
    query = select(AbsenceRow.last_day).where(known(AbsenceRow, None))
    assert [day.isoformat() for day in session.scalars(query)] == ["2026-03-01"]
    session.rollback()


def test_an_absence_file_without_last_days_keeps_those_on_record(known_people: Desk) -> None:
    row = {"person_ref": "1", "kind": "parental", "first_day": "2026-01-01"}
    known_people.absences([{**row, "last_day": "2026-03-01"}])
    assert known_people.absences([row]).changes == []


def _exemption(**more: object) -> dict[str, object]:
    return {
        "person_ref": "1",
        "requirement": "AWARE",
        "reason": "Trained by the police",
        "approved_by": "Head of Service",
        "first_day": "2026-04-01",
        "last_day": "2026-09-30",
        **more,
    }


def test_an_exemption_is_granted_once_and_corrected_by_its_key(known_people: Desk) -> None:
    assert known_people.exemptions([_exemption(), _exemption(requirement="*")]).counts["exemption_added"] == 2
    assert known_people.exemptions([_exemption()]).batch is None
    assert known_people.exemptions([_exemption(last_day="2026-10-31")]).counts["exemption_corrected"] == 1


def test_the_code_of_a_requirement_may_be_typed_in_small_letters(known_people: Desk) -> None:
    official = str(_exemption()["requirement"])
    known_people.exemptions([_exemption()])
    assert official != official.lower()
    assert known_people.exemptions([_exemption(requirement=official.lower())]).batch is None


@pytest.mark.parametrize("own", ["1", "asha EXAMPLE 1", "Example 1, Asha", "P1@council.example"])
def test_nobody_approves_their_own_exemption(known_people: Desk, own: str) -> None:
    account = known_people.exemptions([_exemption(approved_by=own)])
    assert [problem.message for problem in account.set_aside] == ["Nobody approves their own exemption."]
    assert account.changes == []
