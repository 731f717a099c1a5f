"""Your account: what there is to look after, a new password, and the browsers in which one is signed in."""

from dataclasses import dataclass
from datetime import datetime

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from foundation import clock
from foundation.clock import LONDON
from foundation.db import Session, db, transaction
from foundation.formats import long_date
from foundation.once import done_before
from foundation.stamp import Stamp
from people import auth
from people.domain import Account
from people.forms.once import NOTICE, act_once
from people.forms.password import ChangePasswordForm, shortest_for
from people.services import accounts
from people.services.delegation import has_own_team
from people.services.passwords import hash_password
from people.services.sessions import OpenSession, device_of, open_sessions
from people.services.sessions import end_other_sessions as end_others
from people.services.sessions import end_session as end_one
from people.views.blueprint import blueprint

CHANGED = "Your password has been changed. You have been signed out in every other browser."


@dataclass(frozen=True, slots=True)
class SessionItem:
    """A browser that is signed in, as its owner reads it."""

    id: str
    device: str
    began: str
    is_this: bool
    is_half: bool


@dataclass(frozen=True, slots=True)
class AccountLine:
    """A line of the account page: what it is, how it stands, and the page on which it is changed."""

    name: str
    value: str
    href: str = ""
    change: str = ""
    about: str = ""


@blueprint.get("/account")
@auth.signed_in
def account() -> str:
    """What belongs to the account of the reader, and where each of it is changed."""
    return render_template("people/account.html", lines=_lines(auth.reader()))


def _lines(found: Account) -> list[AccountLine]:
    browsers = len(open_sessions(db.session(), found, auth.oldest_session()))
    signed_in = "In this browser alone" if browsers == 1 else f"In {browsers} browsers"
    two_step, change = ("On", "Change") if found.has_second_step else ("Off", "Set up")
    lines = [
        AccountLine("Email address", found.email),
        AccountLine("Password", "Not shown", url_for("people.change_password"), "Change", "your password"),
        AccountLine(
            "Two-step sign-in", two_step, url_for("people.second_step_setup"), change, "two-step sign-in"
        ),
        AccountLine("Signed in", signed_in, url_for("people.sessions"), "See", "where you are signed in"),
    ]
    if found.person_id is not None:
        details = url_for("people.my_details")
        lines.append(AccountLine("Your details", "What we hold about you", details, "See", "your details"))
    if found.person_id is not None and has_own_team(db.session(), found.person_id, clock.today()):
        team = url_for("people.delegates")
        lines.append(AccountLine("Delegates", "Who looks after your team", team, "See", "your delegates"))
    return lines


@blueprint.route("/account/password", methods=["GET", "POST"])
@auth.signed_in
def change_password() -> str | Response | tuple[str, int]:
    """Replace the password by a better one; whoever is signed in elsewhere with the old one is out."""
    found, form = auth.reader(), ChangePasswordForm()
    hashes = ("", "")
    if form.is_submitted():
        form.validate()
        sent_before = done_before(db.session(), auth.stamp(), str(form.once.data)) is not None
        if not (form.errors or sent_before):
            hashes = _hashes(found, form)
    if form.errors or not form.is_submitted():
        page = render_template("people/change_password.html", form=form, shortest=shortest_for(found))
        return page, 422 if form.errors else 200

    def act(session: Session, stamp: Stamp) -> str:
        accounts.change_password(session, stamp, found, *hashes)
        return url_for("people.account")

    return act_once(form, act, CHANGED)


def _hashes(found: Account, form: ChangePasswordForm) -> tuple[str, str]:
    """The hashes of the current and the new password; the form says so where one of the two will not do."""
    if not form.accepts_new(found):
        return "", ""
    current = auth.confirmed_hash(found, form.current.data)
    if current is None:
        form.refuse()
        return "", ""
    return current, hash_password(form.new.data)


@blueprint.get("/account/sessions")
@auth.signed_in
def sessions() -> str:
    """The browsers in which the reader is signed in (promise S5)."""
    items = [_item(one) for one in open_sessions(db.session(), auth.reader(), auth.oldest_session())]
    return render_template("people/sessions.html", items=items)


@blueprint.post("/account/sessions/<public_id>/end")
@auth.signed_in
def end_session(public_id: str) -> Response:
    """End one of the reader's sessions. Somebody else's is answered like one that does not exist."""
    found = auth.reader()
    with transaction(db.session()) as session:
        device = device_of(session, found, public_id)
        ended = end_one(session, auth.stamp(), found, public_id)
    flash(f"{device}: you are signed out there {'now' if ended else 'already'}.", NOTICE)
    return redirect(url_for("people.sessions"))


@blueprint.post("/account/sessions/end-others")
@auth.signed_in
def end_other_sessions() -> Response:
    """End every session of the reader but this one."""
    found = auth.reader()
    with transaction(db.session()) as session:
        end_others(session, auth.stamp(), found)
    flash("You are signed out in every other browser now.", NOTICE)
    return redirect(url_for("people.sessions"))


def _item(one: OpenSession) -> SessionItem:
    return SessionItem(one.public_id, one.device, _moment(one.began_at), one.is_this, one.is_half)


def _moment(moment: datetime) -> str:
    local = moment.astimezone(LONDON)
    return f"{long_date(local.date())} at {local:%H:%M}"
