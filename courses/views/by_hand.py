"""Somebody's completions by hand: adding one, correcting one, taking one back; each checked before it is saved."""

from collections.abc import Callable
from datetime import date
from typing import Any

from flask import request, url_for

from courses.domain import CompletionKey, Evidence
from courses.forms.by_hand import (
    COMPLETED,
    COUNTS_NO_MORE,
    DATE_COMPLETED,
    FROM_DAY,
    HOW_KNOWN,
    HOW_TAKEN_BACK,
    ONLY_WITH_A_DAY,
    REVOKED,
    AddCompletionForm,
    CompletionForm,
    CorrectCompletionForm,
    VoidCompletionForm,
    completed_day,
    revoked_day,
)
from courses.forms.sending import day_in_address
from courses.services import by_hand as service
from courses.services.by_hand import AlreadyRecorded, on_offer, said_of
from courses.services.evidence_queue import course_titles
from courses.store import OnRecord
from courses.views.blueprint import blueprint
from foundation import clock
from foundation.db import Session, db
from foundation.errors import NotFound
from foundation.formats import long_date
from foundation.stamp import Stamp
from people import auth
from people.domain import Permission
from people.forms.records.base import Day, shown
from people.services.records.standing import ChangedMeanwhile
from people.views.records.flow import Change, Page, Subject, gone_page, own_record, run, subject_of

PERSON = "/people/<public_id>/completions"
FORM = "courses/by_hand/form.html"
HINTS = {
    "course": "As the rule book lists them today",
    "provider": "Leave it blank for whom the rule book names",
    "reason": "For example: wrong date, another course. Do not give medical or other sensitive details",
}


def _form_rows(form: CompletionForm, day: Day) -> list[tuple[str, str]]:
    assert day.value is not None
    return [
        ("Course", str(dict(form.course.choices).get(form.course.data, ""))),
        (DATE_COMPLETED, long_date(day.value)),
        ("Who ran it", form.provider.data or ""),
        ("Certificate number", form.reference.data or ""),
    ]


class _Already:
    """Remembers which completion stood in the way, so that the page leads to it."""

    def __init__(self, subject: Subject) -> None:
        self.subject = subject
        self.before: OnRecord | None = None

    def noting(self, act: Callable[[Session, Stamp], None]) -> Callable[[Session, Stamp], int]:
        def noted(session: Session, stamp: Stamp) -> int:
            try:
                act(session, stamp)
            except AlreadyRecorded as there:
                self.before = there.before
                raise
            return self.subject.person_id

        return noted

    def more(self) -> dict[str, str]:
        """What the page of the form shows besides. Whoever may not correct it reads it on the person's page."""
        if self.before is None:
            return {"already": ""}
        where: dict[str, Any] = {"public_id": self.subject.public_id, "course": self.before.course}
        day = self.before.completed_on.isoformat()
        correct = url_for("courses.correct_completion", **where, completed_on=day)
        return {"already": f"{self.subject.href}#completions" if self.subject.part else correct}


@blueprint.route(f"{PERSON}/new", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING, Permission.PARTNER_LEAD)
def add_completion(public_id: str) -> Page:
    """Record that somebody completed a course; what the lead of a partner records still has to be checked."""
    subject, today = subject_of(public_id, part=True), clock.today()
    form = AddCompletionForm()
    form.offer(on_offer(db.session(), today))
    submitted = form.is_submitted()
    day = completed_day(request.form, today) if submitted else shown(COMPLETED, DATE_COMPLETED, "", None)
    if subject.part:
        form.evidence.data = Evidence.AWAITING.value
    already = _Already(subject)

    def act(session: Session, stamp: Stamp) -> None:
        assert day.value is not None
        evidence = Evidence(form.evidence.data)
        service.add(session, stamp, subject.person_id, form.told(day.value), evidence, today)

    def doubts() -> list[str]:
        assert day.value is not None
        told = form.told(day.value)
        return service.doubts(db.session(), subject.person_id, told, today, with_posts=not subject.part)

    return run(
        Change(
            subject=subject,
            title="Add a completion",
            form=form,
            action=url_for("courses.add_completion", public_id=public_id),
            button="Save",
            notice="The completion was recorded.",
            act=already.noting(act),
            rows=lambda: [
                *_form_rows(form, day),
                ("How do you know?", HOW_KNOWN[Evidence(form.evidence.data)]),
            ],
            since=clock.today,
            is_right=form.is_known_course,
            doubts=doubts,
            days=lambda: (day,),
            parts=("course", COMPLETED, "provider", "reference", *(() if subject.part else ("evidence",))),
            hints=HINTS,
            tells=not subject.part,
            template=FORM,
            more=already.more,
        )
    )


def _key(subject: Subject, course: str, completed_on: str) -> CompletionKey:
    day = day_in_address(completed_on)
    if day is None:
        raise NotFound("There is no such completion.")
    return CompletionKey(subject.person_id, course, day)


