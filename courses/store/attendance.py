"""Reading and writing registers: what became of people at a workshop, who else came, and that it was confirmed."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, func, insert, select
from sqlalchemy.orm import Session

from courses.domain.workshops import How, Outcome
from courses.models.workshops import AttendanceRow, RegisterClosedRow, WorkshopGuestRow, WorkshopRow
from foundation.facts import known, recorded, retract
from foundation.stamp import Stamp


@dataclass(frozen=True, slots=True)
class Attendance:
    """What became of somebody at a workshop, as the record stands. `arrived_at` is known from the door alone."""

    id: int
    workshop_id: int
    person_id: int
    outcome: Outcome
    how: How
    arrived_at: datetime | None
    recorded_at: datetime
    recorded_by: str


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody who signed in at the door and is in no record, or not known to be."""

    id: int
    public_id: str
    workshop_id: int
    name: str
    employer: str
    number: str
    arrived_at: datetime


@dataclass(frozen=True, slots=True)
class Closed:
    """When and by whom a register was confirmed."""

    workshop_id: int
    at: datetime
    by: str


_ATTENDANCE = (
    select(
        AttendanceRow.id,
        AttendanceRow.workshop_id,
        AttendanceRow.person_id,
        AttendanceRow.outcome,
        AttendanceRow.how,
        AttendanceRow.arrived_at,
        AttendanceRow.recorded_at,
        AttendanceRow.recorded_by,
    )
    .where(known(AttendanceRow, None))
    .order_by(AttendanceRow.workshop_id, AttendanceRow.person_id)
)
_OF_WORKSHOP = _ATTENDANCE.where(AttendanceRow.workshop_id == bindparam("workshop_id"))
_OF_PERSON = _ATTENDANCE.where(AttendanceRow.person_id == bindparam("person_id"))
_OF_SOME = _ATTENDANCE.where(AttendanceRow.workshop_id.in_(bindparam("workshop_ids", expanding=True)))


def _attendance(
    id: int,  # noqa: A002 -- the column's name
    workshop_id: int,
    person_id: int,
    outcome: str,
    how: str,
    arrived_at: datetime | None,
    recorded_at: datetime,
    recorded_by: str,
) -> Attendance:
    return Attendance(
        id, workshop_id, person_id, Outcome(outcome), How(how), arrived_at, recorded_at, recorded_by
    )


def of_workshop(session: Session, workshop_id: int) -> dict[int, Attendance]:
    """What became of people at a workshop, by person."""
    found = session.connection().execute(_OF_WORKSHOP, {"workshop_id": workshop_id}).mappings()
    return {row["person_id"]: _attendance(**row) for row in found}


def of_workshops(session: Session, workshop_ids: Collection[int]) -> list[Attendance]:
    """The same of several workshops, one after the other."""
    if not workshop_ids:
        return []
    values = {"workshop_ids": sorted(workshop_ids)}
    return [_attendance(**row) for row in session.connection().execute(_OF_SOME, values).mappings()]


def of_person(session: Session, person_id: int) -> list[Attendance]:
    """What became of somebody at every workshop."""
    found = session.connection().execute(_OF_PERSON, {"person_id": person_id}).mappings()
    return [_attendance(**row) for row in found]


def counts(session: Session, workshop_ids: Collection[int]) -> dict[int, dict[Outcome, int]]:
    """How many people have each outcome, by workshop."""
    found: dict[int, dict[Outcome, int]] = {one: {} for one in workshop_ids}
    if not workshop_ids:
        return found
    rows = session.execute(_COUNTS, {"workshop_ids": sorted(workshop_ids)})
    for workshop_id, outcome, people in rows:
        found[workshop_id][Outcome(outcome)] = people
    return found


_COUNTS = (
    select(AttendanceRow.workshop_id, AttendanceRow.outcome, func.count())
    .where(
        known(AttendanceRow, None), AttendanceRow.workshop_id.in_(bindparam("workshop_ids", expanding=True))
    )
    .group_by(AttendanceRow.workshop_id, AttendanceRow.outcome)
    .order_by(AttendanceRow.workshop_id, AttendanceRow.outcome)
)


