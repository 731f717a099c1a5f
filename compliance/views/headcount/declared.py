"""Numbers that partners declare without names: the list, declaring, correcting, withdrawing."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from flask import Response, abort, render_template, request, url_for
from werkzeug.wrappers import Response as Redirect

from compliance.domain.headcount import Declared, DeclaredKind
from compliance.forms import declared as forms
from compliance.services import declared as service
from compliance.store.declared import declared_counts
from compliance.views.blueprint import blueprint
from compliance.views.headcount.sectors import reader
from compliance.views.headcount.words import course_titles, days_words, sector_words, whose_words
from compliance.views.lines import csv_response
from foundation import clock
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp
from people import auth
from people.domain import Account, Sector
from people.forms.once import act_once
from people.store import tree

Page = str | Redirect | tuple[str, int]
Act = Callable[[Session, Stamp, service.Telling], str]
"""Records what was told, and gives back the address of the page that follows."""

HEADERS = (
    "kind",
    "sector",
    "organisation",
    "course",
    "course_title",
    "first_day",
    "last_day",
    "people",
    "declared_by",
    "source",
    "recorded_on",
)


@dataclass(frozen=True, slots=True)
class DeclaredLine:
    """A number in words. `public_id` is empty where the reader may not change it."""

    public_id: str
    whose: str
    course: str
    days: str
    people: int
    starting: bool
    declared_by: str
    source: str
    recorded_on: date


@blueprint.get("/figures/declared")
@auth.signed_in
def declared() -> str:
    """The numbers that stand, newest period first."""
    account = reader()
    found = declared_counts(db.session(), service.reach_of(account))
    may = service.may_declare(account)
    lines = [_line(one, service.may_change(account, one)) for one in found]
    return render_template("compliance/headcount/declared.html", lines=lines, declares=may)


@blueprint.get("/figures/declared.csv")
@auth.signed_in
def declared_csv() -> Response:
    """The same numbers as a file."""
    found = declared_counts(db.session(), service.reach_of(reader()))
    return csv_response(_rows(found), HEADERS, f"declared-numbers-{clock.today().isoformat()}")


@blueprint.route("/figures/declared/new", methods=["GET", "POST"])
@auth.signed_in
def declare() -> Page:
    """Declare a number."""
    account, session, today = _declarer(), db.session(), clock.today()
    form = _form(session, account)
    if not form.is_submitted():
        return _page(form, forms.TypedDays(forms.empty(forms.FIRST), forms.empty(forms.LAST)), account)

    def act(session: Session, stamp: Stamp, told: service.Telling) -> str:
        service.declare(session, stamp, account, told, today)
        return url_for("compliance.declared")

    return _sent(form, account, act, "The number is recorded.")


@blueprint.route("/figures/declared/<public_id>/correct", methods=["GET", "POST"])
@auth.signed_in
def correct_declared(public_id: str) -> Page:
    """Put another number in the place of one."""
    account, session, today = _declarer(), db.session(), clock.today()
    form = _form(session, account)
    if not form.is_submitted():
        found = service.find(session, account, public_id)
        form.fill(found)
        return _page(form, forms.shown_days(found.days), account, public_id)
    service.refuse_unknown(session, account, public_id)

    def act(session: Session, stamp: Stamp, told: service.Telling) -> str:
        service.correct(session, stamp, account, public_id, told, today)
        return url_for("compliance.declared")

    return _sent(form, account, act, "The number is corrected.", public_id)


@blueprint.route("/figures/declared/<public_id>/withdraw", methods=["GET", "POST"])
@auth.signed_in
def withdraw_declared(public_id: str) -> Page:
    """Take a number out of the record, after asking whether it is meant."""
    account = _declarer()
    service.refuse_unknown(db.session(), account, public_id)
    form = forms.WithdrawForm()

    def act(session: Session, stamp: Stamp) -> str:
        service.withdraw(session, stamp, account, public_id)
        return url_for("compliance.declared")

    if form.validate_on_submit():
        try:
            return act_once(form, act, "The number is withdrawn.")
        except NotFound:
            raise
        except DomainError as error:
            return render_template("compliance/headcount/changed.html", problems=[(str(error), None)]), 409
    found = service.find(db.session(), account, public_id)
    line = _line(found, may=True)
    page = render_template("compliance/headcount/withdraw_declared.html", form=form, line=line)
    return (page, 422) if form.errors else page


def _declarer() -> Account:
    account = auth.reader()
    if not service.may_declare(account):
        abort(403)
    return account


def _form(session: Session, account: Account) -> forms.DeclareForm:
    """The form with what this account may choose: its own organisations, or all of them and whole sectors."""
    form = forms.DeclareForm()
    everyone = service.declares_for_all(account)
    organisations = [
        (str(unit.organisation_id), unit.organisation)
        for unit in tree(session).units
        if not unit.path and (everyone or unit.organisation_id in account.organisation_ids)
    ]
    sectors = [(f"{forms.SECTOR}{one.value}", f"Sector: {sector_words(one)}") for one in Sector]
    titles = sorted(course_titles(session).items(), key=lambda item: item[1].lower())
    form.offer([*(sectors if everyone else []), *organisations], titles)
    if not everyone:
        form.kind.data = DeclaredKind.PERIOD.value
    return form


def _sent(form: forms.DeclareForm, account: Account, act: Act, notice: str, public_id: str = "") -> Page:
    """What comes of a form that was sent: the list, or the form with what is wrong."""
    days = forms.typed_days(request.form, clock.today(), starting=form.is_starting)
    valid = form.validate()
    period = days.period
    if form.choices_hold() and valid and period is not None:
        told = form.telling(period)

        def acting(session: Session, stamp: Stamp) -> str:
            return act(session, stamp, told)

        try:
            return act_once(form, acting, notice)
        except NotFound:
            raise
        except DomainError as error:
            form.form_errors = [str(error)]
    return _page(form, days, account, public_id), 422


def _page(form: forms.DeclareForm, days: forms.TypedDays, account: Account, public_id: str = "") -> str:
    return render_template(
        "compliance/headcount/declare.html",
        form=form,
        days=days,
        for_all=service.declares_for_all(account),
        correcting=public_id,
    )


def _line(one: Declared, may: bool) -> DeclaredLine:
    return DeclaredLine(
        public_id=one.public_id if may else "",
        whose=whose_words(one),
        course=one.course_title,
        days=days_words(one),
        people=one.people,
        starting=one.kind is DeclaredKind.STARTING,
        declared_by=one.declared_by,
        source=one.source,
        recorded_on=clock.london_day(one.recorded_at),
    )


def _rows(found: Sequence[Declared]) -> Iterator[Sequence[str]]:
    for one in found:
        starting = one.kind is DeclaredKind.STARTING
        yield (
            one.kind.value,
            one.sector,
            one.organisation,
            one.course,
            one.course_title,
            "" if starting else one.days.first.isoformat(),
            one.days.last.isoformat(),
            str(one.people),
            one.declared_by,
            one.source,
            clock.london_day(one.recorded_at).isoformat(),
        )
