"""What is known of the browser behind a request: its name, its network address, whose it was before.

A browser in which somebody has signed in with every step keeps a signed cookie that says so. Its tries to sign in as
that account are counted by themselves: strangers who guess at the account cannot keep its owner out (promise S7).
"""

import hmac
from hashlib import sha256
from secrets import token_urlsafe

from flask import after_this_request, current_app, request
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.wrappers import Response

from people.services.accounts import normal_email

KNOWN_FOR = 365 * 24 * 60 * 60
"""Seconds for which a browser is known after the last sign-in: whoever comes back once a year is still let in."""
MOST_OWNERS = 8
"""Several people share the computer of a depot. The one who has been away the longest is forgotten first."""


def device() -> str:
    """The browser behind this request in words that its owner knows again; nothing that would tell browsers apart."""
    agent = request.user_agent.string
    browser = next((name for mark, name in _BROWSERS if mark in agent), "A browser")
    system = next((name for mark, name in _SYSTEMS if mark in agent), "")
    return f"{browser} on {system}" if system else browser


# In this order: most browsers carry the names of others too.
_BROWSERS = (("Edg", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS = (
    ("Windows", "Windows"),
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Mac OS X", "a Mac"),
    ("Linux", "Linux"),
)


def browser_known_to(email: str) -> str | None:
    """The random name of this browser, if the owner of this e-mail address has signed in here; else None."""
    browser, owners = _known()
    return browser if _mark(email) in owners else None


def know_device(email: str) -> None:
    """Remember that the owner of this account has signed in here.

    Also for whoever sets a new password by a link: they have shown that the account is theirs, and need not wait for
    the end of somebody else's guesses.
    """
    browser, owners = _known()
    mark = _mark(email)
    value = _signer().dumps([browser, [mark, *(owner for owner in owners if owner != mark)][:MOST_OWNERS]])

    @after_this_request
    def keep(response: Response) -> Response:
        response.set_cookie(
            _cookie_name(),
            value,
            max_age=KNOWN_FOR,
            path="/",
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
        return response


def _known() -> tuple[str, list[str]]:
    """The random name of this browser, and the marks of its owners. A new name for one without a good cookie."""
    try:
        browser, owners = _signer().loads(request.cookies.get(_cookie_name(), ""), max_age=KNOWN_FOR)
    except BadData:
        return token_urlsafe(12), []
    return browser, owners


def _mark(email: str) -> str:
    """An account in the cookie: its e-mail address cannot be read there, nor guessed without the key."""
    key = str(current_app.config["SECRET_KEY"]).encode()
    return hmac.new(key, f"known device:{normal_email(email)}".encode(), sha256).hexdigest()[:32]


def _cookie_name() -> str:
    """Behind https a name that a browser takes from this very host alone, and over https alone."""
    secure = current_app.config["SESSION_COOKIE_SECURE"]
    return "__Host-tracker_device" if secure else "tracker_device"


def _signer() -> URLSafeTimedSerializer:
    """Signs with the key in use, and still reads what earlier keys have signed."""
    keys = [*current_app.config.get("SECRET_KEY_FALLBACKS", []), current_app.config["SECRET_KEY"]]
    return URLSafeTimedSerializer(keys, salt="known device")
