"""What a message of the plan would say if it left now, word for word."""

from flask import current_app, render_template, request, url_for

from foundation import clock
from foundation.db import db
from foundation.errors import NotFound
from foundation.formats import long_date
from people import auth
from people.domain import Permission
from people.services.scope import view_of
from reminders import wording
from reminders.domain.due import Channel, Digest
from reminders.services.narrowing import planned_to
from reminders.services.previewing import preview
from reminders.services.writing.frame import Letterhead
from reminders.views.blueprint import blueprint
from reminders.views.lists import names_by_id
from reminders.views.plan import asked_day


@blueprint.get("/reminders/plan/<public_id>")
@auth.only_for(Permission.LEARNING)
def plan_message(public_id: str) -> str:
    """The message to one person on a day. NotFound where none is planned."""
    session, today = db.session(), clock.today()
    view = view_of(session, auth.reader(), public_id, today)
    day, what = asked_day(today).value, request.args.get("what", Digest.PERSON.value)
    if view is None or day is None:
        raise NotFound("There is no such message.")
    planned = [one for one in planned_to(session, day, view.person_id) if one.digest == what]
    if not planned:
        raise NotFound("There is no such message.")
    message = planned[0]
    words = preview(session, Letterhead.of(current_app.config), message, today)
    name = names_by_id(session, {view.person_id})[view.person_id].name or "Name not recorded"
    return render_template(
        "reminders/plan_message.html",
        name=name,
        rows=[
            ("To", name),
            ("Day", long_date(day)),
            ("How", wording.CHANNEL_WORDS[message.channel]),
            ("Subject" if message.channel is Channel.EMAIL else "Heading", words.subject),
        ],
        text=words.body,
        problem=words.problem,
        back_href=url_for("reminders.plan", on=day.isoformat()),
    )
