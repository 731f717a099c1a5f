"""Answering the statements about a workshop by a link: open to whoever has it, and showing nobody's identity.

Nothing is kept of who looked at the page or sent it: no account, no time, no audit event (`evaluating`).
"""

from datetime import timedelta
from http import HTTPStatus
from typing import Any

from flask import Response, after_this_request, redirect, render_template, url_for
from werkzeug.wrappers import Response as AnyResponse

from courses.domain.evaluation import MARKS, When
from courses.forms.evaluation import AnswerForm
from courses.services.workshops import evaluating
from courses.services.workshops.evaluating import AnsweredError, Asked
from courses.views.blueprint import blueprint
from courses.views.workshops.words import day_words
from foundation import clock
from foundation.db import db, transaction
from foundation.errors import NotFound
from foundation.formats import long_date
from people import auth
from people.services.limits import Limit

GUESSES = Limit("evaluation.guess", 60, timedelta(hours=1))
"""Links that were never made, from one network address. Those that were are used up by themselves."""
NOBODY: dict[str, Any] = {"account": None, "holder": None, "navigation": []}
"""The frame names nobody, also where somebody is signed in in this browser."""
Page = str | AnyResponse | tuple[str, int]


@blueprint.route("/evaluation/<token>", methods=["GET", "POST"])
@auth.public
def answer_evaluation(token: str) -> Page:
    """The five statements. Looking at the page uses nothing up: mail programs open links before people do."""
    after_this_request(_tell_nobody_the_address)
    session, today = db.session(), clock.today()
    try:
        asked = evaluating.asked_by(session, token)
    except NotFound:
        auth.refuse_while(auth.take([(GUESSES, auth.network_subject())]).wait)
        return _plain("no_such_link"), HTTPStatus.NOT_FOUND
    if evaluating.has_answered(session, asked):
        return _plain("answered")
    if not asked.window.is_open(today):
        return _plain("closed", asked), HTTPStatus.GONE
    form = AnswerForm()
    if form.validate_on_submit():
        try:
            with transaction(session):
                evaluating.answer(session, token, form.chosen, today)
        except AnsweredError:
            return _plain("answered")
        return redirect(url_for("courses.evaluation_thanks"))
    page = render_template(
        "courses/workshops/answer_evaluation.html",
        form=form,
        token=token,
        title=asked.workshop.course_title,
        day=day_words(asked.workshop.sitting),
        when=asked.ticket.when.value,
        until=long_date(asked.window.last_day) if asked.window.shown_from else "",
        marks=MARKS,
        **NOBODY,
    )
    return page, 422 if form.errors else 200


@blueprint.get("/evaluation/thanks")
@auth.public
def evaluation_thanks() -> str:
    """What everybody is told who answered."""
    return _plain("thanks")


def _plain(what: str, asked: Asked | None = None) -> str:
    opens = ""
    if asked is not None and asked.ticket.when is not When.BEFORE and asked.window.first_day > clock.today():
        opens = long_date(asked.window.first_day)
    return render_template("courses/workshops/evaluation_message.html", what=what, opens=opens, **NOBODY)


def _tell_nobody_the_address(response: Response) -> Response:
    """Browsers name this page to no other: its address answers for somebody."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response
