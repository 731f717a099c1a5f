"""The changes of the rule book that were made, the latest first; and taking one back, as a draft that undoes it."""

from collections.abc import Sequence

from flask import abort, render_template, request, url_for
from werkzeug.wrappers import Response

from compliance.domain.change import RuleChange
from compliance.programme.words import notes
from compliance.services.rule_drafts import taking_back
from compliance.store import rule_changes as store
from compliance.store.rule_changes import Made
from compliance.store.rule_drafts import emails_by_actor
from compliance.views.blueprint import blueprint
from compliance.views.importing.words import moment_words
from compliance.views.rule_book.launching import begin_measuring, signs
from compliance.views.rule_book.reading import WRITERS
from foundation import clock
from foundation.db import Session, db
from foundation.errors import DomainError, NotFound
from foundation.formats import long_date
from foundation.pagination import Page
from foundation.stamp import Stamp
from people import auth
from people.domain import Account, Permission
from people.forms.once import OnceForm, act_once
from people.services.scope import masked

READERS = (*WRITERS, Permission.AUDITOR)
ACTIONS = ("added", "changed", "ended")


@blueprint.get("/rules/changes")
@auth.only_for(*READERS)
def rule_changes() -> str:
    """Every change of the rule book, the latest first: when, by whom, from which day on, how much."""
    session, account = db.session(), auth.reader()
    page = Page.of(request.args.get("page"), store.count_made(session))
    found = store.made(session, page.offset, page.size)
    who = _who(session, account, found)
    return render_template(
        "compliance/rules/rule_changes.html",
        lines=[(one, moment_words(one.at), who[one.number], _how_much(one)) for one in found],
        page=page,
    )


@blueprint.route("/rules/changes/<int:number>", methods=["GET", "POST"])
@auth.only_for(*READERS)
def rule_change(number: int) -> str | Response | tuple[str, int]:
    """What a change of the rule book did; sent, a draft is begun that takes it back."""
    session, account, today = db.session(), auth.reader(), clock.today()
    if request.method == "POST" and account.only_reads:
        abort(403)
    made = store.find_made(session, number)
    if made is None:
        raise NotFound("There is no such change.")
    if request.method == "GET":
        return _page(session, account, made)
    form = OnceForm()
    if not form.validate():
        return _page(session, account, made, [message for message, _ in form.error_lines()]), 422
    alone = Permission.LEARNING not in account.permissions

    def act(session: Session, stamp: Stamp) -> str:
        taking_back.take_back(session, stamp, account.id, signs(), made, today, targets_alone=alone)
        return url_for("compliance.rule_draft")

    try:
        answer = act_once(form, act, "")
    except DomainError as problem:
        return _page(session, account, made, [str(problem)]), 422
    begin_measuring(account.id)
    return answer


def _page(session: Session, account: Account, made: Made, problems: Sequence[str] = ()) -> str:
    done = taking_back.change_of(session, made)
    obstacle = _obstacle(session, account, made, done)
    return render_template(
        "compliance/rules/rule_change.html",
        made=made,
        at=moment_words(made.at),
        rows=_rows(made, _who(session, account, [made])[made.number]),
        notes=notes(done),
        form=OnceForm(formdata=None),
        problems=[(problem, None) for problem in problems],
        writes=not account.only_reads,
        obstacle=obstacle,
        has_draft=obstacle == taking_back.DRAFT_FIRST,
    )


def _obstacle(session: Session, account: Account, made: Made, done: RuleChange) -> str:
    """Why this reader cannot take the change back now; empty where they can."""
    alone = Permission.LEARNING not in account.permissions
    try:
        taking_back.refuse(session, account.id, made, done, clock.today(), targets_alone=alone)
    except DomainError as problem:
        return str(problem)
    return ""


def _rows(made: Made, who: str) -> list[tuple[str, str]]:
    since = "From the days that each line names" if made.effective is None else long_date(made.effective)
    return [
        ("Saved", moment_words(made.at)),
        ("By", who),
        ("Made by", f"Programme file {made.file_name}" if made.file_name else "A draft on these pages"),
        ("Counts from", since),
        ("How much", _how_much(made)),
    ]


def _how_much(made: Made) -> str:
    told = [f"{made.counts[name]:,} {name}" for name in ACTIONS if made.counts[name]]
    return ", ".join(told) or "The name of the rule book"


def _who(session: Session, account: Account, found: list[Made]) -> dict[int, str]:
    """By whom, as the pages of the rule book say it."""
    emails = emails_by_actor(session, {one.actor for one in found})
    shown = {actor: masked(email) if account.only_reads else email for actor, email in emails.items()}
    return {one.number: shown.get(one.actor, "A command") for one in found}
