"""Adding somebody who is in no file, and correcting who somebody is."""

from datetime import date

from flask import url_for

from foundation import clock
from foundation.db import Session, db
from foundation.errors import NotFound
from foundation.stamp import Stamp
from people import auth
from people.domain import Category, Permission
from people.forms.records.details import AddPersonForm, CorrectDetailsForm
from people.imports.person_rows import Details
from people.services.records import people as service
from people.services.records.choosing import doubts_about_person, doubts_about_post
from people.services.records.people import LedBy, NewPerson
from people.services.records.standing import details_fact, details_lines, refuse_other_employer
from people.views.blueprint import blueprint
from people.views.records.duties import HINTS, PARTS, TypedDays, TypedDuties
from people.views.records.flow import Change, Page, run, subject_of

NO_EMAIL = "Leave it blank for somebody without one: they stay counted"


@blueprint.route("/people/new", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def add_person() -> Page:
    """Add somebody who is in no HR file, with the first post."""
    form = AddPersonForm()
    typed = TypedDuties(form)
    typed.offer()
    submitted = form.is_submitted()
    days = TypedDays.read("the post") if submitted else TypedDays.of("the post")
    if not submitted:
        form.category.data = Category.EMPLOYEE.value

    def act(session: Session, stamp: Stamp) -> int:
        said = NewPerson(
            form.person_ref.data or "", form.details(), form.post_ref.data or "", days.spell(typed.duties())
        )
        return service.add_person(session, stamp, said)

    def is_right() -> bool:
        problem = service.refuse_ref(db.session(), form.person_ref.data or "") if form.person_ref.data else ""
        if problem:
            form.person_ref.errors = [*form.person_ref.errors, problem]
        return typed.is_right() and not problem

    def doubts() -> list[str]:
        found = doubts_about_person(db.session(), form.details(), None)
        return found + doubts_about_post(
            db.session(), typed.duties(), form.person_ref.data or "", clock.today()
        )

    return run(
        Change(
            subject=None,
            title="Add a person",
            form=form,
            action=url_for("people.add_person"),
            button="Add this person",
            notice="The person was added.",
            act=act,
            rows=lambda: [
                ("Payroll or staff number", form.person_ref.data or ""),
                *details_lines(form.details()),
                ("Post number", form.post_ref.data or ""),
                *typed.rows(),
                *days.rows(),
            ],
            since=lambda: days.first.value or date.min,
            is_right=is_right,
            doubts=doubts,
            days=days.both,
            parts=(
                "person_ref",
                "first_name",
                "last_name",
                "email",
                "category",
                "post_ref",
                *PARTS,
                "first_day",
                "last_day",
            ),
            hints={**HINTS, "email": NO_EMAIL, "person_ref": "It cannot be changed later"},
        )
    )


@blueprint.route("/people/<public_id>/details", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING, Permission.PARTNER_LEAD)
def correct_details(public_id: str) -> Page:
    """Correct the name, the e-mail address or the category; a partner lead not the category, on which duties rest.

    Nor anything of somebody whom others employ too: a password is sent to the address that stands here.
    """
    subject = subject_of(public_id, part=True)
    lead = LedBy(auth.reader().organisation_ids, clock.today()) if subject.part else None
    if lead is not None:
        refuse_other_employer(db.session(), subject.person_id, lead.organisation_ids, lead.today)
    standing = details_fact(db.session(), subject.person_id)
    if standing is None:
        raise NotFound("There is no such person.")
    form = CorrectDetailsForm()
    before = standing.details
    if not form.is_submitted():
        form.fact.data = str(standing.id)
        form.first_name.data, form.last_name.data = before.first_name, before.last_name
        form.email.data, form.category.data = before.email, before.category
    if subject.part:
        form.category.data = before.category

    def said() -> Details:
        return form.details()

    def act(session: Session, stamp: Stamp) -> int:
        service.correct_details(
            session, stamp, subject.person_id, form.fact_id, said(), form.reason.data or "", lead
        )
        return subject.person_id

    category = () if subject.part else ("category",)
    return run(
        Change(
            subject=subject,
            title="Correct details",
            form=form,
            action=url_for("people.correct_details", public_id=public_id),
            button="Save",
            notice="The details were corrected.",
            act=act,
            rows=lambda: [*details_lines(said()), ("Why", form.reason.data or "")],
            since=clock.today,
            # Whose address it is besides is not for the lead of a partner to learn.
            doubts=lambda: (
                () if subject.part else doubts_about_person(db.session(), said(), subject.person_id)
            ),
            parts=("first_name", "last_name", "email", *category, "reason"),
            hints={"email": NO_EMAIL, "reason": "For example: new name, spelt wrongly"},
            tells=not subject.part,
        )
    )
