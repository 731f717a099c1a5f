"""Getting a link to set a password, and using it: the first visit, and the forgotten password (promises S8 and S9)."""

from http import HTTPStatus

from flask import after_this_request, flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from foundation import clock
from foundation.db import db, transaction
from foundation.once import done_before, remember
from people import auth
from people.forms.links import GetLinkForm, SetPasswordForm, own_names, words
from people.forms.once import NOTICE
from people.services import limits, links
from people.services.passwords import hash_password, problem_with
from people.services.sessions import end_session
from people.views.blueprint import blueprint

Page = str | Response | tuple[str, int]


@blueprint.route("/get-link", methods=["GET", "POST"])
@auth.public
def get_link() -> Page:
    """Ask for the work e-mail and send a link. Known or not, the answer is the same page after the same work."""
    form = GetLinkForm()
    if not form.validate_on_submit():
        return render_template("people/get_link.html", form=form), 422 if form.errors else 200
    email, key, sent = form.email.data or "", str(form.once.data), url_for("people.get_link_sent")
    tries = [(limits.LINK_ACCOUNT, auth.email_subject(email)), (limits.LINK_ADDRESS, auth.network_subject())]
    auth.refuse_while(auth.take(tries).wait)
    with transaction(db.session()) as session:
        stamp = auth.stamp()
        if done_before(session, stamp, key) is None:
            links.ask_for_link(session, stamp, email, clock.today(), words)
            remember(session, stamp, key, sent)
    return redirect(sent)


@blueprint.get("/get-link/sent")
@auth.public
def get_link_sent() -> str:
    """What everybody is told who asked for a link."""
    return render_template("people/get_link_sent.html")


@blueprint.route("/set-password/<token>", methods=["GET", "POST"])
@auth.public
def set_password(token: str) -> Page:
    """Set a password with a link. The page says nothing of the account: the link may be in the wrong hands.

    Looking at it uses nothing up: mail programs open links before people do.
    """
    after_this_request(_tell_nobody_the_address)
    link = links.find_link(db.session(), token, clock.now(), clock.today())
    if link is None:
        return _expired()
    form = SetPasswordForm()
    password = form.password.data or ""
    if form.validate_on_submit():
        account = link.account
        problem = problem_with(
            password, email=account.email, sees_others=account.sees_others, names=own_names()
        )
        if problem is None:
            return _set(token, account.email, hash_password(password))
        form.refuse(problem)
    return render_template("people/set_password.html", form=form, token=token), 422 if form.errors else 200


def _tell_nobody_the_address(response: Response) -> Response:
    """Browsers name this page to no other, not even one of ours: its address opens an account."""
    response.headers["Referrer-Policy"] = "no-referrer"
    return response


def _set(token: str, email: str, new_hash: str) -> Page:
    with transaction(db.session()) as session:
        stamp = auth.stamp()
        if not links.use_link(session, stamp, token, new_hash, clock.today()):
            return _expired()  # another browser was faster
        holder = auth.holder()
        if holder is not None:
            end_session(session, stamp, holder)  # whoever was signed in here signs in anew
    auth.end()
    auth.know_device(email)
    flash("Your password is set. Sign in with it.", NOTICE)
    return redirect(url_for("people.sign_in"))


def _expired() -> tuple[str, int]:
    """One answer for a link that was used, has ended or expired, was mistyped, or never was (bad input G07)."""
    return render_template("people/link_expired.html"), HTTPStatus.GONE
