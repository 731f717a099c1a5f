"""The people about whom something has to be put right, and the roles by hand that somebody is to ask about again."""

from collections.abc import Iterator

from flask import Response, render_template, request

from compliance.services import worklist as service
from compliance.services.worklist import reach_of
from compliance.store.worklist import Problem, Reach, ToMend, count_to_mend, to_mend
from compliance.views.blueprint import blueprint
from compliance.views.lines import csv_response
from compliance.views.work.worklist import READERS
from foundation import clock
from foundation.db import Session, db
from foundation.errors import NotFound
from foundation.pagination import Page
from people import auth
from people.domain import Account, Permission
from people.services.by_hand import role_titles
from people.services.record import details
from people.services.scope import sees_references

PROBLEM_WORDS = {
    Problem.NO_MANAGER: "No manager on record",
    Problem.NO_ROLE: "In no group for training",
    Problem.NO_EMAIL: "No email address on record",
}
ABOUT = {
    Problem.NO_MANAGER: (
        "No post of theirs names a manager who works here today. It is put right in the HR system, and comes with the "
        "next file of people."
    ),
    Problem.NO_ROLE: (
        "No role gives them anything to do beyond what is asked of everybody. That may be right, or the rule book does "
        "not know the job title yet."
    ),
    Problem.NO_EMAIL: (
        "They cannot sign in or be reminded. Their managers can record training for them with a signed register."
    ),
}
HEADERS = ("name", "job_title", "organisation", "unit")


def _asked() -> tuple[Account, Problem, Reach]:
    account, wanted = auth.reader(), request.args.get("problem", Problem.NO_MANAGER.value)
    if wanted not in set(Problem):
        raise NotFound("There is no such list.")
    return account, Problem(wanted), reach_of(account, clock.today())


@blueprint.get("/work/people")
@auth.only_for(*READERS)
def people_to_mend() -> str:
    """Everybody with one of the problems, by name."""
    session = db.session()
    account, problem, reach = _asked()
    page = Page.of(request.args.get("page"), count_to_mend(session, problem, reach))
    return render_template(
        "compliance/people_to_mend.html",
        as_at=reach.today,
        problem=problem.value,
        problem_words=PROBLEM_WORDS[problem],
        problem_options=[(one.value, words) for one, words in PROBLEM_WORDS.items()],
        about=ABOUT[problem],
        rows=list(to_mend(session, problem, reach, page.offset, page.size)),
        with_manager=problem is Problem.NO_MANAGER and sees_references(account),
        page=page,
        where={"problem": problem.value},
    )


@blueprint.get("/work/people.csv")
@auth.only_for(*READERS)
def people_to_mend_csv() -> Response:
    """The very same people as a file."""
    session = db.session()
    account, problem, reach = _asked()
    plainly = sees_references(account)
    headers = ("person_ref", *HEADERS, "manager_ref") if plainly else HEADERS
    rows = _rows(to_mend(session, problem, reach), plainly)
    return csv_response(rows, headers, f"{problem.value}-{reach.today.isoformat()}")


def _rows(people: Iterator[ToMend], plainly: bool) -> Iterator[list[str]]:
    for one in people:
        cells = [one.name, one.job_title, one.organisation, one.unit]
        yield [one.person_ref, *cells, one.manager_ref] if plainly else cells


@blueprint.get("/work/roles")
@auth.only_for(Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR)
def roles_to_review() -> str:
    """The roles given by hand that somebody is to ask about, the most pressing first."""
    session, account, today = db.session(), auth.reader(), clock.today()
    found = service.roles_to_review(session, today)
    page = Page.of(request.args.get("page"), len(found))
    return render_template(
        "compliance/roles_to_review.html",
        as_at=today,
        days=service.REVIEW_DAYS,
        roles=found[page.offset : page.offset + page.size],
        titles=role_titles(session),
        may_review=Permission.LEARNING in account.permissions,
        own=_own(session, account),
        page=page,
    )


def _own(session: Session, account: Account) -> str:
    """The public id of the reader's own person: nobody reviews a role of their own."""
    return details(session, account.person_id).public_id if account.person_id is not None else ""
