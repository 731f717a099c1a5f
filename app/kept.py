"""What somebody typed is not lost when their session has ended, their page is too old, or something broke.

The fields travel in the page itself, sealed: nothing is written down on the server. A form that reaches us signed out
is answered with the sign-in page, which carries them through the steps of signing in; then they are shown, and one
button sends them to the address they were meant for, with a fresh token (promises G11 and G42). Where there is nothing
to keep, people are told that they were signed out and that nothing was sent (people/auth/guards.py).

They are shown to the account that typed them and to nobody else: the form's proof of origin says whose page it was
(people/auth/typed_by.py). At a computer that people share, the next one to sign in gets none of it, nor could they read
it out of the page.

Only a form that the browser says a page of ours sent is kept: otherwise another site could have its own text shown here
as "what you typed", one press away from being sent (promise S4). Passwords, codes and files are never kept.
"""

import json
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from flask import Flask, Response, current_app, flash, g, make_response, render_template, request
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response as BaseResponse

from app import typed
from app.security import sent_from_here
from app.titles import titles_of
from foundation import clock
from people import auth
from people.services.sealing import Seal

FIELD: Final = "kept"
HOUR: Final = timedelta(hours=1)
LARGEST: Final = 20_000
"""Characters of names and values together. More is not kept: no form of ours asks for it."""
PURPOSE: Final = "what was typed"

SIGN_IN, SECOND_STEP = "people.sign_in", "people.second_step"
STEPS = frozenset({SIGN_IN, SECOND_STEP})
SIGNED_OUT: Final = "You were signed out. What you typed is kept: sign in, check it and send it again."

SIGNED_IN_AGAIN, OPEN_SINCE_BEFORE, TOO_OLD = "signed in again", "open since before", "too old"
SOMEBODY_ELSE, NO_COOKIE = "somebody else", "no cookie"
"""Why a form was not taken, as the pages about it are told."""

_SECRET = re.compile(r"password|secret|token|recovery|^code$", re.IGNORECASE)
_OWN = frozenset({FIELD, "csrf_token"})
# Each part ends with its slash, so that a long address without one is read once and not in every way it may be cut.
_ADDRESS = re.compile(r"/(?:[A-Za-z0-9_.-]+/)*[A-Za-z0-9_.-]*(?:\?[A-Za-z0-9_.~%=&+,:*-]*)?")


@dataclass(frozen=True, slots=True)
class Kept:
    """What was typed: the address it was sent to, the fields in their order, whether files were among them.

    `typed_by` is the mark of the account whose page it was, empty where that is not known.
    """

    address: str
    fields: tuple[tuple[str, str], ...]
    with_files: bool = False
    typed_by: str = ""

    @property
    def lines(self) -> list[tuple[str, list[str]]]:
        """What people typed and chose, with the labels they saw."""
        return typed.lines(self.fields, titles_of)


def install(app: Flask) -> None:
    """Keep what is typed into the forms of an app."""
    app.before_request(keep_when_signed_out)
    app.after_request(give_back_when_signed_in)
    app.jinja_env.globals.update(kept_field=kept_field, what_was_typed=what_was_typed)


def keep_when_signed_out() -> Response | None:
    """Answer a form that arrives after its session ended with the sign-in page, which carries what was typed.

    None where there is nothing to carry, or nobody knows whose it is: then the guard of the page answers.
    """
    step = _step_to_come() if request.method == "POST" else None
    found = what_was_typed() if step else None
    if step is None or found is None or not _may_carry(found):
        return None
    words = json.dumps([found.address, found.fields, found.with_files, found.typed_by])
    g.kept = _seal().close(words, PURPOSE, clock.now())
    flash(SIGNED_OUT, auth.IMPORTANT)
    return _page_of(step, 401)


def _may_carry(found: Kept) -> bool:
    """Whether it is known whose it is, and it may still be they who sign in."""
    holder = auth.holder()
    return bool(found.typed_by) if holder is None else auth.is_mark_of(found.typed_by, holder)


def give_back_when_signed_in(response: Response) -> Response:
    """After a step of signing in: lead to the next step without losing what was typed, or show it at last."""
    if request.method != "POST" or request.endpoint not in STEPS or not 300 <= response.status_code < 400:
        return response
    found, step = _carried(), _step_to_come()
    if found is None or not auth.is_mark_of(found.typed_by, auth.holder()):
        return response
    # Made for the session before this one, and remembered for the length of the request.
    g.pop(current_app.config["WTF_CSRF_FIELD_NAME"], None)
    if auth.account() is not None:
        answer = make_response(render_template("errors/kept.html", kept=found, why=SIGNED_IN_AGAIN))
    elif step == SECOND_STEP:
        answer = _page_of(step, 200)
    else:
        return response
    for cookie in response.headers.getlist("Set-Cookie"):
        answer.headers.add("Set-Cookie", cookie)
    return answer


