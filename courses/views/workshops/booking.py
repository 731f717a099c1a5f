"""One booking: how it stands, the answer to an offer, giving it up, somebody else going instead."""

from dataclasses import replace

from flask import abort, render_template, request, url_for
from werkzeug.wrappers import Response

from courses.domain.booking import is_late
from courses.domain.workshops import BookingState
from courses.forms.bookings import ACCEPT, AnswerForm, PeopleToBookForm
from courses.forms.sending import SendForm
from courses.services.workshops import booking as service
from courses.services.workshops.reach import (
    books_several,
    leads_team,
    may_book,
    may_see,
    writes_for_everybody,
)
from courses.services.workshops.substituting import substitute
from courses.store import booking_facts, bookings, workshops
from courses.store.booking_facts import BookedPerson
from courses.store.bookings import Booking
from courses.store.workshops import Workshop
from courses.views.acting import act_if_sent
from courses.views.blueprint import blueprint
from courses.views.workshops.booking_lines import lines_of, positions
from courses.views.workshops.choosing import offered_people
from courses.views.workshops.words import said_of
from foundation import clock
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp
from people import auth
from people.domain import Account
from people.forms.once import act_once
from people.forms.records.base import CONFIRM, STEP

Page = str | Response | tuple[str, int]


def _seen(account: Account, public_id: str) -> tuple[Workshop, Booking]:
    """A booking that the reader may see, and its workshop. Raises NotFound for any other, as if there were none."""
    session = db.session()
    found = bookings.find(session, public_id)
    workshop = workshops.by_id(session, found.workshop_id) if found else None
    if found is None or workshop is None:
        raise NotFound("There is no such booking.")
    if not may_see(session, account, [found.person_id], clock.today()):
        raise NotFound("There is no such booking.")
    return workshop, found


def theirs(account: Account, public_id: str) -> tuple[Workshop, Booking]:
    """A booking about which the reader may act. Whoever acts for nobody is refused; any other is found by nobody."""
    if account.only_reads or (account.person_id is None and not books_several(account)):
        abort(403)
    return service.theirs(db.session(), auth.stamp(), account, public_id)


def _person(found: Booking) -> BookedPerson:
    return booking_facts.people_by_id(db.session(), [found.person_id], clock.today())[found.person_id]


@blueprint.route("/bookings/<public_id>", methods=["GET", "POST"])
@auth.signed_in
def booking(public_id: str) -> Page:
    """How a booking stands; an offer is answered here."""
    account = auth.reader()
    if request.method == "POST":
        workshop, found = theirs(account, public_id)
    else:
        workshop, found = _seen(account, public_id)
    form = AnswerForm()
    takes = form.answer.data == ACCEPT

    def act(session: Session, stamp: Stamp) -> str:
        (service.accept if takes else service.decline)(session, stamp, account, public_id)
        return url_for("courses.booking", public_id=public_id)

    notice = "The place is booked." if takes else "The place goes to the next person."
    following, problems = act_if_sent(form, act, notice)
    if following is not None:
        return following
    session = db.session()
    every = bookings.of_workshop(session, workshop.id)
    acting = may_book(session, account, [found.person_id], clock.today())
    line = lines_of(session, [found], {workshop.id: workshop}, positions(every), acting, account.person_id)[0]
    has_place = found.state in (BookingState.BOOKED, BookingState.OFFERED)
    page = render_template(
        "courses/workshops/booking.html",
        form=form,
        problems=problems,
        line=line,
        workshop=workshop,
        rows=[
            *([] if line.is_own else [("Name", line.person)]),
            *said_of(session, workshop.sitting, workshop.course_title, with_link=has_place),
        ],
        is_booked=found.state is BookingState.BOOKED,
        is_offered=found.state is BookingState.OFFERED and line.may_act,
        may_substitute=line.may_act
        and found.state is BookingState.BOOKED
        and (leads_team(account) or books_several(account)),
        back=_back(account, workshop, found),
    )
    return page, 422 if problems else 200


def _back(account: Account, workshop: Workshop, found: Booking) -> tuple[str, str]:
    """Where the reader comes from, likely, and what that page is called."""
    if found.person_id == account.person_id:
        return url_for("courses.my_workshops"), "Back to your workshops"
    return url_for("courses.workshop_bookings", public_id=workshop.public_id), "Back to the bookings"


@blueprint.route("/bookings/<public_id>/cancel", methods=["GET", "POST"])
@auth.signed_in
def cancel_booking(public_id: str) -> Page:
    """Ask whether a booking is to be given up, and say what that means by now."""
    account = auth.reader()
    workshop, found = theirs(account, public_id)
    form = SendForm()

    def act(session: Session, stamp: Stamp) -> str:
        service.cancel(session, stamp, account, public_id)
        return url_for("courses.booking", public_id=public_id)

    following, problems = act_if_sent(form, act, "The booking was given up.")
    if following is not None:
        return following
    person = _person(found)
    page = render_template(
        "courses/workshops/cancel_booking.html",
        form=form,
        problems=problems,
        public_id=public_id,
        name="" if found.person_id == account.person_id else person.name,
        state=found.state.value,
        stands=found.stands and workshop.sitting.starts_at > clock.now(),
        late=found.state is BookingState.BOOKED and is_late(workshop.sitting, clock.now()),
        rows=said_of(db.session(), workshop.sitting, workshop.course_title, with_link=False)[:4],
    )
    return page, 422 if problems else 200


@blueprint.route("/bookings/<public_id>/substitute", methods=["GET", "POST"])
@auth.signed_in
def substitute_booking(public_id: str) -> Page:
    """Ask who goes instead, then give them the place."""
    account = auth.reader()
    if not (leads_team(account) or books_several(account)):
        abort(403)
    workshop, found = theirs(account, public_id)
    session, form = db.session(), PeopleToBookForm()
    chosen = request.form.get("people", "")
    ids = booking_facts.ids_by_public_id(session, [chosen]) if chosen else {}
    if chosen and set(ids.values()) - may_book(session, account, ids.values(), clock.today()):
        ids = {}
    problems: list[str] = []
    if form.is_submitted() and form.validate() and request.form.get(STEP) == CONFIRM:
        if not ids:
            problems = ["Select who goes instead"]
        else:

            def act(session: Session, stamp: Stamp) -> str:
                after = substitute(
                    session, stamp, account, public_id, ids[chosen], override=form.reason.data or ""
                )
                return url_for("courses.booking", public_id=after.public_id)

            try:
                return act_once(form, act, "Somebody else has the place now.")
            except DomainError as error:
                problems = [str(problem) for problem in error.problems]
    offered = offered_people(account, form.looked_for.data or "", set(ids.values()))
    offered = replace(offered, people=[one for one in offered.people if one.id != found.person_id])
    page = render_template(
        "courses/workshops/substitute.html",
        form=form,
        problems=[*problems, *(message for message, _ in form.error_lines())],
        public_id=public_id,
        name=_person(found).name,
        workshop=workshop,
        rows=said_of(session, workshop.sitting, workshop.course_title, with_link=False)[:4],
        offered=offered,
        chosen=set(ids.values()),
        may_override=writes_for_everybody(account),
    )
    return page, 422 if problems or form.errors else 200
