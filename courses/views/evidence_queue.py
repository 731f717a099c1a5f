"""The list of completions that wait for a check, as a page and as a file."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from flask import Response, render_template, request

from courses.services import evidence_queue as service
from courses.services.evidence_queue import Came, Choice, Line
from courses.views.blueprint import blueprint
from courses.views.just_done import just_done
from courses.wording import CHECKER_WORDS, SOURCE_WORDS
from foundation import clock
from foundation.db import Session, db
from foundation.errors import NotFound
from foundation.tables import csv_pieces
from people import auth
from people.domain import Account, Permission
from people.services.scope import sees_references
from people.views.exports import recorded

READERS = (Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR, Permission.PARTNER_LEAD)
CAME_WORDS = {
    Came.SELF: "Told by the person",
    Came.REGISTER: "Signed register",
    Came.BY_HAND: "Recorded by hand",
    Came.PARTNER_FILE: "A file of the partner lead",
    Came.IMPORT: "Imported from a file",
}
HEADERS = ("name", "course", "completed_on", "waiting_since", "how_it_came", "concerns")


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the list, and what there is to choose from."""

    choice: Choice
    courses: list[tuple[int, str]]
    organisations: list[tuple[str, str]]

    @property
    def where(self) -> dict[str, str]:
        """The same filters, for links; those that narrow nothing are left out."""
        found = {
            "course": str(self.choice.course or ""),
            "organisation": self.choice.organisation,
            "came": self.choice.came or "",
            "concerns": "yes" if self.choice.with_concerns else "",
        }
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True, slots=True)
class LineShown:
    """A line of the page: the words beside what it says."""

    line: Line
    since: date
    source: str
    concerns: list[str]


def may_decide(account: Account) -> bool:
    """Whether an account decides about evidence: learning and development, partner leads; an auditor never does."""
    if Permission.AUDITOR in account.permissions:
        return False
    return Permission.LEARNING in account.permissions or account.is_partner_lead


def asked(session: Session, account: Account) -> Asked:
    """Read the filters. Raises NotFound for what is no choice."""
    today = clock.today()
    among = None if account.sees_everybody else account.organisation_ids
    courses = service.courses_waiting(session, today, among)
    organisations = service.organisations(session, among)
    organisation, came = request.args.get("organisation", ""), request.args.get("came", "")
    if organisation and organisation not in dict(organisations):
        raise NotFound("There is no such organisation.")
    if came and came not in set(Came):
        raise NotFound("There is no such choice.")
    choice = Choice(
        today,
        among,
        _course(request.args.get("course", "")),
        organisation,
        Came(came) if came else None,
        request.args.get("concerns") == "yes",
    )
    return Asked(choice, courses, organisations)


def _course(wanted: str) -> int | None:
    """The course asked for. One of which nothing waits any more is no mistake: then nothing is listed."""
    if not wanted:
        return None
    if not (wanted.isascii() and wanted.isdigit() and len(wanted) <= 9):
        raise NotFound("There is no such course.")
    return int(wanted)


@blueprint.get("/evidence/to-check")
@auth.only_for(*READERS)
def evidence_queue() -> str:
    """What waits for a check, the longest waiting first."""
    session, account = db.session(), auth.reader()
    found = asked(session, account)
    lines, page = service.page(session, found.choice, account, request.args.get("page"))
    first = service.next_key(session, found.choice, account, None) if may_decide(account) else None
    return render_template(
        "courses/evidence_queue.html",
        lines=[_shown(line) for line in lines],
        page=page,
        where=found.where,
        course=str(found.choice.course or ""),
        course_options=[("", "All courses"), *((str(one), title) for one, title in found.courses)],
        organisation=found.choice.organisation,
        organisation_options=[("", "All organisations"), *found.organisations],
        came=found.choice.came or "",
        came_options=[("", "All"), *((came.value, words) for came, words in CAME_WORDS.items())],
        with_concerns=found.choice.with_concerns,
        may_decide=may_decide(account),
        first=first,
        done=just_done(session, account),
    )


@blueprint.get("/evidence/to-check.csv")
@auth.only_for(*READERS)
def evidence_queue_csv() -> Response:
    """The very same lines as a file."""
    session, account = db.session(), auth.reader()
    found = asked(session, account)
    with_reference = sees_references(account)
    headers = ("person_ref", *HEADERS) if with_reference else HEADERS
    rows = list(_rows(service.every(session, found.choice, account), with_reference))
    session.rollback()
    response = Response("".join(csv_pieces(recorded(rows), headers)), mimetype="text/csv")
    name = f"evidence-to-check-{found.choice.today.isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _rows(lines: Iterable[Line], with_reference: bool) -> Iterable[list[str]]:
    for line in lines:
        shown = _shown(line)
        yield [
            *([line.person_ref] if with_reference else []),
            line.name,
            line.course,
            line.completed_on.isoformat(),
            shown.since.isoformat(),
            shown.source,
            "; ".join(shown.concerns),
        ]


def _shown(line: Line) -> LineShown:
    return LineShown(
        line,
        clock.london_day(line.since),
        source_words(line.source),
        [CHECKER_WORDS[concern] for concern in line.concerns],
    )


def source_words(source: str) -> str:
    """How a completion came, in words; another system is called by its name."""
    return SOURCE_WORDS.get(source) or (f"Imported: {source}" if source else "Imported")
