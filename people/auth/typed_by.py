"""Whose page a form was sent from, also when the session in which that page was made has ended.

Every form carries the proof of its origin (the CSRF token), which is signed and names the session of its page. In a
session of ours that name ends with a keyed mark of the account: so what somebody typed is known to be theirs for as
long as the page is open, whatever became of their cookie, and nobody else gets to see it (app/kept.py).
"""

import hmac
from hashlib import sha256
from secrets import token_hex

from flask import current_app, request, session
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.exceptions import HTTPException

from people.domain import Account

_FIELD = "WTF_CSRF_FIELD_NAME"
_SALT = "wtf-csrf-token"  # with which Flask-WTF signs


def begin_proof(account: Account) -> None:
    """Give the session of this browser a name of its own, from which the proofs of its forms are made."""
    key = str(current_app.config["SECRET_KEY"])
    session[current_app.config[_FIELD]] = f"{token_hex(20)}.{_mark(key, account)}"


def is_mark_of(mark: str, account: Account | None) -> bool:
    """Whether this is the account that a mark stands for, made with this key or an earlier one."""
    config = current_app.config
    keys = [str(key) for key in (config["SECRET_KEY"], *config["SECRET_KEY_FALLBACKS"])]
    return account is not None and mark in [_mark(key, account) for key in keys]


def typed_by() -> str:
    """The mark of the account for which the page of this form was made; empty when its proof does not say.

    That is so for a page from before somebody signed in, or from before the key was changed, and for a proof that is
    missing or not ours.
    """
    try:
        sent = request.form.get(current_app.config[_FIELD], "")
        name = URLSafeTimedSerializer(str(current_app.config["SECRET_KEY"]), salt=_SALT).loads(sent)
    except (BadData, HTTPException):
        return ""
    return str(name).partition(".")[2]


def _mark(key: str, account: Account) -> str:
    """An account in the proof of a form: it tells nobody without the key whose it is."""
    return hmac.new(key.encode(), f"typed by:{account.public_id}".encode(), sha256).hexdigest()[:32]
