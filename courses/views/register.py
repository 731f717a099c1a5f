"""The signed register: a manager records training for people of the team, most of them without a computer."""

from dataclasses import replace

from flask import abort, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from courses import store
from courses.domain import Purpose
from courses.forms.sending import (
    PeopleForm,
    RegisterDetailsForm,
    RegisterUploadForm,
    SendForm,
    day_of_completion,
    shown_or_empty,
)
from courses.services import registers
from courses.services.holding import Held, find_held, keep
from courses.store import TeamPerson
from courses.uploads.words import Names, likely_day
from courses.views.acting import act_if_sent
from courses.views.blueprint import blueprint
from courses.views.receiving import receive, replaced
from courses.views.tell_us import KIND_WORDS, course_title, in_words, largest_in_megabytes
from courses.wording import FOR_INFORMATION, REGISTER_WORDS, long_ago_words
from foundation import clock
from foundation.db import Session, db, transaction
from foundation.errors import DomainError, NotFound
from foundation.formats import count_noun, long_date
from foundation.pagination import Page
from foundation.plain import plain
from foundation.stamp import Stamp
from people import auth
from people.domain import Account
from people.forms.typed_day import TypedDay

AT_ONCE = 100
"""People shown on one page of the list."""
MOST_ON_REGISTER = 200


def reader_with_team() -> Account:
    """The reader, who leads a team or looks after one; the page is for nobody else."""
    account = auth.reader()
    if not account.is_manager or account.person_id is None or account.only_reads:
        abort(403)
    return account


def _held(account: Account, public_id: str) -> Held:
    return find_held(db.session(), account.id, public_id, Purpose.REGISTER, clock.now())


@blueprint.route("/my-team/register", methods=["GET", "POST"])
@auth.signed_in
def register() -> str | Response | tuple[str, int]:
    """Ask for the signed register."""
    account = reader_with_team()
    instead = replaced(account, Purpose.REGISTER)
    form = RegisterUploadForm()
    if form.validate_on_submit():
        team = registers.team_of(db.session(), account, clock.today())
        try:
            if form.file.data is None:
                raise DomainError("Choose the signed register")
            held = receive(
                account,
                Purpose.REGISTER,
                form.file.data,
                lambda words: named_in(words, team),
                instead=instead,
            )
            following = "courses.register_check" if instead and instead.told else "courses.register_details"
            return redirect(url_for(following, held=held))
        except DomainError as error:
            form.refuse(str(error))
    page = render_template(
        "courses/register.html",
        form=form,
        instead=instead.public_id if instead else None,
        megabytes=largest_in_megabytes(),
    )
    return page, 422 if form.errors else 200


def named_in(words: str, team: list[TeamPerson]) -> list[int]:
    """The people of a team whom the words of a register name."""
    names = Names(words)
    return [one.id for one in team if names.include(one.first_name, one.last_name)]


@blueprint.route("/my-team/register/<held>", methods=["GET", "POST"])
@auth.signed_in
def register_details(held: str) -> str | Response | tuple[str, int]:
    """Ask which course it was, when, and who ran it."""
    sending = _held(reader_with_team(), held)
    if sending.sent_at is not None:
        return redirect(url_for("courses.register_sent", held=held))
    form = RegisterDetailsForm()
    courses = store.courses_on(db.session(), clock.today())
    form.offer(courses)
    if request.method == "GET":
        told = sending.told
        likely = told.course if told else next(iter(sending.said.courses), "")
        form.course.data = likely if likely in {course.code for course in courses} else ""
        form.provider.data = told.provider if told else ""
        likely_on = told.completed_on if told else likely_day(sending.said, clock.today())
        return _details_page(held, form, shown_or_empty(likely_on))
    day = day_of_completion(request.form, clock.today())
    wrong = [not form.validate(), form.refuse_unknown_course(), day.value is None]
    if any(wrong) or day.value is None:
        return _details_page(held, form, day)
    with transaction(db.session()) as session:
        keep(session, auth.stamp(), replace(sending, told=form.told(day.value)))
    return redirect(
        url_for("courses.register_check" if sending.people else "courses.register_people", held=held)
    )


def _details_page(held: str, form: RegisterDetailsForm, day: TypedDay) -> tuple[str, int]:
    errors = form.lines_with(day)
    page = render_template("courses/register_details.html", form=form, day=day, errors=errors, held=held)
    return page, 422 if errors else 200


