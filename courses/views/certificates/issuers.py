"""Issuers whose training passports are believed: learning and development trust one, and stop to trust it."""

from flask import current_app, render_template, url_for
from werkzeug.wrappers import Response

from courses.forms.certificates import IssuerForm, ReasonForm
from courses.services import issuers as service
from courses.services.issuers import Offered, shown_fingerprint
from courses.store.passports import trusted_issuers
from courses.views.acting import act_if_sent
from courses.views.blueprint import MAX_BYTES, blueprint
from courses.views.certificates.handing_out import own_issuer, own_keys
from foundation import clock
from foundation.db import Session, db
from foundation.errors import DomainError
from foundation.stamp import Stamp
from people import auth
from people.domain import Permission

Answer = str | Response | tuple[str, int]
LIST = "/passport-issuers"
LONGEST = 200_000
"""Bytes of an issuer's file: a page of keys has some thousands."""


@blueprint.get(LIST)
@auth.only_for(Permission.LEARNING)
def passport_issuers() -> str:
    """Whom we trust, and our own fingerprint, which others ask for on the phone."""
    own = own_keys(own_issuer())
    return render_template(
        "courses/certificates/issuers.html",
        issuers=[
            (one, shown_fingerprint(one.key_id), clock.london_day(one.recorded_at))
            for one in trusted_issuers(db.session())
        ],
        own=shown_fingerprint([*own][-1]) if own else "",
    )


@blueprint.route(f"{LIST}/new", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def trust_issuer() -> Answer:
    """Add one: its file first, then its fingerprint, compared and confirmed."""
    form = IssuerForm()
    if not form.is_submitted():
        return _asking(form)
    if not form.content.data:
        return _look(form)
    content = str(form.content.data).encode()
    own = own_keys(own_issuer())

    def act(session: Session, stamp: Stamp) -> str:
        service.trust(session, stamp, service.read_offer(session, content, own))
        return url_for("courses.passport_issuers")

    following, problems = act_if_sent(
        form, act, "Training passports of this issuer are accepted from now on."
    )
    if following is not None:
        return following
    try:
        offered = service.read_offer(db.session(), content, own)
    except DomainError as error:
        form.content.data = ""
        form.refuse(str(error))
        return _asking(form), 422
    return _looked(form, offered, problems), 422


def _look(form: IssuerForm) -> Answer:
    if not form.validate() or form.file.data is None or not form.file.data.filename:
        if not form.errors:
            form.refuse("Choose the issuer's file")
        return _asking(form), 422
    content = form.file.data.stream.read(min(LONGEST, current_app.config[MAX_BYTES]) + 1)
    try:
        if len(content) > LONGEST:
            raise DomainError("The file is too large to be an issuer's file. Ask for it again.")
        offered = service.read_offer(db.session(), content, own_keys(own_issuer()))
    except DomainError as error:
        form.refuse(str(error))
        return _asking(form), 422
    form.content.data = content.decode("utf-8-sig")
    return _looked(form, offered, [])


def _asking(form: IssuerForm) -> str:
    return render_template("courses/certificates/trust_issuer.html", form=form)


def _looked(form: IssuerForm, offered: Offered, problems: list[str]) -> str:
    return render_template(
        "courses/certificates/trust_issuer_check.html",
        form=form,
        problems=problems,
        offered=offered,
        keys=[(shown_fingerprint(one.key_id), one.is_trusted, one.is_ours) for one in offered.keys],
    )


@blueprint.route(f"{LIST}/<key_id>/withdraw", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def withdraw_issuer(key_id: str) -> Answer:
    """Stop to trust one. What was accepted before stays on record."""
    form = ReasonForm()

    def act(session: Session, stamp: Stamp) -> str:
        service.withdraw(session, stamp, key_id, form.reason.data)
        return url_for("courses.passport_issuers")

    following, problems = act_if_sent(form, act, "This issuer is no longer trusted.")
    if following is not None:
        return following
    issuer = service.find_issuer(db.session(), key_id)
    page = render_template(
        "courses/certificates/withdraw_issuer.html",
        form=form,
        errors=[(problem, "reason") for problem in problems],
        issuer=issuer,
        fingerprint=shown_fingerprint(issuer.key_id),
    )
    return page, 422 if problems else 200
