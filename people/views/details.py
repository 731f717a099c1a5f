"""My details: what is held about the reader, and saying what is wrong with it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from flask import flash, redirect, render_template, url_for
from werkzeug.wrappers import Response

from foundation import clock
from foundation.dates import FAR_DAY
from foundation.db import Session, db, transaction
from foundation.errors import DomainError, NotFound
from foundation.formats import long_date
from foundation.stamp import Stamp
from people import auth
from people.domain import AbsenceKind, Account, Category, RoleReader
from people.forms.details import DETAIL_WORDS, DetailRequestForm, WithdrawForm
from people.forms.once import NOTICE, act_once
from people.services import details as service
from people.services import record
from people.services.details import Detail, DetailRequest, HeldPost
from people.services.record import Details
from people.views.blueprint import blueprint
from people.views.own import no_record
from people.wording import ABSENCE_WORDS, CATEGORY_WORDS


@dataclass(frozen=True, slots=True)
class PostItem:
    """A post as its holder reads it: its name, and (name, value) lines about it."""

    title: str
    lines: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class RequestItem:
    """What the reader has asked for: the sentence, and the id by which it is taken back."""

    id: int
    sentence: str


@blueprint.route("/account/details", methods=["GET", "POST"])
@auth.signed_in
def my_details() -> str | Response | tuple[str, int]:
    """What is held about the reader; a form to say what is wrong with it."""
    account = auth.reader()
    if account.person_id is None:
        return no_record()
    form = DetailRequestForm()
    if not form.validate_on_submit():
        return _page(account, account.person_id, form)

    def act(session: Session, stamp: Stamp) -> str:
        service.request_change(session, stamp, account, Detail(form.detail.data), form.should_be.data)
        return url_for("people.my_details")

    try:
        return act_once(form, act, "We have told your training team. They will look at it.")
    except NotFound:
        raise
    except DomainError as error:
        form.refuse(str(error))
        return _page(account, account.person_id, form)


@blueprint.post("/account/details/withdraw")
@auth.signed_in
def withdraw_request() -> Response | tuple[str, int]:
    """Take back what one has asked for."""
    account = auth.reader()
    if account.person_id is None:
        return no_record()
    form = WithdrawForm()
    if not form.validate():
        raise NotFound("There is no such request.")
    with transaction(db.session()) as session:
        service.withdraw_request(session, auth.stamp(), account, form.request_id.data)
    flash("You have taken your request back.", NOTICE)
    return redirect(url_for("people.my_details"))


def _page(account: Account, person_id: int, form: DetailRequestForm) -> str | tuple[str, int]:
    session, today = db.session(), clock.today()
    who = record.details(session, person_id)
    reader, titles = service.role_rules(session)
    posts = service.held_posts(session, person_id)
    page = render_template(
        "people/my_details.html",
        form=form,
        details=_details(who, account),
        posts=[_post(post, reader, titles, today) for post in posts if post.spell.last_day >= today],
        earlier=[_post(post, reader, titles, today) for post in posts if post.spell.last_day < today],
        absences=[
            (ABSENCE_WORDS[AbsenceKind(line.kind or "other")], _days(line.first_day, line.last_day))
            for line in record.absences(session, person_id, with_kind=True)
        ],
        requests=[_request(one) for one in service.open_requests(session, person_id)],
    )
    return (page, 422) if form.errors else page


def _details(who: Details, account: Account) -> list[tuple[str, str | None]]:
    rows: list[tuple[str, str | None]] = [("Name", who.name), ("Email address", who.email)]
    if account.email != who.email:
        rows.append(("Email address to sign in with", account.email))
    return [
        *rows,
        ("Payroll or staff number", who.person_ref),
        ("You are recorded as", CATEGORY_WORDS[Category(who.category)]),
    ]


def _post(post: HeldPost, reader: RoleReader, titles: Mapping[str, str], today: date) -> PostItem:
    """A post with the roles that it holds today, or held on its last or will hold on its first day."""
    spell = post.spell
    day = min(max(today, spell.first_day), spell.last_day)
    roles = sorted(titles.get(role) or role for role in post.roles_on(reader, day))
    place = spell.place
    lines = [
        ("Organisation", place.organisation),
        *([("Unit or team", place.path)] if place.path else []),
        ("Manager", post.manager),
        ("Groups for training", ", ".join(roles) or "In no group"),
        ("Days", _days(spell.first_day, spell.last_day)),
    ]
    return PostItem(spell.job_title or "Job title not recorded", lines)


def _days(first: date, last: date) -> str:
    return f"Since {long_date(first)}" if last == FAR_DAY else f"{long_date(first)} to {long_date(last)}"


def _request(one: DetailRequest) -> RequestItem:
    asked_on = long_date(clock.london_day(one.asked_at))
    what = "to change your " + DETAIL_WORDS[one.detail].lower() + " to"
    if one.detail is Detail.OTHER_POST:
        what = "to add another post that you hold:"
    sentence = f"You asked on {asked_on} {what} “{one.should_be}”. Your training team will look at it."
    return RequestItem(one.id, sentence)
