"""Tell us about training you have done: the certificate, what it is about, check your answers, sent."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from flask import abort, current_app, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from courses import store
from courses.domain import CompletionKey, Concern, Course, Evidence, Purpose
from courses.forms.sending import (
    DetailsForm,
    SendForm,
    UploadForm,
    day_of_completion,
    refused_day,
    shown_or_empty,
)
from courses.services import telling
from courses.services.holding import Held, find_held, keep
from courses.services.telling import AlreadyOnRecordError
from courses.store import OnRecord
from courses.uploads.words import likely_day, names_somebody
from courses.views.acting import act_if_sent
from courses.views.blueprint import MAX_BYTES, blueprint
from courses.views.receiving import begin_without_file, receive, replaced
from courses.wording import FOR_INFORMATION, SENDER_WORDS, long_ago_words
from foundation import clock
from foundation.db import Session, db, transaction
from foundation.errors import DomainError, NotFound
from foundation.formats import long_date
from foundation.stamp import Stamp
from people import auth
from people.domain import Account
from people.forms.typed_day import TypedDay
from people.services.record import details
from people.views.own import no_record

KIND_WORDS = {"pdf": "A PDF", "png": "A PNG picture", "jpeg": "A JPEG picture"}


def reader_with_record() -> tuple[Account, int] | None:
    """The reader and their own record; None where there is none. An auditor writes nothing (promises 8)."""
    account = auth.reader()
    if account.only_reads:
        abort(403)
    return None if account.person_id is None else (account, account.person_id)


@blueprint.route("/training/tell-us", methods=["GET", "POST"])
@auth.signed_in
def tell_us() -> str | Response | tuple[str, int]:
    """Ask for the certificate, which may be left out."""
    found = reader_with_record()
    if found is None:
        return no_record()
    account, person_id = found
    wanted = request.args.get("course", "")[:60]
    instead = replaced(account, Purpose.CERTIFICATE)
    following = "courses.tell_us_check" if instead and instead.told else "courses.tell_us_details"
    form = UploadForm()
    if form.validate_on_submit():
        if form.without.data:
            return redirect(url_for(following, held=begin_without_file(account, wanted, instead)))
        person = details(db.session(), person_id)
        try:
            if form.file.data is None:
                raise DomainError("Choose your certificate, or say that you have none")
            held = receive(
                account,
                Purpose.CERTIFICATE,
                form.file.data,
                lambda words: [person_id] * names_somebody(words, person.first_name, person.last_name),
                wanted,
                instead,
            )
            return redirect(url_for(following, held=held))
        except DomainError as error:
            form.refuse(str(error))
    page = render_template(
        "courses/tell_us.html",
        form=form,
        wanted=wanted or None,
        instead=instead.public_id if instead else None,
        megabytes=largest_in_megabytes(),
    )
    return page, 422 if form.errors else 200


def largest_in_megabytes() -> int:
    """How large a file may be."""
    limit: int = current_app.config[MAX_BYTES]
    return limit // (1024 * 1024)


def _held(account: Account, public_id: str) -> Held:
    return find_held(db.session(), account.id, public_id, Purpose.CERTIFICATE, clock.now())


@blueprint.route("/training/tell-us/<held>", methods=["GET", "POST"])
@auth.signed_in
def tell_us_details(held: str) -> str | Response | tuple[str, int]:
    """Ask what was completed; what the certificate says is filled in already."""
    found = reader_with_record()
    if found is None:
        return no_record()
    account, person_id = found
    sending = _held(account, held)
    if sending.sent_at is not None:
        return redirect(url_for("courses.tell_us_sent", held=held))
    courses = store.courses_on(db.session(), clock.today())
    form = DetailsForm()
    form.offer(courses)
    if request.method == "GET":
        return _details_page(sending, form, _fill_in(sending, form, courses))
    day = day_of_completion(request.form, clock.today())
    wrong = [not form.validate(), form.refuse_unknown_course(), day.value is None]
    if any(wrong) or day.value is None:
        return _details_page(sending, form, day)
    told = form.told(day.value)
    before = telling.standing(db.session(), person_id, told)
    if before is not None:
        return _details_page(sending, form, refused_day(day, already_words(before)))
    with transaction(db.session()) as session:
        keep(session, auth.stamp(), replace(sending, told=told))
    return redirect(url_for("courses.tell_us_check", held=held))


def _fill_in(sending: Held, form: DetailsForm, courses: list[Course]) -> TypedDay:
    """Fill the form in: with what was typed before, else with what the certificate says; gives the day."""
    told = sending.told
    if told is not None:
        form.course.data, form.provider.data, form.reference.data = told.course, told.provider, told.reference
        return shown_or_empty(told.completed_on)
    known = {course.code for course in courses}
    likely = [*sending.said.courses[:1], sending.wanted]
    form.course.data = next((code for code in likely if code in known), "")
    return shown_or_empty(likely_day(sending.said, clock.today()))


def _details_page(sending: Held, form: DetailsForm, day: TypedDay) -> tuple[str, int]:
    read = []
    if sending.told is None and sending.said.courses:
        read.append("the course")
    if sending.told is None and likely_day(sending.said, clock.today()):
        read.append("the date")
    errors = form.lines_with(day)
    page = render_template(
        "courses/tell_us_details.html",
        form=form,
        day=day,
        errors=errors,
        held=sending.public_id,
        read=" and ".join(read),
        unreadable=sending.file is not None and not sending.said.readable and sending.told is None,
    )
    return page, 422 if errors else 200


@blueprint.route("/training/tell-us/<held>/check", methods=["GET", "POST"])
@auth.signed_in
def tell_us_check(held: str) -> str | Response | tuple[str, int]:
    """Show the answers, and what may raise a question, before they are sent."""
    found = reader_with_record()
    if found is None:
        return no_record()
    account, person_id = found
    form = SendForm()

    def act(session: Session, stamp: Stamp) -> str:
        telling.tell(session, stamp, account, held, clock.today())
        return url_for("courses.tell_us_sent", held=held)

    following, problems = act_if_sent(form, act, words=_problem_words)
    if following is not None:
        return following
    sending = _held(account, held)
    if sending.sent_at is not None:
        return redirect(url_for("courses.tell_us_sent", held=held))
    if sending.told is None:
        return redirect(url_for("courses.tell_us_details", held=held))
    concerns = telling.concerns_of(db.session(), sending, sending.told, person_id)
    words = {**SENDER_WORDS, Concern.REJECTED_BEFORE: _rejected_words(sending, person_id)}
    page = render_template(
        "courses/tell_us_check.html",
        form=form,
        problems=problems,
        held=held,
        rows=_answers(sending),
        concerns=in_words(words, concerns, FOR_INFORMATION.isdisjoint)
        + long_ago_words(sending.told.completed_on, clock.today()),
        notes=in_words(words, concerns, FOR_INFORMATION.issuperset),
    )
    return page, 422 if problems else 200


def _problem_words(error: DomainError) -> str:
    return already_words(error.before) if isinstance(error, AlreadyOnRecordError) else str(error)


def in_words(
    words: Mapping[Concern, str], concerns: Iterable[Concern], wanted: Callable[[set[Concern]], bool]
) -> list[str]:
    """Those of the concerns that are wanted, as sentences, each once."""
    return list(dict.fromkeys(words[concern] for concern in concerns if wanted({concern})))


def _rejected_words(sending: Held, person_id: int) -> str:
    """That the same training was not accepted before, and why."""
    assert sending.told is not None
    key = CompletionKey(person_id, sending.told.course, sending.told.completed_on)
    reason = store.reason_of_rejection(db.session(), key)
    said = SENDER_WORDS[Concern.REJECTED_BEFORE]
    return f"{said.removesuffix('.')}: {reason}" if reason else said


def _answers(sending: Held) -> list[tuple[str, str, str | None]]:
    """(question, answer, where it is changed)."""
    told = sending.told
    assert told is not None
    change = url_for("courses.tell_us_details", held=sending.public_id)
    upload = url_for("courses.tell_us", instead=sending.public_id)
    return [
        ("Certificate", KIND_WORDS[sending.file.kind] if sending.file else "No certificate", upload),
        ("Course", course_title(told.course), f"{change}#course"),
        ("Date completed", long_date(told.completed_on), f"{change}#completed_on-day"),
        ("Who ran it", told.provider, f"{change}#provider"),
        ("Certificate number", told.reference, f"{change}#reference"),
    ]


def course_title(code: str) -> str:
    """What a course is called today; its code where the programme lists it no more."""
    courses = store.courses_on(db.session(), clock.today())
    return next((one.title for one in courses if one.code == code and one.title), code)


def already_words(before: OnRecord) -> str:
    """Why this very completion is not told again (promises E26 and E29)."""
    if before.evidence == Evidence.AWAITING:
        since = long_date(clock.london_day(before.recorded_at))
        return f"You told us already: it is waiting for a check since {since}"
    return "This training is on your record already, for this course and date"


@blueprint.get("/training/tell-us/<held>/sent")
@auth.signed_in
def tell_us_sent(held: str) -> str | tuple[str, int]:
    """Say that it was sent, since when it waits, and what happens next."""
    found = reader_with_record()
    if found is None:
        return no_record()
    sending = _held(found[0], held)
    if sending.sent_at is None or sending.told is None:
        raise NotFound("Nothing was sent.")
    return render_template(
        "courses/tell_us_sent.html",
        since=clock.london_day(sending.sent_at),
        course=course_title(sending.told.course),
        completed_on=sending.told.completed_on,
    )
