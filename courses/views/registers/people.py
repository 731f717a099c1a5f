"""People on a register: adding one who came without a booking, saying who a guest is, correcting what was closed."""

from collections.abc import Callable
from datetime import timedelta

from flask import render_template, request, url_for
from werkzeug.wrappers import Response

from courses.domain.workshops import Outcome
from courses.forms.attending import ChosenForm, CorrectOutcomeForm, LookForm
from courses.forms.sending import SendForm
from courses.services.workshops import attending, closing, guests
from courses.services.workshops.finding import candidates
from courses.store import attendance
from courses.store.attenders import Attender
from courses.store.workshops import Workshop
from courses.views.acting import act_if_sent
from courses.views.blueprint import blueprint
from courses.views.registers.access import (
    certificate_issuer,
    person_in_reach,
    person_named,
    workshop_to_run,
)
from courses.wording import OUTCOME_WORDS
from foundation import clock
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.stamp import Stamp
from people import auth
from people.forms.once import act_once
from people.services.limits import Limit

LOOKS = Limit("register.look", 300, timedelta(hours=1))
"""Searches of one account: more than a full room of walk-ins takes."""
CHOOSE = "choose"
ADDED_LATER = "Added after the register was closed"
Page = str | Response | tuple[str, int]
Act = Callable[[Session, Stamp, Attender], None]


def _register_address(workshop: Workshop) -> str:
    return url_for("courses.workshop_register", public_id=workshop.public_id)


def _choose_person(
    workshop: Workshop, title: str, button: str, notice: str, act: Act, **more: object
) -> Page:
    """Look for somebody, choose one of those who were found, and do it. Nothing of it stands in an address."""
    choosing = request.form.get("step") == CHOOSE
    # Before somebody is chosen the form is a new one, with a key of its own.
    look, chosen = LookForm(), ChosenForm() if choosing else ChosenForm(formdata=None)
    found: list[Attender] | None = None
    problems: list[str] = []
    if look.is_submitted() and look.validate():
        account = auth.reader()
        auth.refuse_while(auth.take([(LOOKS, auth.subject(account))]).wait)
        typed, last_name = look.looked_for.data or "", look.last_name.data or ""
        found = candidates(db.session(), account, typed, last_name, clock.today())
        chosen.offer([(one.public_id, one.name) for one in found])
        if choosing and chosen.validate() and chosen.is_chosen():
            person = next((one for one in found if one.public_id == chosen.person.data), None)
            if person is None:
                raise NotFound("There is no such person.")
            try:
                return _done(chosen, workshop, person, act, notice)
            except NotFound:
                raise
            except DomainError as error:
                problems = [str(error)]
    errors = [*look.error_lines(), *chosen.error_lines()]
    page = render_template(
        "courses/registers/person.html",
        title=title,
        button_words=button,
        look=look,
        form=chosen,
        found=found,
        errors=errors,
        problems=problems,
        workshop=workshop,
        action=request.path,
        about=more.get("about", ""),
        dismiss=more.get("dismiss"),
        send=more.get("send"),
    )
    return page, 422 if errors or problems else 200


def _done(form: ChosenForm, workshop: Workshop, person: Attender, act: Act, notice: str) -> Response:
    def acting(session: Session, stamp: Stamp) -> str:
        act(session, stamp, person)
        return _register_address(workshop)

    return act_once(form, acting, notice)


@blueprint.route("/workshops/<public_id>/register/add", methods=["GET", "POST"])
@auth.signed_in
def register_add(public_id: str) -> Page:
    """Add somebody who came without a booking."""
    workshop = workshop_to_run(public_id)

    def act(session: Session, stamp: Stamp, person: Attender) -> None:
        if attendance.closed(session, workshop.id) is None:
            attending.add_walk_in(session, stamp, workshop, person.id)
            return
        issuer = certificate_issuer()
        closing.correct(session, stamp, workshop, person, 0, Outcome.ATTENDED, ADDED_LATER, issuer)

    words = "Add somebody who came without a booking"
    return _choose_person(workshop, words, "Add to the register", "They are on the register.", act)


@blueprint.route("/workshops/<public_id>/register/guests/<guest>", methods=["GET", "POST"])
@auth.signed_in
def register_guest(public_id: str, guest: str) -> Page:
    """Say who a guest is. Whoever nobody knows stays a number."""
    workshop = workshop_to_run(public_id)
    who = attendance.guest(db.session(), workshop.id, guest)
    if who is None and request.method == "GET":
        raise NotFound("There is no such guest.")

    def act(session: Session, stamp: Stamp, person: Attender) -> None:
        guests.match_guest(session, stamp, workshop, guest, person, certificate_issuer())

    about = "" if who is None else ", ".join(part for part in (who.name, who.employer, who.number) if part)
    return _choose_person(
        workshop,
        "Who is this guest?",
        "This is the guest",
        "The guest is on the register by name.",
        act,
        about=about,
        dismiss=url_for("courses.register_guest_dismiss", public_id=public_id, guest=guest),
        send=SendForm(formdata=None),
    )


@blueprint.post("/workshops/<public_id>/register/guests/<guest>/dismiss")
@auth.signed_in
def register_guest_dismiss(public_id: str, guest: str) -> Page:
    """Take a guest off the register who signed in by mistake."""
    workshop = workshop_to_run(public_id)

    def act(session: Session, stamp: Stamp) -> str:
        guests.dismiss_guest(session, stamp, workshop, guest)
        return _register_address(workshop)

    following, problems = act_if_sent(SendForm(), act, "The guest was taken off the register.")
    if following is not None:
        return following
    page = render_template(
        "courses/registers/refused.html",
        workshop=workshop,
        problems=problems,
        back=_register_address(workshop),
    )
    return page, 422


@blueprint.route("/workshops/<public_id>/register/correct/<person>", methods=["GET", "POST"])
@auth.signed_in
def register_correct(public_id: str, person: str) -> Page:
    """Correct what a closed register says of somebody; the completion goes or comes with it."""
    workshop, session = workshop_to_run(public_id), db.session()
    who = person_named(session, person)
    register = attending.register_of(session, workshop)
    line = register.by_person.get(who.id)
    if line is None:
        who = person_in_reach(session, auth.reader(), person)
    form = CorrectOutcomeForm()
    if not form.is_submitted():
        form.fact.data = str(line.found.id) if line and line.found else "0"
        form.outcome.data = line.outcome.value if line and line.outcome else None

    def act(session: Session, stamp: Stamp) -> str:
        outcome, reason = Outcome(form.outcome.data), form.reason.data or ""
        issuer = certificate_issuer()
        closing.correct(session, stamp, workshop, who, form.fact_id, outcome, reason, issuer)
        return _register_address(workshop)

    problems: list[str] = []
    if form.is_submitted() and form.validate():
        try:
            return act_once(form, act, "The register was corrected.")
        except NotFound:
            raise
        except DomainError as error:
            problems = [str(error)]
    now = OUTCOME_WORDS[line.outcome] if line and line.outcome else "Not on the register"
    page = render_template(
        "courses/registers/correct.html",
        form=form,
        problems=problems,
        workshop=workshop,
        person=person,
        name=who.name,
        now=now,
        is_closed=register.closed is not None,
    )
    return page, 422 if form.errors or problems else 200
