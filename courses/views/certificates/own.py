"""One's own certificates: the list, each one, and its files. The first time one is asked for, it is issued."""

from flask import Response, abort, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from courses.forms.sending import SendForm
from courses.services import certificates as service
from courses.views.acting import act_if_sent
from courses.views.blueprint import blueprint
from courses.views.certificates.handing_out import file_of, key_in_address, line_of, lines_of, own_issuer
from foundation import clock
from foundation.db import Session, db
from foundation.stamp import Stamp
from people import auth
from people.views.own import no_record

LIST = "/my-training/certificates"
ONE = f"{LIST}/<course>/<completed_on>"


@blueprint.get(LIST)
@auth.signed_in
def my_certificates() -> str | tuple[str, int]:
    """The reader's own certificates, and the completions of which there may be one."""
    account = auth.reader()
    if account.person_id is None:
        return no_record()
    lines = lines_of(db.session(), account.person_id, clock.today())
    return render_template("courses/certificates/my_certificates.html", lines=lines)


@blueprint.route(ONE, methods=["GET", "POST"])
@auth.signed_in
def my_certificate(course: str, completed_on: str) -> str | BaseResponse | tuple[str, int]:
    """One certificate of the reader's own. The address is of the reader's record: it names nobody."""
    account, today = auth.reader(), clock.today()
    if account.person_id is None:
        return no_record()
    if request.method == "POST" and account.only_reads:
        abort(403)
    key, form = key_in_address(account.person_id, course, completed_on), SendForm()

    def act(session: Session, stamp: Stamp) -> str:
        service.issue(session, stamp, own_issuer(), key, today)
        return url_for("courses.my_certificate", course=course, completed_on=completed_on)

    following, problems = act_if_sent(form, act, "Your certificate was issued.")
    if following is not None:
        return following
    page = render_template(
        "courses/certificates/my_certificate.html",
        form=form,
        problems=problems,
        line=line_of(db.session(), key, today),
        may_issue=not account.only_reads,
    )
    return page, 422 if problems else 200


@blueprint.get(f"{ONE}/<kind>")
@auth.signed_in
def my_certificate_file(course: str, completed_on: str, kind: str) -> Response | tuple[str, int]:
    """One's own certificate as a PDF, or as a badge."""
    account = auth.reader()
    if account.person_id is None:
        return no_record()
    key = key_in_address(account.person_id, course, completed_on)
    session = db.session()
    return file_of(session, line_of(session, key, clock.today()), kind)
