"""The reader's draft of the rule book: what it changes, what that would do, saving it, giving it up."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from flask import make_response, redirect, render_template, request, url_for
from werkzeug.wrappers import Response
from wtforms import HiddenField

from compliance.domain.change import Key
from compliance.domain.effect import Effect
from compliance.domain.figures import Counts, Judgement
from compliance.forms.rule_book.parts import EFFECTIVE, effective_day, later_day
from compliance.programme.words import percent
from compliance.services.rule_drafts import drafting
from compliance.services.rule_drafts.drafting import APPLYING, Draft, find_draft
from compliance.services.rule_drafts.outcome import Outcome
from compliance.services.rule_drafts.slips import worth_checking
from compliance.services.rule_drafts.working import hand_over, outcome_of, takes_long_to_apply
from compliance.store.rule_drafts import DraftRecord, last_ended
from compliance.views.blueprint import blueprint
from compliance.views.rule_book.launching import begin_measuring, launch, signs
from compliance.views.rule_book.reading import WRITERS
from foundation import clock
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.formats import fraction, long_date
from foundation.once import KEY_LENGTH
from foundation.stamp import Stamp
from people import auth
from people.domain import Permission
from people.forms.once import OnceForm, act_once
from people.forms.typed_day import TypedDay, shown_day

Page = str | Response | tuple[str, int]
Act = Callable[[Session, Stamp], str]
SECONDS = 3
"""After so many seconds the page of a draft at work asks again by itself."""
MOVE_WORDS = {
    "gain": "Newly required",
    "lose": "No longer required",
    "become_overdue": "Become overdue",
    "become_compliant": "Become up to date",
}


class DraftForm(OnceForm):
    """An act on a draft: which, and the change as it was shown."""

    draft = HiddenField()
    seen = HiddenField()


@dataclass(frozen=True, slots=True)
class Side:
    """A figure before or after."""

    counts: Counts
    judgement: Judgement | None
    fraction: str
    target: str


@dataclass(frozen=True, slots=True)
class EffectLine:
    """What becomes of one requirement on a day; each number of people opens the list behind it."""

    code: str
    title: str
    before: Side
    after: Side
    moves: list[tuple[str, str, int, dict[str, str]]]
    """Move, its words, how many people, and the filters of their list."""


@dataclass(frozen=True, slots=True)
class NoteLine:
    """One change in words. `about` names it for taking it out."""

    action: str
    text: str
    about: str


def effect_lines(day: date, found: tuple[Effect, ...] | list[Effect]) -> list[EffectLine]:
    """The what-if of one day as lines of a table."""
    return [
        EffectLine(
            code=one.requirement,
            title=one.title or one.requirement,
            before=_side(one.before, one.judged_before, one.target_before),
            after=_side(one.after, one.judged_after, one.target_after),
            moves=[
                (
                    move,
                    words,
                    len(getattr(one, move)),
                    {"on": day.isoformat(), "requirement": one.requirement, "show": move},
                )
                for move, words in MOVE_WORDS.items()
            ],
        )
        for one in found
    ]


def _side(counts: Counts, judgement: Judgement | None, target: int | None) -> Side:
    return Side(
        counts=counts,
        judgement=judgement,
        fraction=fraction(counts.in_date, counts.counted),
        target="No target" if target is None else f"{percent(target)}%",
    )


def about_text(about: Key) -> str:
    """What a change is about, in one field of a form."""
    return json.dumps(about)


def _about(text: str) -> Key:
    """What `about_text` wrote. Raises NotFound for anything else."""
    try:
        said = json.loads(text)
    except ValueError:
        said = None
    if not isinstance(said, list) or not all(isinstance(one, str) for one in said):
        raise NotFound("There is no such change.")
    return tuple(said)


@blueprint.get("/rules/draft")
@auth.only_for(*WRITERS)
def rule_draft() -> Page:
    """What the reader's draft would do, on its first day and on a later one."""
    return _page()


def _page(
    problems: list[str] | None = None,
    effective: TypedDay | None = None,
    later_on: TypedDay | None = None,
) -> Page:
    session, account, now, today = db.session(), auth.reader(), clock.now(), clock.today()
    draft = find_draft(session, account.id, signs())
    if draft is None:
        return _none(last_ended(session, account.id))
    record = draft.record
    at_work = draft.is_at_work(now)
    outcome = None if draft.collisions else outcome_of(draft)
    is_past = record.effective < today
    told = list(problems or ())
    if is_past and not told:
        told = [drafting.DAY_IS_PAST]
    if record.work_problem and not told:
        told = [record.work_problem]
    days = (effective, later_on)
    form = DraftForm(formdata=None, draft=record.public_id, seen=draft.mark)
    page = make_response(
        render_template(
            "compliance/rules/rule_draft.html",
            form=form,
            draft=draft,
            public_id=record.public_id,
            first_day=record.effective,
            notes=[NoteLine(one.action.value, one.text, about_text(one.about)) for one in draft.notes],
            collisions=[(drafting.about_words(about), about_text(about)) for about in draft.collisions],
            carried=draft.carried,
            worth_checking=[] if draft.collisions else worth_checking(session, draft),
            outcome=outcome,
            tables=_tables(outcome) if outcome else [],
            worked_out=_moment(record) if outcome else "",
            at_work=record.work if at_work else "",
            effective=effective or shown_day(EFFECTIVE, max(record.effective, today)),
            later_on=later_on or shown_day("later_on", record.later_on),
            problems=[(problem, None) for problem in told]
            + [(day.error, day.first_wrong) for day in days if day and day.error],
            may_apply=bool(outcome and not is_past and not at_work),
        ),
        422 if problems or any(day and day.error for day in days) else 200,
    )
    if at_work:
        page.headers["Refresh"] = str(SECONDS)
    return page


