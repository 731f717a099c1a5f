"""The calendar file of a booking, for whoever may act about it, and of a workshop, for whoever leads or sees it all."""

from flask import Response, url_for

from courses.domain.workshops import BookingState
from courses.services.workshops.calendar_entry import leading_of, workshop_file
from courses.services.workshops.house import house
from courses.services.workshops.told import workshop_path
from courses.store import booking_facts
from courses.views.blueprint import blueprint
from courses.views.registers.access import NO_WORKSHOP, workshop_to_read
from courses.views.workshops.booking import theirs
from foundation.calendar_file import MEDIA_TYPE, REQUEST
from foundation.db import db
from foundation.errors import NotFound
from people import auth


@blueprint.get("/bookings/<public_id>/calendar.ics")
@auth.signed_in
def booking_calendar(public_id: str) -> Response:
    """The workshop as an entry of a calendar, as it is now; only where there is a place."""
    workshop, found = theirs(auth.reader(), public_id)
    if found.state is not BookingState.BOOKED or workshop.sitting.is_cancelled:
        raise NotFound("There is no such booking.")
    speaks = house()
    content = workshop_file(
        speaks.publisher,
        workshop,
        found.public_id,
        booking_facts.email_of(db.session(), found.person_id),
        speaks.voice.address(url_for("courses.booking", public_id=public_id)),
        max(workshop.recorded_at, found.recorded_at),
    )
    return _file(content)


@blueprint.get("/workshops/<public_id>/calendar.ics")
@auth.signed_in
def workshop_calendar(public_id: str) -> Response:
    """The workshop that one leads as an entry of a calendar, as it is now; also for whoever sees every register."""
    account, session, speaks = auth.reader(), db.session(), house()
    workshop = workshop_to_read(public_id)
    if workshop.sitting.is_cancelled:
        raise NotFound(NO_WORKSHOP)
    own = account.public_id
    if account.person_id is not None:
        own = booking_facts.public_id_of(session, account.person_id)
    link = speaks.voice.address(workshop_path(workshop))
    of = leading_of(workshop, own)
    return _file(workshop_file(speaks.publisher, workshop, of, account.email, link, workshop.recorded_at))


def _file(content: bytes) -> Response:
    answer = Response(content, content_type=f"{MEDIA_TYPE}; method={REQUEST}; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="workshop.ics"'
    return answer
