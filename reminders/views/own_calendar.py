"""The calendar files of the reader's own duties: all of them, or one."""

from datetime import date
from urllib.parse import urlsplit

from flask import Response, current_app

from compliance.services.lists import Lists
from compliance.views.shown import is_measure
from foundation import audit, clock
from foundation.calendar_file import MEDIA_TYPE, PUBLISH, Publisher
from foundation.db import db
from foundation.errors import NotFound
from people import auth
from people.forms.links import address_of
from people.services import record
from people.views.own import no_record
from reminders.domain.calendar_file import DutyDay, duty_day
from reminders.services.calendar_files import duties_file
from reminders.views.blueprint import blueprint


@blueprint.get("/my-training/calendar.ics")
@auth.signed_in
def my_calendar() -> Response | tuple[str, int]:
    """The last days of all of the reader's duties."""
    return _file(None)


@blueprint.get("/my-training/calendar/<code>.ics")
@auth.signed_in
def my_calendar_of(code: str) -> Response | tuple[str, int]:
    """The last day of one duty, if it has one today. The address names what is asked of many, and nobody."""
    return _file(code)


def _file(code: str | None) -> Response | tuple[str, int]:
    account = auth.reader()
    if account.person_id is None:
        return no_record()
    session, today = db.session(), clock.today()
    lists = Lists(session)
    duties = duty_days(lists, account.person_id, today)
    if code is not None:
        asked = lists.book.requirement_on(code, today)
        if asked is None or is_measure(lists.book, code, today):
            raise NotFound("There is no such duty.")
        duties = [duty for duty in duties if duty.requirement == code]
    content = duties_file(
        publisher(),
        record.details(session, account.person_id).public_id,
        duties,
        address_of("compliance.my_training"),
        audit.last_moment(session) or clock.now(),
    )
    answer = Response(content, content_type=f"{MEDIA_TYPE}; method={PUBLISH}; charset=utf-8")
    name = "my-training" if code is None else "training"
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return answer


def duty_days(lists: Lists, person_id: int, today: date) -> list[DutyDay]:
    """The last days of a person's duties today, the earliest first. A measure is asked of nobody."""
    found = []
    for code, spans in lists.of_person(person_id, today).items():
        requirement = lists.book.requirement_on(code, today) or lists.book.latest(code)
        title = requirement.title if requirement and requirement.title else code
        days = [duty_day(code, title, span) for span in spans if not is_measure(lists.book, code, today)]
        found += [day for day in days if day is not None]
    return sorted(found, key=lambda duty: (duty.day, duty.title))


def publisher() -> Publisher:
    """Whose calendar files these are: the address from which the service writes."""
    name, address = current_app.config["MAIL_FROM"]
    return Publisher(name, address, urlsplit(current_app.config["BASE_URL"]).hostname or "localhost")
