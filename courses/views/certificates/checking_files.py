"""Checking a file: a PDF, a badge or a passport, against its signature and against the register."""

from flask import current_app, render_template

from courses.certificate.keys import KeyFault
from courses.domain.certificates import Standing
from courses.forms.certificates import CheckFileForm
from courses.services.checking_files import FileTruth, truth_of_file
from courses.views.blueprint import MAX_BYTES, blueprint
from courses.views.certificates.handing_out import own_issuer, own_keys
from courses.views.certificates.verify import count_try, sees_names, shown
from courses.wording import STANDING_WORDS
from foundation import clock
from foundation.db import db
from foundation.errors import DomainError
from people import auth


@blueprint.route("/verify/file", methods=["GET", "POST"])
@auth.public
def verify_file() -> str | tuple[str, int]:
    """Ask for the file, and say what is true of it. Nothing that is sent here is kept."""
    form = CheckFileForm()
    limit = current_app.config[MAX_BYTES]
    if form.validate_on_submit():
        if form.file.data is None or not form.file.data.filename:
            form.refuse("Choose the file")
        else:
            count_try()
            content, issuer = form.file.data.stream.read(limit + 1), own_issuer()
            try:
                found = truth_of_file(
                    db.session(),
                    content,
                    limit,
                    issuer,
                    own_keys(issuer),
                    clock.now(),
                    clock.today(),
                    sees_names=sees_names(),
                )
            except KeyFault:
                raise  # no file can be judged; the page for what is out of order says so
            except DomainError as error:
                form.refuse(str(error))
            else:
                truth = found.truth
                with_name = sees_names() and truth is not None and truth.standing is not Standing.UNKNOWN
                return render_template(
                    "courses/certificates/verify_file_answer.html",
                    found=found,
                    heading=_heading(found),
                    said=shown(truth, with_name=with_name) if truth is not None else None,
                    host=current_app.config["BASE_URL"],
                )
    page = render_template(
        "courses/certificates/verify_file.html", form=form, megabytes=limit // (1024 * 1024)
    )
    return page, 422 if form.errors else 200


def _heading(found: FileTruth) -> str:
    """What the page is called: a good signature alone is no reason to rely on a file."""
    if not found.is_genuine:
        return "This file is not genuine"
    if found.truth is None or found.truth.standing is Standing.UNKNOWN:
        return "This file is not in our register"
    if found.differences:
        return "This file does not match our register"
    if found.truth.standing in (Standing.REVOKED, Standing.SUPERSEDED):
        return f"{STANDING_WORDS[found.truth.standing]}: do not rely on this file"
    if found.truth.standing is Standing.EXPIRED:
        return "Expired: this file is no longer valid"
    return "This file is not valid today" if found.why else "This file is genuine"
