"""Other people's certificates: issuing one, putting another in its place, taking one back (authorization matrix)."""

from flask import Response, render_template, url_for
from werkzeug.wrappers import Response as BaseResponse

from courses.forms.certificates import ReasonForm
from courses.forms.sending import SendForm
from courses.services import certificates as service
from courses.store import certificates as register
from courses.views.acting import act_if_sent
from courses.views.blueprint import blueprint
from courses.views.certificates.handing_out import (
    Whose,
    file_of,
    key_in_address,
    line_of,
    lines_of,
    own_issuer,
    whose,
)
from foundation import clock
from foundation.db import Session, db
from foundation.errors import NotFound
from foundation.stamp import Stamp
from people import auth
from people.domain import Permission

LIST = "/people/<public_id>/certificates"
ONE = f"{LIST}/<course>/<completed_on>"
Answer = str | BaseResponse | tuple[str, int]


@blueprint.get(LIST)
@auth.only_for(Permission.LEARNING, Permission.COORDINATOR, Permission.PARTNER_LEAD)
def person_certificates(public_id: str) -> str:
    """Somebody's certificates, and the completions of which there may be one."""
    session = db.session()
    subject = whose(session, public_id)
    return render_template(
        "courses/certificates/person_certificates.html",
        subject=subject,
        lines=lines_of(session, subject.person_id, clock.today()),
        passports=Permission.LEARNING in auth.reader().permissions,
    )


def _page(subject: Whose, course: str, completed_on: str, form: SendForm, problems: list[str]) -> str:
    session = db.session()
    key = key_in_address(subject.person_id, course, completed_on)
    line = line_of(session, key, clock.today())
    every = register.of_completion(session, key)
    earlier = [one for one in every if line.issued is None or one.id != line.issued.id]
    return render_template(
        "courses/certificates/person_certificate.html",
        form=form,
        problems=problems,
        subject=subject,
        line=line,
        earlier=earlier[::-1],
        where={"public_id": subject.public_id, "course": course, "completed_on": completed_on},
        day_of=clock.london_day,
        today=clock.today(),
    )


@blueprint.get(ONE)
@auth.only_for(Permission.LEARNING, Permission.COORDINATOR, Permission.PARTNER_LEAD)
def person_certificate(public_id: str, course: str, completed_on: str) -> str:
    """One certificate of somebody, with those that were there before it."""
    return _page(whose(db.session(), public_id), course, completed_on, SendForm(), [])


@blueprint.post(ONE)
@auth.only_for(Permission.LEARNING, Permission.PARTNER_LEAD)
def issue_certificate(public_id: str, course: str, completed_on: str) -> Answer:
    """Issue the certificate of a completion."""
    subject, form = _issuing(public_id), SendForm()
    key = key_in_address(subject.person_id, course, completed_on)

    def act(session: Session, stamp: Stamp) -> str:
        service.issue(session, stamp, own_issuer(), key, clock.today())
        return _address(public_id, course, completed_on)

    following, problems = act_if_sent(form, act, "The certificate was issued.")
    if following is not None:
        return following
    return _page(subject, course, completed_on, form, problems), 422


@blueprint.get(f"{ONE}/<kind>")
@auth.only_for(Permission.LEARNING, Permission.PARTNER_LEAD)
def person_certificate_file(public_id: str, course: str, completed_on: str, kind: str) -> Response:
    """Somebody's certificate as a PDF, or as a badge."""
    session, subject = db.session(), _issuing(public_id)
    key = key_in_address(subject.person_id, course, completed_on)
    return file_of(session, line_of(session, key, clock.today()), kind)


@blueprint.route(f"{ONE}/correct", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING, Permission.PARTNER_LEAD)
def correct_certificate(public_id: str, course: str, completed_on: str) -> Answer:
    """Issue a corrected certificate, which takes the place of the one in force."""
    subject, form = _issuing(public_id), ReasonForm()
    number = _number(subject, course, completed_on)

    def act(session: Session, stamp: Stamp) -> str:
        service.correct(session, stamp, own_issuer(), number, form.reason.data, clock.today())
        return _address(public_id, course, completed_on)

    notice = "The corrected certificate was issued. The one before it no longer holds."
    return _asking(subject, course, completed_on, form, *act_if_sent(form, act, notice), correcting=True)


@blueprint.route(f"{ONE}/revoke", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING, Permission.COORDINATOR)
def revoke_certificate(public_id: str, course: str, completed_on: str) -> Answer:
    """Take a certificate back: whoever checks it sees so at once, and never why."""
    subject, form = whose(db.session(), public_id), ReasonForm()
    if not subject.may_revoke:
        raise NotFound("There is no such person.")
    number = _number(subject, course, completed_on)

    def act(session: Session, stamp: Stamp) -> str:
        service.revoke(session, stamp, number, form.reason.data)
        return _address(public_id, course, completed_on)

    notice = "The certificate was withdrawn."
    return _asking(subject, course, completed_on, form, *act_if_sent(form, act, notice), correcting=False)


def _asking(
    subject: Whose,
    course: str,
    completed_on: str,
    form: ReasonForm,
    following: BaseResponse | None,
    problems: list[str],
    *,
    correcting: bool,
) -> Answer:
    if following is not None:
        return following
    key = key_in_address(subject.person_id, course, completed_on)
    page = render_template(
        "courses/certificates/certificate_reason.html",
        form=form,
        errors=[(problem, "reason") for problem in problems],
        subject=subject,
        line=line_of(db.session(), key, clock.today()),
        where={"public_id": subject.public_id, "course": course, "completed_on": completed_on},
        correcting=correcting,
    )
    return page, 422 if problems else 200


def _issuing(public_id: str) -> Whose:
    subject = whose(db.session(), public_id)
    if not subject.may_issue:
        raise NotFound("There is no such person.")
    return subject


def _number(subject: Whose, course: str, completed_on: str) -> str:
    """The number of the last certificate of a completion; numbers stay out of addresses (promise S22)."""
    every = register.of_completion(db.session(), key_in_address(subject.person_id, course, completed_on))
    if not every:
        raise NotFound("There is no certificate of this completion.")
    return every[-1].certificate.number


def _address(public_id: str, course: str, completed_on: str) -> str:
    return url_for(
        "courses.person_certificate", public_id=public_id, course=course, completed_on=completed_on
    )
