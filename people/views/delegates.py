"""Handing a team over to somebody until a day: who looks after it, handing it over, changing and ending that."""

from dataclasses import dataclass
from datetime import date, datetime

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from foundation import clock
from foundation.clock import LONDON
from foundation.dates import Period
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.formats import long_date
from foundation.stamp import Stamp
from people import auth
from people.forms import delegates as forms
from people.forms.once import act_once
from people.forms.typed_day import TypedDay
from people.services import delegation, handing_over
from people.services.delegation import Delegation, Somebody
from people.services.handing_over import ONLY_READS, ChangedMeanwhile, Shown
from people.views.blueprint import blueprint

Page = str | Response | tuple[str, int]


@dataclass(frozen=True, slots=True)
class DelegationLine:
    """A delegation on the page. `where` names it in addresses; empty when it is over and cannot be changed."""

    name: str
    first_day: date
    last_day: date
    where: dict[str, str]


def manager() -> int:
    """The reader, who must have a team of their own: whoever only looks after one cannot pass it on."""
    account = auth.reader()
    if account.person_id is None or not delegation.has_own_team(
        db.session(), account.person_id, clock.today()
    ):
        abort(403)
    return account.person_id


def _where(found: Delegation) -> dict[str, str]:
    return {"delegate": found.delegate.public_id, "first_day": found.days.first.isoformat()}


def _line(found: Delegation, today: date) -> DelegationLine:
    where = {} if found.is_over(today) else _where(found)
    return DelegationLine(found.delegate.name, found.days.first, found.days.last, where)


@blueprint.get("/my-team/delegates")
@auth.signed_in
def delegates() -> str:
    """Who looks after the reader's team now, will, and has."""
    today = clock.today()
    every = delegation.delegations(db.session(), manager())
    over = [one for one in every if one.is_over(today)]
    now = [one for one in every if one.has_begun(today) and not one.is_over(today)]
    later = [one for one in every if not one.has_begun(today)]
    return render_template(
        "people/delegates.html",
        now=[_line(one, today) for one in now],
        later=[_line(one, today) for one in later],
        over=[_line(one, today) for one in over],
    )


@blueprint.route("/my-team/delegates/new", methods=["GET", "POST"])
@auth.signed_in
def delegates_new() -> Page:
    """Ask who is to look after the team, and when. Nothing is saved before the answers were checked."""
    session, manager_id, today = db.session(), manager(), clock.today()
    form = forms.NewDelegateForm()
    if request.method == "GET":
        known = delegation.delegate_known_as(session, manager_id, request.args.get("delegate", ""), today)
        form.email.data = known.email if known else None
        first = forms.shown_or_empty(forms.FIRST, forms.day_of(request.args.get(forms.FIRST)) or today)
        last = forms.shown_or_empty(forms.LAST, forms.day_of(request.args.get(forms.LAST)))
        return _new_page(form, first, last)
    first = forms.first_day(request.form, today)
    last = forms.last_day(request.form, first.value, today)
    found = _found(session, form, manager_id, today)
    if found is not None and first.value and last.value:
        days = Period(first.value, last.value)
        same = delegation.overlapping(delegation.delegations(session, manager_id), found.public_id, days)
        if same is None:
            return _to_check(found, days)
        form.email.errors = [_overlap_words(same)]
    return _new_page(form, first, last), 422


def _found(session: Session, form: forms.NewDelegateForm, manager_id: int, today: date) -> Somebody | None:
    """Whoever has the e-mail that was typed; the form says so where it cannot be them."""
    if not form.validate():
        return None
    found = delegation.find_delegate(session, manager_id, form.email.data or "", today)
    if found is None:
        form.refuse()
    elif delegation.only_reads(session, found):
        form.refuse(f"{found.name} {ONLY_READS}. Choose somebody else")
        return None
    return found


def _overlap_words(same: Delegation) -> str:
    return f"{same.delegate.name} looks after your team {_days_words(same.days)} already. Change that instead"


def _new_page(form: forms.NewDelegateForm, first: TypedDay, last: TypedDay) -> str:
    return render_template("people/delegates_new.html", form=form, first=first, last=last)


def _to_check(found: Somebody, days: Period) -> Response:
    """On to the answers; the address names the person by the random id alone."""
    begins, ends = days.first.isoformat(), days.last.isoformat()
    return redirect(url_for("people.delegates_check", delegate=found.public_id, begins=begins, ends=ends))


