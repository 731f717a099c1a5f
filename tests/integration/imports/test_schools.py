"""Files of what schools are: what their rows change, which are set aside, and taking a file back."""

import json
from datetime import date

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from foundation import clock
from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.errors import DomainError
from people.domain import SchoolDetails
from people.imports.account import Account
from people.services import imports
from people.services.schools import save_school, school_facts, schools
from tests.integration.imports.desk import AS_AT, Desk, Rows, Shell, as_csv, everything, person

QUAY, MILL, HILL = "Quay School", "Mill School", "Hill School"


@pytest.fixture
def known_schools(desk: Desk) -> Desk:
    names = {"1": QUAY, "2": MILL, "3": HILL}
    rows = [person(ref, organisation=name, sector="school", unit="") for ref, name in names.items()]
    desk.people([*rows, person("4")])
    return desk


def row(name: str = QUAY, **more: object) -> dict[str, object]:
    return {"school": name, "phase": "primary", "urn": "", **more}


def full(name: str = QUAY, **more: object) -> dict[str, object]:
    audit = {"audit_on": "2025-11-03", "audit_gaps": "2"}
    return row(name, **({"urn": "900001", "headcount": "61", "headcount_on": "15/01/2026", **audit} | more))


def load(desk: Desk, rows: Rows) -> Account:
    file = imports.read_schools(as_csv(rows), "schools.csv", AS_AT)
    with transaction(desk.session):
        return imports.import_schools(desk.session, desk.stamp, file)


def standing(session: Session) -> dict[str, SchoolDetails]:
    names = {number: name for name, number in schools(session).items()}
    found = {names[number]: fact.details for number, fact in school_facts(session).items()}
    session.rollback()
    return found


def test_a_preview_writes_nothing_and_the_file_writes_what_it_showed(known_schools: Desk) -> None:
    desk, rows = known_schools, [full(), row(MILL, phase="Pupil referral unit")]
    before = everything(desk.session)
    shown = imports.preview_schools(desk.session, imports.read_schools(as_csv(rows), "schools.csv", AS_AT))
    assert everything(desk.session) == before
    account = load(desk, rows)
    assert account.changes == shown.changes
    assert account.counts == {"school_added": 2, "school_corrected": 0}
    assert standing(desk.session) == {
        QUAY: SchoolDetails("primary", "900001", 61, date(2026, 1, 15), date(2025, 11, 3), 2),
        MILL: SchoolDetails("pupil_referral_unit"),
    }
    events = list(desk.session.scalars(select(AuditEventRow.event)))
    assert events[-1] == "schools.imported"
    before = everything(desk.session)
    assert load(desk, rows[::-1]).batch is None
    assert everything(desk.session) == before


def test_a_missing_column_keeps_what_is_known_and_an_empty_cell_empties_it(known_schools: Desk) -> None:
    load(known_schools, [full()])
    load(known_schools, [{"school": QUAY, "phase": "all_through"}])
    known = standing(known_schools.session)[QUAY]
    assert known == SchoolDetails("all_through", "900001", 61, date(2026, 1, 15), date(2025, 11, 3), 2)
    load(known_schools, [full(urn="", headcount="", headcount_on="")])
    known = standing(known_schools.session)[QUAY]
    assert known == SchoolDetails("primary", audit_on=date(2025, 11, 3), audit_gaps=2)


@pytest.mark.parametrize(
    "bad, column, words",
    [
        (row(phase="middle"), "phase", "is not one of"),
        (row(phase="", urn="900001"), "phase", "missing"),
        (row(urn="12345"), "urn", "6 digits"),
        (row(urn="12345a"), "urn", "6 digits"),
        (row(urn="900001.0"), "urn", "Excel changed this number"),
        (row(headcount="-1", headcount_on="2026-01-01"), "headcount", "from 0 to 10,000"),
        (row(headcount="5"), "headcount_on", "Give the day of the headcount."),
        (row(headcount="5", headcount_on="2026-04-02"), "headcount_on", "2 April 2026 is in the future."),
        (row(audit_on="2026-04-02", audit_gaps="0"), "audit_on", "in the future"),
        (row(audit_on="2026-01-01", audit_gaps="-2"), "audit_gaps", "from 0 to 1,000"),
        (row(audit_on="2026-01-01"), "audit_gaps", "0 for none"),
        (row("Quey School"), "school", 'Did you mean "Quay School"?'),
        (row("Elsewhere"), "school", "Load the people file first."),
        (row("Example Council"), "school", "There is no school"),
    ],
)
def test_a_bad_row_is_set_aside_with_the_reason_and_the_others_apply(
    known_schools: Desk, bad: dict[str, object], column: str, words: str
) -> None:
    account = load(known_schools, [bad, row(MILL)])
    assert {(one.line, one.column) for one in account.set_aside} == {(2, column)}
    assert words in account.set_aside[0].message
    assert list(standing(known_schools.session)) == [MILL]


