"""Planning a workshop, changing it and calling it off: a form, its answers with what deserves a second look, the deed.

The answers travel in the page between the two, never in an address.
"""

from collections.abc import Callable
from dataclasses import dataclass

from flask import render_template, request, url_for

from courses.domain.planning import problems_with
from courses.domain.workshops import Sitting
from courses.forms.sending import day_in_address
from courses.forms.workshops import CallOffForm, Offered, PlanForm, shown_start, typed_start, wrong_start
from courses.services.workshops import planning as service
from courses.services.workshops.planning import Meanwhile
from courses.services.workshops.seeing import requirement_options
from courses.services.workshops.telling import is_news
from courses.store import bookings
from courses.store.audience import organisations
from courses.store.booking_facts import ids_by_public_id
from courses.store.workshops import Workshop
from courses.views.acting import act_if_sent
from courses.views.blueprint import blueprint
from courses.views.workshops.finding import Searched, chosen_and_found, searched
from courses.views.workshops.words import Rows, said_of
from foundation import clock
from foundation.clock import LONDON
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.formats import count_noun, long_date
from foundation.stamp import Stamp
from people import auth
from people.domain import Permission
from people.forms.once import act_once
from people.forms.records.base import BACK, CONFIRM, STEP, Day
from people.services.finding.roles import role_options
from people.views.records.flow import Page

PLANNERS = (Permission.LEARNING, Permission.COORDINATOR)
FIND = "find"
_NOT_ANSWERS = frozenset({STEP, FIND, "csrf_token", "once", "look_for"})


@dataclass(frozen=True, slots=True)
class Plan:
    """A plan being made. `before`: the workshop that is changed, None for a new one."""

    form: PlanForm
    before: Workshop | None
    action: str
    back: str
    act: Callable[[Session, Stamp, Sitting], Workshop]

    @property
    def title(self) -> str:
        return f"Change {self.before.reference}" if self.before else "Plan a workshop"


@blueprint.route("/workshops/new", methods=["GET", "POST"])
@auth.only_for(*PLANNERS)
def plan_workshop() -> Page:
    """Plan a workshop, as an address that leads here suggests it, or like another."""
    session, form = db.session(), PlanForm()
    form.offer(_offered(session, None))
    plan = Plan(form, None, url_for("courses.plan_workshop"), url_for("courses.workshops"), service.plan)
    if form.is_submitted():
        return _sent(plan)
    form.begin()
    like = request.args.get("like", "")
    if like:
        model = service.find(session, like)
        leaders = service.facilitators(session, model.sitting.facilitator_ids)
        form.fill(model.sitting, leaders)
        form.shown.data = ""
    form.prefill(request.args)
    return _form_page(plan, shown_start(day_in_address(request.args.get("on", ""))))


@blueprint.route("/workshops/<public_id>/change", methods=["GET", "POST"])
@auth.only_for(*PLANNERS)
def change_workshop(public_id: str) -> Page:
    """Change what is said about a workshop; everybody whom it concerns is told."""
    session, form = db.session(), PlanForm()
    before = service.find(session, public_id)
    form.offer(_offered(session, before))

    def act(session: Session, stamp: Stamp, sitting: Sitting) -> Workshop:
        return service.change(session, stamp, public_id, form.shown_sequence, sitting)

    page = url_for("courses.workshop", public_id=public_id)
    plan = Plan(form, before, url_for("courses.change_workshop", public_id=public_id), page, act)
    if before.sitting.is_cancelled:
        raise NotFound("This workshop was called off.")
    if form.is_submitted():
        form.course.data = before.sitting.course
        return _sent(plan)
    form.fill(before.sitting, service.facilitators(session, before.sitting.facilitator_ids))
    return _form_page(plan, shown_start(before.sitting.day))


def _offered(session: Session, before: Workshop | None) -> Offered:
    """What there is to choose from; a workshop keeps what it has, also where the rule book lists it no more."""
    today = clock.today()
    courses = {one.code: one.title for one in service.courses_held(session, today)}
    duties, roles = dict(requirement_options(session, today)), dict(role_options(session))
    if before is not None:
        courses = {before.sitting.course: before.course_title}
        duties |= {code: code for code in before.sitting.audience.requirements if code not in duties}
        roles |= {code: code for code in before.sitting.audience.roles if code not in roles}
    places = [(str(one), name) for one, name in organisations(session)]
    return Offered(list(courses.items()), list(duties.items()), list(roles.items()), places)


def _sent(plan: Plan) -> Page:
    """What comes of a form that was sent: people to choose from, what is wrong, the answers, or the deed."""
    session, form, step = db.session(), plan.form, request.form.get(STEP, "")
    day = typed_start(request.form, clock.today())
    found = searched(session, form.look_for.data or "") if FIND in request.form else None
    leaders = ids_by_public_id(session, form.facilitators.data or ())
    if step == BACK or (found is not None and form.look_for.data):
        return _form_page(plan, day, found, quiet=True)
    valid = form.validate()
    sitting = form.sitting(day, leaders)
    if not valid or sitting is None or day.error:
        return _form_page(plan, day), 422
    refused = form.refuse(problems_with(sitting, service.against(session, clock.now(), plan.before, sitting)))
    if refused or form.errors:
        return _form_page(plan, wrong_start(day, refused) if refused else day), 422
    try:
        if step == CONFIRM:
            notice = "The workshop is changed." if plan.before else "The workshop is planned."
            return act_once(form, lambda session, stamp: _done(plan, session, stamp, sitting), notice)
        return _check_page(plan, sitting)
    except Meanwhile as changed:
        return _changed_page(plan.action, changed.now, said_of(session, sitting, _title(plan, sitting)))
    except NotFound:
        raise
    except DomainError as error:
        refused = form.refuse(error.problems)
        return _form_page(plan, wrong_start(day, refused) if refused else day), 422