@blueprint.route("/my-team/delegates/check", methods=["GET", "POST"])
@auth.signed_in
def delegates_check() -> Page:
    """Show the answers before anything is saved; then hand the team over."""
    session, manager_id, today = db.session(), manager(), clock.today()
    public_id = request.args.get("delegate", "")
    found = delegation.delegate_known_as(session, manager_id, public_id, today)
    first, last = (forms.day_of(request.args.get(name)) for name in (forms.FIRST, forms.LAST))
    if found is None or first is None or last is None:
        raise NotFound("There are no such answers.")
    form, days = forms.CheckDelegateForm(), Period(first, last)

    def act(session: Session, stamp: Stamp) -> str:
        handing_over.hand_over(session, stamp, manager_id, public_id, days, today, forms.words)
        return url_for("people.delegates")

    problems: list[tuple[str, None]] = []
    if form.validate_on_submit():
        try:
            # Until the next page the notice stands in a cookie, which is signed and not secret: it names nobody.
            return act_once(form, act, f"Your team is handed over {_days_words(days)}.")
        except NotFound:
            raise
        except DomainError as error:
            problems = [(str(problem), None) for problem in error.problems]
    problems += [(message, None) for message, _ in form.error_lines()]
    page = render_template(
        "people/delegates_check.html",
        form=form,
        name=found.name,
        email=found.email,
        days=days,
        problems=problems,
        where={"delegate": public_id, forms.FIRST: first.isoformat(), forms.LAST: last.isoformat()},
    )
    return page, 422 if problems else 200


def _days_words(days: Period) -> str:
    return f"from {long_date(days.first)} to {long_date(days.last)}"


@blueprint.route("/my-team/delegates/<delegate>/<first_day>/change", methods=["GET", "POST"])
@auth.signed_in
def delegates_change(delegate: str, first_day: str) -> Page:
    """Give a delegation another last day. When it was changed meanwhile, show what stands now (bad input G13)."""
    manager_id, today = manager(), clock.today()
    form = forms.ChangeDelegateForm()
    day = _day(first_day)
    if not form.is_submitted():
        found = _running(manager_id, delegate, day, today)
        form.fact.data = str(found.id)
        return _change_page(form, found, forms.shown_or_empty(forms.LAST, found.days.last))
    typed = forms.last_day(request.form, day, today)
    shown = Shown(manager_id, delegate, day, form.fact_id)

    def act(session: Session, stamp: Stamp) -> str:
        assert typed.value is not None
        handing_over.change_last_day(session, stamp, shown, typed.value, today, forms.words)
        return url_for("people.delegates")

    if form.validate() and typed.value is not None:
        try:
            return act_once(form, act, f"The last day is now {long_date(typed.value)}.")
        except ChangedMeanwhile as change:
            return _changed(form, change, typed)
        except DomainError as error:
            typed = forms.wrong(typed, str(error))
    return _change_page(form, _running(manager_id, delegate, day, today), typed), 422


def _changed(form: forms.ChangeDelegateForm, change: ChangedMeanwhile, typed: TypedDay | None) -> Page:
    """What stands now, with what was typed; or that there is nothing to change any more."""
    if change.now is None:
        page = render_template("people/delegates_gone.html", at=_time(change.at))
        return page, 409
    form.fact.data = str(change.now.id)
    if typed is None:
        return _end_page(form, change.now, change.at), 409
    return _change_page(form, change.now, typed, change.at), 409


def _time(moment: datetime) -> str:
    """When something was changed, as people here tell it: the hour alone on the same day."""
    local = moment.astimezone(LONDON)
    if local.date() == clock.today():
        return f"at {local:%H:%M}"
    return f"on {long_date(local.date())} at {local:%H:%M}"


def _change_page(
    form: forms.ChangeDelegateForm, found: Delegation, typed: TypedDay, changed_at: datetime | None = None
) -> str:
    return render_template(
        "people/delegates_change.html",
        form=form,
        found=_line(found, clock.today()),
        last=typed,
        latest=handing_over.last_possible_day(found.days.first),
        changed=_time(changed_at) if changed_at else None,
    )


@blueprint.route("/my-team/delegates/<delegate>/<first_day>/end", methods=["GET", "POST"])
@auth.signed_in
def delegates_end(delegate: str, first_day: str) -> Page:
    """End a delegation at once, after asking whether it is meant."""
    manager_id, today = manager(), clock.today()
    form = forms.EndDelegateForm()
    day = _day(first_day)
    if not form.is_submitted():
        found = _running(manager_id, delegate, day, today)
        form.fact.data = str(found.id)
        return _end_page(form, found)
    shown = Shown(manager_id, delegate, day, form.fact_id)

    def act(session: Session, stamp: Stamp) -> str:
        handing_over.end_delegation(session, stamp, shown, today, forms.words)
        return url_for("people.delegates")

    if form.validate():
        try:
            return act_once(form, act, "They no longer look after your team.")
        except ChangedMeanwhile as change:
            return _changed(form, change, None)
    return _end_page(form, _running(manager_id, delegate, day, today)), 422


def _end_page(form: forms.ChangeDelegateForm, found: Delegation, changed_at: datetime | None = None) -> str:
    return render_template(
        "people/delegates_end.html",
        form=form,
        found=_line(found, clock.today()),
        has_begun=found.has_begun(clock.today()),
        changed=_time(changed_at) if changed_at else None,
    )


def _day(address: str) -> date:
    found = forms.day_of(address)
    if found is None:
        raise NotFound("There is no such delegation.")
    return found


def _running(manager_id: int, delegate: str, first_day: date, today: date) -> Delegation:
    """The delegation that an address names, if it is the reader's and not over."""
    found = delegation.find_delegation(db.session(), manager_id, delegate, first_day)
    if found is None or found.is_over(today):
        raise NotFound("There is no such delegation.")
    return found
