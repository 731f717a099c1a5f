"""Lists of bookings: all of a workshop, with the waiting list in order; and those of a reader's people."""

from flask import abort, render_template

from courses.domain.booking import Purpose, of_workshop
from courses.domain.workshops import STANDS, BookingState
from courses.services.workshops.reach import books_several, leads_team, may_book
from courses.services.workshops.seeing import own_people
from courses.store import bookings, workshops
from courses.views.blueprint import blueprint
from courses.views.workshops.booking_lines import lines_of, positions
from courses.views.workshops.bookings import counted, seen_lines
from courses.views.workshops.page import seen_workshop
from foundation import clock
from foundation.db import db
from people import auth


@blueprint.get("/workshops/<public_id>/bookings")
@auth.signed_in
def workshop_bookings(public_id: str) -> str:
    """Everybody with a place, an offer or a place on the waiting list, in order, as far as the reader may see them."""
    account = auth.reader()
    if not (account.sees_everybody or account.is_manager or account.is_partner_lead):
        abort(403)
    workshop = seen_workshop(account, public_id)
    every = bookings.of_workshop(db.session(), workshop.id)
    lines = seen_lines(workshop, account, every)
    return render_template(
        "courses/workshops/bookings.html",
        workshop=workshop,
        counts=counted(every),
        capacity=workshop.sitting.capacity,
        placed=[one for one in lines if one.state in (BookingState.BOOKED, BookingState.OFFERED)],
        waiting=[one for one in lines if one.state is BookingState.WAITING],
        given_up=[one for one in lines if one.state not in STANDS],
        sees_all=account.sees_everybody,
        may_book_others=(leads_team(account) or books_several(account))
        and not of_workshop(workshop.sitting, clock.now(), Purpose.BOOK),
    )


@blueprint.get("/workshops/people")
@auth.signed_in
def peoples_bookings() -> str:
    """The bookings of a manager's team, or of the people of a partner lead's organisation, that are still to come."""
    account, session, today = auth.reader(), db.session(), clock.today()
    if not (account.is_manager or account.is_partner_lead):
        abort(403)
    people = own_people(session, account, today) - {account.person_id or 0}
    of_people = bookings.of_people(session, people)
    standing = [one for of_one in of_people.values() for one in of_one if one.stands]
    found = workshops.by_ids(session, [one.workshop_id for one in standing])
    upcoming = {key: one for key, one in found.items() if one.sitting.ends_at > clock.now()}
    shown = [one for one in standing if one.workshop_id in upcoming]
    shown.sort(
        key=lambda one: (upcoming[one.workshop_id].sitting.starts_at, one.workshop_id, one.asked_at, one.id)
    )
    every = bookings.of_workshops(session, upcoming)
    place_in_line = {key: at for of_one in every.values() for key, at in positions(of_one).items()}
    acting = may_book(session, account, {one.person_id for one in shown}, today)
    return render_template(
        "courses/workshops/peoples_bookings.html",
        lines=lines_of(session, shown, upcoming, place_in_line, acting, account.person_id),
        leads_team=account.is_manager,
    )
