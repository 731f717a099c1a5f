"""Opening evidence: the files of one person, and each file as a download that nothing can happen in (promise S16)."""

import logging

from flask import Response, current_app, render_template

from courses.domain import Concern
from courses.services.evidence import files_of, open_evidence
from courses.uploads.kinds import MEDIA_TYPES, Kind
from courses.uploads.scanner import Verdict, scan
from courses.views.blueprint import CLAMD_SOCKET, blueprint
from courses.views.receiving import folder
from foundation import clock
from foundation.db import db
from foundation.errors import NotFound
from people import auth

log = logging.getLogger(__name__)

# Even if a browser showed the file instead of saving it: nothing in it runs, nothing is fetched, nobody frames it.
INERT = "sandbox; default-src 'none'; frame-ancestors 'none'"
ENDINGS = {Kind.PDF: "pdf", Kind.PNG: "png", Kind.JPEG: "jpg"}


@blueprint.get("/evidence/<public_id>")
@auth.signed_in
def evidence(public_id: str) -> Response | tuple[str, int]:
    """One file, to be saved: a name of ours, whole, never kept by a browser."""
    account = auth.reader()
    file = open_evidence(db.session(), account, public_id, clock.today())
    content = folder().read(file.stored_as)
    if content is None:
        log.error("evidence %s has no file", public_id)
        raise NotFound("There is no such file.")
    if Concern.NOT_SCANNED in file.concerns:
        verdict = scan(current_app.config[CLAMD_SOCKET], content)
        if verdict in (Verdict.UNKNOWN, Verdict.HARMFUL):
            log.warning("evidence %s was not opened: %s", public_id, verdict.value)
            return render_template("courses/evidence.html", harmful=verdict is Verdict.HARMFUL), 409
    log.info("evidence %s opened by account:%s", public_id, account.public_id)
    kind = Kind(file.kind)
    answer = Response(content, mimetype=MEDIA_TYPES[kind])
    answer.headers["Content-Disposition"] = f'attachment; filename="evidence-{public_id[:8]}.{ENDINGS[kind]}"'
    answer.headers["Content-Security-Policy"] = INERT
    answer.headers["Accept-Ranges"] = "none"
    return answer


@blueprint.get("/people/<public_id>/evidence")
@auth.signed_in
def person_evidence(public_id: str) -> str:
    """Every file that proves a completion of this person, for those who may open it."""
    name, lines = files_of(db.session(), auth.reader(), public_id, clock.today())
    return render_template("courses/person_evidence.html", name=name, lines=lines, person=public_id)
