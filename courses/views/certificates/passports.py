"""Training passports: one's own, and for learning and development anybody's."""

from datetime import date
from typing import Any

from flask import Response, abort, render_template, request, url_for
from werkzeug.wrappers import Response as BaseResponse

from courses.domain.certificates import read_number
from courses.forms.sending import SendForm
from courses.services import passports as service
from courses.views.acting import act_if_sent
from courses.views.blueprint import blueprint
from courses.views.certificates.handing_out import Whose, download, own_issuer, whose
from foundation import clock
from foundation.db import Session, db
from foundation.errors import NotFound
from foundation.stamp import Stamp
from people import auth
from people.domain import Permission
from people.views.own import no_record

OWN = "/my-training/passport"
OTHERS = "/people/<public_id>/passport"
PDF, JSON = "pdf", "json"
Answer = str | BaseResponse | tuple[str, int]


@blueprint.route(OWN, methods=["GET", "POST"])
@auth.signed_in
def my_passport() -> Answer:
    """What goes into the reader's own passport today, and those that were issued."""
    account = auth.reader()
    if account.person_id is None:
        return no_record()
    if request.method == "POST" and account.only_reads:
        abort(403)
    return _page(account.person_id, None, may_write=not account.only_reads)


@blueprint.get(f"{OWN}/<number>/<kind>")
@auth.signed_in
def my_passport_file(number: str, kind: str) -> Response | tuple[str, int]:
    """One's own passport as a PDF, or as the file for the next employer's service."""
    account = auth.reader()
    if account.person_id is None:
        return no_record()
    return _file(account.person_id, number, kind)


@blueprint.route(OTHERS, methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def person_passport(public_id: str) -> Answer:
    """The same for somebody else."""
    subject = whose(db.session(), public_id)
    return _page(subject.person_id, subject, may_write=True)


@blueprint.get(f"{OTHERS}/<number>/<kind>")
@auth.only_for(Permission.LEARNING)
def person_passport_file(public_id: str, number: str, kind: str) -> Response:
    """Somebody else's passport as a file."""
    return _file(whose(db.session(), public_id).person_id, number, kind)


def _page(person_id: int, subject: Whose | None, *, may_write: bool) -> Answer:
    form, today = SendForm(), clock.today()
    where: dict[str, Any] = {"public_id": subject.public_id} if subject is not None else {}
    prefix = "courses.person_passport" if subject is not None else "courses.my_passport"

    def act(session: Session, stamp: Stamp) -> str:
        service.issue_passport(session, stamp, own_issuer(), person_id, today)
        return url_for(prefix, **where)

    following, problems = act_if_sent(form, act, "The training passport was issued.")
    if following is not None:
        return following
    session = db.session()
    page = render_template(
        "courses/certificates/passport.html",
        form=form,
        problems=problems,
        subject=subject,
        entries=service.entries_of(session, person_id, today),
        issued=[_line(one.passport.number, clock.london_day(one.passport.issued_at), len(one.passport.entries))
                for one in service.issued_for(session, person_id)],
        prefix=prefix,
        accept=url_for(f"courses.accept_{'person' if subject else 'my'}_passport", **where),
        where=where,
        may_write=may_write,
    )  # fmt: skip
    return page, 422 if problems else 200


def _line(number: str, issued_on: date, courses: int) -> dict[str, object]:
    return {"number": number, "issued_on": issued_on, "courses": courses}


def _file(person_id: int, number: str, kind: str) -> Response:
    read = read_number(number[:100])
    if read is None or kind not in (PDF, JSON):
        raise NotFound("There is no such passport.")
    issued, issuer = service.find_own(db.session(), person_id, read), own_issuer()
    name = f"training-passport-{clock.london_day(issued.passport.issued_at).isoformat()}"
    if kind == PDF:
        return download(service.pdf_of(issuer, issued, clock.now()), "application/pdf", f"{name}.pdf")
    return download(service.json_of(issuer, issued), "application/jose+json", f"{name}.json")
