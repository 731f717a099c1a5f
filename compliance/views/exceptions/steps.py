"""The way of every form here: the answers, what they would change, and only then the change."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from flask import render_template, url_for
from werkzeug.wrappers import Response

from compliance import wording
from compliance.domain.figures import Counts
from compliance.domain.spans import Span, Status
from compliance.domain.timeline import PersonFacts
from compliance.forms.exceptions import CHANGE, SAVE, ExceptionForm
from compliance.services.exemptions import ChangedMeanwhile
from compliance.services.person_effect import effect_of, figure_effects
from foundation import clock
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.formats import fraction, long_date
from foundation.stamp import Stamp
from people import auth
from people.domain import Account
from people.forms.once import act_once
from people.services import record
from people.services.roles import EndedMeanwhile
from people.services.scope import view_of

Page = str | Response | tuple[str, int]
Act = Callable[[Session, Stamp], None]


@dataclass(frozen=True, slots=True)
class Subject:
    """The person whom a page is about. `is_reader`: the reader, who does nothing here to their own record."""

    person_id: int
    public_id: str
    name: str
    is_reader: bool

    @property
    def href(self) -> str:
        return url_for("compliance.person", public_id=self.public_id, _anchor="exceptions")


@dataclass(frozen=True, slots=True)
class EffectLine:
    """What changes in one requirement of the person, in words."""

    requirement: str
    since: date
    before: str
    after: str
    due: str


@dataclass(frozen=True, slots=True)
class FigureLine:
    """The figure of a requirement as it is and as it would be: of those counted, and of everybody required."""

    requirement: str
    day: date
    net_before: str
    net_after: str
    gross_before: str
    gross_after: str


def subject(public_id: str) -> Subject:
    """The person that an address names, for a reader who sees everybody. Raises NotFound."""
    account = auth.reader()
    view = view_of(db.session(), account, public_id, clock.today())
    if view is None:
        raise NotFound("There is no such person.")
    name = record.details(db.session(), view.person_id).name or "Name not recorded"
    return Subject(view.person_id, public_id, name, account.person_id == view.person_id)


def refused(who: Subject, title: str, sentence: str, status: int) -> tuple[str, int]:
    """The page that says why nothing can be done here, and leads back to the person."""
    page = render_template(
        "compliance/exceptions/refused.html", title=title, sentence=sentence, back_href=who.href
    )
    return page, status


def own_record(who: Subject, status: int) -> tuple[str, int]:
    """Nobody decides about themselves."""
    sentence = "This is your own record. Ask a colleague in your team to do this for you."
    return refused(who, "You cannot do this for yourself", sentence, status)


def gone(who: Subject, form: ExceptionForm) -> Page:
    """What the address or the form named stands no more; whoever ended it with this very form is told that."""

    def act(_session: Session, _stamp: Stamp) -> str:
        raise EndedMeanwhile

    if form.is_submitted():
        try:
            return act_once(form, act, "")
        except EndedMeanwhile:
            pass
    return _gone(who)


def _gone(who: Subject) -> tuple[str, int]:
    sentence = "Somebody else changed or ended this meanwhile. Nothing was saved. Look at what stands now."
    return refused(who, "This was changed meanwhile", sentence, 409)


@dataclass(frozen=True, slots=True)
class Check:
    """What is shown before it is saved: the answers, and what they make of the person."""

    title: str
    button: str
    rows: Sequence[tuple[str, str]]
    change: Callable[[PersonFacts], PersonFacts]
    notes: Sequence[str] = ()
    warning: bool = False


def go_on(
    who: Subject, form: ExceptionForm, ask: Callable[[], str], check: Check, act: Act, notice: str
) -> Page:
    """The answers are all there: back to them, on to what they change, or save, as the button says.

    The notice names nobody: until the next page it stands in a cookie, which is signed and not secret.
    """
    if form.step.data == CHANGE:
        return ask()
    if form.step.data != SAVE:
        return _check_page(who, form, check)

    def acting(session: Session, stamp: Stamp) -> str:
        act(session, stamp)
        return who.href

    try:
        return act_once(form, acting, notice)
    except (EndedMeanwhile, ChangedMeanwhile):
        return _gone(who)
    except NotFound:
        raise
    except DomainError as error:
        form.refuse(error.problems)
        return ask(), 422


def _check_page(who: Subject, form: ExceptionForm, check: Check) -> str:
    session, today = db.session(), clock.today()
    effects = effect_of(session, who.person_id, check.change, today)
    figures = [one for one in figure_effects(session, effects) if one.before != one.after]
    return render_template(
        "compliance/exceptions/check.html",
        form=form,
        check=check,
        name=who.name,
        effects=[
            EffectLine(one.title, one.since, _status(one.before), _status(one.after), _due(one.after))
            for one in effects
        ],
        figures=[
            FigureLine(
                one.title, one.day, _net(one.before), _net(one.after), _gross(one.before), _gross(one.after)
            )
            for one in figures
        ],
        back_href=who.href,
    )


def _status(span: Span | None) -> str:
    return wording.STATUS_WORDS[Status.NOT_REQUIRED if span is None else span.status]


def _due(span: Span | None) -> str:
    if span is None or span.due_on is None or span.covered:
        return ""
    return long_date(span.due_on)


def _net(counts: Counts) -> str:
    return fraction(counts.in_date, counts.counted)


def _gross(counts: Counts) -> str:
    return fraction(counts.covered, counts.required)


def giver(account: Account | None = None) -> int | None:
    """The person behind the account that acts, if any: nobody acts upon themselves."""
    return (account or auth.reader()).person_id


def past_words(first: date, today: date) -> list[str]:
    """What becomes of days that have been, where a change reaches them."""
    if first >= today:
        return []
    return [
        f"Figures for days since {long_date(first)} are worked out anew. Reports made before stay as they were."
    ]
