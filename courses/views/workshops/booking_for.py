"""Booking several people on a workshop: choosing them, the check of what comes of it, the deed.

What was chosen travels in the page between the steps, never in an address. Nothing is done before the last step, and
then for everybody who was listed or for nobody.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from flask import abort, render_template, request, url_for
from werkzeug.wrappers import Response

from courses.forms.bookings import LONGEST_NUMBER, MOST_AT_ONCE, PeopleToBookForm, numbers_in
from courses.services.workshops import booking as service
from courses.services.workshops.booking import Expected
from courses.services.workshops.booking_words import in_date_words, reasons
from courses.services.workshops.checks import Check, check
from courses.services.workshops.places import standing_of
from courses.services.workshops.reach import books_several, leads_team, may_book, writes_for_everybody
from courses.store import booking_facts
from courses.store.workshops import Workshop
from courses.views.blueprint import blueprint
from courses.views.workshops.choosing import offered_people
from courses.views.workshops.page import seen_workshop
from courses.views.workshops.words import said_of
from foundation import clock
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.formats import count_noun
from foundation.stamp import Stamp
from people import auth
from people.domain import Account
from people.forms.once import act_once
from people.forms.records.base import CHECK, CONFIRM, STEP

Page = str | Response | tuple[str, int]
SHOWN = 60


@dataclass(frozen=True, slots=True)
class Chosen:
    """Whom the page names: people whom the reader may book, in order, and the numbers that name nobody."""

    ids: list[int] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Named:
    """Somebody on the page of the check, and what there is to say of them."""

    public_id: str
    name: str
    words: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What booking those who were chosen would do."""

    booked: list[Named]
    waiting: list[Named]
    cannot: list[Named]
    need_reason: int
    """How many of those who cannot could be booked with a reason."""

    @property
    def expected(self) -> Expected:
        return Expected(len(self.booked), len(self.waiting))


@blueprint.route("/workshops/<public_id>/book-for", methods=["GET", "POST"])
@auth.signed_in
def book_for(public_id: str) -> Page:
    """Book people of one's team, or several at once by search and staff numbers."""
    account = auth.reader()
    if not (leads_team(account) or books_several(account)):
        abort(403)
    workshop = seen_workshop(account, public_id)
    form = PeopleToBookForm()
    if not form.is_submitted():
        return _choosing(account, workshop, form, Chosen())
    is_right, step = form.validate(), request.form.get(STEP, "")
    chosen = _chosen(account, form)
    if not is_right:
        return _choosing(account, workshop, form, chosen), 422
    if step == CONFIRM:
        return _confirm(account, workshop, form, chosen)
    if step == CHECK:
        if not chosen.ids and not chosen.unknown:
            form.refuse("Select who is to be booked")
        if len(chosen.ids) > MOST_AT_ONCE:
            form.refuse(
                f"Up to {MOST_AT_ONCE} people can be booked at once. You have selected {len(chosen.ids)}"
            )
        if form.form_errors:
            return _choosing(account, workshop, form, chosen), 422
        return _checking(account, workshop, form, chosen)
    return _choosing(account, workshop, form, chosen), 422 if step not in ("find", "back") else 200


def _chosen(account: Account, form: PeopleToBookForm) -> Chosen:
    """Those who are ticked, then those whose numbers were typed. A stranger's number is like nobody's."""
    session, today = db.session(), clock.today()
    ticked = list(dict.fromkeys(request.form.getlist("people")))[: MOST_AT_ONCE * 2]
    by_public_id = booking_facts.ids_by_public_id(session, ticked)
    numbers = numbers_in(form.numbers.data or "") if books_several(account) else []
    by_ref = booking_facts.ids_by_ref(session, [one for one in numbers if len(one) <= LONGEST_NUMBER])
    allowed = may_book(session, account, {*by_public_id.values(), *by_ref.values()}, today)
    if set(by_public_id.values()) - allowed or set(ticked) - by_public_id.keys():
        raise NotFound("There is no such person.")
    known = [by_ref[one] for one in numbers if by_ref.get(one) in allowed]
    ids = list(dict.fromkeys([*(by_public_id[one] for one in ticked), *known]))
    return Chosen(ids, [one for one in numbers if by_ref.get(one) not in allowed])