@blueprint.route("/my-team/register/<held>/people", methods=["GET", "POST"])
@auth.signed_in
def register_people(held: str) -> str | Response | tuple[str, int]:
    """Ask who signed. What is ticked on one page of the list is kept while another is shown."""
    account = reader_with_team()
    sending = _held(account, held)
    if sending.sent_at is not None:
        return redirect(url_for("courses.register_sent", held=held))
    team = registers.team_of(db.session(), account, clock.today())
    form = PeopleForm()
    if request.method == "GET":
        form.looked_for.data = sending.looked_for
        return _people_page(sending, form, team)
    ids = {one.public_id: one.id for one in team}
    ticked, shown = request.form.getlist("people"), set(request.form.getlist("shown"))
    strangers = set(ticked) - ids.keys()
    if not form.validate() or strangers:
        problem = (
            f"{count_noun(len(strangers), 'person', 'people')} you ticked cannot be chosen. Choose again"
        )
        return _people_page(sending, form, team, problem if strangers else "Look for a shorter name")
    kept = [one.id for one in team if one.id in sending.people and one.public_id not in shown]
    chosen = tuple(sorted({*kept, *(ids[public_id] for public_id in ticked)}))
    sending = replace(sending, people=chosen, looked_for=form.looked_for.data or "")
    with transaction(db.session()) as session:
        keep(session, auth.stamp(), sending)
    return _lead_on(sending, form, team)


def _lead_on(sending: Held, form: PeopleForm, team: list[TeamPerson]) -> Response | tuple[str, int]:
    """To another page of the list, or to the answers once somebody has been chosen."""
    go = request.form.get("go", "")
    if go:
        number = go if go.isascii() and go.isdigit() else None
        return redirect(url_for("courses.register_people", held=sending.public_id, page=number))
    if not sending.people:
        return _people_page(sending, form, team, "Select the people who signed the register")
    if len(sending.people) > MOST_ON_REGISTER:
        problem = (
            f"A register may have up to {MOST_ON_REGISTER} people. You have selected {len(sending.people)}"
        )
        return _people_page(sending, form, team, problem)
    return redirect(url_for("courses.register_check", held=sending.public_id))


def _people_page(
    sending: Held, form: PeopleForm, team: list[TeamPerson], problem: str = ""
) -> tuple[str, int]:
    looked_for = plain(form.looked_for.data or "")
    listed = [one for one in team if looked_for in plain(one.name)]
    page = Page.of(request.args.get("page"), len(listed), AT_ONCE)
    html = render_template(
        "courses/register_people.html",
        form=form,
        problem=problem,
        held=sending.public_id,
        people=listed[page.offset : page.offset + AT_ONCE],
        chosen=set(sending.people),
        in_team=len(team),
        page=page,
        searchable=len(team) > AT_ONCE // 5,
    )
    return html, 422 if problem else 200


@blueprint.route("/my-team/register/<held>/check", methods=["GET", "POST"])
@auth.signed_in
def register_check(held: str) -> str | Response | tuple[str, int]:
    """Show for whom what will be recorded, who is left out, and what may raise a question."""
    account = reader_with_team()
    form = SendForm()

    def act(session: Session, stamp: Stamp) -> str:
        registers.send_register(session, stamp, account, held, clock.today())
        return url_for("courses.register_sent", held=held)

    following, problems = act_if_sent(form, act)
    if following is not None:
        return following
    sending = _held(account, held)
    if sending.sent_at is not None:
        return redirect(url_for("courses.register_sent", held=held))
    if sending.told is None:
        return redirect(url_for("courses.register_details", held=held))
    if not sending.people:
        return redirect(url_for("courses.register_people", held=held))
    team = registers.team_of(db.session(), account, clock.today())
    found = registers.entries(db.session(), sending, sending.told, team)
    concerns = registers.shared_concerns(db.session(), sending, sending.told)
    page = render_template(
        "courses/register_check.html",
        form=form,
        problems=problems,
        held=held,
        rows=_answers(sending, [one.name for one in found.new]),
        known=[one.name for one, _ in found.known],
        count=len(found.new),
        concerns=in_words(REGISTER_WORDS, concerns, FOR_INFORMATION.isdisjoint)
        + long_ago_words(sending.told.completed_on, clock.today()),
        notes=in_words(REGISTER_WORDS, concerns, FOR_INFORMATION.issuperset),
        unnamed=[one.name for one in found.new if sending.said.readable and one.id not in sending.named],
    )
    return page, 422 if problems else 200


def _answers(sending: Held, names: list[str]) -> list[tuple[str, str | list[str], str | None]]:
    told, file = sending.told, sending.file
    assert told is not None
    assert file is not None
    change = url_for("courses.register_details", held=sending.public_id)
    return [
        ("Signed register", KIND_WORDS[file.kind], url_for("courses.register", instead=sending.public_id)),
        ("Course", course_title(told.course), f"{change}#course"),
        ("Date of the session", long_date(told.completed_on), f"{change}#completed_on-day"),
        ("Who ran it", told.provider, f"{change}#provider"),
        ("People", names or "Nobody", url_for("courses.register_people", held=sending.public_id)),
    ]


@blueprint.get("/my-team/register/<held>/sent")
@auth.signed_in
def register_sent(held: str) -> str:
    """Say for how many it was sent, and what happens next."""
    sending = _held(reader_with_team(), held)
    if sending.sent_at is None or sending.told is None:
        raise NotFound("Nothing was sent.")
    return render_template(
        "courses/register_sent.html",
        since=clock.london_day(sending.sent_at),
        course=course_title(sending.told.course),
        completed_on=sending.told.completed_on,
        count=len(sending.sent),
    )
