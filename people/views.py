"""Signing in and out."""

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from foundation import clock
from foundation.db import db, transaction
from people import auth
from people.forms import SignInForm
from people.services import accounts

blueprint = Blueprint("people", __name__)

HOME = "home"


@blueprint.route("/sign-in", methods=["GET", "POST"])
def sign_in() -> str | Response | tuple[str, int]:
    """Ask for e-mail and password; whoever is signed in goes on at once."""
    form = SignInForm(next=request.args.get("next"))
    if auth.account() is not None:
        return redirect(_goal(form))
    if not form.validate_on_submit():
        return render_template("people/sign_in.html", form=form), 422 if form.errors else 200
    email, password = form.email.data or "", form.password.data or ""
    checked = accounts.check_password(db.session(), email, password, clock.today())
    with transaction(db.session()) as session:
        accounts.record_sign_in(session, auth.stamp(), checked)
    if checked.account is None:
        form.refuse()
        return render_template("people/sign_in.html", form=form), 422
    auth.begin(checked.account)
    return redirect(_goal(form))


def _goal(form: SignInForm) -> str:
    return auth.safe_next(form.next.data) or url_for(HOME)


@blueprint.post("/sign-out")
def sign_out() -> Response:
    """End the account's sessions, here and on every other device."""
    account = auth.account()
    if account is not None:
        with transaction(db.session()) as session:
            accounts.end_sessions(session, auth.stamp(), account)
    auth.end()
    return redirect(url_for("people.sign_in"))
