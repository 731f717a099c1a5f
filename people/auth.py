"""Who is signed in. The session holds a random account id and a number; the rest is read for each request.

The number is the account's `session_epoch`: raising it ends every session of the account at once. The
account, its permissions and its person's posts are looked up anew, so what is taken away is gone at once.
"""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import Flask, abort, current_app, redirect, request, session, url_for
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user
from werkzeug.exceptions import HTTPException
from werkzeug.routing import RequestRedirect
from werkzeug.wrappers import Response

from foundation import clock
from foundation.db import Session, db
from foundation.stamp import Stamp
from people.domain import Account
from people.services import accounts

P = ParamSpec("P")
R = TypeVar("R")

login_manager = LoginManager()
# "strong" signs people out when their address changes, as it does on the way home.
login_manager.session_protection = "basic"

_SIGNED_IN_AT = "signed_in_at"
LONGEST_SESSION = "SESSION_LONGEST"
"""The setting of the app that says after how long a session ends, however busy it is: a timedelta."""

LONGEST_TARGET = 2000
# What the addresses of our own pages are made of. Anything else cannot be one of them: control characters,
# backslashes, a second slash, an encoded anything in the path.
_LOCAL = re.compile(r"/(?:[A-Za-z0-9_.-]+/?)*(?:\?[A-Za-z0-9_.~%=&+,:*>/-]*)?")


class SignedIn(UserMixin):
    """What flask-login carries about: the account behind a session."""

    def __init__(self, account: Account) -> None:
        self.account = account

    def get_id(self) -> str:
        return f"{self.account.public_id}.{self.account.session_epoch}"


def install(app: Flask) -> None:
    """Let an app know who is signed in."""
    app.config.setdefault(LONGEST_SESSION, timedelta(hours=12))
    login_manager.unauthorized_handler(ask_to_sign_in)
    login_manager.init_app(app)


@login_manager.user_loader
def load(user_id: str) -> SignedIn | None:
    """The account of a session; nobody when the session is too old or ended, or the account may not enter."""
    public_id, _, epoch = user_id.partition(".")
    began = session.get(_SIGNED_IN_AT)
    if not isinstance(began, int | float):
        return None
    if clock.now() - datetime.fromtimestamp(began, UTC) > current_app.config[LONGEST_SESSION]:
        return None
    account = accounts.find_account(_session(), public_id, clock.today())
    if account is None or str(account.session_epoch) != epoch:
        return None
    return SignedIn(account)


def ask_to_sign_in() -> Response:
    """Lead to the sign-in page, which leads back to the page that was asked for."""
    wanted = request.full_path.rstrip("?") if request.method == "GET" else None
    return redirect(url_for("people.sign_in", next=wanted))


def begin(account: Account) -> None:
    """Begin a session. What the browser held before is thrown away: nobody can prepare one for others."""
    session.clear()
    session.permanent = True
    session[_SIGNED_IN_AT] = clock.now().timestamp()
    login_user(SignedIn(account))


def end() -> None:
    """End the session of this browser."""
    logout_user()
    session.clear()


def account() -> Account | None:
    """Who is behind this request."""
    return current_user.account if current_user.is_authenticated else None


def reader() -> Account:
    """Who is behind this request, on a page that `signed_in` guards."""
    found = account()
    if found is None:
        abort(401)
    return found


def signed_in(view: Callable[P, R]) -> Callable[P, R | Response]:
    """Guard a page: whoever is not signed in is asked to."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        if account() is None:
            return ask_to_sign_in()
        return view(*args, **kwargs)

    return guarded


def safe_next(target: str | None) -> str | None:
    """`target` when it is the address of one of our own pages, else None.

    "Begins with one slash" is not enough: a browser drops tabs and new lines, and takes a backslash for a
    slash. So only the characters of our own addresses pass, and the path must lead to a page of ours.
    """
    if not target or len(target) > LONGEST_TARGET or not _LOCAL.fullmatch(target):
        return None
    path = target.partition("?")[0]
    try:
        current_app.url_map.bind("").match(path, method="GET")
    except (HTTPException, RequestRedirect):
        return None
    return target


def stamp() -> Stamp:
    """Who is acting, and when, for what this request writes."""
    found = account()
    return Stamp(f"account:{found.public_id}" if found else "anonymous", clock.now())


def _session() -> Session:
    return db.session()
