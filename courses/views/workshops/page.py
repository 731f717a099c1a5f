"""The page of one workshop: what is said about it, and the parts that bookings, the register and answers add."""

from flask import render_template

from courses.domain.workshops import HOLDS_PLACE
from courses.services.workshops.planning import find
from courses.services.workshops.seeing import seen_by
from courses.store import bookings
from courses.store.workshops import Workshop
from courses.views.blueprint import blueprint
from courses.views.workshops.bookings import bookings_part
from courses.views.workshops.evaluation import evaluation_part
from courses.views.workshops.listing import may_plan
from courses.views.workshops.register import register_part
from courses.views.workshops.words import day_words, free_words, said_of, time_words
from foundation import clock
from foundation.db import db
from foundation.errors import NotFound
from people import auth
from people.domain import Account


def seen_workshop(account: Account, public_id: str) -> Workshop:
    """A workshop that the reader may see. Raises NotFound for any other, as if there were none."""
    found = find(db.session(), public_id)
    if not seen_by(db.session(), account, [found], clock.today()):
        raise NotFound("There is no such workshop.")
    return found


def sees_link(account: Account, workshop: Workshop) -> bool:
    """Whether the reader is shown the link to join by: whoever plans, leads or checks it, and who has a place."""
    if account.sees_everybody or account.person_id in workshop.sitting.facilitator_ids:
        return True
    own = bookings.of_person(db.session(), account.person_id) if account.person_id is not None else []
    return any(one.workshop_id == workshop.id and one.state in HOLDS_PLACE for one in own)


@blueprint.get("/workshops/<public_id>")
@auth.signed_in
def workshop(public_id: str) -> str:
    """One workshop."""
    account, session, now = auth.reader(), db.session(), clock.now()
    found = seen_workshop(account, public_id)
    counts = bookings.counts(session, [found.id])[found.id]
    plans = may_plan(account)
    return render_template(
        "courses/workshops/page.html",
        workshop=found,
        day=day_words(found.sitting),
        time=time_words(found.sitting),
        free=free_words(found, counts),
        rows=said_of(session, found.sitting, found.course_title, with_link=sees_link(account, found)),
        is_over=found.sitting.ends_at <= now,
        may_change=plans and not found.sitting.is_cancelled,
        may_call_off=plans and not found.sitting.is_cancelled and found.sitting.starts_at > now,
        may_plan=plans,
        bookings_part=bookings_part(found, account),
        register_part=register_part(found, account),
        evaluation_part=evaluation_part(found, account),
    )
