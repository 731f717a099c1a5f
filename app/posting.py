"""In development messages leave by themselves, so that whoever tries the service sees the link that was asked for.

Where mail goes to the console or a folder nothing can be slow. In production, and with a mail server, `flask reminders
send` sends: a page never waits for one, and how long it takes tells nobody whether an address is known (promise S8).
"""

import logging

from flask import Flask, Response, current_app

from app.config import Settings
from foundation import clock, mail
from foundation.db import db
from foundation.stamp import Stamp
from reminders.services.outbox.sending import send_waiting
from reminders.services.providers import find_mailer

AT_ONCE = ("console:", "file:")
MOST = 20
"""A few, should hundreds of invitations wait: the page is waiting too."""

log = logging.getLogger(__name__)


def install(app: Flask, settings: Settings) -> None:
    """Send after each request that has queued a message, in development and without a mail server."""
    if settings.environment == "development" and settings.mail_url.get_secret_value().startswith(AT_ONCE):
        app.after_request(send_queued)


def send_queued(response: Response) -> Response:
    """Send what this request has queued. The answer stands, whatever becomes of the message."""
    session = db.session()
    if mail.take_queued(session):
        mailer = find_mailer(current_app.config["MAIL_URL"])
        try:
            tally = send_waiting(
                session,
                lambda: Stamp("command:development", clock.now()),
                mailer,
                current_app.config["MAIL_FROM"],
                MOST,
            )
            if tally.stopped or tally.problems:
                log.warning("mail: %s", "; ".join([*tally.problems, tally.stopped]))
        except Exception:  # the page is made: a mailer that fails must not take it away
            log.exception("mail: what was queued could not be sent")
    return response
