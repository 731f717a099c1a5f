"""Uploading a training passport of another employer: looked at first, recorded once somebody says so."""

from flask import abort, current_app, render_template, url_for
from werkzeug.wrappers import Response

from courses.certificate.passport import token_in
from courses.domain.passports import Fate, Looked
from courses.forms.certificates import PassportForm
from courses.services import passports as service
from courses.views.acting import act_if_sent
from courses.views.blueprint import MAX_BYTES, blueprint
from courses.views.certificates.handing_out import Whose, whose
from courses.views.receiving import UPLOADS
from courses.wording import FATE_WORDS
from foundation import clock
from foundation.db import Session, db
from foundation.errors import DomainError
from foundation.formats import count_noun
from foundation.stamp import Stamp
from people import auth
from people.domain import Permission
from people.services.record import details
from people.views.own import no_record

Answer = str | Response | tuple[str, int]


@blueprint.route("/my-training/passport/accept", methods=["GET", "POST"])
@auth.signed_in
def accept_my_passport() -> Answer:
    """The reader uploads their own."""
    account = auth.reader()
    if account.person_id is None:
        return no_record()
    if account.only_reads:
        abort(403)
    return _page(account.person_id, None)


@blueprint.route("/people/<public_id>/passport/accept", methods=["GET", "POST"])
@auth.only_for(Permission.LEARNING)
def accept_person_passport(public_id: str) -> Answer:
    """Learning and development upload it for somebody, also where the name in it is another one."""
    subject = whose(db.session(), public_id)
    return _page(subject.person_id, subject)


def _page(person_id: int, subject: Whose | None) -> Answer:
    form, today = PassportForm(), clock.today()
    if not form.is_submitted():
        return _asking(form, subject)
    if not form.token.data:
        return _look(form, person_id, subject)
    token = str(form.token.data)

    def act(session: Session, stamp: Stamp) -> str:
        service.accept_passport(
            session,
            stamp,
            token.encode(),
            person_id,
            today,
            reason=form.reason.data or "",
            may_overrule=subject is not None,  # and never for themselves: the service knows who acts
        )
        return _led_to(subject)

    following, problems = act_if_sent(form, act, "The courses in the training passport were recorded.")
    if following is not None:
        return following
    try:
        looked = service.look_at(db.session(), token.encode(), person_id, today, is_own=_is_own(person_id))
    except DomainError as error:
        form.token.data = ""
        form.refuse(str(error))
        return _asking(form, subject), 422
    return _looked(form, looked, person_id, subject, problems), 422


def _look(form: PassportForm, person_id: int, subject: Whose | None) -> Answer:
    """The file was sent: say what accepting it would record."""
    if not form.validate() or form.file.data is None or not form.file.data.filename:
        if not form.errors:
            form.refuse("Choose the training passport")
        return _asking(form, subject), 422
    # Reading a file costs something, so those that are refused count as well.
    auth.refuse_while(auth.take([(UPLOADS, auth.subject(auth.reader()))]).wait)
    limit = current_app.config[MAX_BYTES]
    content = form.file.data.stream.read(limit + 1)
    session = db.session()
    try:
        if len(content) > limit:
            raise DomainError(
                f"The file is larger than {limit // (1024 * 1024)} MB. No training passport is."
            )
        token = token_in(content)
        looked = service.look_at(session, token.encode(), person_id, clock.today(), is_own=_is_own(person_id))
        service.refuse_others(session, looked, person_id)
        if looked.name_differs and (subject is None or _is_own(person_id)):
            raise DomainError(
                "The name in this passport is not the one on your record, so it cannot be accepted here. "
                "If your name has changed, ask your training team to accept it for you."
            )
    except DomainError as error:
        form.refuse(str(error))
        return _asking(form, subject), 422
    form.token.data = token
    return _looked(form, looked, person_id, subject, [])


def _is_own(person_id: int) -> bool:
    """Whether it is for the reader, on whichever page: learning and development decide nothing about themselves."""
    return auth.reader().person_id == person_id


def _asking(form: PassportForm, subject: Whose | None) -> str:
    return render_template(
        "courses/certificates/accept_passport.html",
        form=form,
        subject=subject,
        action=_action(subject),
        back=_led_to(subject),
        megabytes=current_app.config[MAX_BYTES] // (1024 * 1024),
    )


def _looked(
    form: PassportForm, looked: Looked, person_id: int, subject: Whose | None, problems: list[str]
) -> str:
    passport = looked.passport
    count = len(looked.to_record)
    return render_template(
        "courses/certificates/accept_passport_check.html",
        form=form,
        errors=[(problem, "reason" if looked.name_differs else None) for problem in problems],
        subject=subject,
        looked=looked,
        name_here=details(db.session(), person_id).name,
        issued_on=clock.london_day(passport.issued_at),
        lines=[(one.entry, one.title, FATE_WORDS[one.fate]) for one in looked.judged],
        unknown=sum(one.fate is Fate.UNKNOWN_COURSE for one in looked.judged),
        button=f"Record {count_noun(count, 'course', 'courses')}" if count else "",
        action=_action(subject),
        back=_led_to(subject),
    )


def _action(subject: Whose | None) -> str:
    if subject is None:
        return url_for("courses.accept_my_passport")
    return url_for("courses.accept_person_passport", public_id=subject.public_id)


def _led_to(subject: Whose | None) -> str:
    if subject is None:
        return url_for("courses.my_passport")
    return url_for("courses.person_passport", public_id=subject.public_id)
