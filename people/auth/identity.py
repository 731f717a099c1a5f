"""Whose browser this is. The signed cookie holds a random token; the rest is read for each request.

The token names a row that can be ended at once (people/services/sessions.py). The account, its permissions and its
person's posts are looked up anew, so what is taken away is gone at once. The cookie says when it was last used and
expires after the idle time (people/auth/idle.py); the row expires after the longest time, however busy the session is.
"""

from datetime import datetime, timedelta

from flask import current_app, session
from flask_login import LoginManager, UserMixin, current_user, login_user, logout_user

from foundation import clock
from foundation.db import Session, db
from foundation.stamp import Stamp
from people.auth.browsers import know_device
from people.auth.typed_by import begin_proof
from people.domain import Account
from people.services import sessions

login_manager = LoginManager()
# "strong" signs people out when their address changes, as it does on the way home.
login_manager.session_protection = "basic"

LONGEST_SESSION = "SESSION_LONGEST"
"""The setting of the app that says after how long a session ends, however busy it is: a timedelta."""

TWO_STEP = "TWO_STEP"
"""The setting of the app that says whether whoever sees others must sign in in two steps: `REQUIRED`, or not."""
REQUIRED = "required"


class SignedIn(UserMixin):
    """What flask-login carries about: the account behind a session, and the token that opened it."""

    def __init__(self, account: Account, token: str) -> None:
        self.account = account
        self.token = token

    def get_id(self) -> str:
        return self.token


@login_manager.user_loader
def load(token: str) -> SignedIn | None:
    """The account of a session; nobody when the session is too old or ended, or the account may not enter."""
    account = sessions.find_signed_in(_session(), token, clock.today(), oldest_session())
    return None if account is None else SignedIn(account, token)


def oldest_session() -> datetime:
    """The moment at which the oldest session that still holds began."""
    longest: timedelta = current_app.config[LONGEST_SESSION]
    return clock.now() - longest


def begin(account: Account, token: str) -> None:
    """Begin a session. What the browser held before is thrown away: nobody can prepare one for others.

    Called again, with the token of a new row, once the second step is done. A browser in which nothing is left to do is
    known from then on as one of this account (people/auth/browsers.py).
    """
    session.clear()
    session.permanent = True
    begin_proof(account)
    found = load(token) or SignedIn(account, token)
    login_user(found)
    if not lacks_second_step(found.account):
        know_device(account.email)


def end() -> None:
    """End the session of this browser. That it is a known one for its owner stays."""
    logout_user()
    session.clear()


def holder() -> Account | None:
    """Whose password opened this browser, also while the second step of signing in is still to come.

    Enough to sign out and to do that second step. Whoever shows or changes anything else asks `account`.
    """
    found = current_user._get_current_object()
    return found.account if isinstance(found, SignedIn) else None


def account() -> Account | None:
    """Who is signed in, with every step that is asked of them; None for anybody else."""
    found = holder()
    return None if found is None or lacks_second_step(found) else found


def lacks_second_step(account: Account) -> bool:
    """Whether the second step is still to come: done by whoever set it up, and set up by whoever must (promise S10)."""
    required = current_app.config[TWO_STEP] == REQUIRED and account.sees_others
    return (account.has_second_step or required) and not account.second_step_done


def stamp() -> Stamp:
    """Who is acting, and when, for what this request writes."""
    found = holder()
    return Stamp(f"account:{found.public_id}" if found else "anonymous", clock.now())


def _session() -> Session:
    return db.session()
