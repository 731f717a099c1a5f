"""The tours of bookings: one's own, those of a team, those that learning and development makes for several."""

from datetime import timedelta

from courses.domain.workshops import Sitting
from courses.services.workshops import booking
from courses.store import course_ids, workshops
from courses.store.bookings import of_workshop
from foundation import clock
from foundation.db import db, transaction
from foundation.stamp import Stamp
from people.domain import Account, Permission
from tests.e2e.walking import Walk

LEARNING = Account(0, "0" * 32, "", permissions=frozenset({Permission.LEARNING}))


def own_bookings(walk: Walk) -> None:
    """Staff: booking a place, waiting for one, being offered one, giving it up."""
    walk.go("/my-training/workshops", "courses.my_workshops", "nothing planned")
    free, full = planned(walk, 20, 5, "Ola"), planned(walk, 27, 1, "Uma")
    walk.go("/my-training", "compliance.my_training", "a workshop can be booked")
    walk.go("/my-training/workshops?course=BRIEF", "courses.my_workshops", "to book")
    walk.go(f"/workshops/{free}/book", "courses.book_workshop")
    walk.press("Book a place")
    walk.see("courses.booking", "booked")
    walk.go("/my-training", "compliance.my_training", "a workshop is booked")
    walk.go(f"/workshops/{free}/book", "courses.book_workshop", "booked already")
    walk.go(f"/workshops/{full}/book", "courses.book_workshop", "full")
    walk.press("Join the waiting list")
    walk.see("courses.booking", "waiting")
    walk.page.get_by_role("link", name="Leave the waiting list").click()
    walk.see("courses.cancel_booking", "waiting")
    free_place(walk, full, "Uma")
    walk.go(f"/bookings/{booking_of(walk, full, 'Sam')}", "courses.booking", "offered")
    walk.press("Send the answer")
    walk.see("courses.booking", "error")
    walk.page.get_by_label("Yes, take the place").check()
    walk.press("Send the answer")
    walk.see("courses.booking", "accepted")
    walk.page.get_by_role("link", name="Cancel this booking").click()
    walk.see("courses.cancel_booking")
    walk.press("Cancel the booking")
    walk.see("courses.booking", "cancelled")
    walk.go("/my-training/workshops", "courses.my_workshops", "one given up")


def team_bookings(walk: Walk) -> None:
    """A manager: people of the team on a workshop, somebody who goes instead, the list of them all."""
    walk.go("/workshops/people", "courses.peoples_bookings", "nobody")
    workshop = planned(walk, 34, 2, "Uma")  # on a day of its own: other tours of the service book Ola
    walk.go(f"/workshops/{workshop}/book-for", "courses.book_for")
    walk.press("Continue")
    walk.see("courses.book_for", "error")
    walk.page.get_by_label("Kit Tester").check()
    walk.page.get_by_label("Ola Tester").check()
    walk.press("Continue")
    walk.page.get_by_role("heading", name="Check before you book").wait_for()
    walk.see("courses.book_for", "check")
    walk.press("Book 1 person, and put 1 on the waiting list")
    walk.see("courses.workshop", "booked for others")
    walk.go(f"/workshops/{workshop}/bookings", "courses.workshop_bookings", "own people")
    walk.go("/workshops/people", "courses.peoples_bookings")
    walk.page.get_by_role("link", name="Change or cancel the booking of Kit Tester").click()
    walk.see("courses.booking", "of somebody else")
    walk.page.get_by_role("link", name="Name somebody who goes instead").click()
    walk.see("courses.substitute_booking")
    walk.press("Give them the place")
    walk.see("courses.substitute_booking", "error")
    walk.page.get_by_label("Two Tester").check()
    walk.press("Give them the place")
    walk.see("courses.booking", "of the substitute")


def several_bookings(walk: Walk) -> None:
    """Learning and development: several by their numbers, with what cannot be; everybody who is booked."""
    workshop = planned(walk, 41, 2, "Ola")
    walk.go(f"/workshops/{workshop}/book-for", "courses.book_for", "by search")
    walk.page.get_by_label("Find people").fill("tester")
    walk.press("Find")
    walk.see("courses.book_for", "found")
    walk.page.locator("#numbers").fill("N-Sam\nN-Kit\nN-Ola\nN-Nobody\nN-Lee")
    walk.press("Continue")
    walk.see("courses.book_for", "some cannot be booked")
    free_place(walk, workshop, "Ola")
    walk.press("Book 1 person, and put 1 on the waiting list")
    walk.see("courses.book_for", "error: changed meanwhile")
    walk.press("Book 2 people")
    walk.see("courses.workshop", "everybody who is booked")
    walk.go(f"/workshops/{workshop}/bookings", "courses.workshop_bookings")


def planned(walk: Walk, in_days: int, places: int, *names: str) -> str:
    """A workshop so many days from now, with these people on it."""
    starts_at = clock.now().replace(minute=0, second=0, microsecond=0) + timedelta(days=in_days)
    sitting = Sitting("BRIEF", starts_at, starts_at + timedelta(hours=2), places, place="Town Hall, room 2")
    with walk.app.app_context():
        with transaction(db.session()) as session:
            stamp = Stamp("command:tests", clock.now())
            workshop = workshops.add(session, stamp, course_ids(session)["BRIEF"], sitting)
            ids = [walk.borough.ids[name] for name in names]
            booking.book(session, stamp, LEARNING, workshop.public_id, ids)
        db.session.remove()
    return workshop.public_id


def free_place(walk: Walk, workshop: str, name: str) -> None:
    """Somebody gives a place up."""
    public_id = booking_of(walk, workshop, name)
    with walk.app.app_context():
        with transaction(db.session()) as session:
            booking.cancel(session, Stamp("command:tests", clock.now()), LEARNING, public_id)
        db.session.remove()


def booking_of(walk: Walk, workshop: str, name: str) -> str:
    """The id of somebody's booking."""
    with walk.app.app_context():
        found = workshops.find(db.session(), workshop)
        assert found is not None
        every = of_workshop(db.session(), found.id)
        db.session.remove()
    return next(one.public_id for one in every if one.person_id == walk.borough.ids[name])
