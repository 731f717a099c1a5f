"""Registers of workshops: outcomes, closing, what becomes a completion, corrections (docs/workshops.md)."""

from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from compliance.services.figures import Question, figures
from courses.domain.certificates import Standing
from courses.domain.workshops import BookingState, How, Outcome
from courses.models.workshops import AttendanceRow
from courses.services import certificates as issuing
from courses.services.workshops import attending, closing, door, guests
from courses.services.workshops.attending import Entry
from courses.store import attendance, certificates, workshops
from courses.store.workshops import Workshop
from foundation import clock
from foundation.audit import AuditEventRow
from foundation.db import transaction
from foundation.errors import DomainError
from foundation.stamp import Stamp
from people.models import AccountRow
from tests.borough import COUNCIL, STALLS, Borough, email_of
from tests.integration.courses.register_desk import ATTENDED, HOUR, LATE, MISSING, PARTIAL, RegisterDesk
from tests.integration.settled import settle
from tests.integration.web.staff import adding


@pytest.fixture
def borough(session: Session) -> Borough:
    return settle(session, clock.today())


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder whose key signs the certificates of all tests: to make one takes a second."""
    return tmp_path_factory.mktemp("keys")


@pytest.fixture
def desk(session: Session, borough: Borough, keys: Path) -> RegisterDesk:
    return RegisterDesk(session, borough, keys)


def standings(desk: RegisterDesk, name: str) -> list[Standing]:
    found = certificates.of_person(desk.session, desk.borough.ids[name])
    return [one.standing(clock.today()) for one in found]


def called_off(desk: RegisterDesk, workshop: Workshop) -> Workshop:
    with transaction(desk.session) as session:
        workshops.record_line(session, desk.stamp, workshop.id, replace(workshop.sitting, is_cancelled=True))
    found = workshops.by_id(desk.session, workshop.id)
    assert found is not None
    return found


def test_part_of_a_register_is_kept_until_the_rest_is_known(desk: RegisterDesk) -> None:
    workshop = desk.held("Sam", "Ola", "Kit")
    desk.save(workshop, Sam=ATTENDED)
    assert [line.person.first_name for line in desk.register(workshop).lacking] == ["Kit", "Ola"]
    with pytest.raises(DomainError, match="2 people who were booked have no outcome yet"):
        desk.close(workshop)
    assert desk.completed(workshop) == {}
    desk.save(workshop, Ola=MISSING, Kit=PARTIAL)
    desk.close(workshop)
    assert desk.outcomes(workshop) == {"Sam": ATTENDED, "Ola": MISSING, "Kit": PARTIAL}


def test_only_who_attended_completed_the_course_and_on_the_day_of_the_workshop(desk: RegisterDesk) -> None:
    workshop = desk.held("Sam", "Ola", "Kit")
    desk.booked(workshop, "Uma", BookingState.LATE_CANCELLED)
    desk.save(workshop, Sam=ATTENDED, Ola=MISSING, Kit=PARTIAL)
    desk.close(workshop)
    assert desk.completed(workshop) == {"Sam": ("workshop", workshop.reference, "The council", "verified")}
    assert desk.outcomes(workshop)["Uma"] == LATE, "whoever cancelled late has the outcome without being told"
    assert standings(desk, "Sam") == [Standing.CURRENT]
    assert standings(desk, "Kit") == []
    assert desk.events("register.%") == ["register.saved", "register.closed"]
    assert desk.events("completion.recorded") == ["completion.recorded"]
    named = desk.session.scalars(select(AuditEventRow.subject).where(AuditEventRow.subject.like("person:%")))
    assert set(named) == {f"person:{desk.borough.people['Sam']}"}, "no payroll number stands in the trail"


def test_percentages_move_on_the_day_of_the_workshop_not_of_data_entry(
    desk: RegisterDesk, session: Session
) -> None:
    workshop = desk.held("Sam", "Ola", days_ago=10)
    day = workshop.sitting.day

    def compliant(on_days_after: int) -> int:
        session.rollback()
        answer = figures(session, day + timedelta(days=on_days_after), Question(requirement=STALLS))
        return answer.rows[0].counts.compliant

    before = [compliant(days) for days in (-1, 0, 9)]
    desk.save(workshop, Sam=ATTENDED, Ola=ATTENDED)
    assert [compliant(days) for days in (-1, 0, 9)] == before, "nothing moves before the register is closed"
    desk.close(workshop)
    after = [compliant(days) for days in (-1, 0, 9)]
    assert after[0] == before[0], "the day before the workshop stays as it was"
    assert after[1] > before[1], "it moves on the day of the workshop, ten days before it was entered"
    assert after[2] > before[2]


def test_a_workshop_at_night_is_dated_by_the_clock_in_london(desk: RegisterDesk) -> None:
    starts_at = desk.now.replace(month=6, day=1, hour=23, minute=30) - timedelta(days=365)
    workshop = desk.at(starts_at, "Sam")
    assert workshop.sitting.day == starts_at.date() + timedelta(days=1), "half past midnight in summer time"
    desk.save(workshop, Sam=ATTENDED)
    desk.close(workshop)
    assert "Sam" in desk.completed(workshop)


def test_who_has_it_on_record_already_is_kept_and_named(desk: RegisterDesk, session: Session) -> None:
    workshop = desk.held("Sam", "Ola")
    with adding(session, desk.borough) as builder:
        builder.completion("Ola", "BRIEF", 10)
    desk.save(workshop, Sam=ATTENDED, Ola=ATTENDED)
    found = closing.plan(session, workshop)
    assert [one.first_name for one in found.new] == ["Sam"]
    assert [(one.first_name, said.source) for one, said in found.known] == [("Ola", "tests")]
    desk.close(workshop)
    assert {name: said[0] for name, said in desk.completed(workshop).items()} == {
        "Sam": "workshop",
        "Ola": "tests",
    }


def test_facilitators_count_where_the_course_says_so(desk: RegisterDesk) -> None:
    plain = desk.held("Sam", days_ago=10)
    desk.save(plain, Sam=ATTENDED)
    desk.close(plain)
    assert set(desk.completed(plain)) == {"Sam"}
    desk.facilitators_count()
    counting = desk.held("Sam", days_ago=5)
    desk.save(counting, Sam=ATTENDED)
    desk.close(counting)
    assert set(desk.completed(counting)) == {"Sam", "Vic"}
    desk.correct(counting, "Sam", MISSING)
    assert set(desk.completed(counting)) == {"Vic"}


def test_a_register_closes_once_and_not_before_the_workshop_begins(desk: RegisterDesk) -> None:
    soon = desk.at(desk.now + HOUR / 2, "Sam")
    desk.save(soon, Sam=ATTENDED)
    with pytest.raises(DomainError, match="cannot be closed before the workshop begins"):
        desk.close(soon)
    later = desk.at(desk.now + 2 * HOUR, "Sam")
    with pytest.raises(DomainError, match="opens one hour before"):
        desk.save(later, Sam=ATTENDED)
    held = desk.held("Sam")
    desk.save(held, Sam=ATTENDED)
    desk.close(held)
    with pytest.raises(DomainError, match="closed already"):
        desk.close(held)
    with pytest.raises(DomainError, match="The register is closed"):
        desk.save(held, Sam=MISSING)
    off = called_off(desk, desk.held("Ola", days_ago=3))
    with pytest.raises(DomainError, match="called off"):
        desk.close(off)


def test_correcting_takes_the_completion_and_its_certificate_along_and_edits_nothing(
    desk: RegisterDesk, session: Session
) -> None:
    workshop = desk.held("Sam", "Ola")
    desk.save(workshop, Sam=ATTENDED, Ola=MISSING)
    desk.close(workshop)
    desk.correct(workshop, "Sam", MISSING, "Signed for somebody else")
    desk.correct(workshop, "Ola", ATTENDED, "Came late and was overlooked")
    assert set(desk.completed(workshop)) == {"Ola"}
    assert standings(desk, "Sam") == [Standing.REVOKED]
    assert standings(desk, "Ola") == [Standing.CURRENT]
    rows = session.execute(
        select(AttendanceRow.outcome, AttendanceRow.retracted_reason)
        .where(AttendanceRow.person_id == desk.borough.ids["Sam"])
        .order_by(AttendanceRow.id)
    ).all()
    assert [tuple(row) for row in rows] == [
        ("attended", "Signed for somebody else"),
        ("did_not_attend", None),
    ]
    desk.correct(workshop, "Sam", ATTENDED, "It was right")
    assert set(desk.completed(workshop)) == {"Sam", "Ola"}
    assert standings(desk, "Sam") == [Standing.CURRENT], "the certificate holds again with its completion"


def test_a_correction_leaves_what_others_recorded(desk: RegisterDesk, session: Session) -> None:
    workshop = desk.held("Sam")
    with adding(session, desk.borough) as builder:
        builder.completion("Sam", "BRIEF", 10)
    desk.save(workshop, Sam=ATTENDED)
    desk.close(workshop)
    desk.correct(workshop, "Sam", MISSING)
    assert desk.completed(workshop)["Sam"][0] == "tests"


def test_a_correction_of_what_was_corrected_meanwhile_is_refused(
    desk: RegisterDesk, session: Session
) -> None:
    workshop = desk.held("Sam")
    desk.save(workshop, Sam=ATTENDED)
    desk.close(workshop)
    seen = attendance.of_workshop(session, workshop.id)[desk.borough.ids["Sam"]].id
    desk.correct(workshop, "Sam", PARTIAL)
    with pytest.raises(DomainError, match="corrected this meanwhile"), transaction(session):
        closing.correct(session, desk.stamp, workshop, desk.person("Sam"), seen, MISSING, "Late", desk.issuer)


def test_what_somebody_else_wrote_meanwhile_stands(desk: RegisterDesk, session: Session) -> None:
    workshop = desk.held("Sam", "Ola")
    stale = [
        Entry(desk.borough.ids["Sam"], None, MISSING),
        Entry(desk.borough.ids["Ola"], None, MISSING),
    ]
    desk.save(workshop, Sam=ATTENDED)
    with transaction(session):
        late = attending.save(session, desk.stamp, workshop, stale)
    assert [one.first_name for one in late] == ["Sam"]
    assert desk.outcomes(workshop) == {"Sam": ATTENDED, "Ola": MISSING}


def test_nobody_writes_down_what_became_of_themselves(desk: RegisterDesk, session: Session) -> None:
    uma = session.scalars(select(AccountRow.public_id).where(AccountRow.email == email_of("learning"))).one()
    own = Stamp(f"account:{uma}", desk.now)
    workshop = desk.held("Uma", "Sam")
    with pytest.raises(DomainError, match="Nobody writes down"), transaction(session):
        attending.save(session, own, workshop, [Entry(desk.borough.ids["Uma"], None, ATTENDED)])
    with pytest.raises(DomainError, match="Nobody adds themselves"), transaction(session):
        attending.add_walk_in(session, own, desk.held(), desk.borough.ids["Uma"])
    desk.save(workshop, Uma=MISSING, Sam=ATTENDED)
    desk.close(workshop)
    before = attendance.of_workshop(session, workshop.id)[desk.borough.ids["Uma"]].id
    with pytest.raises(DomainError, match="Nobody changes"), transaction(session):
        closing.correct(session, own, workshop, desk.person("Uma"), before, ATTENDED, "x", desk.issuer)


@pytest.mark.parametrize("typed", [True, False])
def test_nobody_signs_in_at_the_door_of_the_workshop_they_lead(
    typed: bool, desk: RegisterDesk, session: Session
) -> None:
    workshop = desk.at(desk.now - HOUR / 2, "Sam")
    said = door.SignedBy("Vic Tester", "The council", "N-Vic")
    act = (
        partial(door.sign_in_typed, said=said)
        if typed
        else partial(door.sign_in_person, person_id=desk.borough.ids["Vic"])
    )
    with pytest.raises(DomainError, match="You lead this workshop"), transaction(session):
        act(session, desk.stamp, workshop)
    found = desk.register(workshop)
    assert not [line for line in found.lines if line.outcome is ATTENDED]
    assert not found.guests


def test_nobody_closes_a_register_that_gives_themselves_a_completion(
    desk: RegisterDesk, session: Session
) -> None:
    uma = session.scalars(select(AccountRow.public_id).where(AccountRow.email == email_of("learning"))).one()
    own = Stamp(f"account:{uma}", desk.now)
    workshop = desk.at(desk.now - HOUR / 2, "Uma", "Sam")
    with transaction(session):
        door.sign_in_person(session, own, workshop, desk.borough.ids["Uma"])
    desk.save(workshop, Sam=ATTENDED)
    with pytest.raises(DomainError, match="nobody records their own training"), transaction(session):
        closing.close(session, own, workshop, desk.issuer)
    assert desk.completed(workshop) == {}
    assert desk.register(workshop).closed is None
    desk.close(workshop)
    assert set(desk.completed(workshop)) == {"Uma", "Sam"}, "somebody else may"


@pytest.mark.parametrize("planned_it", [True, False])
def test_who_leads_counts_for_themselves_only_where_somebody_else_planned_it(
    planned_it: bool, desk: RegisterDesk, session: Session
) -> None:
    desk.facilitators_count()
    uma = session.scalars(select(AccountRow.public_id).where(AccountRow.email == email_of("learning"))).one()
    own = Stamp(f"account:{uma}", desk.now)
    workshop = desk.held("Sam", led_by="Uma")
    if planned_it:
        with transaction(session):
            workshops.record_line(session, own, workshop.id, replace(workshop.sitting, capacity=21))
    desk.save(workshop, Sam=ATTENDED)
    if planned_it:
        with pytest.raises(DomainError, match="nobody records their own training"), transaction(session):
            closing.close(session, own, workshop, desk.issuer)
    else:
        with transaction(session):
            closing.close(session, own, workshop, desk.issuer)
    assert set(desk.completed(workshop)) == (set() if planned_it else {"Uma", "Sam"})


def test_substitutes_and_walk_ins_are_shown_as_what_they_are(desk: RegisterDesk, session: Session) -> None:
    workshop = desk.held("Kit")
    first = desk.booked(workshop, "Sam", BookingState.SUBSTITUTED)
    desk.booked(workshop, "Ola", instead_of=first.public_id)
    desk.booked(workshop, "Bo", BookingState.CANCELLED)
    with transaction(session):
        attending.add_walk_in(session, desk.stamp, workshop, desk.borough.ids["Mo"])
    found = desk.register(workshop)
    assert [(line.person.first_name, line.instead_of, line.is_walk_in) for line in found.lines] == [
        ("Kit", "", False),
        ("Mo", "", True),
        ("Ola", "Sam Tester", False),
    ]
    assert list(found.given_up) == [("Sam Tester", "Ola Tester")]
    assert {line.person.organisation for line in found.lines} == {COUNCIL}


def test_who_is_booked_is_known_at_the_door_and_everybody_else_is_a_guest(desk: RegisterDesk) -> None:
    workshop = desk.at(desk.now - HOUR / 2, "Sam", "Ola", "Kit")
    desk.at_the_door(workshop, "sam  TESTER", "The council", "N-Sam")
    desk.at_the_door(workshop, "Ola Tester", "The council", "OLA@council.example")
    desk.at_the_door(workshop, "Kit Other", "The council", "N-Kit")
    desk.at_the_door(workshop, "Mo Tester", "The council", "N-Mo")
    desk.at_the_door(workshop, "A. Stranger", "A charity")
    desk.at_the_door(workshop, "a. stranger", "A  charity")
    desk.at_the_door(workshop, "Sam Tester", "The council", "N-Sam")
    assert desk.outcomes(workshop) == {"Sam": ATTENDED, "Ola": ATTENDED}
    assert desk.how(workshop, "Sam") is How.DOOR
    unknown = [one.name for one in desk.register(workshop).guests]
    assert unknown == ["Kit Other", "Mo Tester", "A. Stranger"], "another name, no booking, nobody; each once"


def test_the_door_overrules_no_facilitator(desk: RegisterDesk) -> None:
    workshop = desk.at(desk.now - HOUR / 2, "Sam")
    desk.save(workshop, Sam=MISSING)
    desk.at_the_door(workshop, "Sam Tester", "", "N-Sam")
    assert desk.outcomes(workshop) == {"Sam": MISSING}


@pytest.mark.parametrize("minutes, is_open", [(-61, False), (-59, True), (179, True), (181, False)])
def test_the_door_is_open_around_the_workshop(minutes: int, is_open: bool, desk: RegisterDesk) -> None:
    workshop = desk.at(desk.now - timedelta(minutes=minutes), "Sam")
    if is_open:
        desk.at_the_door(workshop, "Sam Tester", "", "N-Sam")
    else:
        with pytest.raises(DomainError, match="one hour before the workshop until one hour after"):
            desk.at_the_door(workshop, "Sam Tester", "", "N-Sam")
    assert bool(desk.outcomes(workshop)) is is_open


@pytest.mark.parametrize("closed_first", [True, False])
def test_a_guest_turns_out_to_be_somebody(closed_first: bool, desk: RegisterDesk, session: Session) -> None:
    workshop = desk.at(desk.now - HOUR / 2, "Sam")
    desk.at_the_door(workshop, "Mo T.", "The council")
    desk.at_the_door(workshop, "A. Stranger", "A charity")
    desk.save(workshop, Sam=ATTENDED)
    if closed_first:
        desk.close(workshop)
    guest = desk.register(workshop).guests[0]
    with transaction(session):
        guests.match_guest(session, desk.stamp, workshop, guest.public_id, desk.person("Mo"), desk.issuer)
    if not closed_first:
        desk.close(workshop)
    assert set(desk.completed(workshop)) == {"Sam", "Mo"}
    assert [one.name for one in desk.register(workshop).guests] == ["A. Stranger"], "a number in the counts"
    found = attendance.of_workshop(session, workshop.id)[desk.borough.ids["Mo"]]
    assert found.arrived_at == guest.arrived_at


def test_closing_is_whole_or_not_at_all(
    desk: RegisterDesk, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    workshop = desk.held("Sam", "Ola")
    desk.save(workshop, Sam=ATTENDED, Ola=ATTENDED)

    def fail(*_: object) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(issuing, "issue_many", fail)
    with pytest.raises(RuntimeError):
        desk.close(workshop)
    assert desk.completed(workshop) == {}
    assert desk.register(workshop).closed is None
    assert session.scalar(select(func.count(AttendanceRow.id))) == 2


def test_an_outcome_may_be_emptied_again(desk: RegisterDesk) -> None:
    workshop = desk.held("Sam")
    desk.save(workshop, Sam=ATTENDED)
    desk.save(workshop, Sam=None)
    assert desk.outcomes(workshop) == {}
    assert [line.person.first_name for line in desk.register(workshop).lacking] == ["Sam"]
    assert {one.value for one in Outcome} == {ATTENDED, PARTIAL, MISSING, LATE}
