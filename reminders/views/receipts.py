"""Where GOV.UK Notify reports what became of a message. For machines: plain answers, no session, a token of its own."""

import hmac
import json
from http import HTTPStatus

from flask import Response, current_app, request

from foundation import clock
from foundation.db import db, transaction
from foundation.stamp import Stamp
from people import auth
from reminders.services.receipts import Receipt, keep_receipt
from reminders.views.blueprint import blueprint

LARGEST = 10_000
"""Bytes. A report holds some ids, moments and an address."""
NOTIFY = "provider:notify"


@blueprint.post("/mail/notify-receipts")
@auth.public
def notify_receipts() -> Response:
    """Keep a report. Whoever does not know NOTIFY_RECEIPTS_TOKEN is refused; while it is not set, everybody is."""
    if not _knows_token():
        return _answer("Only GOV.UK Notify may report here.", HTTPStatus.FORBIDDEN)
    content = request.stream.read(LARGEST + 1)
    if len(content) > LARGEST:
        return _answer(f"A report is never longer than {LARGEST} bytes.", HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
    try:
        reference, receipt = _read(content)
    except ValueError as error:
        return _answer(str(error), HTTPStatus.BAD_REQUEST)
    with transaction(db.session()) as session:
        is_known = keep_receipt(session, Stamp(NOTIFY, clock.now()), reference, receipt)
    return _answer("Kept." if is_known else "No message of ours has this reference.", HTTPStatus.OK)


def _knows_token() -> bool:
    expected = str(current_app.config["NOTIFY_RECEIPTS_TOKEN"])
    scheme, _, given = request.headers.get("Authorization", "").partition(" ")
    is_right = hmac.compare_digest(given.strip().encode(), expected.encode())
    return bool(expected) and scheme.lower() == "bearer" and is_right


def _read(content: bytes) -> tuple[str, Receipt]:
    """Reference and report. Raises ValueError with words for whoever looks for the fault."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        raise ValueError("Expected JSON.") from None
    if not isinstance(found, dict):
        raise ValueError("Expected a JSON object.")
    reference = found.get("reference")
    if reference is None:
        reference = ""  # sent by somebody else with the same account at Notify
    if not isinstance(reference, str) or "\0" in reference:
        raise ValueError("`reference` is no text.")
    if not reference.isascii():
        reference = ""  # none of ours, and perhaps nothing that a database takes for text
    try:
        return reference, Receipt(str(found.get("status")))
    except ValueError:
        raise ValueError(f"`status` is none of {', '.join(Receipt)}.") from None


def _answer(words: str, status: int) -> Response:
    return Response(f"{words}\n", status=status, mimetype="text/plain")
