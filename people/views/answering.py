"""What people say is wrong with their details, for learning and development to answer; auditors read it."""

from dataclasses import dataclass
from datetime import date

from flask import abort, render_template, request, url_for
from werkzeug.wrappers import Response

from foundation import clock
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.once import new_key
from foundation.pagination import Page
from foundation.stamp import Stamp
from people import auth
from people.domain import Account, Permission
from people.forms.answering import DONE, AnswerForm, words
from people.forms.details import DETAIL_WORDS
from people.forms.once import act_once
from people.services import answering as service
from people.services.answering import OpenRequest
from people.services.details import Detail
from people.services.scope import masked
from people.views.blueprint import blueprint


@dataclass(frozen=True, slots=True)
class RequestLine:
    """A request on the page.

    `own`: it is the reader's, so somebody else must answer it. `in_hand`: its form was sent and shows what is wrong.
    """

    id: int
    public_id: str
    name: str
    detail: str
    should_be: str
    asked_on: date
    own: bool
    in_hand: bool


@blueprint.route("/people/requests", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING, Permission.AUDITOR)
def detail_requests() -> str | Response | tuple[str, int]:
    """Every request that waits, and answering one of them."""
    session, account = db.session(), auth.reader()
    may_answer = Permission.AUDITOR not in account.permissions
    if request.method == "POST" and not may_answer:
        abort(403)
    form = AnswerForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():

            def act(session: Session, stamp: Stamp) -> str:
                service.answer(
                    session,
                    stamp,
                    account,
                    form.request_id.data,
                    done=form.outcome.data == DONE,
                    sentence=form.sentence.data,
                    words=words,
                )
                return url_for("people.detail_requests")

            try:
                return act_once(form, act, "Answered. The person is told by email.")
            except NotFound:
                form.refuse("Somebody has answered this, or it was taken back")
                status = 409
            except DomainError as error:
                form.refuse(str(error))
    return _page(session, account, form, may_answer), status


def _page(session: Session, account: Account, form: AnswerForm, may_answer: bool) -> str:
    every = service.open_requests_of_all(session)
    page = Page.of(request.args.get("page"), len(every))
    in_hand = form.request_id.data if form.errors else None
    lines = [_line(one, account, in_hand) for one in every[page.offset : page.offset + page.size]]
    shown = {one.id for one in lines if not one.own}
    return render_template(
        "people/detail_requests.html",
        lines=lines,
        page=page,
        form=form,
        errors=_errors(form, shown),
        may_answer=may_answer,
        new_key=new_key,
    )


def _errors(form: AnswerForm, shown: set[int]) -> list[tuple[str, str | None]]:
    there = form.request_id.data in shown
    return [
        (message, f"{field}-{form.request_id.data}" if there and field in ("outcome", "sentence") else None)
        for message, field in form.error_lines()
    ]


def _line(one: OpenRequest, account: Account, in_hand: int | None) -> RequestLine:
    hidden = one.detail is Detail.EMAIL and Permission.LEARNING not in account.permissions
    return RequestLine(
        id=one.id,
        public_id=one.public_id,
        name=one.name,
        detail=DETAIL_WORDS[one.detail],
        should_be=masked(one.should_be) if hidden else one.should_be,
        asked_on=clock.london_day(one.asked_at),
        own=one.person_id == account.person_id,
        in_hand=one.id == in_hand,
    )
