"""Checking the evidence of one completion: deciding about it and on to the next, and undoing what was decided."""

from typing import Any

from flask import abort, flash, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from courses.domain import CompletionKey, Evidence
from courses.forms import checking as forms
from courses.forms.checking import CheckForm, UndoForm
from courses.services import checking as service
from courses.services import evidence_queue as queue
from courses.services.case import NOT_THEIRS, Case, find_case
from courses.services.checking import DecidedMeanwhile, Told
from courses.services.evidence_queue import next_key, place_of, read_key
from courses.views import case_shown
from courses.views.blueprint import blueprint
from courses.views.evidence_queue import READERS, Asked, asked, may_decide
from courses.views.just_done import just_done
from courses.views.tell_us import course_title
from foundation import clock
from foundation.db import Session, db, transaction
from foundation.errors import DomainError, NotFound
from foundation.formats import count_noun
from foundation.stamp import Stamp
from people import auth
from people.domain import Account
from people.forms.once import NOTICE, act_once
from people.forms.page_form import PageForm
from people.services.scope import Seen, view_of


def _find(session: Session, account: Account, key: str) -> tuple[CompletionKey, Case]:
    """The completion that an address names, for whoever may see it. Raises NotFound for anybody else's."""
    public_id, completion = read_key(session, key)
    view = view_of(session, account, public_id, clock.today())
    if view is None or view.seen.isdisjoint({Seen.EVERYBODY, Seen.PART}):
        raise NotFound("There is no such completion.")
    return completion, find_case(session, account, completion, clock.now(), clock.today())


@blueprint.route("/evidence/check/<key>", methods=["GET", "POST"])
@auth.only_for(*READERS)
def check_evidence(key: str) -> str | Response | tuple[str, int]:
    """One completion: accept its evidence or not, and on to the next."""
    session, account = db.session(), auth.reader()
    if request.method == "POST" and not may_decide(account):
        abort(403)
    _, case = _find(session, account, key)
    found, form = asked(session, account), CheckForm()
    if request.method == "GET":
        form.fact.data = case.completion.id
        return _page(session, account, key, case, found, form, 200)
    if not form.validate() or not form.is_complete():
        return _page(session, account, key, case, found, form, 422)
    ticked = request.form.getlist("people") if case.register else [case.person.public_id]
    if not ticked:
        form.refuse("Select at least one person")
        return _page(session, account, key, case, found, form, 422)

    def act(session: Session, stamp: Stamp) -> str:
        _, now = _find(session, account, key)
        if now.why_not == NOT_THEIRS:
            raise DomainError(NOT_THEIRS)
        keys = service.register_keys(now, ticked)
        if now.decision or now.completion.id != form.fact.data:
            raise DecidedMeanwhile("This was decided while you had it open.")
        decision = Evidence.VERIFIED if form.decision.data == forms.ACCEPT else Evidence.REJECTED
        service.decide(session, stamp, keys, decision, form.reason, _words)
        return _next(session, account, found, key, now)

    try:
        return act_once(form, act, notice="")
    except NotFound:
        raise
    except DecidedMeanwhile as error:
        _, case = _find(session, account, key)
        problem = "" if case.decision else str(error)
        fresh = CheckForm(formdata=None)
        fresh.fact.data = case.completion.id
        return _page(session, account, key, case, found, fresh, 409, problem)
    except DomainError as error:
        form.refuse(str(error))
        return _page(session, account, key, case, found, form, 422)


def _words(told: Told) -> tuple[str, str]:
    return forms.words(told, course_title(told.course))


def _next(session: Session, account: Account, found: Asked, key: str, case: Case) -> str:
    """Where a decision leads: to the next one of the same list, else to the list; either says what was decided."""
    following = next_key(session, found.choice, account, place_of(session, case.completion.id))
    values: dict[str, Any] = {**found.where, "done": _decided(key, case)}
    if following is None:
        return url_for("courses.evidence_queue", **values)
    return url_for("courses.check_evidence", key=following, **values)


def _decided(key: str, case: Case) -> str:
    """By which completion the act is known: this one, unless it was left out of its register."""
    ticked = request.form.getlist("people")
    if not case.register or case.person.public_id in ticked or not ticked:
        return key
    return key.replace(case.person.public_id, ticked[0], 1)


@blueprint.post("/evidence/check/<key>/undo")
@auth.only_for(*READERS)
def undo_check(key: str) -> Response:
    """Take back what one has just decided: it waits for a check again."""
    account = auth.reader()
    if not may_decide(account):
        abort(403)
    completion, case = _find(db.session(), account, key)
    if not UndoForm().validate() or case.decision is None:
        return _back(account, key)
    try:
        with transaction(db.session()) as session:
            number = service.undo(session, auth.stamp(), completion, _words)
        again = count_noun(number, "completion waits", "completions wait")
        flash(f"Undone: {again} for a check again.", NOTICE)
    except NotFound:
        raise
    except DomainError as error:
        flash(str(error), "important")
    return _back(account, key)


def _back(account: Account, key: str) -> Response:
    where: dict[str, Any] = dict(asked(db.session(), account).where)
    return redirect(url_for("courses.check_evidence", key=key, **where))


def _page(
    session: Session,
    account: Account,
    key: str,
    case: Case,
    found: Asked,
    form: CheckForm,
    status: int,
    problem: str = "",
) -> tuple[str, int]:
    completion = case.completion
    can_decide = may_decide(account) and not case.why_not and case.decision is None
    values = {
        "key": key,
        "case": case,
        "rows": case_shown.rows(session, account, case),
        "concerns": case_shown.concerns(case),
        "others": case_shown.others(case),
        "course": course_title(completion.course),
        "decided": case_shown.decided_words(account, case),
        "form": form,
        "errors": _errors(form, problem, can_decide),
        "ticks": _ticks(case),
        "choices": _choices(form),
        "is_told": completion.source in queue.TOLD,
        "can_decide": can_decide,
        "met": case_shown.met(session, case) if can_decide else [],
        "today": clock.today(),
        "may_decide": may_decide(account),
        "where": found.where,
        "waiting": queue.count(session, found.choice),
        "following": next_key(session, found.choice, account, place_of(session, completion.id)),
        "done": just_done(session, account),
    }
    files = case_shown.files(session, account, case.files)
    return render_template("courses/check_evidence.html", files=files, **values), status


def _errors(form: PageForm, problem: str, can_decide: bool) -> list[tuple[str, str | None]]:
    lines: list[tuple[str, str | None]] = [(problem, None)] if problem else []
    return lines + [
        (message, field if can_decide and field != "fact" else None) for message, field in form.error_lines()
    ]


def _ticks(case: Case) -> list[dict[str, Any]]:
    """The people of a register, ticked as they were sent; at first everybody is."""
    everybody = [case.person, *case.register]
    ticked = [one.public_id for one in everybody]
    if request.method == "POST":
        ticked = request.form.getlist("people")
    return [
        {"value": one.public_id, "text": one.name, "checked": one.public_id in ticked} for one in everybody
    ]


def _choices(form: CheckForm) -> list[dict[str, Any]]:
    accept, *others = [
        {"value": option.data, "text": option.label.text, "checked": option.checked}
        for option in form.decision
    ]
    return [accept, {"divider": "or"}, *others]
