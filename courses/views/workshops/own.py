"""One's own bookings, the workshops one can book, and booking a place for oneself."""

from dataclasses import dataclass

from flask import abort, render_template, request, url_for
from werkzeug.wrappers import Response

from courses.domain.workshops import STANDS
from courses.forms.bookings import BookForm
from courses.services.workshops import bookable, booking
from courses.services.workshops.booking import Expected
from courses.services.workshops.booking_words import in_date_words, why_not_you
from courses.services.workshops.checks import check
from courses.services.workshops.places import standing_of
from courses.store import bookings, workshops
from courses.store.workshops import Workshop
from courses.views.acting import act_if_sent
from courses.views.blueprint import blueprint
from courses.views.workshops.booking_lines import lines_of, positions
from courses.views.workshops.page import seen_workshop
from courses.views.workshops.words import day_words, free_words, place_words, said_of, time_words
from foundation import clock
from foundation.db import Session, db
from foundation.stamp import Stamp
from people import auth
from people.views.own import no_record

PLACE, WAITING_LIST = "place", "waiting"
PAST_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Offer:
    """A workshop that the reader can book."""

    public_id: str
    title: str
    day: str
    time: str
    place: str
    free: str
    is_full: bool


@blueprint.get("/my-training/workshops")
@auth.signed_in
def my_workshops() -> str | tuple[str, int]:
    """The reader's bookings, and the workshops that are for them and can be booked; of one course where it is named."""
    account = auth.reader()
    if account.person_id is None:
        return no_record()
    session, now = db.session(), clock.now()
    own = bookings.of_person(session, account.person_id)
    found = workshops.by_ids(session, [one.workshop_id for one in own])
    own.sort(key=lambda one: (found[one.workshop_id].sitting.starts_at, one.id))
    every = bookings.of_workshops(session, found) if found else {}
    place_in_line = {key: at for of_one in every.values() for key, at in positions(of_one).items()}
    acting = set() if account.only_reads else {account.person_id}
    lines = lines_of(session, own, found, place_in_line, acting, account.person_id)
    to_come = [
        line
        for line, one in zip(lines, own, strict=True)
        if one.state in STANDS and found[one.workshop_id].sitting.ends_at > now
    ]
    course = request.args.get("course", "")
    open_to = bookable.bookable_by(session, account.person_id, now)
    counts = bookings.counts(session, [one.id for one in open_to])
    shown = [one for one in open_to if one.sitting.course == course] or open_to
    return render_template(
        "courses/workshops/mine.html",
        to_come=to_come,
        others=[line for line in reversed(lines) if line not in to_come][:PAST_SHOWN],
        course=course if shown is not open_to else "",
        title=shown[0].course_title if shown and shown is not open_to else "",
        offers=[
            Offer(
                one.public_id,
                one.course_title,
                day_words(one.sitting),
                time_words(one.sitting),
                place_words(one.sitting),
                free_words(one, counts[one.id]),
                counts[one.id].held >= one.sitting.capacity,
            )
            for one in shown
        ],
        may_book=not account.only_reads,
    )


@blueprint.route("/workshops/<public_id>/book", methods=["GET", "POST"])
@auth.signed_in
def book_workshop(public_id: str) -> str | Response | tuple[str, int]:
    """Ask for a place for oneself. The button says whether it is a place or a place on the waiting list."""
    account = auth.reader()
    if account.person_id is None or account.only_reads:
        abort(403)
    workshop = seen_workshop(account, public_id)
    form, person_id = BookForm(), account.person_id

    def act(session: Session, stamp: Stamp) -> str:
        expected = Expected(0, 1) if request.form.get("for") == WAITING_LIST else Expected(1, 0)
        made = booking.book(session, stamp, account, public_id, [person_id], expected=expected)
        return url_for("courses.booking", public_id=made[0].public_id)

    following, problems = act_if_sent(form, act, _notice(workshop))
    if following is not None:
        return following
    page = _book_page(person_id, workshop, form, problems)
    return page, 422 if problems else 200


def _notice(workshop: Workshop) -> str:
    if request.form.get("for") == WAITING_LIST:
        return f"You are on the waiting list for {workshop.course_title}."
    return f"You have a place at {workshop.course_title}."


def _book_page(person_id: int, workshop: Workshop, form: BookForm, problems: list[str]) -> str:
    session = db.session()
    found = check(session, workshop, [person_id], clock.now())[person_id]
    standing = standing_of(session, workshop, clock.now())
    warning = in_date_words(found.in_date_until, to_you=True)
    return render_template(
        "courses/workshops/book.html",
        form=form,
        problems=problems,
        workshop=workshop,
        rows=said_of(session, workshop.sitting, workshop.course_title, with_link=False),
        why_not=why_not_you(found),
        warning=warning,
        waits=not standing.next_is_booked,
        waiting=standing.waiting,
        own=next(
            (
                one
                for one in bookings.of_person(session, person_id)
                if one.workshop_id == workshop.id and one.stands
            ),
            None,
        ),
    )
