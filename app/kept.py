"""What somebody typed is not lost when their session has ended, their page was open too long, or something broke.

The fields travel in the page itself, sealed: nothing is written down on the server. A form that reaches us signed out
is answered with the sign-in page, which carries them through the steps of signing in; then they are shown, and one
button sends them to the address they were meant for, with a fresh token (promises G11 and G42).

Only a form that the browser says a page of ours sent is kept: otherwise another site could have its own text shown here
as "what you typed", one press away from being sent (promise S4). Passwords, codes and files are never kept.
"""

import re
from dataclasses import dataclass
from typing import Final

from flask import Flask, Response, current_app, flash, g, make_response, render_template, request
from itsdangerous import BadData, URLSafeTimedSerializer
from markupsafe import Markup
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect

from app import typed
from app.security import sent_from_here
from people import auth

FIELD: Final = "kept"
HOUR: Final = 60 * 60
LARGEST: Final = 20_000
"""Characters of names and values together. More is not kept: no form of ours asks for it."""

SIGN_IN, SECOND_STEP = "people.sign_in", "people.second_step"
STEPS = frozenset({SIGN_IN, SECOND_STEP})
SIGNED_OUT: Final = "You were signed out. What you typed is kept: sign in, check it and send it again."

_SECRET = re.compile(r"password|secret|token|recovery|^code$", re.IGNORECASE)
_OWN = frozenset({FIELD, "csrf_token"})
_ADDRESS = re.compile(r"/(?:[A-Za-z0-9_.-]+/?)*(?:\?[A-Za-z0-9_.~%=&+,:*-]*)?")


@dataclass(frozen=True, slots=True)
class Kept:
    """What was typed: the address it was sent to, the fields in their order, whether files were among them."""

    address: str
    fields: tuple[tuple[str, str], ...]
    with_files: bool = False

    @property
    def lines(self) -> list[tuple[str, list[str]]]:
        """What people typed and chose, with the labels they saw."""
        return typed.lines(self.fields)


def install(app: Flask) -> None:
    """Keep what is typed into the forms of an app."""
    app.before_request(keep_when_signed_out)
    app.after_request(give_back_when_signed_in)
    app.jinja_env.globals.update(kept_field=kept_field, what_was_typed=what_was_typed)


def keep_when_signed_out() -> Response | None:
    """Answer a form that arrives after its session ended with the sign-in page, which carries what was typed."""
    step = _step_to_come() if request.method == "POST" else None
    found = what_was_typed() if step else None
    if step is None or found is None:
        return None
    g.kept = _seal().dumps([found.address, found.fields, found.with_files])
    flash(SIGNED_OUT, "kept")
    return _page_of(step, 401)


def give_back_when_signed_in(response: Response) -> Response:
    """After a step of signing in: lead to the next step without losing what was typed, or show it at last."""
    if request.method != "POST" or request.endpoint not in STEPS or not 300 <= response.status_code < 400:
        return response
    found, step = _carried(), _step_to_come()
    if found is None:
        return response
    # Made for the session before this one, and remembered for the length of the request.
    g.pop(current_app.config["WTF_CSRF_FIELD_NAME"], None)
    if auth.account() is not None:
        answer = make_response(render_template("errors/kept.html", kept=found, signed_in_again=True))
    elif step == SECOND_STEP:
        answer = _page_of(step, 200)
    else:
        return response
    for cookie in response.headers.getlist("Set-Cookie"):
        answer.headers.add("Set-Cookie", cookie)
    return answer


def page_open_too_long() -> Response | None:
    """The answer to a form whose proof of origin is too old: what was typed, with a fresh one. None: not kept."""
    found = what_was_typed()
    if found is None or _step_to_come() is not None:
        return keep_when_signed_out()
    return make_response(render_template("errors/kept.html", kept=found, signed_in_again=False), 400)


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
    return Kept(address, fields, any(file.filename for file in files.values()))


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
    try:
        address, fields, with_files = _seal().loads(request.form.get(FIELD, ""), max_age=HOUR)
    except BadData:
        return None
    kept = Kept(address, tuple((name, value) for name, value in fields), with_files)
    return kept if _takes_forms(address) else None


def _takes_forms(address: str) -> bool:
    """Whether this is the address of a page of ours, for people who are signed in, that takes forms."""
    if not _ADDRESS.fullmatch(address):
        return False
    try:
        endpoint, _ = current_app.url_map.bind("").match(address.partition("?")[0], method="POST")
    except (HTTPException, RequestRedirect):
        return False
    return getattr(current_app.view_functions[endpoint], "open_to", "") == "signed_in"


def _seal() -> URLSafeTimedSerializer:
    config = current_app.config
    return URLSafeTimedSerializer(
        [*config["SECRET_KEY_FALLBACKS"], config["SECRET_KEY"]], salt="what was typed"
    )
