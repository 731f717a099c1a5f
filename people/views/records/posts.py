"""Posts of a person: adding, changing from a day on, correcting, ending, and marking one as a mistake."""

from collections.abc import Collection
from datetime import date

from flask import request, url_for

from foundation import clock
from foundation.db import Session, db
from foundation.formats import long_date
from foundation.stamp import Stamp
from people import auth
from people.domain import Permission
from people.forms.records.base import read_day, shown
from people.forms.records.posts import (
    CorrectPostForm,
    DutyFields,
    EndPostForm,
    PostFields,
    RemovePostForm,
)
from people.services.records import posts as service
from people.services.records.choosing import doubts_about_post
from people.services.records.standing import (
    ChangedMeanwhile,
    SpellFact,
    spell_fact,
    spell_facts,
)
from people.views.blueprint import blueprint
from people.views.records.duties import CHANGED, FIRST, HINTS, LAST, PARTS, TypedDays, TypedDuties
from people.views.records.flow import Change, Page, Subject, gone_page, own_record, run, subject_of

PERSON = "/people/<public_id>/posts"
SPELL = f"{PERSON}/<int:spell>"


@blueprint.route(f"{PERSON}/new", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def add_post(public_id: str) -> Page:
    """Add a post, or another stretch of days in a known one."""
    subject = subject_of(public_id)
    form = PostFields()
    typed = TypedDuties(form)
    typed.offer()
    days = TypedDays.read("the post") if form.is_submitted() else TypedDays.of("the post")

    def act(session: Session, stamp: Stamp) -> int:
        service.add_post(
            session, stamp, subject.person_id, form.post_ref.data or "", days.spell(typed.duties())
        )
        return subject.person_id

    return run(
        Change(
            subject=subject,
            title="Add a post",
            form=form,
            action=url_for("people.add_post", public_id=public_id),
            button="Add this post",
            notice="The post was added.",
            act=act,
            rows=lambda: [("Post number", form.post_ref.data or ""), *typed.rows(), *days.rows()],
            since=lambda: days.first.value or date.min,
            is_right=typed.is_right,
            doubts=lambda: _doubts(subject, typed),
            days=days.both,
            parts=("post_ref", *PARTS, FIRST, LAST),
            hints=HINTS,
        )
    )


def _doubts(subject: Subject, typed: TypedDuties) -> list[str]:
    return doubts_about_post(db.session(), typed.duties(), subject.person_ref, clock.today())


def _standing(subject: Subject, spell: int) -> SpellFact | Page:
    """The stretch that an address names; a page that says what stands now where it was changed meanwhile."""
    if subject.is_own:
        return own_record(subject)
    try:
        return spell_fact(db.session(), subject.person_id, spell, _among(subject))
    except ChangedMeanwhile as changed:
        if request.method == "POST":
            return gone_page(subject, changed, _as_typed())
        return gone_page(subject, changed)


def _among(subject: Subject) -> Collection[int] | None:
    """The organisations beyond which the lead of a partner reads and ends no post; None for everybody else."""
    return auth.reader().organisation_ids if subject.part else None


def _words(subject: Subject, standing: SpellFact) -> str:
    """The post in words; the number of the manager is not for the lead of a partner."""
    said = standing.without_numbers if subject.part else str(standing.spell)
    return f"Post {standing.post_ref}: {said}"


def _as_typed() -> list[tuple[str, str]]:
    """What was typed, from the boxes alone: what it was based on is no more."""
    words = {"job_title": "Job title", "organisation": "Organisation", "unit": "Unit", "manager": "Manager"}
    typed = [(label, request.form.get(name, "")) for name, label in words.items()]
    for name, label in ((CHANGED, "Day of the change"), (FIRST, "First day"), (LAST, "Last day")):
        parts = [request.form.get(f"{name}-{part}", "") for part in ("day", "month", "year")]
        typed.append((label, "/".join(filter(None, parts))))
    return [(label, said[:200]) for label, said in typed if said]


@blueprint.route(f"{SPELL}/change", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def change_post(public_id: str, spell: int) -> Page:
    """From a day on the post has another unit, title, manager or roles."""
    subject = subject_of(public_id)
    standing = _standing(subject, spell)
    if not isinstance(standing, SpellFact):
        return standing
    form, before = DutyFields(), standing.spell
    typed = TypedDuties(form, before.duties.roles)
    typed.offer()
    legend, hint = "Day of the change", "The first day on which the new details hold"
    if form.is_submitted():
        day = read_day(CHANGED, legend, hint, request.form, clock.today())
    else:
        form.show(before.duties)
        day = shown(CHANGED, legend, hint, min(max(clock.today(), before.first_day), before.last_day))

    def act(session: Session, stamp: Stamp) -> int:
        assert day.value is not None
        service.change_post(session, stamp, subject.person_id, spell, day.value, typed.duties())
        return subject.person_id

    return run(
        Change(
            subject=subject,
            title="Change a post from a day on",
            form=form,
            action=url_for("people.change_post", public_id=public_id, spell=spell),
            button="Save",
            notice="The post was changed.",
            act=act,
            rows=lambda: [*typed.rows(), (legend, long_date(day.value) if day.value else "")],
            since=lambda: day.value or date.min,
            is_right=typed.is_right,
            doubts=lambda: _doubts(subject, typed),
            days=lambda: (day,),
            parts=(*PARTS, CHANGED),
            about=_words(subject, standing),
            hints=HINTS,
        )
    )


@blueprint.route(f"{SPELL}/correct", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def correct_post(public_id: str, spell: int) -> Page:
    """What is said of the post was wrong from its first day."""
    subject = subject_of(public_id)
    standing = _standing(subject, spell)
    if not isinstance(standing, SpellFact):
        return standing
    form, before = CorrectPostForm(), standing.spell
    typed = TypedDuties(form, before.duties.roles)
    typed.offer()
    if form.is_submitted():
        days = TypedDays.read("the post")
    else:
        form.show(before.duties)
        days = TypedDays.of("the post", before.first_day, before.last_day)

    def act(session: Session, stamp: Stamp) -> int:
        said = days.spell(typed.duties())
        service.correct_post(session, stamp, subject.person_id, spell, said, form.reason.data or "")
        return subject.person_id

    return run(
        Change(
            subject=subject,
            title="Correct a post",
            form=form,
            action=url_for("people.correct_post", public_id=public_id, spell=spell),
            button="Save",
            notice="The post was corrected.",
            act=act,
            rows=lambda: [*typed.rows(), *days.rows(), ("Why", form.reason.data or "")],
            since=clock.today,
            is_right=typed.is_right,
            doubts=lambda: _doubts(subject, typed),
            days=days.both,
            parts=(*PARTS, FIRST, LAST, "reason"),
            about=_words(subject, standing),
            hints={**HINTS, "reason": "For example: wrong unit in the HR file"},
        )
    )


@blueprint.route(f"{SPELL}/end", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING, Permission.PARTNER_LEAD)
def end_post(public_id: str, spell: int) -> Page:
    """Say on which day the post ends or ended."""
    subject = subject_of(public_id, part=True)
    standing = _standing(subject, spell)
    if not isinstance(standing, SpellFact):
        return standing
    form = EndPostForm()
    legend, hint = "Last day of the post", "The last day of work, past or to come"
    day = (
        read_day(LAST, legend, hint, request.form, clock.today())
        if form.is_submitted()
        else shown(LAST, legend, hint, None)
    )

    def act(session: Session, stamp: Stamp) -> int:
        assert day.value is not None
        service.end_post(session, stamp, subject.person_id, spell, day.value, _among(subject))
        return subject.person_id

    def rows() -> list[tuple[str, str]]:
        later = [
            ("Is taken out with it", _words(subject, one))
            for one in spell_facts(db.session(), subject.person_id, standing.post_ref)
            if day.value and one.spell.first_day > day.value
        ]
        return [
            ("Post", _words(subject, standing)),
            (legend, long_date(day.value) if day.value else ""),
            *later,
        ]

    return run(
        Change(
            subject=subject,
            title="End a post",
            form=form,
            action=url_for("people.end_post", public_id=public_id, spell=spell),
            button="End this post",
            notice="The last day of the post was saved.",
            act=act,
            rows=rows,
            since=clock.today,
            days=lambda: (day,),
            parts=(LAST,),
            warning=True,
            about=_words(subject, standing),
        )
    )


@blueprint.route(f"{SPELL}/mistake", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def remove_post(public_id: str, spell: int) -> Page:
    """Mark a stretch of a post as a mistake: it never was."""
    subject = subject_of(public_id)
    standing = _standing(subject, spell)
    if not isinstance(standing, SpellFact):
        return standing
    form = RemovePostForm()

    def act(session: Session, stamp: Stamp) -> int:
        service.remove_post(session, stamp, subject.person_id, spell, form.reason.data or "")
        return subject.person_id

    return run(
        Change(
            subject=subject,
            title="Mark a post as a mistake",
            form=form,
            action=url_for("people.remove_post", public_id=public_id, spell=spell),
            button="Mark as a mistake",
            notice="The post was marked as a mistake.",
            act=act,
            rows=lambda: [("Post", _words(subject, standing)), ("Why", form.reason.data or "")],
            since=clock.today,
            parts=("reason",),
            hints={"reason": "For example: recorded for the wrong person"},
            warning=True,
            about=_words(subject, standing),
        )
    )
