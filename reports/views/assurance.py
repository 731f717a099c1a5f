"""How the training programme is judged: the criteria of a financial year, and a page for each on which it is said."""

from dataclasses import dataclass
from datetime import date

from flask import abort, render_template, request, url_for
from werkzeug.wrappers import Response as Answer

from foundation import clock
from foundation.clock import LONDON
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.formats import long_date
from foundation.stamp import Stamp
from people import auth
from people.domain import Permission
from people.forms.once import act_once
from reports.domain.asking import Ask
from reports.domain.assurance import (
    COLOUR_WORDS,
    CRITERIA,
    EARLIEST_YEAR,
    LONGEST_TEXT,
    SCORE_WORDS,
    AssuranceLine,
    Criterion,
    overdue_words,
    year_of,
    year_words,
)
from reports.forms import assurance as forms
from reports.services import assurance as service
from reports.services.assurance_record import Says, suggestions
from reports.services.sources.record import Record
from reports.store import assurance as store
from reports.views.blueprint import blueprint
from reports.views.catalogue import council
from reports.views.moments import moment

READS = (Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR)
NOTHING = "Nothing was typed, so nothing changed"
Page = str | Answer | tuple[str, int]


@dataclass(frozen=True, slots=True)
class Stands:
    """What stands about a criterion, in words; `overdue` says since when its action is."""

    score: str
    colour: str
    tone: str
    line: AssuranceLine
    overdue: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A criterion on the page. `stands`: none where nobody judged it yet."""

    criterion: Criterion
    stands: Stands | None
    record: list[str]


@blueprint.get("/reports/assurance-lines")
@auth.only_for(*READS)
def assurance_lines() -> str:
    """The criteria of a financial year with what stands, and what the record says."""
    session, today = db.session(), clock.today()
    year = service.find_year(request.args.get("year", ""), today)
    lines = {line.criterion: line for line in store.lines_of(session, year)}
    record = _record(session, year, today)
    shown = [Shown(one, _stands(lines.get(one.key), today), record.get(one.key, [])) for one in CRITERIA]
    return render_template(
        "reports/assurance.html",
        shown=shown,
        year=year,
        year_words=year_words(year),
        years=_years(today),
        judged=len(lines),
        overdue=sum(bool(one.stands and one.stands.overdue) for one in shown),
        pack_day=_day_of(year, today).isoformat(),
        may_judge=service.may_judge(auth.reader()),
    )


@blueprint.get("/reports/assurance-lines/<criterion>")
@auth.only_for(*READS)
def assurance_line(criterion: str) -> Page:
    """One criterion: what good looks like, what stands, what stood, and the form of those who may judge."""
    session, today = db.session(), clock.today()
    found, year = service.find_criterion(criterion), service.find_year(request.args.get("year", ""), today)
    line = store.standing(session, year, criterion)
    before = store.last_before(session, year, criterion) if line is None else None
    form = forms.AssuranceForm()
    says = line.says if line else before.says if before else None
    if says is not None:
        form.fill(says)
    form.shown.data = line.public_id if line else ""
    return _page(found, year, line, form, forms.shown_days(says), taken_over=before.year if before else None)


@blueprint.post("/reports/assurance-lines/<criterion>")
@auth.only_for(*service.WRITES)
def save_assurance_line(criterion: str) -> Page:
    """Say how far a criterion is met; refused where somebody else was quicker."""
    account, today = auth.reader(), clock.today()
    if not service.may_judge(account):
        abort(403)
    found, year = service.find_criterion(criterion), service.find_year(request.args.get("year", ""), today)
    form, days = forms.AssuranceForm(), forms.typed_days(request.form, today)
    changed = None
    line = store.standing(db.session(), year, criterion)
    shown = str(form.shown.data or "")
    is_newest = shown == (line.public_id if line else "")
    if not (form.validate_on_submit() and not days.lines):
        pass
    elif is_newest and form.is_thrown_away(days, line.says if line else None):
        form.score.errors = [*form.score.errors, forms.NOT_JUDGED_BUT_TYPED]
    else:
        says = form.says(days)
        is_nothing = line is None and says is None

        def act(session: Session, stamp: Stamp) -> str:
            service.judge(session, stamp, account, year, criterion, says, shown)
            return url_for("reports.assurance_lines", year=year, _anchor=criterion)

        try:
            return act_once(form, act, f"{NOTHING if is_nothing else 'Saved'}: {found.title}.")
        except service.ChangedMeanwhile as change:
            changed = change
        except NotFound:
            raise
        except DomainError as error:
            form.form_errors = [str(error)]
    line = store.standing(db.session(), year, criterion)
    if changed is not None:
        form.shown.data = line.public_id if line else ""
        return _page(found, year, line, form, days, changed=_changed_words(line)), 409
    return _page(found, year, line, form, days), 422


def _page(
    found: Criterion,
    year: int,
    line: AssuranceLine | None,
    form: forms.AssuranceForm,
    days: forms.TypedDays,
    changed: tuple[str, str] | None = None,
    taken_over: int | None = None,
) -> str:
    session, today = db.session(), clock.today()
    return render_template(
        "reports/assurance_line.html",
        criterion=found,
        year=year,
        year_words=year_words(year),
        stands=_stands(line, today),
        record=_record(session, year, today).get(found.key, []),
        history=[
            (one, _stands(one.line, today), moment(one.at))
            for one in service.history(session, year, found.key)
        ],
        form=form,
        days=days,
        changed=changed,
        taken_over=year_words(taken_over) if taken_over is not None else "",
        may_judge=service.may_judge(auth.reader()),
        longest=LONGEST_TEXT,
    )


def _stands(line: AssuranceLine | None, today: date) -> Stands | None:
    if line is None:
        return None
    return Stands(
        SCORE_WORDS[line.says.score],
        COLOUR_WORDS.get(line.says.rag, ""),
        line.says.rag,
        line,
        overdue_words(line.says, today),
    )


def _changed_words(line: AssuranceLine | None) -> tuple[str, str]:
    """When it was changed and what it says now, as the banner wants it."""
    if line is None:
        return "meanwhile", "it is no longer judged"
    at = line.recorded_at.astimezone(LONDON)
    when = f"at {at:%H:%M}" if at.date() == clock.today() else f"on {long_date(at.date())} at {at:%H:%M}"
    return when, f"it now says {SCORE_WORDS[line.says.score]}, as shown under Current entry"


def _record(session: Session, year: int, today: date) -> Says:
    """What the record says at the end of the year, or today in the running one."""
    ask = Ask(_day_of(year, today), clock.now().astimezone(LONDON), "", council())
    return suggestions(session, Record(session), ask)


def _day_of(year: int, today: date) -> date:
    return min(today, date(year + 1, 3, 31))


def _years(today: date) -> list[tuple[str, str]]:
    """The years to choose from, the newest first."""
    latest = year_of(today)
    return [(str(year), year_words(year)) for year in range(latest, max(latest - 5, EARLIEST_YEAR) - 1, -1)]
