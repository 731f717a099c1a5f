"""Who may use a view. Each says so with a mark below its route; one that says nothing is closed to everybody.

`public`: anybody. `signed_in`: whoever has done every step of signing in. `only_for`: of those, whoever holds one of
the permissions named. `first_step`: whoever has given the password,
and sets up or does the second step. What a page shows to whom is decided by the page.
"""

import logging
from collections.abc import Callable
from datetime import timedelta
from functools import wraps
from typing import Any, Final, ParamSpec, TypeVar
from urllib.parse import urlsplit

from flask import Flask, abort, current_app, flash, redirect, request, url_for
from werkzeug.wrappers import Response

from people.auth.identity import (
    LONGEST_SESSION,
    REQUIRED,
    TWO_STEP,
    account,
    holder,
    lacks_second_step,
    login_manager,
)
from people.auth.idle import IdleTime
from people.auth.targets import safe_next
from people.domain import Account, Permission

P = ParamSpec("P")
R = TypeVar("R")
View = TypeVar("View", bound=Callable[..., Any])

log = logging.getLogger(__name__)

HOME = "home"
CODE_PAGES = frozenset({"people.second_step"})
"""Where a security code is given. To set up another app is not open to whoever owes the code of the first."""

IMPORTANT = "important"
"""The kind of flashed message of which the frame makes a banner that tells of no success."""
SIGNED_OUT: Final = "You were signed out. Nothing was sent. Sign in, then send it again."
STEP_OWED: Final = "Nothing was sent. Sign in with two steps, then send it again."

_MARK = "open_to"


def install(app: Flask) -> None:
    """Let an app know who is signed in, and close every view that does not say who may use it."""
    app.config.setdefault(LONGEST_SESSION, timedelta(hours=12))
    app.config.setdefault(TWO_STEP, REQUIRED)
    app.session_interface = IdleTime()
    login_manager.unauthorized_handler(ask_to_sign_in)
    login_manager.init_app(app)
    app.before_request(close_unmarked)


def close_unmarked() -> None:
    """Refuse a view without a mark: forgetting it must not open a page (promises S1 and S23)."""
    endpoint = request.endpoint
    if endpoint is None or endpoint == "static":
        return
    if not hasattr(current_app.view_functions[endpoint], _MARK):
        log.error("no mark says who may use %s", endpoint)
        abort(403)


def public(view: View) -> View:
    """Open a page to anybody."""
    setattr(view, _MARK, "public")
    return view


def signed_in(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Guard a page: whoever has not signed in is asked to, and whoever owes the second step is led there."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        found = holder()
        if found is None:
            return ask_to_sign_in()
        if lacks_second_step(found):
            return ask_for_step(found)
        return view(*args, **kwargs)

    setattr(guarded, _MARK, "signed_in")
    return guarded


def only_for(*permissions: Permission) -> Callable[[Callable[P, R]], Callable[P, R | Response]]:
    """Guard a page for accounts that hold one of these permissions; 403 for everybody else who is signed in."""

    def guard(view: Callable[P, R]) -> Callable[P, R | Response]:
        @wraps(view)
        def permitted(*args: P.args, **kwargs: P.kwargs) -> R | Response:
            if reader().permissions.isdisjoint(permissions):
                abort(403)
            return view(*args, **kwargs)

        return signed_in(permitted)

    return guard


def first_step(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Guard a page of the second step: open once the password has been given.

    Whoever has an authenticator app already gives its code before anything else (`CODE_PAGES`): otherwise a stolen
    password could set up an app of its own.
    """

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        found = holder()
        if found is None:
            return ask_to_sign_in()
        owes_code = found.has_second_step and not found.second_step_done
        if owes_code and request.endpoint not in CODE_PAGES:
            return ask_for_step(found)
        return view(*args, **kwargs)

    setattr(guarded, _MARK, "first_step")
    return guarded


def ask_to_sign_in() -> Response:
    """Lead to the sign-in page, which leads back to the page that was asked for.

    Whoever sent a form is told that nothing was sent, and led back to where it can be sent again.
    """
    if request.method == "POST":
        flash(SIGNED_OUT, IMPORTANT)
    return redirect(url_for("people.sign_in", next=page_again()))


def ask_for_step(found: Account) -> Response:
    """The same for whoever has given the password, and owes the second step."""
    if request.method == "POST":
        flash(STEP_OWED, IMPORTANT)
    return ask_for_second_step(found, page_again())


def ask_for_second_step(found: Account, wanted: str | None) -> Response:
    """Lead to the second step, or to setting it up, and from there to the page that is wanted."""
    page = "people.second_step" if found.has_second_step else "people.second_step_setup"
    return redirect(url_for(page, next=wanted))


def goal(found: Account, wanted: str | None) -> Response:
    """Lead on from a step of signing in: to the next step, the page that was asked for, or the start page."""
    target = safe_next(wanted)
    if lacks_second_step(found):
        return ask_for_second_step(found, target)
    return redirect(target or url_for(HOME))


def reader() -> Account:
    """Who is behind this request, on a page that a guard above lets them use."""
    found = account()
    if (
        found is None
        and getattr(current_app.view_functions[request.endpoint or ""], _MARK, "") == "first_step"
    ):
        found = holder()
    if found is None:
        abort(401)
    return found


def page_again() -> str | None:
    """The page that was asked for; of a form, the page at its address, else the one of ours that it was sent from.

    None when there is neither: then the start page is the place to go on from.
    """
    wanted = request.full_path.rstrip("?")
    if request.method == "GET":
        return wanted
    return safe_next(wanted) or _sent_from()


def _sent_from() -> str | None:
    """The page of ours that the browser names as the one before this."""
    try:
        named = urlsplit(request.referrer or "")
    except ValueError:
        return None
    if named.netloc != request.host:
        return None
    return safe_next(f"{named.path}?{named.query}" if named.query else named.path)
