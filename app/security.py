"""What every answer tells the browser, and the proof of origin of every form."""

from http import HTTPStatus
from itertools import chain

from flask import Flask, Response, abort, request
from flask_wtf import CSRFProtect

from app import branding

csrf = CSRFProtect()

# Nothing but our own files: no inline script or style, no third party, no frame, no form to elsewhere.
CONTENT_SECURITY_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self'",
        "connect-src 'self'",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    # To ourselves alone: with "no-referrer" browsers hide from us, too, which site a form was sent from.
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex",
}
FROM_MACHINES = ("reminders.views.receipts.notify_receipts",)
"""Views that no browser sends a form to. Each asks for a token of its own."""
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})
ONE_YEAR = 31_536_000
KEPT = branding.KEPT | {"static"}
"""The endpoints whose answers are about nobody, at addresses that change with what they hold."""


def install(app: Flask) -> None:
    """Switch on the proof of origin for every form, and the headers for every answer."""
    # Ours, below, which asks for no Referer: some people's browsers never send one.
    app.config.setdefault("WTF_CSRF_SSL_STRICT", False)
    app.before_request(refuse_nul)
    app.before_request(refuse_other_sites)
    csrf.init_app(app)
    for view in FROM_MACHINES:
        csrf.exempt(view)
    app.after_request(protect)


def refuse_nul() -> None:
    """No address or form of ours holds the character NUL, and PostgreSQL cannot keep it."""
    values = chain(request.args.values(), request.form.values() if request.method == "POST" else ())
    if "\0" in request.path or any("\0" in value for value in values):
        abort(HTTPStatus.BAD_REQUEST)


def refuse_other_sites() -> None:
    """A form that another site sends is refused before its token is looked at (promise S4)."""
    if request.method not in SAFE_METHODS and sent_from_here() is False:
        abort(HTTPStatus.BAD_REQUEST)


def sent_from_here() -> bool | None:
    """Whether the browser says that a page of ours sent this request; None when it does not say.

    Scripts can set neither header. Only the host is compared: whether the proxy spoke https is not ours to know.
    """
    site = request.headers.get("Sec-Fetch-Site")
    if site is not None:
        # "none": typed or bookmarked, which sends no form; but a form sent again after a crash of the browser is one.
        return {"same-origin": True, "none": None}.get(site, False)
    origin = request.headers.get("Origin", "null")
    return None if origin == "null" else origin.partition("://")[2] == request.host


def protect(response: Response) -> Response:
    """Add the headers. Pages are about people, so nobody keeps a copy; static files stay while unchanged."""
    headers = response.headers
    own = {name.lower() for name, _ in headers}
    headers.extend((name, value) for name, value in HEADERS.items() if name.lower() not in own)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={ONE_YEAR}; includeSubDomains")
    if request.endpoint in KEPT and response.status_code in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
        kept = f"public, max-age={ONE_YEAR}, immutable" if "v" in request.args else "no-cache"
        response.headers["Cache-Control"] = kept
    else:
        response.headers["Cache-Control"] = "no-store"
    return response
