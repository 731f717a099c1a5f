"""Withdrawing training that one told us about by mistake, while it waits for a check."""

from flask import render_template, url_for
from werkzeug.wrappers import Response

from courses.forms.sending import SendForm, day_in_address
from courses.services import withdrawing
from courses.views.acting import act_if_sent
from courses.views.blueprint import blueprint
from courses.views.tell_us import course_title, reader_with_record
from foundation.db import Session, db
from foundation.errors import NotFound
from foundation.formats import long_date
from foundation.stamp import Stamp
from people import auth
from people.views.own import no_record


@blueprint.route("/training/told/<course>/<completed_on>/withdraw", methods=["GET", "POST"])
@auth.signed_in
def withdraw(course: str, completed_on: str) -> str | Response | tuple[str, int]:
    """Ask whether it is meant, then take it back. The address is of the reader's own record: it names nobody."""
    found = reader_with_record()
    if found is None:
        return no_record()
    _, person_id = found
    day = day_in_address(completed_on)
    if day is None:
        raise NotFound("There is no such training.")
    form = SendForm()

    def act(session: Session, stamp: Stamp) -> str:
        withdrawing.withdraw(session, stamp, person_id, course, day)
        return url_for("compliance.my_history")

    notice = f"You have withdrawn {course_title(course)}, completed on {long_date(day)}."
    following, problems = act_if_sent(form, act, notice)
    if following is not None:
        return following
    told = withdrawing.told(db.session(), person_id, course, day)
    if told is None and not problems:
        raise NotFound("There is no such training.")
    page = render_template(
        "courses/withdraw.html",
        form=form,
        problems=problems,
        where={"course": course, "completed_on": day.isoformat()},
        rows=[
            ("Course", course_title(course), None),
            ("Date completed", long_date(day), None),
            *([("Who ran it", told.provider, None)] if told else []),
        ],
        can_withdraw=told is not None,
    )
    return page, 422 if problems else 200
