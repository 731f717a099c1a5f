"""The door: the facilitator's screen with the code that rotates, and the page on which people sign in with it.

The page is open to anybody who reads the code. It names nobody and answers everybody alike.
"""

from datetime import timedelta
from http import HTTPStatus
from secrets import token_hex
from typing import Any, Final

from flask import Response, current_app, make_response, redirect, render_template, request, url_for
from flask import session as cookie
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response as AnyResponse

from courses.domain.registers import door_is_open
from courses.forms.attending import DoorCodeForm, DoorForm, DoorReferenceForm
from courses.services.workshops import door as service
from courses.store import attendance, workshops
from courses.store.workshops import Workshop
from courses.views.blueprint import blueprint
from courses.views.registers.access import NO_WORKSHOP, workshop_to_run
from courses.views.workshops.words import day_words, time_words
from foundation import clock
from foundation.db import db, transaction
from foundation.errors import DomainError, NotFound
from people import auth
from people.domain import Account
from people.services.limits import Limit
from people.views.qr_code import qr_code

TRIES = Limit("door.address", 300, timedelta(minutes=10))
"""A room full of people types its names from behind one network address. Whoever is signed in is not counted."""
WRONG_CODES = Limit("door.code", 40, timedelta(minutes=10))
"""Codes that were not right, from one network address: guessing one takes a thousand million.

A right one is taken all the same, so nobody who guesses keeps the others in the room out (promise S7).
"""
TICKET_SECONDS: Final = 600
"""How long somebody may take over the form once the code was right, in the browser that had it."""
BROWSER: Final = "door"
"""What names this browser in its session cookie: a ticket that is passed on to another opens nothing."""
OTHER: Final = "other"
NOT_THESE: Final = (
    "This code does not go with this workshop, or is no longer shown. Enter what is on the screen now."
)
OLD_CODE: Final = "This code is no longer shown. Scan the code on the screen again, or type it in."


@blueprint.get("/workshops/<public_id>/door")
@auth.signed_in
def workshop_door(public_id: str) -> Response:
    """The code to scan, for the screen in the room. The page comes anew with each code, without a script."""
    workshop, session, now = workshop_to_run(public_id), db.session(), clock.now()
    is_open = door_is_open(workshop.sitting, now) and attendance.closed(session, workshop.id) is None
    code = service.code_now(session, workshop, now) if is_open else ""
    address = f"{current_app.config['BASE_URL']}{url_for('courses.door', public_id=public_id, code=code)}"
    arrived = attendance.of_workshop(session, workshop.id).values()
    page = make_response(
        render_template(
            "courses/registers/door_screen.html",
            workshop=workshop,
            day=day_words(workshop.sitting),
            time=time_words(workshop.sitting),
            is_open=is_open,
            code=code,
            qr=qr_code(address) if is_open else None,
            short=f"{current_app.config['BASE_URL']}{url_for('courses.door_by_reference')}",
            arrived=len([one for one in arrived if one.arrived_at is not None]),
            guests=len(attendance.guests(session, workshop.id)),
        )
    )
    page.headers["Cache-Control"] = "no-store"
    if is_open:
        page.headers["Refresh"] = str(service.seconds_left(now))
    return page


@blueprint.route("/door/<public_id>", methods=["GET", "POST"])
@auth.public
def door(public_id: str) -> str | tuple[str, int]:
    """Sign in at the door with the code on the screen: by name, or as whoever is signed in here."""
    session = db.session()
    workshop = workshops.find(session, public_id)
    if workshop is None:
        raise NotFound(NO_WORKSHOP)
    account = _somebody()
    try:
        service.refuse_shut(session, workshop, clock.now())
    except DomainError as error:
        return _said(workshop, str(error)), HTTPStatus.FORBIDDEN
    form: DoorForm | DoorCodeForm = DoorCodeForm() if account else DoorForm()
    if request.method == "POST":
        return _sign_in(workshop, account, form)
    code = request.args.get("code", "")
    problem = _taken(workshop, form, code) if code else ""
    return _form_page(workshop, account, form, problem), 422 if problem else 200


