"""Guests of a register: who signed in at the door and was not known, and is somebody of the record after all."""

from sqlalchemy.orm import Session

from courses.certificate.issuer import Issuer
from courses.domain.workshops import How, Outcome
from courses.services.workshops.attending import KNOWN, own_person
from courses.services.workshops.closing import OWN_OUTCOME, give_completions
from courses.store import attendance, bookings
from courses.store.attendance import Attendance
from courses.store.attenders import Attender
from courses.store.workshops import Workshop
from foundation import audit
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp


def match_guest(
    session: Session, stamp: Stamp, workshop: Workshop, guest_id: str, person: Attender, issuer: Issuer
) -> None:
    """A guest is somebody of the record: they attended. After closing, the completion comes with it.

    Raises NotFound for a guest who is none any more, DomainError where the person did something else by the register.
    """
    guest = attendance.guest(session, workshop.id, guest_id)
    if guest is None:
        raise NotFound("There is no such guest.")
    if own_person(session, stamp) == person.id:
        raise DomainError(OWN_OUTCOME)
    before = attendance.of_workshop(session, workshop.id).get(person.id)
    if before is not None and before.outcome is not Outcome.ATTENDED and not _by_itself(session, before):
        raise DomainError(
            "The register says something else of this person. Change that first, then match the guest."
        )
    attendance.retract_guest(session, stamp, guest, KNOWN)
    if before is not None and before.outcome is not Outcome.ATTENDED:
        attendance.retract_attendance(session, stamp, [before], KNOWN)
    if before is None or before.outcome is not Outcome.ATTENDED:
        attendance.record_attendance(
            session, stamp, workshop.id, person.id, Outcome.ATTENDED, How.DOOR, guest.arrived_at
        )
    if attendance.closed(session, workshop.id) is not None:
        give_completions(session, stamp, workshop, [person.id], issuer)
    audit.record(
        session,
        stamp,
        "register.guest_matched",
        f"workshop:{workshop.public_id}",
        person_id=person.id,
        guest=guest.public_id,
    )


def _by_itself(session: Session, before: Attendance) -> bool:
    """Whether an outcome may only have come of a place given up late, when the register was closed."""
    given_up = bookings.late_ever(session, before.workshop_id)
    return before.outcome is Outcome.LATE_CANCELLED and before.person_id in given_up


def dismiss_guest(session: Session, stamp: Stamp, workshop: Workshop, guest_id: str) -> None:
    """A guest signed in by mistake, or twice. Raises NotFound."""
    guest = attendance.guest(session, workshop.id, guest_id)
    if guest is None:
        raise NotFound("There is no such guest.")
    attendance.retract_guest(session, stamp, guest, "Signed in by mistake")
    audit.record(
        session, stamp, "register.guest_dismissed", f"workshop:{workshop.public_id}", guest=guest.public_id
    )
