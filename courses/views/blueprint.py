"""The one blueprint of the package, and the limit on what is sent to it: a file, and a little for its form."""

import logging
from http import HTTPStatus
from typing import Any

from flask import Blueprint, current_app, render_template, request
from flask.blueprints import BlueprintSetupState

from courses.certificate.keys import KeyFault
from courses.domain.certificates import printed
from courses.wording import STANDING_TONES, STANDING_WORDS
from people import auth

log = logging.getLogger(__name__)

MAX_BYTES = "EVIDENCE_MAX_BYTES"
"""The setting of the app that says how large a file may be."""
CLAMD_SOCKET = "CLAMD_SOCKET"
"""The setting of the app that says where the virus scanner listens; empty: nowhere."""
ROOM_FOR_FORM = 64 * 1024

blueprint = Blueprint("courses", __name__)


@blueprint.record_once
def tell_templates(state: BlueprintSetupState) -> None:
    """Let pages say whether files are checked for viruses (promise E23), and speak of certificates in our words."""
    state.app.jinja_env.globals["files_are_scanned"] = bool(state.app.config[CLAMD_SOCKET])
    state.app.jinja_env.globals.update(
        printed_number=printed, standing_words=STANDING_WORDS, standing_tones=STANDING_TONES
    )


@blueprint.url_value_preprocessor
def limit_body(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    """Refuse what is too large before it is read: this comes before the form's proof of origin is looked for."""
    request.max_content_length = current_app.config[MAX_BYTES] + ROOM_FOR_FORM


@blueprint.errorhandler(KeyFault)
def keys_away(error: KeyFault) -> tuple[str, int, dict[str, str]]:
    """A key of ours cannot be read: no file can be signed or judged until whoever runs the service mends that."""
    log.error("keys of certificates: %s", error)
    return render_template("errors/503.html"), HTTPStatus.SERVICE_UNAVAILABLE, {"Retry-After": "30"}


@blueprint.errorhandler(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
def too_large(_error: Exception) -> tuple[str, int]:
    """Too much was sent (promise E02). Says how much may be, and leads back to where the file was chosen."""
    megabytes = current_app.config[MAX_BYTES] // (1024 * 1024)
    back = request.path if auth.account() is not None else ""
    page = render_template("courses/too_large.html", megabytes=megabytes, back=back)
    return page, HTTPStatus.REQUEST_ENTITY_TOO_LARGE