def test_a_school_twice_in_a_file_is_set_aside_unless_both_say_the_same(known_schools: Desk) -> None:
    account = load(known_schools, [row(), row(phase="nursery"), row(MILL), row(MILL)])
    assert account.set_aside_rows == 2
    assert "about the same thing and disagree" in account.set_aside[0].message
    assert list(standing(known_schools.session)) == [MILL]


def test_two_schools_never_have_one_urn(known_schools: Desk) -> None:
    account = load(known_schools, [row(urn="900001"), row(MILL, urn="900001"), row(HILL, urn="900003")])
    assert [one.message for one in account.set_aside] == [
        "Rows 2 and 3 give the same URN, 900001. Correct them."
    ] * 2
    account = load(known_schools, [row(QUAY, urn="900003")])
    assert account.set_aside[0].message == "URN 900003 belongs to another school already."
    # A row that is set aside keeps its school's URN, which then is in the way of the row that wanted it.
    load(known_schools, [row(QUAY, urn="900001")])
    account = load(known_schools, [row(QUAY, urn="900002"), row(MILL, urn="900001"), row(HILL, urn="900002")])
    assert account.set_aside_rows == 3
    assert account.batch is None


def test_schools_exchange_their_urns_in_one_file(known_schools: Desk) -> None:
    load(known_schools, [row(urn="900001"), row(MILL, urn="900002")])
    account = load(known_schools, [row(urn="900002"), row(MILL, urn="900001")])
    assert account.counts == {"school_added": 0, "school_corrected": 2}
    assert {name: one.urn for name, one in standing(known_schools.session).items()} == {
        QUAY: "900002",
        MILL: "900001",
    }


def test_a_file_is_taken_back_and_what_it_replaced_holds_again(known_schools: Desk) -> None:
    load(known_schools, [full()])
    before = everything(known_schools.session, facts_only=True)
    known_schools.undo(load(known_schools, [full(urn="900002"), row(MILL, urn="900001")]).batch)
    assert everything(known_schools.session, facts_only=True) == before


def test_a_file_is_not_taken_back_while_another_school_has_the_urn(known_schools: Desk) -> None:
    load(known_schools, [full(urn="900001")])
    moved = load(known_schools, [full(urn="900002")]).batch
    load(known_schools, [row(MILL, urn="900001")])
    with pytest.raises(DomainError, match="builds on batch"):
        known_schools.undo(moved)


def test_a_file_is_not_taken_back_once_a_school_was_changed_on_its_page(known_schools: Desk) -> None:
    session = known_schools.session
    batch = load(known_schools, [row()]).batch
    quay = schools(session)[QUAY]
    seen = school_facts(session)[quay].id
    session.rollback()
    with transaction(session):
        save_school(session, known_schools.stamp, quay, seen, SchoolDetails("nursery"), AS_AT)
    with pytest.raises(DomainError, match="corrected since"):
        known_schools.undo(batch)


def test_the_command_previews_applies_and_says_what_is_wrong(known_schools: Desk, shell: Shell) -> None:
    today = clock.today().isoformat()
    path = shell.file("schools.csv", as_csv([full(headcount_on=today, audit_on=today), row("Nowhere")]))
    answer = shell.run("people", "schools", path, "--format", "json")
    assert answer.exit_code == 3, answer.output
    assert json.loads(answer.stdout)["applied"] is False
    assert standing(known_schools.session) == {}
    answer = shell.run("people", "schools", path, "--apply")
    assert answer.exit_code == 3
    assert "Schools described for the first time: 1" in answer.stdout
    assert "There is no school" in answer.stderr
    assert list(standing(known_schools.session)) == [QUAY]
