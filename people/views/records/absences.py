"""Absences of a person: adding, correcting and ending one, marking one as a mistake; for whoever knows the kind."""

from datetime import date

from flask import request, url_for

from foundation import clock
from foundation.dates import FAR_DAY
from foundation.db import Session, db
from foundation.stamp import Stamp
from people import auth
from people.domain import Permission
from people.forms.records.absences import AbsenceForm, RemoveAbsenceForm
from people.services.records import absences as service
from people.services.records.absences import WHY_WORDS, Away, Why
from people.services.records.standing import AbsenceFact, ChangedMeanwhile, absence_fact, absence_line
from people.views.blueprint import blueprint
from people.views.records.duties import FIRST, LAST, TypedDays
from people.views.records.flow import Change, Page, Subject, gone_page, own_record, run, subject_of
from people.wording import ABSENCE_WORDS

PERSON = "/people/<public_id>/absences"
WHAT = "the absence"


def _away(form: AbsenceForm, days: TypedDays) -> Away:
    assert days.first.value is not None
    return Away(form.kind.data or "", days.first.value, days.last.value or FAR_DAY)


def _rows(form: AbsenceForm, days: TypedDays) -> list[tuple[str, str]]:
    known = {kind.value: words for kind, words in ABSENCE_WORDS.items()}
    return [("Kind of absence", known.get(form.kind.data or "", "")), *days.rows()]


@blueprint.route(f"{PERSON}/new", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def add_absence(public_id: str) -> Page:
    """Record that somebody is away."""
    subject = subject_of(public_id)
    form = AbsenceForm()
    days = TypedDays.read(WHAT) if form.is_submitted() else TypedDays.of(WHAT)

    def act(session: Session, stamp: Stamp) -> int:
        service.add_absence(session, stamp, subject.person_id, _away(form, days))
        return subject.person_id

    return run(
        Change(
            subject=subject,
            title="Record an absence",
            form=form,
            action=url_for("people.add_absence", public_id=public_id),
            button="Save",
            notice="The absence was recorded.",
            act=act,
            rows=lambda: _rows(form, days),
            since=lambda: days.first.value or date.min,
            days=days.both,
            parts=("kind", FIRST, LAST),
        )
    )


def _standing(subject: Subject, absence: int) -> AbsenceFact | Page:
    if subject.is_own:
        return own_record(subject)
    try:
        return absence_fact(db.session(), subject.person_id, absence)
    except ChangedMeanwhile as changed:
        return gone_page(subject, changed, _as_typed() if request.method == "POST" else [])


def _as_typed() -> list[tuple[str, str]]:
    typed = []
    for name, label in ((FIRST, "First day"), (LAST, "Last day")):
        parts = [request.form.get(f"{name}-{part}", "") for part in ("day", "month", "year")]
        typed.append((label, "/".join(filter(None, parts))[:200]))
    return [one for one in typed if one[1]]


@blueprint.route(f"{PERSON}/<int:absence>/correct", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def correct_absence(public_id: str, absence: int) -> Page:
    """Correct the kind or the days; give the last day once it is known."""
    subject = subject_of(public_id)
    standing = _standing(subject, absence)
    if not isinstance(standing, AbsenceFact):
        return standing
    form = AbsenceForm()
    if form.is_submitted():
        days = TypedDays.read(WHAT)
    else:
        form.kind.data = standing.kind
        days = TypedDays.of(WHAT, standing.first_day, standing.last_day)

    def act(session: Session, stamp: Stamp) -> int:
        service.correct_absence(session, stamp, subject.person_id, absence, _away(form, days))
        return subject.person_id

    return run(
        Change(
            subject=subject,
            title="Correct or end an absence",
            form=form,
            action=url_for("people.correct_absence", public_id=public_id, absence=absence),
            about=", ".join(absence_line(standing)),
            button="Save",
            notice="The absence was corrected.",
            act=act,
            rows=lambda: _rows(form, days),
            since=clock.today,
            days=days.both,
            parts=("kind", FIRST, LAST),
        )
    )


@blueprint.route(f"{PERSON}/<int:absence>/mistake", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def remove_absence(public_id: str, absence: int) -> Page:
    """Mark an absence as a mistake: it never was."""
    subject = subject_of(public_id)
    standing = _standing(subject, absence)
    if not isinstance(standing, AbsenceFact):
        return standing
    form = RemoveAbsenceForm()

    def act(session: Session, stamp: Stamp) -> int:
        service.remove_absence(session, stamp, subject.person_id, absence, Why(form.why.data))
        return subject.person_id

    return run(
        Change(
            subject=subject,
            title="Mark an absence as a mistake",
            form=form,
            action=url_for("people.remove_absence", public_id=public_id, absence=absence),
            button="Mark as a mistake",
            notice="The absence was marked as a mistake.",
            act=act,
            rows=lambda: [
                absence_line(standing),
                ("Why", WHY_WORDS[Why(form.why.data)] if form.why.data else ""),
            ],
            since=clock.today,
            parts=("why",),
            about=", ".join(absence_line(standing)),
            warning=True,
        )
    )
