"""Reports that are sent on schedule: the list, a new one, changing one and ending one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from flask import abort, current_app, render_template, request, url_for
from werkzeug.wrappers import Response

from foundation import clock
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.formats import long_date
from foundation.stamp import Stamp
from people import auth
from people.domain import Account, Permission
from people.forms.once import act_once
from people.forms.typed_day import PARTS, TypedDay, shown_day
from people.services.scope import masked
from reports.domain.schedule import (
    Schedule,
    Wanted,
    goes_on,
    next_end,
    sentence,
    takes_files,
    wait_words,
    waits_days,
)
from reports.forms.schedules import FIRST_DAY, EndScheduleForm, ScheduleForm, digest_of, first_day
from reports.services import building, scheduling
from reports.services.issuing import PASSED_OVER
from reports.store import schedules as store
from reports.store.schedules import Sent
from reports.views.blueprint import blueprint
from reports.views.moments import moment

READS = (Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR)
WRITES = (Permission.LEARNING, Permission.COORDINATOR)
LATEST = 200
"""Lines of what was sent last."""
Page = str | Response | tuple[str, int]

STATES = {
    "waiting": "Waiting to leave",
    "claimed": "Waiting to leave",
    "sending": "Being sent",
    "sent": "Sent",
    "failed": "Failed",
    "uncertain": "Uncertain: it may have arrived or not",
    "superseded": "Not sent",
    "cancelled": "Not sent",
    "": "Not sent",
}
"""What became of a message, by its state; empty: there is none."""


@dataclass(frozen=True, slots=True)
class Line:
    """A schedule as the list shows it.

    `next_end`: the last day of the period that is sent next, on `next_on`. `waits`: why not on the day after.
    """

    public_id: str
    title: str
    how: str
    recipients: Sequence[str]
    next_end: date
    next_on: date
    waits: str
    last: Sequence[Sent]


@blueprint.get("/reports/schedules")
@auth.only_for(*READS)
def schedules() -> str:
    """Which reports are sent, to whom, what comes next, and what became of what was sent last."""
    account, today = auth.reader(), clock.today()
    standing = store.schedules(db.session())
    sent = store.sent(db.session(), LATEST)
    shown = (lambda text: text) if not account.only_reads else masked
    return render_template(
        "reports/schedules.html",
        lines=[_line(one, sent, today, shown) for one in standing],
        sent=[replace(one, recipient=shown(one.recipient)) for one in sent],
        titles=building.titles(),
        states=STATES,
        passed_over=PASSED_OVER,
        may_change=_may_change(account),
        moment=moment,
    )


def _line(one: Schedule, sent: Sequence[Sent], today: date, shown: Callable[[str], str]) -> Line:
    wanted, waits = one.wanted, waits_days(one.wanted.report)
    end = next_end(wanted.every, wanted.first_day, one.issued_to, today, waits)
    return Line(
        one.public_id,
        building.titles().get(wanted.report, wanted.report),
        sentence(wanted.every, wanted.form),
        [shown(address) for address in wanted.recipients],
        end,
        max(goes_on(end, waits), today),
        wait_words(wanted.report),
        [each for each in sent if each.schedule_id == one.id and each.last_day == one.issued_to],
    )


@blueprint.route("/reports/schedules/new", methods=["GET", "POST"])
@auth.only_for(*WRITES)
def new_schedule() -> Page:
    """Have a report sent. Nothing is saved before the answers were checked."""

    def act(session: Session, stamp: Stamp, wanted: Wanted) -> None:
        scheduling.schedule(session, stamp, wanted, clock.today(), with_files=_with_files())

    return _ask(
        Asked(
            "Send a report on schedule",
            url_for("reports.new_schedule"),
            act,
            "The report is sent from now on.",
        )
    )


@blueprint.route("/reports/schedules/<public_id>/change", methods=["GET", "POST"])
@auth.only_for(*WRITES)
def change_schedule(public_id: str) -> Page:
    """Put another schedule in the place of one. Nothing is saved before the answers were checked."""
    _refuse_who_only_reads()

    def act(session: Session, stamp: Stamp, wanted: Wanted) -> None:
        scheduling.change(session, stamp, public_id, wanted, clock.today(), with_files=_with_files())

    return _ask(
        Asked(
            "Change a schedule",
            url_for("reports.change_schedule", public_id=public_id),
            act,
            "The schedule was changed.",
            _standing(public_id),
        )
    )


@dataclass(frozen=True, slots=True)
class Asked:
    """A page that asks for a schedule: its title and address, what it does in the end, and what stands."""

    title: str
    address: str
    act: Callable[[Session, Stamp, Wanted], None]
    notice: str
    standing: Wanted | None = None


def _standing(public_id: str) -> Wanted | None:
    """What stands; None where the form was sent twice, and the first time put another in its place."""
    found = store.find_schedule(db.session(), public_id)
    if found is None and (request.method == "GET" or not store.was_there(db.session(), public_id)):
        raise NotFound("There is no such schedule.")
    return found.wanted if found else None


def _ask(asked: Asked) -> Page:
    _refuse_who_only_reads()
    form, today = ScheduleForm(), clock.today()
    form.offer(scheduling.offered_to(auth.reader()), with_files=_with_files())
    if request.method == "GET":
        if asked.standing:
            form.fill(asked.standing)
        else:
            form.report.data = request.args.get("report", "")
        return _form_page(
            asked, form, shown_day(FIRST_DAY, asked.standing.first_day if asked.standing else today)
        )
    day = first_day(request.form, today)
    if form.goes_back:
        return _form_page(asked, form, day)
    is_right = form.validate() & form.choices_hold()
    if not is_right or day.value is None or day.error:
        return _form_page(asked, form, day), 422
    wanted = form.wanted(day.value)
    wrong = scheduling.problems(wanted, today, with_files=_with_files())
    if wrong.every:
        form.refuse(wrong)
        if wrong.first_day:
            day = replace(day, value=None, error=wrong.first_day, wrong=PARTS)
        return _form_page(asked, form, day), 422
    if not (form.is_checked and form.shown.data == digest_of(wanted)):
        return _check_page(asked, form, wanted)
    return _save(asked, form, wanted)


def _save(asked: Asked, form: ScheduleForm, wanted: Wanted) -> Page:
    def act(session: Session, stamp: Stamp) -> str:
        asked.act(session, stamp, wanted)
        return url_for("reports.schedules")

    try:
        return act_once(form, act, asked.notice)
    except NotFound as error:
        return _form_page(asked, form, shown_day(FIRST_DAY, wanted.first_day), str(error)), 409
    except DomainError as error:
        return _check_page(asked, form, wanted, [(str(one), None) for one in error.problems]), 422


def _form_page(asked: Asked, form: ScheduleForm, day: TypedDay, gone: str = "") -> str:
    """The form as typed. `gone`: why there is nothing to change any more; what was typed can still be copied."""
    said: list[tuple[str, str | None]] = [(gone, None)] if gone else []
    return render_template(
        "reports/schedule.html",
        asked=asked,
        form=form,
        day=day,
        with_files=_with_files(),
        no_files=scheduling.NO_FILES,
        errors=said + form.error_lines() + ([(day.error, day.first_wrong)] if day.error else []),
    )


def _check_page(
    asked: Asked, form: ScheduleForm, wanted: Wanted, problems: Sequence[tuple[str, str | None]] = ()
) -> str:
    may_read = scheduling.who_may_read(db.session(), wanted.report, wanted.recipients, clock.today())
    return render_template(
        "reports/schedule_check.html",
        asked=asked,
        form=form,
        title=building.titles()[wanted.report],
        how=sentence(wanted.every, wanted.form),
        wanted=wanted,
        will_not=[one for one in wanted.recipients if one not in may_read],
        begins=long_date(wanted.first_day),
        waits=wait_words(wanted.report),
        shown=digest_of(wanted),
        problems=problems,
    )


@blueprint.route("/reports/schedules/<public_id>/end", methods=["GET", "POST"])
@auth.only_for(*WRITES)
def end_schedule(public_id: str) -> Page:
    """Send a report no more."""
    _refuse_who_only_reads()
    form = EndScheduleForm()

    def act(session: Session, stamp: Stamp) -> str:
        scheduling.end(session, stamp, public_id)
        return url_for("reports.schedules")

    if form.validate_on_submit():
        try:
            return act_once(form, act, "The report is not sent any more.")
        except NotFound as error:
            if not store.was_there(db.session(), public_id):
                raise
            return _end_page(form, public_id, None, [(str(error), None)]), 409
    found = scheduling.standing_as(db.session(), public_id)
    page = _end_page(form, public_id, found.wanted, form.error_lines())
    return (page, 422) if form.errors else page


def _end_page(
    form: EndScheduleForm,
    public_id: str,
    wanted: Wanted | None,
    problems: Sequence[tuple[str, str | None]],
) -> str:
    """`wanted` is None where somebody has changed or ended it meanwhile."""
    return render_template(
        "reports/schedule_end.html",
        form=form,
        public_id=public_id,
        title=building.titles().get(wanted.report, wanted.report) if wanted else "",
        how=sentence(wanted.every, wanted.form) if wanted else "",
        recipients=wanted.recipients if wanted else (),
        problems=problems,
    )


def _may_change(account: Account) -> bool:
    return bool(account.permissions & set(WRITES)) and not account.only_reads


def _refuse_who_only_reads() -> None:
    if auth.reader().only_reads:
        abort(403)


def _with_files() -> bool:
    return takes_files(str(current_app.config["MAIL_URL"]))
