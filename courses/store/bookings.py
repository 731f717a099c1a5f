"""Reading and writing bookings: who has a place at a workshop, who waits for one, and who gave one up.

A booking is a fact. A change of state retracts its row and records the next under the same `public_id`; there is one
current row for each workshop and person. Every query is ordered and answers with domain objects.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, bindparam, func, insert, select
from sqlalchemy.orm import Session

from courses.domain.workshops import HOLDS_PLACE, STANDS, BookingState
from courses.models.workshops import BookingRow
from foundation.facts import known, recorded, retract
from foundation.stamp import Stamp
from people.models import new_public_id

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Booking:
    """How somebody stands with a workshop now. `instead_of` is the booking, by its public id, whose place it took."""

    id: int
    public_id: str
    workshop_id: int
    person_id: int
    state: BookingState
    asked_at: datetime
    asked_by: str
    offer_until: datetime | None
    instead_of: str | None
    recorded_at: datetime

    @property
    def holds_place(self) -> bool:
        """Whether it takes one of the places."""
        return self.state in HOLDS_PLACE

    @property
    def stands(self) -> bool:
        """Whether the person still has to do with the workshop."""
        return self.state in STANDS


@dataclass(frozen=True, slots=True)
class Counts:
    """How full a workshop is: places booked, places kept for an offer, and people who wait."""

    booked: int = 0
    offered: int = 0
    waiting: int = 0

    @property
    def held(self) -> int:
        """Places that are taken: never more than there are."""
        return self.booked + self.offered


_BOOKINGS = (
    select(
        BookingRow.id,
        BookingRow.public_id,
        BookingRow.workshop_id,
        BookingRow.person_id,
        BookingRow.state,
        BookingRow.asked_at,
        BookingRow.asked_by,
        BookingRow.offer_until,
        BookingRow.instead_of,
        BookingRow.recorded_at,
    )
    .where(known(BookingRow, None))
    .order_by(BookingRow.asked_at, BookingRow.id)
)
_ONE = _BOOKINGS.where(BookingRow.public_id == bindparam("public_id"))
_OF_WORKSHOPS = _BOOKINGS.where(BookingRow.workshop_id.in_(bindparam("workshop_ids", expanding=True)))
_OF_PEOPLE = _BOOKINGS.where(BookingRow.person_id.in_(bindparam("person_ids", expanding=True)))
_COUNTS = (
    select(BookingRow.workshop_id, BookingRow.state, func.count())
    .where(
        known(BookingRow, None),
        BookingRow.state.in_(sorted(STANDS)),
        BookingRow.workshop_id.in_(bindparam("workshop_ids", expanding=True)),
    )
    .group_by(BookingRow.workshop_id, BookingRow.state)
    .order_by(BookingRow.workshop_id, BookingRow.state)
)


def find(session: Session, public_id: str) -> Booking | None:
    """A booking as it stands now, whatever its state."""
    row = session.connection().execute(_ONE, {"public_id": public_id}).mappings().one_or_none()
    return None if row is None else _booking(row)


def of_workshop(session: Session, workshop_id: int) -> list[Booking]:
    """The bookings of a workshop in every state, in the order in which they were asked for."""
    return of_workshops(session, [workshop_id]).get(workshop_id, [])


def of_workshops(session: Session, workshop_ids: Iterable[int]) -> dict[int, list[Booking]]:
    """The same for several workshops, by the workshop's id."""
    found: dict[int, list[Booking]] = defaultdict(list)
    for row in session.connection().execute(_OF_WORKSHOPS, {"workshop_ids": sorted(workshop_ids)}).mappings():
        found[row["workshop_id"]].append(_booking(row))
    return found


def of_person(session: Session, person_id: int) -> list[Booking]:
    """The bookings of a person in every state, in the order in which they were asked for."""
    return of_people(session, [person_id]).get(person_id, [])


