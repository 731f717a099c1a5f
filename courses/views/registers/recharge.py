"""Places nobody sat on: how often people did not attend, what organisations may be charged for; as files too."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from flask import Response, current_app, render_template, request, stream_with_context

from courses.domain.workshops import Outcome
from courses.services.workshops import recharge as service
from courses.services.workshops.recharge import Places, Tally
from courses.views.blueprint import blueprint
from courses.wording import OUTCOME_WORDS
from foundation import clock
from foundation.db import db
from foundation.errors import NotFound
from foundation.formats import fraction, percent_or_none
from foundation.tables import csv_pieces
from people import auth
from people.domain import Permission
from people.forms.typed_day import TypedDay, typed_day
from people.views.exports import recorded

READERS = (Permission.LEARNING, Permission.COORDINATOR, Permission.AUDITOR)
FIRST, LAST = "from", "to"
COURSE, ORGANISATION, PLACE = "course", "organisation", "place"
TALLIED = (
    *(outcome.value for outcome in Outcome),
    "places",
    "did_not_attend_percent",
    "charged_places",
    "charge",
)
HEADERS: dict[str, tuple[str, ...]] = {
    COURSE: ("course", *TALLIED),
    ORGANISATION: ("organisation", *TALLIED),
    PLACE: ("organisation", "workshop", "date", "course", "name", "outcome", "charge"),
}
APRIL = 4


@dataclass(frozen=True, slots=True)
class Row:
    """A course or an organisation on the page."""

    name: str
    counts: list[int]
    missing: str
    charged: int
    charge: str


def _asked(today: date) -> tuple[TypedDay, TypedDay]:
    """The period asked for; this financial year up to today where none is."""
    year = today.year if today.month >= APRIL else today.year - 1
    first = typed_day(FIRST, "From", request.args, date(year, APRIL, 1))
    return first, typed_day(LAST, "To", request.args, today)


def _places(first: TypedDay, last: TypedDay) -> Places:
    assert first.value is not None
    assert last.value is not None
    pounds: Decimal | None = current_app.config["RECHARGE_POUNDS"]
    return service.places(db.session(), first.value, last.value, clock.today(), pounds)


@blueprint.get("/workshops/places-not-used")
@auth.only_for(*READERS)
def workshop_recharge() -> str | tuple[str, int]:
    """How often people did not attend, by course and by organisation, and what may be charged for."""
    first, last = _asked(clock.today())
    errors = [(day.error, day.first_wrong or "") for day in (first, last) if day.error]
    if not errors and first.value is not None and last.value is not None and last.value < first.value:
        errors = [("To must be on or after From", f"{LAST}-day")]
    found = None if errors else _places(first, last)
    page = render_template(
        "courses/registers/recharge.html",
        first=first,
        last=last,
        errors=errors,
        found=found,
        outcomes=[OUTCOME_WORDS[outcome] for outcome in Outcome],
        by_course=[_row(one) for one in found.by_course] if found else [],
        by_organisation=[_row(one) for one in found.by_organisation] if found else [],
        total=_pounds(found.charge(len(found.charged))) if found else "",
        where={} if errors else _where(first, last),
    )
    return page, 422 if errors else 200


def _where(first: TypedDay, last: TypedDay) -> dict[str, str]:
    assert first.value is not None
    assert last.value is not None
    return {FIRST: first.value.isoformat(), LAST: last.value.isoformat()}


def _row(one: Tally) -> Row:
    return Row(
        one.name,
        [one.counts.get(outcome, 0) for outcome in Outcome],
        fraction(*one.missing),
        one.charged,
        _pounds(one.charge),
    )


def _pounds(charge: Decimal | None) -> str:
    """A charge in words; empty where nothing is charged.

    >>> _pounds(Decimal("1250.5")), _pounds(None)
    ('£1,250.50', '')
    """
    return "" if charge is None else f"£{charge:,.2f}"


@blueprint.get("/workshops/places-not-used.csv")
@auth.only_for(*READERS)
def workshop_recharge_csv() -> Response:
    """The same as a file: by course, by organisation, or every place that may be charged for."""
    by = request.args.get("by", PLACE)
    if by not in HEADERS:
        raise NotFound("There is no such file.")
    first, last = _asked(clock.today())
    if first.value is None or last.value is None:
        raise NotFound("There is no such period.")
    found = _places(first, last)
    rows = list(_lines(found, by))
    pieces = csv_pieces(recorded(rows), HEADERS[by])
    response = Response(stream_with_context(pieces), mimetype="text/csv")
    name = f"places-not-used-by-{by}-{first.value.isoformat()}-to-{last.value.isoformat()}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _lines(found: Places, by: str) -> Iterable[Sequence[object]]:
    if by == PLACE:
        return _charged(found)
    return _tallied(found.by_course if by == COURSE else found.by_organisation)


def _tallied(tallies: Iterable[Tally]) -> Iterator[Sequence[object]]:
    for one in tallies:
        yield [
            one.name,
            *(one.counts.get(outcome, 0) for outcome in Outcome),
            one.places,
            percent_or_none(*one.missing) or "",
            one.charged,
            "" if one.charge is None else f"{one.charge:.2f}",
        ]


def _charged(found: Places) -> Iterator[Sequence[object]]:
    pounds = found.charge(1)
    for one in found.charged:
        yield [
            one.organisation,
            one.workshop.reference,
            one.workshop.sitting.day.isoformat(),
            one.workshop.course_title,
            one.person.name,
            OUTCOME_WORDS[one.outcome],
            "" if pounds is None else f"{pounds:.2f}",
        ]