def _tables(outcome: Outcome) -> list[tuple[date, list[EffectLine]]]:
    return [(day, effect_lines(day, list(found))) for day, found in outcome.days.items()]


def _moment(record: DraftRecord) -> str:
    if record.result_at is None:
        return ""
    local = record.result_at.astimezone(clock.LONDON)
    return f"{local:%H:%M} on {long_date(local.date())}"


def _none(ended: DraftRecord | None) -> str:
    applied = ended is not None and ended.outcome == drafting.APPLIED
    return render_template(
        "compliance/rules/rule_draft_none.html",
        applied_from=ended.effective if ended is not None and applied else None,
        applied_on=clock.london_day(ended.ended_at) if ended and applied and ended.ended_at else None,
    )


def _expected(session: Session, form: DraftForm) -> Draft:
    """The reader's own open draft, which the form must name: anybody else's is not there."""
    return drafting.expect_draft(session, auth.reader().id, signs(), str(form.draft.data or ""))


def _is_whole(form: OnceForm) -> bool:
    return len(str(form.once.data or "")) == KEY_LENGTH


@blueprint.post("/rules/draft/days")
@auth.only_for(*WRITERS)
def rule_draft_days() -> Page:
    """Have the draft count from another day, or look at another later day."""
    form = DraftForm()
    draft = _expected(db.session(), form)
    effective: TypedDay | None = None
    later_on: TypedDay | None = None
    if request.form.get("what") == "later":
        later_on = later_day(request.form, draft.record.effective)
    else:
        effective = effective_day(request.form, clock.today())
    asked = effective or later_on
    if asked is None or asked.value is None:
        return _page(effective=effective, later_on=later_on)
    day = asked.value

    def act(session: Session, stamp: Stamp) -> str:
        found = _expected(session, form)
        (drafting.move_draft if effective else drafting.look_later)(session, stamp, found, day)
        return url_for("compliance.rule_draft")

    return _act(form, act)


@blueprint.post("/rules/draft/take-out")
@auth.only_for(*WRITERS)
def rule_draft_take_out() -> Page:
    """Leave one thing, or all that collides, as the record has it."""
    form = DraftForm()
    about = [_about(text) for text in request.form.getlist("about")]

    def act(session: Session, stamp: Stamp) -> str:
        drafting.take_out(session, stamp, _expected(session, form), about)
        return url_for("compliance.rule_draft")

    _expected(db.session(), form)
    return _act(form, act)


def _act(form: DraftForm, act: Act, notice: str = "") -> Page:
    if not _is_whole(form):
        return _page(["Open this page again and send it from there"])
    try:
        answer = act_once(form, act, notice)
    except NotFound:
        raise
    except DomainError as problem:
        return _page([one.message for one in problem.problems])
    begin_measuring(auth.reader().id)
    return answer


@blueprint.post("/rules/draft/work-out")
@auth.only_for(*WRITERS)
def rule_draft_work_out() -> Page:
    """Work out again what the draft would do, as the record has changed since."""
    _expected(db.session(), DraftForm())
    begin_measuring(auth.reader().id)
    return redirect(url_for("compliance.rule_draft"))


@blueprint.post("/rules/draft/discard")
@auth.only_for(*WRITERS)
def rule_draft_discard() -> Page:
    """Give the draft up."""
    form = DraftForm()

    def act(session: Session, stamp: Stamp) -> str:
        draft = _expected(session, form)
        drafting.discard_draft(session, stamp, draft)
        signs().forget(draft.record.public_id)
        return url_for("compliance.rule_book")

    return _ending(form, act, "Your draft was discarded. The rule book is as it was.")


@blueprint.post("/rules/draft/apply")
@auth.only_for(*WRITERS)
def rule_draft_apply() -> Page:
    """Save exactly what was shown; for many people in a process of its own."""
    form = DraftForm()
    targets_alone = Permission.LEARNING not in auth.reader().permissions
    seen, today = str(form.seen.data or ""), clock.today()
    long = takes_long_to_apply(db.session())
    handed: list[Draft] = []

    def act(session: Session, stamp: Stamp) -> str:
        draft = _expected(session, form)
        drafting.check_applicable(draft, seen, today, targets_alone=targets_alone)
        if long:
            hand_over(session, draft, APPLYING, stamp.at)
            handed.append(draft)
        else:
            drafting.apply_draft(session, stamp, draft)
            signs().forget(draft.record.public_id)
        return url_for("compliance.rule_draft")

    answer = _ending(form, act, "" if long else "The rule book was changed.")
    for draft in handed:
        launch(draft.record.public_id, draft.mark)
    return answer


def _ending(form: DraftForm, act: Act, notice: str) -> Page:
    """An act after which the draft may be no more: sent twice, it leads to where it led the first time."""
    if not _is_whole(form):
        _expected(db.session(), form)
        return _page(["Open this page again and send it from there"])
    try:
        return act_once(form, act, notice)
    except NotFound:
        raise
    except DomainError as problem:
        return _page([one.message for one in problem.problems])
