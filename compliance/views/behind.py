"""The people behind a figure, with its filters, so that they add up to it: a page and a file."""

from dataclasses import dataclass, replace

from flask import Response, render_template, request

from compliance.services.lists import Lists
from compliance.store.lists import Filters
from compliance.views.blueprint import blueprint
from compliance.views.lines import PEOPLE_HEADERS, csv_response, people_rows, person_line
from compliance.views.reach import Reach, lists_reach
from compliance.views.shown import kept, requirement_options, show_options, show_words, statuses_of
from foundation import clock
from foundation.db import Session, db
from foundation.errors import NotFound
from people import auth
from people.domain import Account
from people.forms.typed_day import TypedDay, typed_day
from people.services.scope import sees_references
from people.store import Team, Unit, tree


@dataclass(frozen=True, slots=True)
class Asked:
    """The filters of the page, and whose names they may reach."""

    account: Account
    reach: Reach
    lists: Lists
    day: TypedDay
    requirement: str
    unit: Unit | None
    show: str

    @property
    def where(self) -> dict[str, str]:
        """The same filters, for links."""
        return kept(
            as_at=self.day.value.isoformat() if self.day.value else None,
            requirement=self.requirement,
            unit=self.unit.public_id if self.unit else None,
            show=self.show,
        )

    def filters(self) -> Filters:
        """What narrows the list; whoever sees names only as a manager sees those of the team."""
        question = self.reach.question(self.requirement, self.unit)
        filters = self.lists.filters(question, statuses_of(self.show))
        named = self.account.sees_everybody or self.account.is_partner_lead
        if named or self.account.person_id is None:
            return filters
        return replace(filters, team=Team(self.account.person_id, clock.today(), below=True))


def asked(session: Session) -> Asked:
    """Read the filters."""
    account, units = auth.reader(), tree(session)
    reach = lists_reach(account, units.units)
    return Asked(
        account=account,
        reach=reach,
        lists=Lists(session, units),
        day=typed_day("as_at", "Date", request.args, clock.today()),
        requirement=request.args.get("requirement", ""),
        unit=reach.unit(request.args.get("unit", "")),
        show=request.args.get("show", ""),
    )


@blueprint.get("/people")
@auth.signed_in
def people() -> str | tuple[str, int]:
    """Who is behind a figure, by name."""
    found = asked(db.session())
    day = found.day.value
    rows, page = found.lists.page(day, found.filters(), request.args.get("page")) if day else ([], None)
    text = render_template(
        "compliance/people.html",
        as_at=day,
        day=found.day,
        requirement=found.requirement,
        requirement_options=requirement_options(found.lists.book, day or clock.today()),
        unit=found.unit.public_id if found.unit else "",
        unit_options=found.reach.unit_options(found.unit),
        show=found.show,
        show_options=show_options(),
        heading_words=show_words(found.show),
        rows=[person_line(found.lists.book, day, row) for row in rows] if day else [],
        page=page,
        where=found.where,
        figures_where=kept(as_at=day.isoformat() if day else None),
    )
    return text if day else (text, 422)


@blueprint.get("/people.csv")
@auth.signed_in
def people_csv() -> Response:
    """The same people as a file."""
    found = asked(db.session())
    if found.day.value is None:
        raise NotFound("There is no such day.")
    with_reference = sees_references(found.account)
    headers = ("person_ref", *PEOPLE_HEADERS) if with_reference else PEOPLE_HEADERS
    rows = people_rows(found.lists.every(found.day.value, found.filters()), with_reference)
    return csv_response(rows, headers, f"people-{found.day.value.isoformat()}")