def record_attendance(
    session: Session,
    stamp: Stamp,
    workshop_id: int,
    person_id: int,
    outcome: Outcome,
    how: How,
    arrived_at: datetime | None = None,
) -> None:
    """Record what became of somebody. What stood about them at this workshop has to be retracted before."""
    session.execute(
        insert(AttendanceRow).values(
            workshop_id=workshop_id,
            person_id=person_id,
            outcome=outcome.value,
            how=how.value,
            arrived_at=arrived_at,
            **recorded(stamp),
        )
    )


def retract_attendance(session: Session, stamp: Stamp, found: Iterable[Attendance], reason: str) -> None:
    """Take outcomes out of the record."""
    retract(session, AttendanceRow, [one.id for one in found], stamp, reason)


_GUEST = select(
    WorkshopGuestRow.id,
    WorkshopGuestRow.public_id,
    WorkshopGuestRow.workshop_id,
    WorkshopGuestRow.name,
    WorkshopGuestRow.employer,
    WorkshopGuestRow.number,
    WorkshopGuestRow.arrived_at,
).where(known(WorkshopGuestRow, None))
_GUESTS = _GUEST.where(WorkshopGuestRow.workshop_id == bindparam("workshop_id")).order_by(
    WorkshopGuestRow.arrived_at, WorkshopGuestRow.id
)
_ONE_GUEST = _GUEST.where(
    WorkshopGuestRow.workshop_id == bindparam("workshop_id"),
    WorkshopGuestRow.public_id == bindparam("public_id"),
)


def guests(session: Session, workshop_id: int) -> list[Guest]:
    """Who signed in at the door and is not known, in order of arrival."""
    found = session.connection().execute(_GUESTS, {"workshop_id": workshop_id}).mappings()
    return [Guest(**row) for row in found]


def guest(session: Session, workshop_id: int, public_id: str) -> Guest | None:
    """A guest of a workshop, if they still count as one."""
    values = {"workshop_id": workshop_id, "public_id": public_id}
    row = session.connection().execute(_ONE_GUEST, values).mappings().one_or_none()
    return None if row is None else Guest(**row)


def record_guest(
    session: Session, stamp: Stamp, workshop_id: int, name: str, employer: str, number: str
) -> None:
    """Record that somebody unknown came, at the stamp's moment."""
    session.execute(
        insert(WorkshopGuestRow).values(
            workshop_id=workshop_id,
            name=name,
            employer=employer,
            number=number,
            arrived_at=stamp.at,
            **recorded(stamp),
        )
    )


def retract_guest(session: Session, stamp: Stamp, found: Guest, reason: str) -> None:
    """A guest is somebody of the record after all, or signed in by mistake."""
    retract(session, WorkshopGuestRow, [found.id], stamp, reason)


_CLOSED = (
    select(RegisterClosedRow.workshop_id, RegisterClosedRow.recorded_at, RegisterClosedRow.recorded_by)
    .where(
        known(RegisterClosedRow, None),
        RegisterClosedRow.workshop_id.in_(bindparam("workshop_ids", expanding=True)),
    )
    .order_by(RegisterClosedRow.workshop_id)
)


def closed_among(session: Session, workshop_ids: Collection[int]) -> dict[int, Closed]:
    """Which of these workshops have a register that was confirmed."""
    if not workshop_ids:
        return {}
    found = session.execute(_CLOSED, {"workshop_ids": sorted(workshop_ids)})
    return {workshop_id: Closed(workshop_id, at, by) for workshop_id, at, by in found}


def closed(session: Session, workshop_id: int) -> Closed | None:
    """Whether, when and by whom the register of a workshop was confirmed."""
    return closed_among(session, [workshop_id]).get(workshop_id)


def record_closed(session: Session, stamp: Stamp, workshop_id: int) -> None:
    """Record that the register was confirmed, at the stamp's moment."""
    session.execute(insert(RegisterClosedRow).values(workshop_id=workshop_id, **recorded(stamp)))


def door_secret(session: Session, workshop_id: int) -> str:
    """What the codes at the door of a workshop are made from."""
    return session.execute(_DOOR_SECRET, {"workshop_id": workshop_id}).scalar_one()


_DOOR_SECRET = select(WorkshopRow.door_secret).where(WorkshopRow.id == bindparam("workshop_id"))