@blueprint.route("/door", methods=["GET", "POST"])
@auth.public
def door_by_reference() -> str | AnyResponse | tuple[str, int]:
    """For whoever types an address instead of scanning: the workshop's reference and the code lead to its door."""
    form = DoorReferenceForm()
    if form.validate_on_submit():
        session, code = db.session(), form.code.data or ""
        found = workshops.by_reference(session, form.reference.data or "")
        if found is not None and service.is_code(session, found, code, clock.now()):
            return redirect(url_for("courses.door", public_id=found.public_id, code=code))
        _count_wrong_code()
        form.code.errors = [NOT_THESE]
    page = render_template("courses/registers/door_by_reference.html", form=form)
    return page, 422 if form.errors else 200


def _somebody() -> Account | None:
    """The person whose account is signed in; nobody where a tablet is passed round (`as=other`)."""
    found = auth.account() if request.args.get("as") != OTHER else None
    return found if found is not None and found.person_id is not None else None


def _sign_in(
    workshop: Workshop, account: Account | None, form: DoorForm | DoorCodeForm
) -> str | tuple[str, int]:
    if not _ticket_holds(workshop, form.ticket.data or ""):
        form.ticket.data = ""
        problem = _taken(workshop, form, form.code.data or "")
        if problem:
            form.validate()
            return _form_page(workshop, account, form, problem), 422
    if not form.validate():
        return _form_page(workshop, account, form, ""), 422
    if account is None:
        auth.refuse_while(auth.take([(TRIES, auth.network_subject())]).wait)
    try:
        with transaction(db.session()) as session:
            if account is not None and account.person_id is not None:
                service.sign_in_person(session, auth.stamp(), workshop, account.person_id)
            elif isinstance(form, DoorForm):
                service.sign_in_typed(session, auth.stamp(), workshop, form.said())
    except DomainError as error:
        return _said(workshop, str(error)), HTTPStatus.FORBIDDEN
    return render_template("courses/registers/door_done.html", workshop=workshop)


def _taken(workshop: Workshop, form: DoorForm | DoorCodeForm, code: str) -> str:
    """Take a code: a right one becomes a ticket in the form, for a wrong or old one there are words."""
    if not code.strip():
        return "Enter the code on the screen"
    if not service.is_code(db.session(), workshop, code, clock.now()):
        _count_wrong_code()
        form.code.data = ""
        return OLD_CODE
    browser = cookie.setdefault(BROWSER, token_hex(16))
    form.ticket.data = _tickets().dumps([workshop.public_id, browser])
    return ""


def _count_wrong_code() -> None:
    """Count a wrong code; answer 429 after too many from this network address."""
    auth.refuse_while(auth.take([(WRONG_CODES, auth.network_subject())]).wait)


def _ticket_holds(workshop: Workshop, ticket: str) -> bool:
    """Whether the code was right a moment ago, in this browser."""
    browser = cookie.get(BROWSER)
    try:
        said = _tickets().loads(ticket, max_age=TICKET_SECONDS)
    except BadData:
        return False
    return browser is not None and bool(said == [workshop.public_id, browser])


def _tickets() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="door")


def _form_page(
    workshop: Workshop, account: Account | None, form: DoorForm | DoorCodeForm, problem: str
) -> str:
    """The form; `problem` is what is wrong with the code."""
    if problem:
        form.code.errors = [problem]
    return render_template(
        "courses/registers/door.html",
        form=form,
        workshop=workshop,
        day=day_words(workshop.sitting),
        time=time_words(workshop.sitting),
        is_known=account is not None,
        asks_code=not form.ticket.data,
        action=_address(workshop, as_other=account is None),
        other=_address(workshop, request.args.get("code"), as_other=True),
    )


def _address(workshop: Workshop, code: str | None = None, *, as_other: bool = False) -> str:
    """The address of this page; it says where somebody else than the account's owner signs in."""
    whose = OTHER if as_other and auth.account() is not None else None
    values: dict[str, Any] = {"public_id": workshop.public_id, "code": code, "as": whose}
    return url_for("courses.door", **values)


def _said(workshop: Workshop, words: str) -> str:
    return render_template("courses/registers/door_shut.html", workshop=workshop, words=words)