def _choosing(account: Account, workshop: Workshop, form: PeopleToBookForm, chosen: Chosen) -> str:
    offered = offered_people(account, form.looked_for.data or "", chosen.ids)
    return render_template(
        "courses/workshops/book_for.html",
        form=form,
        errors=form.error_lines(),
        workshop=workshop,
        rows=said_of(db.session(), workshop.sitting, workshop.course_title, with_link=False)[:4],
        offered=offered,
        chosen=set(chosen.ids),
        standing=standing_of(db.session(), workshop, clock.now()),
    )


def _outcome(account: Account, workshop: Workshop, chosen: Sequence[int], reason: str) -> Outcome:
    session = db.session()
    found = check(session, workshop, chosen, clock.now())
    people = booking_facts.people_by_id(session, chosen, clock.today())
    overrides = writes_for_everybody(account)
    if overrides and reason:
        found = {one: each.overridden() for one, each in found.items()}
    can = [one for one in found.values() if one.is_free]
    cannot = [one for one in found.values() if not one.is_free]
    free = standing_of(session, workshop, clock.now()).free

    def named(one: Check, words: str) -> Named:
        return Named(people[one.person_id].public_id, people[one.person_id].name, words)

    able = [named(one, in_date_words(one.in_date_until, to_you=False)) for one in can]
    return Outcome(
        able[:free],
        able[free:],
        [named(one, reasons(one)) for one in cannot],
        sum(one.only_needs_a_reason for one in cannot) if overrides else 0,
    )


def _checking(
    account: Account,
    workshop: Workshop,
    form: PeopleToBookForm,
    chosen: Chosen,
    problems: Sequence[str] = (),
) -> str:
    outcome = _outcome(account, workshop, chosen.ids, form.reason.data or "")
    everybody = booking_facts.people_by_id(db.session(), chosen.ids, clock.today())
    return render_template(
        "courses/workshops/book_check.html",
        form=form,
        problems=problems,
        workshop=workshop,
        rows=said_of(db.session(), workshop.sitting, workshop.course_title, with_link=False)[:4],
        outcome=outcome,
        unknown=[one[:SHOWN] for one in chosen.unknown],
        everybody=[everybody[one].public_id for one in chosen.ids],
        button_words=_button_words(outcome),
    )


def _button_words(outcome: Outcome) -> str:
    booked = count_noun(len(outcome.booked), "person", "people")
    if not outcome.waiting:
        return f"Book {booked}"
    waiting = count_noun(len(outcome.waiting), "person", "people")
    if not outcome.booked:
        return f"Put {waiting} on the waiting list"
    return f"Book {booked}, and put {len(outcome.waiting):,} on the waiting list"


def _confirm(account: Account, workshop: Workshop, form: PeopleToBookForm, chosen: Chosen) -> Page:
    expected = Expected(_whole("booked"), _whole("waiting"))

    def act(session: Session, stamp: Stamp) -> str:
        service.book(
            session,
            stamp,
            account,
            workshop.public_id,
            chosen.ids,
            override=form.reason.data or "",
            expected=expected,
        )
        return url_for("courses.workshop", public_id=workshop.public_id)

    if not chosen.ids:
        form.refuse("Select who is to be booked")
        return _choosing(account, workshop, form, chosen), 422
    try:
        return act_once(form, act, _notice(expected))
    except NotFound:
        raise
    except DomainError as error:
        problems = [str(problem) for problem in error.problems]
        return _checking(account, workshop, form, chosen, problems), 422


def _notice(expected: Expected) -> str:
    booked = count_noun(expected.booked, "person has", "people have")
    waiting = count_noun(expected.waiting, "person is", "people are")
    if not expected.waiting:
        return f"{booked} a place."
    if not expected.booked:
        return f"{waiting} on the waiting list."
    return f"{booked} a place, and {waiting} on the waiting list."


def _whole(name: str) -> int:
    text = request.form.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 6 else -1