def of_people(session: Session, person_ids: Iterable[int]) -> dict[int, list[Booking]]:
    """The same for several people, by the person's id."""
    found: dict[int, list[Booking]] = defaultdict(list)
    ids = sorted(set(person_ids))
    for start in range(0, len(ids), CHUNK):
        some = {"person_ids": ids[start : start + CHUNK]}
        for row in session.connection().execute(_OF_PEOPLE, some).mappings():
            found[row["person_id"]].append(_booking(row))
    return found


def counts(session: Session, workshop_ids: Iterable[int]) -> dict[int, Counts]:
    """How full each of these workshops is, by its id."""
    wanted = sorted(workshop_ids)
    found: dict[int, dict[str, int]] = {workshop_id: {} for workshop_id in wanted}
    for workshop_id, state, many in session.connection().execute(_COUNTS, {"workshop_ids": wanted}):
        found[workshop_id][state] = many
    return {workshop_id: Counts(**by_state) for workshop_id, by_state in found.items()}


def _booking(row: RowMapping) -> Booking:
    return Booking(**{**row, "state": BookingState(row["state"])})


@dataclass(frozen=True, slots=True)
class Next:
    """How somebody stands from now on with a workshop; `before`, if there is one, leaves the record for `reason`.

    It is the same booking in its next state, asked for when it was. `anew`: another booking of the same person, asked
    for now, such as one made after a cancellation.
    """

    person_id: int
    state: BookingState
    before: Booking | None = None
    reason: str = ""
    offer_until: datetime | None = None
    instead_of: str | None = None
    anew: bool = False

    @property
    def same(self) -> Booking | None:
        """The booking that goes on, if one does."""
        return None if self.anew else self.before


def record(
    session: Session, stamp: Stamp, workshop_id: int, person_id: int, state: BookingState, **more: Any
) -> Booking:
    """Record how one person stands with a workshop: `more` are the other parts of `Next`."""
    return record_each(session, stamp, workshop_id, [Next(person_id, state, **more)])[0]


def record_each(session: Session, stamp: Stamp, workshop_id: int, many: Sequence[Next]) -> list[Booking]:
    """Record how several people stand, in their order, with as many statements as for one."""
    over: dict[str, list[int]] = defaultdict(list)
    for one in many:
        if one.before is not None:
            over[one.reason].append(one.before.id)
    for reason, ids in over.items():
        retract(session, BookingRow, ids, stamp, reason)
    rows = [_values(stamp, workshop_id, one) for one in many]
    if not rows:
        return []
    # In the order given: of those who ask at the same moment whoever has the lower number stands before the others.
    numbers = session.execute(_RECORD, rows).scalars().all()
    said = [
        {name: value for name, value in row.items() if name in Booking.__dataclass_fields__} for row in rows
    ]
    return [
        Booking(**{**values, "id": booking_id, "state": one.state})
        for one, values, booking_id in zip(many, said, numbers, strict=True)
    ]


_RECORD = insert(BookingRow).returning(BookingRow.id, sort_by_parameter_order=True)


def _values(stamp: Stamp, workshop_id: int, one: Next) -> dict[str, Any]:
    same = one.same
    return {
        "public_id": same.public_id if same else new_public_id(),
        "workshop_id": workshop_id,
        "person_id": one.person_id,
        "state": one.state.value,
        "asked_at": same.asked_at if same else stamp.at,
        "asked_by": same.asked_by if same else stamp.actor,
        "offer_until": one.offer_until,
        "instead_of": same.instead_of if same else one.instead_of,
        **recorded(stamp),
    }


_LATE_EVER = (
    select(BookingRow.person_id)
    .where(
        BookingRow.workshop_id == bindparam("workshop_id"),
        BookingRow.state == BookingState.LATE_CANCELLED.value,
    )
    .order_by(BookingRow.person_id)
)


def late_ever(session: Session, workshop_id: int) -> set[int]:
    """Who ever gave a place at a workshop up late, whatever they asked for since."""
    return set(session.connection().execute(_LATE_EVER, {"workshop_id": workshop_id}).scalars())
