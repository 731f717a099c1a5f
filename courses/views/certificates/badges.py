"""What wallets of badges and other services ask for: who issues, with which keys, and what a course is. Open to all."""

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, abort

from courses.certificate.badge import CONTEXT, Addresses, achievement, profile
from courses.domain import course_on
from courses.services.issuers import own_file
from courses.store import course_lines
from courses.views.blueprint import blueprint
from courses.views.certificates.handing_out import own_issuer, own_keys
from foundation import clock
from foundation.db import db
from people import auth


def _public(said: Mapping[str, Any], kind: str = "application/json") -> Response:
    """JSON that pages of other sites may read as well: it is about nobody."""
    answer = Response(json.dumps(said, ensure_ascii=False, indent=1) + "\n", mimetype=kind)
    answer.headers["Access-Control-Allow-Origin"] = "*"
    answer.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return answer


@blueprint.get("/badges/issuer")
@auth.public
def badge_issuer() -> Response:
    """The profile of the council as issuer (Open Badges 3.0, Profile)."""
    issuer = own_issuer()
    return _public({"@context": list(CONTEXT), **profile(Addresses(issuer.base_url), issuer.council)})


@blueprint.get("/badges/issuer-file")
@auth.public
def issuer_file() -> Response:
    """The file with which another service can trust this one's training passports."""
    issuer = own_issuer()
    keys = own_keys(issuer)
    if not keys:
        abort(HTTPStatus.NOT_FOUND)  # nothing was issued yet, so there is nobody to trust
    answer = _public(own_file(issuer, keys))
    answer.headers["Content-Disposition"] = 'attachment; filename="training-passport-issuer.json"'
    return answer


@blueprint.get("/badges/keys")
@auth.public
def badge_keys() -> Response:
    """Every key that signs or has signed badges and passports, as a JSON Web Key set."""
    return _public({"keys": list(own_keys(own_issuer()).values())}, "application/jwk-set+json")


@blueprint.get("/.well-known/jwks.json")
@auth.public
def well_known_keys() -> Response:
    """The same where many programs look first."""
    return badge_keys()


@blueprint.get("/badges/keys/<key_id>")
@auth.public
def badge_key(key_id: str) -> Response:
    """One key, at the address that a badge names in its header (Open Badges 3.0, 8.2)."""
    found = own_keys(own_issuer()).get(key_id)
    if found is None:
        abort(HTTPStatus.NOT_FOUND)
    return _public(found, "application/jwk+json")


@blueprint.get("/badges/courses/<code>")
@auth.public
def badge_course(code: str) -> Response:
    """What was achieved by completing a course (Open Badges 3.0, Achievement)."""
    lines = course_lines(db.session())
    if code not in lines:
        abort(HTTPStatus.NOT_FOUND)
    course, addresses = course_on(lines, code, clock.today()), Addresses(own_issuer().base_url)
    return _public({"@context": list(CONTEXT), **achievement(addresses, code, course.title, course.provider)})
