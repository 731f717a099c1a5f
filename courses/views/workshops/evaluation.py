"""What people thought of one workshop: a part of its page, the same as a file, and slips of paper with links.

Open to learning and development, the coordinator, auditors, and whoever leads the workshop. Managers never see answers.
Slips are made by learning and development alone: whoever has links can answer, and who leads may be a manager.
"""

from collections.abc import Mapping

from flask import Response, abort, render_template

from courses.domain.evaluation import When
from courses.forms.evaluation import SlipsForm
from courses.services.workshops.evaluating import MOST_SLIPS, Evaluation, evaluations_of, slips
from courses.services.workshops.planning import find
from courses.services.workshops.reaching_by_hand import to_tell_by_hand
from courses.store.workshops import Workshop
from courses.views.blueprint import blueprint
from courses.views.workshops.evaluation_shown import (
    HEADERS,
    MOMENT_WORDS,
    TOO_FEW,
    csv_rows,
    shown,
    waits_for,
)
from courses.views.workshops.words import day_words, time_words
from foundation import clock
from foundation.db import db, transaction
from foundation.errors import DomainError, NotFound
from foundation.formats import long_date
from foundation.tables import csv_pieces
from people import auth
from people.domain import Account, Permission
from people.views.exports import recorded
from people.views.qr_code import qr_code


def sees_answers(workshop: Workshop, account: Account) -> bool:
    """Whether this reader sees figures of what people thought."""
    return account.sees_everybody or account.person_id in workshop.sitting.facilitator_ids


def evaluation_part(workshop: Workshop, account: Account) -> dict[str, object] | None:
    """What this reader sees of it; None: nothing. Documented in templates/courses/workshops/_evaluation.html."""
    if not sees_answers(workshop, account):
        return None
    session, today = db.session(), clock.today()
    (found,) = evaluations_of(session, [workshop], today)
    prints = makes_slips(account) and not workshop.sitting.is_cancelled
    return {
        "shown": shown(found.results, attended_of(found), why_not(found)),
        "prints": prints,
        "by_hand": to_tell_by_hand(session, workshop, today) if account.sees_everybody else [],
    }


def why_not(found: Evaluation) -> Mapping[When, str]:
    """What stands where a moment of a workshop has no figures."""
    return {
        when: TOO_FEW if when in found.results.too_few else waits_for(found.windows[when]) for when in When
    }


def attended_of(found: Evaluation) -> Mapping[When, int]:
    """Of how many people the answers are."""
    return dict.fromkeys(When, found.attended)


def makes_slips(account: Account) -> bool:
    """Whether this reader makes links on paper."""
    return Permission.LEARNING in account.permissions and not account.only_reads


def _workshop(public_id: str) -> tuple[Workshop, Account]:
    account = auth.reader()
    if not account.sees_everybody and account.person_id is None:
        abort(403)
    found = find(db.session(), public_id)
    if not sees_answers(found, account):
        raise NotFound("There is no such workshop.")
    return found, account


@blueprint.get("/workshops/<public_id>/evaluation.csv")
@auth.signed_in
def workshop_evaluation_csv(public_id: str) -> Response:
    """The evaluation of one workshop as a file."""
    workshop, _ = _workshop(public_id)
    (found,) = evaluations_of(db.session(), [workshop], clock.today())
    rows = csv_rows(workshop.reference, found.results, attended_of(found), why_not(found))
    response = Response("".join(csv_pieces(recorded(rows), HEADERS)), mimetype="text/csv")
    name = f"evaluation-{workshop.reference}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@blueprint.route("/workshops/<public_id>/evaluation/slips", methods=["GET", "POST"])
@auth.signed_in
def evaluation_slips(public_id: str) -> str | tuple[str, int]:
    """Slips of paper with links, to print and hand out: for people without an e-mail address. Kept nowhere."""
    if not makes_slips(auth.reader()):
        abort(403)
    workshop, _ = _workshop(public_id)
    form = SlipsForm(many=min(workshop.sitting.capacity, MOST_SLIPS))
    problems = []
    if form.validate_on_submit():
        try:
            with transaction(db.session()) as session:
                made = slips(session, auth.stamp(), workshop, form.many.data or 0)
        except DomainError as error:
            problems = [(str(error), form.many.id)]
        else:
            return _to_print(workshop, made)
    errors = [*problems, *form.error_lines()]
    page = render_template(
        "courses/workshops/evaluation_slips_form.html", workshop=workshop, form=form, errors=errors
    )
    return page, 422 if errors else 200


def _to_print(workshop: Workshop, made: list[dict[When, str]]) -> str:
    (found,) = evaluations_of(db.session(), [workshop], clock.today())
    return render_template(
        "courses/workshops/evaluation_slips.html",
        workshop=workshop,
        day=day_words(workshop.sitting),
        time=time_words(workshop.sitting),
        slips=[[(*_when(found, when), link, qr_code(link)) for when, link in one.items()] for one in made],
    )


def _when(found: Evaluation, when: When) -> tuple[str, str]:
    """What a slip says about one of its links: the moment, and on which days it works."""
    window = found.windows[when]
    days = {
        When.BEFORE: f"Until {long_date(window.last_day)}",
        When.AFTER: f"From {long_date(window.first_day)}",
        When.LATER: f"From {long_date(window.first_day)} to {long_date(window.last_day)}",
    }
    return MOMENT_WORDS[when], days[when]
