"""Reminders to a reader's people: what was sent to whom, never what it says; and having the overdue reminded now."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time

from flask import abort, flash, render_template, request, url_for
from werkzeug.wrappers import Response

from compliance import wording as duty_wording
from compliance.domain.requirement import RuleBook
from compliance.store.rules import load_rule_book
from courses.services.workshops.booking_words import clock_words
from foundation import clock
from foundation.dates import LONDON
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.formats import count_noun
from foundation.mail import State
from foundation.stamp import Stamp
from people import auth
from people.domain import Account, Permission
from people.forms.once import NOTICE, act_once
from people.services.scope import Seen, view_of
from people.store import Team
from reminders import wording
from reminders.domain.by_hand import ByHand
from reminders.domain.due import Due, Reason
from reminders.domain.outbox import Line
from reminders.domain.workdays import closes_at, is_time
from reminders.forms.deciding import DecideForm, SendNowForm
from reminders.services import by_hand as service
from reminders.services.bank_holidays import is_working_day
from reminders.services.outbox import deciding
from reminders.services.planning import terms_on
from reminders.store import outbox, peoples, story
from reminders.views.acting import Check, ask_first
from reminders.views.acting import Page as Answer
from reminders.views.blueprint import blueprint
from reminders.views.lists import NOBODY, MessageLine, Named, line_of, names_by_id, names_of
from reminders.views.message import is_own
from reminders.views.told_lines import requirement_title

REASONS = {
    Reason.CAP: "Has had, or will get, as many messages today as we send to one person",
    Reason.CANNOT_BE_REACHED: "We have no work email address of theirs: tell them yourself",
}


@dataclass(frozen=True, slots=True)
class PersonsLine:
    """A message in words; `send_again`: whether the reader may have it sent once more."""

    line: MessageLine
    send_again: bool


@dataclass(frozen=True, slots=True)
class OwingLine:
    """Somebody who is overdue: for what and since when, and why they are not written to, where they are not."""

    public_id: str
    name: str
    owes: list[str]
    why: str


@blueprint.get("/reminders/people")
@auth.signed_in
def peoples_reminders() -> str:
    """The messages to everybody below a manager, and to the people of a partner lead's organisation, newest first."""
    account, session, today = auth.reader(), db.session(), clock.today()
    if not (account.is_manager or account.is_partner_lead):
        abort(403)
    state = request.args.get("state", "")
    if state and state not in wording.STATE_WORDS:
        raise NotFound("There is no such state.")
    team = None
    if account.is_manager and account.person_id is not None:
        team = Team(account.person_id, today, below=True)
    found, page = outbox.messages(
        session,
        request.args.get("page"),
        states=[State(state)] if state else [],
        among=peoples.among(team, account.organisation_ids if account.is_partner_lead else (), today),
    )
    names = names_of(session, found)
    return render_template(
        "reminders/peoples.html",
        lines=[PersonsLine(line_of(account, one, names), _may_send_again(account, one)) for one in found],
        page=page,
        state=state,
        state_options=[("", "Any"), *wording.STATE_WORDS.items()],
        where={"state": state} if state else {},
        leads_team=account.is_manager,
        leads_partner=account.is_partner_lead,
        may_send=_may_send_now(account),
    )


def _may_send_again(account: Account, one: Line) -> bool:
    """Whether it is offered: to partner leads, of what failed or is uncertain; the page asks whose it is as well."""
    return account.is_partner_lead and not account.only_reads and one.state in deciding.MAY_SEND_AGAIN


@blueprint.route("/reminders/people/<public_id>/send-again", methods=["GET", "POST"])
@auth.only_for(Permission.PARTNER_LEAD)
def send_persons_message_again(public_id: str) -> Answer:
    """Have a message to somebody of the reader's organisation sent once more, after asking whether it is meant."""
    session, account = db.session(), auth.reader()
    one = _message_of_part(session, account, public_id)
    about = story.about(session, story.message_id(session, public_id) or 0)
    back, form = url_for("reminders.peoples_reminders"), DecideForm()
    title = "Send this message again"
    if is_own(account, one, about):
        page = render_template("reminders/own_message.html", title=title, back_href=back)
        return page, 422 if form.is_submitted() else 200

    def act(session: Session, stamp: Stamp) -> str:
        deciding.send_again(session, stamp, public_id)
        return back

    to = names_of(session, [one]).get(one.person_id or 0, NOBODY).name
    check = Check(
        title,
        "Send it again",
        ["If the first copy arrived, they get a second one.", "It leaves only if it still applies."],
        "The message is sent again at the next round.",
        back,
        "Back to reminders to your people",
        rows=[
            ("To", to or "Name not recorded"),
            ("What it is", wording.kind_words(one.kind)),
            ("State", wording.state_words(one.state)),
        ],
    )
    return ask_first(form, check, act)


