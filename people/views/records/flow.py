"""The way of every change to somebody's record: a form, its answers with what they would change, and saving them.

The answers travel in the page between the two, never in an address: names and numbers stay out of logs.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from foundation import clock
from foundation.clock import LONDON
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.formats import long_date
from foundation.stamp import Stamp
from people import auth
from people.domain import Permission
from people.forms.once import act_once
from people.forms.records.base import BACK, CONFIRM, STEP, Day, RecordForm
from people.services.record import details
from people.services.records.effect import effects
from people.services.records.standing import ChangedMeanwhile, Lines, ref_of
from people.services.scope import Seen, view_of

Page = str | Response | tuple[str, int]
OWN_FIELDS = frozenset({STEP, "csrf_token", "once"})


@dataclass(frozen=True, slots=True)
class Subject:
    """Whose record it is. `part`: the reader leads the partner organisation where they work, and may do no more."""

    person_id: int
    public_id: str
    person_ref: str
    name: str
    is_own: bool
    part: bool

    @property
    def href(self) -> str:
        return url_for("compliance.person", public_id=self.public_id)


@dataclass(frozen=True, slots=True)
class Change:
    """A change being made. `rows` are the answers, read when the form is right; `since`: from when it tells."""

    subject: Subject | None
    title: str
    form: RecordForm
    action: str
    button: str
    notice: str
    act: Callable[[Session, Stamp], int]
    rows: Callable[[], Sequence[tuple[str, str]]]
    since: Callable[[], date]
    is_right: Callable[[], bool] = lambda: True
    """Whether what the form itself cannot judge is right too; says above or beside the inputs what is not."""
    doubts: Callable[[], Sequence[str]] = tuple
    days: Callable[[], Sequence[Day]] = tuple
    parts: Sequence[str] = ()
    """The fields of the form in their order; a day by its name."""
    hints: dict[str, str] = field(default_factory=dict)
    tells: bool = True
    """Whether it can change what is asked of somebody."""
    warning: bool = False
    about: str = ""
    """What stands and is to be changed."""
    template: str = "people/records/form.html"
    """The page of the form, and what it shows besides, once the answers are judged."""
    more: Callable[[], Mapping[str, str]] = dict


def subject_of(public_id: str, *, part: bool = False) -> Subject:
    """Whose record an address names. With `part`, also for the lead of their partner organisation.

    Raises NotFound for whoever may not change it, as if there were nobody.
    """
    session, account = db.session(), auth.reader()
    view = view_of(session, account, public_id, clock.today())
    everybody = Permission.LEARNING in account.permissions
    if view is None or not (everybody or (part and Seen.PART in view.seen)):
        raise NotFound("There is no such person.")
    who = details(session, view.person_id)
    name = who.name or "Name not recorded"
    is_own = account.person_id == view.person_id
    return Subject(view.person_id, public_id, who.person_ref, name, is_own, part=not everybody)


def own_record(subject: Subject) -> Page:
    """Nobody changes their own record (promises 8, rule 1)."""
    return render_template("people/records/own.html", href=subject.href), 403


def run(change: Change) -> Page:
    """The form, the check of its answers, or the deed."""
    if change.subject is not None and change.subject.is_own:
        return own_record(change.subject)
    if not change.form.is_submitted():
        return form_page(change)
    step = request.form.get(STEP, "")
    right = [change.form.validate(), change.is_right()]
    if step == BACK:
        return form_page(change)
    if not all(right) or any(day.error for day in change.days()):
        return form_page(change), 422
    try:
        if step == CONFIRM:
            return act_once(change.form, _saving(change), change.notice)
        return check_page(change)
    except ChangedMeanwhile as changed:
        return changed_page(change, changed)
    except NotFound:
        raise
    except DomainError as error:
        for problem in error.problems:
            change.form.refuse(str(problem))
        return form_page(change), 422


def _saving(change: Change) -> Callable[[Session, Stamp], str]:
    def act(session: Session, stamp: Stamp) -> str:
        public_id, _ = ref_of(session, change.act(session, stamp))
        return url_for("compliance.person", public_id=public_id)

    return act


def form_page(change: Change) -> str:
    """The form, with whatever is wrong about it."""
    days = {day.name: day for day in change.days()}
    form = change.form
    lines: list[tuple[str, str | None]] = [(str(message), None) for message in form.form_errors]
    lines += [(str(bound.errors[0]), str(bound.id)) for bound in form if bound.errors]
    lines += [(day.error, day.typed.first_wrong) for day in days.values() if day.error]
    return render_template(
        change.template,
        title=change.title,
        name=change.subject.name if change.subject else "",
        back_href=_back(change),
        form=form,
        action=change.action,
        parts=[_part(change, days, name) for name in change.parts if _is_asked(change, name)],
        problems=lines,
        about=change.about,
        **change.more(),
    )


def _is_asked(change: Change, name: str) -> bool:
    """Which of several is meant is asked only where there are several."""
    return not name.endswith("_choice") or bool(change.form[name].choices)


def _part(change: Change, days: dict[str, Day], name: str) -> tuple[str, Any, str | None]:
    """What the page draws: ("day", Day, hint), or the kind of a field with the field."""
    if name in days:
        return "day", days[name], days[name].hint or None
    bound = change.form[name]
    kind = {"RadioField": "radios", "SelectField": "select", "SelectMultipleField": "checkboxes"}
    return kind.get(bound.type, "input"), bound, change.hints.get(name)


def check_page(change: Change) -> str:
    """The answers, what deserves a second look, and what the change would do: tried, and kept nowhere."""
    person_id = change.subject.person_id if change.subject else None
    since = max(clock.today(), change.since()) if change.tells else clock.today()
    lines = effects(db.session(), auth.stamp, change.act, person_id, since)
    return render_template(
        "people/records/check.html",
        title=change.title,
        name=change.subject.name if change.subject else "",
        back_href=_back(change),
        form=change.form,
        action=change.action,
        rows=change.rows(),
        doubts=change.doubts(),
        tells=change.tells,
        effects=lines,
        since=since,
        fields=[one for one in request.form.items(multi=True) if one[0] not in OWN_FIELDS],
        button_words=change.button,
        is_warning=change.warning,
    )


def changed_page(change: Change, changed: ChangedMeanwhile) -> Page:
    """What stands now beside what was typed; nothing was saved."""
    page = render_template(
        "people/records/changed.html",
        name=change.subject.name if change.subject else "",
        at=_time(changed.at),
        now=changed.now,
        typed=_typed(change),
        href=_back(change),
    )
    return page, 409


def gone_page(subject: Subject, changed: ChangedMeanwhile, typed: Lines | None = None) -> Page:
    """The same for an address of something that stands no more."""
    page = render_template(
        "people/records/changed.html",
        name=subject.name,
        at=_time(changed.at),
        now=changed.now,
        typed=typed or [],
        href=subject.href,
    )
    return page, 409


def _typed(change: Change) -> Lines:
    return [(name, value) for name, value in change.rows() if value]


def _time(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    return f"on {long_date(local.date())} at {local:%H:%M}"


def _back(change: Change) -> str:
    return change.subject.href if change.subject else url_for("compliance.find_people")