def not_taken() -> BaseResponse:
    """The answer to a form without a good proof of origin: what was typed, with a fresh one, or else what is true."""
    account, typed_by = auth.account(), auth.typed_by()
    is_theirs = not typed_by or auth.is_mark_of(typed_by, account)
    if account is None:
        answer = keep_when_signed_out() or _ask_to_go_on()
        if answer is not None:
            return answer
    elif is_theirs and (found := what_was_typed()) is not None:
        why = OPEN_SINCE_BEFORE if typed_by else TOO_OLD
        return make_response(render_template("errors/kept.html", kept=found, why=why), 400)
    why = SOMEBODY_ELSE if account is not None and not is_theirs else TOO_OLD
    if current_app.config["SESSION_COOKIE_NAME"] not in request.cookies:
        why = NO_COOKIE
    minutes = int(current_app.permanent_session_lifetime.total_seconds()) // 60
    page = render_template("errors/csrf.html", why=why, again=auth.page_again(), idle_minutes=minutes)
    return make_response(page, 400)


def _ask_to_go_on() -> BaseResponse | None:
    """The step of signing in that is owed, for a form that a page of ours sent and a visitor may not send."""
    open_to, holder = _mark_of(request.endpoint), auth.holder()
    if not sent_from_here() or open_to not in ("signed_in", "first_step"):
        return None
    if holder is None:
        return auth.ask_to_sign_in()
    return auth.ask_for_step(holder) if open_to == "signed_in" else None


def what_was_typed() -> Kept | None:
    """The fields of this request, where a page of ours sent them and they can be sent again; else None.

    Only those of a page for people who are signed in: the steps of signing in hold secrets and little else.
    """
    if request.method != "POST" or not sent_from_here():
        return None
    try:
        sent, files = request.form, request.files
    except HTTPException:  # too large, or not a form: the page about that is what was asked for
        return None
    address = request.full_path.rstrip("?")
    fields = tuple((name, value) for name, value in sent.items(multi=True) if name not in _OWN)
    passwords = typed.password_names()
    if any(name in passwords or _SECRET.search(name) for name, _ in fields) or not typed.lines(fields):
        return None
    if sum(len(name) + len(value) for name, value in fields) > LARGEST or not _takes_forms(address):
        return None
    return Kept(address, fields, any(file.filename for file in files.values()), auth.typed_by())


def kept_field() -> Markup:
    """The hidden field with which the forms of the steps of signing in carry what was typed; else nothing."""
    sealed = g.get("kept") or (request.form.get(FIELD) if _carried() else None)
    return Markup('<input type="hidden" name="{}" value="{}">').format(FIELD, sealed) if sealed else Markup()


def _step_to_come() -> str | None:
    """The page of the step of signing in that this browser owes; None when it owes none that leads on from here."""
    holder = auth.holder()
    if holder is None:
        return SIGN_IN
    return SECOND_STEP if auth.account() is None and holder.has_second_step else None


def _page_of(endpoint: str, status: int) -> Response:
    """The page of a step of signing in, as if this request had asked for it."""
    sent_to = request.url_rule
    request.method, request.url_rule = "GET", next(current_app.url_map.iter_rules(endpoint))
    try:
        answer = make_response(current_app.view_functions[endpoint]())
    finally:
        request.method, request.url_rule = "POST", sent_to
    if answer.status_code == 200:
        answer.status_code = status
    return answer


def _carried() -> Kept | None:
    """What the form of a step of signing in carries, if we sealed it within the hour."""
    words = _seal().open(request.form.get(FIELD, ""), PURPOSE, clock.now(), HOUR)
    if words is None:
        return None
    address, fields, with_files, typed_by = json.loads(words)
    kept = Kept(address, tuple((name, value) for name, value in fields), with_files, typed_by)
    return kept if _takes_forms(address) else None


def _takes_forms(address: str) -> bool:
    """Whether this is the address of a page of ours, for people who are signed in, that takes forms."""
    if not _ADDRESS.fullmatch(address):
        return False
    try:
        endpoint, _ = current_app.url_map.bind("").match(address.partition("?")[0], method="POST")
    except (HTTPException, RequestRedirect):
        return False
    return _mark_of(endpoint) == "signed_in"


def _mark_of(endpoint: str | None) -> str:
    """What a view says of who may use it (people/auth/guards.py)."""
    return getattr(current_app.view_functions[endpoint or ""], "open_to", "")


def _seal() -> Seal:
    config = current_app.config
    return Seal([config["SECRET_KEY"], *config["SECRET_KEY_FALLBACKS"]])