def _standing(subject: Subject, key: CompletionKey, titles: dict[str, str]) -> OnRecord | Page | None:
    """The completion; a page where there is none to change; None where a form about one that is gone was sent.

    A form may be sent twice: only once it acts does it say whether the completion is gone (`act_once`).
    """
    if subject.is_own:
        return own_record(subject)
    try:
        return service.standing(db.session(), key, titles)
    except ChangedMeanwhile as changed:
        return None if request.method == "POST" else gone_page(subject, changed)


def _about(before: OnRecord | None, titles: dict[str, str]) -> str:
    return ", ".join(value for _, value in said_of(before, titles)) if before else ""


@blueprint.route(f"{PERSON}/<course>/<completed_on>/correct", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def correct_completion(public_id: str, course: str, completed_on: str) -> Page:
    """Correct the course, the day, who ran it or the number of the certificate; files and evidence stay with it."""
    subject, today = subject_of(public_id), clock.today()
    key, titles = _key(subject, course, completed_on), course_titles(db.session(), today)
    before = _standing(subject, key, titles)
    if not (before is None or isinstance(before, OnRecord)):
        return before
    form = CorrectCompletionForm()
    form.offer(on_offer(db.session(), today, key.course))
    if form.is_submitted():
        day = completed_day(request.form, today)
    else:
        assert before is not None
        form.fact.data, form.course.data = str(before.id), before.course
        form.provider.data, form.reference.data = before.provider, before.reference
        day = shown(COMPLETED, DATE_COMPLETED, "", before.completed_on)
    already = _Already(subject)

    def act(session: Session, stamp: Stamp) -> None:
        assert day.value is not None
        told, reason = form.told(day.value), form.reason.data or ""
        service.correct(session, stamp, key, form.fact_id, told, reason, today, titles)

    def doubts() -> list[str]:
        assert day.value is not None
        told = form.told(day.value)
        return service.doubts(db.session(), subject.person_id, told, today, with_posts=True)

    return run(
        Change(
            subject=subject,
            title="Correct a completion",
            form=form,
            action=url_for(
                "courses.correct_completion", public_id=public_id, course=course, completed_on=completed_on
            ),
            button="Save",
            notice="The completion was corrected.",
            act=already.noting(act),
            rows=lambda: [*_form_rows(form, day), ("Why", form.reason.data or "")],
            since=clock.today,
            is_right=form.is_known_course,
            doubts=doubts,
            days=lambda: (day,),
            parts=("course", COMPLETED, "provider", "reference", "reason"),
            hints={"reason": HINTS["reason"]},
            about=_about(before, titles),
            template=FORM,
            more=already.more,
        )
    )


@blueprint.route(f"{PERSON}/<course>/<completed_on>/take-back", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def void_completion(public_id: str, course: str, completed_on: str) -> Page:
    """Take a completion back that never was, or say from which day on it no longer counts (counting rule 5)."""
    subject, today = subject_of(public_id), clock.today()
    key, titles = _key(subject, course, completed_on), course_titles(db.session(), today)
    before = _standing(subject, key, titles)
    if not (before is None or isinstance(before, OnRecord)):
        return before
    form = VoidCompletionForm()
    if form.is_submitted():
        day = revoked_day(request.form, today, key.completed_on, form.how.data or "")
    else:
        assert before is not None
        form.fact.data = str(before.id)
        day = shown(REVOKED, COUNTS_NO_MORE, ONLY_WITH_A_DAY, before.revoked_on)

    def from_day() -> date | None:
        return day.value if form.how.data == FROM_DAY else None

    def act(session: Session, stamp: Stamp) -> int:
        since, reason = from_day(), form.reason.data or ""
        if since is None:
            service.take_back(session, stamp, key, form.fact_id, reason, titles)
        else:
            service.revoke(session, stamp, key, form.fact_id, since, reason, titles)
        return subject.person_id

    def rows() -> list[tuple[str, str]]:
        since = from_day()
        return [
            ("Completion", _about(before, titles)),
            ("What is wrong with it?", HOW_TAKEN_BACK.get(form.how.data or "", "")),
            *([(COUNTS_NO_MORE, long_date(since))] if since else []),
            ("Why", form.reason.data or ""),
        ]

    return run(
        Change(
            subject=subject,
            title="Take back a completion",
            form=form,
            action=url_for(
                "courses.void_completion", public_id=public_id, course=course, completed_on=completed_on
            ),
            button="Save",
            notice="The completion was taken back." if from_day() is None else "The completion was changed.",
            act=act,
            rows=rows,
            since=clock.today,
            days=lambda: (day,),
            parts=("how", REVOKED, "reason"),
            hints={"reason": "Do not give medical or other sensitive details"},
            about=_about(before, titles),
            warning=True,
            template=FORM,
            more=_Already(subject).more,
        )
    )


def changes_of(public_id: str, course: str, completed_on: date) -> list[tuple[str, str]]:
    """Where a completion is put right, for the person's page: the words of each link, and its address."""
    day = completed_on.isoformat()
    where: dict[str, Any] = {"public_id": public_id, "course": course, "completed_on": day}
    return [
        ("Correct", url_for("courses.correct_completion", **where)),
        ("Take back", url_for("courses.void_completion", **where)),
    ]
