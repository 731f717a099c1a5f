"""The tour of evaluations: answering by a link without an account, figures, and slips of paper."""

from datetime import timedelta

from courses.domain.evaluation import When
from courses.domain.workshops import Sitting
from courses.services.workshops.tickets import Ticket, new_pair, token_of
from courses.store import attendance, course_ids, evaluations, workshops
from courses.store.workshops import Workshop
from foundation import clock
from foundation.db import db, transaction
from foundation.stamp import Stamp
from tests.e2e.walking import Walk


def answering(walk: Walk) -> None:
    """Somebody with a link: five statements, what comes of them, and links that do not work."""
    with walk.app.app_context():
        workshop = _held(9)
        links = [_link(walk, workshop, when) for when in (When.BEFORE, When.LATER)]
    walk.go(links[0], "courses.answer_evaluation")
    walk.press("Send my answers")
    walk.see("courses.answer_evaluation", "error")
    for number in range(1, 6):
        walk.page.locator(f"input[name=statement_{number}][value='4']").check()
    walk.press("Send my answers")
    walk.see("courses.evaluation_thanks")
    walk.go(links[0], "courses.answer_evaluation", "answered")
    walk.go(links[1], "courses.answer_evaluation", "not yet")
    walk.go("/evaluation/none", "courses.answer_evaluation", "no such link")


def results(walk: Walk) -> None:
    """Learning and development: a workshop with figures, one with too few answers, all of a course, slips."""
    walk.go("/workshops/evaluation?year=2099", "courses.evaluation_results", "now")
    with walk.app.app_context():
        shown, hidden = _answered(7), _answered(4)
    for workshop, state in ((shown, "with answers"), (hidden, "with too few answers")):
        walk.go(f"/workshops/{workshop.public_id}", "courses.workshop", state)
    walk.go("/workshops/evaluation?year=all", "courses.evaluation_results", "with answers")
    walk.go(f"/workshops/{shown.public_id}/evaluation/slips", "courses.evaluation_slips", "how many")
    walk.page.get_by_label("Number of slips").fill("0")
    walk.press("Make slips to print")
    walk.see("courses.evaluation_slips", "error")
    walk.page.get_by_label("Number of slips").fill("2")
    walk.press("Make slips to print")
    walk.see("courses.evaluation_slips")


def _link(walk: Walk, workshop: Workshop, when: When) -> str:
    key = str(walk.app.config["SECRET_KEY"])
    return f"/evaluation/{token_of(key, Ticket(workshop.id, when, new_pair()))}"


def _held(in_days: int) -> Workshop:
    """A workshop so many days from now; negative: ago."""
    now = clock.now()
    starts_at = (now + timedelta(days=in_days)).replace(hour=10, minute=0, second=0, microsecond=0)
    sitting = Sitting("BRIEF", starts_at, starts_at + timedelta(hours=2), 12, place="Town Hall")
    with transaction(db.session()) as session:
        return workshops.add(session, Stamp("command:tests", now), course_ids(session)["BRIEF"], sitting)


def _answered(people: int) -> Workshop:
    """A workshop of two months ago about which so many people answered, before and after."""
    found, stamp = _held(-60), Stamp("command:tests", clock.now() - timedelta(days=59))
    with transaction(db.session()) as session:
        attendance.record_closed(session, stamp, found.id)
        for number in range(people):
            for when, mark in ((When.BEFORE, 2), (When.AFTER, 4)):
                pair = f"{found.id} {number}"
                evaluations.record_answer(session, found.id, when, pair, (mark,) * 5, found.sitting.day)
    return found