def _done(plan: Plan, session: Session, stamp: Stamp, sitting: Sitting) -> str:
    return url_for("courses.workshop", public_id=plan.act(session, stamp, sitting).public_id)


def _title(plan: Plan, sitting: Sitting) -> str:
    return str(dict(plan.form.course.choices).get(sitting.course, sitting.course))


def _form_page(plan: Plan, day: Day, found: Searched | None = None, *, quiet: bool = False) -> str:
    """The form, with whatever is wrong about it; `quiet` while somebody is looked for, or the answers are mended."""
    form = plan.form
    form.offer_facilitators(chosen_and_found(db.session(), form.facilitators.data or (), found))
    if quiet:
        day = shown_as_typed(day)
    lines: list[tuple[str, str | None]] = [(str(message), None) for message in form.form_errors]
    for bound in form:
        if bound.name == "begins" and day.error:
            lines.append((day.error, day.typed.first_wrong))
        if bound.errors:
            lines.append((str(bound.errors[0]), str(bound.id)))
    return render_template(
        "courses/workshops/plan.html",
        title=plan.title,
        form=form,
        day=day,
        action=plan.action,
        back_href=plan.back,
        problems=lines,
        found=found,
        course_title=plan.before.course_title if plan.before else "",
    )


def shown_as_typed(day: Day) -> Day:
    """The date as typed, without what is wrong about it: nothing is judged yet."""
    typed = day.typed
    return Day(day.name, day.legend, day.hint, type(typed)(typed.name, typed.day, typed.month, typed.year))


def _check_page(plan: Plan, sitting: Sitting) -> str:
    session = db.session()
    doubts = service.doubts(session, sitting, plan.before.id if plan.before else None)
    told, before = 0, plan.before.sitting if plan.before else None
    is_over, moves = sitting.ends_at <= clock.now(), before is not None and is_news(before, sitting)
    if plan.before is not None:
        if not service.changed_parts(plan.before.sitting, sitting):
            doubts.insert(0, "Nothing differs from what stands.")
        elif moves and not is_over:
            told = sum(one.stands for one in bookings.of_workshop(session, plan.before.id))
    led = set(before.facilitator_ids) if before else set()
    leaders_told = not is_over and (moves or led != set(sitting.facilitator_ids))
    return render_template(
        "courses/workshops/check.html",
        title=plan.title,
        form=plan.form,
        rows=said_of(session, sitting, _title(plan, sitting)),
        doubts=doubts,
        told=count_noun(told, "person who has to do with it is", "people who have to do with it are")
        if told
        else "",
        leaders_told=leaders_told and bool(led or sitting.facilitator_ids),
        changes=plan.before is not None,
        action=plan.action,
        back_href=plan.back,
        fields=[one for one in request.form.items(multi=True) if one[0] not in _NOT_ANSWERS],
        button_words="Save the changes" if plan.before else "Plan the workshop",
    )


def _changed_page(href: str, now: Workshop, typed: Rows) -> Page:
    """What stands now beside what was typed; nothing was saved."""
    local = now.recorded_at.astimezone(LONDON)
    page = render_template(
        "people/records/changed.html",
        name=now.reference,
        at=f"on {long_date(local.date())} at {local:%H:%M}",
        now=_flat(_standing_rows(now)),
        typed=_flat(typed),
        href=url_for("courses.workshop", public_id=now.public_id) if now.sitting.is_cancelled else href,
    )
    return page, 409


def _standing_rows(now: Workshop) -> Rows:
    rows = said_of(db.session(), now.sitting, now.course_title)
    called_off: Rows = [("Called off", now.sitting.cancelled_because)] if now.sitting.is_cancelled else []
    return [*called_off, *rows]


def _flat(rows: Rows) -> list[tuple[str, str]]:
    return [(name, value if isinstance(value, str) else "; ".join(value)) for name, value in rows]


@blueprint.route("/workshops/<public_id>/call-off", methods=["GET", "POST"])
@auth.only_for(*PLANNERS)
def call_off_workshop(public_id: str) -> Page:
    """Call a workshop off, after saying who is told and asking why."""
    form = CallOffForm()

    def act(session: Session, stamp: Stamp) -> str:
        because = form.because.data or ""
        service.call_off(session, stamp, public_id, form.shown_sequence, because)
        return url_for("courses.workshop", public_id=public_id)

    found = service.find(db.session(), public_id)
    try:
        following, problems = act_if_sent(form, act, "The workshop is called off.")
    except Meanwhile as changed:
        return _changed_page(url_for("courses.call_off_workshop", public_id=public_id), changed.now, [])
    if following is not None:
        return following
    if not form.is_submitted():
        if found.sitting.is_cancelled or found.sitting.starts_at <= clock.now():
            raise NotFound("This workshop can no longer be called off.")
        form.shown.data = str(found.sitting.sequence)
    standing = sum(one.stands for one in bookings.of_workshop(db.session(), found.id))
    page = render_template(
        "courses/workshops/call_off.html",
        form=form,
        problems=form.error_lines() or [(problem, None) for problem in problems],
        workshop=found,
        rows=_flat(said_of(db.session(), found.sitting, found.course_title)),
        told=_told_words(standing),
    )
    return (page, 422) if form.is_submitted() else page


def _told_words(people: int) -> str:
    if not people:
        return "Nobody has booked yet, so nobody is told."
    if people == 1:
        return "1 person who has to do with it is told, and the booking ends."
    return f"{people:,} people who have to do with it are told, and their bookings end."
