"""Two-step sign-in: the code at the door, setting an app up, recovery codes, and taking it away again."""

from dataclasses import replace

from flask import current_app, flash, redirect, render_template, request, session, url_for
from werkzeug.wrappers import Response

from foundation import clock
from foundation.db import db, transaction
from people import auth
from people.domain import Account
from people.forms.once import NOTICE
from people.forms.second_step import CodeForm, KeptForm, PasswordAgainForm, RecoveryCodeForm
from people.services import limits
from people.services import recovery_codes as codes
from people.services import second_step as steps
from people.services.sealing import Seal
from people.services.sessions import begin_session, end_session
from people.views.blueprint import blueprint
from people.views.qr_code import qr_code

# Kept in the cookie of the browser that asked for them, sealed: not even its owner reads them there.
SETTING_UP = "second_step_being_set_up"
TO_KEEP = "recovery_codes_to_keep"

Page = str | Response | tuple[str, int]


@blueprint.route("/sign-in/code", methods=["GET", "POST"])
@auth.first_step
def second_step() -> Page:
    """Ask for the security code, or for a recovery code instead of it."""
    account = auth.reader()
    by_recovery_code = "recovery_code" in request.form or request.args.get("with") == "recovery-code"
    form = (RecoveryCodeForm if by_recovery_code else CodeForm)(next=request.args.get("next"))
    if account.second_step_done or not account.has_second_step:
        return auth.goal(account, form.next.data)
    if form.validate_on_submit() and _open_door(account, form):
        return auth.goal(auth.reader(), form.next.data)
    held = steps.find_second_step(db.session(), _seal(), account)
    return render_template(
        "people/second_step.html",
        form=form,
        by_recovery_code=by_recovery_code,
        is_readable=held is not None and held.is_readable,
    ), 422 if form.errors else 200


def _open_door(account: Account, form: CodeForm | RecoveryCodeForm) -> bool:
    """Try the code that was typed. A right one gives the browser a new session, of which no copy can exist."""
    tries = [(limits.CODE_ACCOUNT, auth.subject(account))]
    auth.refuse_while(limits.longest_wait(db.session(), tries, clock.now()))
    by_recovery_code = isinstance(form, RecoveryCodeForm)
    hashed = codes.code_hash(account.public_id, form.recovery_code.data) if by_recovery_code else ""
    token = ""
    with transaction(db.session()) as db_session:
        stamp = auth.stamp()
        taken = limits.take(db_session, stamp, tries)
        if taken.wait is None and (
            steps.pass_with_recovery_code(db_session, stamp, account, hashed)
            if by_recovery_code
            else steps.pass_with_code(db_session, stamp, _seal(), account, form.code.data)
        ):
            limits.give_back(db_session, taken)
            end_session(db_session, stamp, account)
            token = begin_session(db_session, stamp, account.id, auth.device(), second_step=True)
    auth.refuse_while(taken.wait)
    if not token:
        form.refuse()
        return False
    auth.begin(replace(account, has_second_step=True, second_step_done=True), token)
    return True


@blueprint.route("/account/two-step", methods=["GET", "POST"])
@auth.first_step
def second_step_setup() -> Page:
    """Show how it stands; set an app up in three steps, with the password first and a code of the app last."""
    account = auth.reader()
    wanted = request.args.get("next")
    secret = _secret_being_set_up(account)
    form = PasswordAgainForm(next=wanted) if secret is None else CodeForm(next=wanted)
    if form.validate_on_submit():
        done = _begin_set_up(account, form) if secret is None else _finish_set_up(account, secret, form)
        if done is not None:
            return done
    held = steps.find_second_step(db.session(), _seal(), account)
    address = steps.address_for_app(secret, account, current_app.config["SERVICE_NAME"]) if secret else None
    return render_template(
        "people/second_step_setup.html",
        form=form,
        secret=secret and steps.in_groups(secret),
        qr=address and qr_code(address),
        held=held,
        since=held and held.since.astimezone(clock.LONDON).date(),
        is_required=_is_required(account),
    ), 422 if form.errors else 200


def _begin_set_up(account: Account, form: PasswordAgainForm) -> Response | None:
    if not _password_is_given(account, form):
        return None
    session[SETTING_UP] = steps.new_secret(_seal(), account, clock.now())
    return redirect(url_for("people.second_step_setup", next=auth.safe_next(form.next.data)))


