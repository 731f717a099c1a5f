"""Places that are still free at workshops planned already, and for whom of those who need one."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from compliance.domain.workshop_need import Need, Opening
from courses.domain.booking import Purpose, of_workshop
from courses.domain.workshops import Audience, Sitting
from courses.services.workshops.seeing import belonging
from courses.store import bookings
from courses.store.workshops import Workshop

ASKED_FOR_ROLES = 500
"""Of so many people at most it is asked whether they hold a role: of those who lapse first."""


def openings_at(
    session: Session,
    planned: Sequence[Workshop],
    needed: Sequence[Need],
    employers: Mapping[int, int],
    now: datetime,
) -> list[Opening]:
    """The places that are still free at sittings planned already and can be booked.

    `employers`: the id of the organisation of each of those who need a place.
    """
    counts = bookings.counts(session, [one.id for one in planned])
    found = []
    for one in planned:
        free = one.sitting.capacity - counts[one.id].held
        if free > 0 and not of_workshop(one.sitting, now, Purpose.BOOK):
            found.append(Opening(one.sitting.day, free, _whom(session, one.sitting, needed, employers)))
    return found


def _whom(
    session: Session, sitting: Sitting, needed: Sequence[Need], employers: Mapping[int, int]
) -> frozenset[int] | None:
    """Whom of those who need a place a sitting is for; None: everybody.

    Requirements and organisations are known of everybody already. Roles are looked up for those alone who lapse first,
    so that the questions stay as many.
    """
    audience, leads = sitting.audience, frozenset(sitting.facilitator_ids)
    if not audience:
        return frozenset(one.person_id for one in needed) - leads if leads else None
    found = {
        one.person_id
        for one in needed
        if set(audience.requirements) & set(one.codes)
        or employers[one.person_id] in audience.organisation_ids
    }
    if audience.roles:
        first = [one.person_id for one in needed if not one.is_booked][:ASKED_FOR_ROLES]
        found |= belonging(session, Audience(roles=audience.roles), first, sitting.day)
    return frozenset(found - leads)
