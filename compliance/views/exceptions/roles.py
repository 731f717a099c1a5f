"""Roles by hand: giving one, saying that one is still right, ending one. For learning and development alone."""

from dataclasses import replace
from datetime import date

from flask import render_template, request

from compliance.domain.timeline import PersonFacts
from compliance.forms.exceptions import SAVE, EndForm, GiveRoleForm, ReviewRoleForm
from compliance.views.blueprint import blueprint
from compliance.views.exceptions.steps import (
    Check,
    Page,
    Subject,
    giver,
    go_on,
    gone,
    own_record,
    past_words,
    subject,
)
from foundation import clock
from foundation.dates import FAR_DAY
from foundation.db import Session, db
from foundation.errors import NotFound
from foundation.formats import long_date
from foundation.stamp import Stamp
from people import auth
from people.domain import Permission, RoleGrant
from people.services import roles
from people.services.roles import NewRole, RoleByHand


@blueprint.route("/people/<public_id>/roles/new", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def give_role(public_id: str) -> Page:
    """Give a person a role of the rule book by hand, after showing what that changes."""
    session, today, who = db.session(), clock.today(), subject(public_id)
    form = GiveRoleForm()
    offered = roles.roles_to_give(session, today)
    form.offer(offered)

    def ask() -> str:
        return render_template(
            "compliance/exceptions/give_role.html",
            form=form,
            name=who.name,
            back_href=who.href,
            months=roles.REVIEW_MONTHS,
        )

    if who.is_reader:
        return own_record(who, 422 if form.is_submitted() else 200)
    if not form.is_submitted():
        form.show_days({"first_day": today, "review_on": roles.last_review_day(today, today)})
        return ask()
    form.read_days(request.form)
    if not form.is_answered():
        return ask(), 422
    new = form.new_role()
    # What is saved is looked at once more inside its transaction, where a form that is sent twice is known.
    problems = [] if form.step.data == SAVE else roles.problems_with(session, who.person_id, new, today)
    if problems:
        form.refuse(problems)
        return ask(), 422
    title = dict(offered).get(new.role, new.role)

    def act(session: Session, stamp: Stamp) -> None:
        roles.give_role(session, stamp, who.person_id, new, today, giver())

    return go_on(who, form, ask, _check_of(who, new, title, today), act, "The role is given.")


def _check_of(who: Subject, new: NewRole, title: str, today: date) -> Check:
    def change(facts: PersonFacts) -> PersonFacts:
        grant = RoleGrant(new.role, new.first_day, new.last_day, new.approved_by)
        return replace(facts, grants=[*facts.grants, grant])

    return Check(
        title="Check before you give this role",
        button="Give this role",
        rows=[
            ("Person", who.name),
            ("Role", title),
            ("First day", long_date(new.first_day)),
            ("Last day", _end(new.last_day)),
            ("Review date", long_date(new.review_on)),
            ("Approved by", new.approved_by),
            ("Why they have this role", new.reason),
        ],
        change=change,
        notes=past_words(new.first_day, today),
    )


@blueprint.route("/people/<public_id>/roles/<int:role>/review", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def review_role(public_id: str, role: int) -> Page:
    """Say that a role by hand is still right, on whose word, and when it is asked again."""
    session, today, who = db.session(), clock.today(), subject(public_id)
    found = _standing(session, who, role)
    form = ReviewRoleForm()
    if who.is_reader:
        return own_record(who, 422 if form.is_submitted() else 200)
    if found is None:
        return gone(who, form)
    title = roles.role_titles(session).get(found.role, found.role)

    def ask() -> str:
        return render_template(
            "compliance/exceptions/review_role.html",
            form=form,
            name=who.name,
            title=title,
            found=found,
            end=_end(found.last_day),
            back_href=who.href,
            action=request.path,
            months=roles.REVIEW_MONTHS,
        )

    if not form.is_submitted():
        form.show_days({"review_on": roles.last_review_day(today, today)})
        return ask()
    form.read_days(request.form)
    if not form.is_answered():
        return ask(), 422
    review_on = form.day("review_on")
    assert review_on is not None
    form.step.data = SAVE  # nothing is required of anybody by this, so there is nothing to look at first

    def act(session: Session, stamp: Stamp) -> None:
        approver = str(form.approved_by.data)
        roles.review_role(session, stamp, who.person_id, role, approver, review_on, today, giver())

    notice = f"The role is kept. Next review by {long_date(review_on)}."
    nothing = Check("", "", (), lambda facts: facts)
    return go_on(who, form, ask, nothing, act, notice)


@blueprint.route("/people/<public_id>/roles/<int:role>/end", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def end_role(public_id: str, role: int) -> Page:
    """End a role by hand, or take back one that was given by mistake, after showing what that changes."""
    session, today, who = db.session(), clock.today(), subject(public_id)
    found = _standing(session, who, role)
    form = EndForm()
    form.offer("It ends with a day", "It was given by mistake: they never had this role")
    if who.is_reader:
        return own_record(who, 422 if form.is_submitted() else 200)
    if found is None:
        return gone(who, form)
    title = roles.role_titles(session).get(found.role, found.role)

    def ask() -> str:
        return render_template(
            "compliance/exceptions/end_role.html",
            form=form,
            name=who.name,
            title=title,
            found=found,
            end=_end(found.last_day),
            back_href=who.href,
            action=request.path,
        )

    if not form.is_submitted():
        form.show_days({"last_day": max(found.first_day, min(today, found.last_day))})
        return ask()
    form.read_days(request.form)
    if not form.is_answered():
        return ask(), 422
    last_day, reason = form.ends_with, str(form.reason.data)
    problems = roles.problems_with_end(found, last_day, reason)
    if problems:
        form.refuse(problems)
        return ask(), 422

    def act(session: Session, stamp: Stamp) -> None:
        roles.end_role(session, stamp, who.person_id, role, last_day, reason, giver())

    notice = "The role was taken back." if last_day is None else "The role was ended."
    return go_on(who, form, ask, _check_of_end(who, found, title, last_day, reason, today), act, notice)


def _check_of_end(
    who: Subject, found: RoleByHand, title: str, last_day: date | None, reason: str, today: date
) -> Check:
    def change(facts: PersonFacts) -> PersonFacts:
        ended = (found.role, found.first_day, found.last_day)
        kept = [one for one in facts.grants if (one.role, one.first_day, one.last_day) != ended]
        if last_day is not None:
            kept.append(RoleGrant(found.role, found.first_day, last_day, found.approved_by))
        return replace(facts, grants=kept)

    return Check(
        title="Check before you end this role",
        button="End this role" if last_day else "Take this role back",
        rows=[
            ("Person", who.name),
            ("Role", title),
            ("First day", long_date(found.first_day)),
            ("Last day", long_date(last_day) if last_day else "Never held: given by mistake"),
            ("Why", reason),
        ],
        change=change,
        notes=past_words(found.first_day if last_day is None else last_day, today),
        warning=True,
    )


def _standing(session: Session, who: Subject, fact_id: int) -> RoleByHand | None:
    found = roles.role_by_hand(session, who.person_id, fact_id)
    if found is None and not roles.was_by_hand(session, who.person_id, fact_id):
        raise NotFound("There is no such role.")
    return found


def _end(last_day: date) -> str:
    return "No end" if last_day == FAR_DAY else long_date(last_day)