def _finish_set_up(account: Account, secret: str, form: CodeForm) -> Response | None:
    code = form.code.data
    made = codes.new_codes()
    # Ten hashes take half a second: only for whoever shows a right code, and while nobody waits for the database.
    is_right = steps.first_code_is_right(secret, code, clock.now())
    hashes = [codes.code_hash(account.public_id, one) for one in made] if is_right else []
    token = ""
    with transaction(db.session()) as db_session:
        stamp = auth.stamp()
        if steps.set_up(db_session, stamp, _seal(), account, secret, code, hashes):
            token = begin_session(db_session, stamp, account.id, auth.device(), second_step=True)
    if not token:
        form.refuse()
        return None
    auth.begin(replace(account, has_second_step=True, second_step_done=True), token)
    _show_codes(account, made)
    return redirect(url_for("people.recovery_codes", next=auth.safe_next(form.next.data)))


@blueprint.route("/account/two-step/recovery-codes", methods=["GET", "POST"])
@auth.signed_in
def recovery_codes() -> Page:
    """Show new recovery codes until they are kept, and make new ones for whoever gives the password again."""
    account = auth.reader()
    if not account.has_second_step:
        return redirect(url_for("people.second_step_setup"))
    shown = _codes_to_keep(account)
    form = (KeptForm if shown else PasswordAgainForm)(next=request.args.get("next"))
    if form.validate_on_submit():
        done = _kept(form) if shown else _make_codes(account, form)
        if done is not None:
            return done
    left = codes.left(db.session(), account.id)
    return render_template(
        "people/recovery_codes.html", form=form, codes=shown, left=left, how_many=codes.HOW_MANY
    ), 422 if form.errors else 200


def _kept(form: KeptForm) -> Response:
    session.pop(TO_KEEP, None)
    flash("Two-step sign-in is on, and your new recovery codes work.", NOTICE)
    return redirect(auth.safe_next(form.next.data) or url_for("people.second_step_setup"))


def _make_codes(account: Account, form: PasswordAgainForm) -> Response | None:
    if not _password_is_given(account, form):
        return None
    made = codes.new_codes()
    hashes = [codes.code_hash(account.public_id, one) for one in made]
    with transaction(db.session()) as db_session:
        steps.make_recovery_codes(db_session, auth.stamp(), account, hashes)
    _show_codes(account, made)
    return redirect(url_for("people.recovery_codes"))


@blueprint.route("/account/two-step/remove", methods=["GET", "POST"])
@auth.signed_in
def second_step_remove() -> Page:
    """Take two-step sign-in away, for an account that may do without it and gives the password again."""
    account = auth.reader()
    if not account.has_second_step:
        return redirect(url_for("people.second_step_setup"))
    form, is_required = PasswordAgainForm(), _is_required(account)
    if not form.validate_on_submit():
        return render_template(
            "people/second_step_remove.html", form=form, is_required=is_required
        ), 422 if form.errors else 200
    if not _password_is_given(account, form):
        return render_template("people/second_step_remove.html", form=form, is_required=is_required), 422
    with transaction(db.session()) as db_session:
        steps.remove(db_session, auth.stamp(), account, is_required=is_required)
    flash("Two-step sign-in is off. You have been signed out in every other browser.", NOTICE)
    return redirect(url_for("people.second_step_setup"))


def _password_is_given(account: Account, form: PasswordAgainForm) -> bool:
    if auth.password_is_right(account, form.password.data):
        return True
    form.refuse()
    return False


def _is_required(account: Account) -> bool:
    return current_app.config["TWO_STEP"] == "required" and account.sees_others


def _secret_being_set_up(account: Account) -> str | None:
    sealed = session.get(SETTING_UP)
    return sealed and steps.secret_being_set_up(_seal(), account, sealed, clock.now())


def _show_codes(account: Account, made: list[str]) -> None:
    session[TO_KEEP] = _seal().close(" ".join(made), _shown_to(account), clock.now())


def _codes_to_keep(account: Account) -> list[str]:
    sealed = session.get(TO_KEEP)
    found = sealed and _seal().open(sealed, _shown_to(account), clock.now(), steps.SET_UP_LASTS)
    return found.split(" ") if found else []


def _shown_to(account: Account) -> str:
    return f"recovery codes shown to account {account.public_id}"


def _seal() -> Seal:
    config = current_app.config
    return Seal([config["SECRET_KEY"], *config["SECRET_KEY_FALLBACKS"]])
