"""What every answer tells the browser, and the proof of origin of every form."""

from http import HTTPStatus
from itertools import chain

from flask import Flask, Response, abort, request
from flask_wtf import CSRFProtect

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
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Robots-Tag": "noindex",
}
ONE_YEAR = 31_536_000


def install(app: Flask) -> None:
    """Switch on the proof of origin for every form, and the headers for every answer."""
    app.before_request(refuse_nul)
    csrf.init_app(app)
    app.after_request(protect)


def refuse_nul() -> None:
    """No address or form of ours holds the character NUL, and PostgreSQL cannot keep it."""
    values = chain(request.args.values(), request.form.values() if request.method == "POST" else ())
    if "\0" in request.path or any("\0" in value for value in values):
        abort(HTTPStatus.BAD_REQUEST)


def protect(response: Response) -> Response:
    """Add the headers. Pages are about people, so nobody keeps a copy; static files stay while unchanged."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if request.is_secure:
        response.headers.setdefault("Strict-Transport-Security", f"max-age={ONE_YEAR}; includeSubDomains")
    if request.endpoint == "static" and response.status_code in (HTTPStatus.OK, HTTPStatus.NOT_MODIFIED):
        kept = f"public, max-age={ONE_YEAR}, immutable" if "v" in request.args else "no-cache"
        response.headers["Cache-Control"] = kept
    else:
        response.headers["Cache-Control"] = "no-store"
    return response
