"""The calendar file of a booking, for whoever may act about it."""

from flask import Response, url_for

from courses.domain.workshops import BookingState
from courses.services.workshops.calendar_entry import workshop_file
from courses.services.workshops.house import house
from courses.store import booking_facts
from courses.views.blueprint import blueprint
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
    answer = Response(content, content_type=f"{MEDIA_TYPE}; method={REQUEST}; charset=utf-8")
    answer.headers["Content-Disposition"] = 'attachment; filename="workshop.ics"'
    return answer
