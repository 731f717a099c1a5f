"""Having reports sent on schedule: a new schedule, changing one and ending one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from flask import abort, current_app, render_template, request, url_for
from werkzeug.wrappers import Response

from compliance.views.reach import Reach
from foundation import clock
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.formats import long_date
from foundation.stamp import Stamp
from people import auth
from people.forms.once import act_once
from people.forms.typed_day import PARTS, TypedDay, shown_day
from people.store import Unit, tree
from reports.domain.schedule import (
    Wanted,
    sentence,
    takes_files,
    wait_words,
)
from reports.forms.schedules import FIRST_DAY, EndScheduleForm, ScheduleForm, digest_of, first_day
from reports.services import scheduling
from reports.store import schedules as store
from reports.views.blueprint import blueprint
from reports.views.scheduled import WRITES
from reports.views.titles import titled

Page = str | Response | tuple[str, int]


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
    units = tree(db.session()).units
    choices = Reach(units).unit_options(_standing_unit(asked))
    form.offer(scheduling.offered_to(auth.reader()), choices, with_files=_with_files())
    if request.method == "GET":
        if asked.standing:
            unit = _standing_unit(asked)
            form.fill(asked.standing, unit.public_id if unit else "")
        else:
            form.report.data = request.args.get("report", "")
            form.part.data = request.args.get("part", "")
        return _form_page(
            asked, form, shown_day(FIRST_DAY, asked.standing.first_day if asked.standing else today)
        )
    day = first_day(request.form, today)
    if form.goes_back:
        return _form_page(asked, form, day)
    is_right = form.validate() & form.choices_hold()
    if not is_right or day.value is None or day.error:
        return _form_page(asked, form, day), 422
    wanted = form.wanted(day.value, {unit.public_id: unit.id for unit in units})
    wrong = scheduling.problems(wanted, today, with_files=_with_files())
    if wrong.every:
        form.refuse(wrong)
        if wrong.first_day:
            day = replace(day, value=None, error=wrong.first_day, wrong=PARTS)
        return _form_page(asked, form, day), 422
    if not (form.is_checked and form.shown.data == digest_of(wanted)):
        return _check_page(asked, form, wanted)
    return _save(asked, form, wanted)


def _standing_unit(asked: Asked) -> Unit | None:
    """The organisation or unit that the schedule is of so far; it is offered however deep it lies."""
    unit_id = asked.standing.unit_id if asked.standing else None
    return next((unit for unit in tree(db.session()).units if unit.id == unit_id), None)


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
        title=titled()(wanted),
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
        title=titled()(wanted) if wanted else "",
        how=sentence(wanted.every, wanted.form) if wanted else "",
        recipients=wanted.recipients if wanted else (),
        problems=problems,
    )


def _refuse_who_only_reads() -> None:
    if auth.reader().only_reads:
        abort(403)


def _with_files() -> bool:
    return takes_files(str(current_app.config["MAIL_URL"]))
