"""The pages for when something goes wrong. They say what became of what was sent, and never why it broke."""

import logging
from uuid import uuid4

from flask import Flask, render_template
from flask_wtf.csrf import CSRFError
from sqlalchemy.exc import OperationalError
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError
from werkzeug.wrappers import Response as BaseResponse

from app import kept
from foundation.db import db
from foundation.errors import DomainError, NotFound

log = logging.getLogger(__name__)

PAGES = frozenset({400, 403, 404, 405, 409, 410, 413, 415, 503})
"""The statuses with a page of their own that needs no more words."""

# When not even the frame can be drawn.
LAST_RESORT = (
    '<!DOCTYPE html><html lang="en-GB"><head><meta charset="utf-8"><title>{title}</title></head>'
    "<body><h1>{title}</h1><p>{text}</p></body></html>"
)

Answer = tuple[str, int] | tuple[str, int, dict[str, str]]


def install(app: Flask) -> None:
    """Take over the error pages of an app."""
    app.register_error_handler(HTTPException, page_for)
    app.register_error_handler(CSRFError, not_taken)
    app.register_error_handler(DomainError, refused)
    app.register_error_handler(NotFound, not_found)
    app.register_error_handler(OperationalError, database_away)
    app.register_error_handler(InternalServerError, broken)


def page_for(error: HTTPException) -> Answer:
    """The page of an HTTP status. Headers that belong to it, such as Allow and Retry-After, are kept."""
    status = error.code or 500
    if isinstance(error, SecurityError):
        # Asked for under a name that is not ours: no address of ours can be made in answer.
        return LAST_RESORT.format(
            title="This address is not known here", text="Check the web address."
        ), status
    headers = {
        name: value
        for name, value in error.get_response().headers.items()
        if name in ("Allow", "Retry-After", "Location")
    }
    if status < 400:
        return "", status, headers
    if status == 429:
        seconds = int(headers.get("Retry-After", "300"))
        return render_template("errors/429.html", minutes=max(1, -(-seconds // 60))), status, headers
    return render_template(f"errors/{status if status in PAGES else 400}.html"), status, headers


def not_taken(_error: CSRFError) -> BaseResponse:
    """The form's proof of origin is missing, too old or another session's. What was typed is kept where it may be."""
    return kept.not_taken()


def refused(error: DomainError) -> Answer:
    """A rule refused what was asked; the problems say which."""
    db.session.rollback()
    return render_template("errors/422.html", problems=error.problems), 422


def not_found(_error: NotFound) -> Answer:
    """What is not there, and what is not yours, to the byte the same."""
    return render_template("errors/404.html"), 404


def database_away(error: OperationalError) -> Answer:
    """The database does not answer."""
    log.error("database away", exc_info=error)
    db.session.rollback()
    return render_template("errors/503.html"), 503, {"Retry-After": "30"}


def broken(error: InternalServerError) -> Answer:
    """A fault of ours: a reference to quote, which the log has too, and no detail."""
    reference = uuid4().hex[:12]
    log.error("fault %s", reference, exc_info=error.original_exception or error)
    try:
        db.session.rollback()
        return render_template("errors/500.html", reference=reference), 500
    except Exception:
        log.exception("fault %s: and its page could not be drawn", reference)
        title = "Sorry, there is a problem with the service"
        return LAST_RESORT.format(title=title, text=f"Try again later. Reference: {reference}"), 500
