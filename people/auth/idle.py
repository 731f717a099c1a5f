"""How long a browser may rest: the cookie says when it was last used, and opens nothing after the idle time.

Flask signs and sends the cookie anew with every answer. Here that is done only once the moment in it is more than a
minute old. The price: a session that nobody uses ends up to a minute before the idle time is over. It never ends later,
because the age of what the cookie says is judged, and what it says is never later than the last use (promise S5).
"""

from datetime import datetime, timedelta
from typing import Final

from flask import Flask, Request
from flask.sessions import SecureCookieSession, SecureCookieSessionInterface, SessionMixin
from itsdangerous import BadSignature

from foundation import clock

RENEWED_AFTER: Final = timedelta(minutes=1)
"""So old may the moment in the cookie become before it is written anew; far less than the shortest idle time."""


class MarkedSession(SecureCookieSession):
    """What the cookie holds, and the moment at which it was signed; none for a new one."""

    signed_at: datetime | None = None


class IdleTime(SecureCookieSessionInterface):
    """The signed cookie, written when something in it changed or the moment in it is old."""

    session_class = MarkedSession

    def open_session(self, app: Flask, request: Request) -> MarkedSession | None:
        signer = self.get_signing_serializer(app)
        if signer is None:
            return None
        sent = request.cookies.get(self.get_cookie_name(app))
        if not sent:
            return MarkedSession()
        longest = int(app.permanent_session_lifetime.total_seconds())
        try:
            held, signed_at = signer.loads(sent, max_age=longest, return_timestamp=True)
        except BadSignature:
            return MarkedSession()
        found = MarkedSession(held)
        found.signed_at = signed_at
        return found

    def should_set_cookie(self, app: Flask, session: SessionMixin) -> bool:
        if session.modified:
            return True
        signed_at = getattr(session, "signed_at", None)
        # A moment to come: the clock was put back.
        is_fresh = signed_at is not None and timedelta(0) <= clock.now() - signed_at < RENEWED_AFTER
        return session.permanent and not is_fresh
