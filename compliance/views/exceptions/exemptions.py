"""Exemptions of one person: recording one, ending one early, taking a mistaken one back."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

from flask import render_template, request

from compliance.domain.requirement import RuleBook
from compliance.domain.timeline import Exemption, PersonFacts
from compliance.forms.exceptions import SAVE, AddExemptionForm, EndForm
from compliance.imports.exemptions import NOT_HERE, may_be_personal
from compliance.services import exemptions as service
from compliance.services.exemptions import NewExemption
from compliance.store.exemptions import RecordedExemption
from compliance.store.rules import load_rule_book
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
from compliance.views.shown import requirement_options
from foundation import clock
from foundation.db import Session, db
from foundation.formats import long_date
from foundation.stamp import Stamp
from people import auth
from people.domain import Permission

EVERY = "All requirements"


def requirement_titles(book: RuleBook, today: date) -> Mapping[str, str]:
    """The title of each requirement by its code."""
    return dict(requirement_options(book, today, every=False))


@blueprint.route("/people/<public_id>/exemptions/new", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def add_exemption(public_id: str) -> Page:
    """Record an exemption, after showing what it changes for the person and for the figures."""
    session, today, who = db.session(), clock.today(), subject(public_id)
    titles = requirement_titles(load_rule_book(session), today)
    form = AddExemptionForm()
    form.offer(list(titles.items()))

    def ask() -> str:
        return render_template(
            "compliance/exceptions/add_exemption.html",
            form=form,
            name=who.name,
            back_href=who.href,
            months=service.LONGEST_MONTHS,
        )

    if who.is_reader:
        return own_record(who, 422 if form.is_submitted() else 200)
    if not form.is_submitted():
        form.show_days({"first_day": today})
        return ask()
    form.read_days(request.form)
    if not form.is_answered():
        return ask(), 422
    new = form.new_exemption()
    # What is saved is looked at once more inside its transaction, where a form that is sent twice is known.
    problems = [] if form.step.data == SAVE else service.problems_with(session, who.person_id, new)
    if problems:
        form.refuse(problems)
        return ask(), 422

    def act(session: Session, stamp: Stamp) -> None:
        service.add_exemption(session, stamp, who.person_id, new, giver())

    return go_on(who, form, ask, _check_of(who, new, titles, today), act, "The exemption is recorded.")


def _check_of(who: Subject, new: NewExemption, titles: Mapping[str, str], today: date) -> Check:
    def change(facts: PersonFacts) -> PersonFacts:
        return replace(facts, exemptions=[*facts.exemptions, new.counted])

    notes = past_words(new.first_day, today)
    if may_be_personal(new.reason):
        notes.insert(0, f"{NOT_HERE} The reason may tell of personal circumstances: look at it again.")
    return Check(
        title="Check before you record this exemption",
        button="Record this exemption",
        rows=[
            ("Person", who.name),
            (
                "Requirement",
                EVERY if new.requirement is None else titles.get(new.requirement, new.requirement),
            ),
            ("First day", long_date(new.first_day)),
            ("Last day", long_date(new.last_day)),
            ("Approved by", new.approved_by),
            ("Reason", new.reason),
        ],
        change=change,
        notes=notes,
    )


@blueprint.route("/people/<public_id>/exemptions/<int:exemption>/end", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def end_exemption(public_id: str, exemption: int) -> Page:
    """End an exemption early, or take back a mistaken one, after showing what that changes."""
    session, today, who = db.session(), clock.today(), subject(public_id)
    found = service.exemption_of(session, who.person_id, exemption)
    form = EndForm()
    form.offer("It ends early, with a day", "It was recorded by mistake: they were never exempt")
    if who.is_reader:
        return own_record(who, 422 if form.is_submitted() else 200)
    if found is None:
        return gone(who, form)
    titles = requirement_titles(load_rule_book(session), today)
    title = EVERY if found.requirement is None else titles.get(found.requirement, found.requirement)

    def ask() -> str:
        return render_template(
            "compliance/exceptions/end_exemption.html",
            form=form,
            name=who.name,
            title=title,
            found=found,
            back_href=who.href,
            action=request.path,
        )

    if not form.is_submitted():
        running = found.first_day <= today < found.last_day
        form.show_days({"last_day": today if running else None})
        return ask()
    form.read_days(request.form)
    if not form.is_answered():
        return ask(), 422
    last_day, reason = form.ends_with, str(form.reason.data)
    problems = service.problems_with_end(found, last_day, reason)
    if problems:
        form.refuse(problems)
        return ask(), 422

    def act(session: Session, stamp: Stamp) -> None:
        service.end_exemption(session, stamp, who.person_id, exemption, last_day, reason, giver())

    notice = "The exemption was taken back."
    if last_day is not None:
        notice = f"The exemption ends on {long_date(last_day)}."
    return go_on(who, form, ask, _check_of_end(who, found, title, last_day, reason, today), act, notice)


def _check_of_end(
    who: Subject, found: RecordedExemption, title: str, last_day: date | None, reason: str, today: date
) -> Check:
    def change(facts: PersonFacts) -> PersonFacts:
        kept = list(facts.exemptions)
        kept.remove(Exemption(found.requirement, found.first_day, found.last_day))
        if last_day is not None:
            kept.append(Exemption(found.requirement, found.first_day, last_day))
        return replace(facts, exemptions=kept)

    return Check(
        title="Check before you end this exemption",
        button="End this exemption" if last_day else "Take this exemption back",
        rows=[
            ("Person", who.name),
            ("Requirement", title),
            ("First day", long_date(found.first_day)),
            ("Last day", long_date(last_day) if last_day else "Never exempt: recorded by mistake"),
            ("Why", reason),
        ],
        change=change,
        notes=past_words(found.first_day if last_day is None else last_day, today),
        warning=True,
    )
