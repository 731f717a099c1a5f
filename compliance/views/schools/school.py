"""One school: what we were told of it and when, its leads, its last session; and saying something else."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask import abort, render_template, request, url_for
from werkzeug.wrappers import Response

from compliance.domain.schools import UNKNOWN, Leads, SchoolRecord
from compliance.forms.schools import HINTS, PARTS, SchoolDays, SchoolForm
from compliance.services.coverage import of_schools
from compliance.services.figures import Reference
from compliance.services.schools import school_records
from compliance.views.blueprint import blueprint
from compliance.views.figures_pages.choices import requirement_title
from foundation import clock
from foundation.clock import LONDON
from foundation.dates import FAR_DAY
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.formats import long_date
from foundation.stamp import Stamp
from people import auth
from people.domain import Permission
from people.forms.once import act_once
from people.forms.records.base import BACK, CONFIRM, STEP
from people.services import schools as service
from people.services.records.standing import ChangedMeanwhile
from people.services.schools import SchoolFact, Told, history_of, lines_of, problems_of, school_facts
from people.services.scope import masked
from people.store import Unit

READS = (Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR)
WRITES = (Permission.LEARNING, Permission.COORDINATOR)
PLACE = "/figures/schools/<public_id>"
_OWN_FIELDS = frozenset({STEP, "csrf_token", "once"})
Page = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class LeadLine:
    """How the leads of a school stand for one requirement."""

    title: str
    leads: Leads


@dataclass(frozen=True, slots=True)
class ToldLine:
    """A line of the history: when and by whom it was said, what, and until when it stood; empty: it stands."""

    at: str
    by: str
    said: list[tuple[str, str]]
    gone_at: str


@blueprint.get(PLACE)
@auth.only_for(*READS)
def school(public_id: str) -> str:
    """What is known of a school today."""
    session, today = db.session(), clock.today()
    reference = Reference.read(session)
    unit = _unit(session, reference, public_id)
    record = school_records(session, today, reference, [unit.organisation_id]).get(
        unit.organisation_id, UNKNOWN
    )
    book = reference.rules.book
    codes = record.asked([code for code in of_schools(book, today) if book.requirement_on(code, today)])
    history = [_told(one) for one in history_of(session, unit.organisation_id)]
    return render_template(
        "compliance/schools/school.html",
        name=unit.organisation,
        public_id=public_id,
        is_told=record.details is not None,
        details=lines_of(record.details),
        leads=record.leads("").people,
        lines=[LeadLine(requirement_title(book, code, today), record.leads(code)) for code in codes],
        last_session=_last_session(record),
        history=history,
        may_change=_may_change(),
    )


@blueprint.route(f"{PLACE}/change", methods=["GET", "POST"])
@auth.only_for(*WRITES)
def change_school(public_id: str) -> Page:
    """Say what a school is; the answers are checked before they are saved."""
    if not _may_change():
        abort(403)
    session, today = db.session(), clock.today()
    unit = _unit(session, Reference.read(session), public_id)
    form = SchoolForm()
    if not form.is_submitted():
        now = school_facts(session, [unit.organisation_id]).get(unit.organisation_id)
        return _form(unit, _filled(form, now), SchoolDays.standing(now.details if now else None))
    days = SchoolDays.read(request.form, today)
    is_right = form.validate() and not days.errors
    step = request.form.get(STEP, "")
    if step == BACK:
        return _form(unit, form, days)
    if is_right:
        days = form.blame(problems_of(form.details(days), today), days)
        is_right = not form.errors and not days.errors
    if not is_right:
        return _form(unit, form, days), 422
    said = form.details(days)

    def act(session: Session, stamp: Stamp) -> str:
        service.save_school(session, stamp, unit.organisation_id, form.fact_id, said, today)
        return _href(unit)

    try:
        if step == CONFIRM:
            return act_once(form, act, f"Saved: {unit.organisation}.")
        service.check_school(session, unit.organisation_id, form.fact_id, said, today, auth.stamp().at)
    except ChangedMeanwhile as changed:
        return _changed(unit, changed, lines_of(said)), 409
    except NotFound:
        raise
    except DomainError as error:
        for problem in error.problems:
            form.refuse(str(problem))
        return _form(unit, form, days), 422
    return _check(unit, form, lines_of(said))


def _unit(session: Session, reference: Reference, public_id: str) -> Unit:
    """The school of an address. Raises NotFound for what is no school."""
    found = next((one for one in reference.tree.units if one.depth == 0 and one.public_id == public_id), None)
    if found is None or found.organisation_id not in service.schools(session).values():
        raise NotFound("There is no such school.")
    return found


def _may_change() -> bool:
    account = auth.reader()
    return not account.permissions.isdisjoint(WRITES) and not account.only_reads


def _href(unit: Unit) -> str:
    return url_for("compliance.school", public_id=unit.public_id)


def _filled(form: SchoolForm, now: SchoolFact | None) -> SchoolForm:
    form.fact.data = str(now.id if now else 0)
    if now is not None:
        form.fill(now.details)
    return form


def _form(unit: Unit, form: SchoolForm, days: SchoolDays) -> str:
    problems: list[tuple[str, str | None]] = [(str(message), None) for message in form.form_errors]
    problems += [(str(bound.errors[0]), str(bound.id)) for bound in form if bound.errors]
    problems += days.errors
    return render_template(
        "compliance/schools/change_school.html",
        title="What this school is",
        name=unit.organisation,
        back_href=_href(unit),
        form=form,
        action=_action(unit),
        parts=[_part(form, days, name) for name in PARTS],
        problems=problems,
        about="",
    )


def _part(form: SchoolForm, days: SchoolDays, name: str) -> tuple[str, object, str | None]:
    if name in days.by_name:
        day = days.by_name[name]
        return "day", day, day.hint
    return "radios" if name == "phase" else "input", form[name], HINTS.get(name)


def _action(unit: Unit) -> str:
    return url_for("compliance.change_school", public_id=unit.public_id)


def _check(unit: Unit, form: SchoolForm, rows: Sequence[tuple[str, str]]) -> str:
    return render_template(
        "people/records/check.html",
        title="What this school is",
        name=unit.organisation,
        back_href=_href(unit),
        form=form,
        action=_action(unit),
        rows=rows,
        doubts=[],
        tells=False,
        effects=[],
        since=FAR_DAY,
        fields=[one for one in request.form.items(multi=True) if one[0] not in _OWN_FIELDS],
        button_words="Save",
        is_warning=False,
    )


def _changed(unit: Unit, changed: ChangedMeanwhile, typed: Sequence[tuple[str, str]]) -> str:
    local = changed.at.astimezone(LONDON)
    return render_template(
        "people/records/changed.html",
        name=unit.organisation,
        at=f"on {long_date(local.date())} at {local:%H:%M}",
        now=changed.now,
        typed=typed,
        href=_href(unit),
    )


def _last_session(record: SchoolRecord) -> str:
    return long_date(record.last_session_on) if record.last_session_on else ""


def _told(one: Told) -> ToldLine:
    email = masked(one.email) if auth.reader().only_reads and one.email else one.email
    return ToldLine(
        long_date(clock.london_day(one.at)),
        one.by or email or "The command line",
        [(name, value) for name, value in lines_of(one.details) if value],
        long_date(clock.london_day(one.gone_at)) if one.gone_at else "",
    )