def _message_of_part(session: Session, account: Account, public_id: str) -> Line:
    """The message, where it is to somebody who works in the reader's organisation today. Raises NotFound.

    A message that is not theirs and one that does not exist give the same answer.
    """
    if account.only_reads:
        abort(403)
    one = outbox.message(session, public_id)
    if one is not None and one.person_id is not None:
        person = names_by_id(session, [one.person_id]).get(one.person_id, NOBODY)
        view = view_of(session, account, person.public_id, clock.today())
        if view is not None and Seen.PART in view.seen:
            return one
    raise NotFound("There is no such message.")


@blueprint.route("/reminders/send-now", methods=["GET", "POST"])
@auth.signed_in
def send_now() -> Answer:
    """Have those of the team reminded who are overdue, after showing who they are."""
    account, session, today = auth.reader(), db.session(), clock.today()
    if not _may_send_now(account) or account.person_id is None:
        abort(403)
    manager_id, form = account.person_id, SendNowForm()
    problems: list[tuple[str, str | None]] = []
    status = 200
    if form.is_submitted():
        if form.validate():
            try:
                return _send(form, manager_id)
            except DomainError as error:
                problems, status = [(str(error), None)], 409
        else:
            problems, status = list(form.error_lines()), 422
    found = service.overdue_in_team(session, manager_id, today)
    form.shown.data = service.recipients_digest(session, found)
    page = render_template(
        "reminders/send_now.html",
        form=form,
        problems=problems,
        written=_owing(session, found, to_write=True),
        left_out=_owing(session, found, to_write=False),
        is_working=is_working_day(today),
        when=_when(session, clock.now()),
    )
    return (page, status) if status != 200 else page


def _may_send_now(account: Account) -> bool:
    """A manager, or whoever looks after a team for one; an auditor writes nothing."""
    return account.is_manager and account.person_id is not None and not account.only_reads


def _send(form: SendNowForm, manager_id: int) -> Response:
    sent: list[int] = []

    def act(session: Session, stamp: Stamp) -> str:
        day, shown = clock.london_day(stamp.at), str(form.shown.data or "")
        sent.append(service.send_now(session, stamp, manager_id, day, shown))
        return url_for("reminders.peoples_reminders")

    answer = act_once(form, act, "")
    for number in sent:  # none where the form had been sent before: then it was said when that was
        people = count_noun(number, "person", "people")
        flash(f"Reminders to {people} will be sent {_when(db.session(), clock.now())}.", NOTICE)
    return answer


def _when(session: Session, now: datetime) -> str:
    """When what is written down now leaves, as a sentence ends."""
    day = clock.london_day(now)
    terms = terms_on(load_rule_book(session), day)
    if is_time(now, terms, is_working_day):
        return "within a few minutes"
    opens = clock_words(datetime.combine(day, time(terms.from_hour), LONDON))
    if is_working_day(day) and now < closes_at(now, terms):
        return f"from {opens} today"
    return f"from {opens} on the next working day"


def _owing(session: Session, found: ByHand, *, to_write: bool) -> list[OwingLine]:
    """Those who are written to, or those who are not; by name."""
    written = {message.recipient_id for message in found.plan.messages}
    people = [one for one in found.overdue if (one in written) == to_write]
    names = names_by_id(session, people)
    book, today = load_rule_book(session), clock.today()
    lines = [
        _owing_line(book, today, names.get(one, NOBODY), found.overdue[one], found.left_out.get(one))
        for one in people
    ]
    return sorted(lines, key=lambda line: (line.name, line.public_id))


def _owing_line(
    book: RuleBook, today: date, who: Named, owed: Sequence[Due], why: Reason | None
) -> OwingLine:
    return OwingLine(
        public_id=who.public_id,
        name=who.name or "Name not recorded",
        owes=[
            f"{requirement_title(book, one.requirement)}: "
            f"the last day was {duty_wording.distance_words(one.deadline, today)}"
            for one in owed
            if one.deadline is not None
        ],
        why=REASONS[why] if why else "",
    )
