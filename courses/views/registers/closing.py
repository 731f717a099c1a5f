"""Closing a register: what will be recorded for whom, once more, and then it is done."""

from flask import render_template, url_for
from werkzeug.wrappers import Response

from courses.forms.sending import SendForm
from courses.services.workshops import closing
from courses.views.acting import act_if_sent
from courses.views.blueprint import blueprint
from courses.views.registers.access import certificate_issuer, workshop_to_run
from courses.views.workshops.words import day_words
from foundation import clock
from foundation.db import Session, db
from foundation.formats import count_noun
from foundation.stamp import Stamp
from people import auth


@blueprint.route("/workshops/<public_id>/register/close", methods=["GET", "POST"])
@auth.signed_in
def register_close(public_id: str) -> str | Response | tuple[str, int]:
    """Show for whom a completion will be recorded, and who has one already; then close the register."""
    workshop, form = workshop_to_run(public_id), SendForm()

    def act(session: Session, stamp: Stamp) -> str:
        closing.close(session, stamp, workshop, certificate_issuer())
        return url_for("courses.workshop_register", public_id=public_id)

    following, problems = act_if_sent(form, act, notice="The register is closed.")
    if following is not None:
        return following
    found = closing.plan(db.session(), workshop)
    page = render_template(
        "courses/registers/close.html",
        form=form,
        problems=problems,
        workshop=workshop,
        day=day_words(workshop.sitting),
        counts=_counts(found),
        lacking=[line.person.name for line in found.lacking],
        new=[one.name for one in found.new],
        facilitators=[one.name for one in found.facilitators],
        known=[one.name for one, _ in found.known],
        has_begun=clock.now() >= workshop.sitting.starts_at,
        is_closed=found.register.closed is not None,
    )
    return page, 422 if problems else 200


def _counts(found: closing.Closing) -> list[tuple[str, str]]:
    guests = len(found.register.guests)
    recorded = len(found.new) + len(found.facilitators)
    return [
        ("Completions to record", count_noun(recorded, "person", "people")),
        ("On record already", count_noun(len(found.known), "person", "people")),
        ("Cancelled late", count_noun(len(found.by_themselves), "person", "people")),
        ("Guests who stay a number", count_noun(guests, "guest", "guests")),
    ]
