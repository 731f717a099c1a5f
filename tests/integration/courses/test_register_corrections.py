"""What the register of a workshop says against what stood before: claims of one's own, other sittings, who led it."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.orm import Session

from courses import store
from courses.domain import CompletionKey, Evidence
from courses.domain.certificates import Standing
from courses.domain.workshops import BookingState, Outcome
from courses.services.workshops import guests
from courses.store import certificates, workshops
from courses.store.workshops import Workshop
from foundation import clock
from foundation.db import transaction
from foundation.errors import DomainError
from tests.borough import Borough
from tests.integration.courses.register_desk import ATTENDED, HOUR, MISSING, PARTIAL, RegisterDesk
from tests.integration.settled import settle


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


def claimed(desk: RegisterDesk, workshop: Workshop, name: str, evidence: Evidence) -> None:
    """Somebody's completion of the course on the day of the workshop is on record, proved so well."""
    key = CompletionKey(desk.borough.ids[name], workshop.sitting.course, workshop.sitting.day)
    with transaction(desk.session) as session:
        store.record_completion(
            session, desk.stamp, key, evidence, provider="Home", reference="", source="self_report"
        )


def later(desk: RegisterDesk, workshop: Workshop, *names: str, led_by: str = "Vic") -> Workshop:
    """Another sitting of the same course, two hours after one ended."""
    return desk.at(workshop.sitting.ends_at + 2 * HOUR, *names, led_by=led_by)


def closed(desk: RegisterDesk, workshop: Workshop, **outcomes: Outcome) -> None:
    desk.save(workshop, **outcomes)
    desk.close(workshop)


@pytest.mark.parametrize("evidence", [Evidence.AWAITING, Evidence.REJECTED])
def test_the_register_takes_the_place_of_what_nobody_accepted(desk: RegisterDesk, evidence: Evidence) -> None:
    workshop = desk.held("Sam", "Ola")
    claimed(desk, workshop, "Sam", evidence)
    claimed(desk, workshop, "Ola", Evidence.TRUSTED)
    closed(desk, workshop, Sam=ATTENDED, Ola=ATTENDED)
    completed = desk.completed(workshop)
    assert completed["Sam"] == ("workshop", workshop.reference, "The council", "verified")
    assert completed["Ola"] == ("self_report", "", "Home", "trusted"), "what was accepted stands"
    (found,) = certificates.of_person(desk.session, desk.borough.ids["Sam"])
    assert found.standing(clock.today()) is Standing.CURRENT
    awaited = {(one.person_id, one.course) for one in store.awaiting(desk.session)}
    assert (desk.borough.ids["Sam"], "BRIEF") not in awaited


def test_a_correction_takes_the_place_of_what_waits_for_a_check(desk: RegisterDesk) -> None:
    workshop = desk.held("Sam")
    closed(desk, workshop, Sam=MISSING)
    claimed(desk, workshop, "Sam", Evidence.AWAITING)
    desk.correct(workshop, "Sam", ATTENDED)
    assert desk.completed(workshop)["Sam"][3] == "verified"


def test_whoever_was_at_another_sitting_of_the_day_keeps_the_completion(desk: RegisterDesk) -> None:
    first = desk.held("Sam", "Ola")
    second, still_open = later(desk, first, "Sam", "Ola"), later(desk, first, "Ola")
    closed(desk, first, Sam=ATTENDED, Ola=ATTENDED)
    closed(desk, second, Sam=ATTENDED, Ola=MISSING)
    desk.save(still_open, Ola=ATTENDED)
    desk.correct(first, "Sam", MISSING)
    desk.correct(first, "Ola", MISSING)
    completed = desk.completed(first)
    assert completed["Sam"][:2] == ("workshop", second.reference)
    assert "Ola" not in completed, "the other register does not say so, and the third is not closed"
    desk.correct(second, "Sam", MISSING)
    assert desk.completed(first) == {}


def test_whoever_no_longer_leads_it_loses_what_leading_gave(desk: RegisterDesk) -> None:
    desk.facilitators_count()
    workshop = desk.held("Sam")
    closed(desk, workshop, Sam=ATTENDED)
    assert "Vic" in desk.completed(workshop)
    with transaction(desk.session) as session:
        workshops.record_line(session, desk.stamp, workshop.id, replace(workshop.sitting, facilitator_ids=()))
    found = workshops.by_id(desk.session, workshop.id)
    assert found is not None
    desk.now += timedelta(seconds=1)
    desk.correct(found, "Vic", PARTIAL)
    assert set(desk.completed(found)) == {"Sam"}


def test_a_guest_who_had_cancelled_late_is_found_after_closing(desk: RegisterDesk) -> None:
    workshop = desk.at(desk.now - HOUR / 2, "Ola")
    desk.booked(workshop, "Sam", BookingState.LATE_CANCELLED)
    desk.at_the_door(workshop, "Samuel T")
    desk.save(workshop, Ola=MISSING)
    (guest,) = desk.register(workshop).guests
    desk.close(workshop)
    assert desk.outcomes(workshop)["Sam"] == Outcome.LATE_CANCELLED
    with pytest.raises(DomainError, match="The register says something else"):
        matched(desk, workshop, guest.public_id, "Ola")
    matched(desk, workshop, guest.public_id, "Sam")
    assert desk.outcomes(workshop)["Sam"] == ATTENDED
    assert set(desk.completed(workshop)) == {"Sam"}


def matched(desk: RegisterDesk, workshop: Workshop, guest: str, name: str) -> None:
    with transaction(desk.session) as session:
        guests.match_guest(session, desk.stamp, workshop, guest, desk.person(name), desk.issuer)
