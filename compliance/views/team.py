"""A manager's people: how the team stands, and who has to do what."""

from dataclasses import dataclass

from flask import Response, abort, render_template, request

from compliance.services.figures import Question
from compliance.services.lists import Lists
from compliance.store.lists import Filters
from compliance.views.blueprint import blueprint
from compliance.views.lines import PEOPLE_HEADERS, csv_response, figure_line, people_rows, person_line
from compliance.views.shown import is_measure, kept, requirement_options, show_options, statuses_of
from foundation import clock
from foundation.db import Session, db
from foundation.errors import NotFound
from people import auth
from people.services.scope import own_units, team_size
from people.store import team

SCOPES = ("direct", "everyone")
PLACES = ("", "in", "out")


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the page. `unit`: in the manager's own unit, outside it, or both."""

    session: Session
    lists: Lists
    manager_id: int
    scope: str
    unit: str
    requirement: str
    show: str

    @property
    def where(self) -> dict[str, str]:
        """The same filters, for links."""
        return kept(scope=self.scope, unit=self.unit, requirement=self.requirement, show=self.show)

    @property
    def below(self) -> bool:
        return self.scope == "everyone"

    def filters(self, show: str, requirement: str) -> Filters:
        """What narrows the list. The team is today's, whoever was in it before."""
        today = clock.today()
        return self.lists.filters(
            Question(requirement=requirement or None),
            statuses_of(show),
            team=team(self.manager_id, today, below=self.below),
            roots=tuple(own_units(self.session, self.manager_id, today)) if self.unit else None,
            outside=self.unit == "out",
        )


def asked(session: Session) -> Asked:
    """Read the filters; the page is for managers alone."""
    account = auth.reader()
    if not account.is_manager or account.person_id is None:
        abort(403)
    scope = request.args.get("scope", SCOPES[0])
    unit = request.args.get("unit", PLACES[0])
    if scope not in SCOPES or unit not in PLACES:
        raise NotFound("There is no such choice.")
    return Asked(
        session=session,
        lists=Lists(session),
        manager_id=account.person_id,
        scope=scope,
        unit=unit,
        requirement=request.args.get("requirement", ""),
        show=request.args.get("show", ""),
    )


@blueprint.get("/my-team")
@auth.signed_in
def my_team() -> str:
    """How the team stands, requirement by requirement, and every person in it."""
    found = asked(db.session())
    today = clock.today()
    rows, page = found.lists.page(
        today, found.filters(found.show, found.requirement), request.args.get("page")
    )
    return render_template(
        "compliance/my_team.html",
        as_at=today,
        in_team=team_size(found.session, found.manager_id, today, below=found.below),
        figures=[
            figure_line(row, row.title, {**found.where, "requirement": row.requirement}, 0)
            for row in found.lists.figures(today, found.filters("", ""))
            if not is_measure(found.lists.book, row.requirement, today)
        ],
        scope=found.scope,
        unit=found.unit,
        requirement=found.requirement,
        requirement_options=requirement_options(found.lists.book, today),
        show=found.show,
        show_options=show_options(),
        rows=[person_line(found.lists.book, today, row) for row in rows],
        page=page,
        where=found.where,
    )


@blueprint.get("/my-team.csv")
@auth.signed_in
def my_team_csv() -> Response:
    """The same lines as a file; a manager does not read payroll numbers."""
    found = asked(db.session())
    today = clock.today()
    filters = found.filters(found.show, found.requirement)
    rows = people_rows(found.lists.every(today, filters), with_reference=False)
    return csv_response(rows, PEOPLE_HEADERS, f"my-team-{today.isoformat()}")
