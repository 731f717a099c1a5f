"""What may still be changed about a workshop, and who hears of it: as long as it is to come, and afterwards."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from courses.domain.workshops import How, Outcome
from courses.services.workshops import planning
from courses.store import attendance
from courses.store.workshops import Workshop
from foundation import clock
from foundation.db import transaction
from foundation.errors import DomainError
from tests.borough import Borough
from tests.integration.courses.booking_desk import DAY, HOUR, Desk
from tests.integration.courses.test_workshop_telling import all_left, told
from tests.integration.settled import settle


@pytest.fixture
def borough(session: Session) -> Borough:
    return settle(session, clock.today())


@pytest.fixture
def desk(session: Session, borough: Borough) -> Desk:
    return Desk(session, borough)


def changed(desk: Desk, workshop: Workshop, **said: Any) -> Workshop:
    now = planning.find(desk.session, workshop.public_id).sitting
    desk.session.rollback()
    with transaction(desk.session) as session:
        return planning.change(session, desk.stamp, workshop.public_id, now.sequence, replace(now, **said))


def test_a_workshop_with_somebody_on_its_register_is_not_moved(desk: Desk) -> None:
    workshop = desk.plan()
    later = {
        "starts_at": workshop.sitting.starts_at + 30 * DAY,
        "ends_at": workshop.sitting.ends_at + 30 * DAY,
    }
    desk.now = workshop.sitting.starts_at - HOUR / 2
    with transaction(desk.session) as session:
        attendance.record_attendance(
            session, desk.stamp, workshop.id, desk.borough.ids["Sam"], Outcome.ATTENDED, How.DOOR, desk.now
        )
    with pytest.raises(DomainError, match="Somebody is on the register already"):
        changed(desk, workshop, **later)
    assert changed(desk, workshop, place="The other hall").sitting.place == "The other hall"
    with transaction(desk.session) as session:
        found = attendance.of_workshop(session, workshop.id).values()
        attendance.retract_attendance(session, desk.stamp, found, "Signed in by mistake")
    assert changed(desk, workshop, **later).sitting.starts_at == later["starts_at"]


def test_a_workshop_with_a_guest_is_not_moved(desk: Desk) -> None:
    workshop = desk.plan()
    desk.now = workshop.sitting.starts_at - HOUR / 2
    with transaction(desk.session) as session:
        attendance.record_guest(session, desk.stamp, workshop.id, "A guest", "", "")
    with pytest.raises(DomainError, match="Somebody is on the register already"):
        changed(desk, workshop, ends_at=workshop.sitting.ends_at + HOUR)


def test_nobody_is_told_of_a_change_to_a_workshop_that_is_over(session: Session, desk: Desk) -> None:
    workshop = desk.plan()
    desk.book(workshop, "Sam")
    all_left(session)
    desk.now = workshop.sitting.ends_at - timedelta(minutes=1)
    changed(desk, workshop, place="The other hall")
    assert told(session) == [("moved", "sam")], "it goes on still"
    all_left(session)
    desk.now = workshop.sitting.ends_at
    assert changed(desk, workshop, place="The third hall").sitting.place == "The third hall"
    assert told(session) == []


def test_who_led_it_stays_as_it_is_once_the_register_is_closed(desk: Desk) -> None:
    workshop = desk.plan(facilitator_ids=(desk.borough.ids["Vic"],))
    desk.now = workshop.sitting.ends_at + DAY
    assert changed(desk, workshop, facilitator_ids=(desk.borough.ids["Kit"],)).sitting.facilitator_ids
    with transaction(desk.session) as session:
        attendance.record_closed(session, desk.stamp, workshop.id)
    with pytest.raises(DomainError, match="who led it stays as it is"):
        changed(desk, workshop, facilitator_ids=())
    assert changed(desk, workshop, place="Elsewhere").sitting.facilitator_ids == (desk.borough.ids["Kit"],)
