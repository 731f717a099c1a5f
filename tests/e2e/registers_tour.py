"""The tour of registers: filling one in, the people on it, the door, a file, closing, correcting, places not used."""

from datetime import timedelta

from courses.domain.workshops import BookingState, Sitting
from courses.services.workshops import door
from courses.store import bookings, course_ids, workshops
from courses.store.workshops import Workshop
from foundation import clock
from foundation.db import db, transaction
from foundation.stamp import Stamp
from tests.e2e.walking import Walk

FILE = b"name,person_ref,attended\nOla Tester,N-Ola,yes\nNobody,N-None,yes\n"


def registers(walk: Walk) -> None:
    """Learning and development: a workshop that has just begun, from an empty register to a corrected one."""
    soon = being_held(walk, -300)
    walk.go(f"/workshops/{soon.public_id}/register", "courses.workshop_register", "too early")
    walk.go(f"/workshops/{soon.public_id}/door", "courses.workshop_door", "shut")
    walk.go(f"/door/{soon.public_id}", "courses.door", "shut")
    found = being_held(walk, 10, "Ola", "Kit")
    here = f"/workshops/{found.public_id}/register"
    walk.go(f"/workshops/{found.public_id}", "courses.workshop", "register open")
    _door(walk, found)
    walk.go(here, "courses.workshop_register", "with guests")
    walk.go(f"{here}/close", "courses.register_close", "lacking")
    _people(walk, here)
    _file(walk, here)
    walk.go(here, "courses.workshop_register")
    walk.page.get_by_role("group", name="Kit Tester").get_by_label("Did not attend").check()
    walk.press("Save and go on to close the register")
    walk.see("courses.register_close")
    walk.press("Close the register")
    walk.see("courses.workshop_register", "closed")
    walk.page.get_by_role("row", name="Kit Tester").get_by_role("link").click()
    walk.see("courses.register_correct")
    walk.page.get_by_role("button", name="Correct", exact=True).click()
    walk.see("courses.register_correct", "error")
    walk.go(f"{here}/close", "courses.register_close", "closed")
    walk.go(f"{here}/print", "courses.register_print")
    walk.go(f"/workshops/{found.public_id}", "courses.workshop", "register closed")
    walk.go("/workshops/places-not-used", "courses.workshop_recharge")
    walk.go("/workshops/places-not-used?from=2099-01-01", "courses.workshop_recharge", "error")
    walk.go(
        "/workshops/places-not-used?from=2020-01-01&to=2020-02-01", "courses.workshop_recharge", "nothing"
    )


def _door(walk: Walk, found: Workshop) -> None:
    walk.go(f"/workshops/{found.public_id}/door", "courses.workshop_door")
    walk.go("/door", "courses.door_by_reference")
    walk.press("Continue")
    walk.see("courses.door_by_reference", "error")
    walk.go(f"/door/{found.public_id}?code=000000", "courses.door", "error: old code")
    walk.go(f"/door/{found.public_id}?as=other&code={code_of(walk, found)}", "courses.door", "by name")
    walk.press("I am here")
    walk.see("courses.door", "error")
    walk.page.get_by_label("Your name").fill("A. Guest")
    walk.page.get_by_label("Employer").fill("A charity")
    walk.press("I am here")
    walk.see("courses.door", "done")


def _people(walk: Walk, here: str) -> None:
    walk.go(f"{here}/add", "courses.register_add")
    walk.press("Find")
    walk.see("courses.register_add", "error")
    walk.page.get_by_label("Name, staff number or email address").fill("nobody is called so")
    walk.press("Find")
    walk.see("courses.register_add", "nobody found")
    walk.page.get_by_label("Name, staff number or email address").fill("vic")
    walk.press("Find")
    walk.see("courses.register_add", "found")
    walk.press("Add to the register")
    walk.see("courses.register_add", "error: nobody chosen")
    walk.page.get_by_label("Vic Tester").check()
    walk.press("Add to the register")
    walk.see("courses.workshop_register", "somebody added")
    walk.page.locator("#guests").get_by_role("link").click()
    walk.see("courses.register_guest")


def _file(walk: Walk, here: str) -> None:
    walk.go(f"{here}/upload", "courses.register_upload")
    walk.press("Continue")
    walk.see("courses.register_upload", "error")
    walk.page.get_by_label("The register").set_input_files(
        {"name": "register.csv", "mimeType": "text/csv", "buffer": FILE}
    )
    walk.press("Continue")
    walk.see("courses.register_upload_check")
    walk.press("Load into the register")
    walk.see("courses.workshop_register", "loaded")


def being_held(walk: Walk, minutes: int, *names: str) -> Workshop:
    """A workshop that began so many minutes ago, with these people booked."""
    stamp = Stamp("command:tests", clock.now())
    starts_at = stamp.at - timedelta(minutes=minutes)
    sitting = Sitting("BRIEF", starts_at, starts_at + timedelta(hours=3), 12, place="Town Hall")
    with walk.app.app_context(), transaction(db.session()) as session:
        found = workshops.add(session, stamp, course_ids(session)["BRIEF"], sitting)
        for name in names:
            bookings.record(session, stamp, found.id, walk.borough.ids[name], BookingState.BOOKED)
    return found


def code_of(walk: Walk, found: Workshop) -> str:
    """The code that is on the screen now."""
    with walk.app.app_context():
        return door.code_now(db.session(), found, clock.now())
