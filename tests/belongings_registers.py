"""Registers that somebody runs: an open one and a closed one, each of two facilitators, with all that they hold."""

import hashlib
from datetime import timedelta

from sqlalchemy.orm import Session

from courses.domain import Purpose
from courses.domain.workshops import BookingState, How, Outcome, Sitting
from courses.services import holding
from courses.services.holding import StoredFile
from courses.store import attendance, bookings, course_ids, workshops
from courses.store.workshops import Workshop
from courses.uploads.keeping import EvidenceFolder
from foundation.stamp import Stamp
from tests.belongings import NOBODY, Thing, World, account_id

LEADERS = {"Sam": "Mo", "Vic": "Vic"}
"""Who leads a workshop, and who is on its register: somebody whose name the leader sees anyway."""
SENDERS = {"staff": "Sam", "learning": "Uma"}
"""Accounts that are about to load a register, and the person that the file names: nobody else's name is on the page."""


def registers(world: World, session: Session, stamp: Stamp) -> dict[str, list[Thing]]:
    """An open register, a closed one, somebody on it, a guest, a file on its way; and each of nobody."""
    opened, closed, guests, outcomes = [], [], [], []
    for leader, booked in LEADERS.items():
        workshop = _held(world, session, stamp, leader)
        person_id, public_id = world.borough.ids[booked], world.borough.people[booked]
        bookings.record(session, stamp, workshop.id, person_id, BookingState.BOOKED)
        attendance.record_guest(session, stamp, workshop.id, "A. Guest", "Elsewhere", "")
        guest = attendance.guests(session, workshop.id)[0]
        fields = {f"outcome-{public_id}": "attended", "looked_for": "N-Ola", "last_name": "Tester"}
        fields |= {"step": "choose", "person": world.borough.people["Ola"]}
        opened.append(Thing(leader, {"public_id": workshop.public_id}, fields=fields))
        where = {"public_id": workshop.public_id, "guest": guest.public_id}
        guests.append(Thing(leader, where, fields=fields))
        done = _held(world, session, stamp, leader)
        attendance.record_attendance(session, stamp, done.id, person_id, Outcome.DID_NOT_ATTEND, How.REGISTER)
        attendance.record_closed(session, stamp, done.id)
        closed.append(Thing(leader, {"public_id": done.public_id}))
        fact = attendance.of_workshop(session, done.id)[person_id].id
        outcomes.append(
            Thing(
                leader,
                {"public_id": done.public_id, "person": public_id},
                fields={"fact": str(fact), "outcome": "partial", "reason": "Tests"},
            )
        )
    files = [
        Thing(f"account of {name}", _file(world, session, stamp, name, who, opened[0].values["public_id"]))
        for name, who in SENDERS.items()
    ]
    return {
        "register": [*opened, *closed, Thing(None, {"public_id": NOBODY})],
        "register to fill in": [*opened, _nobodys(opened[0])],
        "guest of a register": [*guests, _nobodys(guests[0])],
        "outcome on a register": [*outcomes, _nobodys(outcomes[0])],
        "register as a file": [*files, _nobodys(files[0])],
        "door": [Thing("everybody", opened[0].values)],
    }


def _nobodys(thing: Thing) -> Thing:
    return Thing(None, {**thing.values, "public_id": NOBODY}, fields=thing.fields)


def _held(world: World, session: Session, stamp: Stamp, leader: str) -> Workshop:
    """A workshop that has just begun."""
    starts_at = stamp.at - timedelta(minutes=10)
    leads = (world.borough.ids[leader],)
    sitting = Sitting("BRIEF", starts_at, starts_at + timedelta(hours=8), 10, "Hall", facilitator_ids=leads)
    return workshops.add(session, stamp, course_ids(session)["BRIEF"], sitting)


def _file(world: World, session: Session, stamp: Stamp, name: str, who: str, workshop: str) -> dict[str, str]:
    content = f"name,person_ref,attended\n{who} Tester,N-{who},yes\n".encode()
    stored_as = EvidenceFolder.in_instance(world.app.instance_path).keep(content)
    file = StoredFile("register", len(content), hashlib.sha256(content).hexdigest(), stored_as)
    held = holding.hold(
        session,
        stamp,
        account_id(session, name),
        Purpose.ATTENDANCE,
        wanted=f"{workshop} register.csv",
        file=file,
    )
    return {"public_id": workshop, "held": held}
