"""Signing in and out."""

from datetime import timedelta
from math import ceil

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from foundation import clock
from foundation.db import db, transaction
from people import auth
from people.forms.sign_in import SignInForm
from people.services import accounts, limits
from people.services.sessions import begin_session, end_session, forget_old_sessions
from people.views.blueprint import blueprint

# Not "cookies": that would reach every service of the council's domain, and that this browser is a known one.
FORGET_PAGES = '"cache", "storage"'


@blueprint.route("/sign-in", methods=["GET", "POST"])
@auth.public
def sign_in() -> str | Response | tuple[str, int]:
    """Ask for e-mail and password; whoever is signed in goes on at once."""
    form = SignInForm(next=request.args.get("next"))
    holder = auth.holder()
    if holder is not None:
        return auth.goal(holder, form.next.data)
    if not form.validate_on_submit():
        return _page(form), 422 if form.errors else 200
    email, password = form.email.data or "", form.password.data or ""
    taken = auth.take(auth.sign_in_tries(email))
    if taken.wait is not None:
        return _too_many(form, taken.wait)
    checked = accounts.check_password(db.session(), email, password, clock.today())
    token = ""
    with transaction(db.session()) as session:
        stamp = auth.stamp()
        accounts.record_sign_in(session, stamp, checked)
        if checked.account is not None:
            limits.give_back(session, taken)
            forget_old_sessions(session, stamp, checked.account.id, auth.oldest_session())
            token = begin_session(session, stamp, checked.account.id, auth.device())
    if checked.account is None:
        form.refuse()
        return _page(form), 422
    auth.begin(checked.account, token)
    return auth.goal(checked.account, form.next.data)


def _too_many(form: SignInForm, wait: timedelta) -> Response:
    """The page again, with how long to wait. Nothing was looked up and nothing hashed."""
    seconds = auth.seconds(wait)
    form.slow_down(ceil(seconds / 60))
    response = make_response(_page(form), 429)
    response.headers["Retry-After"] = str(seconds)
    return response


def _page(form: SignInForm) -> str:
    return render_template("people/sign_in.html", form=form)


@blueprint.post("/sign-out")
@auth.public
def sign_out() -> Response:
    """End the session of this browser, whole or half; a copy of its cookie opens nothing afterwards."""
    holder = auth.holder()
    if holder is not None:
        with transaction(db.session()) as session:
            end_session(session, auth.stamp(), holder)
    auth.end()
    response = redirect(url_for("people.sign_in"))
    response.headers["Clear-Site-Data"] = FORGET_PAGES
    return response
