"""What was written about one person and to them, for whoever may see the person; and one's own, with how often."""

from flask import abort, render_template, request, url_for
from werkzeug.wrappers import Response

from compliance.services.lists import Lists
from compliance.store.rules import load_rule_book
from foundation import clock
from foundation.db import Session, db
from foundation.errors import NotFound
from foundation.pagination import Page
from foundation.stamp import Stamp
from people import auth
from people.domain import Account, Permission
from people.forms.once import act_once
from people.services import record
from people.services.scope import view_of
from people.views.own import no_record
from reminders import wording
from reminders.forms.frequency import AS_DUE, WEEKLY, FrequencyForm
from reminders.services import frequency as service
from reminders.services.planning import terms_on
from reminders.store import told as store
from reminders.views.blueprint import blueprint
from reminders.views.own_calendar import duty_days
from reminders.views.told_lines import Line, OtherLine, line_of, other_line

LATEST = 20
"""How many of the messages about others are shown: the ledger of one's own training is what the page is about."""


@blueprint.get("/people/<public_id>/reminders")
@auth.signed_in
def person_reminders(public_id: str) -> str:
    """A person's reminders. Somebody who does not exist and somebody who is not yours give the same answer."""
    session, account = db.session(), auth.reader()
    view = view_of(session, account, public_id, clock.today())
    if view is None:
        raise NotFound("There is no such person.")
    lines, page = _lines(session, view.person_id)
    return render_template(
        "reminders/person.html",
        name=record.details(session, view.person_id).name or "Name not recorded",
        public_id=public_id,
        lines=lines,
        page=page,
        others=_others(session, view.person_id),
        opens_messages=opens_messages(account),
        where={"public_id": public_id},
    )


@blueprint.route("/my-training/reminders", methods=["GET", "POST"])
@auth.signed_in
def frequency() -> str | Response | tuple[str, int]:
    """What was written to the reader about their own training, and how often that is to be."""
    session, account = db.session(), auth.reader()
    if account.person_id is None:
        return no_record()
    if request.method == "POST" and account.only_reads:
        abort(403)
    person_id, form = account.person_id, FrequencyForm()
    if form.is_submitted():
        if form.validate() and form.choice_holds():
            return _choose(form, person_id)
    else:
        form.how_often.data = WEEKLY if store.is_weekly(session, person_id) else AS_DUE
    lines, page = _lines(session, person_id)
    made = render_template(
        "reminders/mine.html",
        form=form,
        weekday=wording.weekday_words(terms_on(load_rule_book(session), clock.today()).digest_weekday),
        may_choose=not account.only_reads,
        email=record.details(session, person_id).email or "",
        lines=lines,
        page=page,
        has_days=not lines and bool(duty_days(Lists(session), person_id, clock.today())),
        others=_others(session, person_id),
        where={},
    )
    return (made, 422) if form.is_submitted() else made


def _choose(form: FrequencyForm, person_id: int) -> Response:
    def act(session: Session, stamp: Stamp) -> str:
        public_id = record.details(session, person_id).public_id
        service.choose(session, stamp, person_id, public_id, weekly=form.weekly)
        return url_for("reminders.frequency")

    how = "once a week" if form.weekly else "as things fall due"
    return act_once(form, act, f"You hear from us {how}.")


def opens_messages(account: Account) -> bool:
    """Whether a reader may open the messages of the outbox, one by one."""
    return bool(account.permissions & {Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR})


def _lines(session: Session, person_id: int) -> tuple[list[Line], Page]:
    page = Page.of(request.args.get("page"), store.count_told(session, person_id))
    found = store.told_about(session, person_id, page.offset, page.size)
    if not found:
        return [], page
    book = load_rule_book(session)
    return [line_of(book, one) for one in found], page


def _others(session: Session, person_id: int) -> list[OtherLine]:
    return [other_line(one) for one in store.digests_to(session, person_id, LATEST)]
